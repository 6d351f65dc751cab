//! What the directory of a bank that is being written says of its sounds.

use std::cmp::Reverse;

use super::super::super::layout::*;
use super::super::super::{BankRows, BankSound, KeyZone, MAX_SLOTS, SlotEvent};
use super::super::{
    ONSET_ENTRY_BYTES, PIECE_ENTRY_BYTES, PIECE_FRAMES_AT, PIECES_AT, PieceTable, RESIDENT_AT,
    SLOT_WORDS_AT,
};

/// What the directory says of a sound.
pub struct SoundDirectory {
    record: [u8; RECORD_BYTES],
    pub pieces: PieceTable,
    /// How many pieces are written with the beginnings, from the first on.
    beginning: u32,
    /// Offset in the record, bytes of an entry, and bytes.
    sections: Vec<(usize, usize, Vec<u8>)>,
}

impl SoundDirectory {
    fn bytes(&mut self, at: usize, bytes: &[u8]) {
        self.record[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn f64(&mut self, at: usize, number: f64) {
        self.bytes(at, &number.to_le_bytes());
    }

    fn u32(&mut self, at: usize, number: u32) {
        self.bytes(at, &number.to_le_bytes());
    }
}

/// Lets no more than so many bytes of all beginnings stay in memory. Where one piece of each sound is too much, those of
/// the sounds whose pieces are largest do not: a note of such a sound is silent until it has been read.
pub fn keep_within(most_bytes: u64, sounds: &mut [SoundDirectory]) {
    let of = |sound: &SoundDirectory| {
        let entries = &sound.pieces.entries[..sound.pieces.resident as usize];
        entries
            .iter()
            .map(|entry| u64::from(entry.bytes))
            .sum::<u64>()
    };
    let mut bytes: u64 = sounds.iter().map(of).sum();
    let mut largest: Vec<usize> = (0..sounds.len()).collect();
    largest.sort_by_key(|&number| (Reverse(of(&sounds[number])), Reverse(number)));
    for number in largest {
        if bytes <= most_bytes {
            break;
        }
        bytes -= of(&sounds[number]);
        sounds[number].pieces.resident = 0;
        sounds[number].u32(RESIDENT_AT, 0);
    }
}

/// The whole directory of these sounds, whose beginnings are at this place of the file.
pub fn bytes(sounds: Vec<SoundDirectory>, beginnings_at: u64) -> Vec<u8> {
    let mut directory = vec![0; RECORD_BYTES * sounds.len()];
    for (number, mut sound) in sounds.into_iter().enumerate() {
        let mut entries = Vec::with_capacity(PIECE_ENTRY_BYTES * sound.pieces.count());
        for (piece, entry) in sound.pieces.entries.iter().enumerate() {
            let is_beginning = piece < sound.beginning as usize;
            let moved = if is_beginning { beginnings_at } else { 0 };
            entries.extend((entry.offset + moved).to_le_bytes());
            entries.extend(entry.hash.to_le_bytes());
            entries.extend(entry.bytes.to_le_bytes());
            entries.extend(0_u32.to_le_bytes());
        }
        let mut sections = std::mem::take(&mut sound.sections);
        sections.push((PIECES_AT, PIECE_ENTRY_BYTES, entries));
        for (at, entry_bytes, section) in sections {
            let offset = directory.len().next_multiple_of(ALIGNMENT);
            directory.resize(offset, 0);
            let count = (section.len() / entry_bytes) as u64;
            directory.extend(section);
            sound.bytes(at, &(offset as u64).to_le_bytes());
            sound.bytes(at + 8, &count.to_le_bytes());
        }
        directory[RECORD_BYTES * number..][..RECORD_BYTES].copy_from_slice(&sound.record);
    }
    directory
}

/// What the directory says of a sound. `transients` are its transients as they are in the pieces.
pub fn directory_of(
    zone: KeyZone,
    rows: &BankRows,
    pieces: PieceTable,
    transients: Vec<u8>,
) -> SoundDirectory {
    let sound = rows.sound();
    let mut record = SoundDirectory {
        record: [0; RECORD_BYTES],
        sections: Vec::new(),
        beginning: pieces.resident,
        pieces,
    };
    let zone = [
        zone.lowest_key,
        zone.highest_key,
        zone.lowest_velocity,
        zone.highest_velocity,
    ];
    record.bytes(0, &zone);
    record.u32(FLAGS_AT, flags_of(sound));
    for (at, number) in numbers_of(sound) {
        record.f64(at, number);
    }
    for (at, number) in [
        (HOP_AT, sound.grid.hop),
        (FRAMES_AT, sound.frames),
        (SLOTS_AT, sound.slots),
        (PIECE_FRAMES_AT, record.pieces.frames),
        (RESIDENT_AT, record.pieces.resident),
    ] {
        record.u32(at, number);
    }
    let samples: usize = sound.transients.iter().map(|of| of.count).sum();
    for (kind, count) in [
        (SectionKind::Noise, rows.noise().len()),
        (SectionKind::Envelope, rows.envelope().len()),
        (SectionKind::Samples, samples),
    ] {
        record.bytes(kind.at() + 8, &(count as u64).to_le_bytes());
    }
    let onsets = sound.onsets_s.iter();
    let onsets = onsets.flat_map(|&onset_s| [onset_s, rows.attack_s(onset_s).max(0.0)]);
    let onsets = onsets.flat_map(f64::to_le_bytes).collect();
    let slots = slot_words(rows.events());
    record.sections = vec![
        (SLOT_WORDS_AT, 8, slots),
        (SectionKind::Onsets.at(), ONSET_ENTRY_BYTES, onsets),
        (SectionKind::Transients.at(), 40, transients),
        (SectionKind::Source.at(), 1, sound.source.clone().into()),
    ];
    record
}

/// What a sound's record says that a sound has.
pub fn flags_of(sound: &BankSound) -> u32 {
    let flags = [
        (sound.has_pans, HAS_PANS),
        (sound.has_bandwidths, HAS_BANDWIDTHS),
        (sound.root_hz.is_some(), HAS_ROOT),
        (sound.sustain_loop.is_some(), HAS_LOOP),
    ];
    let set = flags.into_iter().filter(|(is_set, _)| *is_set);
    set.fold(0, |flags, (_, flag)| flags | flag)
}

/// The numbers of a sound's record, and where they are in it.
pub fn numbers_of(sound: &BankSound) -> [(usize, f64); 11] {
    let of_loop = sound.sustain_loop;
    let of_loop = of_loop.map_or([0.0; 3], |of| [of.start_s, of.end_s, of.crossfade_s]);
    [
        (ROOT_AT, sound.root_hz.unwrap_or(0.0)),
        (RATE_AT, sound.grid.sample_rate_hz),
        (DURATION_AT, sound.duration_s),
        (FULL_SCALE_AT, sound.full_scale),
        (LOOP_AT, of_loop[0]),
        (LOOP_AT + 8, of_loop[1]),
        (LOOP_AT + 16, of_loop[2]),
        (NOISE_HOP_AT, sound.noise_hop_s),
        (NOISE_PEAK_AT, sound.noise_peak),
        (ENVELOPE_HOP_AT, sound.envelope_hop_s),
        (ENVELOPE_PEAK_AT, sound.envelope_peak),
    ]
}

/// One bit for each slot that any partial is in.
fn slot_words(events: &[SlotEvent]) -> Vec<u8> {
    let mut words = [0_u64; MAX_SLOTS / 64];
    for event in events {
        words[usize::from(event.slot) / 64] |= 1 << (event.slot % 64);
    }
    words.into_iter().flat_map(u64::to_le_bytes).collect()
}
