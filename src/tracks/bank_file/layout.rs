//! Where things are in a bank file; [the format](super) says what they mean.

/// The first bytes.
pub(super) const MAGIC: [u8; 8] = *b"Aliquot\x1A";
pub(super) const VERSION: u32 = 1;
pub(super) const BYTE_ORDER_MARK: u32 = 0x0A0B_0C0D;

/// Bytes of the file's header.
pub(super) const HEADER_BYTES: usize = 64;
pub(super) const VERSION_AT: usize = 8;
pub(super) const BYTE_ORDER_AT: usize = 12;
pub(super) const LENGTH_AT: usize = 16;
pub(super) const HASH_AT: usize = 24;
pub(super) const SOUNDS_AT: usize = 32;
pub(super) const PAGE_FRAMES_AT: usize = 36;

/// Bytes of the record of a sound.
pub(super) const RECORD_BYTES: usize = 256;
pub(super) const FLAGS_AT: usize = 4;
pub(super) const ROOT_AT: usize = 8;
pub(super) const RATE_AT: usize = 16;
pub(super) const DURATION_AT: usize = 24;
pub(super) const FULL_SCALE_AT: usize = 32;
pub(super) const HOP_AT: usize = 40;
pub(super) const FRAMES_AT: usize = 44;
pub(super) const SLOTS_AT: usize = 48;
pub(super) const LOOP_AT: usize = 56;
pub(super) const SECTIONS_AT: usize = 80;
pub(super) const NOISE_HOP_AT: usize = 208;
pub(super) const ENVELOPE_HOP_AT: usize = 216;
pub(super) const NOISE_PEAK_AT: usize = 224;
pub(super) const ENVELOPE_PEAK_AT: usize = 232;

pub(super) const HAS_PANS: u32 = 1;
pub(super) const HAS_BANDWIDTHS: u32 = 2;
pub(super) const HAS_ROOT: u32 = 4;
pub(super) const HAS_LOOP: u32 = 8;

/// Sections begin at its multiples.
pub(super) const ALIGNMENT: usize = 64;
/// Slots of a page are a multiple of it.
pub(super) const WIDTH_STEP: usize = 16;
/// Frames of a page.
pub(super) const PAGE_FRAMES: u32 = 64;
/// Frames of a sound, at most.
pub(super) const MAX_FRAMES: u32 = 10_000_000;

/// Bytes that a bank is built up to.
pub(super) const MAX_BYTES: u64 = 1 << 30;

/// The sections of a sound, in the order of their places in its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SectionKind {
    Pages,
    Events,
    Onsets,
    Noise,
    Envelope,
    Transients,
    Samples,
    Source,
}

impl SectionKind {
    pub(super) const ALL: [SectionKind; 8] = [
        SectionKind::Pages,
        SectionKind::Events,
        SectionKind::Onsets,
        SectionKind::Noise,
        SectionKind::Envelope,
        SectionKind::Transients,
        SectionKind::Samples,
        SectionKind::Source,
    ];

    /// Bytes of an entry.
    pub(super) const fn entry_bytes(self) -> usize {
        match self {
            SectionKind::Pages | SectionKind::Events => 16,
            SectionKind::Onsets => 8,
            SectionKind::Noise => crate::tracks::bands::NOISE_BANDS,
            SectionKind::Envelope => crate::tracks::bands::ENVELOPE_POINTS,
            SectionKind::Transients => 40,
            SectionKind::Samples => 2,
            SectionKind::Source => 1,
        }
    }

    /// Where its offset is in the record; its count follows.
    pub(super) const fn at(self) -> usize {
        SECTIONS_AT + 16 * self as usize
    }
}

/// Where a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Section {
    /// Offset in the file.
    pub offset: usize,
    /// Length.
    pub bytes: usize,
}

/// Where the frames of a page are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Offset in the file.
    pub offset: usize,
    /// Slots.
    pub width: usize,
}

impl Page {
    /// Bytes of one frame.
    pub(super) fn frame_bytes(&self, has_pans: bool, has_bandwidths: bool) -> usize {
        self.width * (4 + usize::from(has_pans) + usize::from(has_bandwidths))
    }

    /// Bytes of all, of this many frames.
    pub(super) fn bytes(&self, frames: u32, has_pans: bool, has_bandwidths: bool) -> usize {
        2 * self.width + frames as usize * self.frame_bytes(has_pans, has_bandwidths)
    }
}
