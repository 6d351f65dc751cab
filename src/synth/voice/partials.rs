//! The partials of one voice in motion: from targets at a segment's end to the bank's control
//! arrays.
//!
//! A segment is the stretch of frames that is worked out at once: a block, or part of one at an
//! onset or a corner of the amplitude's envelope. Over it gains run straight from the last target to the new one. Frequencies do too, and
//! the phase is the integral of the *curved* trajectory that the last three targets suggest:
//!
//! ∫f dt ≈ T·[(f₀+f₁)/2 − (f₁ − 2f₀ + f₋₁)/12]
//!
//! (the trapezoid with its first end correction). With the trapezoid alone the phase error grows
//! with the slope of the frequency: −49 dB for a partial at 5 kHz with ±50 cents of vibrato at
//! 6 Hz; so it is below −75 dB (`tests/gates.rs`).

mod copy;
mod lanes;

use self::copy::Written;
use crate::bank::{Controls, Renderer};
use crate::dsp::level::Level;
use crate::dsp::prefetch::prefetch;
use crate::dsp::random;
use crate::synth::filter::Filter;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::sounding::SoundingPartial;
use crate::synth::spectrum::{Lanes, Spectrum, whole_groups};

/// Phases of the partials at a note's onset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phases {
    /// All sines begin at 0, rising.
    Zero,
    /// All begin at their top, so that peaks coincide.
    Aligned,
    /// Each its own, from the patch's seed and the note.
    Random,
}

impl Phases {
    /// The choice at this place of the parameter's labels; past the end, the last.
    pub fn from_index(index: usize) -> Phases {
        match index {
            0 => Phases::Zero,
            1 => Phases::Aligned,
            _ => Phases::Random,
        }
    }
}

/// Frequency of the fundamental over a segment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FundamentalPath {
    /// At the segment's end.
    pub end_hz: f64,
    /// How far its mean over the segment lies under the trapezoid's.
    pub correction_hz: f64,
}

/// How the partials die away: at b₁ + b₃·f² nepers a second, f in kHz.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Damping {
    /// 1/s.
    pub b1: f32,
    /// 1/(s·kHz²).
    pub b3: f32,
}

/// Arrays of one voice, allocated once.
#[derive(Debug)]
pub struct Partials {
    phase: Box<[u64; MAX_PARTIALS]>,
    increment: Box<[u64; MAX_PARTIALS]>,
    curve: Box<[i64; MAX_PARTIALS]>,
    /// Target at the last segment's end.
    frequency_hz: Box<[f64; MAX_PARTIALS]>,
    /// Source × filter × fade at Nyquist.
    shape: Box<Lanes>,
    decay: Box<Lanes>,
    decay_step: Box<Lanes>,
    left_start: Box<Lanes>,
    left_end: Box<Lanes>,
    right_start: Box<Lanes>,
    right_end: Box<Lanes>,
    /// Octaves that the note has died away by since its onset.
    decayed: Octaves,
    /// What a segment adds to them.
    decayed_step: Octaves,
    /// Partials in use, in whole groups: those of the spectrum, and those still fading after it
    /// shrank.
    count: usize,
    /// Whether any `curve` is other than 0.
    slides: bool,
    /// Whether decay has begun: until then all of it is 1.
    decays: bool,
    /// Whether the gains stay at their ends; what the starts hold is then of no use.
    gains_rest: bool,
    loudness: Loudness,
    level: Level,
    written: Written,
    /// Frames since frequencies or `count` last changed.
    steady_frames: u64,
    /// By so many frames the phases of a copy are behind, to be made up for by who renders it.
    behind_frames: u64,
}

/// A decay in octaves of gain, for all partials: `b1 + b3·ratio²` of them for each.
#[derive(Clone, Copy, Debug, Default)]
struct Octaves {
    b1: f64,
    b3: f64,
}

/// What a segment comes to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Loudness {
    /// Sum of the squares of all gains at the segment's end.
    pub power: f32,
    /// Partials with a gain.
    pub partials: usize,
    /// Whether all partials have died away for good, whatever their gains come to.
    pub is_decayed: bool,
}

impl Partials {
    /// Allocates them.
    pub fn allocate(level: Level) -> Partials {
        let lanes = || Box::new([0.0; MAX_PARTIALS]);
        Partials {
            phase: Box::new([0; MAX_PARTIALS]),
            increment: Box::new([0; MAX_PARTIALS]),
            curve: Box::new([0; MAX_PARTIALS]),
            frequency_hz: Box::new([0.0; MAX_PARTIALS]),
            shape: lanes(),
            decay: lanes(),
            decay_step: lanes(),
            left_start: lanes(),
            left_end: lanes(),
            right_start: lanes(),
            right_end: lanes(),
            decayed: Octaves::default(),
            decayed_step: Octaves::default(),
            count: 0,
            slides: false,
            decays: false,
            gains_rest: false,
            loudness: Loudness::default(),
            level,
            written: Written::default(),
            steady_frames: 0,
            behind_frames: 0,
        }
    }

    /// Asks for the memory that the next block reads, while something else is worked on.
    pub fn prefetch(&self, spectrum: &Spectrum) {
        let used = ..self.count;
        prefetch(&self.phase[used]);
        prefetch(&self.increment[used]);
        prefetch(&self.curve[used]);
        prefetch(&self.left_end[used]);
        prefetch(&self.right_end[used]);
        if self.gains_rest {
            return;
        }
        for lanes in [
            &self.left_start,
            &self.right_start,
            &self.shape,
            &spectrum.left,
            &spectrum.right,
            &spectrum.ratio,
        ] {
            prefetch(&lanes[used]);
        }
        if self.slides {
            prefetch(&self.frequency_hz[used]);
        }
        if self.decays {
            prefetch(&self.decay[used]);
            prefetch(&self.decay_step[used]);
        }
    }

    /// Puts them at a note's onset: none yet, all at gain 0. `age` is other than that of any note
    /// before it.
    pub fn begin(&mut self, phases: Phases, seed: u64, age: u64) {
        for (n, phase) in self.phase.iter_mut().enumerate() {
            *phase = match phases {
                Phases::Zero => 0,
                Phases::Aligned => 1 << 62,
                Phases::Random => random::bits(seed, n as u64),
            };
        }
        for gains in [
            &mut self.left_start,
            &mut self.left_end,
            &mut self.right_start,
            &mut self.right_end,
        ] {
            gains.fill(0.0);
        }
        self.written = Written::from(age);
        (self.steady_frames, self.behind_frames) = (0, 0);
        self.decayed = Octaves::default();
        self.count = 0;
        self.decays = false;
        self.loudness = Loudness::default();
    }

    /// Makes room for `partials` partials; new ones start from gain 0 at `fundamental_hz`, the
    /// fundamental where the last segment ended, and have died away as if they had sounded since
    /// the onset at the ratios they have now. Those past the spectrum's end are dropped by
    /// [`Partials::render`] once they have faded. Returns whether there are new ones.
    pub fn grow(&mut self, partials: usize, spectrum: &Spectrum, fundamental_hz: f64) -> bool {
        let count = whole_groups(partials);
        if count <= self.count {
            return false;
        }
        self.make_up();
        self.written.frequencies += 1;
        self.written.path += 1;
        self.written.decay += 1;
        let new = self.count..count;
        let ratios = &spectrum.ratio[new.clone()];
        for (frequency_hz, ratio) in self.frequency_hz[new].iter_mut().zip(ratios) {
            *frequency_hz = fundamental_hz * f64::from(*ratio);
        }
        let new = self.count..count;
        lanes::set_decay(
            self.level,
            &self.decayed,
            &spectrum.ratio[new.clone()],
            &mut self.decay[new],
        );
        self.count = count;
        true
    }

    /// Works out where the frequencies go. Needed when the fundamental or a ratio changes, and once
    /// more when they come to rest.
    pub fn set_frequencies(
        &mut self,
        spectrum: &Spectrum,
        path: &FundamentalPath,
        frames: usize,
        sample_rate_hz: f64,
    ) {
        self.make_up();
        let used = ..self.count;
        self.written.frequencies += 1;
        self.written.path += 1;
        self.slides = lanes::set_frequencies(
            self.level,
            &spectrum.ratio[used],
            path,
            frames,
            sample_rate_hz,
            &mut self.frequency_hz[used],
            &mut self.increment[used],
            &mut self.curve[used],
        );
    }

    /// Whether the last frequencies were on their way.
    pub fn slides(&self) -> bool {
        self.slides
    }

    /// Works out source × filter × fade at Nyquist.
    pub fn set_shape(
        &mut self,
        spectrum: &Spectrum,
        filter: &Filter,
        fundamental_hz: f64,
        sample_rate_hz: f64,
    ) {
        let used = ..self.count;
        self.written.shape += 1;
        let shape = &mut self.shape[used];
        let relative = (fundamental_hz / (0.5 * sample_rate_hz)) as f32;
        lanes::fade_at_nyquist(
            self.level,
            &spectrum.ratio[used],
            &spectrum.gain[used],
            relative,
            shape,
        );
        let log2_fundamental = libm::log2(fundamental_hz) as f32;
        filter.apply(
            self.level,
            &spectrum.log2_ratio[used],
            log2_fundamental,
            shape,
        );
    }

    /// Works out how much dies away in a segment.
    pub fn set_damping(
        &mut self,
        damping: &Damping,
        spectrum: &Spectrum,
        fundamental_hz: f64,
        frames: usize,
        sample_rate_hz: f64,
    ) {
        self.decays |= damping.b1 > 0.0 || damping.b3 > 0.0;
        if !self.decays {
            return;
        }
        let octaves_per_neper = core::f64::consts::LOG2_E * frames as f64 / sample_rate_hz;
        let khz = fundamental_hz / 1000.0;
        self.decayed_step = Octaves {
            b1: f64::from(damping.b1) * octaves_per_neper,
            b3: f64::from(damping.b3) * khz * khz * octaves_per_neper,
        };
        let used = ..self.count;
        self.written.decay_step += 1;
        lanes::set_decay(
            self.level,
            &self.decayed_step,
            &spectrum.ratio[used],
            &mut self.decay_step[used],
        );
    }

    /// Runs the decay on and works out the gains at the segment's end, at this level of the voice.
    /// At a note's onset (`start_level`), those at its start as well.
    pub fn set_gains(
        &mut self,
        spectrum: &Spectrum,
        level: f32,
        start_level: Option<f32>,
    ) -> Loudness {
        self.begin_ramp();
        let used = ..self.count;
        let shape = &self.shape[used];
        if let Some(start_level) = start_level {
            lanes::set_ends(
                self.level,
                shape,
                start_level,
                &spectrum.left[used],
                &spectrum.right[used],
                &mut self.left_start[used],
                &mut self.right_start[used],
            );
        }
        let (left, right) = (&mut self.left_end[used], &mut self.right_end[used]);
        let pans = (&spectrum.left[used], &spectrum.right[used]);
        self.loudness = if self.decays {
            self.written.decay += 1;
            self.decayed.b1 += self.decayed_step.b1;
            self.decayed.b3 += self.decayed_step.b3;
            let decay = &mut self.decay[used];
            let step = &self.decay_step[used];
            lanes::set_decaying_ends(
                self.level, shape, decay, step, level, pans.0, pans.1, left, right,
            )
        } else {
            lanes::set_ends(self.level, shape, level, pans.0, pans.1, left, right)
        };
        self.loudness
    }

    /// The gains that were reached are those that the next segment begins at.
    fn begin_ramp(&mut self) {
        std::mem::swap(&mut self.left_start, &mut self.left_end);
        std::mem::swap(&mut self.right_start, &mut self.right_end);
        self.gains_rest = false;
        self.written.gains += 1;
    }

    /// Lets every gain run to 0 over the next segment.
    pub fn set_gains_to_zero(&mut self) {
        self.begin_ramp();
        self.left_end[..self.count].fill(0.0);
        self.right_end[..self.count].fill(0.0);
    }

    /// Keeps the gains where they are over the next segment. Returns what they come to.
    pub fn hold_gains(&mut self) -> Loudness {
        self.gains_rest = true;
        self.loudness
    }

    /// Partials in use, those that fade after the spectrum shrank among them.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Writes every partial in use as it is at the last segment's end; `left` and `right` are
    /// factors of the gains.
    pub fn picture(&self, left: f32, right: f32, picture: &mut [SoundingPartial]) {
        let gains = self.left_end.iter().zip(self.right_end.iter());
        let partials = self.frequency_hz.iter().zip(gains);
        for (place, (frequency_hz, gains)) in picture.iter_mut().zip(partials) {
            *place = SoundingPartial {
                frequency_hz: *frequency_hz as f32,
                left: gains.0 * left,
                right: gains.1 * right,
            };
        }
    }

    /// Whether gains change of themselves, by decay.
    pub fn decays(&self) -> bool {
        self.decays
    }

    /// Adds the segment to the bus and goes to its end. Both slices have the segment's length.
    pub fn render(
        &mut self,
        spectrum_partials: usize,
        renderer: &mut Renderer,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        self.make_up();
        let used = ..self.count;
        let (left_end, right_end) = (&self.left_end[used], &self.right_end[used]);
        let (left_start, right_start) = if self.gains_rest {
            (left_end, right_end)
        } else {
            (&self.left_start[used], &self.right_start[used])
        };
        renderer.add(
            &Controls {
                phase: &self.phase[used],
                increment: &self.increment[used],
                half_chirp: &self.curve[used],
                left_start,
                left_end,
                right_start,
                right_end,
            },
            left,
            right,
        );
        lanes::advance(
            self.level,
            &mut self.phase[used],
            &self.increment[used],
            &self.curve[used],
            left.len() as u64,
        );
        self.steady_frames += left.len() as u64;
        // What lay past the spectrum's end has reached 0, and may grow from there again.
        let count = self.count.min(whole_groups(spectrum_partials));
        if count < self.count {
            self.left_start[count..self.count].fill(0.0);
            self.right_start[count..self.count].fill(0.0);
            self.count = count;
            self.written.gains += 1;
            self.written.path += 1;
            self.written.rest += 1;
        }
    }
}
