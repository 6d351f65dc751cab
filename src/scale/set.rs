//! A scale with its keyboard maps: what a musician loads, and what a state or a preset keeps.

use super::kbm::offset_semitones;
use super::{KeyMap, Scale, TuningFileError};
use crate::synth::tuning::{CHANNELS, ChannelKeys, KeyAssignment, LoadedScale};

/// The most bytes of text that states and presets keep.
pub const MAX_SET_BYTES: usize = 256 << 10;
/// The key of the first degree in a file with a reference pitch of its own.
const FIRST_KEY: i64 = 60;
/// The longest name of a scale, characters; more of it is cut.
const MAX_NAME_CHARS: usize = 256;

/// A scale with its keyboard maps.
#[derive(Clone, Debug, PartialEq)]
pub struct TuningSet {
    name: String,
    scale: Scale,
    maps: SetMaps,
}

/// The keyboard maps of a set.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum SetMaps {
    /// None: each key has the next degree.
    #[default]
    Linear,
    /// One for all channels.
    One(KeyMap),
    /// One for each channel; channels without one are silent.
    PerChannel(Box<[Option<KeyMap>; CHANNELS]>),
}

/// Why a scale and its maps cannot be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TuningSetError {
    /// The scale cannot be read.
    Scale(TuningFileError),
    /// The keyboard map cannot be read: that of this channel, 1 to 16, if there is one for each.
    Map(Option<usize>, TuningFileError),
    /// Together they have more than [`MAX_SET_BYTES`] of text.
    TooLong(usize),
    /// There are to be maps by channel, and no channel has one.
    NoMaps,
}

impl std::fmt::Display for TuningSetError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            TuningSetError::Scale(error) => write!(f, "scale, {error}"),
            TuningSetError::Map(None, error) => write!(f, "keyboard map, {error}"),
            TuningSetError::Map(Some(channel), error) => {
                write!(f, "keyboard map of channel {channel}, {error}")
            }
            TuningSetError::TooLong(bytes) => write!(
                f,
                "scale and keyboard maps have {} KiB of text, and a song keeps at most {}",
                bytes / 1024,
                MAX_SET_BYTES / 1024
            ),
            TuningSetError::NoMaps => write!(f, "no channel has a keyboard map"),
        }
    }
}

impl std::error::Error for TuningSetError {}

/// Texts of keyboard maps, as files have them.
#[derive(Clone, Copy, Debug, Default)]
#[allow(
    clippy::large_enum_variant,
    reason = "it is passed once for each file that is read"
)]
pub enum MapTexts<'t> {
    /// None.
    #[default]
    None,
    /// One for all channels.
    One(&'t [u8]),
    /// One for each channel.
    PerChannel([Option<&'t [u8]>; CHANNELS]),
}

impl TuningSet {
    /// Reads a scale and its maps together: all of them or none.
    ///
    /// # Errors
    /// What cannot be read, where, and why.
    pub fn read(name: &str, scl: &[u8], kbm: MapTexts) -> Result<TuningSet, TuningSetError> {
        let scale = Scale::read(scl).map_err(TuningSetError::Scale)?;
        let maps = match kbm {
            MapTexts::None => SetMaps::Linear,
            MapTexts::One(text) => {
                SetMaps::One(KeyMap::read(text).map_err(|error| TuningSetError::Map(None, error))?)
            }
            MapTexts::PerChannel(texts) => {
                let mut maps = Box::new([const { None }; CHANNELS]);
                for (channel, text) in (1..).zip(texts) {
                    let fail = |error| TuningSetError::Map(Some(channel), error);
                    maps[channel - 1] = text.map(KeyMap::read).transpose().map_err(fail)?;
                }
                SetMaps::PerChannel(maps)
            }
        };
        TuningSet::new(name, scale, maps)
    }

    /// The set of a scale and maps that have been read.
    ///
    /// # Errors
    /// If they are too long to be kept, or if no channel of a set has a map.
    pub fn new(name: &str, scale: Scale, maps: SetMaps) -> Result<TuningSet, TuningSetError> {
        if matches!(&maps, SetMaps::PerChannel(maps) if maps.iter().all(Option::is_none)) {
            return Err(TuningSetError::NoMaps);
        }
        let name = name.chars().filter(|char| !char.is_control());
        let set = TuningSet {
            name: name.take(MAX_NAME_CHARS).collect(),
            scale,
            maps,
        };
        let bytes =
            set.scale.text().len() + set.map_texts().map(|(_, text)| text.len()).sum::<usize>();
        match bytes <= MAX_SET_BYTES {
            true => Ok(set),
            false => Err(TuningSetError::TooLong(bytes)),
        }
    }

    /// What it is called: the name of the scale's file without its ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The scale.
    pub fn scale(&self) -> &Scale {
        &self.scale
    }

    /// The keyboard maps.
    pub fn maps(&self) -> &SetMaps {
        &self.maps
    }

    /// The texts of the maps, each with its channel, 1 to 16, where there is one for each.
    pub fn map_texts(&self) -> impl Iterator<Item = (Option<usize>, &str)> {
        let one = match &self.maps {
            SetMaps::One(map) => Some((None, map.text())),
            _ => None,
        };
        let of_channels = match &self.maps {
            SetMaps::PerChannel(maps) => &maps[..],
            _ => &[],
        };
        let of_channels = (1..).zip(of_channels);
        one.into_iter().chain(
            of_channels.filter_map(|(channel, map)| Some((Some(channel), map.as_ref()?.text()))),
        )
    }

    /// This set without keyboard maps, or with one for all channels.
    ///
    /// # Errors
    /// If they are too long to be kept.
    pub fn with_map(&self, map: Option<KeyMap>) -> Result<TuningSet, TuningSetError> {
        let maps = map.map_or(SetMaps::Linear, SetMaps::One);
        TuningSet::new(&self.name, self.scale.clone(), maps)
    }

    /// The map that says what the scale's own reference pitch does; `None` if its file has none.
    pub fn reference_map(&self) -> Option<KeyMap> {
        let pitch = self.scale.reference_pitch()?;
        KeyMap::linear(FIRST_KEY, pitch.key(self.scale.size()), pitch.hz)
    }

    /// The numbers of it, as voices read them.
    pub fn loaded(&self) -> LoadedScale {
        let tones = self.scale.tones().iter();
        let degrees: Vec<f64> = tones.map(|tone| tone.cents() / 100.0).collect();
        let mut assignments = Vec::new();
        let mut assigned = |assignment| {
            assignments.push(assignment);
            ChannelKeys::Assigned(assignments.len() - 1)
        };
        let channels = match (&self.maps, self.scale.reference_pitch()) {
            (SetMaps::Linear, None) => [ChannelKeys::Linear; CHANNELS],
            (SetMaps::Linear, Some(pitch)) => {
                let reference = pitch.key(self.scale.size());
                [assigned(linear(reference, pitch.hz)); CHANNELS]
            }
            (SetMaps::One(map), _) => [assigned(map.assignment()); CHANNELS],
            (SetMaps::PerChannel(maps), _) => maps.each_ref().map(|map| match map {
                Some(map) => assigned(map.assignment()),
                None => ChannelKeys::Silent,
            }),
        };
        LoadedScale::new(&degrees, assignments, channels)
    }
}

/// The channel, 1 to 16, of a keyboard map whose file has this name, without its ending: Scala's convention
/// for sets, `NAME_1` to `NAME_16`. `None` for any other.
pub fn channel_of_map(stem: &str) -> Option<usize> {
    let (name, number) = stem.rsplit_once('_')?;
    let parsed: Option<usize> = number.parse().ok();
    let channel = parsed.filter(|channel| (1..=16).contains(channel))?;
    let is_plain = !name.is_empty() && channel.to_string() == number;
    is_plain.then_some(channel)
}

/// [`FIRST_KEY`] has the first degree, and this key this frequency.
fn linear(reference: i64, hz: f64) -> KeyAssignment {
    KeyAssignment {
        degrees: Box::new([]),
        middle: FIRST_KEY,
        reference,
        reference_offset: offset_semitones(reference, hz),
        formal_octave: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCL: &str = "! meanquar.scl\nQuarter-comma\n 3\n 400.0\n 3/2\n 2/1\n";
    const KBM: &str = "0\n0\n127\n60\n69\n440.0\n0\n";

    #[test]
    fn texts_come_back_as_they_were_read() {
        let set = TuningSet::read("mean", SCL.as_bytes(), MapTexts::One(KBM.as_bytes()));
        let set = set.expect("readable");
        assert_eq!(set.scale().text(), SCL);
        assert_eq!(set.map_texts().collect::<Vec<_>>(), [(None, KBM)]);
        assert_eq!(set.loaded().degrees(), 3);
        assert!(set.loaded().has_reference());
        let bare = set.with_map(None).expect("short");
        assert_eq!(bare.map_texts().count(), 0);
        assert!(!bare.loaded().has_reference());
    }

    #[test]
    fn a_reference_pitch_can_be_said_by_a_map() {
        let text = format!("{SCL}! @ABL REFERENCE_PITCH 4 1 430.0\n");
        let set = TuningSet::read("x", text.as_bytes(), MapTexts::None).expect("readable");
        let map = set.reference_map().expect("a reference");
        let mapped = set.with_map(Some(map)).expect("short");
        let write = |set: &TuningSet| {
            let mut keys = crate::synth::tuning::KeyTable::equal(0.0);
            set.loaded().write(0, (0, 0.0), &mut keys);
            keys
        };
        assert_eq!(write(&set), write(&mapped));
        let bare = TuningSet::read("x", SCL.as_bytes(), MapTexts::None).expect("readable");
        assert_eq!(bare.reference_map(), None);
    }

    #[test]
    fn channels_without_a_map_are_silent() {
        let mut texts = [None; CHANNELS];
        texts[2] = Some(KBM.as_bytes());
        let set = TuningSet::read("mean", SCL.as_bytes(), MapTexts::PerChannel(texts));
        let loaded = set.expect("readable").loaded();
        assert!(loaded.is_set());
        assert_eq!(loaded.degree(0, 60, 60), None);
        assert_eq!(loaded.degree(2, 60, 60), Some(0));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let error = TuningSet::read("x", b"a scale\n2\n100.0\n", MapTexts::None);
        let error = error.expect_err("a note is missing").to_string();
        assert!(error.starts_with("scale, line"), "{error}");
        let mut texts = [None; CHANNELS];
        texts[15] = Some(&b"1\n0\n"[..]);
        let error = TuningSet::read("x", SCL.as_bytes(), MapTexts::PerChannel(texts));
        let error = error.expect_err("cut off").to_string();
        assert!(
            error.starts_with("keyboard map of channel 16, line"),
            "{error}"
        );
        let none = TuningSet::read("x", SCL.as_bytes(), MapTexts::PerChannel([None; CHANNELS]));
        assert_eq!(none, Err(TuningSetError::NoMaps));
        let long = format!("{SCL}! {}\n", "x".repeat(MAX_SET_BYTES));
        let error = TuningSet::read("x", long.as_bytes(), MapTexts::None);
        assert!(matches!(error, Err(TuningSetError::TooLong(_))));
    }
}
