//! Checks a bank as a whole, and copies what its entries are found by.

use twox_hash::XxHash3_64;

use super::layout::*;
use super::pieces::PieceTable;
use super::{BankSound, BankTransient, FrameGrid, KeyZone, MAX_SLOTS, SlotEvent};
use crate::tracks::SustainLoop;
use crate::tracks::files::FileError;

use std::hash::Hasher as _;

type Result<T> = std::result::Result<T, FileError>;

/// Times are within a day.
pub(super) const LATEST_S: f64 = 86_400.0;

/// The hash of a file, whatever it states.
pub(super) fn hash(file: &[u8]) -> u64 {
    let mut hasher = XxHash3_64::with_seed(0);
    hasher.write(&file[..HASH_AT.min(file.len())]);
    hasher.write(&[0; 8]);
    hasher.write(file.get(HASH_AT + 8..).unwrap_or(&[]));
    hasher.finish()
}

/// The hash that a file states, if it is right.
pub(super) fn checked_hash(file: &[u8]) -> Result<u64> {
    check_header(file, file.len() as u64)?;
    let stated = Bytes(file).u64(HASH_AT)?;
    if hash(file) == stated {
        Ok(stated)
    } else {
        let reason = "the hash is wrong: the file is damaged";
        Err(FileError::at_byte(HASH_AT, reason))
    }
}

/// Numbers of a file; past its end there is an error.
#[derive(Clone, Copy)]
pub(super) struct Bytes<'a>(pub(super) &'a [u8]);

impl<'a> Bytes<'a> {
    pub(super) fn array<const LENGTH: usize>(self, at: usize) -> Result<[u8; LENGTH]> {
        let array = self
            .0
            .get(at..)
            .and_then(|rest| rest.first_chunk().copied());
        array.ok_or_else(|| FileError::at_byte(self.0.len(), "the file ends too early"))
    }

    pub(super) fn u32(self, at: usize) -> Result<u32> {
        self.array(at).map(u32::from_le_bytes)
    }

    pub(super) fn u64(self, at: usize) -> Result<u64> {
        self.array(at).map(u64::from_le_bytes)
    }

    fn f32(self, at: usize) -> Result<f32> {
        self.array(at).map(f32::from_le_bytes)
    }

    /// A number between two others.
    pub(super) fn f64(self, at: usize, what: &str, low: f64, high: f64) -> Result<f64> {
        let number = self.array(at).map(f64::from_le_bytes)?;
        if (low..=high).contains(&number) {
            Ok(number)
        } else {
            let reason = format!("found {number}, expected {what} from {low} to {high}");
            Err(FileError::at_byte(at, reason))
        }
    }
}

/// Checks the first bytes, of a file of this version.
pub(super) fn check_magic(file: &[u8], expected: u32) -> Result<()> {
    if !file.starts_with(&MAGIC) {
        return Err(FileError::at_byte(0, "this is no bank"));
    }
    let bytes = Bytes(file);
    let version = bytes.u32(VERSION_AT)?;
    if version != expected {
        let latest = super::pieces::VERSION;
        let reason =
            format!("found version {version}, expected {latest} at most; a later Aliquot reads it");
        return Err(FileError::at_byte(VERSION_AT, reason));
    }
    if bytes.u32(BYTE_ORDER_AT)? != BYTE_ORDER_MARK || cfg!(target_endian = "big") {
        let reason = "the order of its bytes is not that of this machine";
        return Err(FileError::at_byte(BYTE_ORDER_AT, reason));
    }
    Ok(())
}

/// Checks that a file is as long as it says.
pub(super) fn check_length(head: &[u8], length: u64) -> Result<()> {
    let stated = Bytes(head).u64(LENGTH_AT)?;
    if stated != length {
        let reason = format!("found {length} bytes, expected {stated}");
        return Err(FileError::at_byte(LENGTH_AT, reason));
    }
    Ok(())
}

/// Checks the first bytes of a file of `length` bytes.
pub(super) fn check_header(head: &[u8], length: u64) -> Result<()> {
    check_magic(head, VERSION)?;
    check_length(head, length)?;
    let bytes = Bytes(head);
    if bytes.u32(PAGE_FRAMES_AT)? != PAGE_FRAMES {
        let reason = format!("pages are not of {PAGE_FRAMES} frames");
        return Err(FileError::at_byte(PAGE_FRAMES_AT, reason));
    }
    Ok(())
}

/// Noise and transients are no louder than this, of full scale 1.
const MOST_PEAK: f64 = 1e6;
/// The most sounds that a bank is built with.
pub(super) const MOST_SOUNDS: usize = 4_096;

/// Checks that births and deaths take turns in each slot, births first where they follow one frame, and that a partial
/// goes through no page that is too narrow for it: what a voice does at a frame is bounded so.
fn check_partials(
    events: &[SlotEvent],
    pages: &[Page],
) -> std::result::Result<(), (usize, String)> {
    let mut sounding: Vec<Option<u32>> = vec![None; MAX_SLOTS];
    let mut last: Option<&SlotEvent> = None;
    for (number, event) in events.iter().enumerate() {
        let refuse = |what: &str| Err((number, format!("{event:?} {what}")));
        let order = |event: &SlotEvent| (event.frame, event.kind);
        if last.is_some_and(|last| order(last) > order(event)) {
            return refuse("comes too late");
        }
        last = Some(event);
        let Some(since) = sounding.get_mut(usize::from(event.slot)) else {
            return refuse("is of no slot");
        };
        match (event.kind, *since) {
            (SlotEvent::BIRTH, None) => *since = Some(event.frame),
            (SlotEvent::BIRTH, Some(_)) => return refuse("begins in a slot that is taken"),
            (_, None) => return refuse("ends what has not begun"),
            (_, Some(begun)) => {
                *since = None;
                let of = |frame: u32| (frame / PAGE_FRAMES) as usize;
                let through = pages.get(of(begun)..=of(event.frame)).unwrap_or(&[]);
                if through
                    .iter()
                    .any(|page| page.width <= usize::from(event.slot))
                {
                    return refuse("goes through a page that is too narrow");
                }
            }
        }
    }
    Ok(())
}

/// The hash that the file states, and its sounds, all checked but the hash.
pub(super) fn sounds(file: &[u8]) -> Result<(u64, Vec<BankSound>)> {
    check_header(file, file.len() as u64)?;
    let bytes = Bytes(file);
    let count = bytes.u32(SOUNDS_AT)? as usize;
    let room = (file.len() - HEADER_BYTES) / RECORD_BYTES;
    if count == 0 || count > room.min(MOST_SOUNDS) {
        let reason = format!("found {count} sounds, there is room for {room}");
        return Err(FileError::at_byte(SOUNDS_AT, reason));
    }
    let mut sounds = Vec::with_capacity(count);
    let mut ranges = Vec::new();
    for number in 0..count {
        let start = HEADER_BYTES + number * RECORD_BYTES;
        let record = SoundRecord { file, start };
        let sound = record.sound()?;
        record.add_ranges(&sound, &mut ranges)?;
        sounds.push(sound);
    }
    // What is read twice could be much more than the file.
    ranges.sort_unstable();
    match ranges.windows(2).find(|pair| pair[1].0 < pair[0].1) {
        Some(pair) => Err(FileError::at_byte(pair[1].0, "two sections overlap")),
        None => Ok((bytes.u64(HASH_AT)?, sounds)),
    }
}

/// The record of a sound.
pub(super) struct SoundRecord<'a> {
    /// The file, or the directory of one whose sounds are streamed.
    pub file: &'a [u8],
    /// Where the record begins in it.
    pub start: usize,
}

impl<'a> SoundRecord<'a> {
    pub(super) fn u32(&self, at: usize) -> Result<u32> {
        Bytes(self.file).u32(self.start + at)
    }

    pub(super) fn f64(&self, at: usize, what: &str, low: f64, high: f64) -> Result<f64> {
        Bytes(self.file).f64(self.start + at, what, low, high)
    }

    pub(super) fn error<T>(&self, at: usize, reason: impl Into<String>) -> Result<T> {
        Err(FileError::at_byte(self.start + at, reason))
    }

    /// The entries of a section and where they are.
    fn section(&self, kind: SectionKind) -> Result<(Section, &'a [u8])> {
        self.entries(kind.at(), kind.entry_bytes(), &format!("{kind:?}"))
    }

    /// The entries of the section whose offset and count are at this place of the record, and where they are.
    pub(super) fn entries(
        &self,
        at: usize,
        entry_bytes: usize,
        name: &str,
    ) -> Result<(Section, &'a [u8])> {
        let bytes = Bytes(self.file);
        let (offset, count) = (bytes.u64(self.start + at)?, bytes.u64(self.start + at + 8)?);
        if count == 0 {
            let (offset, bytes) = (self.start, 0);
            return Ok((Section { offset, bytes }, &[]));
        }
        let length = count.checked_mul(entry_bytes as u64);
        let end = length.and_then(|length| offset.checked_add(length));
        match end {
            Some(end) if end <= self.file.len() as u64 && offset % ALIGNMENT as u64 == 0 => {
                let entries = &self.file[offset as usize..end as usize];
                let (offset, bytes) = (offset as usize, entries.len());
                Ok((Section { offset, bytes }, entries))
            }
            _ => self.error(
                at,
                format!("{name}: {count} entries from byte {offset} on are not in the file"),
            ),
        }
    }

    /// Adds where the sections and the pages begin and end.
    fn add_ranges(&self, sound: &BankSound, ranges: &mut Vec<(usize, usize)>) -> Result<()> {
        for kind in SectionKind::ALL {
            let (section, _) = self.section(kind)?;
            if section.bytes > 0 {
                ranges.push((section.offset, section.offset + section.bytes));
            }
        }
        let mut frames = sound.frames;
        for page in &sound.pages {
            let in_page = frames.min(PAGE_FRAMES);
            frames -= in_page;
            let bytes = page.bytes(in_page, sound.has_pans, sound.has_bandwidths);
            if bytes > 0 {
                ranges.push((page.offset, page.offset + bytes));
            }
        }
        Ok(())
    }

    fn sound(&self) -> Result<BankSound> {
        let flags = self.u32(FLAGS_AT)?;
        let (grid, frames) = self.grid()?;
        let (has_pans, has_bandwidths) = (flags & HAS_PANS != 0, flags & HAS_BANDWIDTHS != 0);
        let pages = self.pages(frames, has_pans, has_bandwidths)?;
        let slots = pages.iter().map(|page| page.width).max().unwrap_or(0) as u32;
        if self.u32(SLOTS_AT)? != slots {
            return self.error(SLOTS_AT, format!("the widest page has {slots} slots"));
        }
        self.check_events(frames, grid.hop, &pages)?;
        let of = |kind| self.section(kind).map(|(place, _)| place);
        let are_there = |kind| of(kind).map(|section| section.bytes > 0);
        let (noise_hop_s, noise_peak) =
            self.levels(are_there(SectionKind::Noise)?, NOISE_HOP_AT, NOISE_PEAK_AT)?;
        let (envelope_hop_s, envelope_peak) = self.levels(
            are_there(SectionKind::Envelope)?,
            ENVELOPE_HOP_AT,
            ENVELOPE_PEAK_AT,
        )?;
        let samples = (of(SectionKind::Samples)?.bytes / SectionKind::Samples.entry_bytes()) as u64;
        Ok(BankSound {
            zone: self.zone()?,
            root_hz: self.root_hz(flags)?,
            grid,
            duration_s: self.f64(DURATION_AT, "a duration", 0.0, LATEST_S)?,
            full_scale: self.f64(FULL_SCALE_AT, "an amplitude", 1.0, 1e6)?,
            frames,
            slots,
            sustain_loop: self.sustain_loop(flags & HAS_LOOP != 0)?,
            onsets_s: self.onsets()?,
            noise_hop_s,
            noise_peak,
            envelope_hop_s,
            envelope_peak,
            transients: self.transients(samples)?,
            source: self.source()?,
            has_pans,
            has_bandwidths,
            pages,
            events: of(SectionKind::Events)?,
            noise: of(SectionKind::Noise)?,
            envelope: of(SectionKind::Envelope)?,
            samples: of(SectionKind::Samples)?,
            pieces: PieceTable::default(),
            slot_words: Vec::new(),
            attacks_s: Vec::new(),
        })
    }

    /// Where its frames are, and how many.
    pub(super) fn grid(&self) -> Result<(FrameGrid, u32)> {
        let grid = FrameGrid {
            sample_rate_hz: self.f64(RATE_AT, "a sample rate", 1_000.0, 1e6)?,
            hop: self.u32(HOP_AT)?,
        };
        if !grid.is_possible() {
            return self.error(HOP_AT, format!("frames of {} samples cannot be", grid.hop));
        }
        let frames = self.u32(FRAMES_AT)?;
        if frames > MAX_FRAMES {
            return self.error(FRAMES_AT, format!("{frames} frames, {MAX_FRAMES} at most"));
        }
        Ok((grid, frames))
    }

    pub(super) fn root_hz(&self, flags: u32) -> Result<Option<f64>> {
        match flags & HAS_ROOT != 0 {
            true => self.f64(ROOT_AT, "a root", 1.0, 100_000.0).map(Some),
            false => Ok(None),
        }
    }

    pub(super) fn zone(&self) -> Result<KeyZone> {
        let [lowest_key, highest_key, lowest_velocity, highest_velocity] =
            Bytes(self.file).array(self.start)?;
        let zone = KeyZone {
            lowest_key,
            highest_key,
            lowest_velocity,
            highest_velocity,
        };
        if zone.is_possible() {
            Ok(zone)
        } else {
            self.error(0, format!("{zone:?} cannot be"))
        }
    }

    fn pages(&self, frames: u32, has_pans: bool, has_bandwidths: bool) -> Result<Vec<Page>> {
        let (Section { offset: start, .. }, entries) = self.section(SectionKind::Pages)?;
        let entry_bytes = SectionKind::Pages.entry_bytes();
        let expected = frames.div_ceil(PAGE_FRAMES) as usize;
        if entries.len() / entry_bytes != expected {
            return self.error(
                SectionKind::Pages.at(),
                format!("expected {expected} pages"),
            );
        }
        let page = |number: usize| {
            let at = start + number * entry_bytes;
            let (offset, width) = (Bytes(self.file).u64(at)?, Bytes(self.file).u32(at + 8)?);
            let page = Page {
                offset: usize::try_from(offset).unwrap_or(usize::MAX),
                width: width as usize,
            };
            let is_possible = page.width <= MAX_SLOTS
                && page.width.is_multiple_of(WIDTH_STEP)
                && page.offset.is_multiple_of(ALIGNMENT);
            let frames = (frames - number as u32 * PAGE_FRAMES).min(PAGE_FRAMES);
            let is_in_file = || {
                let bytes = page.bytes(frames, has_pans, has_bandwidths);
                let end = page.offset.checked_add(bytes);
                end.is_some_and(|end| end <= self.file.len())
            };
            if is_possible && is_in_file() {
                Ok(page)
            } else {
                let reason = format!("a page of {width} slots at byte {offset} cannot be");
                Err(FileError::at_byte(at, reason))
            }
        };
        (0..expected).map(page).collect()
    }

    fn check_events(&self, frames: u32, hop: u32, pages: &[Page]) -> Result<()> {
        let (Section { offset: start, .. }, entries) = self.section(SectionKind::Events)?;
        let size = SectionKind::Events.entry_bytes();
        let mut events: Vec<SlotEvent> = Vec::with_capacity(entries.len() / size);
        for (number, entry) in entries.chunks_exact(size).enumerate() {
            let event: SlotEvent = bytemuck::pod_read_unaligned(entry);
            let is_birth = event.kind == SlotEvent::BIRTH;
            let is_offset_possible = if is_birth {
                u32::from(event.offset) < hop
            } else {
                (1..=hop).contains(&u32::from(event.offset))
            };
            let is_slot_there = event.frame < frames
                && usize::from(event.slot) < pages[(event.frame / PAGE_FRAMES) as usize].width;
            let is_in_order = events.last().is_none_or(|last| last.frame <= event.frame);
            if event.kind > SlotEvent::DEATH
                || event.label == u16::MAX
                || !is_offset_possible
                || !is_slot_there
                || !is_in_order
            {
                let reason = format!("{event:?} cannot be");
                return Err(FileError::at_byte(start + number * size, reason));
            }
            events.push(event);
        }
        check_partials(&events, pages)
            .map_err(|(number, reason)| FileError::at_byte(start + number * size, reason))
    }

    fn onsets(&self) -> Result<Vec<f64>> {
        let (Section { offset: start, .. }, entries) = self.section(SectionKind::Onsets)?;
        let onset =
            |number: usize| Bytes(self.file).f64(start + 8 * number, "a time", 0.0, LATEST_S);
        (0..entries.len() / 8).map(onset).collect()
    }

    /// Hop and peak of noise or envelope.
    pub(super) fn levels(
        &self,
        are_there: bool,
        hop_at: usize,
        peak_at: usize,
    ) -> Result<(f64, f64)> {
        if !are_there {
            return Ok((0.0, 1.0));
        }
        let hop_s = self.f64(hop_at, "a hop", 1e-5, LATEST_S)?;
        let peak = self.f64(peak_at, "a peak", f64::MIN_POSITIVE, MOST_PEAK)?;
        Ok((hop_s, peak))
    }

    /// The transients, of a sound with so many samples of them.
    pub(super) fn transients(&self, samples: u64) -> Result<Vec<BankTransient>> {
        let (Section { offset: start, .. }, entries) = self.section(SectionKind::Transients)?;
        let bytes = Bytes(self.file);
        let size = SectionKind::Transients.entry_bytes();
        let transient = |number: usize| {
            let at = start + number * size;
            let (first, count) = (bytes.u64(at + 16)?, u64::from(bytes.u32(at + 24)?));
            let end = first.checked_add(count);
            let (peak, pan) = (bytes.f32(at + 28)?, bytes.f32(at + 32)?);
            let is_possible = end.is_some_and(|end| end <= samples)
                && (0.0..=MOST_PEAK as f32).contains(&peak)
                && (-1.0..=1.0).contains(&pan);
            if !is_possible {
                let reason = format!("{count} samples from {first} on cannot be a transient");
                return Err(FileError::at_byte(at, reason));
            }
            Ok(BankTransient {
                time_s: bytes.f64(at, "a time", 0.0, LATEST_S)?,
                sample_rate_hz: bytes.f64(at + 8, "a sample rate", 1_000.0, 1e6)?,
                peak,
                pan,
                first: first as usize,
                count: count as usize,
            })
        };
        let transients = (0..entries.len() / size).map(transient);
        let transients: Vec<BankTransient> = transients.collect::<Result<_>>()?;
        if !transients.is_sorted_by(|a, b| a.time_s <= b.time_s) {
            return Err(FileError::at_byte(
                start,
                "transients are not in order of time",
            ));
        }
        Ok(transients)
    }

    pub(super) fn sustain_loop(&self, is_there: bool) -> Result<Option<SustainLoop>> {
        if !is_there {
            return Ok(None);
        }
        let start_s = self.f64(LOOP_AT, "the start of a loop", 0.0, LATEST_S)?;
        let end_s = self.f64(LOOP_AT + 8, "the end of a loop", start_s, LATEST_S)?;
        let longest = end_s - start_s;
        let crossfade_s = self.f64(LOOP_AT + 16, "a cross-fade", 0.0, longest)?;
        Ok(Some(SustainLoop {
            start_s,
            end_s,
            crossfade_s,
        }))
    }

    pub(super) fn source(&self) -> Result<String> {
        let (Section { offset: start, .. }, entries) = self.section(SectionKind::Source)?;
        match std::str::from_utf8(entries) {
            Ok(text) => Ok(text.to_owned()),
            Err(error) => {
                let at = start + error.valid_up_to();
                Err(FileError::at_byte(at, "the source is no UTF-8"))
            }
        }
    }
}
