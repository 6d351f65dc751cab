//! A second recording beside the first: one bank of both, so that a sound can morph between them.
//!
//! The first are the sounds of a bank that the body Recording plays; the second are those of another bank, which
//! Recording 2 plays from then on. Sounds are mixed slot by slot, and partials that belong together have to share one
//! ([`crate::tracks::bank_file`]), so both are coded anew. Nothing but their slots changes by that.

use std::io::{Seek, Write};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::recordings::notes::name_of_key;
use crate::state::NamedBank;
use crate::tracks::bank_edits::{LOOP_CROSSFADE_S, SoundEdit};
use crate::tracks::bank_file::pieces::{BankWriter, WriteError};
use crate::tracks::bank_file::{
    BankSound, BuildError, KeyZone, OpenError, SoundTracks, TrackBank, parts_of_zones,
};
use crate::tracks::{SustainLoop, Tracks};

/// What stands between the names of two recordings in that of their bank.
const BETWEEN_NAMES: &str = " + ";

/// Bytes of each of these names, at most.
const MOST_NAME_BYTES: usize = 100;

/// The longest file of a bank that is joined, in bytes: its sounds take ten times as much memory while they are coded
/// anew.
const LONGEST_BYTES: u64 = 128 << 20;

/// The sounds of two banks that become one bank.
pub struct JoinedSounds {
    /// Those of the first come first.
    sounds: Vec<JoinedSound>,
    /// Numbers in the first bank of those that come first.
    kept: Vec<usize>,
    name: String,
    /// What the loaded bank is called.
    loaded_name: String,
    remarks: Vec<String>,
    /// Bytes of both files.
    bytes: u64,
}

/// A sound of one of the banks.
struct JoinedSound {
    bank: Arc<TrackBank>,
    number: usize,
    edit: SoundEdit,
    /// Whether the bank is the loaded one, beside which the other is put.
    is_loaded: bool,
}

/// Why sounds could not be joined.
#[derive(Debug)]
pub enum JoinError {
    /// A sound could not be read from the bank that is loaded.
    ReadLoaded(OpenError),
    /// A sound could not be read from the bank that is added.
    ReadAdded(OpenError),
    /// They cannot be in one bank.
    Bank(String),
    /// They could not be written.
    Write(WriteError),
    /// The caller asked to stop.
    Cancelled,
}

impl JoinedSound {
    fn sound(&self) -> &BankSound {
        &self.bank.sounds()[self.number]
    }

    /// The recording with the edit's root and loop as its own.
    fn tracks(&self, is_cancelled: &AtomicBool) -> Result<Tracks, JoinError> {
        let read = self.bank.read_tracks_unless(self.number, is_cancelled);
        let mut tracks = read.map_err(|error| match (error, self.is_loaded) {
            (OpenError::Cancelled, _) => JoinError::Cancelled,
            (error, true) => JoinError::ReadLoaded(error),
            (error, false) => JoinError::ReadAdded(error),
        })?;
        if let Some(root_hz) = self.edit.root_hz {
            set_root(&mut tracks, root_hz);
        }
        if let Some(ends) = self.edit.loop_ends {
            let own_s = tracks.sustain_loop.map(|of| of.crossfade_s);
            let crossfade_s = own_s.unwrap_or(LOOP_CROSSFADE_S);
            tracks.sustain_loop = Some(SustainLoop {
                start_s: ends.start_s,
                end_s: ends.end_s,
                crossfade_s: crossfade_s.min(ends.end_s - ends.start_s),
            });
        }
        Ok(tracks)
    }

    /// Writes it as the sound of this number.
    fn write(
        &self,
        writer: &mut BankWriter<'_, impl Write + Seek>,
        number: usize,
        tracks: &Tracks,
    ) -> Result<(), JoinError> {
        let BankSound { zone, grid, .. } = self.sound();
        let put = writer.put_tracks(number, *zone, tracks, *grid);
        // Both banks have left out what has no place in a bank.
        put.map(drop).map_err(|error| match error {
            WriteError::Cancelled => JoinError::Cancelled,
            error => JoinError::Write(error),
        })
    }
}

/// Harmonics of up to so many times the root, or of so few, are numbered anew where the root changes.
const MOST_TIMES: f64 = 16.0;

/// Two roots nearer than this are one: half a semitone, in octaves.
const NEAR_ROOT: f64 = 0.5 / 12.0;

/// Gives a recording another root, and its harmonics the numbers that they have over that one. Where the old root is no
/// whole multiple of the new one, nor the other way round, none has a number any more.
fn set_root(tracks: &mut Tracks, root_hz: f64) {
    let old_hz = tracks.root_hz.replace(root_hz);
    // Without a root the numbers of a file of partials are all that is known.
    let Some(old_hz) = old_hz else {
        return;
    };
    let times = (old_hz / root_hz).max(root_hz / old_hz);
    let whole = libm::rint(times);
    let is_whole = whole <= MOST_TIMES && libm::log2(times / whole).abs() < NEAR_ROOT;
    let whole = whole as u32;
    for track in &mut tracks.tracks {
        track.label = track.label.filter(|_| is_whole).and_then(|label| {
            if old_hz >= root_hz {
                label.checked_mul(whole)
            } else {
                label.is_multiple_of(whole).then(|| label / whole)
            }
        });
    }
}

/// By the names of both recordings, each cut to what a file's name has room for.
fn joined_name(first: &str, second: &str) -> String {
    let cut = |name: &str| {
        name[..name.floor_char_boundary(MOST_NAME_BYTES)]
            .trim_end()
            .to_owned()
    };
    let [first, second] = [first, second].map(cut);
    format!("{first}{BETWEEN_NAMES}{second}")
}

/// Numbers of the sounds of a bank that the body Recording plays.
fn of_first_part(bank: &TrackBank) -> Vec<usize> {
    let zones: Vec<KeyZone> = bank.sounds().iter().map(|sound| sound.zone).collect();
    let parts = parts_of_zones(&zones).into_iter().enumerate();
    parts
        .filter(|(_, part)| *part == 0)
        .map(|(number, _)| number)
        .collect()
}

/// Refuses a bank whose file is too long.
fn check_length(name: &str, bytes: u64) -> Result<(), String> {
    if bytes <= LONGEST_BYTES {
        return Ok(());
    }
    Err(format!(
        "the bank {name} has {} MB, and banks of more than {} MB are not joined here: aliquot-analyse makes one bank of \
         several",
        bytes.div_ceil(1 << 20),
        LONGEST_BYTES >> 20
    ))
}

impl JoinedSounds {
    /// The first recording of a loaded bank and that of another bank, whose recording is called `name`.
    ///
    /// # Errors
    /// If the first is not at hand, or one is too large, or a sound of the second is for notes that no sound of the
    /// first is for.
    pub fn new(
        first: &NamedBank,
        second: &Arc<TrackBank>,
        name: &str,
    ) -> Result<JoinedSounds, String> {
        let loaded = first.bank().ok_or("The bank that is loaded is missing")?;
        check_length(first.name(), loaded.file_bytes())?;
        check_length(name, second.file_bytes())?;
        let kept = of_first_part(loaded);
        let added = of_first_part(second);
        let of_first = kept.iter().map(|&number| JoinedSound {
            bank: loaded.clone(),
            number,
            edit: first.edits().of(number),
            is_loaded: true,
        });
        let of_second = added.iter().map(|&number| JoinedSound {
            bank: second.clone(),
            number,
            edit: SoundEdit::default(),
            is_loaded: false,
        });
        let sounds: Vec<JoinedSound> = of_first.chain(of_second).collect();
        let zones: Vec<KeyZone> = sounds.iter().map(|sound| sound.sound().zone).collect();
        let parts = parts_of_zones(&zones);
        let alone = zones.iter().zip(&parts).skip(kept.len());
        if let Some((zone, _)) = alone.into_iter().find(|(_, part)| **part != 1) {
            let [lowest, highest] =
                [zone.lowest_key, zone.highest_key].map(|key| name_of_key(key.into()));
            return Err(format!(
                "its sound for the keys {lowest} to {highest} and the velocities {} to {} meets no sound of {}: it \
                 would not be a second recording, but another zone",
                zone.lowest_velocity,
                zone.highest_velocity,
                first.name()
            ));
        }
        let mut remarks = Vec::new();
        let mut first_name = first.name();
        if kept.len() < loaded.sounds().len() {
            remarks.push("The Recording 2 that was there has given way".to_owned());
            first_name = first_name
                .rsplit_once(BETWEEN_NAMES)
                .map_or(first_name, |(name, _)| name);
        }
        if added.len() < second.sounds().len() {
            remarks.push(format!("The Recording 2 of {name} was left out"));
        }
        Ok(JoinedSounds {
            bytes: loaded.file_bytes() + second.file_bytes(),
            name: joined_name(first_name, name),
            loaded_name: first.name().to_owned(),
            sounds,
            kept,
            remarks,
        })
    }

    /// What their bank is called: by the names of both recordings.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the loaded bank is called.
    pub fn loaded_name(&self) -> &str {
        &self.loaded_name
    }

    /// Of the sounds that come first, their numbers in the first bank.
    pub fn kept(&self) -> &[usize] {
        &self.kept
    }

    /// What is not taken over of the banks, in words.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// About as many bytes as their bank will have.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The bank of all, in memory.
    ///
    /// # Errors
    /// If a sound cannot be read, or the bank would be too large, or it is cancelled.
    pub fn bank(&self, is_cancelled: &AtomicBool) -> Result<TrackBank, JoinError> {
        let tracks = self.sounds.iter().map(|sound| sound.tracks(is_cancelled));
        let tracks = tracks.collect::<Result<Vec<Tracks>, JoinError>>()?;
        let sounds = self.sounds.iter().zip(&tracks);
        let sounds: Vec<SoundTracks> = sounds
            .map(|(sound, tracks)| SoundTracks {
                zone: sound.sound().zone,
                grid: sound.sound().grid,
                tracks,
            })
            .collect();
        let built = TrackBank::from_gridded_unless(&sounds, is_cancelled);
        // Both banks have left out what has no place in a bank.
        built.map(|(bank, _)| bank).map_err(|error| match error {
            BuildError::Impossible(reason) => JoinError::Bank(reason),
            BuildError::Cancelled => JoinError::Cancelled,
        })
    }

    /// Writes the bank of all in pieces, one sound after another. Returns its hash. Every partial is in the slot that it
    /// has in [`JoinedSounds::bank`].
    ///
    /// # Errors
    /// If a sound cannot be read, or the bank cannot be written, or it is cancelled.
    pub fn write(
        &self,
        out: impl Write + Seek,
        is_cancelled: &AtomicBool,
    ) -> Result<u64, JoinError> {
        let writer = BankWriter::new_unless(out, self.sounds.len(), is_cancelled);
        let mut writer = writer.map_err(JoinError::Write)?;
        // Sounds with harmonics choose their slots first. Others are read twice, since all at once take much memory.
        let mut others = Vec::new();
        for (number, joined) in self.sounds.iter().enumerate() {
            let tracks = joined.tracks(is_cancelled)?;
            match tracks.has_harmonics() {
                true => joined.write(&mut writer, number, &tracks)?,
                false => others.push((number, joined)),
            }
        }
        for (number, joined) in others {
            joined.write(&mut writer, number, &joined.tracks(is_cancelled)?)?;
        }
        let (_, hash) = writer.finish().map_err(JoinError::Write)?;
        Ok(hash)
    }
}

#[cfg(test)]
mod tests;
