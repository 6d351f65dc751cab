//! What each partial of a voice gets from a source of modulation.

use super::super::channel::Channels;
use super::super::modulation::fan::{PartialInput, PartialRoutes};
use super::super::modulation::modulators::{Modulators, SharedModulators};
use super::super::modulation::note::Note;
use super::super::modulation::{ModulationSource, Moment, SourceValues};
use super::super::partials::fan::set_values;
use super::super::partials::source::Source;
use super::super::partials::stages::Stages;
use super::super::partials::{Arrays, Context, Frame};
use super::super::patch::{Patch, Values};
use super::super::snapshot::FanSnapshot;
use super::super::tick::Tick;
use super::{PatchArrays, at_rest, context};

/// Sample rate where no voice sounds.
const SAMPLE_RATE_HZ: f64 = 48_000.0;
/// Frames in a block where no voice sounds.
const BLOCK_FRAMES: usize = 64;
/// Middle C, which no source tells from others where no voice sounds.
const KEY: u8 = 60;

/// What each partial of the patch gets from the source at `place` of
/// [`ROUTE_SOURCE_LABELS`](crate::synth::parameter::ROUTE_SOURCE_LABELS), partial 1 first: in the voice of
/// `fan`, or at the onset of a note where none sounds. Empty for "Off", and for a place that there is
/// not.
pub fn fan_values(patch: &Patch, fan: Option<&FanSnapshot>, place: usize) -> Vec<f32> {
    let source = place.checked_sub(1);
    let Some(&source) = source.and_then(|place| ModulationSource::ROUTED.get(place)) else {
        return Vec::new();
    };
    let mut tick = Tick::new(SAMPLE_RATE_HZ, BLOCK_FRAMES);
    tick.set_patch(patch);
    let fan = fan.copied().unwrap_or_else(|| at_onset(&tick.values));
    tick.block_frames = fan.block_frames;
    let mut sources = SourceValues::new(Moment {
        tick: &tick,
        shared: &fan.shared,
        at: fan.block_frames,
        channel: &fan.channel,
        note: &fan.note,
        modulators: &fan.modulators,
    });
    let mut routes = PartialRoutes::NONE;
    let input = routes.input(source, &mut sources);
    let own = PatchArrays::of(&tick.values, patch);
    each_partial(&tick.values, &own, &routes, input)
}

/// The fan as a note begins.
fn at_onset(values: &Values) -> FanSnapshot {
    let shared = SharedModulators::new(values, SAMPLE_RATE_HZ);
    FanSnapshot {
        modulators: Modulators::begin(&shared, 0, 0, 0),
        shared,
        note: Note::new(0, KEY, 1.0, 0),
        channel: *Channels::default().controls(values).of(0),
        block_frames: 0,
    }
}

/// An input's value for each partial at rest.
fn each_partial(
    values: &Values,
    own: &PatchArrays,
    routes: &PartialRoutes,
    input: PartialInput,
) -> Vec<f32> {
    let at_rest_context = context(own);
    let mut frame = Frame::allocate();
    at_rest(values, |values| {
        let source = Source::read(values, &at_rest_context);
        frame.resize(source.count());
        source.fill(Arrays::SOURCE, &at_rest_context, &mut frame);
        let stages = Stages {
            unison: None,
            ..Stages::read(values, &at_rest_context)
        };
        stages.run(Arrays::RATIO, &at_rest_context, &mut frame);
    });
    let context = Context {
        routes,
        ..at_rest_context
    };
    frame.place_in_fans(&context);
    let mut each = vec![0.0; frame.copy_len()];
    set_values(input, &context, &frame, &mut each);
    each.truncate(frame.count());
    each
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dsp::lfo::LfoShape;
    use crate::synth::display::lfo_value;
    use crate::synth::display::tests::played;
    use crate::synth::parameter::{LfoCourse, LfoParams, Param, ROUTE_SOURCE_LABELS, RouteParams};

    fn place_of(name: &str) -> usize {
        let labels = ROUTE_SOURCE_LABELS.iter();
        labels
            .clone()
            .position(|label| *label == name)
            .expect("a source")
    }

    /// LFO 2 is 0.9 cycles ahead from the first partial to the last, by number.
    fn patch() -> Patch {
        let lfo = LfoParams::of(2);
        let route = RouteParams::of(1);
        let mut patch = Patch::default();
        for (param, plain) in [
            (Param::PARTIALS, 64.0),
            (lfo.shape, LfoCourse::Shape(LfoShape::Saw).index() as f32),
            (lfo.rate, 0.3),
            (lfo.fan_phase, 0.9),
            (lfo.fan_order, 1.0),
            (route.from, place_of("LFO 2") as f32),
            (route.to, 5.0),
            (route.depth, 0.5),
        ] {
            patch.set(param, plain);
        }
        patch
    }

    #[test]
    fn at_rest_each_partial_stands_where_its_place_in_the_fan_is() {
        let patch = patch();
        let each = fan_values(&patch, None, place_of("LFO 2"));
        assert_eq!(each.len(), 64);
        let values = Values::new(&patch);
        for (n, value) in (1..).zip(&each) {
            let place = f64::from(n).log2() / 6.0;
            let expected = lfo_value(&values, 2, 0.9 * place);
            assert!((value - expected).abs() < 1e-4, "{n}: {value} {expected}");
        }
        // What does not differ between partials is one level line.
        let each = fan_values(&patch, None, place_of("Velocity"));
        assert_eq!(each, [1.0; 64]);
        assert!(fan_values(&patch, None, 0).is_empty());
        assert!(fan_values(&patch, None, ROUTE_SOURCE_LABELS.len()).is_empty());
    }

    #[test]
    fn in_a_voice_it_moves_with_the_voice() {
        let patch = patch();
        // A second, in which the LFO has run 0.3 cycles.
        let snapshot = played(&patch, 48_000);
        let each = fan_values(&patch, snapshot.fan.as_ref(), place_of("LFO 2"));
        let expected = lfo_value(&Values::new(&patch), 2, 0.3);
        assert!((each[0] - expected).abs() < 2e-3, "{} {expected}", each[0]);
        // The strip shows of the same instant what all partials would get without the fan.
        let sources = snapshot.sources().next().expect("a voice");
        assert_eq!(sources.values[place_of("LFO 2") - 1], each[0]);
        assert!(sources.values[place_of("Amp Envelope") - 1] > 0.9);
        assert_eq!(sources.values[place_of("LFO 3") - 1], 0.0);
    }
}
