//! Recordings that voices play: a bank of tracks in memory, and what is worked out of it in advance.
//!
//! [`Recordings`] are made off the audio thread, which only reads them. Whoever hands them to an engine keeps an
//! [`Arc`] of its own for as long as an engine may hold one, so that they are never freed on the audio thread.
//!
//! The sounds of a large bank are streamed: of these only the beginnings are in memory, and the rest is read while it is
//! played ([`crate::tracks::streaming`]). Where a piece is not there in time a voice stands still, or is silent where it
//! has not begun; the engine counts it.
//!
//! A [`Player`] is a voice's place in a recording. For each segment it goes on and writes a [`RecordedFrame`]: what the
//! body Recording and its levels are at the segment's end.

mod decode;
mod formants;
mod frame;
mod intervals;
mod player;
mod residue;
mod slots;
mod source;
mod stream;
mod transients;
mod zones;

pub use frame::{Birth, FrameStep, RecordedFrame, TrackSlotState};
pub use player::{PlayContext, Player, PlayerSettings, PlayerStep, RecordedFrames};
pub use residue::{Residue, ResidueSettings};
pub use slots::TrackSlotSet;
pub use source::{HeldRows, RecordingSource};
pub use stream::TakenStream;
pub use zones::{MOST_SOUNDS, NoteSounds, Pair};

pub use crate::tracks::bank_file::PARTS;

use std::fmt;
use std::sync::{Arc, LazyLock};

use crate::dsp::noise::BandGains;
use crate::tracks::bank_edits::{BankEdits, LOOP_CROSSFADE_S, SoundEdit};
use crate::tracks::bank_file::{
    BankRows, BankSound, KeyZone, TrackBank, UNKNOWN_ROOT_HZ, codes, parts_of_zones,
};
use crate::tracks::streaming::{PieceStream, StreamPlace, StreamSettings};
use crate::tracks::warp::{AnchorReach, TimeWarp};

/// The attack of a recording is over after this time, seconds.
const ATTACK_S: f64 = 0.025;

/// When the loop of a recording is repeated: the labels of [`Param::RECORDING_LOOP`], in their order.
///
/// [`Param::RECORDING_LOOP`]: crate::synth::Param::RECORDING_LOOP
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopMode {
    /// Never.
    Off,
    /// Until the release.
    WhileHeld,
    /// Until the end of the note.
    Always,
}

impl LoopMode {
    /// The choice at this place of the labels; past the end, the last.
    pub fn from_index(index: usize) -> LoopMode {
        match index {
            0 => LoopMode::Off,
            1 => LoopMode::WhileHeld,
            _ => LoopMode::Always,
        }
    }
}

/// What is known of one recording in advance.
#[derive(Clone, Debug, Default)]
pub struct RecordedSound {
    /// Its keys and velocities.
    pub zone: KeyZone,
    /// Which of the bodies plays it, from 0 on: recordings of one zone are parts of the bank.
    pub part: usize,
    /// Frequency of the key that it plays.
    pub root_hz: f64,
    /// Seconds from frame to frame.
    pub hop_s: f64,
    /// The last place, frames.
    pub last_frame: f64,
    /// The last place, seconds.
    pub end_s: f64,
    /// The slots that any partial of it is in.
    pub slots: TrackSlotSet,
    /// How many slots there are.
    slot_count: usize,
    /// How its time goes by at another speed.
    pub warp: TimeWarp,
    /// What is repeated while a key is held.
    pub sustain_loop: Option<PlayedLoop>,
    /// Root of the power of each code of the noise; empty without noise.
    noise_gains: Vec<f32>,
}

/// The loop of a recording.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayedLoop {
    /// Where it begins, seconds.
    pub start_s: f64,
    /// Where it goes back, seconds.
    pub end_s: f64,
    /// How long before the loop's end the sound before its start begins to fade in, seconds.
    pub crossfade_s: f64,
}

impl RecordedSound {
    fn of(bank: &TrackBank, (index, sound): (usize, &BankSound), part: usize) -> RecordedSound {
        let hop_s = sound.grid.hop_s();
        let last_frame = f64::from(sound.frames.saturating_sub(1));
        let end_s = last_frame * hop_s;
        RecordedSound {
            zone: sound.zone,
            part,
            root_hz: UNKNOWN_ROOT_HZ,
            hop_s,
            last_frame,
            end_s,
            slots: TrackSlotSet::of(bank.used_slots(index)),
            slot_count: sound.slots as usize,
            warp: bank.time_warp(index, AnchorReach::default()),
            sustain_loop: None,
            noise_gains: match sound.has_noise() {
                true => noise_gains(sound.noise_peak),
                false => Vec::new(),
            },
        }
    }

    /// How many frames it has.
    fn frames(&self) -> u32 {
        self.last_frame as u32 + 1
    }

    /// Its root and its loop become those of the edit, or, where there are none, those of the bank's sound.
    fn take_edit(&mut self, sound: &BankSound, edit: SoundEdit) {
        self.root_hz = edit.root_hz.or(sound.root_hz).unwrap_or(UNKNOWN_ROOT_HZ);
        let crossfade_s = sound
            .sustain_loop
            .map_or(LOOP_CROSSFADE_S, |of| of.crossfade_s);
        let own = sound.sustain_loop.map(|of| (of.start_s, of.end_s));
        let ends = edit.loop_ends.map(|of| (of.start_s, of.end_s)).or(own);
        let sustain_loop = ends.map(|(start_s, end_s)| {
            let (start_s, end_s) = (start_s.max(0.0), end_s.min(self.end_s));
            PlayedLoop {
                start_s,
                end_s,
                crossfade_s: crossfade_s.clamp(0.0, start_s.min(end_s - start_s).max(0.0)),
            }
        });
        self.sustain_loop = sustain_loop.filter(|of| of.end_s - of.start_s > self.hop_s);
    }

    /// Adds `share` of the power of its noise at a place to the squares of gains. `rows` are its frames.
    pub fn add_noise(&self, rows: &BankRows, place_s: f64, share: f32, powers: &mut BandGains) {
        let Some(last) = rows.sound().noise_frames().checked_sub(1) else {
            return;
        };
        if !(0.0..=self.end_s).contains(&place_s) {
            return;
        }
        let frame = (place_s / rows.sound().noise_hop_s).clamp(0.0, last as f64);
        let (before, part) = (frame as usize, (frame - libm::floor(frame)) as f32);
        let gain = |&code: &u8| self.noise_gains.get(usize::from(code)).copied();
        let [from, to] = [before, (before + 1).min(last)].map(|frame| rows.noise_at(frame));
        let (Some(from), Some(to)) = (from, to) else {
            return;
        };
        for ((power, from), to) in powers.iter_mut().zip(from).zip(to) {
            let (from, to) = (gain(from).unwrap_or(0.0), gain(to).unwrap_or(0.0));
            *power += share * (from * from + (to * to - from * from) * part);
        }
    }
}

/// The root of the power of each code of noise.
fn noise_gains(peak: f64) -> Vec<f32> {
    let gain = |code| libm::sqrt(peak * libm::pow(10.0, codes::level_db(code) / 10.0)) as f32;
    (0..=u8::MAX).map(gain).collect()
}

/// The recordings of an instance; none by [`Default`].
#[derive(Clone, Default)]
pub struct Recordings {
    bank: Option<Arc<TrackBank>>,
    /// See [`Recordings::id`].
    id: u64,
    sounds: Vec<RecordedSound>,
    /// What reads the pieces of a bank that is streamed, for the engine that plays it.
    stream: Option<Arc<StreamPlace>>,
}

impl fmt::Debug for Recordings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recordings")
            .field("bank", &self.bank)
            .finish_non_exhaustive()
    }
}

impl Recordings {
    /// The recordings of a bank. For one that is streamed it starts the thread that reads; if the system has no more
    /// threads, a voice that does not wait plays the beginnings alone. Not for the audio thread: allocates.
    pub fn new(bank: Arc<TrackBank>) -> Recordings {
        Recordings::with_stream(bank, &StreamSettings::default())
    }

    /// As [`Recordings::new`], with at most this many bytes of pieces in memory beside the beginnings.
    pub fn with_pool(bank: Arc<TrackBank>, most_bytes: u64) -> Recordings {
        let settings = StreamSettings {
            most_bytes,
            ..StreamSettings::default()
        };
        Recordings::with_stream(bank, &settings)
    }

    /// As [`Recordings::new`], with these settings of the stream.
    pub fn with_stream(bank: Arc<TrackBank>, settings: &StreamSettings) -> Recordings {
        LazyLock::force(&formants::ENVELOPE_TABLES);
        let zones: Vec<KeyZone> = bank.sounds().iter().map(|sound| sound.zone).collect();
        let sounds: Vec<RecordedSound> = (bank.sounds().iter().enumerate())
            .zip(parts_of_zones(&zones))
            .map(|(sound, part)| RecordedSound::of(&bank, sound, part))
            .collect();
        let stream = bank.is_streamed().then(|| {
            let place = StreamPlace::empty();
            if let Ok(stream) = PieceStream::start(bank.clone(), settings) {
                place.replace(Box::new(stream));
            }
            Arc::new(place)
        });
        let recordings = Recordings {
            sounds,
            stream,
            id: bank.hash(),
            bank: Some(bank),
        };
        recordings.edited(&BankEdits::default())
    }

    /// The recordings with these roots and loops in place of those that they have. Not for the audio thread:
    /// allocates.
    #[must_use]
    pub fn edited(mut self, edits: &BankEdits) -> Recordings {
        let Some(bank) = &self.bank else {
            return self;
        };
        self.id = bank.hash() ^ edits.hash();
        for (index, (recorded, sound)) in self.sounds.iter_mut().zip(bank.sounds()).enumerate() {
            recorded.take_edit(sound, edits.of(index));
        }
        self
    }

    /// No recordings, as engines begin with. What is shared is never freed.
    pub fn none() -> Arc<Recordings> {
        static NONE: LazyLock<Arc<Recordings>> = LazyLock::new(Arc::default);
        NONE.clone()
    }

    /// The bank; `None` without recordings.
    pub fn bank(&self) -> Option<&Arc<TrackBank>> {
        self.bank.as_ref()
    }

    /// What distinguishes them from others: the hash of the bank and that of the edits; 0 without a bank.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// All recordings.
    pub fn sounds(&self) -> &[RecordedSound] {
        &self.sounds
    }

    /// Where the recording that a note plays of the first part is steady: at its loop's start, without a loop where the
    /// attack is over. A part of its duration, 0 if there is none.
    pub fn steady_place(&self, key: u8, velocity: f32) -> f64 {
        let sounds = self.note_sounds(0, key, velocity);
        let sound = sounds.and_then(|sounds| self.sounds.get(sounds.low.first));
        sound
            .filter(|sound| sound.end_s > 0.0)
            .map_or(0.0, |sound| {
                let place_s = sound.sustain_loop.map_or(ATTACK_S, |of| of.start_s);
                (place_s / sound.end_s).min(1.0)
            })
    }

    /// Whether they are read while they are played.
    pub fn is_streamed(&self) -> bool {
        self.stream.is_some()
    }

    /// What is known of a recording in its bank.
    fn bank_sound(&self, index: usize) -> Option<&BankSound> {
        self.bank.as_ref()?.sounds().get(index)
    }

    /// The frames of a recording; `None` if they are streamed.
    pub fn rows(&self, index: usize) -> Option<BankRows<'_>> {
        self.bank.as_ref()?.rows(index)
    }
}
