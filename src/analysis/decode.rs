//! Audio files to samples: WAV, AIFF, FLAC, Ogg Vorbis, MP3, at whatever rate they have.
//!
//! The decoders are those of the `symphonia` crate (MPL-2.0, used as it is published). Encoders' padding is cut
//! off where the file gives its length. An AIFF whose first chunk says that it is longer than the file, as some
//! old writers have it, is read to the file's end.
//!
//! A damaged file is read as far as it goes, and its damage is reported ([`Damage`]): the file ends before its
//! sound does, or has parts that cannot be decoded, which are silent. FLAC, WAV and AIFF state the length of
//! the sound; MP3 states it in the tag that encoders put in its first frame, and Ogg Vorbis by a mark on its
//! last page. In an MP3 without a tag nothing shows that its end is missing.

mod packets;
mod vorbis;

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use symphonia::core::codecs::audio::well_known::CODEC_ID_MP3;
use symphonia::core::errors::Error;
use symphonia::core::formats::TrackType;
use symphonia::core::io::MediaSource;

use crate::cancelled::Cancelled;
use packets::{Next, PacketReader, guarded, probed};

/// The longest recording that is accepted at rates up to 192 kHz, in seconds.
const LONGEST_S: f64 = 1200.0;
/// Frames of the longest one, at any rate: an analysis takes memory by them.
const MOST_FRAMES: f64 = LONGEST_S * 192_000.0;

/// The longest recording that is accepted at a rate, in seconds: 20 minutes, and above 192 kHz as many frames as 20
/// minutes have there.
pub fn longest_s(sample_rate_hz: f64) -> f64 {
    LONGEST_S.min(MOST_FRAMES / sample_rate_hz)
}

/// Channels of a file, of which the first two are read: a decoder takes memory for each.
const MOST_CHANNELS: usize = 64;

/// Rates outside are refused, in Hz.
const RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=384_000;

/// What is wrong with a file that has less sound than it says.
const ENDS: &str = "its sound ends there";
/// The tag of an MP3 begins within this many bytes of its first frame.
const MP3_TAG_WITHIN: u64 = 256;

/// The chunks of an AIFF that say how long it is, and that have its samples.
const COMMON_CHUNK: [u8; 4] = *b"COMM";
const SOUND_CHUNK: [u8; 4] = *b"SSND";
/// Bytes of an AIFF up to the kind of form.
const AIFF_HEAD: u64 = 12;
/// An AIFF with a wrong length is read into memory to be mended, up to this many bytes.
const MOST_MENDED: u64 = 1 << 28;

/// A recording in memory: what both channels share, and in what they differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recording {
    /// Frames a second.
    pub sample_rate_hz: f64,
    /// Half the sum of left and right, or the only channel; full scale 1.
    pub mid: Vec<f32>,
    /// Half of left less right, as long as `mid`; empty if there is one channel or both are equal.
    pub side: Vec<f32>,
}

/// What is wrong with a file that was read as far as it goes.
#[derive(Clone, Debug, PartialEq)]
pub struct Damage {
    /// Where the first damage is, in seconds of the sound.
    pub at_s: f64,
    /// What is wrong there.
    pub reason: String,
    /// How much could be read, in seconds.
    pub read_s: f64,
    /// How long the file says that it is, in seconds, if it does.
    pub stated_s: Option<f64>,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Damage {
            at_s,
            reason,
            read_s,
            stated_s,
        } = self;
        write!(f, "is damaged at {at_s:.3} s: {reason}; {read_s:.3} s")?;
        if let Some(stated_s) = stated_s {
            write!(f, " of {stated_s:.3} s")?;
        }
        f.write_str(" could be read")
    }
}

/// Why a file cannot be read.
#[derive(Debug)]
pub enum DecodeError {
    /// The file cannot be opened or read.
    Unreadable(io::Error),
    /// The file is of none of these kinds, or damaged from its start.
    Unsupported(String),
    /// Nothing of it could be decoded; with what the decoder says.
    Damaged(String),
    /// Longer than [`longest_s`], which this is.
    TooLong(f64),
    /// No sample, or a rate that is refused.
    Empty,
    /// A rate outside 4 kHz to 384 kHz.
    Rate(u32),
    /// More than 64 channels.
    Channels(usize),
    /// The caller asked to stop.
    Cancelled,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::Unreadable(error) => write!(f, "cannot be read: {error}"),
            DecodeError::Unsupported(reason) => {
                write!(f, "is no WAV, AIFF, FLAC, Ogg Vorbis or MP3: {reason}")
            }
            DecodeError::Damaged(reason) => {
                write!(f, "is damaged, and nothing of it could be read: {reason}")
            }
            DecodeError::TooLong(longest_s) => {
                // Not more than the limit: a file of the length that is told can be read.
                let minutes = libm::floor(longest_s / 6.0) / 10.0;
                write!(
                    f,
                    "is longer than {minutes} minutes, which is not supported: cut it into parts"
                )
            }
            DecodeError::Empty => write!(f, "has no sound in it"),
            DecodeError::Rate(rate) => write!(f, "has {rate} frames a second: not supported"),
            DecodeError::Channels(count) => write!(
                f,
                "has {count} channels: more than {MOST_CHANNELS} are not supported"
            ),
            DecodeError::Cancelled => write!(f, "was not read: cancelled"),
        }
    }
}

impl std::error::Error for DecodeError {}

impl Recording {
    /// A recording of one channel.
    pub fn mono(sample_rate_hz: f64, samples: Vec<f32>) -> Recording {
        Recording {
            sample_rate_hz,
            mid: samples,
            side: Vec::new(),
        }
    }

    /// A recording of two channels; the longer one is cut.
    pub fn stereo(sample_rate_hz: f64, left: &[f32], right: &[f32]) -> Recording {
        let pairs = || left.iter().zip(right);
        let side: Vec<f32> = match pairs().all(|(left, right)| left == right) {
            true => Vec::new(),
            false => pairs().map(|(left, right)| 0.5 * (left - right)).collect(),
        };
        Recording {
            sample_rate_hz,
            mid: pairs().map(|(left, right)| 0.5 * (left + right)).collect(),
            side,
        }
    }

    /// Reads a file; `is_cancelled` stops it. Returns as well what is wrong with it, if anything is.
    ///
    /// # Errors
    /// If it is no audio file, too long or without sound, or nothing of it can be decoded.
    pub fn read(
        path: &Path,
        is_cancelled: &AtomicBool,
    ) -> Result<(Recording, Option<Damage>), DecodeError> {
        let file = File::open(path).map_err(DecodeError::Unreadable)?;
        let extension = path.extension().and_then(|extension| extension.to_str());
        Recording::decode(file, extension, is_cancelled)
    }

    /// As [`Recording::read`], of the contents of a file. The extension of its name is a hint.
    ///
    /// # Errors
    /// As [`Recording::read`].
    pub fn decode(
        source: impl MediaSource + 'static,
        extension: Option<&str>,
        is_cancelled: &AtomicBool,
    ) -> Result<(Recording, Option<Damage>), DecodeError> {
        let opened = opened(source).map_err(DecodeError::Unreadable)?;
        let unsupported = |error: Error| DecodeError::Unsupported(error.to_string());
        let format = guarded(|| probed(opened.source, extension)).map_err(unsupported)?;
        let none = || DecodeError::Unsupported("it has no audio".to_owned());
        let track = format.default_track(TrackType::Audio).ok_or_else(none)?;
        let parameters = track
            .codec_params
            .as_ref()
            .and_then(|parameters| parameters.audio());
        let parameters = parameters.ok_or_else(none)?;
        if let Some(rate) = parameters.sample_rate {
            check_rate(rate)?;
            if let Some(frames) = track.num_frames
                && frames as f64 > longest_s(rate.into()) * f64::from(rate)
            {
                return Err(DecodeError::TooLong(longest_s(rate.into())));
            }
        }
        let channels = parameters.channels.as_ref();
        if let Some(channels) = channels.filter(|channels| channels.count() > MOST_CHANNELS) {
            return Err(DecodeError::Channels(channels.count()));
        }
        vorbis::check_size(parameters).map_err(DecodeError::Damaged)?;
        // The length of an MP3 without a tag is a guess.
        let is_stated = opened.has_mp3_length || parameters.codec != CODEC_ID_MP3;
        let stated = opened.stated.or(track.num_frames.filter(|_| is_stated));
        let packets = PacketReader::new(format).map_err(unsupported)?;
        let mut decoding = Decoding {
            stated,
            ..Decoding::default()
        };
        decoding.run(packets, is_cancelled)?;
        decoding.finish()
    }

    /// How long it is, in seconds.
    pub fn duration_s(&self) -> f64 {
        self.mid.len() as f64 / self.sample_rate_hz
    }
}

/// A file, and what is to be known of it beside its decoder.
struct OpenedFile {
    /// The file, or its bytes with the lengths put right if it is an AIFF that says too much.
    source: Box<dyn MediaSource>,
    /// Whether it begins with an MP3's tag that says how long it is.
    has_mp3_length: bool,
    /// The frames of an AIFF that is cut off.
    stated: Option<u64>,
}

fn opened(mut source: impl MediaSource + 'static) -> io::Result<OpenedFile> {
    let length = source.byte_len().unwrap_or(u64::MAX);
    let mut head = Vec::new();
    source.by_ref().take(AIFF_HEAD).read_to_end(&mut head)?;
    let has_mp3_length = has_mp3_length(&mut source, &head)?;
    source.rewind()?;
    let says_too_much = aiff_length(&head).is_some_and(|stated| stated > length);
    if !says_too_much || length > MOST_MENDED {
        return Ok(OpenedFile {
            source: Box::new(source),
            has_mp3_length,
            stated: None,
        });
    }
    let mut bytes = Vec::new();
    source.take(MOST_MENDED).read_to_end(&mut bytes)?;
    let stated = mend_aiff(&mut bytes);
    Ok(OpenedFile {
        source: Box::new(io::Cursor::new(bytes)),
        has_mp3_length,
        stated,
    })
}

/// Ends an AIFF, and its sound if that is cut off, where the bytes end. Returns the frames that it has by its head, if
/// its sound is cut off.
fn mend_aiff(bytes: &mut Vec<u8>) -> Option<u64> {
    // Chunks begin and end at even places.
    bytes.truncate(bytes.len() / 2 * 2);
    let (mut at, mut frames, mut stated) = (AIFF_HEAD as usize, None, None);
    while let Some(&[a, b, c, d, e, f, g, h]) = bytes.get(at..).and_then(|rest| rest.first_chunk())
    {
        let length = u32::from_be_bytes([e, f, g, h]) as usize;
        let begin = at + 8;
        match [a, b, c, d] {
            COMMON_CHUNK => {
                let count = bytes.get(begin + 2..begin + 6);
                let count = count.and_then(|count| count.try_into().ok());
                frames = count.map(|count| u64::from(u32::from_be_bytes(count)));
            }
            SOUND_CHUNK if begin + length > bytes.len() => {
                let there = (bytes.len() - begin) as u32;
                bytes[at + 4..begin].copy_from_slice(&there.to_be_bytes());
                stated = frames;
            }
            _ => {}
        }
        at = begin + length.next_multiple_of(2);
    }
    let form_bytes = bytes.len().saturating_sub(8) as u32;
    if let Some(place) = bytes.get_mut(4..8) {
        place.copy_from_slice(&form_bytes.to_be_bytes());
    }
    stated
}

/// Whether the first frame of an MP3 has a tag with the number of frames: behind the text tag (ID3v2) that a file may
/// begin with.
fn has_mp3_length(source: &mut impl MediaSource, head: &[u8]) -> io::Result<bool> {
    let text_bytes = match head {
        [b'I', b'D', b'3', _, _, _, size @ ..] if size.len() >= 4 => {
            let size = size[..4]
                .iter()
                .fold(0, |all, &b| all << 7 | u64::from(b & 0x7F));
            10 + size
        }
        _ => 0,
    };
    source.seek(io::SeekFrom::Start(text_bytes))?;
    let mut frame = Vec::new();
    source.take(MP3_TAG_WITHIN).read_to_end(&mut frame)?;
    let tags: [&[u8; 4]; 3] = [b"Xing", b"Info", b"VBRI"];
    Ok(frame
        .windows(4)
        .any(|bytes| tags.iter().any(|tag| bytes == *tag)))
}

/// How long an AIFF says that it is; `None` for other files.
fn aiff_length(head: &[u8]) -> Option<u64> {
    let is_aiff = head.starts_with(b"FORM") && matches!(head.get(8..12), Some(b"AIFF" | b"AIFC"));
    let stated: [u8; 4] = head.get(4..8).filter(|_| is_aiff)?.try_into().ok()?;
    Some(8 + u64::from(u32::from_be_bytes(stated)))
}

/// Refuses a rate outside [`RATES_HZ`].
fn check_rate(rate: u32) -> Result<(), DecodeError> {
    match RATES_HZ.contains(&rate) {
        true => Ok(()),
        false => Err(DecodeError::Rate(rate)),
    }
}

/// What has been decoded so far. Of more than two channels, the first two.
#[derive(Default)]
struct Decoding {
    /// Frames that the file says it has.
    stated: Option<u64>,
    rate: u32,
    left: Vec<f32>,
    right: Vec<f32>,
    /// Frames of damaged packets since the last good one: silence, if another one follows.
    lost: u64,
    /// Frames of silence that stand for damaged packets.
    silent: usize,
    /// Where the first damage is, in frames, and what is wrong there.
    damage: Option<(usize, String)>,
}

impl Decoding {
    /// Decodes packet by packet, as far as the file goes.
    fn run(
        &mut self,
        mut packets: PacketReader,
        is_cancelled: &AtomicBool,
    ) -> Result<(), DecodeError> {
        loop {
            Cancelled::check(is_cancelled).map_err(|_| DecodeError::Cancelled)?;
            match packets.read_next() {
                Next::Sound { rate } => {
                    self.set_rate(rate)?;
                    self.add(packets.planes())?;
                }
                Next::Damaged { error, frames } => {
                    self.note(&error);
                    self.lost = self.lost.saturating_add(frames);
                }
                Next::Other => {}
                Next::End(None) => return Ok(()),
                Next::End(Some(error)) => {
                    self.note(&error);
                    return Ok(());
                }
            }
        }
    }

    /// Takes note of the first damage.
    fn note(&mut self, error: &Error) {
        let reason = match error {
            Error::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                ENDS.to_owned()
            }
            error => error.to_string(),
        };
        self.damage.get_or_insert((self.left.len(), reason));
    }

    fn set_rate(&mut self, rate: u32) -> Result<(), DecodeError> {
        if self.rate == 0 {
            check_rate(rate)?;
            self.rate = rate;
        }
        Ok(())
    }

    /// Adds what a packet has, behind silence for what could not be decoded before it.
    fn add(&mut self, planes: &[Vec<f32>]) -> Result<(), DecodeError> {
        let Some(first) = planes.first() else {
            return Ok(());
        };
        let lost = std::mem::take(&mut self.lost);
        let frames = lost.saturating_add((self.left.len() + first.len()) as u64);
        let longest_s = longest_s(self.rate.into());
        if frames as f64 > longest_s * f64::from(self.rate) {
            return Err(DecodeError::TooLong(longest_s));
        }
        self.silent += lost as usize;
        for (channel, plane) in [
            (&mut self.left, first),
            (&mut self.right, planes.get(1).unwrap_or(first)),
        ] {
            channel.resize(channel.len() + lost as usize, 0.0);
            channel.extend(plane);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(Recording, Option<Damage>), DecodeError> {
        let frames = self.left.len();
        if self.stated.is_some_and(|stated| stated > frames as u64) {
            // A last packet that is cut off cannot be decoded.
            self.damage.take_if(|(at, _)| *at == frames);
            self.damage.get_or_insert((frames, ENDS.to_owned()));
        }
        let rate_hz = f64::from(self.rate);
        let seconds = |frames: usize| frames as f64 / rate_hz;
        for sample in self.left.iter_mut().chain(&mut self.right) {
            *sample = if sample.is_finite() {
                sample.clamp(-64.0, 64.0)
            } else {
                0.0
            };
        }
        let mut samples = self.left.iter().chain(&self.right);
        let has_sound = samples.any(|sample| *sample != 0.0);
        match self.damage {
            Some((_, reason)) if frames == 0 => Err(DecodeError::Damaged(reason)),
            _ if !has_sound => Err(DecodeError::Empty),
            damage => Ok((
                Recording::stereo(rate_hz, &self.left, &self.right),
                damage.map(|(at, reason)| Damage {
                    at_s: seconds(at),
                    reason,
                    read_s: seconds(frames - self.silent),
                    stated_s: self.stated.map(|stated| stated as f64 / rate_hz),
                }),
            )),
        }
    }
}

#[cfg(test)]
mod tests;
