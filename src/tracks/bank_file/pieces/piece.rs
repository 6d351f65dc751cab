//! A piece of a sound in memory.

use bytemuck::Pod;

use super::super::layout::{PAGE_FRAMES, WIDTH_STEP};
use super::super::{BankSound, BankTransient, MAX_SLOTS, SlotEvent};
use crate::tracks::bands::{ENVELOPE_POINTS, NOISE_BANDS};
use crate::tracks::files::FileError;

/// Bytes of a piece's header.
pub(super) const HEADER_BYTES: usize = 64;

/// The rows of a few frames of a sound, and all else that a voice needs there. Reading it neither allocates nor fails:
/// past the ends there is nothing.
#[derive(Debug)]
pub struct Piece {
    words: Vec<u64>,
    shape: PieceShape,
    /// Where the parts begin, bytes.
    parts: PieceParts,
}

/// What a piece has of everything; its header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct PieceShape {
    pub first: u32,
    pub frames: u32,
    pub first_row: u32,
    pub rows: u32,
    pub width: usize,
    pub events: usize,
    pub first_noise: u32,
    pub noise: u32,
    pub first_envelope: u32,
    pub envelope: u32,
    pub first_sample: u64,
    pub samples: u32,
    /// From the sound.
    pub has_pans: bool,
    pub has_bandwidths: bool,
}

/// Offsets of the parts of a piece.
#[derive(Clone, Copy, Debug, Default)]
struct PieceParts {
    rows: usize,
    stride: usize,
    events: usize,
    noise: usize,
    envelope: usize,
    samples: usize,
    end: usize,
}

impl PieceShape {
    fn parts(&self) -> PieceParts {
        let slot_bytes = 4 + usize::from(self.has_pans) + usize::from(self.has_bandwidths);
        let stride = self.width * slot_bytes;
        let rows = HEADER_BYTES + 2 * self.width * self.label_rows();
        let events = rows + stride * self.rows as usize;
        let noise = events + size_of::<SlotEvent>() * self.events;
        let envelope = noise + NOISE_BANDS * self.noise as usize;
        let samples = envelope + ENVELOPE_POINTS * self.envelope as usize;
        PieceParts {
            rows,
            stride,
            events,
            noise,
            envelope,
            samples,
            end: samples + 2 * self.samples as usize,
        }
    }

    /// How often it says which slots sound.
    pub(in super::super) fn label_rows(&self) -> usize {
        self.frames.div_ceil(PAGE_FRAMES) as usize
    }

    /// Bytes of the piece.
    pub(in super::super) fn bytes(&self) -> usize {
        self.parts().end
    }

    pub(in super::super) fn write_header(&self, piece: &mut Vec<u8>) {
        for number in [
            self.first,
            self.frames,
            self.first_row,
            self.rows,
            self.width as u32,
            self.events as u32,
            self.first_noise,
            self.noise,
            self.first_envelope,
            self.envelope,
        ] {
            piece.extend(number.to_le_bytes());
        }
        piece.extend(self.first_sample.to_le_bytes());
        piece.extend(self.samples.to_le_bytes());
        piece.resize(HEADER_BYTES, 0);
    }

    fn read_header(bytes: &[u8], sound: &BankSound) -> Option<PieceShape> {
        let u32_at = |at: usize| {
            let number = bytes.get(at..at + 4)?.try_into().ok()?;
            Some(u32::from_le_bytes(number))
        };
        Some(PieceShape {
            first: u32_at(0)?,
            frames: u32_at(4)?,
            first_row: u32_at(8)?,
            rows: u32_at(12)?,
            width: u32_at(16)? as usize,
            events: u32_at(20)? as usize,
            first_noise: u32_at(24)?,
            noise: u32_at(28)?,
            first_envelope: u32_at(32)?,
            envelope: u32_at(36)?,
            first_sample: u64::from(u32_at(40)?) | u64::from(u32_at(44)?) << 32,
            samples: u32_at(48)?,
            has_pans: sound.has_pans,
            has_bandwidths: sound.has_bandwidths,
        })
    }
}

/// The frames that a piece of a sound is of, and its rows: from two before the first to two after the last.
pub(super) fn frames_of(sound: &BankSound, number: u32) -> (u32, u32, u32, u32) {
    let first = number.saturating_mul(sound.pieces.frames).min(sound.frames);
    let frames = sound.pieces.frames.min(sound.frames - first);
    let first_row = first.saturating_sub(2);
    let end = (first + frames).saturating_add(2).min(sound.frames);
    (first, frames, first_row, end - first_row)
}

impl Piece {
    /// Room for a piece of so many bytes; `None` if there is no memory for it.
    pub(in super::super) fn room(bytes: usize) -> Option<Vec<u64>> {
        let count = bytes.div_ceil(8);
        let mut words = Vec::new();
        words.try_reserve_exact(count).ok()?;
        words.resize(count, 0);
        Some(words)
    }

    /// The piece of a sound that these bytes are, checked.
    ///
    /// # Errors
    /// What is wrong, with the offset in the piece.
    pub(in super::super) fn new(
        words: Vec<u64>,
        bytes: usize,
        sound: &BankSound,
        number: u32,
    ) -> Result<Piece, FileError> {
        let all = bytemuck::cast_slice::<u64, u8>(&words).get(..bytes);
        let shape = all.and_then(|all| PieceShape::read_header(all, sound));
        let Some(shape) = shape else {
            return Err(FileError::at_byte(bytes, "the piece ends too early"));
        };
        let found = (shape.first, shape.frames, shape.first_row, shape.rows);
        if found != frames_of(sound, number) {
            let reason = format!("found the frames {found:?} in piece {number}");
            return Err(FileError::at_byte(0, reason));
        }
        let is_width_possible = shape.width <= MAX_SLOTS.min(sound.slots as usize)
            && shape.width.is_multiple_of(WIDTH_STEP);
        // So nothing below overflows.
        let is_small = [shape.events, shape.noise as usize, shape.envelope as usize]
            .into_iter()
            .all(|count| count <= bytes)
            && shape.samples as usize <= bytes;
        if !is_width_possible || !is_small || shape.bytes() != bytes {
            return Err(FileError::at_byte(16, "the parts do not fill the piece"));
        }
        let piece = Piece {
            parts: shape.parts(),
            words,
            shape,
        };
        piece.check_events(sound)?;
        Ok(piece)
    }

    /// A piece of a sound in which nothing sounds, in the place of one that cannot be read.
    pub(in super::super) fn silent(sound: &BankSound, number: u32) -> Piece {
        let (first, frames, first_row, rows) = frames_of(sound, number);
        let shape = PieceShape {
            first,
            frames,
            first_row,
            rows,
            has_pans: sound.has_pans,
            has_bandwidths: sound.has_bandwidths,
            ..PieceShape::default()
        };
        Piece {
            words: Vec::new(),
            parts: PieceParts::default(),
            shape,
        }
    }

    /// Checks that events are in order and within the rows, and that partials begin and end in turns.
    fn check_events(&self, sound: &BankSound) -> Result<(), FileError> {
        let PieceShape { first, frames, .. } = self.shape;
        let frames = first.saturating_sub(1)..first + frames;
        let hop = sound.grid.hop;
        let mut sounding = [false; MAX_SLOTS];
        for (sounds, &label) in sounding.iter_mut().zip(self.labels(0)) {
            *sounds = label != 0;
        }
        let mut last = (0, 0);
        for (number, event) in self.events().iter().enumerate() {
            let offset = u32::from(event.offset);
            let is_birth = event.kind == SlotEvent::BIRTH;
            let is_offset_possible = match is_birth {
                true => offset < hop,
                false => (1..=hop).contains(&offset),
            };
            let order = (event.frame, event.kind);
            let slot = usize::from(event.slot);
            // Those before the first frame are in the labels already.
            let is_in_turn = event.frame < first || sounding[slot % MAX_SLOTS] != is_birth;
            if event.kind > SlotEvent::DEATH
                || event.label == u16::MAX
                || !is_offset_possible
                || !frames.contains(&event.frame)
                || slot >= self.shape.width
                || order < last
                || !is_in_turn
            {
                let at = self.parts.events + number * size_of::<SlotEvent>();
                return Err(FileError::at_byte(at, format!("{event:?} cannot be")));
            }
            if event.frame >= first {
                sounding[slot] = is_birth;
            }
            last = order;
        }
        Ok(())
    }

    fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(&self.words)
    }

    /// How much memory it takes.
    pub(in super::super) fn memory_bytes(&self) -> u64 {
        8 * self.words.len() as u64
    }

    fn cast<T: Pod>(&self, offset: usize, bytes: usize) -> Option<&[T]> {
        bytemuck::try_cast_slice(self.bytes().get(offset..offset + bytes)?).ok()
    }

    /// Whether it has the row of a frame.
    pub(in super::super) fn has_row(&self, frame: u32) -> bool {
        let PieceShape {
            first_row, rows, ..
        } = self.shape;
        frame.checked_sub(first_row).is_some_and(|row| row < rows)
    }

    /// Whether it has the events that follow a frame.
    pub(in super::super) fn has_events(&self, frame: u32) -> bool {
        let PieceShape { first, frames, .. } = self.shape;
        (first.saturating_sub(1)..first + frames).contains(&frame)
    }

    /// Whether a frame is one of its own.
    pub(in super::super) fn owns(&self, frame: u32) -> bool {
        let PieceShape { first, frames, .. } = self.shape;
        (first..first + frames).contains(&frame)
    }

    fn row(&self, frame: u32) -> Option<usize> {
        let row = frame.checked_sub(self.shape.first_row)?;
        (row < self.shape.rows).then(|| self.parts.rows + row as usize * self.parts.stride)
    }

    /// Amplitudes, or what is `which` after them.
    pub(in super::super) fn shorts(&self, frame: u32, which: usize) -> &[u16] {
        let bytes = 2 * self.shape.width;
        let row = self
            .row(frame)
            .and_then(|row| self.cast(row + which * bytes, bytes));
        row.unwrap_or(&[])
    }

    /// Pans, or bandwidths.
    pub(in super::super) fn bytes_of(&self, frame: u32, is_there: bool, is_second: bool) -> &[u8] {
        let row = self.row(frame).filter(|_| is_there);
        let row = row.and_then(|row| {
            let before = 4 + usize::from(is_second && self.shape.has_pans);
            let at = row + before * self.shape.width;
            self.bytes().get(at..at + self.shape.width)
        });
        row.unwrap_or(&[])
    }

    fn labels(&self, row: usize) -> &[u16] {
        let bytes = 2 * self.shape.width;
        self.cast(HEADER_BYTES + row * bytes, bytes).unwrap_or(&[])
    }

    /// A frame of its own at or before this one, and the slots that sound there: see
    /// [`BankRows::continuing`](super::super::BankRows::continuing).
    pub(in super::super) fn continuing(&self, frame: u32) -> (u32, &[u16]) {
        let row = frame.saturating_sub(self.shape.first) / PAGE_FRAMES;
        let first = self.shape.first + row * PAGE_FRAMES;
        (first, self.labels(row as usize))
    }

    /// Its events, from those of the frame before the first on.
    pub(in super::super) fn events(&self) -> &[SlotEvent] {
        let bytes = size_of::<SlotEvent>() * self.shape.events;
        self.cast(self.parts.events, bytes).unwrap_or(&[])
    }

    /// A frame of the noise.
    pub(in super::super) fn noise(&self, frame: usize) -> Option<&[u8; NOISE_BANDS]> {
        let at = frame.checked_sub(self.shape.first_noise as usize)?;
        let at = (at < self.shape.noise as usize).then(|| self.parts.noise + at * NOISE_BANDS)?;
        self.bytes().get(at..at + NOISE_BANDS)?.try_into().ok()
    }

    /// A frame of the envelope.
    pub(in super::super) fn envelope(&self, frame: usize) -> Option<&[u8; ENVELOPE_POINTS]> {
        let at = frame.checked_sub(self.shape.first_envelope as usize)?;
        let is_there = at < self.shape.envelope as usize;
        let at = is_there.then(|| self.parts.envelope + at * ENVELOPE_POINTS)?;
        self.bytes().get(at..at + ENVELOPE_POINTS)?.try_into().ok()
    }

    /// The samples of a transient; `None` if it begins in another piece.
    pub(in super::super) fn samples_of(&self, transient: &BankTransient) -> Option<&[i16]> {
        let first = (transient.first as u64).checked_sub(self.shape.first_sample)?;
        let end = first.checked_add(transient.count as u64)?;
        (end <= u64::from(self.shape.samples)).then_some(())?;
        self.cast(self.parts.samples + 2 * first as usize, 2 * transient.count)
    }

    /// Its samples, and the number of the first.
    pub(in super::super) fn samples(&self) -> (u64, &[i16]) {
        let samples = self.cast(self.parts.samples, 2 * self.shape.samples as usize);
        (self.shape.first_sample, samples.unwrap_or(&[]))
    }
}
