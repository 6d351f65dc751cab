//! Stages: what changes the frame that the source has filled, one after the other.
//!
//! A stage is a file with its settings, a type named `Stage` that implements
//! [`SpectrumStage`], and a name in the list below, at its place in the order. What switches a stage of
//! [`tier::BEYOND_PLAIN`] on is a row of [`PLAIN`](crate::synth::patch::PLAIN).

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
    /// It is off in every voice of a lower [tier].
    const TIER: u8 = tier::EVERY;

    /// What it reads as it is set: more than [`SpectrumStage::READS`], where a setting asks for it.
    fn reads(&self) -> Arrays {
        Self::READS
    }

    /// Reads the stage from the values; `None` while it is off.
    fn read(values: &VoiceValues, context: &Context) -> Option<Self>;

    /// The arrays that its settings make other than they were under the settings `before`.
    fn changed(&self, before: &Self) -> Arrays {
        Self::WRITES.only_if(self != before)
    }

    /// The arrays that it makes stale where some are so already.
    fn made_stale(&self, stale: Arrays) -> Arrays {
        Self::WRITES.only_if(stale.contain_any(self.reads()))
    }

    /// Writes those of its arrays that are `stale`.
    fn run(&self, stale: Arrays, context: &Context, frame: &mut Frame);
}

/// How much there is in a voice: most are of the lowest tier, and the stages of the others cost them nothing.
pub mod tier {
    /// Plain values ([`VoiceValues::is_plain`](crate::synth::modulation::VoiceValues::is_plain)), and no
    /// routes to partials.
    pub const EVERY: u8 = 0;
    /// Plain values, and routes to partials.
    pub const ROUTED: u8 = 1;
    /// Anything.
    pub const BEYOND_PLAIN: u8 = 2;
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
    let made_stale = |stage: &S| stage.made_stale(stale);
    stage.as_ref().map_or(Arrays::NONE, made_stale)
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
/// Decay, smear, breath and room are no stages: they go on from segment to segment (`motion/`).
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
            /// The [tier] of the voice: stages of higher ones are off without having been asked.
            pub tier: u8,
        }

        impl Stages {
            /// Becomes as others. Copies no more of them than there is.
            #[inline(always)]
            pub fn set(&mut self, others: &Stages) {
                match self.tier.max(others.tier) {
                    tier::EVERY => self.set_tier::<{ tier::EVERY }>(others),
                    tier::ROUTED => self.set_tier::<{ tier::ROUTED }>(others),
                    _ => *self = *others,
                }
            }

            #[inline(always)]
            fn set_tier<const TIER: u8>(&mut self, others: &Stages) {
                $(
                    if $stage::Stage::TIER <= TIER {
                        self.$stage = others.$stage;
                    }
                )*
                self.tier = others.tier;
            }

            /// Reads the stages from the values.
            #[inline(always)]
            pub fn read(values: &VoiceValues, context: &Context) -> Stages {
                match (values.is_plain, context.routes.is_empty()) {
                    (true, true) => Stages::read_tier::<{ tier::EVERY }>(values, context),
                    (true, false) => Stages::read_tier::<{ tier::ROUTED }>(values, context),
                    (false, _) => Stages::read_all(values, context),
                }
            }

            // Not inlined, as the others of the highest tier: most voices are of lower ones.
            #[inline(never)]
            fn read_all(values: &VoiceValues, context: &Context) -> Stages {
                Stages::read_tier::<{ tier::BEYOND_PLAIN }>(values, context)
            }

            #[inline(always)]
            fn read_tier<const TIER: u8>(values: &VoiceValues, context: &Context) -> Stages {
                Stages {
                    $($stage: match $stage::Stage::TIER <= TIER {
                        true => $stage::Stage::read(values, context),
                        false => None,
                    },)*
                    tier: TIER,
                }
            }

            /// All arrays that are to be written anew: those that are `stale` already, those whose
            /// stages are set otherwise than `before`, and those that follow from either.
            pub fn stale(&self, before: &Stages, stale: Arrays) -> Arrays {
                match self.tier.max(before.tier) {
                    tier::EVERY => self.stale_of::<{ tier::EVERY }>(before, stale),
                    tier::ROUTED => self.stale_of::<{ tier::ROUTED }>(before, stale),
                    _ => self.stale_of_all(before, stale),
                }
            }

            #[inline(never)]
            fn stale_of_all(&self, before: &Stages, stale: Arrays) -> Arrays {
                self.stale_of::<{ tier::BEYOND_PLAIN }>(before, stale)
            }

            #[inline(always)]
            fn stale_of<const TIER: u8>(&self, before: &Stages, stale: Arrays) -> Arrays {
                let mut all = stale;
                $(
                    if $stage::Stage::TIER <= TIER {
                        all |= changed(&self.$stage, &before.$stage);
                    }
                )*
                // Most segments of a held note.
                if all == Arrays::NONE {
                    return all;
                }
                loop {
                    let start = all;
                    $(
                        if $stage::Stage::TIER <= TIER {
                            all |= made_stale(&self.$stage, all);
                        }
                    )*
                    if all == start {
                        return all;
                    }
                }
            }

            /// Runs those stages that write any stale array.
            pub fn run(&self, stale: Arrays, context: &Context, frame: &mut Frame) {
                match self.tier {
                    tier::EVERY => self.run_tier::<{ tier::EVERY }>(stale, context, frame),
                    tier::ROUTED => self.run_tier::<{ tier::ROUTED }>(stale, context, frame),
                    _ => self.run_all(stale, context, frame),
                }
            }

            #[inline(never)]
            fn run_all(&self, stale: Arrays, context: &Context, frame: &mut Frame) {
                self.run_tier::<{ tier::BEYOND_PLAIN }>(stale, context, frame);
            }

            #[inline(always)]
            fn run_tier<const TIER: u8>(
                &self,
                stale: Arrays,
                context: &Context,
                frame: &mut Frame,
            ) {
                $(
                    if $stage::Stage::TIER <= TIER {
                        run(&self.$stage, stale, context, frame);
                    }
                )*
            }
        }
    };
}

stages! {
    matching
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
    fan_amounts
}
