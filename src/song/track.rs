//! The events of one track.

use super::fault::{Error, Fault, Faults, Place, bytes_in_words};

const META: u8 = 0xFF;
const END_OF_TRACK: u8 = 0x2F;
const TEMPO: u8 = 0x51;
/// The greatest number that the format has, in 28 bits.
const MAX_NUMBER: u32 = 0x0FFF_FFFF;

/// An event that is heard, or that moves what is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrackEvent {
    /// Ticks since the song's beginning.
    pub tick: u64,
    /// What happens.
    pub message: Message,
    /// The longest of the delta times that lead to it from the track's event before it.
    pub delta: Delta,
}

/// A delta time, with its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delta {
    /// How long it is.
    pub ticks: u64,
    /// The track's number, counted from 1.
    pub track: usize,
    /// Ticks from the track's start up to it.
    tick: u64,
    /// Where its bytes begin.
    byte: usize,
}

impl Delta {
    fn none_at(track: usize, tick: u64, byte: usize) -> Delta {
        Delta {
            ticks: 0,
            track,
            tick,
            byte,
        }
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        Place::in_track(self.track, self.tick, self.byte)
    }
}

/// What a track says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message {
    /// A channel message: its status byte, 80 to EF, and its data bytes, 00 to 7F each (0 where it
    /// has only one).
    Channel {
        /// Kind and channel.
        status: u8,
        /// What follows.
        data: [u8; 2],
    },
    /// Microseconds per quarter note, never 0.
    Tempo(u32),
    /// A system exclusive message: where its bytes after F0 are in the file.
    Exclusive {
        /// The first.
        from: usize,
        /// Past the last.
        to: usize,
    },
    /// The track's end, with End of Track or without.
    End,
}

/// Where a track's bytes are.
pub(super) struct ChunkExtent {
    /// The track's number, counted from 1.
    pub number: usize,
    /// The first byte after the chunk's header.
    pub start: usize,
    /// Where the chunk ends by the length in its header; it may lie past the file's end.
    pub stated_end: usize,
    /// No byte from here on belongs to the track.
    pub limit: usize,
}

/// How a track ended.
pub(super) struct TrackEnd {
    /// The tick of End of Track, or of the last whole event where there is none.
    pub tick: u64,
    /// The byte after the last one that was read.
    pub byte: usize,
    /// Whether there was an End of Track.
    pub has_end_of_track: bool,
    /// Whether there was any event at all.
    pub has_events: bool,
}

/// Reads a track up to its End of Track, and adds what it says to `events`, its end at last.
pub(super) fn read(
    file: &[u8],
    extent: &ChunkExtent,
    events: &mut Vec<TrackEvent>,
    faults: &mut Faults,
) -> Result<TrackEnd, Error> {
    let mut reader = Reader {
        file,
        at: extent.start,
        limit: extent.limit,
        number: extent.number,
        tick: 0,
        delta: Delta::none_at(extent.number, 0, extent.start),
        status: None,
        interrupted_by: None,
        faults,
    };
    let body = reader.body(extent.stated_end, events)?;
    let has_end_of_track = matches!(body.ending, Ending::EndOfTrack);
    let (mut tick, mut byte) = (reader.tick, reader.at);
    if !has_end_of_track {
        byte = extent.limit;
        if let Some((length, tick_within)) = body.within {
            events.truncate(length);
            (tick, byte) = (tick_within, extent.stated_end);
        }
        let delta = Delta::none_at(extent.number, tick, byte);
        events.push(TrackEvent {
            tick,
            message: Message::End,
            delta,
        });
        let is_chunk_over = body.within.is_some();
        let place = delta.place();
        note_ending(body.ending, is_chunk_over, file, extent, place, faults)?;
    }
    Ok(TrackEnd {
        tick,
        byte,
        has_end_of_track,
        has_events: body.has_events,
    })
}

/// Notes that a track ends at `place`, without End of Track. `is_chunk_over` says whether it was
/// read past the end that the chunk states.
fn note_ending(
    ending: Ending,
    is_chunk_over: bool,
    file: &[u8],
    extent: &ChunkExtent,
    place: Place,
    faults: &mut Faults,
) -> Result<(), Error> {
    let is_file_cut = extent.stated_end > file.len() && extent.limit == file.len();
    let (fault, found) = match ending {
        Ending::EndOfTrack | Ending::Lost => return Ok(()),
        _ if is_file_cut => (Fault::Truncated, "the end of the file"),
        Ending::Cut if !is_chunk_over => (Fault::CutEvent, "the end of the chunk"),
        _ => (Fault::NoEndOfTrack, "the end of the chunk"),
    };
    faults.note(fault, place, || found.to_owned())
}

/// What was read of a track.
struct TrackBody {
    ending: Ending,
    /// How many events there were, and the tick, where the chunk ends by the length in its header:
    /// they count if no End of Track follows. `None` if nothing was read past that place.
    within: Option<(usize, u64)>,
    has_events: bool,
}

/// Why no more of a track is read.
enum Ending {
    EndOfTrack,
    /// Its bytes end after a whole event.
    Limit,
    /// Its bytes end within an event.
    Cut,
    /// It is not known where the next event begins.
    Lost,
}

/// Why there is no event.
enum Stop {
    /// The bytes end within it.
    BytesEnd,
    /// It is not known where the next one begins.
    Lost,
    Refused(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        Stop::Refused(error)
    }
}

struct Reader<'b, 'f> {
    file: &'b [u8],
    at: usize,
    limit: usize,
    number: usize,
    /// Ticks up to the event that is being read.
    tick: u64,
    /// The longest delta time since the last [`TrackEvent`].
    delta: Delta,
    /// Status of the last channel message.
    status: Option<u8>,
    /// The status byte that has ended running status since.
    interrupted_by: Option<u8>,
    faults: &'f mut Faults,
}

impl<'b> Reader<'b, '_> {
    /// Reads events up to End of Track or as far as it can.
    fn body(
        &mut self,
        stated_end: usize,
        events: &mut Vec<TrackEvent>,
    ) -> Result<TrackBody, Error> {
        let mut within = None;
        let mut has_events = false;
        let ending = loop {
            if self.at >= self.limit {
                break Ending::Limit;
            }
            let before = (events.len(), self.tick);
            let event = match self.next() {
                Ok(event) => event,
                Err(Stop::Refused(error)) => return Err(error),
                Err(Stop::BytesEnd) => break Ending::Cut,
                Err(Stop::Lost) => break Ending::Lost,
            };
            has_events = true;
            events.extend(event);
            if event.is_some_and(|event| event.message == Message::End) {
                break Ending::EndOfTrack;
            }
            if within.is_none() && self.at > stated_end {
                within = Some(before);
            }
        };
        Ok(TrackBody {
            ending,
            within,
            has_events,
        })
    }

    fn note(
        &mut self,
        fault: Fault,
        byte: usize,
        found: impl FnOnce() -> String,
    ) -> Result<(), Error> {
        let place = Place::in_track(self.number, self.tick, byte);
        self.faults.note(fault, place, found)
    }

    fn peek(&self) -> Result<u8, Stop> {
        if self.at < self.limit {
            self.file.get(self.at).copied().ok_or(Stop::BytesEnd)
        } else {
            Err(Stop::BytesEnd)
        }
    }

    fn byte(&mut self) -> Result<u8, Stop> {
        let byte = self.peek()?;
        self.at += 1;
        Ok(byte)
    }

    /// A number of variable length. Longer ones than the format allows count up to its greatest.
    fn number(&mut self) -> Result<u32, Stop> {
        let start = self.at;
        let mut value = 0_u32;
        loop {
            let byte = self.byte()?;
            value = value
                .checked_mul(128)
                .map_or(MAX_NUMBER, |high| high | u32::from(byte & 0x7F))
                .min(MAX_NUMBER);
            if byte < 0x80 {
                break;
            }
        }
        let length = self.at - start;
        if length > 4 {
            self.note(Fault::LongNumber, start, || {
                format!("a number of {length} bytes")
            })?;
        }
        Ok(value)
    }

    /// The next `length` bytes.
    fn bytes(&mut self, length: u32) -> Result<&'b [u8], Stop> {
        let end = usize::try_from(length)
            .ok()
            .and_then(|length| self.at.checked_add(length))
            .filter(|&end| end <= self.limit)
            .ok_or(Stop::BytesEnd)?;
        let bytes = self.file.get(self.at..end).ok_or(Stop::BytesEnd)?;
        self.at = end;
        Ok(bytes)
    }

    /// Reads an event, whole or not at all; `None` for one that is skipped.
    fn next(&mut self) -> Result<Option<TrackEvent>, Stop> {
        let (start, tick) = (self.at, self.tick);
        let message = self.event().inspect_err(|_| self.tick = tick)?;
        let ticks = self.tick - tick;
        if ticks > self.delta.ticks {
            self.delta = Delta {
                ticks,
                ..Delta::none_at(self.number, tick, start)
            };
        }
        let Some(message) = message else {
            return Ok(None);
        };
        let next = Delta::none_at(self.number, self.tick, self.at);
        Ok(Some(TrackEvent {
            tick: self.tick,
            message,
            delta: std::mem::replace(&mut self.delta, next),
        }))
    }

    /// Reads an event and says what is to be played of it; `None` for one that is skipped.
    fn event(&mut self) -> Result<Option<Message>, Stop> {
        let delta = self.number()?;
        self.tick = self.tick.saturating_add(delta.into());
        match self.next_status()? {
            status @ ..0xF0 => self.channel_message(status),
            META => self.meta(),
            status @ (0xF0 | 0xF7) => {
                self.interrupted_by = Some(status);
                let length = self.number()?;
                self.bytes(length)?;
                // What follows F7 is a piece of a message, or anything else that a cable may carry.
                Ok((status == 0xF0).then_some(Message::Exclusive {
                    from: self.at - length as usize,
                    to: self.at,
                }))
            }
            status => self.system_message(status),
        }
    }

    /// The status byte that is there, or the last one of a channel.
    fn next_status(&mut self) -> Result<u8, Stop> {
        let at = self.at;
        let byte = self.peek()?;
        if byte >= 0x80 {
            self.at += 1;
            return Ok(byte);
        }
        let Some(status) = self.status else {
            self.note(Fault::NoStatus, at, || format!("data byte {byte:02X}"))?;
            return Err(Stop::Lost);
        };
        if let Some(other) = self.interrupted_by.take() {
            self.note(Fault::RunningStatus, at, || {
                format!("data byte {byte:02X} after an event {other:02X}")
            })?;
        }
        Ok(status)
    }

    fn channel_message(&mut self, status: u8) -> Result<Option<Message>, Stop> {
        self.status = Some(status);
        self.interrupted_by = None;
        // Program change and channel pressure have one data byte.
        let count = if matches!(status >> 4, 0xC | 0xD) {
            1
        } else {
            2
        };
        let mut data = [0; 2];
        for value in &mut data[..count] {
            let at = self.at;
            let byte = self.byte()?;
            *value = byte.min(0x7F);
            if byte > 0x7F {
                self.note(Fault::DataByte, at, || format!("data byte {byte:02X}"))?;
            }
        }
        Ok(Some(Message::Channel { status, data }))
    }

    /// A message that belongs on a cable, not in a file, with the data bytes that it has there.
    fn system_message(&mut self, status: u8) -> Result<Option<Message>, Stop> {
        self.note(Fault::SystemStatus, self.at - 1, || {
            format!("status byte {status:02X}")
        })?;
        let count = match status {
            // Time code, song select; song position.
            0xF1 | 0xF3 => 1,
            0xF2 => 2,
            _ => 0,
        };
        for _ in 0..count {
            if self.peek()? < 0x80 {
                self.at += 1;
            }
        }
        // Real-time messages leave running status alone.
        if status < 0xF8 {
            self.interrupted_by = Some(status);
        }
        Ok(None)
    }

    fn meta(&mut self) -> Result<Option<Message>, Stop> {
        self.interrupted_by = Some(META);
        let start = self.at - 1;
        let kind = self.byte()?;
        let length = self.number()?;
        if kind == END_OF_TRACK {
            if length > 0 {
                self.note(Fault::LongEndOfTrack, start, || {
                    format!("End of Track of {}", bytes_in_words(length as usize))
                })?;
            }
            // Whatever it holds, it ends the track.
            self.at = self.at.saturating_add(length as usize).min(self.limit);
            return Ok(Some(Message::End));
        }
        let bytes = self.bytes(length)?;
        if kind == TEMPO {
            return self.tempo(bytes, start);
        }
        if let Some(expected) = expected_instead(kind, bytes) {
            self.note(Fault::MetaContent(expected), start, || {
                let shown = bytes.iter().take(8).map(|byte| format!(" {byte:02X}"));
                let (length, shown) = (bytes_in_words(bytes.len()), shown.collect::<String>());
                let colon = if bytes.is_empty() { "" } else { ":" };
                format!("meta event {kind:02X} of {length}{colon}{shown}")
            })?;
        }
        Ok(None)
    }

    /// A tempo of these bytes, whose event begins at `start`.
    fn tempo(&mut self, bytes: &[u8], start: usize) -> Result<Option<Message>, Stop> {
        let fault = match bytes.len() {
            ..3 => Some(Fault::ShortTempo),
            3 => None,
            _ => Some(Fault::LongTempo),
        };
        if let Some(fault) = fault {
            self.note(fault, start, || {
                format!("a tempo of {}", bytes_in_words(bytes.len()))
            })?;
        }
        let Some(&[high, middle, low]) = bytes.first_chunk() else {
            return Ok(None);
        };
        match u32::from_be_bytes([0, high, middle, low]) {
            0 => {
                self.note(Fault::ZeroTempo, start, || {
                    "a quarter note of 0 microseconds".to_owned()
                })?;
                Ok(None)
            }
            tempo => Ok(Some(Message::Tempo(tempo))),
        }
    }
}

/// What the format asks for where a meta event that is not played differs from it.
fn expected_instead(kind: u8, content: &[u8]) -> Option<&'static str> {
    let (is_right, expected) = match (kind, content) {
        (0x00, _) => (
            matches!(content.len(), 0 | 2),
            "a sequence number of 2 bytes",
        ),
        (0x20, &[channel]) => (channel <= 15, "a channel of 0 to 15"),
        (0x20, _) => (false, "a channel prefix of 1 byte"),
        (0x21, &[port]) => (port <= 127, "a port of 0 to 127"),
        (0x21, _) => (false, "a port of 1 byte"),
        (0x54, &[hour, minute, second, frame, part]) => {
            let frames = [24, 25, 30, 30][usize::from(hour >> 5 & 3)];
            let is_time = hour & 0x1F <= 23 && minute <= 59 && second <= 59;
            (is_time && frame < frames && part <= 99, "a time of day")
        }
        (0x54, _) => (false, "an SMPTE offset of 5 bytes"),
        (0x58, _) => (content.len() == 4, "a time signature of 4 bytes"),
        (0x59, _) => (content.len() == 2, "a key signature of 2 bytes"),
        _ => (true, ""),
    };
    (!is_right).then_some(expected)
}
