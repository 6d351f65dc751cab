//! Tracks out of frames of rows that are told apart by an index.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use crate::cancelled::Cancelled;
use crate::tracks::{Breakpoint, Tidied, Track, tidy};

/// A partial goes on over a gap that is no longer than this many frames' distances.
const LONGEST_GAP_HOPS: f64 = 1.5;

/// The rows of one series of frames.
#[derive(Default)]
pub(super) struct FrameRows {
    times_s: Vec<f64>,
    /// Rows by index, in order of the file: the frame and what is there.
    rows: BTreeMap<u64, Vec<(u32, Breakpoint)>>,
}

impl FrameRows {
    /// Begins a frame. There are fewer than 2³² of them.
    pub(super) fn begin_frame(&mut self, time_s: f64) {
        self.times_s.push(time_s);
    }

    /// Adds a row to the last frame.
    pub(super) fn add(&mut self, index: u64, point: Breakpoint) {
        let frame = self.times_s.len().saturating_sub(1) as u32;
        self.rows.entry(index).or_default().push((frame, point));
    }

    /// Adds the tracks to others: an index that is missing in a frame ends one and begins another.
    /// `label` says which label an index has. `is_cancelled` stops it.
    pub(super) fn add_tracks(
        self,
        label: impl Fn(u64) -> Option<u32>,
        tracks: &mut Vec<Track>,
        is_cancelled: &AtomicBool,
    ) -> Result<Tidied, Cancelled> {
        let FrameRows { times_s, rows } = self;
        let mut order: Vec<u32> = (0..times_s.len() as u32).collect();
        order.sort_by(|&a, &b| times_s[a as usize].total_cmp(&times_s[b as usize]));
        let mut ranks = vec![0_u32; times_s.len()];
        for (rank, &frame) in order.iter().enumerate() {
            ranks[frame as usize] = rank as u32;
        }
        let longest_s = longest_gap_s(&order, &times_s);
        let mut tidied = Tidied::default();
        for (index, mut rows) in rows {
            Cancelled::check(is_cancelled)?;
            let is_in_order = rows.is_sorted_by_key(|(frame, _)| ranks[*frame as usize]);
            if !is_in_order {
                rows.sort_by_key(|(frame, _)| ranks[*frame as usize]);
                tidied.sorted += 1;
            }
            let goes_on = |a: &(u32, Breakpoint), b: &(u32, Breakpoint)| {
                ranks[b.0 as usize] <= ranks[a.0 as usize] + 1
                    && times_s[b.0 as usize] - times_s[a.0 as usize] <= longest_s
            };
            for part in rows.chunk_by(goes_on) {
                let points = part.iter().map(|(_, point)| *point).collect();
                tidied.add(tidy(label(index), points, tracks));
            }
        }
        Ok(tidied)
    }
}

/// The longest distance of two rows of one partial: any, where the frames are not evenly spaced.
fn longest_gap_s(order: &[u32], times_s: &[f64]) -> f64 {
    let gaps = order
        .windows(2)
        .map(|pair| times_s[pair[1] as usize] - times_s[pair[0] as usize]);
    let mut gaps: Vec<f64> = gaps.collect();
    if gaps.is_empty() {
        return f64::INFINITY;
    }
    let middle = gaps.len() / 2;
    let median = *gaps.select_nth_unstable_by(middle, f64::total_cmp).1;
    let usual = gaps
        .iter()
        .filter(|gap| (*gap - median).abs() <= 0.1 * median);
    if 4 * usual.count() >= 3 * gaps.len() {
        LONGEST_GAP_HOPS * median
    } else {
        f64::INFINITY
    }
}
