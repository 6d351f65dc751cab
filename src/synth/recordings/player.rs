//! Where in a recording a voice is.
//!
//! The place moves by the speed, and the parameter Position is added to it. A loop takes the place back by its
//! length whenever it has come to its end; shortly before, what comes before its start fades in. Frequencies and
//! gains are faded, not sound: phases go on.
//!
//! At another speed a recording is not stretched evenly: attacks go by as they were recorded
//! ([`TimeWarp`](crate::tracks::warp::TimeWarp)).
//!
//! A voice plays up to four recordings at once where it is between their zones, each in a playhead of its own.
//!
//! A recording that is frozen sounds exactly steady: where no place moves, nothing is decoded or worked out anew, and
//! the voice costs what one of a computed spectrum at rest does. What wanders is a route to Position.

mod playhead;
mod wishes;

use super::frame::{Mixture, RecordedFrame};
use super::source::RecordingSource;
use super::zones::{MOST_SOUNDS, NoteSounds, Pair};
use super::{LoopMode, PARTS, PlayedLoop, RecordedSound};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::note::Note;
use crate::synth::parameter::Param;
use playhead::Playhead;

/// A recording that has been past its end for this time is over, seconds.
const OVER_S: f64 = 0.1;

/// How a recording is played in a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayerSettings {
    /// Seconds of the recording for each second.
    pub speed: f64,
    /// What is added to the place, parts of the duration.
    pub position: f64,
    /// Whether the loop is repeated.
    pub loops: bool,
    /// How far the formants stay where they were recorded, 0 to 1.
    pub keep_formants: f32,
    /// How far they are moved.
    pub formant_octaves: f32,
    /// The frequency that is played.
    pub fundamental_hz: f64,
}

impl PlayerSettings {
    /// Reads the settings from the values for a note that is `released` or not.
    pub fn read(values: &VoiceValues, released: bool, fundamental_hz: f64) -> PlayerSettings {
        let speed = f64::from(values.get(Param::RECORDING_SPEED));
        let loops = match LoopMode::from_index(values.index(Param::RECORDING_LOOP)) {
            LoopMode::Off => false,
            LoopMode::WhileHeld => !released,
            LoopMode::Always => true,
        };
        PlayerSettings {
            // What is added makes +0 of −0, which stands still in no direction.
            speed: speed * (1.0 - f64::from(values.get(Param::FREEZE))).clamp(0.0, 1.0) + 0.0,
            position: f64::from(values.get(Param::RECORDING_POSITION)),
            loops,
            keep_formants: values.get(Param::KEEP_FORMANTS),
            formant_octaves: values.get(Param::FORMANT_SHIFT) / 12.0,
            fundamental_hz,
        }
    }

    fn loop_of(&self, sound: &RecordedSound) -> Option<PlayedLoop> {
        sound.sustain_loop.filter(|_| self.loops)
    }
}

/// What the recordings of one voice are at the end of a segment. It belongs to a thread.
#[derive(Debug)]
pub struct RecordedFrames {
    /// The frame of each part of the bank.
    pub parts: [RecordedFrame; PARTS],
    /// The frames of the layers at the higher key, of a second layer, and of what fades in before a loop's end.
    high: RecordedFrame,
    layer: RecordedFrame,
    crossfade: RecordedFrame,
}

impl RecordedFrames {
    /// Allocates them.
    pub fn allocate() -> RecordedFrames {
        RecordedFrames {
            parts: std::array::from_fn(|_| RecordedFrame::allocate()),
            high: RecordedFrame::allocate(),
            layer: RecordedFrame::allocate(),
            crossfade: RecordedFrame::allocate(),
        }
    }
}

/// A voice's places in the recordings of one part of the bank.
#[derive(Clone, Copy, Debug)]
pub struct Player {
    /// The note, the bank and the recordings in it that it plays.
    playing: Option<(Played, NoteSounds)>,
    /// The recordings that sound in the segment; `None` where there are none.
    sounds: Option<NoteSounds>,
    /// In the order of [`NoteSounds::parts`].
    playheads: [Playhead; MOST_SOUNDS],
    /// Segments since the onset.
    segments: u64,
    /// Whether the last segment's steps have not been heard by transients yet.
    is_fresh: bool,
    /// Whether it stood still in the last segment.
    is_still: bool,
    /// How long it has been past the end, with a speed and a position that rest.
    over_s: f64,
    /// The settings of the last segment.
    settings: Option<PlayerSettings>,
}

/// What decides which recordings are played.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Played {
    bank: u64,
    key: u8,
    velocity: f32,
}

/// The step of one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PlayerStep {
    /// Where the step begins, seconds.
    pub from_s: f64,
    /// Where it ends, seconds.
    pub to_s: f64,
}

/// What plays a recording, beside its settings.
#[derive(Clone, Copy)]
pub struct PlayContext<'a> {
    /// Vector instructions.
    pub level: SimdLevel,
    /// The recordings, and what is at hand of them.
    pub source: RecordingSource<'a>,
    /// How they are played.
    pub settings: &'a PlayerSettings,
    /// Duration of the segment.
    pub seconds: f64,
}

impl Player {
    /// One that has not begun.
    pub const IDLE: Player = Player {
        playing: None,
        sounds: None,
        playheads: [Playhead::START; MOST_SOUNDS],
        segments: 0,
        is_fresh: false,
        is_still: false,
        over_s: 0.0,
        settings: None,
    };

    /// Whether it has begun.
    pub fn is_active(&self) -> bool {
        self.segments > 0
    }

    /// Whether the recording is over and will not go on by itself.
    pub fn has_ended(&self) -> bool {
        self.over_s > OVER_S
    }

    /// Whether its steps are to be heard by transients; they are not from then on.
    pub fn take_fresh(&mut self) -> bool {
        std::mem::take(&mut self.is_fresh)
    }

    /// The recordings that it plays: of each its number, its part of the sound, and the step of the last segment.
    pub fn steps(&self) -> impl Iterator<Item = (usize, f32, PlayerStep)> + use<> {
        let Player {
            playing, playheads, ..
        } = *self;
        let parts = playing.map(|(_, sounds)| sounds.parts());
        let steps = parts.into_iter().flatten().zip(playheads);
        steps
            .filter_map(|(part, playhead)| part.map(|(index, share)| (index, share, playhead.step)))
    }

    /// Goes on for a segment. Returns whether it rests: what it has written for the last segment holds for this one, so
    /// that [`Player::write`] need not be called.
    pub fn advance(&mut self, part: usize, note: &Note, playing: &PlayContext) -> bool {
        self.segments += 1;
        let settings = playing.settings;
        let (sounds_before, settings_before) = (self.sounds, self.settings.replace(*settings));
        self.sounds = self.take_note(part, note, playing);
        let was_still = std::mem::replace(&mut self.is_still, true);
        if let Some(sounds) = self.sounds {
            let is_onset = self.segments == 1;
            let mut is_over = true;
            for (part, playhead) in sounds.parts().into_iter().zip(&mut self.playheads) {
                if let Some((index, _)) = part {
                    is_over &= playhead.advance(index, playing, is_onset);
                    self.is_still &= playhead.is_still();
                }
            }
            self.is_fresh = true;
            let place = |of: &PlayerSettings| (of.speed, of.position);
            let goes_on = settings_before.as_ref().map(place) == Some(place(settings));
            self.over_s = match is_over && goes_on {
                true => self.over_s + playing.seconds,
                false => 0.0,
            };
        }
        was_still
            && self.is_still
            && self.sounds == sounds_before
            && settings_before.as_ref() == Some(settings)
    }

    /// Writes what the part is at the end of the segment. Returns whether there is anything.
    pub fn write(
        &mut self,
        part: usize,
        playing: &PlayContext,
        frames: &mut RecordedFrames,
    ) -> bool {
        let RecordedFrames {
            parts,
            high: high_frame,
            layer,
            crossfade,
        } = frames;
        let (Some(frame), Some(sounds)) = (parts.get_mut(part), self.sounds) else {
            return false;
        };
        let is_onset = self.segments == 1;
        let mut write_layers =
            |pair: Pair, playheads: &mut [Playhead; 2], frame: &mut RecordedFrame| {
                let [first, second] = playheads;
                first.write(pair.first, playing, is_onset, frame, crossfade);
                if !pair.is_alone() {
                    second.write(pair.second, playing, is_onset, layer, crossfade);
                    frame.mix(playing.level, layer, pair.share, Mixture::Lasting);
                }
            };
        let [low, high] = self.playheads.as_chunks_mut().0 else {
            return false;
        };
        write_layers(sounds.low, low, frame);
        if let Some((pair, share)) = sounds.high {
            write_layers(pair, high, high_frame);
            frame.mix(playing.level, high_frame, share, Mixture::Lasting);
        }
        frame.finish(playing.level, self.segments);
        true
    }

    /// The recordings of a note; `None` if there are none, or for the segment over which those of another bank fade
    /// out. Those that were played before go on where they are, others begin where the first of them is.
    fn take_note(&mut self, part: usize, note: &Note, playing: &PlayContext) -> Option<NoteSounds> {
        let recordings = playing.source.recordings;
        let wanted = Played {
            bank: recordings.id(),
            key: note.key,
            velocity: note.velocity,
        };
        let before = self.playing;
        if let Some((played, sounds)) = before
            && played == wanted
        {
            return Some(sounds);
        }
        let sounds = recordings.note_sounds(part, note.key, note.velocity);
        self.playing = sounds.map(|sounds| (wanted, sounds));
        let Some(sounds) = sounds else {
            // What comes next knows nothing of what was played.
            self.playheads = [self.playheads[0].forgotten(); MOST_SOUNDS];
            return None;
        };
        let Some((played, sounds_before)) = before else {
            return Some(sounds);
        };
        let place = self.playheads[0];
        let is_same_bank = played.bank == wanted.bank;
        let known = sounds_before.parts().into_iter().zip(self.playheads);
        self.playheads = sounds.parts().map(|part| {
            let same = known.clone().find(|(known, _)| {
                let index = |part: &Option<(usize, f32)>| part.map(|(index, _)| index);
                is_same_bank && part.is_some() && index(known) == index(&part)
            });
            same.map_or(place.forgotten(), |(_, playhead)| playhead)
        });
        is_same_bank.then_some(sounds)
    }
}
