//! Banks that are too large to be in memory whole: written one sound after another, and streamed when they are played.

use std::fs::File;
use std::io::{BufWriter, Seek, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use aliquot::tracks::Tracks;
use aliquot::tracks::bank_file::pieces::{BankWriter, StoppableOutput, WriteError};
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};

use crate::input::{Input, InputRecording};

/// A large bank that is to be written.
pub struct LargeBank {
    sounds: Vec<(KeyZone, LargeSound)>,
}

enum LargeSound {
    Tracks(Box<Tracks>, FrameGrid),
    /// A sound of another bank, as it is there.
    Encoded(Arc<TrackBank>, usize),
}

impl LargeBank {
    /// The bank of all sounds of the inputs. `grid_of` gives the frames of one that is not encoded yet.
    pub fn new(inputs: Vec<Input>, grid_of: impl Fn(&Input, &Tracks) -> FrameGrid) -> LargeBank {
        let mut sounds = Vec::new();
        for mut input in inputs {
            for sound in std::mem::take(&mut input.sounds) {
                let recording = match sound.recording {
                    InputRecording::Encoded(bank, number) => LargeSound::Encoded(bank, number),
                    InputRecording::Tracks(tracks) => {
                        let grid = grid_of(&input, &tracks);
                        LargeSound::Tracks(Box::new(tracks), grid)
                    }
                };
                sounds.push((sound.zone, recording));
            }
        }
        LargeBank { sounds }
    }

    /// Writes it. Returns how many bytes that are, and what was left out, in words.
    pub fn write(
        self,
        mut file: &File,
        interrupted: &AtomicBool,
    ) -> Result<(u64, Vec<String>), String> {
        let out = StoppableOutput::new(BufWriter::new(file), interrupted);
        let remarks = self.write_sounds(out, interrupted).map_err(|error| {
            // Whatever the error says, the reason is the interrupt.
            let stopped = crate::stop_if(interrupted).err();
            stopped.map_or_else(|| error.to_string(), |stopped| stopped.to_string())
        })?;
        let length = file.seek(std::io::SeekFrom::End(0));
        Ok((length.map_err(|error| error.to_string())?, remarks))
    }

    fn write_sounds(
        self,
        out: impl Write + Seek,
        interrupted: &AtomicBool,
    ) -> Result<Vec<String>, WriteError> {
        let progress = crate::bar(self.sounds.len() as u64);
        let mut writer = BankWriter::new_unless(out, self.sounds.len(), interrupted)?;
        let mut remarks = Vec::new();
        for (zone, sound) in self.sounds {
            match sound {
                LargeSound::Tracks(tracks, grid) => {
                    remarks.extend(writer.add_tracks(zone, &tracks, grid)?);
                }
                LargeSound::Encoded(bank, number) => writer.add_sound(zone, &bank, number)?,
            }
            progress.inc(1);
        }
        writer.finish()?;
        progress.finish_and_clear();
        Ok(remarks)
    }
}
