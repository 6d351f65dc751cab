//! A sound out of its pieces, as a bank in memory.

use super::super::build::{Record, write_header};
use super::super::layout::*;
use super::super::{BankSound, MAX_SLOTS, SlotEvent};
use super::Piece;
use super::cut::SoundingLabels;
use super::write::{flags_of, numbers_of};
use crate::tracks::bands::{ENVELOPE_POINTS, NOISE_BANDS};

/// The file of a bank, of version 1, that has nothing but a sound of which these are all pieces.
pub(in super::super) fn in_memory(sound: &BankSound, pieces: &[Piece]) -> Vec<u8> {
    let mut file = vec![0; HEADER_BYTES + RECORD_BYTES];
    let events = events(sound, pieces);
    let mut record = Record::new(&mut file, 0);
    write_pages(&mut record, sound, pieces, &events);
    write_record(&mut record, sound);
    record.section(SectionKind::Events, bytemuck::cast_slice(&events));
    let onsets = sound.onsets_s.iter().flat_map(|onset| onset.to_le_bytes());
    record.section(SectionKind::Onsets, &onsets.collect::<Vec<u8>>());
    let of = |frame: usize| pieces.iter().find_map(|piece| piece.noise(frame));
    let noise = (0..sound.noise.bytes / NOISE_BANDS).filter_map(of);
    record.section(
        SectionKind::Noise,
        &noise.flatten().copied().collect::<Vec<u8>>(),
    );
    let of = |frame: usize| pieces.iter().find_map(|piece| piece.envelope(frame));
    let envelope = (0..sound.envelope.bytes / ENVELOPE_POINTS).filter_map(of);
    let envelope: Vec<u8> = envelope.flatten().copied().collect();
    record.section(SectionKind::Envelope, &envelope);
    write_transients(&mut record, sound, pieces);
    record.section(SectionKind::Source, sound.source.as_bytes());
    write_header(&mut file, 1);
    file
}

/// The events of all pieces, each once.
fn events(sound: &BankSound, pieces: &[Piece]) -> Vec<SlotEvent> {
    let own = pieces.iter().enumerate().flat_map(|(number, piece)| {
        let first = number as u32 * sound.pieces.frames;
        piece
            .events()
            .iter()
            .filter(move |event| event.frame >= first)
    });
    own.copied().collect()
}

fn write_pages(record: &mut Record, sound: &BankSound, pieces: &[Piece], events: &[SlotEvent]) {
    let mut table = Vec::new();
    let mut labels = SoundingLabels::new();
    let of = |frame: u32| &pieces[sound.pieces.piece_of(frame) as usize];
    let firsts = (0..sound.frames).step_by(PAGE_FRAMES as usize);
    for (first, width) in firsts.zip(page_widths(sound, events)) {
        let frames = first..(first + PAGE_FRAMES).min(sound.frames);
        let mut page: Vec<u8> = Vec::new();
        page.extend(bytemuck::cast_slice::<u16, u8>(
            &labels.at(events, first)[..width],
        ));
        for frame in frames {
            let piece = of(frame);
            for which in [0, 1] {
                let end = page.len() + 2 * width;
                page.extend(bytemuck::cast_slice::<u16, u8>(piece.shorts(frame, which)));
                page.resize(end, 0);
            }
            for (is_second, is_there) in [(false, sound.has_pans), (true, sound.has_bandwidths)] {
                let end = page.len() + if is_there { width } else { 0 };
                page.extend(piece.bytes_of(frame, is_there, is_second));
                page.resize(end, 0);
            }
        }
        let offset = record.align() as u64;
        record.append(&page);
        table.extend(offset.to_le_bytes());
        table.extend((width as u32).to_le_bytes());
        table.extend(0_u32.to_le_bytes());
    }
    record.section(SectionKind::Pages, &table);
    let widths = table.as_chunks::<16>().0.iter();
    let widths = widths.map(|entry| u32::from_le_bytes([entry[8], entry[9], entry[10], entry[11]]));
    record.u32(SLOTS_AT, widths.max().unwrap_or(0));
}

/// Slots of each page: those of the partials that are in one of its frames.
fn page_widths(sound: &BankSound, events: &[SlotEvent]) -> Vec<usize> {
    let mut widths = vec![0; sound.frames.div_ceil(PAGE_FRAMES) as usize];
    let mut begun = [0; MAX_SLOTS];
    for event in events {
        let slot = usize::from(event.slot);
        if event.kind == SlotEvent::BIRTH {
            begun[slot] = event.frame;
            continue;
        }
        let width = (slot + 1).next_multiple_of(WIDTH_STEP);
        let first = (begun[slot] / PAGE_FRAMES) as usize;
        let last = ((event.frame + 1) / PAGE_FRAMES) as usize;
        for page in widths.iter_mut().take(last + 1).skip(first) {
            *page = width.max(*page);
        }
    }
    widths
}

fn write_record(record: &mut Record, sound: &BankSound) {
    let zone = sound.zone;
    let ends = [
        zone.lowest_key,
        zone.highest_key,
        zone.lowest_velocity,
        zone.highest_velocity,
    ];
    record.bytes(0, &ends);
    record.flags(flags_of(sound));
    for (at, number) in numbers_of(sound) {
        record.f64(at, number);
    }
    record.u32(HOP_AT, sound.grid.hop);
    record.u32(FRAMES_AT, sound.frames);
}

fn write_transients(record: &mut Record, sound: &BankSound, pieces: &[Piece]) {
    let mut entries: Vec<u8> = Vec::new();
    for transient in &sound.transients {
        entries.extend(transient.time_s.to_le_bytes());
        entries.extend(transient.sample_rate_hz.to_le_bytes());
        entries.extend((transient.first as u64).to_le_bytes());
        entries.extend((transient.count as u32).to_le_bytes());
        entries.extend(transient.peak.to_le_bytes());
        entries.extend(transient.pan.to_le_bytes());
        entries.extend(0_u32.to_le_bytes());
    }
    record.section(SectionKind::Transients, &entries);
    let mut samples = vec![0_i16; sound.samples.bytes / 2];
    for (first, of_piece) in pieces.iter().map(Piece::samples) {
        let end = (first as usize).saturating_add(of_piece.len());
        if let Some(place) = samples.get_mut(first as usize..end) {
            place.copy_from_slice(of_piece);
        }
    }
    record.section(SectionKind::Samples, bytemuck::cast_slice(&samples));
}
