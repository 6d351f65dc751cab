//! Audio files to samples: WAV, AIFF, FLAC, Ogg Vorbis, MP3, at whatever rate they have.
//!
//! The decoders are those of the `symphonia` crate (MPL-2.0, used as it is published). Encoders'
//! padding is cut off where the file tells of it. An AIFF whose first chunk says that it is longer than
//! the file, as some old writers have it, is read to the file's end.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

/// The longest recording that is accepted, in seconds.
pub const LONGEST_S: f64 = 1200.0;

/// Rates outside are refused, in Hz.
const RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=384_000;

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

/// Why a file cannot be read.
#[derive(Debug)]
pub enum DecodeError {
    /// The file cannot be opened or read.
    Unreadable(io::Error),
    /// It is none of the kinds of file, or damaged from its start.
    Unsupported(String),
    /// It is damaged from this many seconds on.
    Damaged {
        /// What could be read before, in seconds.
        after_s: f64,
        /// What the decoder says.
        reason: String,
    },
    /// Longer than [`LONGEST_S`].
    TooLong,
    /// No sample, or a rate that is refused.
    Empty,
    /// A rate outside 4 kHz to 384 kHz.
    Rate(u32),
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
            DecodeError::Damaged { after_s, reason } => {
                write!(f, "is damaged after {after_s:.3} s: {reason}")
            }
            DecodeError::TooLong => write!(
                f,
                "is longer than {:.0} minutes, which is not supported: cut it into parts",
                LONGEST_S / 60.0
            ),
            DecodeError::Empty => write!(f, "has no sound in it"),
            DecodeError::Rate(rate) => write!(f, "has {rate} frames a second: not supported"),
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

    /// Reads a file; `is_cancelled` stops it.
    ///
    /// # Errors
    /// If it is no audio file, damaged, too long or without sound. What is damaged at its end is
    /// refused too: half a sound is not what was meant.
    pub fn read(path: &Path, is_cancelled: &AtomicBool) -> Result<Recording, DecodeError> {
        let source = opened(path).map_err(DecodeError::Unreadable)?;
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
            hint.with_extension(extension);
        }
        let stream = MediaSourceStream::new(source, Default::default());
        let unsupported = |error: Error| DecodeError::Unsupported(error.to_string());
        let format = symphonia::default::get_probe()
            .probe(
                &hint,
                stream,
                FormatOptions::default(),
                MetadataOptions::default(),
            )
            .map_err(unsupported)?;
        let none = || DecodeError::Unsupported("it has no audio".to_owned());
        let track = format.default_track(TrackType::Audio).ok_or_else(none)?;
        let parameters = track
            .codec_params
            .as_ref()
            .and_then(|parameters| parameters.audio());
        let parameters = parameters.ok_or_else(none)?;
        if let (Some(frames), Some(rate)) = (track.num_frames, parameters.sample_rate)
            && frames as f64 > LONGEST_S * f64::from(rate)
        {
            return Err(DecodeError::TooLong);
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map_err(unsupported)?;
        let track_id = track.id;
        read_packets(format, decoder, track_id, is_cancelled)
    }

    /// How long it is, in seconds.
    pub fn duration_s(&self) -> f64 {
        self.mid.len() as f64 / self.sample_rate_hz
    }
}

/// The file, or its bytes with the length put right if it is an AIFF that says too much.
fn opened(path: &Path) -> io::Result<Box<dyn MediaSource>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    let mut head = Vec::new();
    (&file).take(AIFF_HEAD).read_to_end(&mut head)?;
    file.rewind()?;
    let Some(stated) = aiff_length(&head) else {
        return Ok(Box::new(file));
    };
    if stated <= length || length > MOST_MENDED {
        return Ok(Box::new(file));
    }
    let mut bytes = Vec::new();
    file.take(MOST_MENDED).read_to_end(&mut bytes)?;
    if let Some(place) = bytes.get_mut(4..8) {
        place.copy_from_slice(&((length - 8) as u32).to_be_bytes());
    }
    Ok(Box::new(io::Cursor::new(bytes)))
}

/// How long an AIFF says that it is; `None` for other files.
fn aiff_length(head: &[u8]) -> Option<u64> {
    let is_aiff = head.starts_with(b"FORM") && matches!(head.get(8..12), Some(b"AIFF" | b"AIFC"));
    let stated: [u8; 4] = head.get(4..8).filter(|_| is_aiff)?.try_into().ok()?;
    Some(8 + u64::from(u32::from_be_bytes(stated)))
}

/// Decodes packet by packet. More than two channels: the first two.
fn read_packets(
    mut format: Box<dyn FormatReader>,
    mut decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    is_cancelled: &AtomicBool,
) -> Result<Recording, DecodeError> {
    let (mut left, mut right): (Vec<f32>, Vec<f32>) = (Vec::new(), Vec::new());
    let mut rate = 0;
    let damaged = |error: Error, frames: usize, rate: u32| DecodeError::Damaged {
        after_s: frames as f64 / f64::from(rate.max(1)),
        reason: error.to_string(),
    };
    let mut planes: Vec<Vec<f32>> = Vec::new();
    loop {
        if is_cancelled.load(Ordering::Relaxed) {
            return Err(DecodeError::Cancelled);
        }
        let packet = match format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            Err(Error::IoError(error)) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(damaged(error, left.len(), rate)),
        };
        if packet.track_id != track_id {
            continue;
        }
        let decoded = decoder
            .decode(&packet)
            .map_err(|error| damaged(error, left.len(), rate))?;
        if rate == 0 {
            rate = decoded.spec().rate();
            if !RATES_HZ.contains(&rate) {
                return Err(DecodeError::Rate(rate));
            }
        }
        decoded.copy_to_vecs_planar(&mut planes);
        let Some(first) = planes.first() else {
            continue;
        };
        left.extend(first);
        right.extend(planes.get(1).unwrap_or(first));
        if left.len() as f64 > LONGEST_S * f64::from(rate) {
            return Err(DecodeError::TooLong);
        }
    }
    for sample in left.iter_mut().chain(&mut right) {
        *sample = if sample.is_finite() {
            sample.clamp(-64.0, 64.0)
        } else {
            0.0
        };
    }
    match left.iter().chain(&right).any(|sample| *sample != 0.0) {
        true => Ok(Recording::stereo(f64::from(rate), &left, &right)),
        false => Err(DecodeError::Empty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A WAV of two channels of 16 bits, whose header tells of `frames` frames.
    fn wav(frames: u32, samples: &[i16]) -> Vec<u8> {
        let mut bytes = b"RIFF".to_vec();
        bytes.extend((36 + 4 * frames).to_le_bytes());
        bytes.extend(b"WAVEfmt ");
        bytes.extend(16_u32.to_le_bytes());
        bytes.extend([1, 0, 2, 0]);
        bytes.extend(44_100_u32.to_le_bytes());
        bytes.extend(176_400_u32.to_le_bytes());
        bytes.extend([4, 0, 16, 0]);
        bytes.extend(b"data");
        bytes.extend((4 * frames).to_le_bytes());
        bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        bytes
    }

    /// An AIFF of one channel, whose form says that it is `extra` bytes longer than it is.
    fn aiff(extra: u32, samples: &[i16]) -> Vec<u8> {
        let data: Vec<u8> = samples.iter().flat_map(|s| s.to_be_bytes()).collect();
        let length = data.len() as u32;
        let mut bytes = b"FORM".to_vec();
        bytes.extend((46 + length + extra).to_be_bytes());
        bytes.extend(b"AIFFCOMM");
        bytes.extend(18_u32.to_be_bytes());
        bytes.extend(1_u16.to_be_bytes());
        bytes.extend((length / 2).to_be_bytes());
        bytes.extend(16_u16.to_be_bytes());
        // 44,100 as an extended float.
        bytes.extend([0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0]);
        bytes.extend(b"SSND");
        bytes.extend((8 + length).to_be_bytes());
        bytes.extend([0; 8]);
        bytes.extend(data);
        bytes
    }

    /// Amplitude of a tone in the middle of the samples.
    fn amplitude(samples: &[f32], turns: f64) -> f64 {
        let quarter = samples.len() / 4;
        // Whole periods of both tones.
        let part = &samples[quarter..quarter + 2_000];
        let (mut re, mut im) = (0.0, 0.0);
        for (n, sample) in part.iter().enumerate() {
            let phase = std::f64::consts::TAU * turns * n as f64;
            re += f64::from(*sample) * libm::cos(phase);
            im += f64::from(*sample) * libm::sin(phase);
        }
        2.0 * libm::sqrt(re * re + im * im) / part.len() as f64
    }

    /// A fifth of a second at 22,050 Hz: 441 Hz at 0.5 on the left, 882 Hz at 0.25 on the right.
    #[test]
    fn compressed_files_are_read() {
        const FLAC: &[u8] = include_bytes!("../../tests/sounds/tones.flac");
        const OGG: &[u8] = include_bytes!("../../tests/sounds/tones.ogg");
        const MP3: &[u8] = include_bytes!("../../tests/sounds/tones.mp3");
        for (name, bytes, most_longer, tolerance) in [
            ("flac", FLAC, 0, 1e-4),
            ("ogg", OGG, 0, 0.01),
            ("mp3", MP3, 1_152, 0.01),
        ] {
            let found = read(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(found.sample_rate_hz, 22_050.0, "{name}");
            let longer = found.mid.len() - 4_410;
            assert!(longer <= most_longer, "{name}: {longer}");
            for samples in [&found.mid, &found.side] {
                let (left, right) = (amplitude(samples, 0.02), amplitude(samples, 0.04));
                assert!((left - 0.25).abs() < tolerance, "{name}: {left}");
                assert!((right - 0.125).abs() < tolerance, "{name}: {right}");
            }
        }
    }

    #[test]
    fn an_aiff_is_read_even_if_it_says_that_it_is_longer() {
        let samples = [16_384, -8_192, 0, 4_096];
        for extra in [0, 8, 100_000] {
            let found = read(&aiff(extra, &samples)).expect("a sound");
            assert_eq!(found.sample_rate_hz, 44_100.0);
            assert_eq!(found.mid, [0.5, -0.25, 0.0, 0.125], "{extra}");
        }
        let mut cut = aiff(0, &samples);
        cut.truncate(30);
        assert!(matches!(read(&cut), Err(DecodeError::Unsupported(_))));
    }

    /// The name says nothing of the kind, so the bytes have to.
    fn read(bytes: &[u8]) -> Result<Recording, DecodeError> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sound");
        std::fs::write(&path, bytes).expect("a file");
        Recording::read(&path, &AtomicBool::new(false))
    }

    #[test]
    fn channels_become_mid_and_side() {
        let found = read(&wav(3, &[16_384, 0, -16_384, -16_384, 0, 8_192])).expect("a sound");
        assert_eq!(found.sample_rate_hz, 44_100.0);
        assert_eq!(found.mid, [0.25, -0.5, 0.125]);
        assert_eq!(found.side, [0.25, 0.0, -0.125]);
        let equal = read(&wav(2, &[16_384, 16_384, -8_192, -8_192])).expect("a sound");
        assert_eq!(equal.mid, [0.5, -0.25]);
        assert_eq!(equal.side, [] as [f32; 0]);
    }

    #[test]
    fn what_cannot_be_read_is_told_apart() {
        assert!(matches!(
            read(b"no sound"),
            Err(DecodeError::Unsupported(_))
        ));
        assert!(matches!(read(b""), Err(DecodeError::Unsupported(_))));
        assert!(matches!(read(&wav(2, &[0; 4])), Err(DecodeError::Empty)));
        // Two hours, told by the header: refused before they are read.
        let long = read(&wav(2 * 3_600 * 44_100, &[1; 100]));
        assert!(matches!(long, Err(DecodeError::TooLong)), "{long:?}");
        let error = DecodeError::TooLong.to_string();
        assert!(error.contains("20 minutes"), "{error}");
        let none = Recording::read(Path::new("none.wav"), &AtomicBool::new(false));
        assert!(matches!(none, Err(DecodeError::Unreadable(_))));
    }

    #[test]
    fn reading_can_be_cancelled() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sound.wav");
        std::fs::write(&path, wav(3, &[1; 6])).expect("a file");
        let outcome = Recording::read(&path, &AtomicBool::new(true));
        assert!(matches!(outcome, Err(DecodeError::Cancelled)));
    }
}
