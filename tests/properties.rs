//! What holds for any patch, any events, any transport, any rate.

mod performance;

use aliquot::synth::parameter::{ROUTE_TARGETS, ROUTES, RouteParams, RouteTarget};
use aliquot::synth::{
    Config, Engine, Event, FilterType, NoteAddress, NoteExpression, Param, Patch, RATES_HZ,
    Transport, Values, block_frames,
};
use proptest::prelude::*;

fn patch() -> impl Strategy<Value = Patch> {
    // Ends are as likely as middles: that is where things break.
    let value = prop_oneof![3 => 0.0_f32..=1.0, 1 => Just(0.0), 1 => Just(1.0)];
    // Without routes the bound is tight.
    let routes = prop_oneof![Just(0), Just(ROUTES), 0..=ROUTES];
    // And without effects.
    let effects = proptest::bool::weighted(0.5);
    let values = proptest::collection::vec(value, Param::COUNT);
    let all = (values, routes, any::<bool>(), effects);
    all.prop_map(|(values, routes, is_plain, has_effects)| {
        let mut patch = Patch::default();
        for (param, value) in Param::all().zip(values) {
            // Every label as likely as the others, and none by a free place.
            patch.set_normalized(param, value * param.range().top());
        }
        if is_plain {
            // The series, which needs no morph.
            for param in [
                Param::MORPH_X,
                Param::MORPH_Y,
                Param::BODY_A,
                Param::COLOUR_A,
            ] {
                patch.set(param, 0.0);
            }
        }
        for number in routes + 1..=ROUTES {
            patch.set(RouteParams::of(number).to, 0.0);
        }
        if !has_effects {
            for param in EFFECT_AMOUNTS {
                patch.set(param, 0.0);
            }
        }
        patch
    })
}

const EFFECT_AMOUNTS: [Param; 3] = [
    Param::CHORUS_AMOUNT,
    Param::DELAY_AMOUNT,
    Param::REVERB_AMOUNT,
];

/// Rates of sound cards, and any other that a host may ask for.
fn rate() -> impl Strategy<Value = f64> {
    let usual = [8_000.0, 44_100.0, 48_000.0, 96_000.0, 192_000.0, 384_000.0];
    let octaves = (RATES_HZ.end() / RATES_HZ.start()).log2();
    prop_oneof![
        4 => proptest::sample::select(usual.to_vec()),
        1 => (0.0..octaves).prop_map(|octave| RATES_HZ.start() * octave.exp2()),
        1 => proptest::sample::select(vec![*RATES_HZ.start(), 1_234_567.75, *RATES_HZ.end()]),
    ]
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
        2 => (note.clone(), any_number())
            .prop_map(|(note, velocity)| Event::NoteOff { note, velocity }),
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

/// Numbers that a song's position or tempo cannot have, and the largest and smallest numbers that exist.
const HOSTILE: [f64; 13] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    1e300,
    -1e300,
    1e-300,
    0.0,
    -0.0,
    -120.0,
    // CLAP's own ends.
    4_294_967_296.0,
    -4_294_967_296.0,
];

fn hostile() -> impl Strategy<Value = f64> {
    prop_oneof![3 => proptest::sample::select(HOSTILE.to_vec()), 1 => any::<f64>()]
}

fn transport() -> impl Strategy<Value = Transport> {
    let tempo_bpm = prop_oneof![2 => 20.0..400.0, 1 => hostile()];
    let beats = prop_oneof![2 => -8.0..1_000.0, 2 => hostile()];
    let position_beats = proptest::option::weighted(0.8, beats);
    (tempo_bpm, position_beats, any::<bool>()).prop_map(|(tempo_bpm, position_beats, playing)| {
        Transport {
            tempo_bpm,
            position_beats,
            playing,
        }
    })
}

/// What happens at a frame.
#[derive(Clone, Debug)]
enum Action {
    Play(Event),
    /// The song jumps, stops or changes its tempo.
    Song(Transport),
    /// Another patch takes the place of the one before.
    Set(usize),
    /// Another sound takes the place of the one before.
    Load(usize),
}

/// How a host gives the position of its song.
#[derive(Clone, Copy, Debug)]
enum Told {
    /// Where it jumps.
    AtJumps,
    /// There and at the start of every buffer, as most hosts do.
    AtEveryBuffer,
}

/// Renders a scene, whose actions are sorted by frame, in buffers of these sizes in turn.
fn render(
    engine: &mut Engine,
    patches: &[Patch],
    actions: &[(usize, Action)],
    frames: usize,
    sizes: &[usize],
    told: Told,
) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (vec![f32::NAN; frames], vec![f32::NAN; frames]);
    let mut actions = actions.iter().peekable();
    // The last jump, and its frame.
    let mut song: Option<(usize, Transport)> = None;
    let (mut done, mut turn) = (0, 0);
    while done < frames {
        let buffer_end = (done + sizes[turn % sizes.len()]).min(frames);
        turn += 1;
        if let (Told::AtEveryBuffer, Some((since, transport))) = (told, &song) {
            let beats =
                (done - since) as f64 * transport.tempo_bpm / 60.0 / engine.sample_rate_hz();
            // By a tempo that the engine does not take, the host's song and ours part.
            if (20.0..400.0).contains(&transport.tempo_bpm) {
                engine.set_transport(&Transport {
                    position_beats: transport.position_beats.map(|from| from + beats),
                    ..*transport
                });
            }
        }
        while done < buffer_end {
            while let Some((_, action)) = actions.next_if(|(at, _)| *at <= done) {
                match action {
                    Action::Play(event) => engine.push(*event),
                    Action::Song(transport) => {
                        engine.set_transport(transport);
                        song = Some((done, *transport));
                    }
                    Action::Set(index) => engine.set_patch(&patches[*index]),
                    Action::Load(index) => engine.load_patch(&patches[*index]),
                }
            }
            let end = actions
                .peek()
                .map_or(buffer_end, |(at, _)| (*at).min(buffer_end));
            engine.render(&mut left[done..end], &mut right[done..end]);
            done = end;
        }
    }
    (left, right)
}

fn gain(db: f32) -> f64 {
    10.0_f64.powf(f64::from(db) / 20.0)
}

/// What no sample of a scene with these patches and actions can pass.
///
/// The source gives a voice's N partials, copies in unison among them, together the power of a sine of 0.25,
/// so by Cauchy–Schwarz their amplitudes add up to 0.25·√N at most. Each may then be raised by its own
/// level, by routes to it, and by the filter's peak, the voice by pressure, the LFO, routes, the volume
/// expression, the shapers and, on one side, by √2 of pan; the output by the master level. Routes take nothing past
/// its limits. Everything else (velocity, envelopes, damping,
/// pedals of volume, the other gains of the filter) only lowers.
///
/// While one patch ramps to the next, no partial is louder than in the louder of the two: their
/// sum is a bound of both. A voice that gives way sounds for a block beside the one that it gives
/// way to.
fn bound(patches: &[Patch], actions: &[(usize, Action)]) -> f64 {
    let played = |is: fn(&Event) -> bool| {
        let events = actions.iter().filter_map(|(_, action)| match action {
            Action::Play(event) => Some(event),
            _ => None,
        });
        events.filter(|event| is(event)).count()
    };
    let is_modulated = played(|event| matches!(event, Event::Modulate { .. })) > 0;
    let has_volume = played(|event| {
        let volume = NoteExpression::Volume;
        matches!(event, Event::Expression { expression, .. } if *expression == volume)
    }) > 0;
    let notes = played(|event| matches!(event, Event::NoteOn { .. }));

    let mut voice = 0.0;
    let mut master = 0.0_f64;
    for patch in patches {
        let values = Values::new(patch);
        let is_routed = |target: RouteTarget| {
            let routes = (1..=ROUTES).map(RouteParams::of);
            let index = ROUTE_TARGETS.iter().position(|&other| other == target);
            let mut targets = routes.map(|route| values.index(route.to));
            targets.any(|to| Some(to) == index.map(|index| index + 1))
        };
        let most = |param: Param| {
            if is_modulated && param.is_polyphonic() || is_routed(RouteTarget::Own(param)) {
                param.range().ends().1
            } else {
                values.get(param)
            }
        };
        let partials = values.index(Param::PARTIALS);
        // Partials past the 64th have no level of their own.
        let level_db = (1..=partials.min(64))
            .map(|n| most(Param::partial_level(n)))
            .fold(if partials > 64 { 0.0 } else { f32::MIN }, f32::max);
        let filters = [
            (Param::FILTER_TYPE, Param::RESONANCE, Param::FILTER_GAIN),
            (
                Param::FILTER_2_TYPE,
                Param::FILTER_2_RESONANCE,
                Param::FILTER_2_GAIN,
            ),
        ];
        let peaks_db = filters.map(|(filter_type, resonance, gain)| {
            match FilterType::from_index(values.index(filter_type)) {
                FilterType::Off | FilterType::BandPass | FilterType::Notch => 0.0,
                FilterType::LowPass | FilterType::HighPass => most(resonance),
                FilterType::Peak => most(gain).max(0.0),
                FilterType::LowShelf | FilterType::HighShelf => {
                    most(gain).max(0.0) + most(resonance)
                }
                // One side is as much louder as the other is quieter.
                FilterType::Tilt => most(gain).abs() + most(resonance),
            }
        });
        let peak_db: f32 = peaks_db.iter().sum();
        let lfo_db = match most(Param::LFO_LEVEL) {
            _ if is_modulated => Param::LFO_LEVEL.range().ends().1,
            db => db.abs(),
        };
        let pressure_db = most(Param::PRESSURE_LEVEL).max(0.0);
        let voice_db = if is_routed(RouteTarget::Level) {
            RouteTarget::Level.limits().1
        } else {
            lfo_db + pressure_db
        };
        // The tilt of single partials is limited together with their levels.
        let levels = [RouteTarget::PartialsLevel, RouteTarget::Own(Param::TILT)];
        let partials_db = if levels.into_iter().any(is_routed) {
            RouteTarget::PartialsLevel.limits().1
        } else {
            0.0
        };
        // All copies of a partial have its power together.
        let copies = values.index(Param::UNISON);
        voice += 0.25
            * ((partials * copies).min(512) as f64).sqrt()
            * gain(level_db + partials_db + peak_db + voice_db)
            * shapers(&values, most, partials)
            * room(most, partials)
            * if has_volume { 4.0 } else { 1.0 }
            * 2.0_f64.sqrt();
        master = master.max(gain(values.get(Param::LEVEL)));
    }
    let effects: f64 = patches.iter().map(effects_gain).product();
    // The kernels are exact to −110 dB; f32's own rounding is less.
    1.001 * effects * master * voice * notes.min(2 * MAX_VOICES) as f64
}

/// How much louder the effects of a patch can make a sound: 1 where they are off.
fn effects_gain(patch: &Patch) -> f64 {
    let plain = |param| f64::from(patch.plain(param));
    // Three copies at 1/√3 of half of the power, and 1.25 for the weights of an interpolation.
    let chorus = 1.0 + plain(Param::CHORUS_AMOUNT) * 1.25 * 1.5_f64.sqrt();
    // Both channels at one side, again and again.
    let delay = 1.0 + plain(Param::DELAY_AMOUNT) * 2.0 / (1.0 - plain(Param::DELAY_FEEDBACK));
    // A mode of the reverb may ring with a partial: no louder than 22 times for each channel, which the
    // reverb's own tests measure.
    let reverb = 1.0 + plain(Param::REVERB_AMOUNT) * 2.0 * 22.0;
    chorus * delay * reverb
}

/// By how much the room raises it. At any frequency it makes no more than √24 of a gain, and each partial may
/// still ring as loud as it was when another spectrum had it alone.
fn room(most: impl Fn(Param) -> f32, partials: usize) -> f64 {
    1.0 + f64::from(most(Param::ROOM_AMOUNT)) * (24.0 * partials as f64).sqrt()
}

/// How far the shapers raise the root of a voice's power, on the louder side.
fn shapers(values: &Values, most: impl Fn(Param) -> f32, partials: usize) -> f64 {
    // One side may have all of the comb's power.
    let has_comb = values.get(Param::COMB) != 0.0 || most(Param::COMB) != 0.0;
    let side = if has_comb { 2.0_f64.sqrt() } else { 1.0 };
    // Each partial may still be as loud as it was when another spectrum had it alone.
    let is_smeared = most(Param::SMEAR_FALL) > 0.0;
    let side = side
        * if is_smeared {
            (partials as f64).sqrt()
        } else {
            1.0
        };
    // √(1 − κ) + √(2κ)·ζ with |ζ| below 1.9.
    let side = if most(Param::BREATH) > 0.0 {
        2.9 * side
    } else {
        side
    };
    if values.is_on(Param::KEEP_LOUDNESS) {
        return side;
    }
    // Formants are made up for by 40 dB at most.
    let vowel = 1.0 + 99.0 * f64::from(most(Param::VOWEL));
    let focus = gain(most(Param::FOCUS).max(0.0));
    let copies = 1.0 + f64::from(most(Param::COPIES)) / (1.0 - 0.7);
    // At most all become as loud as the loudest.
    let contrast = (partials as f64).sqrt();
    side * vowel * focus * copies * contrast
}

/// Few, so that notes are stolen.
const MAX_VOICES: usize = 12;
/// Frames of a scene.
const FRAMES: usize = 3_000;

fn peak(channels: [&[f32]; 2]) -> f64 {
    let samples = channels.into_iter().flatten();
    f64::from(samples.fold(0.0_f32, |peak, x| peak.max(x.abs())))
}

proptest! {
    // Two patches each, two thirds of them with routes, and notes in four cases of five: well over a
    // thousand patches with routes sound.
    #![proptest_config(ProptestConfig { cases: 1_536, ..ProptestConfig::default() })]

    #[test]
    fn any_patch_events_and_transport_are_finite_bounded_and_independent_of_buffers(
        patches in proptest::collection::vec(patch(), 2),
        events in proptest::collection::vec((0..FRAMES, event()), 0..40),
        songs in proptest::collection::vec((0..FRAMES, transport()), 0..6),
        told in prop_oneof![Just(Told::AtJumps), Just(Told::AtEveryBuffer)],
        rate in rate(),
        is_loaded in any::<bool>(),
        has_recordings in proptest::bool::weighted(0.3),
        sizes in proptest::collection::vec(1..700_usize, 1..5),
    ) {
        let mut patches = patches;
        if has_recordings {
            for (patch, body) in patches.iter_mut().zip([Param::BODY_A, Param::BODY_B]) {
                patch.set(body, performance::recorded_body());
            }
        }
        const LOADED: usize = 1_500;
        let mut actions: Vec<(usize, Action)> = [(
            LOADED,
            if is_loaded { Action::Load(1) } else { Action::Set(1) },
        )].into();
        actions.extend(events.into_iter().map(|(at, event)| (at, Action::Play(event))));
        actions.extend(songs.into_iter().map(|(at, song)| (at, Action::Song(song))));
        actions.sort_by_key(|(at, _)| *at);
        let play = |sizes: &[usize]| {
            let mut engine = Engine::new(&Config { sample_rate_hz: rate, max_voices: MAX_VOICES });
            engine.set_patch(&patches[0]);
            if has_recordings {
                engine.set_recordings(performance::recordings());
            }
            let (left, right) = render(&mut engine, &patches, &actions, FRAMES, sizes, told);
            // Voices that gave way to the last onset have a block to fade in.
            performance::play(&mut engine, &[], block_frames(rate), sizes);
            (left, right, engine.statistics(), engine.voice_limit())
        };
        let (left, right, statistics, limit) = play(&sizes);
        prop_assert!(left.iter().chain(&right).all(|x| x.is_finite()));
        let (peak, bound) = (peak([&left, &right]), bound(&patches, &actions));
        // Recordings are as loud as they were recorded, and as tilt makes them.
        prop_assert!(has_recordings || peak <= bound, "{peak} above {bound}");
        if patches[1].plain(Param::PROTECT) >= 0.5 {
            // From the second patch's own first tick on, and a block of ramp later.
            let from = LOADED + 2 * block_frames(rate);
            for x in left[from..].iter().chain(&right[from..]) {
                prop_assert!(x.abs() <= 1.0, "{x}");
            }
        }
        prop_assert_eq!(statistics.faults, 0);
        prop_assert!(limit <= MAX_VOICES);
        prop_assert!(statistics.voices <= limit, "{} of {limit}", statistics.voices);
        let (other_left, other_right, ..) = play(&[FRAMES]);
        prop_assert!(left.iter().zip(&other_left).all(|(a, b)| a.to_bits() == b.to_bits()));
        prop_assert!(right.iter().zip(&other_right).all(|(a, b)| a.to_bits() == b.to_bits()));
    }
}

/// Every shape of a synced LFO, wherever the song is, and however fast.
#[test]
fn a_song_that_is_nowhere_or_infinitely_fast_does_no_harm() {
    let shapes = Param::LFO_SHAPE.range().labels().expect("a choice").len();
    for shape in 0..shapes {
        let mut patch = Patch::default();
        for (param, plain) in [
            (Param::LFO_SHAPE, shape as f32),
            (Param::LFO_SYNC, 1.0),
            (Param::LFO_LEVEL, 6.0),
            (Param::LFO_PITCH, 50.0),
        ] {
            patch.set(param, plain);
        }
        for tempo_bpm in HOSTILE.into_iter().chain([120.0]) {
            let mut engine = Engine::new(&Config {
                sample_rate_hz: 48_000.0,
                max_voices: MAX_VOICES,
            });
            engine.set_patch(&patch);
            engine.push(performance::on(0, 60, 1.0));
            for beats in HOSTILE {
                engine.set_transport(&Transport {
                    tempo_bpm,
                    position_beats: Some(beats),
                    playing: true,
                });
                let (left, right) = performance::play(&mut engine, &[], 200, &[200]);
                let what = format!("shape {shape}, {tempo_bpm} bpm, {beats} beats");
                assert!(left.iter().all(|x| x.is_finite()), "{what}");
                assert!(peak([&left, &right]) > 1e-3, "{what}: silent");
                let statistics = engine.statistics();
                assert_eq!((statistics.voices, statistics.faults), (1, 0), "{what}");
            }
        }
    }
}

/// A note with all that raises it, as loud as one can be made.
fn loudest(partials: f32) -> (Patch, Vec<(usize, Action)>) {
    let mut patch = Patch::default();
    for (param, plain) in [
        (Param::PARTIALS, partials),
        (Param::TILT, 0.0),
        (Param::AMP_ATTACK, 0.0),
        (Param::PRESSURE_LEVEL, 24.0),
        (Param::LFO_SHAPE, 3.0),
        (Param::LFO_LEVEL, 24.0),
        (Param::LEVEL, 12.0),
        (Param::PROTECT, 0.0),
    ] {
        patch.set(param, plain);
    }
    for n in 1..=64 {
        patch.set(Param::partial_level(n), 24.0);
        patch.set(Param::partial_pan(n), 1.0);
    }
    let note = NoteAddress {
        id: Some(1),
        channel: None,
        key: None,
    };
    let express = |expression, value| Event::Expression {
        note,
        expression,
        value,
    };
    let events = [
        Event::NoteOn {
            id: Some(1),
            channel: 0,
            key: 36,
            velocity: 1.0,
        },
        express(NoteExpression::Volume, 4.0),
        express(NoteExpression::Pressure, 1.0),
    ];
    let actions = events.map(|event| (0, Action::Play(event)));
    (patch, actions.into())
}

/// The loudest notes come near the bound, so the test above would fail at a tenth more than it allows.
#[test]
fn the_bound_is_what_the_loudest_notes_reach() {
    for (partials, part) in [(1.0, 0.99), (2.0, 0.85), (64.0, 0.7)] {
        let (patch, actions) = loudest(partials);
        let mut engine = Engine::new(&Config {
            sample_rate_hz: 48_000.0,
            max_voices: MAX_VOICES,
        });
        engine.set_patch(&patch);
        let told = Told::AtJumps;
        let (left, right) = render(&mut engine, &[patch], &actions, FRAMES, &[FRAMES], told);
        let (peak, bound) = (peak([&left, &right]), bound(&[patch], &actions));
        println!("{partials} partials: {peak} of {bound}");
        assert!(peak <= bound && peak >= part * bound, "{peak} of {bound}");
    }
}
