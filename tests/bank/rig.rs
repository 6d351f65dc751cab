//! Sets of partials, the kernels that render them, and the worst of many errors.

use aliquot::bank::direct::Direct;
use aliquot::bank::spectral::{self, HalfSpectra, Spreader, Transform, max_half_chirp};
use aliquot::bank::{Controls, advanced_phase, reference};
use aliquot::dsp::simd_level::SimdLevel;
use std::cell::RefCell;
use std::collections::HashMap;

/// Audible frequencies, turns per frame: from 20 Hz at 48 kHz to 0.45.
pub const LOWEST_TURNS: f64 = 20.0 / 48_000.0;
pub const HIGHEST_TURNS: f64 = 0.45;

/// xorshift64*, seeded: the tests draw the same numbers every time.
pub struct Random(pub u64);

impl Random {
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn frequency_turns(&mut self) -> f64 {
        LOWEST_TURNS + (HIGHEST_TURNS - LOWEST_TURNS) * self.unit()
    }
}

/// A set of partials.
#[derive(Default)]
pub struct Bank {
    pub phase: Vec<u64>,
    pub increment: Vec<u64>,
    pub half_chirp: Vec<i64>,
    pub gains: [Vec<f32>; 4],
}

impl Bank {
    pub fn one(phase: u64, increment: u64, half_chirp: i64) -> Self {
        let mut bank = Self::default();
        bank.push(phase, increment, half_chirp, [1.0; 4]);
        bank
    }

    /// Gains are left start and end, right start and end.
    pub fn push(&mut self, phase: u64, increment: u64, half_chirp: i64, gains: [f32; 4]) {
        self.phase.push(phase);
        self.increment.push(increment);
        self.half_chirp.push(half_chirp);
        for (all, gain) in self.gains.iter_mut().zip(gains) {
            all.push(gain);
        }
    }

    pub fn controls(&mut self) -> Controls<'_> {
        Controls {
            phase: &mut self.phase,
            increment: &self.increment,
            half_chirp: &self.half_chirp,
            left_start: &self.gains[0],
            left_end: &self.gains[1],
            right_start: &self.gains[2],
            right_end: &self.gains[3],
        }
    }

    /// Calls `render` with the controls and keeps the phases as they were.
    pub fn with_controls(&self, render: impl FnOnce(&mut Controls)) {
        render(&mut Controls {
            phase: &mut self.phase.clone(),
            increment: &self.increment,
            half_chirp: &self.half_chirp,
            left_start: &self.gains[0],
            left_end: &self.gains[1],
            right_start: &self.gains[2],
            right_end: &self.gains[3],
        });
    }

    pub fn advance(&mut self, frames: usize) {
        for partial in 0..self.phase.len() {
            self.phase[partial] = advanced_phase(
                self.phase[partial],
                self.increment[partial],
                self.half_chirp[partial],
                frames as u64,
            );
        }
    }

    pub fn render(&self, kernel: Kernel, frames: usize) -> [Vec<f32>; 2] {
        let mut channels = [vec![0.0; frames], vec![0.0; frames]];
        let [left, right] = &mut channels;
        // Made once: each is as new after a block.
        thread_local! {
            static DIRECT: RefCell<HashMap<SimdLevel, Direct>> = RefCell::default();
            static SPECTRAL: RefCell<HashMap<(SimdLevel, usize), Spectral>> = RefCell::default();
        }
        self.with_controls(|controls| match kernel {
            Kernel::Direct(level) => DIRECT.with_borrow_mut(|made| {
                made.entry(level)
                    .or_insert_with(|| Direct::new(level))
                    .render(controls, left, right);
            }),
            Kernel::Spectral(level, form) => SPECTRAL.with_borrow_mut(|made| {
                made.entry((level, frames))
                    .or_insert_with(|| Spectral::new(level, frames))
                    .render(controls, form, left, right);
            }),
        });
        channels
    }

    /// The kernels that are made for these partials and this block, at every level that this
    /// processor has.
    pub fn kernels(&self, frames: usize) -> Vec<Kernel> {
        let mut kernels: Vec<_> = levels().map(Kernel::Direct).collect();
        if frames.is_power_of_two() && frames >= spectral::MIN_BLOCK_FRAMES {
            let largest = self
                .half_chirp
                .iter()
                .map(|half_chirp| half_chirp.unsigned_abs())
                .max();
            if largest.is_none_or(|largest| largest <= max_half_chirp(frames)) {
                kernels.extend(levels().flat_map(spectral_kernels));
            }
        }
        kernels
    }

    /// Power of the error (heard minus reference) and power of the reference, both per frame, the
    /// worst of all kernels and of the two channels by error; and that kernel.
    pub fn error_and_power(&self, frames: usize) -> (f64, f64, Option<Kernel>) {
        let mut wanted = [vec![0.0; frames], vec![0.0; frames]];
        let [left, right] = &mut wanted;
        self.with_controls(|controls| reference::render(controls, left, right));
        let mut worst = (0.0, 0.0, None);
        let mean = |sum: f64| sum / frames as f64;
        for kernel in self.kernels(frames) {
            for (heard, wanted) in self.render(kernel, frames).iter().zip(&wanted) {
                let error = heard
                    .iter()
                    .zip(wanted)
                    .map(|(&h, w)| (f64::from(h) - w).powi(2))
                    .sum();
                let power = wanted.iter().map(|w| w * w).sum();
                if mean(error) >= worst.0 {
                    worst = (mean(error), mean(power), Some(kernel));
                }
            }
        }
        worst
    }

    /// The error in dB of the sine's own level, for a single partial of gain 1. A short block of a
    /// low partial may hold hardly any of its power, which is no measure of what is heard.
    pub fn single_error_db(&self, frames: usize) -> (f64, Option<Kernel>) {
        let (error, _, kernel) = self.error_and_power(frames);
        (decibels(error / 0.5), kernel)
    }
}

/// All that the spectral kernel consists of.
pub struct Spectral {
    spreader: Spreader,
    spectra: HalfSpectra,
    transform: Transform,
}

impl Spectral {
    pub fn new(level: SimdLevel, frames: usize) -> Self {
        Self {
            spreader: Spreader::new(level, frames),
            spectra: HalfSpectra::new(frames),
            transform: Transform::new(level, frames),
        }
    }

    pub fn render(
        &mut self,
        controls: &mut Controls,
        form: Form,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let partials = match form {
            Form::Taps => 0,
            Form::Moments => usize::MAX,
        };
        self.spreader.begin(partials);
        let count = controls.phase.len();
        assert_eq!(self.spreader.add(controls, 0.0), count);
        self.spreader.drain_into(&mut self.spectra);
        self.transform.accumulate(&self.spectra);
        self.transform.transform_into(left, right);
    }
}

/// What the spectral kernel makes of partials that do not slide.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    Taps,
    Moments,
}

/// The spectral kernels of a level.
pub fn spectral_kernels(level: SimdLevel) -> impl Iterator<Item = Kernel> {
    let moments = spectral::collects_moments(level).then_some(Form::Moments);
    let forms = [Form::Taps].into_iter().chain(moments);
    forms.map(move |form| Kernel::Spectral(level, form))
}

/// A kernel at a level.
#[derive(Clone, Copy, Debug)]
pub enum Kernel {
    Direct(SimdLevel),
    Spectral(SimdLevel, Form),
}

/// The levels that this processor has; the others are named.
pub fn levels() -> impl Iterator<Item = SimdLevel> {
    SimdLevel::NAMES.iter().filter_map(|name| {
        let level = SimdLevel::named(name);
        if level.is_none() {
            println!("{name} not run: this processor lacks it");
        }
        level
    })
}

pub fn decibels(power: f64) -> f64 {
    10.0 * power.log10()
}

/// The worst of many (what, dB), and a failure that names it if it is above a limit.
#[derive(Debug)]
pub struct Worst {
    db: f64,
    what: String,
}

impl Worst {
    pub fn new() -> Self {
        Self {
            db: f64::NEG_INFINITY,
            what: String::new(),
        }
    }

    pub fn take(&mut self, db: f64, what: impl FnOnce() -> String) {
        assert!(!db.is_nan(), "not a number at {}", what());
        if db > self.db {
            *self = Self { db, what: what() };
        }
    }

    pub fn at_most(&self, limit_db: f64) {
        println!("worst {:.1} dB: {}", self.db, self.what);
        assert!(
            self.db <= limit_db,
            "{:.1} dB > {limit_db} dB at {}",
            self.db,
            self.what
        );
    }
}
