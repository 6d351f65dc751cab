//! What holds for any patch, any events, any rate.

mod performance;

use aliquot::synth::{
    Config, Engine, Event, NoteAddress, NoteExpression, Param, Patch, Transport, block_frames,
};
use proptest::prelude::*;

fn patch() -> impl Strategy<Value = Patch> {
    // Ends are as likely as middles: that is where things break.
    let value = prop_oneof![3 => 0.0_f32..=1.0, 1 => Just(0.0), 1 => Just(1.0)];
    proptest::collection::vec(value, Param::COUNT).prop_map(|values| {
        let mut patch = Patch::default();
        for (param, value) in Param::all().zip(values) {
            // Every label as likely as the others, and none by a free place.
            patch.set_normalized(param, value * param.range().top());
        }
        patch
    })
}

fn any_number() -> impl Strategy<Value = f32> {
    prop_oneof![4 => -2.0_f32..2.0, 1 => any::<f32>(), 1 => Just(f32::NAN), 1 => Just(f32::INFINITY)]
}

fn event() -> impl Strategy<Value = Event> {
    let note = (
        proptest::option::of(0..8_i32),
        proptest::option::of(0..17_u8),
        proptest::option::of(any::<u8>()),
    )
        .prop_map(|(id, channel, key)| NoteAddress { id, channel, key });
    let expression = prop_oneof![
        Just(NoteExpression::Tuning),
        Just(NoteExpression::Volume),
        Just(NoteExpression::Pan),
        Just(NoteExpression::Pressure),
        Just(NoteExpression::Brightness),
        Just(NoteExpression::Vibrato),
        Just(NoteExpression::Expression),
    ];
    prop_oneof![
        4 => (proptest::option::of(0..8_i32), any::<u8>(), any::<u8>(), any_number())
            .prop_map(|(id, channel, key, velocity)| Event::NoteOn { id, channel, key, velocity }),
        2 => note.clone().prop_map(Event::NoteOff),
        1 => note.clone().prop_map(Event::Choke),
        2 => (note, expression, any_number())
            .prop_map(|(note, expression, value)| Event::Expression { note, expression, value }),
        2 => (0..8_i32, 0..Param::COUNT, any_number()).prop_map(|(id, index, offset)| Event::Modulate {
            id,
            param: Param::from_index(index).unwrap(),
            offset,
        }),
        1 => (any::<u8>(), any_number()).prop_map(|(channel, value)| Event::PitchBend { channel, value }),
        1 => (any::<u8>(), any_number()).prop_map(|(channel, value)| Event::ChannelPressure { channel, value }),
        2 => (any::<u8>(), any::<u8>(), any_number())
            .prop_map(|(channel, number, value)| Event::Controller { channel, number, value }),
    ]
}

/// Every partial of every voice at once stays below this: 0.25·√512 a voice (Cauchy–Schwarz),
/// Levels of +24 dB, resonance, pressure, LFO and volume expression of +24, +24, +24 and +12 dB.
const BOUND: f32 = 1e12;
/// Few, so that notes are stolen.
const MAX_VOICES: usize = 12;

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn any_patch_and_events_are_finite_bounded_and_independent_of_buffers(
        first in patch(),
        second in patch(),
        events in proptest::collection::vec((0..3_000_usize, event()), 0..40),
        rate in prop_oneof![
            Just(8_000.0), Just(44_100.0), Just(48_000.0), Just(96_000.0), Just(192_000.0), Just(384_000.0)
        ],
        sizes in proptest::collection::vec(1..700_usize, 1..5),
        tempo in any::<f64>(),
    ) {
        let mut events = events;
        events.sort_by_key(|(at, _)| *at);
        let render = |sizes: &[usize]| {
            let mut engine = Engine::new(&Config { sample_rate_hz: rate, max_voices: MAX_VOICES });
            engine.set_patch(&first);
            engine.set_transport(&Transport { tempo_bpm: tempo, position_beats: Some(0.0), playing: true });
            let half = events.partition_point(|(at, _)| *at < 1_500);
            let (mut left, mut right) = performance::play(&mut engine, &events[..half], 1_500, sizes);
            engine.set_patch(&second);
            let later: Vec<_> = events[half..].iter().map(|(at, event)| (at - 1_500, *event)).collect();
            let (more_left, more_right) = performance::play(&mut engine, &later, 1_500, sizes);
            left.extend(more_left);
            right.extend(more_right);
            // Those that gave way to the last onset have a block to fade in.
            performance::play(&mut engine, &[], block_frames(rate), sizes);
            (left, right, engine.statistics())
        };
        let (left, right, statistics) = render(&sizes);
        let protected = second.plain(Param::PROTECT) >= 0.5;
        for (t, x) in left.iter().chain(&right).enumerate() {
            prop_assert!(x.is_finite() && x.abs() < BOUND, "frame {t}: {x}");
        }
        if protected {
            // From the second patch's own first tick on, and a block of ramp later.
            let from = 1_500 + 2 * block_frames(rate);
            for x in left[from..].iter().chain(&right[from..]) {
                prop_assert!(x.abs() <= 1.0, "{x}");
            }
        }
        prop_assert_eq!(statistics.faults, 0);
        let limit = (second.plain(Param::VOICES) as usize).min(MAX_VOICES);
        prop_assert!(statistics.voices <= limit, "{} of {limit}", statistics.voices);
        let (other_left, other_right, _) = render(&[3_000]);
        prop_assert!(left.iter().zip(&other_left).all(|(a, b)| a.to_bits() == b.to_bits()));
        prop_assert!(right.iter().zip(&other_right).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}
