//! The pitch of every key, from a scale and keyboard maps.
//!
//! ```text
//! pitch(d)     = P·⌊d/N⌋ + t[d mod N]                        (t[0] = 0, P = t[N]; N = 0: 0)
//! degree(k)    = k − middle                                  (without a map, or with one of size 0)
//!              = map[r] + F·q, (q, r) = divmod(k − middle, size)
//! semitones(k) = reference + (pitch(degree(k)) − pitch(degree(reference key))) / 100
//! ```
//!
//! The reference is kept as a key and the distance from that key's pitch in equal temperament, not in
//! hertz: so twelve tones of 100 cents give whole semitones, the same bits as no tuning.

use super::kbm::KeyMap;
use super::scl::Scale;
use crate::dsp::sparse_steps::StepPeriod;

/// MIDI channels.
pub const CHANNELS: usize = 16;
/// Keys of a channel.
pub const KEYS: usize = 128;

/// The pitches of keys are kept within these frequencies. Legal pairs of files go from 10⁻⁶¹ to 10⁷² Hz.
const LIMITS_HZ: (f64, f64) = (1e-3, 1e6);

/// A reference so near to equal temperament at 440 Hz is taken for it, in semitones. Files have
/// 261.625565 Hz for key 60, with six digits of it: 2e-8 semitones from the value.
const ROUNDED_SEMITONES: f64 = 1e-6;

/// The keyboard maps of a tuning.
#[derive(Clone, Copy, Debug)]
pub enum KeyMaps<'a> {
    /// None: each key plays the degree next to the last key's.
    Linear,
    /// One for all channels.
    One(&'a KeyMap),
    /// One a channel. Channels without one are silent.
    PerChannel([Option<&'a KeyMap>; CHANNELS]),
}

/// Where a scale is on the keyboard if no file says it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalePlacement {
    /// The key that plays 1/1.
    pub root_key: u8,
    /// The key that has the pitch of equal temperament.
    pub reference_key: u8,
    /// The frequency of key 69 in that equal temperament, above 0.
    pub a4_hz: f64,
}

impl Default for ScalePlacement {
    /// Key 60 plays 1/1 and has its pitch of equal temperament at 440 Hz, as in Surge.
    fn default() -> ScalePlacement {
        ScalePlacement {
            root_key: 60,
            reference_key: 60,
            a4_hz: 440.0,
        }
    }
}

/// A key that is mapped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TunedKey {
    /// Its pitch in semitones of equal temperament: 69 is 440 Hz. From −156 to 203.
    pub semitones: f64,
    /// The degree of the scale that it plays, 0 for 1/1.
    pub degree: i64,
}

/// The pitch of every key of every channel.
#[derive(Clone, Debug, PartialEq)]
pub struct Tuning {
    channels: Vec<ChannelTuning>,
    period_semitones: f64,
    scale_size: usize,
}

/// The keys of one channel.
#[derive(Clone, Copy, Debug, PartialEq)]
struct ChannelTuning {
    keys: [Option<TunedKey>; KEYS],
    period: StepPeriod,
}

impl ChannelTuning {
    const SILENT: ChannelTuning = ChannelTuning {
        keys: [None; KEYS],
        period: StepPeriod {
            steps: 0,
            rise: 0.0,
        },
    };
}

impl Tuning {
    /// The keys of a scale. An `.ascl` file's reference pitch counts in place of `placement` where there is
    /// no map, and a map counts in place of both. Any scale goes with any map.
    pub fn new(scale: &Scale, maps: KeyMaps, placement: &ScalePlacement) -> Tuning {
        let linear = Layout::linear(scale, placement);
        let channels = match maps {
            KeyMaps::Linear => vec![linear.tuned(scale); CHANNELS],
            KeyMaps::One(map) => vec![Layout::mapped(map).tuned(scale); CHANNELS],
            KeyMaps::PerChannel(maps) => {
                let keys = |map: Option<&KeyMap>| match map {
                    Some(map) => Layout::mapped(map).tuned(scale),
                    None => ChannelTuning::SILENT,
                };
                maps.into_iter().map(keys).collect()
            }
        };
        Tuning {
            channels,
            period_semitones: scale.period_cents() / 100.0,
            scale_size: scale.size(),
        }
    }

    /// A key of a channel, both counted from 0; `None` if it is unmapped, or there is no such key.
    pub fn key(&self, channel: usize, key: usize) -> Option<TunedKey> {
        *self.channels.get(channel)?.keys.get(key)?
    }

    /// Its pitch in semitones.
    pub fn semitones(&self, channel: usize, key: usize) -> Option<f64> {
        Some(self.key(channel, key)?.semitones)
    }

    /// All keys of a channel, counted from 0; of the last one for those that there are not.
    pub fn keys(&self, channel: usize) -> &[Option<TunedKey>; KEYS] {
        &self.channels[channel.min(CHANNELS - 1)].keys
    }

    /// After how many keys a channel's pitches repeat, and how many semitones higher; after 0 keys if they do
    /// not. It is what [`between_steps`](crate::dsp::sparse_steps::between_steps) asks for to bend notes
    /// along the scale. A channel counted from 0.
    pub fn key_period(&self, channel: usize) -> StepPeriod {
        self.channels[channel.min(CHANNELS - 1)].period
    }

    /// The scale's period, which may be 0 or less.
    pub fn period_semitones(&self) -> f64 {
        self.period_semitones
    }

    /// The number of degrees in a period, maybe 0.
    pub fn scale_size(&self) -> usize {
        self.scale_size
    }

    /// Moves each channel by a number of periods of its own, as Surge does: channels 2 to 8 are 1 to 7
    /// higher than channel 1, channels 9 to 16 are 8 to 1 lower.
    pub fn spread_periods(&mut self) {
        for (channel, tuning) in self.channels.iter_mut().enumerate() {
            let periods = if channel < 8 {
                channel as i64
            } else {
                channel as i64 - 16
            };
            for key in tuning.keys.iter_mut().flatten() {
                key.semitones = clamped(key.semitones + self.period_semitones * periods as f64);
                key.degree += periods * self.scale_size as i64;
            }
        }
    }
}

/// How the keys of a channel follow from a scale.
struct Layout<'a> {
    /// `None`: key `middle_key` plays degree 0.
    map: Option<&'a KeyMap>,
    middle_key: i64,
    reference_key: i64,
    /// How far the reference key is from equal temperament at 440 Hz.
    offset_semitones: f64,
}

impl<'a> Layout<'a> {
    fn mapped(map: &'a KeyMap) -> Layout<'a> {
        let values = map.values();
        Layout {
            map: Some(map),
            middle_key: values.middle_key,
            reference_key: values.reference_key,
            offset_semitones: offset_semitones(values.reference_key, values.reference_hz),
        }
    }

    fn linear(scale: &Scale, placement: &ScalePlacement) -> Layout<'a> {
        if let Some(pitch) = scale.reference_pitch() {
            let reference_key = pitch.key(scale.size());
            return Layout {
                map: None,
                middle_key: 60,
                reference_key,
                offset_semitones: offset_semitones(reference_key, pitch.hz),
            };
        }
        Layout {
            map: None,
            middle_key: placement.root_key.into(),
            reference_key: placement.reference_key.into(),
            offset_semitones: offset_semitones(69, placement.a4_hz),
        }
    }

    fn degree(&self, key: i64, scale: &Scale) -> Option<i64> {
        match self.map {
            Some(map) => map.degree(key, scale.size()),
            None => Some(key - self.middle_key),
        }
    }

    fn period(&self, scale: &Scale) -> StepPeriod {
        let (size, formal_octave) = match self.map.map(KeyMap::values) {
            Some(values) if values.size > 0 => (values.size, values.formal_octave),
            _ => (scale.size(), 0),
        };
        let octave = match formal_octave {
            0 => scale.size() as i64,
            octave => octave,
        };
        StepPeriod {
            steps: size as u32,
            rise: scale.pitch_cents(octave) / 100.0,
        }
    }

    fn tuned(&self, scale: &Scale) -> ChannelTuning {
        let Some(reference) = self.degree(self.reference_key, scale) else {
            return ChannelTuning::SILENT;
        };
        let reference_cents = scale.pitch_cents(reference);
        let keys = std::array::from_fn(|key| {
            let degree = self.degree(key as i64, scale)?;
            let cents = scale.pitch_cents(degree) - reference_cents;
            let semitones = self.reference_key as f64 + self.offset_semitones + cents / 100.0;
            Some(TunedKey {
                semitones: clamped(semitones),
                degree,
            })
        });
        ChannelTuning {
            keys,
            period: self.period(scale),
        }
    }
}

/// How far a key of this frequency is from its pitch in equal temperament at 440 Hz.
fn offset_semitones(key: i64, hz: f64) -> f64 {
    let offset = semitones_of_hz(hz) - key as f64;
    match offset.abs() < ROUNDED_SEMITONES {
        true => 0.0,
        false => offset,
    }
}

/// The pitch of a frequency in semitones: 69 is 440 Hz.
pub(super) fn semitones_of_hz(hz: f64) -> f64 {
    69.0 + 12.0 * libm::log2(hz / 440.0)
}

/// The frequency of a pitch in semitones: 69 is 440 Hz.
pub fn hz_of_semitones(semitones: f64) -> f64 {
    440.0 * libm::exp2((semitones - 69.0) / 12.0)
}

/// A pitch within the limits.
pub(super) fn clamped(semitones: f64) -> f64 {
    let (low, high) = LIMITS_HZ;
    semitones.clamp(semitones_of_hz(low), semitones_of_hz(high))
}
