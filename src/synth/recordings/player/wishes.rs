//! What a voice needs of recordings that are read while they are played.

use super::playhead::Playhead;
use super::{Player, PlayerSettings};
use crate::synth::recordings::{PlayedLoop, RecordedSound, Recordings};
use crate::tracks::streaming::Need;

/// Segments that Position is expected to move on for.
const MOST_STEPS: f64 = 100.0;
/// Pieces are asked for so long before they are needed, seconds.
const AHEAD_S: f64 = 0.25;
/// Frames around a place that a step there may read.
const AROUND_FRAMES: u32 = 9;

impl Player {
    /// Says which frames of which recordings it needs now, or which soon, from the nearest to the farthest.
    pub fn want(
        &self,
        recordings: &Recordings,
        need: Need,
        want: &mut impl FnMut(usize, (u32, u32)),
    ) {
        let Some(settings) = &self.settings else {
            return;
        };
        for (index, playhead) in self.sounding() {
            if let Some(sound) = recordings.sounds().get(index) {
                playhead.want(sound, settings, need, &mut |frames| want(index, frames));
            }
        }
    }

    /// How many of its places stand still because something was not at hand.
    pub fn late(&self) -> usize {
        let places = self.sounding();
        places
            .filter(|(_, playhead)| playhead.missing_s.is_some())
            .count()
    }

    /// Numbers of the recordings that it plays, and its places in them.
    fn sounding(&self) -> impl Iterator<Item = (usize, &Playhead)> {
        let parts = self.playing.map(|(_, sounds)| sounds.parts());
        let places = parts.into_iter().flatten().zip(&self.playheads);
        places.filter_map(|(part, playhead)| part.map(|(index, _)| (index, playhead)))
    }
}

impl Playhead {
    fn want(
        &self,
        sound: &RecordedSound,
        settings: &PlayerSettings,
        need: Need,
        want: &mut impl FnMut((u32, u32)),
    ) {
        let mut wishes = Wishes {
            sound,
            sustain_loop: settings.loop_of(sound),
            want,
        };
        match need {
            Need::Now => self.want_now(&mut wishes),
            Need::Soon => self.want_soon(settings, &mut wishes),
        }
    }

    fn want_now(&self, wishes: &mut Wishes<'_, impl FnMut((u32, u32))>) {
        wishes.want_between(self.place_s, self.place_s);
        if let Some(missing_s) = self.missing_s {
            wishes.want_between(missing_s, missing_s);
        }
    }

    fn want_soon(
        &self,
        settings: &PlayerSettings,
        wishes: &mut Wishes<'_, impl FnMut((u32, u32))>,
    ) {
        let place_s = self.missing_s.unwrap_or(self.place_s);
        let ahead_s = AHEAD_S * greatest_speed(settings.speed);
        let end_s = place_s + ahead_s;
        if ahead_s != 0.0 {
            wishes.want_between(place_s, end_s);
        }
        if let Some(of) = wishes.sustain_loop {
            if settings.speed > 0.0 && end_s > of.end_s {
                let length_s = of.end_s - of.start_s;
                let again_s = (end_s - length_s).min(of.end_s).max(of.start_s);
                wishes.want_between(of.start_s, again_s);
            } else if settings.speed < 0.0 && end_s < of.start_s {
                wishes.want_between(of.end_s, of.end_s + ahead_s);
            }
        }
        // What moves the place beside the speed goes on as in the last segment.
        let beside_s = self.step.to_s - self.step.from_s;
        if settings.position != 0.0 && beside_s != 0.0 {
            wishes.want_between(self.place_s, self.place_s + MOST_STEPS * beside_s);
        }
    }
}

/// The greatest speed that a place has on its way, where the recording is played at `speed`: the warp goes through
/// attacks at the speed of the recording, and makes up for it.
fn greatest_speed(speed: f64) -> f64 {
    match speed.abs() {
        0.0 => 0.0,
        1.0 => speed,
        amount => speed + speed.signum() * amount.max(1.0),
    }
}

/// What is needed of a recording.
struct Wishes<'a, W> {
    sound: &'a RecordedSound,
    sustain_loop: Option<PlayedLoop>,
    want: &'a mut W,
}

impl<W: FnMut((u32, u32))> Wishes<'_, W> {
    /// What is between two places, and with what is shortly before a loop's end what fades in there.
    fn want_between(&mut self, from_s: f64, to_s: f64) {
        self.want_frames(from_s, to_s);
        let Some(of) = self.sustain_loop else {
            return;
        };
        let (begin_s, end_s) = (of.end_s - of.crossfade_s, of.end_s);
        if from_s.max(to_s) >= begin_s && from_s.min(to_s) <= end_s {
            let length_s = of.end_s - of.start_s;
            let faded_s = |place_s: f64| place_s.clamp(begin_s, end_s) - length_s;
            self.want_frames(faded_s(from_s), faded_s(to_s));
        }
    }

    fn want_frames(&mut self, from_s: f64, to_s: f64) {
        let sound = self.sound;
        let frame = |place_s: f64| (place_s / sound.hop_s).clamp(0.0, sound.last_frame) as u32;
        let below = |place_s: f64| frame(place_s).saturating_sub(AROUND_FRAMES);
        let above = |place_s: f64| (frame(place_s) + AROUND_FRAMES).min(sound.last_frame as u32);
        (self.want)(match from_s <= to_s {
            true => (below(from_s), above(to_s)),
            false => (above(from_s), below(to_s)),
        });
    }
}
