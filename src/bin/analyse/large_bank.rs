//! Banks that are too large to be in memory whole: written one sound after another, and streamed when they are played.

use std::fs::File;
use std::io::{BufWriter, Seek as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use aliquot::tracks::Tracks;
use aliquot::tracks::bank_file::pieces::BankWriter;
use aliquot::tracks::bank_file::{FrameGrid, KeyZone, TrackBank};

use crate::input::{Input, InputRecording};

/// Banks from this size on are written so, bytes.
pub const LARGE_BYTES: u64 = 32 << 20;

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
        let progress = crate::bar(self.sounds.len() as u64);
        let out = BufWriter::new(file);
        let writer = BankWriter::new(out, self.sounds.len());
        let mut writer = writer.map_err(|error| error.to_string())?;
        let mut remarks = Vec::new();
        for (zone, sound) in self.sounds {
            crate::stop_if(interrupted).map_err(|error| error.to_string())?;
            let added = match sound {
                LargeSound::Tracks(tracks, grid) => writer.add_tracks(zone, &tracks, grid),
                LargeSound::Encoded(bank, number) => {
                    let added = writer.add_sound(zone, &bank, number);
                    added.map(|()| Vec::new())
                }
            };
            remarks.extend(added.map_err(|error| error.to_string())?);
            progress.inc(1);
        }
        let (mut out, _) = writer.finish().map_err(|error| error.to_string())?;
        out.flush().map_err(|error| error.to_string())?;
        drop(out);
        progress.finish_and_clear();
        let length = file.seek(std::io::SeekFrom::End(0));
        Ok((length.map_err(|error| error.to_string())?, remarks))
    }
}
