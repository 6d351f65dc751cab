//! Sources: where the ratios and gains of a voice's partials come from.
//!
//! A source is a file with its settings, a type that implements [`SpectrumSource`], and a line in the
//! list below. It fills the arrays of [`Frame`] that do not depend on the fundamental:
//! [`Arrays::SOURCE`].

use super::{Arrays, Context, Frame};
use crate::synth::modulation::VoiceValues;

/// A source of the spectrum, as it is set. It runs only if its settings have changed, or if a stage
/// asks for arrays to be filled anew.
///
/// Its settings are read from the voice's values and the context at each segment, by a function `read` of
/// its own: it gives `None` if the values ask for another source. That of the first source in the list always
/// gives settings, for values that ask for no other.
pub trait SpectrumSource: Copy + PartialEq {
    /// How many partials there are.
    fn count(&self) -> usize;

    /// The bodies that its ratios are of, by their indices.
    fn bodies(&self) -> BodySet;

    /// The arrays that its settings make other than they were under the settings `before`.
    fn changed(&self, before: &Self) -> Arrays;

    /// Writes those of its arrays that are `stale`, for as many partials as the frame has.
    fn fill(&self, stale: Arrays, context: &Context, frame: &mut Frame);
}

/// Some of the bodies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BodySet(u64);

impl BodySet {
    /// The set of these indices, below 64.
    pub fn of(indices: impl IntoIterator<Item = u8>) -> BodySet {
        let bits = indices.into_iter().map(|index| 1 << (index & 63));
        BodySet(bits.fold(0, |set, bit: u64| set | bit))
    }
}

impl Source {
    /// Whether it has bodies that `before` did not have, in place of others. Then its partials are new ones:
    /// none of them moves from where it was.
    pub fn replaces_bodies(&self, before: &Source) -> bool {
        let (BodySet(now), BodySet(before)) = (self.bodies(), before.bodies());
        now & !before != 0 && before & !now != 0
    }
}

/// The modules of the sources, and the settings type in each.
macro_rules! sources {
    ($first_module:ident: $first:ident; $($module:ident: $source:ident;)*) => {
        sources!(@all $first_module: $first; $($module: $source;)*);

        impl Source {
            /// Becomes as another. Copies no more of it than there is.
            #[inline(always)]
            pub fn set(&mut self, other: &Source) {
                match (&mut *self, other) {
                    (Source::$first(own), Source::$first(other)) => *own = *other,
                    _ => *self = *other,
                }
            }

            /// The source that the values ask for.
            pub fn read(values: &VoiceValues, context: &Context) -> Source {
                if values.is_plain {
                    return Source::$first($first_module::$first::read(values));
                }
                $(
                    if let Some(source) = $module::$source::read(values, context) {
                        return Source::$source(source);
                    }
                )*
                Source::$first($first_module::$first::read(values))
            }
        }
    };
    (@all $($module:ident: $source:ident;)*) => {
        $(pub mod $module;)*

        /// The source of a voice, and what it is set to.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Source {
            $(
                #[doc = concat!("See `source/", stringify!($module), ".rs`.")]
                $source($module::$source),
            )*
        }

        impl Source {
            /// How many partials there are.
            pub fn count(&self) -> usize {
                match self {
                    $(Source::$source(source) => source.count(),)*
                }
            }

            /// The bodies that its ratios are of.
            fn bodies(&self) -> BodySet {
                match self {
                    $(Source::$source(source) => source.bodies(),)*
                }
            }

            /// The arrays that are other than they were with the source `before`.
            pub fn changed(&self, before: &Source) -> Arrays {
                match (self, before) {
                    $((Source::$source(source), Source::$source(before)) => source.changed(before),)*
                    _ => Arrays::ALL,
                }
            }

            /// Writes those of its arrays that are `stale`.
            pub fn fill(&self, stale: Arrays, context: &Context, frame: &mut Frame) {
                match self {
                    $(Source::$source(source) => source.fill(stale, context, frame),)*
                }
            }
        }
    };
}

sources! {
    series: Series;
    morph: Morph;
}
