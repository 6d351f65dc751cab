//! The reverb against a slow model of its formulas, in f64.

use std::collections::VecDeque;
use std::f64::consts::{FRAC_1_SQRT_2, TAU};

use super::*;
use crate::synth::effects::reverb::{FULL_TIME_S, LINES, SIZED, TIMED};
use rustfft::num_complex::Complex;

/// Lines of both kinds, the sized ones first.
const ALL_LINES: usize = 2 * LINES;
/// Lengths of the allpasses, left and right.
const ALLPASSES_S: [[f64; 4]; 2] = [
    [0.001_31, 0.002_77, 0.004_71, 0.006_97],
    [0.001_47, 0.002_53, 0.005_03, 0.006_61],
];
/// Signs of the sized lines at the input and at the outputs.
const INPUT: &str = "++----+++--+-++-";
const OUTPUTS: [&str; 2] = ["----++++++----++", "-++-++---+-++-+-"];

/// Settings that stand still.
#[derive(Clone, Copy, Debug)]
struct Settings {
    rate_hz: f64,
    time_s: f64,
    size: f64,
    damping: f64,
    predelay_s: f64,
}

impl Settings {
    fn frames(&self, seconds: f64) -> usize {
        (seconds * self.rate_hz).round() as usize
    }

    /// The time of the parameter, and its others, as the effects have them.
    fn of(rate_hz: f64, values: &Values) -> Settings {
        let get = |param| f64::from(values.get(param));
        Settings {
            rate_hz,
            time_s: get(Param::REVERB_TIME),
            size: get(Param::REVERB_SIZE),
            damping: get(Param::REVERB_DAMPING),
            predelay_s: get(Param::REVERB_PREDELAY),
        }
    }

    /// What is left of something after some time that falls by 60 dB in another.
    fn decay(seconds: f64, time_s: f64) -> f64 {
        10.0_f64.powf(-3.0 * seconds / time_s)
    }

    /// The seconds by which lines swing, from their lengths on: none at low rates.
    fn swing_s(&self) -> f64 {
        if self.rate_hz < 20_000.0 { 0.0 } else { 1e-4 }
    }

    /// The weight of a new frame in the low-pass of the damping, of 3,800 Hz.
    fn weight(&self) -> f64 {
        1.0 - (-TAU * 3_800.0 / self.rate_hz).exp()
    }

    /// How many times as short the decay is above the shelf.
    fn shorter(&self) -> f64 {
        16.0_f64.powf(self.damping)
    }

    /// The gain of a line at 0 Hz with which the shelf has at 670 Hz, in phase, this gain: by halving what it
    /// may be.
    fn low_gain(&self, mid: f64) -> f64 {
        let delay = Complex::from_polar(1.0, -TAU * 670.0 / self.rate_hz);
        let lowpass = self.weight() / (1.0 - (1.0 - self.weight()) * delay);
        let at_mid = |low: f64| {
            let high = low.powf(self.shorter());
            high + (low - high) * lowpass.re
        };
        let (mut least, mut most) = (0.0, 1.0);
        for _ in 0..100 {
            let middle = 0.5 * (least + most);
            if at_mid(middle) < mid {
                least = middle;
            } else {
                most = middle;
            }
        }
        most
    }
}

/// A delay line: the newest frame comes first.
struct Line(VecDeque<f64>);

impl Line {
    fn new(frames: usize) -> Line {
        Line(VecDeque::from(vec![0.0; frames + 1]))
    }

    fn push(&mut self, x: f64) {
        self.0.push_front(x);
        self.0.pop_back();
    }

    /// The frame taken so long ago; 1 is the last.
    fn ago(&self, frames: usize) -> f64 {
        self.0[frames - 1]
    }

    /// The cubic through the four frames nearest to a place between them.
    fn between(&self, frames: f64) -> f64 {
        let whole = frames.floor() as usize;
        let nodes = whole - 1..=whole + 2;
        let weight = |node: usize| {
            let others = nodes.clone().filter(|&other| other != node);
            let factor = |other| (frames - other as f64) / (node as f64 - other as f64);
            others.map(factor).product::<f64>()
        };
        nodes
            .clone()
            .map(|node| weight(node) * self.ago(node))
            .sum()
    }
}

/// A delay line with what takes energy from it.
struct DampedLine {
    line: Line,
    frames: f64,
    low: f64,
    high: f64,
    lowpass: f64,
}

/// The reverb, one frame after the other.
struct Model {
    settings: Settings,
    predelay: [Line; 2],
    allpasses: [Vec<(Line, usize)>; 2],
    spread: f64,
    /// The gain of what goes into the network.
    input: f64,
    lines: Vec<DampedLine>,
    matrix: Vec<[f64; ALL_LINES]>,
    frame: usize,
}

impl Model {
    fn new(settings: Settings) -> Model {
        let Settings { time_s, size, .. } = settings;
        let timed_part = (time_s / FULL_TIME_S).min(1.0);
        let sized = SIZED.map(|prime| (prime, size, 0.5 * settings.swing_s()));
        let timed = TIMED.map(|prime| (prime, timed_part, 0.0));
        let mut powers = [0.0; 2];
        let mut lines = Vec::new();
        for (place, (prime, scale, longer_s)) in sized.into_iter().chain(timed).enumerate() {
            let seconds = f64::from(prime) / 48_000.0 * scale;
            let mid = Settings::decay(seconds + longer_s, time_s);
            powers[place / LINES] += mid * mid / LINES as f64;
            let low = settings.low_gain(mid);
            // Of many halves of frames, so that the order counts.
            let frames = f64::from(prime) * (scale * settings.rate_hz / 48_000.0);
            let frames = (frames.round() as usize).max(2);
            lines.push(DampedLine {
                line: Line::new(frames + settings.frames(settings.swing_s()) + 4),
                frames: frames as f64,
                low,
                high: low.powf(settings.shorter()),
                lowpass: 0.0,
            });
        }
        let [sized, timed] = powers;
        let energy = sized * (1.0 - 0.5 * timed) / (1.0 - 0.5 * (sized + timed));
        let predelay_frames = settings.frames(settings.predelay_s);
        let allpass = |seconds: f64| {
            let frames = (seconds * settings.rate_hz).ceil() as usize;
            (Line::new(frames), frames)
        };
        Model {
            settings,
            predelay: [(); 2].map(|()| Line::new(predelay_frames)),
            allpasses: ALLPASSES_S.map(|side| side.map(allpass).into()),
            spread: Settings::decay(0.006_97, 0.4 * time_s).min(0.6),
            input: (1.0 / energy).sqrt() / 8.0_f64.sqrt(),
            lines,
            matrix: matrix(),
            frame: 0,
        }
    }

    /// What goes into the network on a side.
    fn diffused(&mut self, side: usize, x: f64) -> f64 {
        self.predelay[side].push(x);
        let predelay_frames = self.settings.frames(self.settings.predelay_s);
        let mut x = self.predelay[side].ago(1 + predelay_frames);
        for (line, frames) in &mut self.allpasses[side] {
            let delayed = line.ago(*frames);
            let fed = x + self.spread * delayed;
            line.push(fed);
            x = delayed - self.spread * fed;
        }
        self.input * x
    }

    /// What comes out of a line.
    fn tap(&self, place: usize) -> f64 {
        let DampedLine { line, frames, .. } = &self.lines[place];
        if place >= LINES {
            return line.ago(*frames as usize);
        }
        let seconds = self.frame as f64 / self.settings.rate_hz;
        let turns = 0.61 * seconds + 0.618_033_988_749_895 * place as f64;
        let swing_frames = self.settings.swing_s() * self.settings.rate_hz;
        line.between(frames + swing_frames * (0.5 + 0.5 * (TAU * turns).sin()))
    }

    /// The wet frame.
    fn frame(&mut self, dry: [f64; 2]) -> [f64; 2] {
        let fed = [0, 1].map(|side| self.diffused(side, dry[side]));
        let taps: Vec<f64> = (0..ALL_LINES).map(|place| self.tap(place)).collect();
        for (place, row) in self.matrix.iter().enumerate() {
            let products = row.iter().zip(&taps).map(|(entry, tap)| entry * tap);
            let mut x: f64 = products.sum();
            if place < LINES {
                x += sign(INPUT, place) * fed[place % 2];
            }
            let weight = self.settings.weight();
            let line = &mut self.lines[place];
            line.lowpass += weight * (x - line.lowpass);
            let damped = line.high * x + (line.low - line.high) * line.lowpass;
            line.line.push(damped);
        }
        self.frame += 1;
        let side = |signs| {
            let signed = (0..LINES).map(|place| sign(signs, place) * taps[place]);
            FRAC_1_SQRT_2 * signed.sum::<f64>()
        };
        OUTPUTS.map(side)
    }
}

/// 1 or −1, as the place of a text says.
fn sign(signs: &str, place: usize) -> f64 {
    match signs.as_bytes()[place] {
        b'+' => 1.0,
        _ => -1.0,
    }
}

/// How the lines are mixed: each sixteen by the product of two reflections of four, and then both by an
/// eighth of a turn.
fn matrix() -> Vec<[f64; ALL_LINES]> {
    let small = |row, column| if row == column { 0.5 } else { -0.5 };
    let reflection = |row, column| small(row / 4, column / 4) * small(row % 4, column % 4);
    let entry = |row: usize, column: usize| {
        let turn = if row < LINES && column >= LINES {
            -FRAC_1_SQRT_2
        } else {
            FRAC_1_SQRT_2
        };
        turn * reflection(row % LINES, column % LINES)
    };
    (0..ALL_LINES)
        .map(|row| std::array::from_fn(|column| entry(row, column)))
        .collect()
}

/// How far a response is from the model's.
#[derive(Debug)]
struct Errors {
    /// Power of the difference over that of the response, dB.
    whole_db: f64,
    /// The same of the worst window of 20 ms that is no more than 80 dB softer than the loudest.
    window_db: f64,
    /// The largest difference of levels at any frequency no more than 40 dB softer than the loudest, dB.
    spectrum_db: f64,
}

impl Errors {
    fn of(response: &[f32], model: &[f64], rate_hz: f64) -> Errors {
        let response: Vec<f64> = response.iter().map(|&x| f64::from(x)).collect();
        let difference: Vec<f64> = response.iter().zip(model).map(|(a, b)| a - b).collect();
        let power = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
        let db = |part: f64| 10.0 * part.max(1e-30).log10();
        let window = (0.02 * rate_hz) as usize;
        let loudest = model.chunks(window).map(power).fold(0.0, f64::max);
        let windows = model.chunks(window).zip(difference.chunks(window));
        let heard = windows.filter(|(model, _)| power(model) > 1e-8 * loudest);
        let window_db = heard.map(|(model, difference)| db(power(difference) / power(model)));
        let [response, expected] = [spectrum(&response), spectrum(model)];
        let loudest = expected.iter().copied().fold(0.0, f64::max);
        let bins = response.iter().zip(&expected);
        let heard = bins.filter(|(_, expected)| **expected > 0.01 * loudest);
        let spectrum_db = heard.map(|(level, expected)| 2.0 * db(level / expected).abs());
        Errors {
            whole_db: db(power(&difference) / power(model)),
            window_db: window_db.fold(f64::MIN, f64::max),
            spectrum_db: spectrum_db.fold(0.0, f64::max),
        }
    }
}

/// Gains at all frequencies from 0 Hz to Nyquist.
fn spectrum(response: &[f64]) -> Vec<f64> {
    let len = response.len().next_power_of_two();
    let mut bins = vec![Complex::default(); len];
    for (bin, x) in bins.iter_mut().zip(response) {
        bin.re = *x;
    }
    let transform = rustfft::FftPlanner::new().plan_fft_forward(len);
    transform.process(&mut bins);
    bins[..=len / 2].iter().map(|bin| bin.norm()).collect()
}

/// Clicks at the left and at the right, at the ends of the settings' ranges and between them. The worst that has been
/// measured is −117 dB of the whole, −112 dB of a window and 0.0004 dB of the spectrum: what sums in f32 are rounded
/// by. The bounds are ten times as much.
#[test]
fn it_is_its_formulas() {
    for (rate_hz, time_s, size, damping, predelay_s) in [
        (48_000.0, 2.0, 0.5, 0.4, 0.01),
        (48_000.0, 0.1, 0.1, 0.0, 0.0),
        (48_000.0, 0.3, 1.0, 1.0, 0.0),
        (48_000.0, 20.0, 1.0, 0.2, 0.25),
        (48_000.0, 20.0, 0.1, 1.0, 0.0),
        (44_100.0, 0.7, 0.3, 0.7, 0.1),
        (96_000.0, 1.5, 0.8, 0.0, 0.05),
        (192_000.0, 0.5, 0.2, 0.5, 0.003),
        (384_000.0, 0.2, 0.9, 0.9, 0.02),
        (16_000.0, 3.0, 0.4, 0.3, 0.02),
        (8_000.0, 0.15, 0.1, 1.0, 0.0),
        (8_000.0, 5.0, 1.0, 0.0, 0.07),
    ] {
        let settings = [
            (Param::REVERB_AMOUNT, 1.0),
            (Param::REVERB_TIME, time_s),
            (Param::REVERB_SIZE, size),
            (Param::REVERB_DAMPING, damping),
            (Param::REVERB_PREDELAY, predelay_s),
        ];
        let seconds = (1.2 * f64::from(time_s) + 0.3).min(3.0);
        let frames = (seconds * rate_hz) as usize;
        for click in [[1.0, 0.0], [0.0, 1.0]] {
            let mut rig = Rig::new(rate_hz, &settings);
            let mut model = Model::new(Settings::of(rate_hz, &rig.values));
            let mut out = rig.response(click, frames);
            // Without the dry click.
            out.iter_mut().for_each(|channel| channel[0] = 0.0);
            let first = click.map(f64::from);
            let model: Vec<[f64; 2]> = (0..frames)
                .map(|n| model.frame(if n == 0 { first } else { [0.0; 2] }))
                .collect();
            for (side, response) in out.iter().enumerate() {
                let expected: Vec<f64> = model.iter().map(|frame| frame[side]).collect();
                let errors = Errors::of(response, &expected, rate_hz);
                let what =
                    format!("{settings:?} at {rate_hz} Hz, {click:?} to side {side}: {errors:.5?}");
                println!("{what}");
                assert!(errors.whole_db < -107.0, "{what}");
                assert!(errors.window_db < -100.0, "{what}");
                assert!(errors.spectrum_db < 0.004, "{what}");
            }
        }
    }
}
