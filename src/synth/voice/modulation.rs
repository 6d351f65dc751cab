//! From the patch, the controllers, the note and what moves it to the values of one segment.

use super::Voice;
use crate::dsp::maths::{gain_from_db, ratio_from_semitones};
use crate::synth::channel::Control;
use crate::synth::modulation::modulators::Modulators;
use crate::synth::modulation::routes::RouteSet;
use crate::synth::modulation::{
    Destination, DestinationValues, ModulationSource, Moment, SourceValues,
};
use crate::synth::parameter::Param;
use crate::synth::tick::Tick;

const FINE: Destination = Destination::of(Param::FINE);

/// Concert pitch: key 69.
const A4_HZ: f64 = 440.0;

impl Voice {
    /// The voice's values `at` frames into the block, by some of the routes; `modulators` are there
    /// already.
    fn modulated(
        &self,
        tick: &Tick,
        channel: &Control,
        at: usize,
        modulators: &Modulators,
        routes: RouteSet,
    ) -> DestinationValues {
        let mut own = if self.control.has_offsets {
            self.own.base
        } else {
            tick.destinations
        };
        own[Destination::PAN] = self.control.note.expression.pan + channel.pan;
        let mut sources = SourceValues::new(Moment {
            tick,
            at,
            channel,
            note: &self.control.note,
            modulators,
        });
        tick.routes.apply(routes, &mut sources, &mut own);
        own
    }

    /// The voice's values at the end of a segment, `at` frames into the block.
    pub(super) fn segment_values(
        &self,
        tick: &Tick,
        channel: &Control,
        at: usize,
    ) -> DestinationValues {
        let routes = self.control.active_routes;
        self.modulated(tick, channel, at, &self.control.modulators, routes)
    }

    /// The fundamental `at` frames into the block and one and two blocks later, as far as it is known
    /// at the onset.
    pub(super) fn fundamentals_ahead_hz(
        &self,
        tick: &Tick,
        channel: &Control,
        at: usize,
    ) -> [f64; 3] {
        let routes = self.control.active_routes.and(tick.routes.to_pitch());
        let mut modulators = self.control.modulators;
        [0, 1, 2].map(|blocks| {
            let at = at + blocks * tick.block_frames;
            let own = self.modulated(tick, channel, at, &modulators, routes);
            modulators.advance(&tick.modulators, tick.block_frames);
            self.fundamental_hz(tick, channel, &own)
        })
    }

    /// The fundamental that the key, bends, tuning and the voice's values come to.
    pub(super) fn fundamental_hz(
        &self,
        tick: &Tick,
        channel: &Control,
        own: &DestinationValues,
    ) -> f64 {
        let semitones = tick.values.get(Param::COARSE)
            + channel.bend_semitones
            + channel.tuning_semitones
            + self.control.note.expression.tuning_semitones;
        let key =
            f64::from(self.control.note.key) + f64::from(semitones) + f64::from(own[FINE]) / 100.0;
        A4_HZ * ratio_from_semitones(key - 69.0)
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

    /// Whether a source that moves anything jumps within the last `frames` frames of the block.
    pub(super) fn is_discontinuous(&self, tick: &Tick, frames: usize) -> bool {
        let active = self.control.active_routes;
        ModulationSource::ALL.iter().any(|source| {
            source.jumps(tick, &self.control.modulators, frames)
                && tick.routes.sources(active).contains(*source)
        })
    }
}
