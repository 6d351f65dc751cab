//! The entries of a bank's sections, in place.

use bytemuck::Pod;

use super::layout::{PAGE_FRAMES, Page, Section};
use super::pieces::Piece;
use super::{BankSound, BankTransient, SlotEvent};
use crate::tracks::bands::{ENVELOPE_POINTS, NOISE_BANDS};

/// The frames of a sound, its events, its noise, its envelope and its transients: of a sound that is streamed, those of
/// one or two of its pieces. Reading them neither allocates nor fails: past the end there is nothing.
#[derive(Clone, Copy)]
pub struct BankRows<'a> {
    sound: &'a BankSound,
    data: RowData<'a>,
}

/// Where the entries are.
#[derive(Clone, Copy)]
enum RowData<'a> {
    /// The bytes of the bank.
    Whole(&'a [u8]),
    /// What is at hand of a sound that is streamed.
    Pieces([Option<&'a Piece>; 2]),
}

impl<'a> BankRows<'a> {
    /// The rows of a sound in the bytes of its bank.
    pub(super) fn new(bytes: &'a [u8], sound: &'a BankSound) -> BankRows<'a> {
        BankRows {
            sound,
            data: RowData::Whole(bytes),
        }
    }

    /// The rows of these pieces of a sound.
    pub(super) fn of_pieces(sound: &'a BankSound, pieces: [Option<&'a Piece>; 2]) -> BankRows<'a> {
        BankRows {
            sound,
            data: RowData::Pieces(pieces),
        }
    }

    /// What is known of the sound beside this.
    pub fn sound(&self) -> &'a BankSound {
        self.sound
    }

    /// Codes of the amplitudes at a frame, of the slots from 0 on; those beyond are silent.
    pub fn amplitudes(&self, frame: u32) -> &'a [u16] {
        self.shorts(frame, 0)
    }

    /// Codes of the mean frequencies from a frame to the next.
    pub fn frequencies(&self, frame: u32) -> &'a [u16] {
        self.shorts(frame, 1)
    }

    /// Codes of the pans at a frame; empty if all are at the centre.
    pub fn pans(&self, frame: u32) -> &'a [u8] {
        self.bytes_of(frame, self.sound.has_pans, false)
    }

    /// Codes of the bandwidths at a frame; empty if all are 0.
    pub fn bandwidths(&self, frame: u32) -> &'a [u8] {
        self.bytes_of(frame, self.sound.has_bandwidths, true)
    }

    /// A frame at or before this one, and for each slot 0 where no partial sounds on into it, or else
    /// its label plus 1. With the events from that frame on this is what there is at any frame.
    pub fn continuing(&self, frame: u32) -> (u32, &'a [u16]) {
        if let RowData::Pieces(pieces) = &self.data {
            let piece = pieces.iter().flatten().find(|piece| piece.owns(frame));
            return piece.map_or((frame, &[]), |piece| piece.continuing(frame));
        }
        let first = frame / PAGE_FRAMES * PAGE_FRAMES;
        let labels = self.sound.pages.get((frame / PAGE_FRAMES) as usize);
        let labels = labels.and_then(|page| self.cast(page.offset, 2 * page.width));
        (first, labels.unwrap_or(&[]))
    }

    /// Births and deaths in order; none of a sound that is streamed.
    pub fn events(&self) -> &'a [SlotEvent] {
        self.section(self.sound.events)
    }

    /// The events that follow a frame, before the next: births, then deaths. Where a slot has both
    /// they are of one partial.
    pub fn events_of(&self, frame: u32) -> &'a [SlotEvent] {
        let events = match &self.data {
            RowData::Whole(_) => self.events(),
            RowData::Pieces(pieces) => {
                let mut pieces = pieces.iter().flatten();
                let piece = pieces.find(|piece| piece.has_events(frame));
                piece.map_or(&[][..], |piece| piece.events())
            }
        };
        let from = events.partition_point(|event| event.frame < frame);
        let events = &events[from..];
        &events[..events.partition_point(|event| event.frame == frame)]
    }

    /// Codes of the noise's powers at a frame of the noise; `None` past the end.
    pub fn noise_at(&self, frame: usize) -> Option<&'a [u8; NOISE_BANDS]> {
        match &self.data {
            RowData::Whole(_) => self.noise().get(frame),
            RowData::Pieces(pieces) => pieces.iter().flatten().find_map(|of| of.noise(frame)),
        }
    }

    /// Codes of the envelope's gains at a frame of the envelope; `None` past the end.
    pub fn envelope_at(&self, frame: usize) -> Option<&'a [u8; ENVELOPE_POINTS]> {
        match &self.data {
            RowData::Whole(_) => self.envelope().get(frame),
            RowData::Pieces(pieces) => pieces.iter().flatten().find_map(|of| of.envelope(frame)),
        }
    }

    /// Codes of the noise's powers, a frame after another; none of a sound that is streamed.
    pub fn noise(&self) -> &'a [[u8; NOISE_BANDS]] {
        self.section(self.sound.noise).as_chunks().0
    }

    /// Codes of the envelope's gains, a frame after another; none of a sound that is streamed.
    pub fn envelope(&self) -> &'a [[u8; ENVELOPE_POINTS]] {
        self.section(self.sound.envelope).as_chunks().0
    }

    /// The samples of a transient; none if they are in a piece that is not at hand.
    pub fn samples_of(&self, transient: &BankTransient) -> &'a [i16] {
        if let RowData::Pieces(pieces) = &self.data {
            let mut pieces = pieces.iter().flatten();
            return pieces
                .find_map(|piece| piece.samples_of(transient))
                .unwrap_or(&[]);
        }
        let samples = self.section(self.sound.samples).get(transient.first..);
        samples
            .and_then(|samples| samples.get(..transient.count))
            .unwrap_or(&[])
    }

    fn section<T: Pod>(&self, section: Section) -> &'a [T] {
        self.cast(section.offset, section.bytes).unwrap_or(&[])
    }

    /// The page of a frame and the frame's offset.
    fn place(&self, frame: u32) -> Option<(&'a Page, usize)> {
        if frame >= self.sound.frames {
            return None;
        }
        let page = self.sound.pages.get((frame / PAGE_FRAMES) as usize)?;
        let stride = page.frame_bytes(self.sound.has_pans, self.sound.has_bandwidths);
        let frame = (frame % PAGE_FRAMES) as usize;
        Some((page, page.offset + 2 * page.width + frame * stride))
    }

    fn shorts(&self, frame: u32, which: usize) -> &'a [u16] {
        if let RowData::Pieces(pieces) = &self.data {
            let piece = pieces.iter().flatten().find(|piece| piece.has_row(frame));
            return piece.map_or(&[], |piece| piece.shorts(frame, which));
        }
        let row = self.place(frame).and_then(|(page, offset)| {
            let bytes = 2 * page.width;
            self.cast(offset + which * bytes, bytes)
        });
        row.unwrap_or(&[])
    }

    fn bytes_of(&self, frame: u32, is_there: bool, is_second: bool) -> &'a [u8] {
        let bytes = match &self.data {
            RowData::Whole(bytes) => *bytes,
            RowData::Pieces(pieces) => {
                let piece = pieces.iter().flatten().find(|piece| piece.has_row(frame));
                return piece.map_or(&[], |piece| piece.bytes_of(frame, is_there, is_second));
            }
        };
        let row = self.place(frame).filter(|_| is_there);
        let row = row.and_then(|(page, offset)| {
            let before = 4 + usize::from(is_second && self.sound.has_pans);
            let offset = offset + before * page.width;
            bytes.get(offset..offset + page.width)
        });
        row.unwrap_or(&[])
    }

    fn cast<T: Pod>(&self, offset: usize, bytes: usize) -> Option<&'a [T]> {
        let RowData::Whole(all) = self.data else {
            return None;
        };
        bytemuck::try_cast_slice(all.get(offset..offset + bytes)?).ok()
    }
}
