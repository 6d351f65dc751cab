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

use super::formants::{FormantMove, formant_octaves};
use super::frame::{FrameStep, Mixture, RecordedFrame, TrackSlotState};
use super::source::{HeldRows, RecordingSource};
use super::zones::{MOST_SOUNDS, NoteSounds, PARTS, Pair};
use super::{LoopMode, PlayedLoop, RecordedSound, Recordings};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::note::Note;
use crate::synth::parameter::Param;

/// A place farther than this from where the speed leads is a jump, seconds.
const JUMP_S: f64 = 0.05;
/// A recording that has been past its end for this time is over, seconds.
const OVER_S: f64 = 0.1;
/// Sums of segments are off by less, seconds.
const NEAR_S: f64 = 1e-9;

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

/// A place in one recording.
#[derive(Clone, Copy, Debug)]
struct Playhead {
    /// Where the speed has led to, seconds.
    run_s: f64,
    /// Where it is, seconds.
    place_s: f64,
    slot_state: TrackSlotState,
    /// The slots of what fades in before a loop's end.
    crossfade: TrackSlotState,
    step: PlayerStep,
    /// Whether what it needs was at hand in any segment so far.
    has_begun: bool,
    /// Where it would be if what it needs there were at hand, seconds.
    missing_s: Option<f64>,
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

/// A place just before a frame is before it by this part of the distance of frames.
const BEFORE_FRAME: f64 = 1e-4;
/// Segments that Position is expected to move on for.
const MOST_STEPS: f64 = 100.0;
/// Pieces are asked for so long before they are needed, seconds.
const AHEAD_S: f64 = 0.25;
/// Frames around a place that a step there may read.
const AROUND_FRAMES: u32 = 9;

impl Player {
    /// Says which frames of which recordings it needs now or soon, from the nearest to the farthest. Returns how many of its places stand still because
    /// something was not at hand.
    pub fn want(&self, recordings: &Recordings, want: &mut impl FnMut(usize, (u32, u32))) -> usize {
        let (Some((_, sounds)), Some(settings)) = (self.playing, &self.settings) else {
            return 0;
        };
        let mut missing = 0;
        for (part, playhead) in sounds.parts().into_iter().zip(&self.playheads) {
            let index = part.map(|(index, _)| index);
            let sound = index.and_then(|index| recordings.sounds().get(index));
            if let Some((index, sound)) = index.zip(sound) {
                playhead.want(sound, settings, &mut |frames| want(index, frames));
                missing += usize::from(playhead.missing_s.is_some());
            }
        }
        missing
    }
}

impl Playhead {
    fn want(
        &self,
        sound: &RecordedSound,
        settings: &PlayerSettings,
        want: &mut impl FnMut((u32, u32)),
    ) {
        let frame = |place_s: f64| (place_s / sound.hop_s).clamp(0.0, sound.last_frame) as u32;
        let last = sound.last_frame as u32;
        let of_loop = settings.loop_of(sound);
        let mut want_frames = |from_s: f64, to_s: f64| {
            let below = |place_s: f64| frame(place_s).saturating_sub(AROUND_FRAMES);
            let above = |place_s: f64| (frame(place_s) + AROUND_FRAMES).min(last);
            want(match from_s <= to_s {
                true => (below(from_s), above(to_s)),
                false => (above(from_s), below(to_s)),
            });
        };
        let mut want_between = |from_s: f64, to_s: f64| {
            want_frames(from_s, to_s);
            // With what is shortly before a loop's end goes what fades in there.
            if let Some(of) = of_loop {
                let fades_s = of.end_s - of.crossfade_s..=of.end_s;
                if from_s.max(to_s) >= *fades_s.start() && from_s.min(to_s) <= *fades_s.end() {
                    let faded_s = |place_s: f64| {
                        let length_s = of.end_s - of.start_s;
                        place_s.clamp(*fades_s.start(), *fades_s.end()) - length_s
                    };
                    want_frames(faded_s(from_s), faded_s(to_s));
                }
            }
        };
        want_between(self.place_s, self.place_s);
        if let Some(missing_s) = self.missing_s {
            want_between(missing_s, missing_s);
        }
        let place_s = self.missing_s.unwrap_or(self.place_s);
        // The warp goes through attacks at the speed of the recording, and makes up for it.
        let speed = match settings.speed.abs() == 1.0 {
            true => settings.speed,
            false => settings.speed + settings.speed.signum() * settings.speed.abs().max(1.0),
        };
        let speed = if settings.speed == 0.0 { 0.0 } else { speed };
        let ahead_s = AHEAD_S * speed;
        let end_s = place_s + ahead_s;
        if ahead_s != 0.0 {
            want_between(place_s, end_s);
        }
        if let Some(of) = of_loop {
            if settings.speed > 0.0 && end_s > of.end_s {
                let length_s = of.end_s - of.start_s;
                want_between(of.start_s, (end_s - length_s).min(of.end_s).max(of.start_s));
            } else if settings.speed < 0.0 && end_s < of.start_s {
                want_between(of.end_s, of.end_s + ahead_s);
            }
        }
        // What moves the place beside the speed goes on as in the last segment.
        let beside_s = self.step.to_s - self.step.from_s;
        if settings.position != 0.0 && beside_s != 0.0 {
            want_between(self.place_s, self.place_s + MOST_STEPS * beside_s);
        }
    }

    const START: Playhead = Playhead {
        run_s: 0.0,
        place_s: 0.0,
        slot_state: TrackSlotState::NONE,
        crossfade: TrackSlotState::NONE,
        step: PlayerStep {
            from_s: 0.0,
            to_s: 0.0,
        },
        has_begun: false,
        missing_s: None,
    };

    /// The playhead at the same place, where nothing of it sounds.
    fn forgotten(self) -> Playhead {
        Playhead {
            slot_state: TrackSlotState::NONE,
            crossfade: TrackSlotState::NONE,
            step: PlayerStep {
                from_s: self.place_s,
                to_s: self.place_s,
            },
            has_begun: false,
            missing_s: None,
            ..self
        }
    }

    /// Whether the step of the segment leads nowhere.
    fn is_still(&self) -> bool {
        self.step.from_s == self.step.to_s && self.missing_s.is_none()
    }

    /// Goes on for a segment. Returns whether the recording is over.
    fn advance(&mut self, index: usize, playing: &PlayContext, is_onset: bool) -> bool {
        let PlayContext {
            source,
            settings,
            seconds,
            ..
        } = *playing;
        let Some(sound) = source.recordings.sounds().get(index) else {
            return true;
        };
        let before = source.recordings.is_streamed().then_some(*self);
        self.step(sound, settings, seconds, is_onset);
        if let Some(before) = before {
            self.wait(before, index, playing, is_onset);
        }
        let is_past = match settings.speed >= 0.0 {
            true => self.step.to_s >= sound.end_s,
            false => self.step.to_s <= 0.0,
        };
        is_past && settings.loop_of(sound).is_none() && settings.speed != 0.0
    }

    /// Stands still, as it was before the segment, if a piece that it needs now is not at hand. One that has not begun
    /// goes on in silence.
    #[inline(never)]
    #[cold]
    fn wait(&mut self, before: Playhead, index: usize, playing: &PlayContext, is_onset: bool) {
        let sounds = playing.source.recordings.sounds();
        let is_at_hand = sounds.get(index).is_some_and(|sound| {
            let steps = self.steps(sound, playing, is_onset);
            let of = |(_, step): &(f64, FrameStep)| step.read_intervals(sound.frames());
            let mut steps = [Some(of(&(1.0, steps.0))), steps.1.as_ref().map(of)].into_iter();
            steps.all(|read| read.is_none_or(|read| playing.source.hold(index, read).is_some()))
        });
        if is_at_hand {
            (self.has_begun, self.missing_s) = (true, None);
            return;
        }
        let missing_s = Some(self.place_s);
        if before.has_begun {
            *self = before;
            if let Some(sound) = sounds.get(index) {
                // At a frame what comes next is read; just before it, what is at hand.
                let place = on_grid(self.place_s / sound.hop_s);
                let is_forward = before.step.to_s > before.step.from_s;
                let back = if is_forward && libm::rint(place) == place {
                    BEFORE_FRAME
                } else {
                    0.0
                };
                self.run_s -= back * sound.hop_s;
                self.place_s -= back * sound.hop_s;
            }
            (self.step.from_s, self.step.to_s) = (self.place_s, self.place_s);
        }
        self.missing_s = missing_s;
    }

    /// The step of the segment in frames; and, shortly before a loop's end, the share and the step of what fades in.
    fn steps(
        &self,
        sound: &RecordedSound,
        playing: &PlayContext,
        is_onset: bool,
    ) -> (FrameStep, Option<(f64, FrameStep)>) {
        let PlayContext {
            settings, seconds, ..
        } = *playing;
        let PlayerStep { from_s, to_s } = self.step;
        let frame_step = |from_s: f64, to_s: f64, is_onset: bool| FrameStep {
            from: on_grid(from_s / sound.hop_s).clamp(0.0, sound.last_frame),
            to: on_grid(to_s / sound.hop_s).clamp(0.0, sound.last_frame),
            seconds,
            is_onset,
            is_over: !(0.0..=sound.end_s + NEAR_S).contains(&to_s),
        };
        let fade = settings.loop_of(sound).and_then(|of| of.fade_at(to_s));
        let fading = fade.map(|(share, length_s)| {
            (share, frame_step(from_s - length_s, to_s - length_s, false))
        });
        (frame_step(from_s, to_s, is_onset), fading)
    }

    /// Writes what the recording is at the end of the segment; nothing where it is not at hand.
    fn write(
        &mut self,
        index: usize,
        playing: &PlayContext,
        is_onset: bool,
        frame: &mut RecordedFrame,
        crossfade: &mut RecordedFrame,
    ) {
        let PlayContext {
            level,
            source,
            settings,
            ..
        } = *playing;
        let Some(sound) = source.recordings.sounds().get(index) else {
            return;
        };
        let (step, fading) = self.steps(sound, playing, is_onset);
        frame.slots = sound.slots;
        let held = source.hold(index, step.read_intervals(sound.frames()));
        let Some(rows) = held.as_ref().and_then(HeldRows::rows) else {
            frame.silence(sound.slot_count);
            self.slot_state = TrackSlotState::NONE;
            self.crossfade = TrackSlotState::NONE;
            return;
        };
        let to_s = self.step.to_s;
        let pitch = settings.fundamental_hz / sound.root_hz;
        let octaves = formant_octaves(pitch, settings.keep_formants, settings.formant_octaves);
        let formants = FormantMove::at(&rows, to_s, octaves);
        let of = (&rows, sound.root_hz, formants.as_ref());
        frame.go(level, of, &mut self.slot_state, &step);
        let Some((share, step)) = fading else {
            self.crossfade = TrackSlotState::NONE;
            return;
        };
        let held = source.hold(index, step.read_intervals(sound.frames()));
        let Some(rows) = held.as_ref().and_then(HeldRows::rows) else {
            self.crossfade = TrackSlotState::NONE;
            return;
        };
        let of = (&rows, sound.root_hz, formants.as_ref());
        crossfade.slots = sound.slots;
        crossfade.go(level, of, &mut self.crossfade, &step);
        frame.mix(level, crossfade, share as f32, Mixture::Passing);
    }

    /// Moves the place on by a segment.
    fn step(
        &mut self,
        sound: &RecordedSound,
        settings: &PlayerSettings,
        seconds: f64,
        is_onset: bool,
    ) {
        let offset_s = settings.position * sound.end_s;
        let before_s = self.place_s;
        let led_to_s = |from_s| sound.warp.moved(from_s, settings.speed, seconds);
        let moved_s = led_to_s(self.run_s + offset_s) - (self.run_s + offset_s);
        self.run_s += moved_s;
        let mut is_wrapped = false;
        if let Some(of) = settings.loop_of(sound) {
            let place_s = self.run_s + offset_s;
            let length_s = of.end_s - of.start_s;
            let is_forward = settings.speed >= 0.0;
            if is_forward && place_s >= of.end_s {
                self.run_s -= length_s * libm::floor((place_s - of.start_s) / length_s);
                // What has faded in is what sounds now.
                self.slot_state = std::mem::replace(&mut self.crossfade, TrackSlotState::NONE);
                is_wrapped = true;
            } else if !is_forward && place_s < of.start_s {
                self.run_s += length_s * libm::ceil((of.start_s - place_s) / length_s);
                is_wrapped = true;
            }
        }
        // It does not run away past the ends, so that it comes back at once.
        let (low, high) = (
            -offset_s.max(0.0) - 1.0,
            sound.end_s - offset_s.min(0.0) + 1.0,
        );
        self.run_s = self.run_s.clamp(low, high);
        self.place_s = self.run_s + offset_s;
        let led_from_s = self.place_s - moved_s;
        let is_jump = is_onset || is_wrapped || (before_s - led_from_s).abs() > JUMP_S;
        self.step = PlayerStep {
            from_s: if is_jump { led_from_s } else { before_s },
            to_s: self.place_s,
        };
    }
}

impl PlayedLoop {
    /// How much of what comes before its start is heard at a place, 0 to 1, and how far before the place that is,
    /// seconds.
    fn fade_at(&self, place_s: f64) -> Option<(f64, f64)> {
        let since_s = place_s - (self.end_s - self.crossfade_s);
        let is_in = since_s > 0.0 && place_s < self.end_s;
        is_in.then(|| (since_s / self.crossfade_s, self.end_s - self.start_s))
    }
}

/// A place in frames: the frame itself where it is as good as there, so that what begins there does so in time.
fn on_grid(place: f64) -> f64 {
    let nearest = libm::rint(place);
    match (place - nearest).abs() < 1e-6 {
        true => nearest,
        false => place,
    }
}
