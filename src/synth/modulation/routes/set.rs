//! Sets of routes, by their indices.

use super::COUNT;
use crate::synth::parameter;

/// Some of the routes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RouteSet(pub(super) u64);

const _: () = assert!(COUNT <= u64::BITS as usize);

impl RouteSet {
    /// The routes of the patch.
    pub const OF_PATCH: RouteSet = RouteSet((1 << parameter::ROUTES) - 1);

    /// Takes one in, by its index.
    pub fn insert(&mut self, index: usize) {
        self.0 |= 1 << index;
    }

    /// Whether one is in it, by its index.
    pub fn contains(self, index: usize) -> bool {
        self.0 >> index & 1 != 0
    }

    /// Routes in both sets.
    pub fn and(self, other: RouteSet) -> RouteSet {
        RouteSet(self.0 & other.0)
    }

    /// Routes in either set.
    pub fn or(self, other: RouteSet) -> RouteSet {
        RouteSet(self.0 | other.0)
    }

    /// Whether no route is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Their indices, in the routes' order.
    pub fn indices(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let index = rest.trailing_zeros();
            // For an empty set it is past the last.
            let next = (rest != 0).then_some(index as usize);
            rest &= rest.wrapping_sub(1);
            next
        })
    }
}
