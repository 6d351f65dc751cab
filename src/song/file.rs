//! The chunks of a MIDI file.

use std::borrow::Cow;

use super::fault::{Error, Fault, Faults, Place, bytes_in_words};
use super::track::{self, ChunkExtent, TrackEnd, TrackEvent};

const TRACK: &[u8; 4] = b"MTrk";
/// A chunk's name and length.
const CHUNK_HEADER: usize = 8;
/// What a MacBinary file has before the file itself.
const MAC_BINARY_HEADER: usize = 128;

/// What a file holds, all tracks together.
#[derive(Debug)]
pub(super) struct SongContents {
    pub timing: Timing,
    /// In order of their ticks; within a tick in the file's order. Each track has its
    /// [`Message::End`](track::Message::End).
    pub events: Vec<TrackEvent>,
}

/// What a tick is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timing {
    /// A part of a quarter note.
    Beats {
        /// Never 0.
        ticks_per_beat: u16,
    },
    /// A part of an SMPTE frame.
    Frames {
        /// Frames in `seconds`.
        frames: u32,
        /// Seconds that `frames` last.
        seconds: u32,
        /// Never 0.
        ticks_per_frame: u8,
    },
}

/// The header's words.
struct Header {
    format: u16,
    tracks: usize,
    timing: Timing,
    /// Where the format stands.
    format_at: usize,
    /// The first byte after it.
    end: usize,
}

/// Reads a whole file.
pub(super) fn read(bytes: &[u8], faults: &mut Faults) -> Result<SongContents, Error> {
    let (start, end) = midi_part(bytes)?;
    // Offsets stay those of the whole file.
    let file = bytes.get(..end).unwrap_or(bytes);
    let header = read_header(file, start, faults)?;
    let mut contents = SongContents {
        timing: header.timing,
        events: Vec::new(),
    };
    let starts = TrackStarts::find(file);
    let mut at = header.end;
    let mut tracks = 0;
    let mut end_tick = 0_u64;
    let mut has_events = false;
    while tracks < header.tracks {
        let Some(chunk) = next_chunk(file, &starts, at, tracks + 1, faults)? else {
            let place = Place::in_track(tracks + 1, 0, file.len());
            let (there, counted) = (tracks, header.tracks);
            faults.note(Fault::TracksMissing, place, || {
                format!("the end of the file after {there} of {counted} tracks")
            })?;
            break;
        };
        tracks += 1;
        let first = contents.events.len();
        let end = track::read(file, &chunk, &mut contents.events, faults)?;
        has_events |= end.has_events;
        at = end_of_chunk(file, &starts, &chunk, &end, faults)?;
        // Patterns of format 2 follow one another.
        let offset = if header.format == 2 { end_tick } else { 0 };
        for event in &mut contents.events[first..] {
            event.tick = event.tick.saturating_add(offset);
        }
        end_tick = end_tick.max(offset.saturating_add(end.tick));
    }
    if !has_events {
        // The last fault is why there is no event: what was skipped before it led there.
        return Err(faults
            .last()
            .cloned()
            .unwrap_or_else(|| Error::new(header.end, "no event in any track", "a song")));
    }
    check_tracks(file, &header, tracks, at, faults)?;
    // Stable: within a tick the file's order stands.
    contents.events.sort_by_key(|event| event.tick);
    Ok(contents)
}

/// From where to where a file's bytes are those of a MIDI file.
fn midi_part(bytes: &[u8]) -> Result<(usize, usize), Error> {
    if bytes.starts_with(b"MThd") {
        return Ok((0, bytes.len()));
    }
    if bytes.starts_with(b"RIFF") {
        return riff_data(bytes);
    }
    let behind = bytes.get(MAC_BINARY_HEADER..).unwrap_or_default();
    if bytes.first() == Some(&0) && behind.starts_with(b"MThd") {
        return Ok((MAC_BINARY_HEADER, bytes.len()));
    }
    Err(Error::new(
        0,
        quoted(bytes),
        "\"MThd\" or \"RIFF\": this is not a MIDI file",
    ))
}

/// The part of a RIFF file of type RMID that is a MIDI file.
fn riff_data(bytes: &[u8]) -> Result<(usize, usize), Error> {
    if bytes.get(8..12) != Some(b"RMID".as_slice()) {
        let found = quoted(bytes.get(8..).unwrap_or_default());
        return Err(Error::new(
            8,
            found,
            "\"RMID\": this is a RIFF file without MIDI",
        ));
    }
    let mut at = 12_usize;
    while let Some(&[a, b, c, d, lengths @ ..]) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>)
    {
        let length = u32::from_le_bytes(lengths) as usize;
        let start = at + CHUNK_HEADER;
        let end = start.saturating_add(length).min(bytes.len());
        if [a, b, c, d] == *b"data" {
            let part = &bytes[start..end];
            if !part.starts_with(b"MThd") {
                return Err(Error::new(start, quoted(part), "\"MThd\""));
            }
            return Ok((start, end));
        }
        // Chunks begin at even places.
        at = end.saturating_add(length % 2);
    }
    Err(Error::new(
        bytes.len(),
        "the end of the file",
        "a chunk \"data\" with MIDI",
    ))
}

fn read_header(file: &[u8], start: usize, faults: &mut Faults) -> Result<Header, Error> {
    let Some(&[_, _, _, _, l0, l1, l2, l3, f0, f1, t0, t1, d0, d1]) =
        file.get(start..).and_then(<[u8]>::first_chunk::<14>)
    else {
        return Err(Error::new(
            file.len(),
            "the end of the file",
            "the 14 bytes of the header",
        ));
    };
    let length = u32::from_be_bytes([l0, l1, l2, l3]);
    if length < 6 {
        let found = format!("a header of {}", bytes_in_words(length as usize));
        return Err(Error::new(start + 4, found, "6 bytes"));
    }
    // A longer header may come with a later version of the format, with a chunk behind it.
    let mut end = start
        .saturating_add(CHUNK_HEADER)
        .saturating_add(length as usize);
    if length > 6 && !is_chunk_at(file, end) {
        faults.note(Fault::HeaderLength, Place::outside(start + 4), || {
            format!("a header of {length} bytes")
        })?;
        end = start + 14;
    }
    let format = u16::from_be_bytes([f0, f1]);
    if format > 2 {
        let found = format!("format {format}");
        return Err(Error::new(start + 8, found, "format 0, 1 or 2"));
    }
    let tracks = usize::from(u16::from_be_bytes([t0, t1]));
    if tracks == 0 {
        return Err(Error::new(start + 10, "0 tracks", "at least one"));
    }
    let timing = read_timing([d0, d1], start + 12, faults)?;
    Ok(Header {
        format,
        tracks,
        timing,
        format_at: start + 8,
        end,
    })
}

fn read_timing(bytes: [u8; 2], at: usize, faults: &mut Faults) -> Result<Timing, Error> {
    if bytes[0] < 0x80 {
        return match u16::from_be_bytes(bytes) {
            0 => Err(Error::new(
                at,
                "a quarter note of 0 ticks",
                "at least 1 tick",
            )),
            ticks_per_beat => Ok(Timing::Beats { ticks_per_beat }),
        };
    }
    let ticks_per_frame = bytes[1];
    if ticks_per_frame == 0 {
        return Err(Error::new(at, "a frame of 0 ticks", "at least 1 tick"));
    }
    let rate = u32::from((bytes[0] as i8).unsigned_abs());
    if !matches!(rate, 24 | 25 | 29 | 30) {
        faults.note(Fault::FrameRate, Place::outside(at), || {
            format!("{rate} frames per second")
        })?;
    }
    // 29 stands for 29.97: 30 000 frames in 1001 seconds.
    let (frames, seconds) = if rate == 29 {
        (30_000, 1_001)
    } else {
        (rate, 1)
    };
    Ok(Timing::Frames {
        frames,
        seconds,
        ticks_per_frame,
    })
}

/// The next track's chunk from `at` on; chunks of other kinds are stepped over, as the format asks.
/// `number` is the track's.
fn next_chunk(
    file: &[u8],
    starts: &TrackStarts,
    mut at: usize,
    number: usize,
    faults: &mut Faults,
) -> Result<Option<ChunkExtent>, Error> {
    while let Some((name, length)) = chunk_header(file, at) {
        let start = at + CHUNK_HEADER;
        let stated_end = start.saturating_add(length);
        if name == *TRACK {
            // Where the chunk's end has a chunk behind it, or nothing, its length is right.
            let limit = if stated_end <= file.len() && is_chunk_at(file, stated_end) {
                stated_end
            } else if stated_end <= file.len() {
                starts.first_from(stated_end)
            } else {
                starts.first_from(start)
            };
            return Ok(Some(ChunkExtent {
                number,
                start,
                stated_end,
                limit,
            }));
        }
        at = if is_chunk_at(file, at) {
            stated_end
        } else {
            let place = Place::in_track(number, 0, at);
            faults.note(Fault::UnknownBytes, place, || quoted(&name))?;
            starts.first_from(at)
        };
    }
    Ok(None)
}

/// Where the chunk behind a track begins.
fn end_of_chunk(
    file: &[u8],
    starts: &TrackStarts,
    chunk: &ChunkExtent,
    end: &TrackEnd,
    faults: &mut Faults,
) -> Result<usize, Error> {
    if !end.has_end_of_track {
        return Ok(end.byte);
    }
    let stated_end = chunk.stated_end;
    // A length that the track itself or the next one speaks against is wrong.
    let next = starts.first_from(end.byte);
    let is_next_inside = next == end.byte || !is_chunk_at(file, stated_end);
    if stated_end < end.byte || stated_end > file.len() || next < stated_end && is_next_inside {
        faults.note_error(Fault::ChunkLength, || chunk_length_error(chunk, end))?;
        return Ok(if is_chunk_at(file, end.byte) {
            end.byte
        } else {
            next
        });
    }
    let rest = &file[end.byte..stated_end];
    if !rest.is_empty() {
        let fault = if rest.iter().all(|&byte| byte == 0) {
            Fault::PaddingAfterEnd
        } else {
            Fault::BytesAfterEnd
        };
        let place = Place::in_track(chunk.number, end.tick, end.byte);
        faults.note(fault, place, || {
            format!("{} after End of Track", bytes_in_words(rest.len()))
        })?;
    }
    Ok(stated_end)
}

/// What is wrong with the length of a chunk. It stands before the track's first event.
fn chunk_length_error(chunk: &ChunkExtent, end: &TrackEnd) -> Error {
    let (stated, real) = (chunk.stated_end - chunk.start, end.byte - chunk.start);
    Error {
        place: Place::in_track(chunk.number, 0, chunk.start - 4),
        found: format!("a chunk length of {}", bytes_in_words(stated)),
        expected: Cow::Owned(format!("{real} bytes, the length up to End of Track")),
    }
}

/// Compares what there is with what the header says of it; `at` is the place behind the last track.
fn check_tracks(
    file: &[u8],
    header: &Header,
    tracks: usize,
    at: usize,
    faults: &mut Faults,
) -> Result<(), Error> {
    if tracks > 1 && header.format != 1 {
        let format = header.format;
        let fault = match format {
            0 => Fault::TracksInFormat0,
            _ => Fault::TracksInFormat2,
        };
        faults.note(fault, Place::outside(header.format_at), || {
            format!("format {format} with {tracks} tracks")
        })?;
    }
    if tracks == header.tracks && chunk_header(file, at).is_some_and(|(name, _)| name == *TRACK) {
        faults.note(Fault::TracksLeft, Place::outside(at), || {
            format!("another track after {tracks} of {tracks}")
        })?;
    }
    Ok(())
}

/// The name and length of the chunk at this place.
fn chunk_header(file: &[u8], at: usize) -> Option<([u8; 4], usize)> {
    let &[a, b, c, d, lengths @ ..] = file.get(at..)?.first_chunk::<CHUNK_HEADER>()?;
    Some(([a, b, c, d], u32::from_be_bytes(lengths) as usize))
}

/// Whether a chunk begins at this place, or the file ends there.
fn is_chunk_at(file: &[u8], at: usize) -> bool {
    if at == file.len() {
        return true;
    }
    chunk_header(file, at).is_some_and(|(name, length)| {
        let is_name = name.iter().all(|byte| (b' '..=b'~').contains(byte));
        let fits = (at + CHUNK_HEADER)
            .checked_add(length)
            .is_some_and(|end| end <= file.len());
        name == *TRACK || is_name && fits
    })
}

/// The places at which a track may begin: those of its chunk's name. They are found once, since
/// looking for the next one from each of many tracks would take time for their product.
struct TrackStarts {
    /// The places, in rising order.
    places: Vec<usize>,
    /// The file's length.
    end: usize,
}

impl TrackStarts {
    fn find(file: &[u8]) -> TrackStarts {
        let windows = file.windows(TRACK.len()).enumerate();
        TrackStarts {
            places: windows
                .filter_map(|(at, window)| (window == TRACK).then_some(at))
                .collect(),
            end: file.len(),
        }
    }

    /// The first place from `at` on at which a track may begin, or the file's end.
    fn first_from(&self, at: usize) -> usize {
        let next = self.places.partition_point(|&place| place < at);
        self.places.get(next).copied().unwrap_or(self.end)
    }
}

/// The first four bytes, to be shown: as text where they are text.
fn quoted(bytes: &[u8]) -> String {
    let first = &bytes[..bytes.len().min(4)];
    if first.is_empty() {
        "nothing".to_owned()
    } else if first.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        format!("\"{}\"", String::from_utf8_lossy(first))
    } else {
        let hexadecimal: Vec<_> = first.iter().map(|byte| format!("{byte:02X}")).collect();
        format!("bytes {}", hexadecimal.join(" "))
    }
}
