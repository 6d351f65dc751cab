//! What is wrong with a MIDI file: where, what was found, what was expected.

use std::borrow::Cow;
use std::fmt;

/// A place in a MIDI file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where in which track; `None` outside of the tracks.
    pub track: Option<TrackPlace>,
    /// Offset from the start of the file, counted from 0.
    pub byte: usize,
}

/// A place in a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackPlace {
    /// The track's number in the file, counted from 1.
    pub number: usize,
    /// Ticks since the track's start.
    pub tick: u64,
}

impl Place {
    /// A place outside of the tracks.
    pub(super) fn outside(byte: usize) -> Place {
        Place { track: None, byte }
    }

    /// A place in the track of this number.
    pub(super) fn in_track(number: usize, tick: u64, byte: usize) -> Place {
        Place {
            track: Some(TrackPlace { number, tick }),
            byte,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(TrackPlace { number, tick }) = self.track {
            write!(f, "track {number}, tick {tick}, ")?;
        }
        write!(f, "byte {}", self.byte)
    }
}

/// Why a file cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// Where.
    pub place: Place,
    /// What is there.
    pub found: String,
    /// What the format asks for.
    pub expected: Cow<'static, str>,
}

impl Error {
    /// An error outside of the tracks.
    pub(super) fn new(byte: usize, found: impl Into<String>, expected: &'static str) -> Error {
        Error {
            place: Place::outside(byte),
            found: found.into(),
            expected: Cow::Borrowed(expected),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Error {
            place,
            found,
            expected,
        } = self;
        write!(f, "{place}: found {found}, expected {expected}")
    }
}

impl std::error::Error for Error {}

/// A fault that the file is played in spite of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// Its first occurrence.
    pub error: Error,
    /// What is done about it.
    pub outcome: &'static str,
    /// How many more of the same kind there are in the file.
    pub more: u64,
    fault: Fault,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.error, self.outcome)?;
        if self.more > 0 {
            write!(f, " ({} more of the kind)", self.more)?;
        }
        Ok(())
    }
}

/// The kinds of faults that a file is played in spite of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    HeaderLength,
    FrameRate,
    TracksMissing,
    TracksLeft,
    TracksInFormat0,
    TracksInFormat2,
    ChunkLength,
    UnknownBytes,
    Truncated,
    CutEvent,
    NoEndOfTrack,
    LongNumber,
    DataByte,
    RunningStatus,
    NoStatus,
    SystemStatus,
    ZeroTempo,
    ShortTempo,
    LongTempo,
    LongEndOfTrack,
    LongGap,
    LongSong,
    BytesAfterEnd,
    /// Zeros, which other programs write there.
    PaddingAfterEnd,
    /// A wrong length or value in an event that is not played. It has what the format asks for.
    MetaContent(&'static str),
}

impl Fault {
    /// What the format asks for, and what is done about it.
    fn texts(self) -> (&'static str, &'static str) {
        match self {
            Fault::HeaderLength => ("6 bytes", "the first 6 bytes count"),
            Fault::FrameRate => ("24, 25, 29 or 30", "time runs at that rate"),
            Fault::TracksMissing => (
                "as many tracks as the header counts",
                "the tracks that are there play",
            ),
            Fault::TracksLeft => (
                "no more tracks than the header counts",
                "the tracks past that number do not play",
            ),
            Fault::TracksInFormat0 => ("one track", "they play together"),
            Fault::TracksInFormat2 => ("one song", "the tracks play one after another"),
            Fault::ChunkLength => (
                "the length up to End of Track",
                "the track ends with End of Track",
            ),
            Fault::UnknownBytes => ("a chunk", "skipped up to the next track"),
            Fault::Truncated => (
                "the rest of the track",
                "the track ends with its last whole event",
            ),
            Fault::CutEvent => (
                "the rest of the event",
                "the track ends with its last whole event",
            ),
            Fault::NoEndOfTrack => ("End of Track", "the track ends here"),
            Fault::LongNumber => ("at most 4", "it counts up to 268435455"),
            Fault::DataByte => ("00 to 7F", "it counts as 7F"),
            Fault::RunningStatus => ("a status byte", "the last channel status goes on"),
            Fault::NoStatus => ("a status byte", "the rest of the track does not play"),
            Fault::SystemStatus => ("a message that a file may hold", "it is skipped"),
            Fault::ZeroTempo => ("at least 1 microsecond", "the tempo stays as it was"),
            Fault::ShortTempo => ("3 bytes", "the tempo stays as it was"),
            Fault::LongTempo => ("3 bytes", "its first 3 bytes count"),
            Fault::LongEndOfTrack => ("0 bytes", "the track ends"),
            Fault::LongGap => ("an event within an hour", "the track ends before it"),
            Fault::LongSong => ("the song's end within 12 hours", "the track ends before it"),
            Fault::BytesAfterEnd => ("the end of the chunk", "they do not play"),
            Fault::PaddingAfterEnd => ("the end of the chunk", "they are skipped"),
            Fault::MetaContent(expected) => (expected, "it is skipped"),
        }
    }

    /// The error that a strict reading makes of it.
    pub fn error(self, place: Place, found: String) -> Error {
        Error {
            place,
            found,
            expected: Cow::Borrowed(self.texts().0),
        }
    }

    /// Whether it changes nothing that is heard: only a strict reading speaks of it.
    fn is_harmless(self) -> bool {
        matches!(self, Fault::PaddingAfterEnd | Fault::MetaContent(_))
    }
}

/// `count` bytes, in words.
pub(super) fn bytes_in_words(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} byte{plural}")
}

/// What has been found wrong: each kind of fault once, so that there are few, however damaged the
/// file is.
pub(super) struct Faults {
    /// Whether the first fault ends the reading.
    is_strict: bool,
    warnings: Vec<Warning>,
}

impl Faults {
    pub fn new(is_strict: bool) -> Faults {
        Faults {
            is_strict,
            warnings: Vec::new(),
        }
    }

    /// Notes a fault. `found` is called only for a fault that is reported.
    pub fn note(
        &mut self,
        fault: Fault,
        place: Place,
        found: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        self.note_error(fault, || fault.error(place, found()))
    }

    /// Notes a fault with an error of its own wording.
    pub fn note_error(&mut self, fault: Fault, error: impl FnOnce() -> Error) -> Result<(), Error> {
        if self.is_strict {
            return Err(error());
        }
        if fault.is_harmless() {
            return Ok(());
        }
        match self.warnings.iter_mut().find(|known| known.fault == fault) {
            Some(known) => known.more += 1,
            None => self.warnings.push(Warning {
                error: error(),
                outcome: fault.texts().1,
                more: 0,
                fault,
            }),
        }
        Ok(())
    }

    /// The kind of fault that was met last for the first time.
    pub fn last(&self) -> Option<&Error> {
        self.warnings.last().map(|warning| &warning.error)
    }

    /// All of them, in the order in which they were found.
    pub fn into_warnings(self) -> Vec<Warning> {
        self.warnings
    }
}
