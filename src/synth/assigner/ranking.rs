//! The least of many candidates, found again and again at little cost.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::dsp::resident::vec_with_room;
use crate::synth::work;

/// Candidates by rank, the least first.
///
/// The heap is built when somebody asks for the first time after [`Ranking::invalidate`], in linear
/// time; from then on each change of a candidate is [offered](Ranking::offer), and what it was before
/// is recognised as out of date when it comes up. So a burst of n questions costs O(n log n), and a
/// block without a question costs nothing.
#[derive(Debug)]
pub struct Ranking<R> {
    heap: BinaryHeap<Reverse<R>>,
    is_built: bool,
}

impl<R: Ord + Copy + Default> Ranking<R> {
    /// A ranking of at most `candidates`; allocates all that it will need.
    pub fn new(candidates: usize) -> Ranking<R> {
        Ranking {
            // Room for as many changes as candidates before it is built anew.
            heap: vec_with_room(2 * candidates, Reverse(R::default())).into(),
            is_built: false,
        }
    }

    /// Forgets all: ranks may have changed.
    pub fn invalidate(&mut self) {
        self.is_built = false;
    }

    /// Whether a new rank counts; it is not asked for at every block.
    #[inline(always)]
    pub fn is_built(&self) -> bool {
        self.is_built
    }

    /// Takes a candidate's new rank.
    pub fn offer(&mut self, rank: R) {
        if !self.is_built {
            return;
        }
        if self.heap.len() == self.heap.capacity() {
            self.is_built = false;
        } else {
            self.heap.push(Reverse(rank));
        }
    }

    /// Takes out the least rank that `is_current`. `all` gives every candidate's rank, no more of them than
    /// [`Ranking::new`] was given.
    pub fn take_least(
        &mut self,
        all: impl Iterator<Item = R>,
        is_current: impl Fn(&R) -> bool,
    ) -> Option<R> {
        if !self.is_built {
            self.is_built = true;
            let mut ranks = std::mem::take(&mut self.heap).into_vec();
            ranks.clear();
            ranks.extend(all.inspect(|_| work::step()).map(Reverse));
            self.heap = BinaryHeap::from(ranks);
        }
        while let Some(Reverse(rank)) = self.heap.pop() {
            work::step();
            if is_current(&rank) {
                return Some(rank);
            }
        }
        None
    }
}
