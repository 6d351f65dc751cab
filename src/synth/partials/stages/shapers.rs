//! The shapers: what changes the gains of the partials by their numbers, their frequencies or each
//! other, before the filter does.
//!
//! A shaper is a file with its settings, a type that implements [`Shaper`], and a line in the list below,
//! at its place in the order. What switches it on is a row of [`PLAIN`](crate::synth::patch::PLAIN). The first five
//! multiply each gain by a factor that depends on the partial alone, so that a screen can draw them as curves
//! ([`ShaperKind::is_curve`]).
//!
//! They come before the Nyquist fade, and write an array of their own that it reads, so that a filter that
//! moves does not ask for them anew, and that a partial past Nyquist gets no gain from Copies or Blur.
//! The formulas are in `docs/manual/shapers.md`; the tests compare each with a model in f64.
//! Anchor comes last: it takes back what the others did in the bass. Then Keep Loudness scales all gains.

pub mod anchor;
mod loudness;
#[cfg(test)]
mod tests;

use super::{SpectrumStage, tier};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::layout::Group;
use crate::synth::parameter::{MAX_PARTIALS, Param};
use crate::synth::partials::array::GROUP;
use crate::synth::partials::{Arrays, Context, Frame};
use anchor::Anchor;

/// Partials for which a shaper goes through its loops before it takes the next ones. What is kept between the loops has
/// to be set to 0 first: with all partials at once that would take a tenth of the time.
const PARTIALS_AT_ONCE: usize = GROUPS_AT_ONCE * GROUP;
const GROUPS_AT_ONCE: usize = 8;

/// A shaper that is on, as it is set.
pub trait Shaper: Copy + PartialEq {
    /// Whether it changes anything. Asked of every voice at every segment, so it has to be cheap.
    fn is_on(values: &VoiceValues) -> bool;

    /// Its settings.
    fn read(values: &VoiceValues) -> Self;

    /// Changes the gains of the partials at these places. A gain of 0 past the last partial stays 0.
    fn apply(&self, places: &PartialPlaces, gains: &mut [f32]);
}

/// Where the partials are. All slices have the length of the gains.
#[derive(Clone, Copy, Debug)]
pub struct PartialPlaces<'a> {
    /// Vector instructions.
    pub level: SimdLevel,
    /// Numbers, from 1 on.
    pub n: &'a [f32],
    /// log₂ of these.
    pub log2_n: &'a [f32],
    /// Frequency over that of the fundamental.
    pub ratio: &'a [f32],
    /// log₂ of these.
    pub log2_ratio: &'a [f32],
    /// The fundamental.
    pub fundamental_hz: f64,
    /// How they follow each other.
    pub blocks: Blocks,
}

/// How neighbouring partials lie in an array: in blocks of `stride` elements. The first `count` elements of a
/// block are partials with the numbers 1, 2, 3 …
#[derive(Clone, Copy, Debug)]
pub struct Blocks {
    /// Partials in a block, at most `stride`.
    pub count: usize,
    /// Elements in a block, at least 1.
    pub stride: usize,
}

impl Blocks {
    /// The partials of each block.
    fn of<'a>(&self, gains: &'a mut [f32]) -> impl Iterator<Item = &'a mut [f32]> {
        let Blocks { count, stride } = *self;
        let blocks = gains.chunks_mut(stride);
        blocks.map(move |block| {
            let count = count.min(block.len());
            &mut block[..count]
        })
    }
}

/// The modules of the shapers and the settings type in each, in their order.
macro_rules! shapers {
    ($($module:ident: $shaper:ident;)*) => {
        $(pub mod $module;)*

        /// One of the shapers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum ShaperKind {
            $(
                #[doc = concat!("See `shapers/", stringify!($module), ".rs`.")]
                $shaper,
            )*
        }

        impl ShaperKind {
            /// All of them, in their order.
            pub const ALL: &[ShaperKind] = &[$(ShaperKind::$shaper),*];

            /// The group of its parameters.
            pub fn group(self) -> Group {
                match self {
                    $(ShaperKind::$shaper => Group::$shaper,)*
                }
            }

            /// Whether it changes anything.
            pub fn is_on(self, values: &VoiceValues) -> bool {
                match self {
                    $(ShaperKind::$shaper => $module::$shaper::is_on(values),)*
                }
            }
        }

        /// The shapers as they are set; `None` for one that is off.
        #[derive(Clone, Copy, Debug, PartialEq)]
        struct Shapers {
            $($module: Option<$module::$shaper>,)*
        }

        /// Whether any shaper changes any gain.
        // Without branches: all are off in most voices.
        #[inline]
        pub fn are_any_on(values: &VoiceValues) -> bool {
            let is_on = false;
            $(let is_on = is_on | $module::$shaper::is_on(values);)*
            is_on
        }

        impl Shapers {
            fn read(values: &VoiceValues) -> Shapers {
                Shapers {
                    $(
                        $module: $module::$shaper::is_on(values)
                            .then(|| $module::$shaper::read(values)),
                    )*
                }
            }

            fn apply(&self, places: &PartialPlaces, gains: &mut [f32]) {
                $(
                    if let Some(shaper) = &self.$module {
                        shaper.apply(places, gains);
                    }
                )*
            }

            /// All but one are off.
            fn only(self, kind: ShaperKind) -> Shapers {
                Shapers {
                    $($module: self.$module.filter(|_| kind == ShaperKind::$shaper),)*
                }
            }

            /// One and all that come after it are off.
            fn before(self, kind: ShaperKind) -> Shapers {
                Shapers {
                    $(
                        $module: self
                            .$module
                            .filter(|_| (ShaperKind::$shaper as usize) < kind as usize),
                    )*
                }
            }
        }
    };
}

shapers! {
    divide: Divide;
    comb: Comb;
    phaser: Phaser;
    vowel: Vowel;
    focus: Focus;
    copies: Copies;
    contrast: Contrast;
    threshold: Threshold;
    blur: Blur;
}

impl ShaperKind {
    /// Whether it multiplies each gain by a factor that depends on the partial's number and frequency
    /// alone.
    pub fn is_curve(self) -> bool {
        use ShaperKind::{Comb, Divide, Focus, Phaser, Vowel};
        matches!(self, Divide | Comb | Phaser | Vowel | Focus)
    }
}

/// Lets one shaper change gains, as the values set it; leaves them as they are where it is off.
pub fn apply_one(
    kind: ShaperKind,
    values: &VoiceValues,
    places: &PartialPlaces,
    gains: &mut [f32],
) {
    Shapers::read(values).only(kind).apply(places, gains);
}

/// Lets all shapers that come before one change gains, as the values set them.
pub fn apply_before(
    kind: ShaperKind,
    values: &VoiceValues,
    places: &PartialPlaces,
    gains: &mut [f32],
) {
    Shapers::read(values).before(kind).apply(places, gains);
}

/// All that are on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stage {
    shapers: Shapers,
    anchor: Option<Anchor>,
    keeps_loudness: bool,
}

impl SpectrumStage for Stage {
    const READS: Arrays = Arrays::RATIO
        .and(Arrays::OCTAVES)
        .and(Arrays::GAIN)
        .and(Arrays::FUNDAMENTAL);
    const WRITES: Arrays = Arrays::CONTOUR_GAIN;
    const TIER: u8 = tier::BEYOND_PLAIN;

    #[inline]
    fn read(values: &VoiceValues, _: &Context) -> Option<Stage> {
        are_any_on(values).then(|| Stage::read_all(values))
    }

    fn run(&self, _: Arrays, context: &Context, frame: &mut Frame) {
        let (len, used) = (frame.padded_count(), frame.used_count());
        let tables = context.tables;
        let mut numbers = [[0.0; MAX_PARTIALS]; 2];
        let [n, log2_n] = match frame.copies() {
            1 => [&tables.n[..len], &tables.log2_n[..len]],
            _ => {
                for (all, of_one) in numbers.iter_mut().zip([&tables.n, &tables.log2_n]) {
                    for copy in all[..len].chunks_mut(frame.copy_len()) {
                        copy.copy_from_slice(&of_one[..copy.len()]);
                    }
                }
                numbers.each_ref().map(|all| &all[..len])
            }
        };
        let places = PartialPlaces {
            level: context.level,
            n,
            log2_n,
            ratio: &frame.ratio[..len],
            log2_ratio: &frame.log2_ratio[..len],
            fundamental_hz: context.fundamental_hz,
            blocks: Blocks {
                count: frame.partials(),
                stride: frame.copy_len().max(1),
            },
        };
        let plain = &frame.gain[..len];
        let (gains, rest) = frame.contour_gain.write(used).split_at_mut(len);
        gains.copy_from_slice(plain);
        // Partials past the last one fade out.
        rest.fill(0.0);
        self.shapers.apply(&places, gains);
        if let Some(anchor) = &self.anchor {
            anchor.hold_gains(&places, plain, gains);
        }
        if self.keeps_loudness {
            loudness::keep(&places, plain, context.sample_rate_hz, gains);
        }
    }
}

impl Stage {
    // Not inlined: most voices have none.
    #[inline(never)]
    fn read_all(values: &VoiceValues) -> Stage {
        Stage {
            shapers: Shapers::read(values),
            anchor: Anchor::read(values),
            keeps_loudness: values.get(Param::KEEP_LOUDNESS) >= 0.5,
        }
    }
}
