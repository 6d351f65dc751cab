//! Where in a recording a voice is.
//!
//! The place moves by the speed, and the parameter Position is added to it. A loop takes the place back by its
//! length whenever it has come to its end.
//!
//! Slowed down, a recording is not stretched evenly: from 3 ms before to 25 ms after each onset it goes by as it was
//! recorded, so that attacks stay short, and the rest up to the next onset is stretched the more, so that
//! onsets come when they would come without that (`resynthesis.md` in the design; Röbel 2003, DAFx-03, keeps transients for
//! the same reason). Faster than recorded, and backwards, everything goes by evenly.

use super::frame::{Head, RecordedFrame, Way};
use super::{LoopMode, RecordedSound, Recordings};
use crate::dsp::simd_level::SimdLevel;
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::note::Note;
use crate::synth::parameter::Param;

/// How much of a recording before and after an onset is never stretched, seconds.
const KEPT_S: (f64, f64) = (0.003, 0.025);
/// A place farther than this from where the speed leads is a jump, seconds.
const JUMP_S: f64 = 0.05;
/// Sums of segments are off by less.
const NEAR_S: f64 = 1e-9;
/// So often speed changes within a segment at most: in a segment there are no more onsets.
const MOST_PIECES: usize = 8;

/// What moves the place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayerSettings {
    /// Seconds of the recording for each second.
    pub speed: f64,
    /// What is added to the place, parts of the duration.
    pub position: f64,
    /// Whether the loop is repeated.
    pub loops: bool,
}

impl PlayerSettings {
    /// As the values say of a note that is `released` or not.
    pub fn read(values: &VoiceValues, released: bool) -> PlayerSettings {
        let speed = f64::from(values.get(Param::RECORDING_SPEED));
        let loops = match LoopMode::from_index(values.index(Param::RECORDING_LOOP)) {
            LoopMode::Off => false,
            LoopMode::WhileHeld => !released,
            LoopMode::Always => true,
        };
        PlayerSettings {
            speed: speed * (1.0 - f64::from(values.get(Param::FREEZE))).clamp(0.0, 1.0),
            position: f64::from(values.get(Param::RECORDING_POSITION)),
            loops,
        }
    }
}

/// A voice's place in a recording.
#[derive(Clone, Copy, Debug)]
pub struct Player {
    /// The recording that it has begun with: the bank's, and its place in there.
    sound: Option<(u64, usize)>,
    /// Where the speed has led to, seconds.
    run_s: f64,
    /// Where it is, seconds.
    place_s: f64,
    head: Head,
    /// Segments since the onset.
    segments: u64,
    has_ended: bool,
}

/// The way of one segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayerStep {
    /// From here, seconds.
    pub from_s: f64,
    /// To here, seconds.
    pub to_s: f64,
    /// Whether it is the first of the note.
    pub is_onset: bool,
}

impl Player {
    /// One that has not begun.
    pub const IDLE: Player = Player {
        sound: None,
        run_s: 0.0,
        place_s: 0.0,
        head: Head::NONE,
        segments: 0,
        has_ended: false,
    };

    /// Whether it has begun.
    pub fn is_active(&self) -> bool {
        self.sound.is_some()
    }

    /// Whether the recording is over and will not go on by itself.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Where it is in its recording, seconds; `None` if it plays none.
    pub fn place_s(&self) -> Option<f64> {
        self.sound.map(|_| self.place_s)
    }

    /// Goes on for a segment of `seconds`, and writes what the spectrum is at its end. Returns the recording and
    /// the way in it; `None` where there is nothing to play.
    pub fn play<'a>(
        &mut self,
        level: SimdLevel,
        recordings: &'a Recordings,
        settings: &PlayerSettings,
        note: &Note,
        seconds: f64,
        frame: &mut RecordedFrame,
    ) -> Option<(&'a RecordedSound, PlayerStep)> {
        self.segments += 1;
        let version = self.segments;
        let is_onset = self.segments == 1;
        let chosen = recordings.choose(note.key, note.velocity);
        let Some(index) = chosen else {
            frame.silence(frame.count(), version);
            *self = Player { segments: version, ..Player::IDLE };
            return None;
        };
        let key = (recordings.id(), index);
        let is_other = self.sound != Some(key);
        if is_other && self.sound.is_some() {
            // What sounds is of another bank: its partials fade out over this segment.
            let (run_s, place_s) = (self.run_s, self.place_s);
            frame.silence(frame.count(), version);
            *self = Player { segments: version, run_s, place_s, ..Player::IDLE };
            self.sound = Some(key);
            return None;
        }
        let (sound, rows) = (recordings.sound(index)?, recordings.rows(index)?);
        self.sound = Some(key);
        let step = self.step(sound, settings, seconds, is_onset);
        let place = |place_s: f64| on_grid(place_s / sound.hop_s).clamp(0.0, sound.last_frame);
        let way = Way {
            from: place(step.from_s),
            to: place(step.to_s),
            seconds,
            is_onset,
            is_over: !(0.0..=sound.end_s + NEAR_S).contains(&step.to_s),
        };
        frame.go(level, &rows, &mut self.head, &way, sound.root_hz, version);
        let is_past = match settings.speed >= 0.0 {
            true => step.to_s >= sound.end_s,
            false => step.to_s <= 0.0,
        };
        self.has_ended = is_past && !settings.loops_in(sound) && settings.speed != 0.0;
        Some((sound, step))
    }

    /// Moves the place on by a segment.
    fn step(
        &mut self,
        sound: &RecordedSound,
        settings: &PlayerSettings,
        seconds: f64,
        is_onset: bool,
    ) -> PlayerStep {
        let offset_s = settings.position * sound.end_s;
        let (before_s, run_before_s) = (self.place_s, self.run_s);
        let moved_s = sound.moved_s(run_before_s + offset_s, settings.speed, seconds);
        self.run_s = run_before_s + moved_s;
        if let Some((start_s, end_s)) = settings.loop_of(sound) {
            let place_s = self.run_s + offset_s;
            let length_s = end_s - start_s;
            let is_forward = settings.speed >= 0.0;
            if is_forward && place_s >= end_s {
                let over = libm::floor((place_s - start_s) / length_s);
                self.run_s -= over * length_s;
            } else if !is_forward && place_s < start_s {
                let under = libm::ceil((start_s - place_s) / length_s);
                self.run_s += under * length_s;
            }
        }
        // It does not run away past the ends, so that it comes back at once.
        let (low, high) = (-offset_s.max(0.0) - 1.0, sound.end_s - offset_s.min(0.0) + 1.0);
        self.run_s = self.run_s.clamp(low, high);
        self.place_s = self.run_s + offset_s;
        let led_from_s = self.place_s - moved_s;
        let is_jump = is_onset || (before_s - led_from_s).abs() > JUMP_S;
        PlayerStep {
            from_s: if is_jump { led_from_s } else { before_s },
            to_s: self.place_s,
            is_onset,
        }
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

impl PlayerSettings {
    fn loop_of(&self, sound: &RecordedSound) -> Option<(f64, f64)> {
        sound.sustain_loop_s.filter(|_| self.loops)
    }

    fn loops_in(&self, sound: &RecordedSound) -> bool {
        self.loop_of(sound).is_some()
    }
}

impl RecordedSound {
    /// How far a place moves in so many seconds, seconds.
    fn moved_s(&self, place_s: f64, speed: f64, seconds: f64) -> f64 {
        if !(0.0..1.0).contains(&speed) || speed == 0.0 || self.onsets_s.is_empty() {
            return speed * seconds;
        }
        let (mut at_s, mut rest_s) = (place_s, seconds);
        for _ in 0..MOST_PIECES {
            let (piece_speed, end_s) = self.piece(at_s, speed);
            let to_go_s = (end_s - at_s) / piece_speed;
            if to_go_s >= rest_s {
                break;
            }
            rest_s -= to_go_s;
            at_s = end_s;
        }
        let (piece_speed, _) = self.piece(at_s, speed);
        at_s + piece_speed * rest_s - place_s
    }

    /// The speed at a place when the recording is slowed down to `speed`, and where it changes next.
    fn piece(&self, place_s: f64, speed: f64) -> (f64, f64) {
        let (lead_s, tail_s) = KEPT_S;
        // The next onset whose part begins later.
        let next = self.onsets_s.partition_point(|onset_s| onset_s - lead_s <= place_s);
        let next_start_s = self.onsets_s.get(next).map(|onset_s| onset_s - lead_s);
        let Some(onset_s) = next.checked_sub(1).map(|last| self.onsets_s[last]) else {
            return (speed, next_start_s.unwrap_or(f64::INFINITY));
        };
        let kept_until_s = onset_s + tail_s;
        let gap_end_s = next_start_s.unwrap_or(self.end_s.max(kept_until_s));
        if place_s < kept_until_s {
            return (1.0, kept_until_s.min(gap_end_s));
        }
        // The rest makes up for what was not stretched.
        let (gap_s, kept_s) = (gap_end_s - (onset_s - lead_s), lead_s + tail_s);
        let rest_speed = (gap_s - kept_s) / (gap_s / speed - kept_s);
        match place_s < gap_end_s {
            true => (rest_speed.min(speed), gap_end_s),
            false => (speed, f64::INFINITY),
        }
    }
}
