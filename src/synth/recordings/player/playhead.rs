//! A place in one recording: how it moves, and what sounds there.

use super::{PlayContext, PlayerSettings, PlayerStep};
use crate::synth::recordings::formants::{FormantMove, formant_octaves};
use crate::synth::recordings::frame::{
    FrameStep, Mixture, PlayedRows, RecordedFrame, TrackSlotState,
};
use crate::synth::recordings::source::HeldRows;
use crate::synth::recordings::{PlayedLoop, RecordedSound};

/// A place farther than this from where the speed leads is a jump, seconds.
const JUMP_S: f64 = 0.05;
/// Sums of segments are off by less, seconds.
const NEAR_S: f64 = 1e-9;
/// A place just before a frame is before it by this part of the distance of frames.
const BEFORE_FRAME: f64 = 1e-4;

/// A place in one recording.
#[derive(Clone, Copy, Debug)]
pub(super) struct Playhead {
    /// Where the speed has led to, seconds.
    pub(super) run_s: f64,
    /// Where it is, seconds.
    pub(super) place_s: f64,
    pub(super) slot_state: TrackSlotState,
    /// The slots of what fades in before a loop's end.
    pub(super) crossfade: TrackSlotState,
    pub(super) step: PlayerStep,
    /// Whether what it needs was at hand in any segment so far.
    pub(super) has_begun: bool,
    /// Where it would be if what it needs there were at hand, seconds.
    pub(super) missing_s: Option<f64>,
}

impl Playhead {
    /// One that has not begun.
    pub(super) const START: Playhead = Playhead {
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
    pub(super) fn forgotten(self) -> Playhead {
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
    pub(super) fn is_still(&self) -> bool {
        self.step.from_s == self.step.to_s && self.missing_s.is_none()
    }

    /// Goes on for a segment. Returns whether the recording is over.
    pub(super) fn advance(&mut self, index: usize, playing: &PlayContext, is_onset: bool) -> bool {
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
    pub(super) fn write(
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
        let played = PlayedRows {
            rows: &rows,
            sound: (source.recordings.id(), index),
            root_hz: sound.root_hz,
            formants: formants.as_ref(),
        };
        frame.go(level, played, &mut self.slot_state, &step);
        let Some((share, step)) = fading else {
            self.crossfade = TrackSlotState::NONE;
            return;
        };
        let held = source.hold(index, step.read_intervals(sound.frames()));
        let Some(rows) = held.as_ref().and_then(HeldRows::rows) else {
            self.crossfade = TrackSlotState::NONE;
            return;
        };
        let played = PlayedRows {
            rows: &rows,
            ..played
        };
        crossfade.slots = sound.slots;
        crossfade.go(level, played, &mut self.crossfade, &step);
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
