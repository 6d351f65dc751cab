//! The morph: up to four spectra, each a [body](crate::synth::partials::bodies), a
//! [colour](crate::synth::partials::colours), a tilt and an odd/even balance, and the pad between them.
//!
//! Of spectrum i partial n has the ratio r and the gain
//!
//! a = colourₙ·bodyₙ·n^(t/6.02)·balanceₙ
//!
//! With the pad's [weights] w, rank by rank,
//!
//! rₙ = 2^Σw·log₂ rᵢₙ, aₙ = 2^Σw·log₂ max(aᵢₙ, 10^(−96/20))
//!
//! A partial that is at the floor in all spectra is silent. Where one spectrum has all the weight, its own
//! tables and gains are taken as they are, without the floor: a corner gives the same bits as that
//! spectrum without the pad, and Harmonic with Power the same as the [series](super::series).
//!
//! Stretch and inharmonicity act on r as on the series' n; strike position and normalisation are those
//! of the series.
//!
//! The body Recording has the ratios and levels that the [recording](crate::synth::recordings) has at the segment's
//! end. Its gains are those of the recording: they are not normalised, and before they are mixed with those of other
//! spectra, these are. Partials that only some of the spectra have fade by the weight of these, and have their ratio.
//! As beside every colour but Power, Power with a recording sounds as it was recorded at a tilt of −6 dB per octave.
//!
//! Nothing is kept for a voice: the tables are static, and tilt and balance are worked out again with
//! each change. Bodies are mixed only where they are different, and so are gains; a part that has
//! not changed is not worked out anew.
//!
//! Error against the formulas, over all bodies and colours and 512 partials: below 0.01 cent and 0.01 dB
//! (tests).

mod mix;

use self::mix::Mix;
pub use self::mix::weights;
use super::series::{RatioSettings, Strike, odd_even_gains, strike, strike_and_normalise};
use super::{BodySet, SpectrumSource};
use crate::at_level;
use crate::dsp::maths::{DB_PER_OCTAVE_PER_POWER, at_least, exp2, log2};
use crate::synth::modulation::VoiceValues;
use crate::synth::parameter::{MAX_PARTIALS, Param, SPECTRA, SpectrumParams};
use crate::synth::partials::colours::ColourLevels;
use crate::synth::partials::{Arrays, Context, Frame, HarmonicTables, drawn, recorded};

/// log₂ of the least gain that a morph knows: −96 dB.
const FLOOR: f32 = -96.0 / DB_PER_OCTAVE_PER_POWER;
/// Below the floor.
const LEAST_GAIN: f32 = 1e-6;
/// A sum of logarithms below this is the floor, whatever it is rounded to.
const NEAR_FLOOR: f32 = FLOOR + 1e-4;
/// log₂ of a gain that counts as none. No tilt reaches it.
const SILENT_BELOW: f32 = -100.0;

/// What the morph depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Morph {
    /// How many partials.
    partials: usize,
    /// The note's MIDI key.
    key: u8,
    bodies: Mix<Body>,
    spectra: Mix<SpectrumSettings>,
    ratios: RatioSettings,
    strike: Strike,
    /// Version of the drawn ratios, where a body is drawn, else 0.
    ratio_version: u64,
    /// Version of the drawn levels, where a colour is drawn, else 0.
    level_version: u64,
    /// What of it is a recording, if anything is.
    recorded: Option<RecordedMix>,
}

/// Where the partials of a spectrum lie.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Body {
    /// Index of the body.
    index: u8,
    /// The first spectrum whose drawn body is the same, where it is drawn, else 0.
    drawing: u8,
}

/// What a morph has of recordings.
#[derive(Clone, Copy, Debug, PartialEq)]
struct RecordedMix {
    /// How many partials, 0 where there is none to play.
    partials: usize,
    /// Changes with each segment.
    version: u64,
    /// The sum of the versions of parts in which any partial may be beside the centre.
    pan_version: u64,
    /// The part of the bank that has all the weight.
    only: Option<usize>,
    /// Whether spectra that are computed are mixed with them.
    has_computed: bool,
}

/// What the gains of a spectrum depend on.
#[derive(Clone, Copy, Debug, PartialEq)]
struct SpectrumSettings {
    /// Index of the body, if it has levels of its own.
    body: Option<u8>,
    /// Index of the colour.
    colour: u8,
    /// The first spectrum whose drawn colour is the same, where it is drawn, else 0.
    drawing: u8,
    /// dB per octave.
    tilt_db: f32,
    /// −1 (odd) to 1 (even).
    odd_even: f32,
}

impl Morph {
    /// Reads the morph from the values; `None` where they ask for no more than the series.
    pub fn read(values: &VoiceValues, context: &Context) -> Option<Morph> {
        let (x, y) = (values.get(Param::MORPH_X), values.get(Param::MORPH_Y));
        let is_plain = values.index(Param::BODY_A) == 0 && values.index(Param::COLOUR_A) == 0;
        if x == 0.0 && y == 0.0 && is_plain {
            return None;
        }
        let weights = weights(x, y);
        let bodies = std::array::from_fn(|place| Body::read(place, values, context));
        let mixed_bodies = Mix::new(bodies, weights);
        let spectra = std::array::from_fn(|place| SpectrumSettings::read(place, values, context));
        Some(Morph {
            partials: values.index(Param::PARTIALS),
            key: context.note.register_key,
            bodies: mixed_bodies,
            spectra: Mix::new(spectra, weights),
            ratios: RatioSettings::read(values),
            strike: Strike::read(values),
            ratio_version: version(
                bodies.map(|body| body.index),
                drawn::BODY,
                context.drawn.ratio_version(),
            ),
            level_version: version(
                spectra.map(|settings| settings.colour),
                drawn::COLOUR,
                context.drawn.level_version(),
            ),
            recorded: RecordedMix::read(&mixed_bodies, context),
        })
    }

    fn fill_ratios(&self, context: &Context, ratio: &mut [f32]) {
        let len = ratio.len();
        if let Some(body) = self.bodies.only() {
            let (r, log2_r) = ratios_of(context, body, self.key);
            self.ratios
                .set(context.level, &r[..len], &log2_r[..len], ratio);
            return;
        }
        if self.recorded.is_some() {
            return self.fill_recorded_ratios(context, ratio);
        }
        let parts = self.bodies.parts_of_all();
        let of = parts.map(|(body, weight)| {
            let (_, log2_r) = ratios_of(context, body, self.key);
            (&log2_r[..len], weight)
        });
        let (mut r, mut log2_r) = ([0.0; MAX_PARTIALS], [0.0; MAX_PARTIALS]);
        let (r, log2_r) = (&mut r[..len], &mut log2_r[..len]);
        mix_ratios(context.level, of, r, log2_r);
        self.ratios.set(context.level, r, log2_r, ratio);
    }

    fn fill_gains(&self, context: &Context, gain: &mut [f32]) {
        if self.recorded.is_some() {
            return self.fill_recorded_gains(context, gain);
        }
        let tables = context.tables;
        if let Some(settings) = self.spectra.only() {
            let spectrum = Spectrum::new(&settings, context, self.key);
            set_gains(context.level, &spectrum, tables, gain);
        } else {
            gain.fill(0.0);
            for (settings, weight) in self.spectra.parts() {
                let spectrum = Spectrum::new(settings, context, self.key);
                add_levels(context.level, &spectrum, *weight, tables, gain);
            }
            set_gains_of_levels(context.level, gain);
        }
        let n = &tables.n[..gain.len()];
        finish(context.level, self.strike, self.partials, n, gain);
    }

    /// Gains, some of which are a recording's.
    #[inline(never)]
    fn fill_recorded_gains(&self, context: &Context, gain: &mut [f32]) {
        if let Some(settings) = self.spectra.only() {
            return self.set_gains_of(&settings, context, gain);
        }
        let mut of_one = [0.0; MAX_PARTIALS];
        let of_one = &mut of_one[..gain.len()];
        let mut weights = [0.0; MAX_PARTIALS];
        gain.fill(0.0);
        for (settings, weight) in self.spectra.parts() {
            self.set_gains_of(settings, context, of_one);
            let body = settings.body.map_or(0, usize::from);
            for (n, (sum, own)) in gain.iter_mut().zip(&*of_one).enumerate() {
                if self.has_partial(context, body, n) {
                    *sum += weight * at_least(log2(at_least(*own, LEAST_GAIN)), FLOOR);
                    weights[n] += weight;
                }
            }
        }
        for (gain, weight) in gain.iter_mut().zip(weights) {
            let level = if weight > 0.0 { *gain / weight } else { FLOOR };
            *gain = if level > NEAR_FLOOR {
                weight * exp2(level)
            } else {
                0.0
            };
        }
    }

    /// Ratios, some of which are a recording's.
    #[inline(never)]
    fn fill_recorded_ratios(&self, context: &Context, ratio: &mut [f32]) {
        let (mut r, mut log2_r) = ([0.0; MAX_PARTIALS], [0.0; MAX_PARTIALS]);
        for n in 0..ratio.len() {
            let (mut sum, mut weights) = (0.0, 0.0);
            for (body, weight) in self.bodies.parts() {
                if self.has_partial(context, usize::from(body.index), n) {
                    let (_, of_body) = ratios_of(context, *body, self.key);
                    sum += weight * of_body[n];
                    weights += weight;
                }
            }
            log2_r[n] = if weights > 0.0 {
                sum / weights
            } else {
                context.tables.log2_n[n]
            };
            r[n] = exp2(log2_r[n]);
        }
        let len = ratio.len();
        self.ratios
            .set(context.level, &r[..len], &log2_r[..len], ratio);
    }

    /// Whether a body ever has a partial of this index. One that the others have alone fades by their weight.
    fn has_partial(&self, context: &Context, body: usize, index: usize) -> bool {
        match recorded::part_of(body) {
            Some(part) => {
                context.recorded[part].is_some_and(|frame| frame.slots.contains(index as u16))
            }
            None => index < self.partials,
        }
    }

    /// The gains of one spectrum, normalised unless it is a recording.
    fn set_gains_of(&self, settings: &SpectrumSettings, context: &Context, gain: &mut [f32]) {
        let spectrum = Spectrum::new(settings, context, self.key);
        set_gains(context.level, &spectrum, context.tables, gain);
        let n = &context.tables.n[..gain.len()];
        match settings.is_recorded() {
            true => strike_gains(context.level, self.strike, n, gain),
            false => finish(context.level, self.strike, self.partials, n, gain),
        }
    }
}

impl RecordedMix {
    fn read(bodies: &Mix<Body>, context: &Context) -> Option<RecordedMix> {
        let part_of = |body: Body| recorded::part_of(body.index.into());
        let parts = || bodies.parts().iter().map(|(body, _)| part_of(*body));
        let mut mix: Option<RecordedMix> = None;
        for part in parts().flatten() {
            let frame = context.recorded[part];
            let mix = mix.get_or_insert(RecordedMix {
                partials: 0,
                version: 0,
                pan_version: 0,
                only: bodies.only().and_then(part_of),
                has_computed: parts().any(|part| part.is_none()),
            });
            mix.partials = mix.partials.max(frame.map_or(0, |frame| frame.count()));
            let version = frame.map_or(0, |frame| frame.version());
            mix.version += version;
            if frame.is_some_and(|frame| frame.has_pans) {
                mix.pan_version += version;
            }
        }
        mix
    }
}

impl SpectrumSource for Morph {
    fn count(&self) -> usize {
        match self.recorded {
            None => self.partials,
            Some(mix) if mix.has_computed => self.partials.max(mix.partials),
            // There is always one, if only a silent one.
            Some(mix) => mix.partials.max(1),
        }
    }

    fn bodies(&self) -> BodySet {
        BodySet::of(self.bodies.parts().iter().map(|(body, _)| body.index))
    }

    fn changed(&self, before: &Morph) -> Arrays {
        if self.count() != before.count()
            || self.partials != before.partials
            || self.key != before.key
        {
            return Arrays::ALL;
        }
        let ratios_changed = self.bodies != before.bodies
            || self.ratios != before.ratios
            || self.ratio_version != before.ratio_version
            || self.recorded != before.recorded;
        let gains_changed = self.spectra != before.spectra
            || self.strike != before.strike
            || self.level_version != before.level_version
            || self.recorded != before.recorded;
        let pans = |of: &Morph| of.recorded.map(|mix| (mix.only, mix.pan_version));
        let pans_changed = pans(self) != pans(before);
        Arrays::RATIO.only_if(ratios_changed)
            | Arrays::GAIN.only_if(gains_changed)
            | Arrays::PAN.only_if(pans_changed)
    }

    fn fill(&self, stale: Arrays, context: &Context, frame: &mut Frame) {
        let (len, used) = (frame.padded_count(), frame.used_count());
        if stale.contain_any(Arrays::RATIO) {
            self.fill_ratios(context, frame.ratio.write(len));
        }
        if stale.contain_any(Arrays::GAIN) {
            let (gain, rest) = frame.gain.write(used).split_at_mut(len);
            self.fill_gains(context, gain);
            rest.fill(0.0);
        }
        if stale.contain_any(Arrays::PAN) {
            frame.pan.write(used).fill(0.0);
            if let Some(part) = self.recorded.and_then(|mix| mix.only)
                && let Some(recorded) = context.recorded[part]
            {
                recorded::set_pans(recorded, &mut frame.pan.write(used)[..len]);
            }
        }
    }
}

impl Body {
    /// That of spectrum 0 (A) to 3 (D).
    fn read(spectrum: usize, values: &VoiceValues, context: &Context) -> Body {
        let index = values.index(SpectrumParams::ALL[spectrum].body);
        Body {
            index: index as u8,
            drawing: match index {
                drawn::BODY => context.drawn.first_with_ratios_of(spectrum),
                _ => 0,
            },
        }
    }
}

impl SpectrumSettings {
    fn is_recorded(&self) -> bool {
        self.body
            .is_some_and(|body| recorded::part_of(body.into()).is_some())
    }

    /// Those of spectrum 0 (A) to 3 (D).
    fn read(spectrum: usize, values: &VoiceValues, context: &Context) -> SpectrumSettings {
        let params = &SpectrumParams::ALL[spectrum];
        let (body, colour) = (values.index(params.body), values.index(params.colour));
        let has_levels = recorded::part_of(body).is_some()
            || context.tables.bodies[body]
                .levels(context.note.register_key)
                .is_some();
        SpectrumSettings {
            body: has_levels.then_some(body as u8),
            colour: colour as u8,
            drawing: match colour {
                drawn::COLOUR => context.drawn.first_with_levels_of(spectrum),
                _ => 0,
            },
            tilt_db: values.get(params.tilt),
            odd_even: values.get(params.odd_even),
        }
    }
}

/// `version`, if one of these indices is `drawn`, else 0.
fn version(indices: [u8; SPECTRA], drawn: usize, version: u64) -> u64 {
    if indices.contains(&(drawn as u8)) {
        version
    } else {
        0
    }
}

/// The ratios of a body, and log₂ of them.
fn ratios_of<'a>(context: &Context<'a>, body: Body, key: u8) -> (&'a [f32], &'a [f32]) {
    match usize::from(body.index) {
        drawn::BODY => context.drawn.ratios(body.drawing),
        body => {
            if let Some(part) = recorded::part_of(body)
                && let Some(recorded) = context.recorded[part]
            {
                return (&recorded.ratio[..], &recorded.log2_ratio[..]);
            }
            let of = context.tables.bodies[body].ratios(key);
            (&of.ratio, &of.log2_ratio)
        }
    }
}

/// The gains of a spectrum, as far as they do not depend on the partial.
#[derive(Clone, Copy, Debug)]
struct Spectrum<'a> {
    body: Option<&'a [f32]>,
    colour: ColourLevels<'a>,
    /// Exponent of n.
    power: f32,
    /// Linear gains of odd and even partials.
    odd: f32,
    even: f32,
}

impl<'a> Spectrum<'a> {
    fn new(settings: &SpectrumSettings, context: &Context<'a>, key: u8) -> Spectrum<'a> {
        let tables = context.tables;
        let colour = &tables.colours[usize::from(settings.colour)];
        let levels = match usize::from(settings.colour) {
            drawn::COLOUR => ColourLevels::Of(context.drawn.log2_gains(settings.drawing)),
            _ => colour.levels(key),
        };
        let (odd, even) = odd_even_gains(settings.odd_even);
        let body = settings
            .body
            .and_then(|body| match recorded::part_of(body.into()) {
                Some(part) => Some(recorded::levels(context.recorded[part])),
                None => tables.bodies[usize::from(body)].levels(key),
            });
        let tilt_db = match settings.is_recorded() && settings.colour == 0 {
            true => settings.tilt_db - Param::TILT.row().default,
            false => colour.tilt_db(settings.tilt_db),
        };
        Spectrum {
            body,
            colour: levels,
            power: tilt_db / DB_PER_OCTAVE_PER_POWER,
            odd,
            even,
        }
    }

    /// Gives `of` each partial's value, log₂ of its gain but for the balance, and whether it is odd.
    #[inline(always)]
    fn each(
        &self,
        tables: &HarmonicTables,
        values: &mut [f32],
        of: impl Fn(&mut f32, f32, f32) + Copy,
    ) {
        let len = values.len();
        let partials = || tables.log2_n[..len].iter().zip(&tables.odd[..len]);
        let power = self.power;
        match (self.body, self.colour) {
            (None, ColourLevels::Flat) => {
                for (value, (log2_n, odd)) in values.iter_mut().zip(partials()) {
                    of(value, log2_n * power, *odd);
                }
            }
            (Some(levels), ColourLevels::Flat) | (None, ColourLevels::Of(levels)) => {
                let partials = partials().zip(&levels[..len]);
                for (value, ((log2_n, odd), level)) in values.iter_mut().zip(partials) {
                    of(value, log2_n * power + level, *odd);
                }
            }
            (Some(body), ColourLevels::Of(colour)) => {
                let partials = partials().zip(body[..len].iter().zip(&colour[..len]));
                for (value, ((log2_n, odd), (body, level))) in values.iter_mut().zip(partials) {
                    of(value, log2_n * power + level + body, *odd);
                }
            }
            (None, ColourLevels::Between(from, to, part)) => {
                let partials = partials().zip(from[..len].iter().zip(&to[..len]));
                for (value, ((log2_n, odd), (from, to))) in values.iter_mut().zip(partials) {
                    of(value, log2_n * power + (from + part * (to - from)), *odd);
                }
            }
            (Some(body), ColourLevels::Between(from, to, part)) => {
                let levels = body[..len].iter().zip(from[..len].iter().zip(&to[..len]));
                let partials = partials().zip(levels);
                for (value, ((log2_n, odd), (body, (from, to)))) in values.iter_mut().zip(partials)
                {
                    let level = from + part * (to - from);
                    of(value, log2_n * power + level + body, *odd);
                }
            }
        }
    }
}

at_level! {
    /// Writes the gains of one spectrum.
    fn set_gains(spectrum: &Spectrum, tables: &HarmonicTables, gain: &mut [f32]) {
        let (odd, even) = (spectrum.odd, spectrum.even);
        spectrum.each(tables, gain, |gain, level, is_odd| {
            let of_level = if level > SILENT_BELOW { exp2(level) } else { 0.0 };
            *gain = of_level * (even + is_odd * (odd - even));
        });
    }
}

at_level! {
    /// Adds to each sum its part of log₂ of the gain of one spectrum.
    fn add_levels(spectrum: &Spectrum, weight: f32, tables: &HarmonicTables, sums: &mut [f32]) {
        if spectrum.odd == 1.0 && spectrum.even == 1.0 {
            spectrum.each(tables, sums, |sum, level, _| {
                *sum += weight * at_least(level, FLOOR);
            });
            return;
        }
        let [odd, even] = [spectrum.odd, spectrum.even]
            .map(|gain| if gain > 0.0 { log2(gain) } else { 2.0 * SILENT_BELOW });
        spectrum.each(tables, sums, |sum, level, is_odd| {
            let level = level + (even + is_odd * (odd - even));
            *sum += weight * at_least(level, FLOOR);
        });
    }
}

at_level! {
    fn strike_gains(of: Strike, n: &[f32], gain: &mut [f32]) {
        strike(of, n, gain);
    }
}

at_level! {
    fn set_gains_of_levels(values: &mut [f32]) {
        for value in values {
            *value = if *value > NEAR_FLOOR { exp2(*value) } else { 0.0 };
        }
    }
}

at_level! {
    fn finish(strike: Strike, partials: usize, n: &[f32], gain: &mut [f32]) {
        strike_and_normalise(strike, partials, n, gain);
    }
}

at_level! {
    /// Writes ratios that are mixed of bodies, each log₂ of the ratios with its weight, and log₂ of them.
    fn mix_ratios(of: [(&[f32], f32); SPECTRA], ratios: &mut [f32], log2_ratios: &mut [f32]) {
        let [(a, weight_a), (b, weight_b), (c, weight_c), (d, weight_d)] = of;
        let bodies = a.iter().zip(b).zip(c.iter().zip(d));
        let ratios = ratios.iter_mut().zip(log2_ratios);
        for ((ratio, log2_ratio), ((a, b), (c, d))) in ratios.zip(bodies) {
            *log2_ratio = weight_a * a + weight_b * b + weight_c * c + weight_d * d;
            *ratio = exp2(*log2_ratio);
        }
    }
}
