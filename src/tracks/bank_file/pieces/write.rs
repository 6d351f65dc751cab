//! Writes banks whose sounds are streamed, one sound after another: no more than one of them and the beginnings of all
//! are in memory.

use std::fmt;
use std::io::{self, Seek, SeekFrom, Write};
use std::sync::atomic::AtomicBool;

use twox_hash::XxHash3_64;

use super::super::build;
use super::super::layout::*;
use super::super::slots::SlotHomes;
use super::super::{BankRows, BuildError, FrameGrid, KeyZone, OpenError, TrackBank, load};
use super::cut::PieceCutter;
use super::{
    DIRECTORY_AT, DIRECTORY_BYTES_AT, MOST_PIECE_BYTES, MOST_RESIDENT_BYTES, PieceEntry, PieceTable,
};
use crate::cancelled::Cancelled;
use crate::tracks::Tracks;

mod directory;
use directory::{SoundDirectory, directory_of, keep_within};
pub(super) use directory::{flags_of, numbers_of};

/// A piece is of no longer a time.
const LONGEST_PIECE_S: f64 = 0.5;
/// Bytes of the rows of a piece, at most, and at most where a bank has many sounds, unless 16 frames have more.
const MOST_ROW_BYTES: usize = 60_000;
const LEAST_ROW_BYTES: usize = 14_000;
/// How much of each sound stays in memory, if there is room.
const BEGINNING_S: f64 = 0.3;
/// Bytes of all beginnings together.
const BEGINNINGS_BYTES: usize = 64 << 20;

/// Why a bank could not be written.
#[derive(Debug)]
pub enum WriteError {
    /// The system's error.
    Io(io::Error),
    /// The sound cannot be in a bank.
    Sound(String),
    /// The sound could not be read from its bank.
    Read(OpenError),
    /// The caller asked to stop.
    Cancelled,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Io(error) => error.fmt(f),
            WriteError::Sound(reason) => f.write_str(reason),
            WriteError::Read(error) => error.fmt(f),
            WriteError::Cancelled => Cancelled.fmt(f),
        }
    }
}

impl std::error::Error for WriteError {}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> WriteError {
        WriteError::Io(error)
    }
}

impl From<BuildError> for WriteError {
    fn from(error: BuildError) -> WriteError {
        match error {
            BuildError::Impossible(reason) => WriteError::Sound(reason),
            BuildError::Cancelled => WriteError::Cancelled,
        }
    }
}

/// For writers that nobody stops.
static NEVER: AtomicBool = AtomicBool::new(false);

/// Writes a bank whose sounds are streamed. [`BankWriter::finish`] is to follow the last sound.
pub struct BankWriter<'a, W> {
    out: W,
    is_cancelled: &'a AtomicBool,
    /// Where the output is.
    at: u64,
    /// How many sounds there will be.
    sounds: usize,
    /// What the directory says of each sound, `None` as long as that is not written.
    directories: Vec<Option<SoundDirectory>>,
    /// The beginnings of all sounds.
    beginnings: Vec<u8>,
    /// Pieces are of no longer a time, and so much of each sound stays in memory, if there is room.
    longest_piece_s: f64,
    beginning_s: f64,
    /// Bytes of what stays in memory, at most: readers refuse more.
    most_resident_bytes: u64,
    /// Where partials of a frequency are, in all sounds.
    homes: SlotHomes,
}

impl<'a, W: Write + Seek> BankWriter<'a, W> {
    /// Begins a bank of so many sounds at the start of the output.
    ///
    /// # Errors
    /// If there are none or too many, or the output cannot be written.
    pub fn new(out: W, sounds: usize) -> Result<BankWriter<'a, W>, WriteError> {
        BankWriter::new_unless(out, sounds, &NEVER)
    }

    /// As [`BankWriter::new`]; `is_cancelled` stops the coding of a sound. An output stops by itself, see
    /// [`StoppableOutput`](super::StoppableOutput).
    ///
    /// # Errors
    /// As there.
    pub fn new_unless(
        mut out: W,
        sounds: usize,
        is_cancelled: &'a AtomicBool,
    ) -> Result<BankWriter<'a, W>, WriteError> {
        if sounds == 0 || sounds > load::MOST_SOUNDS {
            let reason = format!("{sounds} sounds in place of 1 to {}", load::MOST_SOUNDS);
            return Err(WriteError::Sound(reason));
        }
        out.write_all(&[0; HEADER_BYTES])?;
        Ok(BankWriter {
            out,
            is_cancelled,
            at: HEADER_BYTES as u64,
            sounds,
            directories: std::iter::repeat_with(|| None).take(sounds).collect(),
            beginnings: Vec::new(),
            longest_piece_s: LONGEST_PIECE_S,
            beginning_s: BEGINNING_S,
            most_resident_bytes: MOST_RESIDENT_BYTES,
            homes: SlotHomes::default(),
        })
    }

    /// Cuts the sounds from now on into pieces of no longer a time, and lets so much of each stay in memory, seconds.
    /// 16 frames at least, and one piece at least.
    pub fn cut_into(&mut self, longest_piece_s: f64, beginning_s: f64) {
        (self.longest_piece_s, self.beginning_s) = (longest_piece_s, beginning_s);
    }

    /// The number of the first sound that is not written.
    fn next(&self) -> usize {
        let next = self.directories.iter().position(Option::is_none);
        next.unwrap_or(self.sounds)
    }

    /// Adds a recording as the next sound. Returns what had to be left out, in words.
    ///
    /// # Errors
    /// If it cannot be in a bank, or the output cannot be written.
    pub fn add_tracks(
        &mut self,
        zone: KeyZone,
        tracks: &Tracks,
        grid: FrameGrid,
    ) -> Result<Vec<String>, WriteError> {
        self.put_tracks(self.next(), zone, tracks, grid)
    }

    /// Adds a recording as the sound of this number. Partials find partners in the sounds that were added before, so
    /// recordings with harmonics are to be added first. Returns what had to be left out, in words.
    ///
    /// # Errors
    /// If it cannot be in a bank, or there is a sound of this number, or the output cannot be written.
    pub fn put_tracks(
        &mut self,
        number: usize,
        zone: KeyZone,
        tracks: &Tracks,
        grid: FrameGrid,
    ) -> Result<Vec<String>, WriteError> {
        let sound = build::SoundTracks { zone, tracks, grid };
        let (image, remarks) = build::image(&[sound], &mut self.homes, self.is_cancelled)?;
        let bank = TrackBank::from_bytes(&image);
        let bank = bank.map_err(|error| WriteError::Sound(error.to_string()))?;
        self.put_sound(number, zone, &bank, 0)?;
        Ok(remarks)
    }

    /// Adds a sound of a bank as it is, as the next sound, for these keys and velocities.
    ///
    /// # Errors
    /// If there is no such sound or one too many, or it cannot be read, or the output cannot be written.
    pub fn add_sound(
        &mut self,
        zone: KeyZone,
        bank: &TrackBank,
        sound: usize,
    ) -> Result<(), WriteError> {
        self.put_sound(self.next(), zone, bank, sound)
    }

    fn put_sound(
        &mut self,
        number: usize,
        zone: KeyZone,
        bank: &TrackBank,
        sound: usize,
    ) -> Result<(), WriteError> {
        let is_free = self.directories.get(number).is_some_and(Option::is_none);
        if !is_free || !zone.is_possible() {
            let reason = format!("a sound too many, or {zone:?} cannot be");
            return Err(WriteError::Sound(reason));
        }
        let in_memory;
        let rows = match bank.rows(sound) {
            Some(rows) => rows,
            None => {
                let read = bank.sound_in_memory(sound, self.is_cancelled);
                in_memory = read.map_err(WriteError::Read)?;
                let rows = in_memory.rows(0);
                rows.ok_or_else(|| WriteError::Sound(format!("there is no sound {sound}")))?
            }
        };
        let directory = self.write_sound(zone, &rows)?;
        self.directories[number] = Some(directory);
        Ok(())
    }

    fn write_sound(
        &mut self,
        zone: KeyZone,
        rows: &BankRows,
    ) -> Result<SoundDirectory, WriteError> {
        let most_bytes = (BEGINNINGS_BYTES / self.sounds).clamp(LEAST_ROW_BYTES, MOST_ROW_BYTES);
        let mut cutter = PieceCutter::new(rows, most_bytes, self.longest_piece_s);
        let resident_frames = self.beginning_s / rows.sound().grid.hop_s();
        let count = rows.sound().frames.div_ceil(cutter.frames);
        let mut table = PieceTable {
            frames: cutter.frames,
            resident: 0,
            entries: Vec::with_capacity(count as usize),
        };
        let mut beginning_bytes = 0;
        let mut piece = Vec::new();
        for number in 0..count {
            // Not all pieces go to the output at once, which looks as well.
            Cancelled::check(self.is_cancelled).map_err(|_| WriteError::Cancelled)?;
            cutter.cut(rows, number, &mut piece);
            if piece.len() as u64 > MOST_PIECE_BYTES {
                let reason = format!("piece {number} has {} bytes, too many", piece.len());
                return Err(WriteError::Sound(reason));
            }
            let is_early = f64::from(number * cutter.frames) < resident_frames;
            let has_room = beginning_bytes + piece.len() <= BEGINNINGS_BYTES / self.sounds;
            let is_resident = number == 0 || (table.resident == number && is_early && has_room);
            let offset = if is_resident {
                table.resident += 1;
                beginning_bytes += piece.len();
                // Where they will be is known at the end.
                let place = self.beginnings.len().next_multiple_of(ALIGNMENT);
                self.beginnings.resize(place, 0);
                self.beginnings.extend(&piece);
                place as u64
            } else {
                self.align()?;
                self.write(&piece)?
            };
            table.entries.push(PieceEntry {
                offset,
                hash: XxHash3_64::oneshot(&piece),
                bytes: piece.len() as u32,
            });
        }
        Ok(directory_of(zone, rows, table, cutter.transients))
    }

    /// Writes bytes; returns where they begin.
    fn write(&mut self, bytes: &[u8]) -> io::Result<u64> {
        self.out.write_all(bytes)?;
        let at = self.at;
        self.at += bytes.len() as u64;
        Ok(at)
    }

    fn align(&mut self) -> io::Result<u64> {
        let rest = self.at.next_multiple_of(ALIGNMENT as u64) - self.at;
        self.write(&[0; ALIGNMENT][..rest as usize])?;
        Ok(self.at)
    }

    /// Writes the beginnings, the directory and the header. Returns the output and the bank's hash.
    ///
    /// # Errors
    /// If sounds are lacking, or the output cannot be written.
    pub fn finish(mut self) -> Result<(W, u64), WriteError> {
        let directories = std::mem::take(&mut self.directories);
        let mut directories: Vec<SoundDirectory> = directories.into_iter().flatten().collect();
        if directories.len() != self.sounds {
            let reason = format!("{} sounds of {}", directories.len(), self.sounds);
            return Err(WriteError::Sound(reason));
        }
        keep_within(self.most_resident_bytes, &mut directories);
        let beginnings_at = self.align()?;
        let beginnings = std::mem::take(&mut self.beginnings);
        self.write(&beginnings)?;
        let directory = directory::bytes(directories, beginnings_at);
        let directory_at = self.align()?;
        self.write(&directory)?;
        let mut header = [0; HEADER_BYTES];
        header[..MAGIC.len()].copy_from_slice(&MAGIC);
        for (at, number) in [
            (VERSION_AT, super::VERSION),
            (BYTE_ORDER_AT, BYTE_ORDER_MARK),
            (SOUNDS_AT, self.sounds as u32),
        ] {
            header[at..at + 4].copy_from_slice(&number.to_le_bytes());
        }
        for (at, number) in [
            (LENGTH_AT, self.at),
            (DIRECTORY_AT, directory_at),
            (DIRECTORY_BYTES_AT, directory.len() as u64),
        ] {
            header[at..at + 8].copy_from_slice(&number.to_le_bytes());
        }
        let hash = super::directory::name(&header, &directory);
        header[HASH_AT..HASH_AT + 8].copy_from_slice(&hash.to_le_bytes());
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&header)?;
        self.out.flush()?;
        Ok((self.out, hash))
    }
}

#[cfg(test)]
impl<W> BankWriter<'_, W> {
    /// Lets so many bytes stay in memory, at most.
    pub(super) fn keep_at_most(&mut self, most_resident_bytes: u64) {
        self.most_resident_bytes = most_resident_bytes;
    }
}
