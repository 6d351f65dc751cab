//! Vowel: the formants of a sung vowel.
//!
//! w = (1 − a) + a·m·max over i of A_i/√(1 + ((f − F_i)/(B_i·b/2))²). Of the five formants, F (in log), A
//! (in dB) and B (in log) are interpolated over the vowels u o a e i (x 0…1) and the voices bass, tenor,
//! alto, soprano (y 0…1), all by straight lines. F is shifted by ±24 semitones; B is not. b is ¼…4, but
//! at least f₀/(3·B₁), since a narrow formant would fall between the harmonics of a high note.
//!
//! m makes up for what the formants take away: it is such that the first 32 harmonics of a
//! sawtooth on the same fundamental keep their power at a = 1, and 40 dB at most.
//!
//! Since the reciprocal of a factor's square is the least of A_i^(−2)·(1 + …), there is one root and one
//! division for all formants. Error below 0.003 dB.

pub(super) mod table;

use self::table::{FORMANTS, Formants, TABLE, VOICES, VOWELS};
use super::{PartialPlaces, Shaper};
use crate::at_level;
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, at_least, at_most, exp2};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::Param;
use crate::synth::partials::array::GROUP;

/// Harmonics of the sawtooth whose power m keeps.
const REFERENCE: usize = 2 * GROUP;
/// The most that m² is.
const MAX_MAKEUP_POWER: f32 = 1e4;

/// Its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vowel {
    /// a, 0 to 1.
    amount: f32,
    /// x, 0 to 1.
    mouth: f32,
    /// y, 0 to 1.
    voice: f32,
    shift_semitones: f32,
    /// b.
    width: f32,
}

impl Shaper for Vowel {
    #[inline]
    fn is_on(values: &VoiceValues) -> bool {
        values.get(Param::VOWEL) > 0.0
    }

    fn read(values: &VoiceValues) -> Vowel {
        Vowel {
            amount: values.get(Param::VOWEL),
            mouth: values.get(Param::VOWEL_MOUTH),
            voice: values.get(Param::VOWEL_VOICE),
            shift_semitones: values.get(Param::VOWEL_SHIFT),
            width: values.get(Param::VOWEL_WIDTH),
        }
    }

    fn apply(&self, places: &PartialPlaces, gains: &mut [f32]) {
        let fundamental_hz = places.fundamental_hz as f32;
        let peaks = self.peaks(fundamental_hz);
        let makeup = peaks.makeup(places.level, fundamental_hz);
        apply(
            places.level,
            &peaks,
            fundamental_hz,
            self.amount,
            makeup,
            places.ratio,
            gains,
        );
    }
}

impl Vowel {
    /// The frequency of the first formant.
    pub fn first_formant_hz(&self) -> f32 {
        let formants = interpolated(self.mouth, self.voice);
        exp2(formants.log2_center[0] + self.shift_semitones / 12.0)
    }

    fn peaks(&self, fundamental_hz: f32) -> Peaks {
        let formants = interpolated(self.mouth, self.voice);
        let first_bandwidth_hz = exp2(formants.log2_bandwidth[0]);
        let width = at_least(self.width, fundamental_hz / (3.0 * first_bandwidth_hz));
        let shift_octaves = self.shift_semitones / 12.0;
        let mut peaks = Peaks {
            center_hz: formants.log2_center.map(|log2| exp2(log2 + shift_octaves)),
            least: formants
                .level_db
                .map(|db| exp2(-2.0 / DB_PER_OCTAVE_PER_POWER * db)),
            slope: [0.0; FORMANTS],
        };
        for (place, log2_bandwidth) in formants.log2_bandwidth.into_iter().enumerate() {
            let half_width_hz = 0.5 * width * exp2(log2_bandwidth);
            peaks.slope[place] = peaks.least[place] / (half_width_hz * half_width_hz);
        }
        peaks
    }
}

/// The formants at a place between vowels and voices, both 0 to 1.
fn interpolated(mouth: f32, voice: f32) -> Formants {
    let (vowel, x) = place(mouth, VOWELS);
    let (voice, y) = place(voice, VOICES);
    let corners = [
        (&TABLE[voice][vowel], (1.0 - x) * (1.0 - y)),
        (&TABLE[voice][vowel + 1], x * (1.0 - y)),
        (&TABLE[voice + 1][vowel], (1.0 - x) * y),
        (&TABLE[voice + 1][vowel + 1], x * y),
    ];
    let mut sum = Formants {
        log2_center: [0.0; FORMANTS],
        level_db: [0.0; FORMANTS],
        log2_bandwidth: [0.0; FORMANTS],
    };
    for (corner, weight) in corners {
        for place in 0..FORMANTS {
            sum.log2_center[place] += weight * corner.log2_center[place];
            sum.level_db[place] += weight * corner.level_db[place];
            sum.log2_bandwidth[place] += weight * corner.log2_bandwidth[place];
        }
    }
    sum
}

/// Which of `count` points a position of 0 to 1 is at or behind, but for the last, and how far behind in
/// parts of the way to the next.
fn place(position: f32, count: usize) -> (usize, f32) {
    let scaled = position.clamp(0.0, 1.0) * (count - 1) as f32;
    let below = (scaled as usize).min(count - 2);
    (below, scaled - below as f32)
}

/// The formants as parabolas over the frequency, whose least is the reciprocal of the factor's square.
#[derive(Clone, Copy, Debug)]
struct Peaks {
    center_hz: [f32; FORMANTS],
    /// A^(−2).
    least: [f32; FORMANTS],
    /// A^(−2)·(B·b/2)^(−2), 1/Hz².
    slope: [f32; FORMANTS],
}

impl Peaks {
    /// One over the square of the factor at a frequency, without m.
    #[inline(always)]
    fn reciprocal_power(&self, hz: f32) -> f32 {
        let mut least = f32::MAX;
        for place in 0..FORMANTS {
            let distance_hz = hz - self.center_hz[place];
            let of_one = self.least[place] + self.slope[place] * (distance_hz * distance_hz);
            least = at_most(of_one, least);
        }
        least
    }

    /// m.
    fn makeup(&self, level: SimdLevel, fundamental_hz: f32) -> f32 {
        let [before, after] = reference_powers(level, self, fundamental_hz);
        at_most(before / after, MAX_MAKEUP_POWER).sqrt()
    }
}

at_level! {
    /// The power of the sawtooth, and what the formants leave of it.
    fn reference_powers(peaks: &Peaks, fundamental_hz: f32) -> [f32; 2] {
        let peaks = *peaks;
        let (mut before, mut after) = ([0.0; GROUP], [0.0; GROUP]);
        for first in (0..REFERENCE).step_by(GROUP) {
            let sums = before.iter_mut().zip(&mut after);
            for (lane, (before, after)) in sums.enumerate() {
                let n = (first + lane + 1) as f32;
                let power = 1.0 / (n * n);
                *before += power;
                *after += power / peaks.reciprocal_power(n * fundamental_hz);
            }
        }
        [before, after].map(|sums| sums.iter().sum())
    }
}

at_level! {
    fn apply(
        peaks: &Peaks,
        fundamental_hz: f32,
        amount: f32,
        makeup: f32,
        ratio: &[f32],
        gains: &mut [f32],
    ) {
        let (peaks, with, without) = (*peaks, amount * makeup, 1.0 - amount);
        for (gain, ratio) in gains.iter_mut().zip(ratio) {
            let reciprocal = peaks.reciprocal_power(ratio * fundamental_hz);
            *gain *= without + with / reciprocal.sqrt();
        }
    }
}
