//! Stages: what changes the frame that the source has filled, one after the other.
//!
//! A stage is a file with its settings, a type named `Stage` that implements
//! [`SpectrumStage`], and a name in the list below, at its place in the order.

use super::{Arrays, Context, Frame};
use crate::synth::modulation::VoiceValues;

/// A stage of the spectrum, as it is set. Its settings are read at each segment of a voice; it runs
/// only if they or the arrays that it reads have changed.
///
/// A stage that changes an array in place is run again whenever that array has been filled anew by
/// the source or by the first stage that writes it. A stage that changes the count of partials
/// ([`Frame::resize`]) does so whenever it runs, and writes all arrays of the source.
pub trait SpectrumStage: Copy + PartialEq {
    /// What it reads beside what it changes in place.
    const READS: Arrays;
    /// What it writes or changes in place.
    const WRITES: Arrays;
    /// Whether it is off wherever the values are plain ([`VoiceValues::is_plain`]).
    const IS_BEYOND_PLAIN: bool = false;

    /// What it reads as it is set: more than [`SpectrumStage::READS`], where a setting asks for it.
    fn reads(&self) -> Arrays {
        Self::READS
    }

    /// As the values say; `None` while it is off.
    fn read(values: &VoiceValues, context: &Context) -> Option<Self>;

    /// The arrays that its settings make other than they were under the settings `before`.
    fn changed(&self, before: &Self) -> Arrays {
        Self::WRITES.only_if(self != before)
    }

    /// Writes those of its arrays that are `stale`.
    fn run(&self, stale: Arrays, context: &Context, frame: &mut Frame);
}

#[inline(always)]
fn read<S: SpectrumStage>(values: &VoiceValues, context: &Context) -> Option<S> {
    match S::IS_BEYOND_PLAIN && values.is_plain {
        true => None,
        false => S::read(values, context),
    }
}

/// What other settings of one stage make stale.
fn changed<S: SpectrumStage>(stage: &Option<S>, before: &Option<S>) -> Arrays {
    match (stage, before) {
        (Some(stage), Some(before)) => stage.changed(before),
        (None, None) => Arrays::NONE,
        _ => S::WRITES,
    }
}

/// What one stage makes stale, if `stale` is so already.
fn made_stale<S: SpectrumStage>(stage: &Option<S>, stale: Arrays) -> Arrays {
    let reads_stale = |stage: &S| stale.contain_any(stage.reads());
    S::WRITES.only_if(stage.as_ref().is_some_and(reads_stale))
}

fn run<S: SpectrumStage>(stage: &Option<S>, stale: Arrays, context: &Context, frame: &mut Frame) {
    if let Some(stage) = stage
        && stale.contain_any(S::WRITES)
    {
        stage.run(stale, context, frame);
    }
}

/// The modules of the stages, in their order. Those before `shapers` change [`Frame::gain`], which these
/// read; `nyquist_fade` reads what they write or, while all are off, the gain itself; those after it
/// change [`Frame::shaped_gain`].
/// The decay of partials is no stage: it goes on from segment to segment (`motion/decay.rs`).
macro_rules! stages {
    ($($stage:ident)*) => {
        $(pub mod $stage;)*

        /// All stages as they are set; `None` for one that is off.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub struct Stages {
            $(
                #[doc = concat!("See `stages/", stringify!($stage), ".rs`.")]
                pub $stage: Option<$stage::Stage>,
            )*
        }

        impl Stages {
            /// As the values say.
            pub fn read(values: &VoiceValues, context: &Context) -> Stages {
                Stages {
                    $($stage: read(values, context),)*
                }
            }

            /// All arrays that are to be written anew: those that are `stale` already, those whose
            /// stages are set otherwise than `before`, and those that follow from either.
            pub fn stale(&self, before: &Stages, stale: Arrays) -> Arrays {
                let mut all = stale;
                $(all |= changed(&self.$stage, &before.$stage);)*
                // Most segments of a held note.
                if all == Arrays::NONE {
                    return all;
                }
                loop {
                    let start = all;
                    $(all |= made_stale(&self.$stage, all);)*
                    if all == start {
                        return all;
                    }
                }
            }

            /// Runs those stages that write any stale array.
            pub fn run(&self, stale: Arrays, context: &Context, frame: &mut Frame) {
                $(run(&self.$stage, stale, context, frame);)*
            }
        }
    };
}

stages! {
    laws
    shift
    overrides
    fan_place
    unison
    octaves
    shapers
    nyquist_fade
    low_fade
    filter
    filter_2
    pan
    comb_sides
    fan_level
}
