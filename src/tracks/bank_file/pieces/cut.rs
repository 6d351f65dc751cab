//! Cuts sounds into pieces.

use super::super::layout::PAGE_FRAMES;
use super::super::{BankRows, BankSound, MAX_SLOTS, SlotEvent};
use super::piece::{PieceShape, frames_of};
use super::{LEAST_PIECE_FRAMES, PieceTable};
use crate::tracks::bands::{ENVELOPE_POINTS, NOISE_BANDS};

/// Cuts a sound into pieces, one after another.
pub(super) struct PieceCutter {
    /// Frames of a piece.
    pub(super) frames: u32,
    labels: SoundingLabels,
    /// The transients so far as the directory has them: their samples follow one another.
    pub(super) transients: Vec<u8>,
    next_transient: usize,
    samples: u64,
}

impl PieceCutter {
    /// Pieces whose rows have about so many bytes at most, and of no longer a time, unless 16 frames have more.
    pub(super) fn new(rows: &BankRows, most_bytes: usize, longest_piece_s: f64) -> PieceCutter {
        let sound = rows.sound();
        let slot_bytes = 4 + usize::from(sound.has_pans) + usize::from(sound.has_bandwidths);
        let row_bytes = slot_bytes * sound.slots.max(1) as usize;
        let by_bytes = (most_bytes / row_bytes).saturating_sub(4);
        let by_time = longest_piece_s / sound.grid.hop_s();
        let frames = by_bytes.min(by_time as usize) as u32;
        PieceCutter {
            frames: (frames / LEAST_PIECE_FRAMES).max(1) * LEAST_PIECE_FRAMES,
            labels: SoundingLabels::new(),
            transients: Vec::new(),
            next_transient: 0,
            samples: 0,
        }
    }

    /// The next piece.
    pub(super) fn cut(&mut self, rows: &BankRows, number: u32, piece: &mut Vec<u8>) {
        let (mut shape, events) = self.shape(rows, number);
        let is_last = shape.first + shape.frames == rows.sound().frames;
        let samples = self.take_transients(rows, shape.first + shape.frames, is_last);
        shape.samples = (samples.len() / 2) as u32;
        self.samples += u64::from(shape.samples);
        piece.clear();
        piece.reserve(shape.bytes());
        shape.write_header(piece);
        for row in 0..shape.label_rows() as u32 {
            let labels = self
                .labels
                .at(rows.events(), shape.first + PAGE_FRAMES * row);
            piece.extend(bytemuck::cast_slice::<u16, u8>(&labels[..shape.width]));
        }
        for frame in shape.first_row..shape.first_row + shape.rows {
            write_row(rows, frame, shape.width, piece);
        }
        piece.extend(bytemuck::cast_slice::<SlotEvent, u8>(events));
        let noise = rows.noise().iter().skip(shape.first_noise as usize);
        piece.extend(noise.take(shape.noise as usize).flatten());
        let envelope = rows.envelope().iter().skip(shape.first_envelope as usize);
        piece.extend(envelope.take(shape.envelope as usize).flatten());
        piece.extend(samples);
    }

    /// What is in a piece, but for the samples of its transients, and its events.
    fn shape<'a>(&self, rows: &BankRows<'a>, number: u32) -> (PieceShape, &'a [SlotEvent]) {
        let sound = BankSound {
            pieces: PieceTable {
                frames: self.frames,
                ..PieceTable::default()
            },
            ..shape_of(rows.sound())
        };
        let (first, frames, first_row, row_count) = frames_of(&sound, number);
        let is_last = first + frames == sound.frames;
        let of_time = |hop_s: f64, count: usize| {
            if count == 0 {
                return (0, 0);
            }
            let index = |frame: u32| f64::from(frame) * sound.grid.hop_s() / hop_s;
            let from = (index(first) as usize).saturating_sub(1);
            let from = if number == 0 { 0 } else { from.min(count - 1) };
            let to = if is_last {
                count
            } else {
                index(first + frames) as usize + 3
            };
            (from as u32, to.clamp(from, count) as u32 - from as u32)
        };
        let (first_noise, noise) = of_time(sound.noise_hop_s, rows.noise().len());
        let (first_envelope, envelope) = of_time(sound.envelope_hop_s, rows.envelope().len());
        let events = events_from(rows.events(), first, frames);
        let all_rows = first_row..first_row + row_count;
        let widths = all_rows.map(|frame| rows.amplitudes(frame).len());
        let shape = PieceShape {
            first,
            frames,
            first_row,
            rows: row_count,
            width: widths.max().unwrap_or(0),
            events: events.len(),
            first_noise,
            noise,
            first_envelope,
            envelope,
            first_sample: self.samples,
            samples: 0,
            has_pans: sound.has_pans,
            has_bandwidths: sound.has_bandwidths,
        };
        (shape, events)
    }

    /// The samples of the transients that begin before this frame, or of all that are left. Notes these in the
    /// directory.
    fn take_transients(&mut self, rows: &BankRows, before: u32, are_last: bool) -> Vec<u8> {
        let mut taken = Vec::new();
        let sound = rows.sound();
        while let Some(transient) = sound.transients.get(self.next_transient) {
            if !are_last && sound.frame_of(transient.time_s) >= before {
                break;
            }
            self.next_transient += 1;
            let first = self.samples + taken.len() as u64 / 2;
            let samples = rows.samples_of(transient);
            self.transients.extend(transient.time_s.to_le_bytes());
            self.transients
                .extend(transient.sample_rate_hz.to_le_bytes());
            self.transients.extend(first.to_le_bytes());
            self.transients.extend((samples.len() as u32).to_le_bytes());
            self.transients.extend(transient.peak.to_le_bytes());
            self.transients.extend(transient.pan.to_le_bytes());
            self.transients.extend(0_u32.to_le_bytes());
            taken.extend(bytemuck::cast_slice::<i16, u8>(samples));
        }
        taken
    }
}

/// What the shape of a piece depends on.
fn shape_of(sound: &BankSound) -> BankSound {
    BankSound {
        onsets_s: Vec::new(),
        transients: Vec::new(),
        source: String::new(),
        pages: Vec::new(),
        slot_words: Vec::new(),
        attacks_s: Vec::new(),
        pieces: PieceTable::default(),
        ..*sound
    }
}

/// The events from the frame before the first on.
fn events_from(events: &[SlotEvent], first: u32, frames: u32) -> &[SlotEvent] {
    let before = |frame: u32| events.partition_point(|event| event.frame < frame);
    &events[before(first.saturating_sub(1))..before(first + frames)]
}

/// Writes the row of a frame, as wide as the piece.
fn write_row(rows: &BankRows, frame: u32, width: usize, piece: &mut Vec<u8>) {
    let sound = rows.sound();
    for row in [rows.amplitudes(frame), rows.frequencies(frame)] {
        let end = piece.len() + 2 * width;
        piece.extend(bytemuck::cast_slice::<u16, u8>(row));
        piece.resize(end, 0);
    }
    for (is_there, row) in [
        (sound.has_pans, rows.pans(frame)),
        (sound.has_bandwidths, rows.bandwidths(frame)),
    ] {
        if is_there {
            let end = piece.len() + width;
            piece.extend(row);
            piece.resize(end, 0);
        }
    }
}

/// The labels plus 1 of the partials that sound on into a frame, by slot, worked out frame after frame.
pub(super) struct SoundingLabels {
    labels: Vec<u16>,
    next_event: usize,
}

impl SoundingLabels {
    pub(super) fn new() -> SoundingLabels {
        SoundingLabels {
            labels: vec![0; MAX_SLOTS],
            next_event: 0,
        }
    }

    /// Those at a frame that is not before the last one asked for.
    pub(super) fn at(&mut self, events: &[SlotEvent], frame: u32) -> &[u16] {
        while let Some(event) = events.get(self.next_event)
            && event.frame < frame
        {
            let slot = usize::from(event.slot);
            self.labels[slot] = match event.kind {
                SlotEvent::BIRTH => event.label + 1,
                _ => 0,
            };
            self.next_event += 1;
        }
        &self.labels
    }
}

const _: () = assert!(
    NOISE_BANDS == 40 && ENVELOPE_POINTS == 32,
    "as the page of the format says"
);
