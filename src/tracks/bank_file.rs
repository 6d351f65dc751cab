//! The bank file: recordings as a voice plays them, one frame of all partials after another.
//!
//! A bank holds one or more sounds, each with the range of keys and velocities that it is for.
//! Frames of a sound are evenly spaced. A track has one slot from birth to death; slots are used
//! again. A frame has for each slot an amplitude and a frequency of 16 bits ([`codes`]):
//!
//! * the amplitude at the frame; it is linear, not in dB, from one frame to the next;
//! * the mean frequency from this frame to the next, so that the phase goes on exactly: the phase at
//!   a frame is the start phase and the sum of the advances before it. The rounding of a frequency
//!   is made up for by the next one, so the phase is never off by more than half a step's advance.
//!   Between frames the phase is the natural cubic spline through those at the frames
//!   ([`spline_slopes`](super::spline_slopes)), as that of an analysis is. A straight line loses
//!   2 to 17 dB of a fit at 40 to 50 dB whose hop is 64, a parabola of the spline's slopes 0 to 5 dB.
//!
//! Births and deaths are [events](SlotEvent), to the sample; the phase is stored at births alone.
//!
//! # The file
//!
//! Little-endian; sections begin at multiples of 64 bytes; what is not named is zero.
//!
//! | bytes | header |
//! |---|---|
//! | 0 | `Aliquot` and 0x1A |
//! | 8 | u32 version, 1 |
//! | 12 | u32 0x0A0B0C0D, for the order of bytes |
//! | 16 | u64 length of the file |
//! | 24 | u64 XXH3 of the file with zeros in these eight bytes: the bank's name |
//! | 32 | u32 number of sounds |
//! | 36 | u32 frames of a page, 64 |
//!
//! A record of 256 bytes for each sound follows:
//!
//! | bytes | record |
//! |---|---|
//! | 0 | u8 lowest and highest key, u8 lowest and highest velocity |
//! | 4 | u32 flags: 1 pans, 2 bandwidths, 4 root known, 8 loop |
//! | 8 | f64 root in Hz, sample rate in Hz, duration in s, amplitude of full scale |
//! | 40 | u32 hop in samples, u32 frames, u32 slots |
//! | 56 | f64 start, end and cross-fade of the loop in s |
//! | 80 | u64 offset and count of each section: pages, events, onsets, noise, envelope, transients, samples, source |
//! | 208 | f64 hop of noise, hop of envelope in s, highest power of noise, highest gain of envelope |
//!
//! | section | an entry |
//! |---|---|
//! | pages | u64 offset, u32 width: slots of each frame of this page, a multiple of 16, 512 at most |
//! | events | [`SlotEvent`], 16 bytes, by frame; births first |
//! | onsets | f64 s |
//! | noise | 40 bytes: power of each band, (v − 255)/2 dB of the highest; 0 is none |
//! | envelope | 32 bytes: gain at each point, (v − 255)/2 dB of the highest; 0 is none |
//! | transients | f64 time, f64 sample rate, u64 first sample, u32 samples, f32 peak, f32 pan, u32 zero |
//! | samples | i16, 32767 is the peak of its transient |
//! | source | bytes of UTF-8 |
//!
//! A page is 64 frames, the last one's may be fewer. It begins with a u16 for each slot, 0 where
//! none sounds on from the frame before, else the label plus 1 (1: no label). Then of each frame:
//! u16 amplitudes, u16 frequencies, u8 pans if there are any, u8 bandwidths if there are any. The
//! slots in use are the lowest, so quiet pages are narrow. Sounds are mixed slot by slot: of several,
//! harmonics of one number are in the same slot, and so are strong partials of about the same frequency over the root.
//!
//! This is version 1, which is read whole. Large banks are of version 2, whose sounds are [streamed](pieces).

mod attacks;
mod build;
pub mod codes;
mod frame_grid;
mod hop;
mod layout;
mod load;
mod parts;
pub mod pieces;
mod restore;
mod rows;
mod slots;
mod storage;
mod track_bank;

use std::ops::RangeInclusive;

use bytemuck::{Pod, Zeroable};

use super::{SustainLoop, Tracks};
pub use build::{BuildError, SoundTracks};
pub use frame_grid::FrameGrid;
use layout::{Page, Section};
pub use parts::{PARTS, parts_of_zones};
use pieces::PieceTable;
pub use rows::BankRows;
pub use track_bank::{OpenError, TrackBank};

/// Bytes at the start of a bank by which it is known; see [`TrackBank::stated_hash`].
pub const HEADER_BYTES: usize = 32;
/// Partials that sound at once in a bank, at most.
pub const MAX_SLOTS: usize = 512;
/// Frequency of a recording's key where the bank does not say it: middle C.
pub const UNKNOWN_ROOT_HZ: f64 = 261.625_565_300_598_6;

/// Keys and velocities that a sound is for, each with its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyZone {
    /// Lowest MIDI key.
    pub lowest_key: u8,
    /// Highest MIDI key, at most 127.
    pub highest_key: u8,
    /// Lowest MIDI velocity.
    pub lowest_velocity: u8,
    /// Highest MIDI velocity, at most 127.
    pub highest_velocity: u8,
}

impl Default for KeyZone {
    /// All keys and velocities.
    fn default() -> KeyZone {
        KeyZone {
            lowest_key: 0,
            highest_key: 127,
            lowest_velocity: 0,
            highest_velocity: 127,
        }
    }
}

impl KeyZone {
    /// The zone of the MIDI keys and velocities of these ranges, each at most 127.
    pub fn new(keys: RangeInclusive<u8>, velocities: RangeInclusive<u8>) -> KeyZone {
        KeyZone {
            lowest_key: *keys.start(),
            highest_key: *keys.end(),
            lowest_velocity: *velocities.start(),
            highest_velocity: *velocities.end(),
        }
    }

    /// Whether a note is of this zone.
    pub fn contains(&self, key: u8, velocity: u8) -> bool {
        (self.lowest_key..=self.highest_key).contains(&key)
            && (self.lowest_velocity..=self.highest_velocity).contains(&velocity)
    }

    fn is_possible(&self) -> bool {
        self.lowest_key <= self.highest_key
            && self.highest_key <= 127
            && self.lowest_velocity <= self.highest_velocity
            && self.highest_velocity <= 127
    }
}

/// A recording and what it is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ZonedTracks {
    /// Its keys and velocities.
    pub zone: KeyZone,
    /// The recording.
    pub tracks: Tracks,
}

/// A partial begins or ends.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct SlotEvent {
    /// The frame that it follows.
    pub frame: u32,
    /// Whose partial.
    pub slot: u16,
    /// [`SlotEvent::BIRTH`] or [`SlotEvent::DEATH`].
    pub kind: u16,
    /// Samples after the frame: below the hop of a birth; of a death from 1 to the hop.
    pub offset: u16,
    /// The phase of a birth, in 65536ths of a turn of a cosine.
    pub phase: u16,
    /// The number of the harmonic of a birth, 0 for none.
    pub label: u16,
    /// Always 0.
    pub reserved: u16,
}

impl SlotEvent {
    /// The partial begins. Its amplitude is the frame's; at the next frame it is that one's.
    pub const BIRTH: u16 = 0;
    /// The partial ends. It is at the next frame's amplitude then.
    pub const DEATH: u16 = 1;
}

/// A part of a transient section.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BankTransient {
    /// Time of the first sample in s.
    pub time_s: f64,
    /// Samples a second.
    pub sample_rate_hz: f64,
    /// What the sample 32767 is.
    pub peak: f32,
    /// −1 is left, 1 is right.
    pub pan: f32,
    first: usize,
    count: usize,
}

/// What is known of a sound beside its frames.
#[derive(Clone, Debug, PartialEq)]
pub struct BankSound {
    /// Its keys and velocities.
    pub zone: KeyZone,
    /// Frequency of the key that it plays, where it is known.
    pub root_hz: Option<f64>,
    /// Where its frames are.
    pub grid: FrameGrid,
    /// How long it is.
    pub duration_s: f64,
    /// Amplitude of the code 65535.
    pub full_scale: f64,
    /// How many frames there are.
    pub frames: u32,
    /// How many slots the widest frame has.
    pub slots: u32,
    /// What is repeated while a key is held.
    pub sustain_loop: Option<SustainLoop>,
    /// When something begins, ascending, in s.
    pub onsets_s: Vec<f64>,
    /// Seconds from one frame of noise to the next.
    pub noise_hop_s: f64,
    /// Power of the code 255.
    pub noise_peak: f64,
    /// Seconds from one frame of the envelope to the next.
    pub envelope_hop_s: f64,
    /// Gain of the code 255.
    pub envelope_peak: f64,
    /// The transients, in order of time.
    pub transients: Vec<BankTransient>,
    /// Where the recording comes from, its licence, how it was analysed.
    pub source: String,
    has_pans: bool,
    has_bandwidths: bool,
    pages: Vec<Page>,
    events: Section,
    noise: Section,
    envelope: Section,
    samples: Section,
    /// How it is streamed; nothing where it is in memory whole.
    pieces: PieceTable,
    /// One bit for each slot that any partial is in, of a sound that is streamed.
    slot_words: Vec<u64>,
    /// Of a sound that is streamed, how long the attack of each onset is, in s.
    attacks_s: Vec<f64>,
}

impl BankSound {
    /// Whether it has any noise.
    pub fn has_noise(&self) -> bool {
        self.noise.bytes > 0
    }

    /// How many frames its noise has.
    pub fn noise_frames(&self) -> usize {
        self.noise.bytes / layout::SectionKind::Noise.entry_bytes()
    }

    /// How many frames its envelope has.
    pub fn envelope_frames(&self) -> usize {
        self.envelope.bytes / layout::SectionKind::Envelope.entry_bytes()
    }

    /// The frame at or before a time; of a time past the end the last.
    pub fn frame_of(&self, time_s: f64) -> u32 {
        let last = f64::from(self.frames.saturating_sub(1));
        (time_s / self.grid.hop_s()).clamp(0.0, last) as u32
    }

    /// The piece that a frame is in, of a sound that is streamed.
    pub fn piece_of(&self, frame: u32) -> u32 {
        self.pieces.piece_of(frame)
    }
}

#[cfg(test)]
mod tests;
