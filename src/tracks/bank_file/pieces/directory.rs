//! The directory of a bank whose sounds are streamed: checked when the file is opened.

use twox_hash::XxHash3_64;

use super::super::layout::*;
use super::super::load::{self, Bytes, LATEST_S, SoundRecord};
use super::super::{BankSound, MAX_SLOTS, OpenError};
use super::store::Source;
use super::{
    DIRECTORY_AT, DIRECTORY_BYTES_AT, LEAST_PIECE_FRAMES, MOST_DIRECTORY_BYTES, MOST_PIECE_BYTES,
    MOST_RESIDENT_BYTES, ONSET_ENTRY_BYTES, PIECE_ENTRY_BYTES, PIECE_FRAMES_AT, PIECES_AT,
    PieceEntry, PieceTable, RESIDENT_AT, SLOT_WORDS_AT,
};
use crate::tracks::files::FileError;

use std::hash::Hasher as _;

type Result<T> = std::result::Result<T, FileError>;

/// Whether these first bytes are those of a bank whose sounds are streamed.
pub(in super::super) fn is_streamed(head: &[u8]) -> bool {
    let version = Bytes(head).u32(VERSION_AT);
    head.starts_with(&MAGIC) && version.is_ok_and(|version| version == super::VERSION)
}

/// The hash of a header, whatever it states, and of its directory: the bank's name.
pub(super) fn name(header: &[u8], directory: &[u8]) -> u64 {
    let mut hasher = XxHash3_64::with_seed(0);
    hasher.write(&header[..HASH_AT.min(header.len())]);
    hasher.write(&[0; 8]);
    hasher.write(header.get(HASH_AT + 8..).unwrap_or(&[]));
    hasher.write(directory);
    hasher.finish()
}

/// Where the directory is, by the header of a file of `length` bytes.
pub(super) fn place(header: &[u8], length: u64) -> Result<(u64, usize)> {
    load::check_magic(header, super::VERSION)?;
    load::check_length(header, length)?;
    let header = Bytes(header);
    let (offset, bytes) = (header.u64(DIRECTORY_AT)?, header.u64(DIRECTORY_BYTES_AT)?);
    let end = offset.checked_add(bytes);
    if bytes > MOST_DIRECTORY_BYTES || end.is_none_or(|end| end > length) {
        let reason = format!("a directory of {bytes} bytes at byte {offset} is not in the file");
        return Err(FileError::at_byte(DIRECTORY_AT, reason));
    }
    Ok((offset, bytes as usize))
}

/// The hash and the sounds of a file of `length` bytes.
pub(super) fn read(
    source: &Source,
    length: u64,
) -> std::result::Result<(u64, Vec<BankSound>), OpenError> {
    let mut header = [0; HEADER_BYTES];
    source
        .read(0, &mut header[..HEADER_BYTES.min(length as usize)])
        .map_err(OpenError::Io)?;
    let (offset, bytes) = place(&header, length).map_err(OpenError::File)?;
    let mut directory = Vec::new();
    if directory.try_reserve_exact(bytes).is_err() {
        return Err(OpenError::Io(std::io::ErrorKind::OutOfMemory.into()));
    }
    directory.resize(bytes, 0);
    source.read(offset, &mut directory).map_err(OpenError::Io)?;
    let sounds = checked(&header, &directory, (offset, length));
    sounds.map_err(OpenError::File)
}

fn checked(
    header: &[u8],
    directory: &[u8],
    (offset, length): (u64, u64),
) -> Result<(u64, Vec<BankSound>)> {
    let stated = Bytes(header).u64(HASH_AT)?;
    if name(header, directory) != stated {
        let reason = "the hash is wrong: the file is damaged";
        return Err(FileError::at_byte(HASH_AT, reason));
    }
    let count = Bytes(header).u32(SOUNDS_AT)? as usize;
    let room = directory.len() / RECORD_BYTES;
    if count == 0 || count > room.min(load::MOST_SOUNDS) {
        let reason = format!("found {count} sounds, there is room for {room}");
        return Err(FileError::at_byte(SOUNDS_AT, reason));
    }
    let mut sounds = Vec::with_capacity(count);
    let mut room = directory.len();
    for number in 0..count {
        let record = SoundRecord {
            file: directory,
            start: number * RECORD_BYTES,
        };
        let sound = sound(&record, length).map_err(|error| error.moved(offset as usize))?;
        let Some(left) = room.checked_sub(directory_bytes(&sound)) else {
            let reason = format!("sound {}: its entries overlap those of others", number + 1);
            return Err(FileError::at_byte(offset as usize, reason));
        };
        room = left;
        sounds.push(sound);
    }
    check_pieces(&sounds, offset as usize)?;
    Ok((stated, sounds))
}

/// How much of the directory the entries of a sound take. More than there is would be what several share, and is not
/// copied for each.
fn directory_bytes(sound: &BankSound) -> usize {
    PIECE_ENTRY_BYTES * sound.pieces.entries.len()
        + 8 * sound.slot_words.len()
        + ONSET_ENTRY_BYTES * sound.onsets_s.len()
        + sound.source.len()
}

fn sound(record: &SoundRecord, length: u64) -> Result<BankSound> {
    let flags = record.u32(FLAGS_AT)?;
    let (grid, frames) = record.grid()?;
    let slots = record.u32(SLOTS_AT)?;
    if slots as usize > MAX_SLOTS || !(slots as usize).is_multiple_of(WIDTH_STEP) {
        return record.error(SLOTS_AT, format!("{slots} slots cannot be"));
    }
    let counted = |kind: SectionKind| {
        let at = record.start + kind.at() + 8;
        let count = Bytes(record.file).u64(at)?;
        let bytes = count.checked_mul(kind.entry_bytes() as u64);
        match bytes {
            Some(bytes) if bytes <= length => Ok(Section {
                offset: 0,
                bytes: bytes as usize,
            }),
            _ => record.error(kind.at() + 8, format!("{kind:?}: {count} are too many")),
        }
    };
    let [noise, envelope, samples] = [
        counted(SectionKind::Noise)?,
        counted(SectionKind::Envelope)?,
        counted(SectionKind::Samples)?,
    ];
    let (noise_hop_s, noise_peak) = record.levels(noise.bytes > 0, NOISE_HOP_AT, NOISE_PEAK_AT)?;
    let (envelope_hop_s, envelope_peak) =
        record.levels(envelope.bytes > 0, ENVELOPE_HOP_AT, ENVELOPE_PEAK_AT)?;
    let (onsets_s, attacks_s) = onsets(record)?;
    Ok(BankSound {
        zone: record.zone()?,
        root_hz: record.root_hz(flags)?,
        grid,
        duration_s: record.f64(DURATION_AT, "a duration", 0.0, LATEST_S)?,
        full_scale: record.f64(FULL_SCALE_AT, "an amplitude", 1.0, 1e6)?,
        frames,
        slots,
        sustain_loop: record.sustain_loop(flags & HAS_LOOP != 0)?,
        onsets_s,
        noise_hop_s,
        noise_peak,
        envelope_hop_s,
        envelope_peak,
        transients: record.transients(samples.bytes as u64 / 2)?,
        source: record.source()?,
        has_pans: flags & HAS_PANS != 0,
        has_bandwidths: flags & HAS_BANDWIDTHS != 0,
        pages: Vec::new(),
        events: Section {
            offset: 0,
            bytes: 0,
        },
        noise,
        envelope,
        samples,
        pieces: pieces(record, frames, length)?,
        slot_words: slot_words(record, slots)?,
        attacks_s,
    })
}

fn pieces(record: &SoundRecord, frames: u32, length: u64) -> Result<PieceTable> {
    let (of_piece, resident) = (record.u32(PIECE_FRAMES_AT)?, record.u32(RESIDENT_AT)?);
    if of_piece < LEAST_PIECE_FRAMES {
        return record.error(PIECE_FRAMES_AT, format!("pieces of {of_piece} frames"));
    }
    let (place, entries) = record.entries(PIECES_AT, PIECE_ENTRY_BYTES, "pieces")?;
    let expected = frames.div_ceil(of_piece);
    if entries.len() / PIECE_ENTRY_BYTES != expected as usize {
        return record.error(PIECES_AT, format!("expected {expected} pieces"));
    }
    if resident > expected {
        return record.error(RESIDENT_AT, format!("{resident} pieces in memory"));
    }
    let entries = Bytes(entries);
    let entry = |number: usize| {
        let at = number * PIECE_ENTRY_BYTES;
        let entry = PieceEntry {
            offset: entries.u64(at)?,
            hash: entries.u64(at + 8)?,
            bytes: entries.u32(at + 16)?,
        };
        let bytes = u64::from(entry.bytes);
        let end = entry.offset.checked_add(bytes);
        match end {
            Some(end) if end <= length && bytes <= MOST_PIECE_BYTES => Ok(entry),
            _ => {
                let offset = entry.offset;
                let reason = format!("a piece of {bytes} bytes at byte {offset} cannot be");
                Err(FileError::at_byte(place.offset + at, reason))
            }
        }
    };
    Ok(PieceTable {
        frames: of_piece,
        resident,
        entries: (0..expected as usize).map(entry).collect::<Result<_>>()?,
    })
}

/// The slots that any partial is in, one bit for each.
fn slot_words(record: &SoundRecord, slots: u32) -> Result<Vec<u64>> {
    let (place, words) = record.entries(SLOT_WORDS_AT, 8, "slots")?;
    let words = words
        .as_chunks()
        .0
        .iter()
        .map(|word| u64::from_le_bytes(*word));
    let words: Vec<u64> = words.collect();
    let highest = words.iter().enumerate().rev().find(|(_, word)| **word != 0);
    let used = highest.map_or(0, |(place, word)| {
        64 * place + 64 - word.leading_zeros() as usize
    });
    match used <= slots as usize && words.len() <= MAX_SLOTS / 64 {
        true => Ok(words),
        false => Err(FileError::at_byte(place.offset, "a slot that no row has")),
    }
}

/// The onsets, and how long their attacks are.
fn onsets(record: &SoundRecord) -> Result<(Vec<f64>, Vec<f64>)> {
    let at = SectionKind::Onsets.at();
    let (place, entries) = record.entries(at, ONSET_ENTRY_BYTES, "onsets")?;
    let time = |number: usize| {
        let at = place.offset + 8 * number;
        Bytes(record.file).f64(at, "a time", 0.0, LATEST_S)
    };
    let count = entries.len() / ONSET_ENTRY_BYTES;
    let onsets_s = (0..count).map(|number| time(2 * number));
    let attacks_s = (0..count).map(|number| time(2 * number + 1));
    Ok((
        onsets_s.collect::<Result<_>>()?,
        attacks_s.collect::<Result<_>>()?,
    ))
}

/// Checks that no two pieces overlap: what is read twice could be much more than the file. And that not too many are to
/// stay in memory.
fn check_pieces(sounds: &[BankSound], directory: usize) -> Result<()> {
    let entries = sounds.iter().flat_map(|sound| &sound.pieces.entries);
    let mut ranges: Vec<(u64, u64)> = entries
        .filter(|entry| entry.bytes > 0)
        .map(|entry| (entry.offset, entry.offset + u64::from(entry.bytes)))
        .collect();
    ranges.sort_unstable();
    if let Some(pair) = ranges.windows(2).find(|pair| pair[1].0 < pair[0].1) {
        let reason = "two pieces overlap";
        return Err(FileError::at_byte(pair[1].0 as usize, reason));
    }
    let resident = sounds.iter().flat_map(|sound| {
        let entries = &sound.pieces.entries;
        entries.iter().take(sound.pieces.resident as usize)
    });
    let bytes: u64 = resident.map(|entry| u64::from(entry.bytes)).sum();
    if bytes > MOST_RESIDENT_BYTES {
        let reason = format!("{bytes} bytes are to stay in memory, {MOST_RESIDENT_BYTES} at most");
        return Err(FileError::at_byte(directory, reason));
    }
    Ok(())
}

/// The bytes of a file with the hashes that they ought to state, as far as its directory leads to them, for tests of
/// damage behind them.
pub(in super::super) fn signed(file: &[u8]) -> Vec<u8> {
    let mut signed = file.to_vec();
    let Ok((offset, bytes)) = place(file, file.len() as u64) else {
        return signed;
    };
    let offset = offset as usize;
    let count = Bytes(file).u32(SOUNDS_AT).unwrap_or(0) as usize;
    for number in 0..count.min(bytes / RECORD_BYTES) {
        let record = SoundRecord {
            file: &file[offset..offset + bytes],
            start: number * RECORD_BYTES,
        };
        let entries = record.entries(PIECES_AT, PIECE_ENTRY_BYTES, "pieces");
        let Ok((place, entries)) = entries else {
            continue;
        };
        for (number, entry) in entries.chunks_exact(PIECE_ENTRY_BYTES).enumerate() {
            let entry = Bytes(entry);
            let (start, length) = (entry.u64(0).unwrap_or(0), entry.u32(16).unwrap_or(0));
            let end = start
                .saturating_add(u64::from(length))
                .min(file.len() as u64);
            let piece = file.get(start as usize..end as usize).unwrap_or(&[]);
            let hash = XxHash3_64::oneshot(piece).to_le_bytes();
            let at = offset + place.offset + number * PIECE_ENTRY_BYTES + 8;
            signed[at..at + 8].copy_from_slice(&hash);
        }
    }
    let hash = name(&signed[..HEADER_BYTES], &signed[offset..offset + bytes]);
    signed[HASH_AT..HASH_AT + 8].copy_from_slice(&hash.to_le_bytes());
    signed
}
