//! The packets of a file, and what `symphonia` decodes of them.
//!
//! The decoders are not ours and read what anybody has written: should one panic, the file counts as damaged there,
//! and nothing else is lost.

use std::panic::{self, AssertUnwindSafe};

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;

/// What is said of a decoder that has panicked.
const FAILED: &str = "the decoder does not get over it";

/// What `work` of the decoders returns, or an error if it panics.
pub fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Error::DecodeError(FAILED)))
}

/// The reader of the kind of file that this is. The extension of its name is a hint.
pub fn probed(
    source: Box<dyn MediaSource>,
    extension: Option<&str>,
) -> Result<Box<dyn FormatReader>, Error> {
    let mut hint = Hint::new();
    if let Some(extension) = extension {
        hint.with_extension(extension);
    }
    let stream = MediaSourceStream::new(source, Default::default());
    let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
    symphonia::default::get_probe().probe(&hint, stream, format, metadata)
}

/// What comes next in a file.
pub enum Next {
    /// Sound, which is in [`PacketReader::planes`].
    Sound {
        /// Frames a second.
        rate: u32,
    },
    /// A packet that cannot be decoded.
    Damaged {
        /// Why not.
        error: Error,
        /// How long it is by what the file says.
        frames: u64,
    },
    /// Something else than the sound.
    Other,
    /// Nothing, or nothing that could be read.
    End(Option<Error>),
}

/// Decodes the packets of the first track of sound.
pub struct PacketReader {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track_id: u32,
    planes: Vec<Vec<f32>>,
}

impl PacketReader {
    /// Begins with the first packet.
    ///
    /// # Errors
    /// If there is no decoder for it.
    pub fn new(format: Box<dyn FormatReader>) -> Result<PacketReader, Error> {
        guarded(|| {
            let track = format.default_track(TrackType::Audio);
            let parameters = track.and_then(|track| track.codec_params.as_ref()?.audio());
            let (Some(track), Some(parameters)) = (track, parameters) else {
                return Err(Error::Unsupported("no audio"));
            };
            let track_id = track.id;
            let options = AudioDecoderOptions::default();
            let decoder =
                symphonia::default::get_codecs().make_audio_decoder(parameters, &options)?;
            Ok(PacketReader {
                format,
                decoder,
                track_id,
                planes: Vec::new(),
            })
        })
    }

    /// What comes next. Behind an end nothing does.
    pub fn read_next(&mut self) -> Next {
        guarded(|| Ok(self.decode_next())).unwrap_or_else(|error| Next::End(Some(error)))
    }

    fn decode_next(&mut self) -> Next {
        let packet = match self.format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Next::End(None),
            Err(error) => return Next::End(Some(error)),
        };
        if packet.track_id != self.track_id {
            return Next::Other;
        }
        match self.decoder.decode(&packet) {
            Ok(decoded) => {
                decoded.copy_to_vecs_planar(&mut self.planes);
                Next::Sound {
                    rate: decoded.spec().rate(),
                }
            }
            Err(error) => Next::Damaged {
                error,
                frames: packet.dur.get(),
            },
        }
    }

    /// The samples of each channel of the last sound.
    pub fn planes(&self) -> &[Vec<f32>] {
        &self.planes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decoder_that_panics_is_an_error() {
        let outcome: Result<(), Error> = guarded(|| panic!("this panic is meant"));
        let error = outcome.expect_err("an error");
        assert!(error.to_string().contains(FAILED), "{error}");
        assert_eq!(guarded(|| Ok(3)).ok(), Some(3));
    }
}
