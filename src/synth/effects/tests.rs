//! The effects by themselves, against what their formulas say.

use super::*;
use crate::dsp::denormals::FlushDenormals;
use crate::dsp::random::bits;
use crate::synth::parameter::Param;
use crate::synth::{Patch, block_frames};

#[path = "tests/reverb_model.rs"]
mod reverb_model;
#[path = "tests/reverb.rs"]
mod reverb_tests;

/// The effects with the clock of an engine.
struct Rig {
    effects: Effects,
    values: Values,
    pace: EffectsPace,
    block: EffectsBlock,
    position: usize,
}

impl Rig {
    fn new(sample_rate_hz: f64, settings: &[(Param, f32)]) -> Rig {
        let block_frames = block_frames(sample_rate_hz);
        Rig {
            effects: Effects::new(SimdLevel::chosen(), sample_rate_hz),
            values: values(settings),
            pace: EffectsPace {
                sample_rate_hz,
                block_frames,
                beats_per_frame: 2.0 / sample_rate_hz,
            },
            block: EffectsBlock::default(),
            position: block_frames,
        }
    }

    fn set(&mut self, settings: &[(Param, f32)]) {
        self.values = values(settings);
    }

    /// Replaces frames by what the effects make of them, `span` at most at a time.
    fn run(&mut self, left: &mut [f32], right: &mut [f32], span: usize) {
        let _flush = FlushDenormals::new();
        let block_frames = self.pace.block_frames;
        let mut done = 0;
        while done < left.len() {
            if self.position == block_frames {
                let effects = &mut self.effects;
                effects.tick(&self.values, &self.pace, false, false, &mut self.block);
                self.position = 0;
            }
            let count = span
                .min(left.len() - done)
                .min(block_frames - self.position);
            let frames = done..done + count;
            if self.block.is_on {
                self.effects.process(
                    &self.block,
                    &mut left[frames.clone()],
                    &mut right[frames],
                    self.position,
                    1.0 / block_frames as f32,
                );
            }
            self.position += count;
            done += count;
        }
    }

    /// The output of `frames` frames that begin with `first`.
    fn response(&mut self, first: [f32; 2], frames: usize) -> [Vec<f32>; 2] {
        let mut out = first.map(|x| {
            let mut channel = vec![0.0; frames];
            channel[0] = x;
            channel
        });
        let [left, right] = &mut out;
        self.run(left, right, usize::MAX);
        out
    }
}

fn values(settings: &[(Param, f32)]) -> Values {
    let mut patch = Patch::default();
    for &(param, value) in settings {
        patch.set(param, value);
    }
    Values::new(&patch)
}

/// White noise, −1 to 1.
fn noise(seed: u64, frames: usize) -> Vec<f32> {
    let unit = |n: usize| (bits(seed, n as u64) >> 40) as f32 / (1 << 23) as f32 - 1.0;
    (0..frames).map(unit).collect()
}

/// All three, moving.
const ALL: [(Param, f32); 6] = [
    (Param::CHORUS_AMOUNT, 0.7),
    (Param::DELAY_AMOUNT, 0.6),
    (Param::DELAY_TIME, 0.02),
    (Param::REVERB_AMOUNT, 0.5),
    (Param::REVERB_TIME, 0.3),
    (Param::REVERB_SIZE, 0.2),
];

#[test]
fn off_they_leave_every_bit() {
    let mut rig = Rig::new(48_000.0, &[]);
    let [mut left, mut right] = [noise(1, 3_000), noise(2, 3_000)];
    right[5] = -0.0;
    let before = [left.clone(), right.clone()];
    rig.run(&mut left, &mut right, 100);
    for (before, after) in before.iter().zip([left, right]) {
        assert!(
            before
                .iter()
                .zip(after)
                .all(|(a, b)| a.to_bits() == b.to_bits())
        );
    }
    assert!(rig.effects.is_at_rest());
}

#[test]
fn echoes_are_exact_to_the_frame_and_in_gain() {
    for (rate_hz, time_s) in [
        (48_000.0, 0.25),
        (44_100.0, 0.5),
        (8_000.0, 0.001),
        (384_000.0, 0.03),
    ] {
        for (width, sides) in [(0.0, [1.0, 1.0]), (1.0, [2.0, 0.0]), (0.5, [1.5, 0.5])] {
            let settings = [
                (Param::DELAY_AMOUNT, 1.0),
                (Param::DELAY_TIME, time_s),
                (Param::DELAY_FEEDBACK, 0.5),
                (Param::DELAY_TONE, 20_000.0),
                (Param::DELAY_WIDTH, width),
            ];
            let mut rig = Rig::new(rate_hz, &settings);
            let plain_s = f64::from(rig.values.get(Param::DELAY_TIME));
            let delay = (plain_s * rate_hz).round() as usize;
            assert!((plain_s - f64::from(time_s)).abs() < 1e-6);
            let feedback = rig.values.get(Param::DELAY_FEEDBACK);
            let [left, right] = rig.response([1.0, 1.0], 4 * delay + 2);
            for (n, out) in left.into_iter().zip(right).enumerate() {
                let expected = match (n % delay, n / delay) {
                    (0, 0) => [1.0; 2],
                    (0, 1) => sides,
                    (0, 2) => [sides[1], sides[0]].map(|x| x * feedback),
                    (0, 3) => sides.map(|x| x * feedback * feedback),
                    (0, _) => [sides[1], sides[0]].map(|x| x * feedback * feedback * feedback),
                    _ => [0.0; 2],
                };
                let out = [out.0, out.1];
                assert!(
                    (0..2).all(|side| (out[side] - expected[side]).abs() < 1e-6),
                    "{rate_hz} Hz, {width}: frame {n} of {delay}: {out:?}"
                );
            }
        }
    }
}

#[test]
fn echoes_follow_the_tempo_and_stay_below_four_seconds() {
    let settings = [
        (Param::DELAY_AMOUNT, 1.0),
        (Param::DELAY_SYNC, 1.0),
        (Param::DELAY_WIDTH, 0.0),
    ];
    for (beats_per_minute, division, frames) in [
        (120.0, 8.0, 24_000),
        (90.0, 11.0, 16_000),
        (97.0, 8.0, 29_691),
        // Two bars of 4 s, the one below, and eight bars of 32 s.
        (60.0, 2.0, 192_000),
        (60.0, 3.0, 192_000),
        (60.0, 0.0, 192_000),
        (10_000.0, 16.0, 36),
    ] {
        let mut rig = Rig::new(
            48_000.0,
            &[&settings[..], &[(Param::DELAY_DIVISION, division)]].concat(),
        );
        rig.pace.beats_per_frame = beats_per_minute / 60.0 / 48_000.0;
        let out = rig.response([1.0, 0.0], frames + 10);
        let echo = (1..out[0].len()).find(|&n| out[0][n].abs() > 0.1);
        assert_eq!(echo, Some(frames), "{beats_per_minute} bpm, {division}");
    }
}

#[test]
fn echoes_in_mono_are_the_same_at_any_width() {
    let mono = |width| {
        let settings = [
            (Param::DELAY_AMOUNT, 1.0),
            (Param::DELAY_TIME, 0.01),
            (Param::DELAY_WIDTH, width),
        ];
        let mut rig = Rig::new(48_000.0, &settings);
        let [mut left, mut right] = [noise(3, 20_000), noise(4, 20_000)];
        rig.run(&mut left, &mut right, 1_000);
        left.iter()
            .zip(right)
            .map(|(l, r)| l + r)
            .collect::<Vec<f32>>()
    };
    let narrow = mono(0.0);
    for width in [0.3, 1.0] {
        for (n, (a, b)) in narrow.iter().zip(mono(width)).enumerate() {
            assert!((a - b).abs() < 2e-5, "width {width}, frame {n}: {a} {b}");
        }
    }
}

/// The low-pass of an echo, by its gain at its cutoff and far below.
#[test]
fn each_echo_goes_through_the_tone_once_more() {
    let settings = [
        (Param::DELAY_AMOUNT, 1.0),
        (Param::DELAY_TIME, 0.1),
        (Param::DELAY_FEEDBACK, 0.5),
        (Param::DELAY_TONE, 1_000.0),
        (Param::DELAY_WIDTH, 0.0),
    ];
    let mut rig = Rig::new(48_000.0, &settings);
    let [out, _] = rig.response([1.0, 1.0], 20_000);
    let gain = |echo: usize, hz: f64| {
        let (mut re, mut im) = (0.0, 0.0);
        for (n, &x) in out[4_800 * echo..4_800 * echo + 2_000].iter().enumerate() {
            let angle = std::f64::consts::TAU * hz / 48_000.0 * n as f64;
            re += f64::from(x) * angle.cos();
            im += f64::from(x) * angle.sin();
        }
        re.hypot(im)
    };
    for echo in 1..=3 {
        let level = 0.5_f64.powi(echo - 1);
        assert!((gain(echo as usize, 1.0) / level - 1.0).abs() < 1e-3);
        // −3 dB an echo, by the formula of the one-pole low-pass in discrete time.
        let weight = 1.0 - (-std::f64::consts::TAU * 1_000.0 / 48_000.0).exp();
        let angle = std::f64::consts::TAU * 1_000.0 / 48_000.0;
        let squared = 1.0 - 2.0 * (1.0 - weight) * angle.cos() + (1.0 - weight).powi(2);
        let expected = level * (weight / squared.sqrt()).powi(echo);
        assert!(
            (gain(echo as usize, 1_000.0) / expected - 1.0).abs() < 1e-3,
            "echo {echo}"
        );
    }
}

/// A sine through the chorus, against the formula in the module's text.
#[test]
fn chorus_is_its_formula() {
    const HZ: f64 = 1_000.0;
    for rate_hz in [44_100.0, 96_000.0, 384_000.0] {
        for (swing_hz, depth) in [(0.5, 1.0), (5.0, 0.4), (1.0, 0.0)] {
            let settings = [
                (Param::CHORUS_AMOUNT, 1.0),
                (Param::CHORUS_RATE, swing_hz),
                (Param::CHORUS_DEPTH, depth),
            ];
            let mut rig = Rig::new(rate_hz, &settings);
            let x = |t: f64| {
                if t < 0.0 {
                    0.0
                } else {
                    (std::f64::consts::TAU * HZ * t).sin()
                }
            };
            let frames = (0.3 * rate_hz) as usize;
            let mut left: Vec<f32> = (0..frames).map(|n| x(n as f64 / rate_hz) as f32).collect();
            // The clock of the swing begins with the first block that is on.
            let mut right = left.clone();
            rig.run(&mut left, &mut right, 333);
            let rate = f64::from(rig.values.get(Param::CHORUS_RATE));
            let mut worst = 0.0_f64;
            for n in (0.02 * rate_hz) as usize..frames {
                let t = n as f64 / rate_hz;
                for (out, quarter) in [(&left, 0.0), (&right, 0.25)] {
                    let mut expected = x(t);
                    for copy in 0..3 {
                        let turns = rate * t + f64::from(copy) / 3.0 + quarter;
                        let swing_s = chorus::SWING_S * f64::from(depth);
                        let delay_s =
                            chorus::CENTRE_S + swing_s * (std::f64::consts::TAU * turns).sin();
                        expected += x(t - delay_s) / 3.0_f64.sqrt();
                    }
                    worst = worst.max((f64::from(out[n]) - expected * 0.5_f64.sqrt()).abs());
                }
            }
            assert!(
                worst < 2e-3,
                "{rate_hz} Hz, {swing_hz} Hz, {depth}: {worst}"
            );
        }
    }
}

#[test]
fn spans_and_levels_have_no_influence() {
    let render = |span: usize, simd_level: SimdLevel| {
        let mut rig = Rig::new(48_000.0, &ALL);
        rig.effects = Effects::new(simd_level, 48_000.0);
        let [mut left, mut right] = [noise(5, 30_000), noise(6, 30_000)];
        left[2_000..].fill(0.0);
        right[2_500..].fill(0.0);
        rig.run(&mut left, &mut right, span);
        let ended = rig.effects.is_at_rest();
        (
            left.into_iter()
                .chain(right)
                .map(f32::to_bits)
                .collect::<Vec<u32>>(),
            ended,
        )
    };
    let whole = render(usize::MAX, SimdLevel::PORTABLE);
    for span in [1, 7, 64, 100] {
        assert!(render(span, SimdLevel::PORTABLE) == whole, "{span}");
    }
    for level in SimdLevel::available() {
        assert!(render(50, level) == whole, "{level:?}");
    }
}

/// Delays of six frames, fewer than a group of a block of eight has, and memories that are emptied within one.
#[test]
fn groups_have_no_influence() {
    let short = [
        (Param::DELAY_AMOUNT, 1.0),
        (Param::DELAY_TIME, 0.001),
        (Param::DELAY_FEEDBACK, 0.5),
        (Param::DELAY_TONE, 300.0),
    ];
    let bits = |channels: [Vec<f32>; 2]| channels.concat().into_iter().map(f32::to_bits);
    let mut has_ended = false;
    for silence in (0..400).step_by(3) {
        let mut render = |span: usize| {
            let mut rig = Rig::new(6_000.0, &short);
            let [mut left, mut right] = [noise(11, 40), noise(12, 40)];
            rig.run(&mut left, &mut right, span);
            let mut quiet = [vec![0.0; silence], vec![0.0; silence]];
            let [quiet_left, quiet_right] = &mut quiet;
            rig.run(quiet_left, quiet_right, span);
            has_ended |= rig.effects.is_at_rest();
            let mut again = [noise(13, 60), noise(14, 60)];
            let [again_left, again_right] = &mut again;
            rig.run(again_left, again_right, span);
            let sound = bits([left, right]).chain(bits(quiet));
            sound.chain(bits(again)).collect::<Vec<u32>>()
        };
        let frame_by_frame = render(1);
        for span in [3, 8, usize::MAX] {
            assert!(render(span) == frame_by_frame, "{silence}, {span}");
        }
    }
    assert!(has_ended, "no memory was emptied");
}

/// The tail ends in exact zeros; what comes then is as of new effects whose clocks have gone on.
#[test]
fn a_tail_ends_and_leaves_nothing_behind() {
    let mut rig = Rig::new(48_000.0, &ALL);
    let mut seconds = 0;
    let mut burst = [noise(7, 48_000), noise(8, 48_000)];
    loop {
        let [left, right] = &mut burst;
        if seconds > 0 {
            left.fill(0.0);
            right.fill(0.0);
        } else {
            left[24_000..].fill(0.0);
            right[24_000..].fill(0.0);
        }
        rig.run(left, right, 480);
        seconds += 1;
        if rig.effects.is_at_rest() {
            break;
        }
        assert!(seconds < 10, "no end");
    }
    assert!(seconds >= 2);
    assert_eq!(burst[0][47_999], 0.0);
    // Whole blocks have gone by in both.
    let mut other = Rig::new(48_000.0, &ALL);
    let mut silence = vec![0.0; 48_000 * seconds];
    let mut silence_too = silence.clone();
    other.run(&mut silence, &mut silence_too, 480);
    let render = |rig: &mut Rig| {
        let [mut left, mut right] = [noise(9, 20_000), noise(10, 20_000)];
        rig.run(&mut left, &mut right, 480);
        left.into_iter()
            .chain(right)
            .map(f32::to_bits)
            .collect::<Vec<u32>>()
    };
    assert!(render(&mut rig) == render(&mut other));
    // And reset is new, whatever was before.
    rig.effects.reset();
    rig.position = rig.pace.block_frames;
    let mut new = Rig::new(48_000.0, &ALL);
    assert!(render(&mut rig) == render(&mut new));
}

#[test]
fn what_is_no_number_does_not_stay() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
        let mut rig = Rig::new(48_000.0, &ALL);
        let [mut left, mut right] = [noise(11, 500), noise(12, 500)];
        left[100] = bad;
        right[101] = bad;
        rig.run(&mut left, &mut right, 64);
        let [mut left, mut right] = [vec![0.0; 200_000], vec![0.0; 200_000]];
        rig.run(&mut left, &mut right, 64);
        assert!(
            left.iter()
                .chain(&right)
                .all(|x| x.is_finite() && x.abs() < 10.0)
        );
        assert_eq!(left[199_999], 0.0, "{bad}");
        assert!(rig.effects.is_at_rest(), "{bad}");
    }
}

/// An amount that goes to 0 takes the wet sound away within the fade, and then all is off.
#[test]
fn at_no_amount_they_are_soon_off() {
    let mut rig = Rig::new(48_000.0, &ALL);
    let [mut left, mut right] = [noise(13, 10_000), noise(14, 10_000)];
    rig.run(&mut left, &mut right, 64);
    rig.set(&[]);
    let [mut left, mut right] = [vec![0.0; 3_000], vec![0.0; 3_000]];
    rig.run(&mut left, &mut right, 64);
    let last = (0..3_000).rfind(|&n| left[n] != 0.0).expect("a tail");
    assert!((400..48 * 30 + 128).contains(&last), "{last}");
    assert!(!rig.block.is_on && rig.effects.is_at_rest());
}

/// A fade for another sound is over after its time, and what was is not heard again.
#[test]
fn a_new_sound_begins_without_the_tail_of_the_one_before() {
    let mut rig = Rig::new(48_000.0, &ALL);
    let [mut left, mut right] = [noise(15, 9_600), noise(16, 9_600)];
    rig.run(&mut left, &mut right, 64);
    rig.effects.fade_out();
    rig.set(&[(Param::REVERB_AMOUNT, 1.0)]);
    let [mut left, mut right] = [vec![0.0; 3_000], vec![0.0; 3_000]];
    rig.run(&mut left, &mut right, 64);
    let peak = |x: &[f32]| x.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
    assert!(peak(&left[..480]) > 0.05 && peak(&left[1_300..1_440]) < 0.2 * peak(&left[..480]));
    let last = (0..3_000).rfind(|&n| left[n] != 0.0).expect("a tail");
    assert!((1_300..=1_440 + 128).contains(&last), "{last}");
    assert!(rig.effects.is_at_rest());
}

#[test]
fn every_rate_is_taken() {
    for rate_hz in [
        1_000.0,
        8_000.0,
        44_100.0,
        192_000.0,
        384_000.0,
        1_234_567.75,
        4e6,
    ] {
        let most = |param: Param| (param, param.range().ends().1);
        let settings = [
            most(Param::CHORUS_AMOUNT),
            most(Param::CHORUS_DEPTH),
            most(Param::CHORUS_RATE),
            most(Param::DELAY_AMOUNT),
            most(Param::DELAY_TIME),
            most(Param::REVERB_AMOUNT),
            most(Param::REVERB_SIZE),
            most(Param::REVERB_PREDELAY),
        ];
        for settings in [
            &settings[..],
            &ALL,
            &[(Param::REVERB_AMOUNT, 1.0), (Param::REVERB_SIZE, 0.1)],
        ] {
            let mut rig = Rig::new(rate_hz, settings);
            let [mut left, mut right] = [noise(17, 40_000), noise(18, 40_000)];
            rig.run(&mut left, &mut right, 1_000);
            assert!(
                left.iter().chain(&right).all(|x| x.abs() < 30.0),
                "{rate_hz}"
            );
            assert!(left.iter().any(|&x| x != 0.0));
        }
    }
}
