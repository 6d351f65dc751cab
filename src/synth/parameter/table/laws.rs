//! The frequency laws: where the partials move to from where the source has them.

use super::super::layout::{Group::Laws, Page};
use super::super::text::Unit::{Cents, Count, Hertz, Number, Percent};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { laws;
    /// s of r = 1 + (n − 1)·s, before stretch and inharmonicity.
    SPACING = Row::new(Laws, "spacing", "Spacing")
        .value(Range::linear(0.0, 4.0), 1.0, Number)
        .polyphonic()
        .on(Page::Laws)
        .help("How far apart the partials are: 0 stacks them on the first, 2 leaves the odd.");
    /// How far each partial moves to its cluster, 0 to 1.
    CLUSTER = Row::new(Laws, "cluster", "Cluster")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Laws)
        .help("Gathers the partials around every harmonic that Cluster Step leaves.");
    /// k: clusters are at the multiples of k.
    CLUSTER_STEP = Row::new(Laws, "cluster_step", "Cluster Step")
        .value(Range::count(1, 16, 64), 4.0, Count)
        .on(Page::Laws)
        .help("How many harmonics one cluster is from the next.");
    /// How far each partial moves to the nearest harmonic, 0 to 1.
    HARMONICITY = Row::new(Laws, "harmonicity", "Harmonicity")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Laws)
        .help("Moves every partial to its nearest harmonic.");
    /// How far a partial is off at most.
    SCATTER = Row::new(Laws, "scatter", "Scatter")
        .value(Range::linear(0.0, 1_200.0), 0.0, Cents)
        .polyphonic()
        .on(Page::Laws)
        .help("Detunes each partial but the first by an amount of its own, as Seed says.");
    /// Hz that are added to each partial's frequency.
    SHIFT = Row::new(Laws, "shift", "Frequency Shift")
        .short("Shift")
        .value(Range::signed_square(2_000.0), 0.0, Hertz)
        .polyphonic()
        .on(Page::Laws)
        .help("Moves all partials by the same number of hertz; what passes 0 Hz comes back up.");
}
