//! The output's spectrum: what comes out, to be laid under what was drawn.
//!
//! The last 8192 frames under a Blackman–Harris window, padded to twice their length, so that a sine
//! between two bins reads within 0.25 dB. Both channels go through one complex transform. A sine of
//! full scale in both channels is 0 dB. Rises at once, falls over time.

use std::sync::Arc;

use rustfft::num_complex::Complex32;
use rustfft::{Fft, FftPlanner};

use crate::bridge::{OutputReceiver, OutputWatch};

/// Frames that are looked at.
const FRAMES: usize = 8_192;
/// Length of the transform.
const LENGTH: usize = 2 * FRAMES;
/// The time in which what is shown falls to a tenth of its power, seconds.
const FALL_S: f32 = 0.25;

/// As long as there is one, the audio thread sends its frames.
pub struct Analyser {
    watch: OutputWatch,
    /// The last frames, a ring.
    frames: Vec<[f32; 2]>,
    next: usize,
    has_news: bool,
    window: Vec<f32>,
    fft: Arc<dyn Fft<f32>>,
    work: Vec<Complex32>,
    scratch: Vec<Complex32>,
    /// Power of each bin up to Nyquist, as a part of a full-scale sine's power.
    powers: Vec<f32>,
    now_s: f64,
}

impl Analyser {
    /// Begins to listen.
    pub fn new(output: &OutputReceiver) -> Analyser {
        let fft = FftPlanner::new().plan_fft_forward(LENGTH);
        let window = blackman_harris();
        Analyser {
            watch: output.watch(),
            frames: vec![[0.0; 2]; FRAMES],
            next: 0,
            has_news: false,
            window,
            work: vec![Complex32::default(); LENGTH],
            scratch: vec![Complex32::default(); fft.get_inplace_scratch_len()],
            fft,
            powers: vec![0.0; LENGTH / 2 + 1],
            now_s: 0.0,
        }
    }

    /// Takes what has come since the last frame of the window.
    pub fn update(&mut self, now_s: f64) {
        let (frames, next) = (&mut self.frames, &mut self.next);
        let mut has_news = false;
        self.watch.take(|frame| {
            frames[*next] = frame;
            *next = (*next + 1) % FRAMES;
            has_news = true;
        });
        let elapsed_s = (now_s - self.now_s).clamp(0.0, 1.0) as f32;
        self.now_s = now_s;
        let kept = libm::powf(0.1, elapsed_s / FALL_S);
        self.has_news = has_news;
        if has_news {
            self.transform(kept);
        } else {
            // The host has stopped.
            self.powers.iter_mut().for_each(|power| *power *= kept);
        }
    }

    fn transform(&mut self, kept: f32) {
        self.work.fill(Complex32::default());
        let (newer, older) = self.frames.split_at(self.next);
        let frames = older.iter().chain(newer);
        for ((place, [left, right]), window) in self.work.iter_mut().zip(frames).zip(&self.window) {
            // One value that is not finite would make all of the spectrum so.
            let finite = |x: f32| if x.is_finite() { x } else { 0.0 };
            *place = Complex32::new(finite(*left) * window, finite(*right) * window);
        }
        self.fft
            .process_with_scratch(&mut self.work, &mut self.scratch);
        for (bin, power) in self.powers.iter_mut().enumerate() {
            // Left is the even part, right the odd one: together they have half the squares' sum of a
            // bin and its mirror image; the mean of both channels is half of that.
            let mirror = (LENGTH - bin) % LENGTH;
            let now = 0.25 * (self.work[bin].norm_sqr() + self.work[mirror].norm_sqr());
            *power = now.max(*power * kept);
        }
    }

    /// The highest power between two frequencies, in parts of a full-scale sine's; between two bins
    /// what lies on the line from one to the other.
    pub fn power(&self, from_hz: f32, to_hz: f32, sample_rate_hz: f64) -> f32 {
        let bins_per_hz = (LENGTH as f64 / sample_rate_hz.max(1.0)) as f32;
        let last = (self.powers.len() - 1) as f32;
        let at = |bin: f32| {
            let bin = bin.clamp(0.0, last);
            let (below, part) = (bin as usize, bin.fract());
            let above = (below + 1).min(self.powers.len() - 1);
            self.powers[below] * (1.0 - part) + self.powers[above] * part
        };
        let (from, to) = (from_hz * bins_per_hz, to_hz * bins_per_hz);
        if from > last || from > to || from_hz.is_nan() || to_hz.is_nan() {
            return 0.0;
        }
        let first_whole = from.max(0.0).ceil() as usize;
        let last_whole = to.clamp(0.0, last) as usize;
        let between = self.powers.get(first_whole..=last_whole).unwrap_or(&[]);
        between.iter().copied().fold(at(from).max(at(to)), f32::max)
    }

    /// Whether there is anything to be seen.
    pub fn is_moving(&self) -> bool {
        self.has_news || self.powers.iter().any(|&power| power > 1e-10)
    }
}

/// Four terms, its sum scaled so that a sine of amplitude 1 has a bin of power 1.
fn blackman_harris() -> Vec<f32> {
    const TERMS: [f64; 4] = [0.358_75, -0.488_29, 0.141_28, -0.011_68];
    // A real sine has half its amplitude at each of its two frequencies.
    let scale = 2.0 / (FRAMES as f64 * TERMS[0]);
    (0..FRAMES)
        .map(|place| {
            let turn = std::f64::consts::TAU * place as f64 / FRAMES as f64;
            let terms = TERMS.iter().enumerate();
            let sum: f64 = terms.map(|(k, term)| term * (turn * k as f64).cos()).sum();
            (sum * scale) as f32
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::OutputSender;
    use crate::editor::model::spectrum::pitch::power_db;

    const RATE_HZ: f64 = 48_000.0;

    /// The spectrum of these channels' tones: frequency and amplitude.
    fn analyse(left: &[(f64, f64)], right: &[(f64, f64)]) -> Analyser {
        let mut sender = OutputSender::new();
        let mut analyser = Analyser::new(&sender.receiver());
        let channel = |tones: &[(f64, f64)]| -> Vec<f32> {
            (0..10_000)
                .map(|frame| {
                    let turns = |hz: f64| hz * f64::from(frame) / RATE_HZ;
                    let sines = tones.iter().map(|(hz, amplitude)| {
                        amplitude * (std::f64::consts::TAU * turns(*hz) + 0.3).sin()
                    });
                    sines.sum::<f64>() as f32
                })
                .collect()
        };
        sender.send(&channel(left), &channel(right));
        analyser.update(1.0);
        analyser
    }

    fn level_db(analyser: &Analyser, hz: f32) -> f32 {
        power_db(analyser.power(hz - 3.0, hz + 3.0, RATE_HZ))
    }

    #[test]
    fn a_full_scale_sine_is_0_db_wherever_it_stands() {
        for step in 0..10 {
            let hz = 997.0 + 1.37 * f64::from(step);
            let tone = [(hz, 1.0)];
            let found = level_db(&analyse(&tone, &tone), hz as f32);
            assert!((-0.25..0.01).contains(&found), "{hz}: {found}");
        }
    }

    #[test]
    fn channels_and_neighbours_are_kept_apart() {
        // One channel alone has half the power of both.
        let analyser = analyse(&[(440.0, 0.5)], &[(3_000.0, 0.001)]);
        assert!((level_db(&analyser, 440.0) + 6.02 + 3.01).abs() < 0.3);
        assert!((level_db(&analyser, 3_000.0) + 60.0 + 3.01).abs() < 0.3);
        // Elsewhere the window's side lobes are below −92 dB.
        let elsewhere = power_db(analyser.power(5_000.0, 20_000.0, RATE_HZ));
        assert!(elsewhere < -92.0, "{elsewhere}");
        assert_eq!(analyser.power(25_000.0, 30_000.0, RATE_HZ), 0.0);
    }

    #[test]
    fn it_falls_when_the_host_stops() {
        let tone = [(1_000.0, 1.0)];
        let mut analyser = analyse(&tone, &tone);
        let before = level_db(&analyser, 1_000.0);
        analyser.update(1.25);
        assert!((before - level_db(&analyser, 1_000.0) - 10.0).abs() < 0.1);
        for second in 2..10 {
            analyser.update(f64::from(second));
        }
        assert!(!analyser.is_moving());
    }

    #[test]
    fn what_is_not_a_number_does_not_stay() {
        let mut sender = OutputSender::new();
        let mut analyser = Analyser::new(&sender.receiver());
        sender.send(&[f32::NAN, f32::INFINITY], &[0.5, f32::NAN]);
        analyser.update(0.1);
        assert!(analyser.powers.iter().all(|power| power.is_finite()));
    }
}
