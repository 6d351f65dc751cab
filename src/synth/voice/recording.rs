//! What a voice plays of recordings.

use super::segments::Span;
use super::{Voice, VoiceControl, VoiceState};
use crate::dsp::random::bits;
use crate::synth::modulation::VoiceValues;
use crate::synth::modulation::lfo::note_seed;
use crate::synth::parameter::Param;
use crate::synth::partials::motion::FundamentalPath;
use crate::synth::partials::recorded::{self, RecordedParts, RecordedShare};
use crate::synth::recordings::{
    PARTS, PlayContext, Player, PlayerSettings, RecordedFrame, RecordedFrames, Recordings, Residue,
    ResidueSettings,
};
use crate::synth::tick::Tick;
use crate::tracks::streaming::Need;

/// How loud transients and noise are in a segment.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RecordingLevels {
    end: ResidueSettings,
    /// Where the note begins.
    start: Option<ResidueSettings>,
}

/// What a voice plays of recordings.
#[derive(Clone, Copy, Debug)]
pub(super) struct VoiceRecording {
    /// One for each part of the bank.
    pub players: [Player; PARTS],
    residue: Residue,
    /// How much of the spectrum they are.
    pub share: RecordedShare,
}

impl VoiceRecording {
    pub fn begin(seed: u64) -> VoiceRecording {
        VoiceRecording {
            players: [Player::IDLE; PARTS],
            residue: Residue::begin(seed),
            share: RecordedShare {
                weights: [0.0; PARTS],
                are_played: [false; PARTS],
                is_all: false,
                only: None,
            },
        }
    }

    /// Whether it is over, and there is nothing beside it.
    fn has_ended(&self) -> bool {
        let parts = self.players.iter().zip(self.share.are_played);
        let have_ended = parts
            .filter(|(_, is_played)| *is_played)
            .all(|(player, _)| player.has_ended());
        self.share.is_all && have_ended && self.residue.is_silent()
    }
}

/// A segment for recordings to go on for.
#[derive(Clone, Copy)]
pub(super) struct RecordedSegment<'a> {
    pub path: &'a FundamentalPath,
    /// The linear gains of the voice, and of its envelope at the end.
    pub levels: (f32, f32),
    pub span: Span,
}

impl Voice {
    /// Whether the recordings that it plays are all there is, and over.
    #[inline(never)]
    #[cold]
    pub(super) fn recording_is_over(&self) -> bool {
        self.control.loudness.partials == 0 && self.recording.has_ended()
    }

    /// The recording that all partials are of, whose phases and gains they begin with.
    #[inline(never)]
    #[cold]
    pub(super) fn sounding_alone<'a>(
        &self,
        recorded: RecordedParts<'a>,
    ) -> Option<&'a RecordedFrame> {
        if self.partials.is_silenced() {
            return None;
        }
        self.recording.share.only.and_then(|part| recorded[part])
    }

    /// Lets the recordings that the values ask for go on for a segment. Returns what they give the spectrum, and
    /// whether `rest` still holds: that neither values nor recordings move, so that there is nothing new.
    #[inline(always)]
    pub(super) fn recorded_parts<'a>(
        &mut self,
        tick: &Tick,
        values: &VoiceValues,
        segment: RecordedSegment,
        rest: bool,
        frames: &'a mut RecordedFrames,
    ) -> (RecordedParts<'a>, bool) {
        let mut rest = rest;
        let mut parts = [None; PARTS];
        if !values.is_plain && recorded::is_played(values) {
            parts = self.play_recordings(tick, values, segment, &mut rest, frames);
        } else if !values.is_plain {
            self.control.plays_recording = false;
        }
        (parts, rest)
    }

    #[inline(never)]
    #[cold]
    fn play_recordings<'a>(
        &mut self,
        tick: &Tick,
        values: &VoiceValues,
        segment: RecordedSegment,
        rest: &mut bool,
        frames: &'a mut RecordedFrames,
    ) -> RecordedParts<'a> {
        let RecordedSegment {
            path,
            levels: (gain, amp),
            span,
        } = segment;
        let VoiceControl {
            level,
            note,
            released,
            ..
        } = self.control;
        if !self.control.plays_recording {
            let seed = tick.values.get(Param::SEED) as u64;
            let seed = bits(note_seed(seed, note.channel, note.key), note.serial);
            *self.recording.write() = VoiceRecording::begin(seed);
            self.control.plays_recording = true;
        }
        let settings = PlayerSettings::read(values, released, path.end_hz);
        let playing = PlayContext {
            level,
            source: tick.recording_source(),
            settings: &settings,
            seconds: span.frames as f64 / tick.sample_rate_hz,
        };
        let share = RecordedShare::read(values);
        let recording = self.recording.write();
        recording.share = share;
        *rest &= path.start_hz == path.end_hz && !self.partials.is_silenced();
        let players = &mut recording.players;
        let played = || (0..PARTS).filter(|&part| share.are_played[part]);
        for part in played() {
            *rest &= players[part].advance(part, &note, &playing);
        }
        let mut are_there = [false; PARTS];
        for part in played().filter(|_| !*rest) {
            are_there[part] = players[part].write(part, &playing, frames);
        }
        self.control.recording_levels = RecordingLevels {
            end: ResidueSettings::read(values, gain * amp),
            start: span
                .start_level
                .map(|amp| ResidueSettings::read(values, gain * amp)),
        };
        let frames = &*frames;
        std::array::from_fn(|part| are_there[part].then_some(&frames.parts[part]))
    }

    /// The players that play.
    fn playing(&self) -> impl Iterator<Item = &Player> {
        let is_playing = matches!(self.state, VoiceState::Sounding | VoiceState::Fading);
        let plays = is_playing && self.control.plays_recording;
        let recording = plays.then_some(&*self.recording);
        recording.into_iter().flat_map(|recording| {
            let players = recording.players.iter().zip(recording.share.are_played);
            players.filter_map(|(player, is_played)| is_played.then_some(player))
        })
    }

    /// Says which frames of which recordings it needs now, or which soon, from the nearest to the farthest.
    pub(crate) fn want_recordings(
        &self,
        recordings: &Recordings,
        need: Need,
        want: &mut impl FnMut(usize, (u32, u32)),
    ) {
        let is_playing = matches!(self.state, VoiceState::Sounding | VoiceState::Fading);
        if need == Need::Now && is_playing && self.control.plays_recording {
            let residue = &self.recording.residue;
            residue.want(recordings, &mut |index, frame| want(index, (frame, frame)));
        }
        for player in self.playing() {
            player.want(recordings, need, want);
        }
    }

    /// How many of its places in recordings stand still because something was not at hand.
    pub(crate) fn late_recordings(&self) -> usize {
        self.playing().map(Player::late).sum()
    }

    /// Adds what of its recordings is no partial.
    #[inline(never)]
    #[cold]
    pub(super) fn render_residue(&mut self, tick: &Tick, left: &mut [f32], right: &mut [f32]) {
        let RecordingLevels { end, start } = self.control.recording_levels;
        let VoiceRecording {
            players,
            residue,
            share,
        } = self.recording.write();
        let carriers = &*tick.noise_carriers;
        let of = (tick.recording_source(), carriers, tick.sample_rate_hz);
        residue.render(
            self.control.level,
            of,
            players,
            &share.weights,
            (end, start),
            left,
            right,
        );
    }
}
