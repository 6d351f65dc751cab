//! A voice and its copy, as threads exchange them.

use super::*;
use crate::dsp::random::bits;
use crate::synth::modulation::lfo::LfoId;
use crate::synth::modulation::modulators::BlockTime;
use crate::synth::parameter::{
    CurveParams, EDITABLE_PARTIALS, LEVEL_OFF_DB, LfoParams, RouteParams,
};
use crate::synth::patch::Patch;
use crate::synth::versioned::CopyFrom;
use crate::synth::workspace::Workspace;

const RATE_HZ: f64 = 48_000.0;
const FRAMES: usize = 64;
const LFO_1: LfoId = LfoId::numbered(1);

/// A tick of a patch that changes with `place`: partials join and leave, and what moves comes to
/// rest again. The tempo changes with `tempo`.
fn tick(place: u64, tempo: u64) -> Tick {
    let chosen = |of: u64, choices: u64| bits(place, of) % choices;
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, [5.0, 40.0, 200.0][chosen(0, 3) as usize]),
        (Param::PHASES, 2.0),
        (Param::TILT, [-6.0, -3.0][chosen(1, 2) as usize]),
        (Param::LFO_PITCH, [0.0, 0.0, 30.0][chosen(2, 3) as usize]),
        (Param::LFO_LEVEL, [0.0, 3.0][chosen(3, 2) as usize]),
        (Param::FILTER_TYPE, chosen(4, 2) as f32),
        (Param::SPREAD, [0.0, 0.7][chosen(5, 2) as usize]),
        (Param::AMP_DECAY, [0.0, 0.5][chosen(9, 2) as usize]),
        (Param::STRETCH, [0.0, 5.0][chosen(6, 2) as usize]),
        (Param::DAMPING, [0.0, 0.4][chosen(7, 2) as usize]),
        (Param::partial_tune(3), [0.0, 20.0][chosen(8, 2) as usize]),
        (
            RouteParams::of(3).from,
            route_source(SOURCES[chosen(12, 6) as usize]),
        ),
        // Cutoff, the levels, frequencies or positions of the partials, or tilt.
        (RouteParams::of(3).to, 4.0 + chosen(10, 5) as f32),
        (RouteParams::of(3).depth, [0.0, 0.1][chosen(11, 2) as usize]),
        (LfoParams::of(2).fan_phase, 1.0),
        (LfoParams::of(2).sync, chosen(13, 2) as f32),
        (CurveParams::of(1).sync, chosen(14, 2) as f32),
        // A 32nd note.
        (CurveParams::of(1).division, 16.0),
        (CurveParams::of(1).time, 0.02),
        (CurveParams::of(1).fan_delay, 0.01),
        (CurveParams::of(1).fan_time, 0.5),
        (Param::FILTER_ATTACK, 0.01),
        (Param::FILTER_DECAY, 0.01),
        (Param::FILTER_RELEASE, 0.02),
        (Param::FILTER_FAN_DELAY, 0.01),
        (Param::FILTER_FAN_TIME, 0.5),
    ] {
        patch.set(param, value);
    }
    let mut tick = Tick::new(RATE_HZ, FRAMES);
    tick.set_patch(&patch);
    tick.generation = place;
    let bpm = [60.0, 120.0, 240.0][(bits(tempo, 0) % 3) as usize];
    let time = BlockTime {
        elapsed_frames: FRAMES,
        sample_rate_hz: RATE_HZ,
        beats_per_frame: bpm / 60.0 / RATE_HZ,
        beats: None,
    };
    tick.modulators.tick(&tick.values, &time);
    let clock = tick.modulators.lfos.clock_mut(LFO_1);
    clock.cycles_per_frame = 5.0 / RATE_HZ;
    clock.cycles = clock.cycles_per_frame * (place * FRAMES as u64) as f64;
    tick
}

/// Sources of routes: those for which partials stand apart, moving or at rest, and the release velocity.
const SOURCES: [&str; 6] = [
    "LFO 2",
    "Curve 1",
    "Filter Envelope",
    "Partial Random",
    "Partial Number",
    "Release Velocity",
];

/// The source of routes with this label.
fn route_source(label: &str) -> f32 {
    RouteParams::of(1).from.parse(label).expect("a label")
}

/// The bits of a block that `render` adds to the bus.
fn block(
    workspace: &mut Workspace,
    render: impl FnOnce(&mut Workspace, &mut [f32], &mut [f32]),
) -> Vec<u32> {
    let (mut left, mut right) = ([0.0; FRAMES], [0.0; FRAMES]);
    render(workspace, &mut left, &mut right);
    left.iter().chain(&right).map(|x| x.to_bits()).collect()
}

fn onset(voice: &mut Voice, tick: &Tick, workspace: &mut Workspace, age: u64) {
    voice.begin(Note::new(0, 48 + (age % 12) as u8, 0.8, age));
    block(workspace, |workspace, left, right| {
        voice.render_onset(tick, workspace, left, right);
    });
}

fn change(voice: &mut Voice, place: u64) {
    let partial = 1 + (bits(place, 20) % EDITABLE_PARTIALS as u64) as usize;
    match bits(place, 21) % 8 {
        0 => voice.modulate(Param::partial_level(partial), -0.2),
        1 => voice.modulate(Param::partial_tune(partial), 0.1),
        2 => voice.modulate(Param::CUTOFF, 0.2),
        3 => voice.express(NoteExpression::Tuning, (place % 3) as f32),
        4 => voice.express(NoteExpression::Pan, 0.3),
        5 => voice.release([0.0, 0.9][(place % 2) as usize]),
        _ => {}
    }
}

/// Now and then the copy is brought up to date, and both render the same blocks to the last bit;
/// then one of them goes on alone, ends, begins anew.
#[test]
fn a_copy_renders_as_the_voice_does() {
    let (mut compared, mut onsets) = (0, 0);
    for seed in 0..60 {
        let level = SimdLevel::chosen();
        let mut workspace = Workspace::new(level, FRAMES);
        let (mut voice, mut copy) = (Voice::idle(level), Voice::idle(level));
        let mut together = 0;
        for step in 0..60 {
            let place = 1_000 * (seed + 1) + step;
            // Most ticks are as the one before.
            let patch = place - step % (1 + bits(seed, 30) % 4);
            let tick = tick(patch, place - step % 7);
            if voice.state() == VoiceState::Idle || bits(place, 31).is_multiple_of(20) {
                onsets += 1;
                together = 0;
                onset(&mut voice, &tick, &mut workspace, onsets);
                continue;
            }
            if bits(place, 32).is_multiple_of(8) {
                copy.copy_from(&voice);
                together = 1 + bits(place, 33) % 6;
            }
            change(&mut voice, place);
            let one = block(&mut workspace, |workspace, left, right| {
                voice.render_block(&tick, workspace, left, right);
            });
            if together > 0 {
                together -= 1;
                compared += 1;
                change(&mut copy, place);
                let other = block(&mut workspace, |workspace, left, right| {
                    copy.render_block(&tick, workspace, left, right);
                });
                assert!(one == other, "seed {seed}, step {step}");
                if together == 0 && bits(place, 34).is_multiple_of(2) {
                    std::mem::swap(&mut voice, &mut copy);
                }
            }
        }
    }
    assert!(compared > 800 && onsets > 120, "{compared} {onsets}");
}

/// What rests is passed over, and the bits are those of a voice that works everything out.
#[test]
fn a_voice_at_rest_renders_as_one_that_looks_at_everything() {
    let (mut rested, mut blocks) = (0, 0);
    // Blocks in which a route moves partials and does not move: how many of each source.
    let mut apart = [0; SOURCES.len()];
    for seed in 0..60 {
        let level = SimdLevel::chosen();
        let mut workspace = Workspace::new(level, FRAMES);
        let (mut voice, mut looking) = (Voice::idle(level), Voice::idle(level));
        for step in 0..150 {
            let place = 1_000 * (seed + 1) + step;
            let tick = tick(place - step % 30, place - step % 7);
            if voice.state() == VoiceState::Idle {
                onset(&mut voice, &tick, &mut workspace, seed);
                onset(&mut looking, &tick, &mut workspace, seed);
                continue;
            }
            if bits(place, 31).is_multiple_of(12) {
                change(&mut voice, place);
                change(&mut looking, place);
            }
            rested += usize::from(voice.control.rests);
            blocks += 1;
            looking.control.rests = false;
            looking.control.partials_moved.1 = true;
            let [one, other] = [&mut voice, &mut looking].map(|voice| {
                let heard = block(&mut workspace, |workspace, left, right| {
                    voice.render_block(&tick, workspace, left, right);
                });
                (heard, voice.state(), voice.power().to_bits())
            });
            assert!(one == other, "seed {seed}, step {step}");
            let to_partials = voice.control.active_routes.and(tick.routes.to_partials());
            if !voice.control.partials_moved.1 && !to_partials.is_empty() {
                let from = tick.values.get(RouteParams::of(3).from);
                let place = SOURCES.iter().position(|label| route_source(label) == from);
                apart[place.expect("one of them")] += 1;
            }
        }
    }
    assert!(rested > 200 && rested < blocks / 2, "{rested} of {blocks}");
    assert_eq!(apart[0], 0);
    assert!(apart[1..].iter().all(|&blocks| blocks > 10), "{apart:?}");
}

/// What stands still in the partials is worked out once.
#[test]
fn a_voice_whose_partials_stand_apart_and_do_not_move_rests() {
    let level = SimdLevel::chosen();
    for (from, rests) in [
        ("Partial Random", true),
        ("Velocity", true),
        ("LFO 2", false),
    ] {
        for to in ["Partials Level", "Partials Tune", "Partials Pan"] {
            let mut workspace = Workspace::new(level, FRAMES);
            let mut voice = Voice::idle(level);
            let mut patch = Patch::default();
            let route = RouteParams::of(2);
            for (param, label) in [(route.from, from), (route.to, to)] {
                patch.set(param, param.parse(label).expect("a label"));
            }
            patch.set(route.depth, 0.1);
            patch.set(LfoParams::of(2).fan_phase, 1.0);
            let mut tick = Tick::new(RATE_HZ, FRAMES);
            tick.set_patch(&patch);
            onset(&mut voice, &tick, &mut workspace, 1);
            for _ in 0..200 {
                block(&mut workspace, |workspace, left, right| {
                    voice.render_block(&tick, workspace, left, right);
                });
            }
            assert_eq!(voice.control.rests, rests, "{from} {to}");
        }
    }
}

/// A voice with polyphonic offsets works its own overrides out anew when one of them changes or one
/// of the patch's, and not when any other parameter moves.
#[test]
fn other_parameters_leave_a_voices_own_overrides_alone() {
    let level = SimdLevel::chosen();
    let mut workspace = Workspace::new(level, FRAMES);
    let mut voice = Voice::idle(level);
    let mut patch = Patch::default();
    let mut tick = Tick::new(RATE_HZ, FRAMES);
    onset(&mut voice, &tick, &mut workspace, 1);
    let render = |voice: &mut Voice, tick: &Tick, workspace: &mut Workspace| {
        block(workspace, |workspace, left, right| {
            voice.render_block(tick, workspace, left, right);
        });
    };
    voice.modulate(Param::partial_level(2), 0.1);
    render(&mut voice, &tick, &mut workspace);
    assert_ne!(voice.own_overrides.gain[1], 1.0);
    // Stands until something is worked out anew.
    voice.own_overrides.write().gain[6] = 7.0;
    for (param, value) in [(Param::TILT, -3.0), (Param::LFO_RATE, 2.0)] {
        patch.set(param, value);
        assert!(tick.set_patch(&patch));
        voice.modulate(Param::CUTOFF, 0.1);
        render(&mut voice, &tick, &mut workspace);
        assert_eq!(voice.own_overrides.gain[6], 7.0, "{param:?}");
    }
    patch.set(Param::partial_level(1), -6.0);
    assert!(tick.set_patch(&patch));
    render(&mut voice, &tick, &mut workspace);
    assert_eq!(voice.own_overrides.gain[6], 1.0);
    assert_eq!(voice.own_overrides.gain[0], tick.overrides.gain[0]);
    voice.own_overrides.write().gain[6] = 7.0;
    voice.modulate(Param::partial_pan(9), 0.1);
    render(&mut voice, &tick, &mut workspace);
    assert_eq!(voice.own_overrides.gain[6], 1.0);
}

/// A jump of the LFO keeps a block whole only if a route takes it anywhere, be it by a polyphonic
/// offset of this voice's alone.
#[test]
fn the_lfo_jumps_where_it_moves_something() {
    let depths = [
        Param::LFO_PITCH,
        Param::LFO_TILT,
        Param::LFO_CUTOFF,
        Param::LFO_LEVEL,
        Param::WHEEL_VIBRATO,
    ];
    let mut workspace = Workspace::new(SimdLevel::chosen(), FRAMES);
    let mut voice = Voice::idle(SimdLevel::chosen());
    let mut patch = Patch::default();
    patch.set(Param::LFO_SHAPE, 2.0);
    // Without a filter its cutoff is nothing that is moved.
    patch.set(Param::FILTER_TYPE, 1.0);
    for depth in depths {
        patch.set(depth, 0.0);
    }
    let jumps = |voice: &mut Voice, workspace: &mut Workspace, patch: &Patch, cycles: f64| {
        let mut tick = Tick::new(RATE_HZ, FRAMES);
        tick.set_patch(patch);
        let clock = tick.modulators.lfos.clock_mut(LFO_1);
        clock.cycles_per_frame = 5.0 / RATE_HZ;
        clock.cycles = cycles;
        onset(voice, &tick, workspace, 1);
        let patchs = voice.is_discontinuous(&tick.modulators, FRAMES, FRAMES);
        voice.modulate(Param::LFO_TILT, 0.1);
        voice.update_values(&tick);
        (
            patchs,
            voice.is_discontinuous(&tick.modulators, FRAMES, FRAMES),
        )
    };
    let mut at = |patch: &Patch, cycles| jumps(&mut voice, &mut workspace, patch, cycles);
    assert_eq!(at(&patch, 0.5), (false, false));
    assert_eq!(at(&patch, 0.999), (false, true));
    for depth in depths {
        let mut patch = patch;
        patch.set(depth, 1.0);
        assert_eq!(at(&patch, 0.5), (false, false), "{depth:?}");
        assert_eq!(at(&patch, 0.999), (true, true), "{depth:?}");
    }
    patch.set(Param::LFO_SHAPE, 0.0);
    assert_eq!(at(&patch, 0.999), (false, false));
}

/// All partials leap in the block before that in whose first frame the attack ends.
#[test]
fn what_comes_in_after_a_leap_takes_more_frames_than_are_left_of_the_attack() {
    const BLOCKS_TO_LEAP: usize = 7;
    let level = SimdLevel::chosen();
    let mut workspace = Workspace::new(level, FRAMES);
    let mut voice = Voice::idle(level);
    let mut patch = Patch::default();
    let attack_frames = (BLOCKS_TO_LEAP + 1) * FRAMES + 1;
    for (param, value) in [
        (Param::PARTIALS, 2.0),
        // The first never leaps.
        (Param::partial_level(1), LEVEL_OFF_DB),
        (Param::SPACING, 0.5),
        (Param::AMP_ATTACK, attack_frames as f32 / RATE_HZ as f32),
        (Param::AMP_SUSTAIN, 1.0),
    ] {
        patch.set(param, value);
    }
    let mut tick = Tick::new(RATE_HZ, FRAMES);
    tick.set_patch(&patch);
    voice.begin(Note::new(0, 84, 0.8, 1));
    let mut heard = vec![block(&mut workspace, |workspace, left, right| {
        voice.render_onset(&tick, workspace, left, right);
    })];
    for blocks in 1..BLOCKS_TO_LEAP + 3 {
        if blocks == BLOCKS_TO_LEAP {
            patch.set(Param::SPACING, 4.0);
            assert!(tick.set_patch(&patch));
        }
        heard.push(block(&mut workspace, |workspace, left, right| {
            voice.render_block(&tick, workspace, left, right);
        }));
        assert_eq!(voice.partials.leaves(), blocks == BLOCKS_TO_LEAP);
    }
    // Of a quarter of a block, on the left: more than one cycle at 5 kHz.
    let power = |block: usize, quarter: usize| {
        let frames = &heard[block][..FRAMES].chunks(FRAMES / 4).nth(quarter);
        let samples = frames
            .expect("a quarter")
            .iter()
            .map(|&x| f32::from_bits(x));
        samples.map(|x| x * x).sum::<f32>()
    };
    let steady = power(BLOCKS_TO_LEAP + 2, 0);
    assert!(steady > 0.0);
    let first = power(BLOCKS_TO_LEAP + 1, 0) / steady;
    assert!(first < 0.1, "{first}");
    let last = power(BLOCKS_TO_LEAP + 1, 3) / steady;
    assert!(last > 0.5, "{last}");
}
