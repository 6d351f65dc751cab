//! From the patch, the controllers, the note and what moves it to the values of one segment.

use super::Voice;
use super::segments::Segment;
use crate::dsp::maths::{gain_from_db, ratio_from_semitones};
use crate::synth::channel::Control;
use crate::synth::modulation::curves::CurveId;
use crate::synth::modulation::fan::PartialRoutes;
use crate::synth::modulation::glide::{FannedGlide, Glide};
use crate::synth::modulation::modulators::{Modulators, SharedModulators};
use crate::synth::modulation::routes::RouteSet;
use crate::synth::modulation::{
    Destination, DestinationValues, ModulationSource, Moment, SourceSet, SourceValues, VoiceValues,
};
use crate::synth::parameter::Param;
use crate::synth::partials::motion::{Aftersound, Damping};
use crate::synth::snapshot::{FanSnapshot, SourcesSnapshot};
use crate::synth::tick::Tick;
use crate::synth::tuning::A4_HZ;

const FINE: Destination = Destination::of(Param::FINE);

impl Voice {
    /// What moves the voice, `at` frames into the block; `modulators` are there already, and `shared` is what
    /// the voice shares of them, with its own settings.
    pub(super) fn sources<'a>(
        &'a self,
        tick: &'a Tick,
        shared: &'a SharedModulators,
        channel: &'a Control,
        at: usize,
        modulators: &'a Modulators,
    ) -> SourceValues<'a> {
        SourceValues::new(Moment {
            tick,
            shared,
            at,
            channel,
            note: &self.control.note,
            modulators,
        })
    }

    /// The sources that move the voice, at the end of the current block.
    pub fn sources_snapshot(&self, slot: usize, tick: &Tick) -> SourcesSnapshot {
        let channel = tick.controls.of(self.control.note.channel);
        let shared = self.shared_modulators(tick);
        let modulators = &self.control.modulators;
        let mut sources = self.sources(tick, &shared, channel, tick.block_frames, modulators);
        let curves = &modulators.curves;
        let shared = &shared.curves;
        SourcesSnapshot {
            slot: slot as u16,
            curve_times: CurveId::ALL.map(|id| curves.time(id, shared, &self.control.note)),
            values: ModulationSource::ROUTED.map(|source| {
                // This one moves every voice, also without a route.
                let is_level = source == ModulationSource::AmpEnvelope;
                match is_level || self.control.active_sources.contains(source) {
                    true => sources.get(source),
                    false => 0.0,
                }
            }),
        }
    }

    /// What the partials stand apart in, at the end of the current block.
    pub fn fan_snapshot(&self, tick: &Tick) -> FanSnapshot {
        FanSnapshot {
            shared: self.shared_modulators(tick),
            modulators: self.control.modulators,
            note: self.control.note,
            channel: *tick.controls.of(self.control.note.channel),
            block_frames: tick.block_frames,
        }
    }

    /// The voice's values before any route.
    pub(super) fn base_values<'a>(&'a self, tick: &'a Tick) -> &'a DestinationValues {
        match self.control.has_offsets {
            true => &self.own.base,
            false => &tick.destinations,
        }
    }

    /// Lets some of the routes move the voice's values, which are there before any route.
    pub(super) fn modulate_values(
        &self,
        tick: &Tick,
        channel: &Control,
        sources: &mut SourceValues,
        routes: RouteSet,
        own: &mut DestinationValues,
    ) {
        own[Destination::PAN] = self.control.note.expression.pan + channel.pan;
        tick.routes.apply(routes, sources, own);
    }

    /// Takes the voice's values, which are there before any route, to the end of a segment, `at` frames
    /// into the block, and writes what moves its single partials there.
    #[inline(always)]
    pub(super) fn move_values(
        &self,
        tick: &Tick,
        segment: &Segment,
        at: usize,
        own: &mut DestinationValues,
        partial_routes: &mut PartialRoutes,
    ) {
        let routes = self.control.active_routes;
        let Segment {
            shared, channel, ..
        } = *segment;
        let mut sources = self.sources(tick, shared, channel, at, &self.control.modulators);
        self.modulate_values(tick, channel, &mut sources, routes, own);
        let to_partials = routes.and(tick.routes.to_partials());
        tick.routes
            .apply_to_partials(to_partials, &mut sources, own, partial_routes);
        let glide = segment.glide.as_ref();
        if let Some(instant) = glide.and_then(|glide| FannedGlide::at(glide, self.age_s(tick))) {
            partial_routes.push_glide(instant);
        }
    }

    /// Lets the modulators run from the onset on, `at` frames into the block, as fast as routes make them.
    pub(super) fn begin_speeds(
        &mut self,
        tick: &Tick,
        shared: &SharedModulators,
        channel: &Control,
        at: usize,
    ) {
        let routes = self.control.active_routes.and(tick.routes.to_speeds());
        if !routes.is_empty() {
            let mut sources = self.sources(tick, shared, channel, at, &self.control.modulators);
            let mut own = *self.base_values(tick);
            self.modulate_values(tick, channel, &mut sources, routes, &mut own);
            self.move_speeds(tick, &own);
        }
    }

    /// Lets the modulators run on as fast as routes make them, now that the voice's values are `own`.
    #[inline(always)]
    pub(super) fn move_speeds(&mut self, tick: &Tick, own: &DestinationValues) {
        let routes = self.control.active_routes.and(tick.routes.to_speeds());
        let modulators = &mut self.control.modulators;
        if !routes.is_empty() || modulators.have_moved_speeds() {
            modulators.move_speeds(|clock| own[Destination::speed(clock)]);
        }
    }

    /// The fundamental `at` frames into the block and one and two blocks later, as far as it is known
    /// at the onset.
    pub(super) fn fundamentals_ahead_hz(
        &self,
        tick: &Tick,
        shared: &SharedModulators,
        channel: &Control,
        at: usize,
    ) -> [f64; 3] {
        let routes = self.control.active_routes.and(tick.routes.to_pitch());
        let mut modulators = self.control.modulators;
        let glide = self.glide(tick);
        [0, 1, 2].map(|blocks| {
            let at = at + blocks * tick.block_frames;
            let mut sources = self.sources(tick, shared, channel, at, &modulators);
            let mut own = *self.base_values(tick);
            self.modulate_values(tick, channel, &mut sources, routes, &mut own);
            let age_s = modulators.lfos.age_s(&tick.modulators.lfos);
            modulators.advance(shared, tick.block_frames);
            let to_go = glide.map_or(0.0, |glide| glide.semitones_left(age_s));
            self.fundamental_hz(tick, channel, &own, to_go)
        })
    }

    /// The fundamental that the key, bends, tuning, what a glide has left and the voice's values come to.
    pub(super) fn fundamental_hz(
        &self,
        tick: &Tick,
        channel: &Control,
        own: &DestinationValues,
        semitones_to_go: f64,
    ) -> f64 {
        let note = &self.control.note;
        let coarse = tick.values.get(Param::COARSE);
        let pitch = |bend: f32, of_note: f32| {
            let semitones = coarse + bend + channel.tuning_semitones + of_note;
            note.pitch + f64::from(semitones) + f64::from(own[FINE]) / 100.0 + semitones_to_go
        };
        let pitch = match tick.tuning.are_bends_semitones {
            true => pitch(channel.bend_semitones, note.expression.tuning_semitones),
            false => pitch(0.0, 0.0) + self.bent_in_scale(tick, channel),
        };
        A4_HZ * ratio_from_semitones(pitch - 69.0)
    }

    /// How far bends take the note from its key where some go by the steps of the scale, semitones.
    #[cold]
    #[inline(never)]
    fn bent_in_scale(&self, tick: &Tick, channel: &Control) -> f64 {
        let note = &self.control.note;
        tick.tuning.of(note.kept_tuning).bend(
            note.channel,
            note.key,
            f64::from(channel.bend_semitones),
            f64::from(note.expression.tuning_semitones),
        )
    }

    /// Its glide, if it has one.
    #[inline(always)]
    pub(super) fn glide(&self, tick: &Tick) -> Option<Glide> {
        match self.control.has_settings {
            false => Glide::read(|param| tick.values.get(param), &self.control.note),
            true => self.own_glide(tick),
        }
    }

    /// What its glide has left now, semitones.
    #[inline(always)]
    pub(super) fn semitones_to_go(&self, glide: &Option<Glide>, tick: &Tick) -> f64 {
        let glide = glide.as_ref();
        glide.map_or(0.0, |glide| glide.semitones_left(self.age_s(tick)))
    }

    /// The pitch that the glide has come to, semitones, 69 being 440 Hz.
    pub fn glided_pitch(&self, tick: &Tick) -> f64 {
        self.control.note.pitch + self.semitones_to_go(&self.glide(tick), tick)
    }

    /// How far bends and tunings take the note from its key that go with it: its channel's and its own,
    /// semitones.
    pub fn bent_semitones(&self, tick: &Tick) -> f64 {
        let note = &self.control.note;
        let own = f64::from(note.expression.tuning_semitones);
        tick.bent_semitones(note.channel, note.key, own, note.kept_tuning)
    }

    /// Seconds since the onset.
    pub fn age_s(&self, tick: &Tick) -> f64 {
        self.control.modulators.lfos.age_s(&tick.modulators.lfos)
    }

    /// Whether the note has come to its own pitch.
    #[inline(always)]
    pub(super) fn has_arrived(&self, tick: &Tick, glide: &Option<Glide>) -> bool {
        let glide = glide.as_ref();
        glide.is_none_or(|glide| glide.is_done(self.age_s(tick)))
    }

    /// How the partials die away.
    #[inline(always)]
    pub(super) fn damping(&self, values: &VoiceValues) -> Damping {
        Damping {
            b1: values.get(Param::DAMPING),
            b3: values.get(Param::DAMPING_BRIGHTNESS),
            release: match self.control.released {
                true => values.get(Param::RELEASE_DAMPING),
                false => 0.0,
            },
            aftersound: Aftersound {
                share: values.get(Param::AFTERSOUND),
                ratio: values.get(Param::AFTERSOUND_RATIO),
            },
        }
    }

    /// Linear gain of the voice, without the envelope.
    pub(super) fn gain(&self, channel: &Control, own: &DestinationValues) -> f32 {
        let expression = &self.control.note.expression;
        own[Destination::GAIN]
            * expression.volume
            * expression.expression
            * channel.gain
            * gain_from_db(own[Destination::LEVEL_DB])
    }

    /// Whether a source that moves anything may jump where its settings move.
    pub(super) fn has_jumping_sources(&self, shared: &SharedModulators) -> bool {
        let sources = self.control.active_sources.and(SourceSet::MOVING);
        sources.iter().any(|source| source.may_jump(shared))
    }

    /// Whether a source that moves anything jumps within the last `frames` frames of the block.
    #[inline(always)]
    pub(super) fn is_discontinuous(
        &self,
        shared: &SharedModulators,
        frames: usize,
        block_frames: usize,
    ) -> bool {
        let sources = self.control.active_sources.and(SourceSet::MOVING);
        let modulators = &self.control.modulators;
        sources
            .iter()
            .any(|source| source.jumps(shared, modulators, frames, block_frames))
    }
}
