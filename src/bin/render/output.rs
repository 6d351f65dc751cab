//! The WAV file: written beside its final name, renamed when it is whole. For a pipe or a device, which
//! cannot go back to fill in the header's lengths, it is copied when it is whole.

use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::path::Path;

use aliquot::dsp::random;
use hound::{SampleFormat, WavSpec, WavWriter};

use crate::arguments::Bits;
use crate::stream::Stream;
use crate::whole_file::WholeFile;

const CHANNELS: u16 = 2;
/// Left for the headers out of the 4 GiB that a WAV file's sizes can state.
const HEADER_BYTES: u64 = 4_096;

/// A WAV file being written. Dropped before [`WavOutput::finish`], it leaves nothing behind.
pub struct WavOutput {
    writer: WavWriter<BufWriter<File>>,
    target: OutputTarget,
    spec: WavSpec,
    dither: Dither,
    peak: f32,
    frames: u64,
}

/// Where the file goes when it is whole.
enum OutputTarget {
    /// To its own name.
    File(WholeFile),
    /// From the first, which has no name, into the second.
    Stream(File, Box<dyn Write>),
}

impl WavOutput {
    /// Opens a temporary file whose content goes to `stream` at last.
    pub fn to_stream(stream: Stream, rate_hz: u32, bits: Bits) -> io::Result<WavOutput> {
        let file = tempfile::tempfile()?;
        let target = OutputTarget::Stream(file.try_clone()?, stream.writer);
        WavOutput::new(file, target, rate_hz, bits)
    }

    /// Opens a [`WholeFile`].
    pub fn create(target: &Path, rate_hz: u32, bits: Bits) -> io::Result<WavOutput> {
        let not_a_file = "neither a regular file nor a pipe or a character device";
        let whole = WholeFile::create(target, not_a_file)?;
        let file = whole.file().try_clone()?;
        WavOutput::new(file, OutputTarget::File(whole), rate_hz, bits)
    }

    fn new(file: File, target: OutputTarget, rate_hz: u32, bits: Bits) -> io::Result<WavOutput> {
        let (bits_per_sample, sample_format) = match bits {
            Bits::Sixteen => (16, SampleFormat::Int),
            Bits::TwentyFour => (24, SampleFormat::Int),
            Bits::Float => (32, SampleFormat::Float),
        };
        let spec = WavSpec {
            channels: CHANNELS,
            sample_rate: rate_hz,
            bits_per_sample,
            sample_format,
        };
        let writer = WavWriter::new(BufWriter::new(file), spec).map_err(io_error)?;
        Ok(WavOutput {
            writer,
            target,
            spec,
            dither: Dither::default(),
            peak: 0.0,
            frames: 0,
        })
    }

    /// How many frames it can hold.
    pub fn room_frames(&self) -> u64 {
        let frame_bytes = u64::from(CHANNELS * self.spec.bits_per_sample / 8);
        (u64::from(u32::MAX) - HEADER_BYTES) / frame_bytes
    }

    /// Adds frames; both slices are of one length.
    pub fn write(&mut self, left: &[f32], right: &[f32]) -> io::Result<()> {
        for sample in left.iter().zip(right).flat_map(|(&l, &r)| [l, r]) {
            self.peak = self.peak.max(sample.abs());
            match self.spec.bits_per_sample {
                16 => {
                    let dithered = f64::from(sample) * 32_768.0 + self.dither.next();
                    let value = dithered.round().clamp(-32_768.0, 32_767.0);
                    self.writer.write_sample(value as i16)
                }
                24 => {
                    let value = (f64::from(sample) * 8_388_608.0).round();
                    let value = value.clamp(-8_388_608.0, 8_388_607.0);
                    self.writer.write_sample(value as i32)
                }
                _ => self.writer.write_sample(sample),
            }
            .map_err(io_error)?;
        }
        self.frames += left.len() as u64;
        Ok(())
    }

    /// Brings everything to the disk and gives the file its name; returns what it holds, in words.
    pub fn finish(self) -> io::Result<String> {
        self.writer.finalize().map_err(io_error)?;
        match self.target {
            OutputTarget::File(whole) => whole.finish()?,
            OutputTarget::Stream(mut file, mut stream) => {
                file.rewind()?;
                io::copy(&mut file, &mut stream)?;
                stream.flush()?;
            }
        }
        let rate_hz = self.spec.sample_rate;
        let peak = match self.peak {
            0.0 => "silent".to_owned(),
            peak => format!("peak {:.1} dBFS", 20.0 * peak.log10()),
        };
        Ok(format!(
            "{:.3} s, {rate_hz} Hz, {} bit, {peak}",
            self.frames as f64 / f64::from(rate_hz),
            self.spec.bits_per_sample
        ))
    }
}

/// Triangular noise of ±1 step, which makes the error of rounding to 16 bits independent of the
/// sound. The same in every run.
#[derive(Default)]
struct Dither {
    drawn: u64,
}

impl Dither {
    const SEED: u64 = 0;

    /// −1 to 1 steps.
    fn next(&mut self) -> f64 {
        self.half_step() + self.half_step()
    }

    /// −0.5 to 0.5 steps.
    fn half_step(&mut self) -> f64 {
        self.drawn += 1;
        0.5 * random::bipolar(Dither::SEED, self.drawn)
    }
}

fn io_error(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        other => io::Error::other(other),
    }
}
