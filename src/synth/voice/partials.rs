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

mod lanes;

use crate::bank::{Controls, Renderer};
use crate::dsp::level::Level;
use crate::dsp::prefetch::prefetch;
use crate::dsp::random;
use crate::synth::filter::Filter;
use crate::synth::parameter::MAX_PARTIALS;
use crate::synth::partials::{PartialArray, whole_groups};
use crate::synth::sounding::SoundingPartial;
use crate::synth::spectrum::Spectrum;
use crate::synth::versioned::{CopyFrom, Scratch, copy_fields};

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

/// The partials of one voice, allocated once.
#[derive(Debug)]
pub struct Partials {
    state: State,
    phase: PhaseArray,
    /// Scratch while frequencies slide: they are worked out anew for every segment then.
    increment: PartialArray<u64>,
    /// Of use only while frequencies slide.
    half_chirp: Scratch<PartialArray<i64>>,
    /// Target at the last segment's end.
    frequency_hz: PartialArray<f64>,
    /// Source × filter × fade at Nyquist.
    shape: PartialArray,
    decay: PartialArray,
    decay_step: PartialArray,
    left_start: Scratch<PartialArray>,
    left_end: PartialArray,
    right_start: Scratch<PartialArray>,
    right_end: PartialArray,
}

copy_fields!(Partials {
    state,
    phase,
    increment,
    half_chirp,
    frequency_hz,
    shape,
    decay,
    decay_step,
    left_start,
    left_end,
    right_start,
    right_end,
});

/// What of the partials is no array.
#[derive(Clone, Copy, Debug)]
struct State {
    level: Level,
    /// Phases at the onset, and what decides the random ones.
    phases: Phases,
    seed: u64,
    /// Frames since the onset.
    frame: u64,
    /// Octaves that the note has died away by since its onset.
    decayed: Octaves,
    /// What a segment adds to them.
    decayed_step: Octaves,
    /// Partials in use, in whole groups: those of the spectrum, and those still fading after it
    /// shrank.
    count: usize,
    /// Whether any frequency is on its way.
    slides: bool,
    /// Whether decay has begun: until then all of it is 1.
    decays: bool,
    /// Whether the gains stay at their ends; what the starts hold is then of no use.
    gains_rest: bool,
    loudness: Loudness,
}

impl State {
    fn new(level: Level, phases: Phases, seed: u64) -> State {
        State {
            level,
            phases,
            seed,
            frame: 0,
            decayed: Octaves::default(),
            decayed_step: Octaves::default(),
            count: 0,
            slides: false,
            decays: false,
            gains_rest: false,
            loudness: Loudness::default(),
        }
    }
}

/// The phases, 2⁶⁴ to the turn, as they are at one frame.
///
/// While frequencies rest, phases go on in a straight line, which needs no copy: every copy follows
/// it by itself, from the frame that its own phases are at.
#[derive(Debug)]
struct PhaseArray {
    phase: PartialArray<u64>,
    /// Frames since the onset.
    frame: u64,
}

impl CopyFrom for PhaseArray {
    fn copy_from(&mut self, other: &PhaseArray) {
        if !self.phase.is_copy_of(&other.phase) {
            self.phase.copy_from(&other.phase);
            self.frame = other.frame;
        }
    }
}

/// The half chirps of frequencies that rest.
static NO_CHIRP: [i64; MAX_PARTIALS] = [0; MAX_PARTIALS];

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
        Partials {
            state: State::new(level, Phases::Zero, 0),
            phase: PhaseArray {
                phase: PartialArray::allocate(),
                frame: 0,
            },
            increment: PartialArray::allocate(),
            half_chirp: Scratch(PartialArray::allocate()),
            frequency_hz: PartialArray::allocate(),
            shape: PartialArray::allocate(),
            decay: PartialArray::allocate(),
            decay_step: PartialArray::allocate(),
            left_start: Scratch(PartialArray::allocate()),
            left_end: PartialArray::allocate(),
            right_start: Scratch(PartialArray::allocate()),
            right_end: PartialArray::allocate(),
        }
    }

    /// Asks for the memory that the next block reads, while something else is worked on.
    pub fn prefetch(&self, spectrum: &Spectrum) {
        prefetch(&self.phase.phase);
        prefetch(&self.increment);
        prefetch(&self.left_end);
        prefetch(&self.right_end);
        if self.state.gains_rest {
            return;
        }
        for array in [
            &*self.left_start,
            &*self.right_start,
            &self.shape,
            &spectrum.left,
            &spectrum.right,
            &spectrum.ratio,
        ] {
            prefetch(&array[..self.state.count.min(array.len())]);
        }
        if self.state.slides {
            prefetch(&self.half_chirp);
            prefetch(&self.frequency_hz);
        }
        if self.state.decays {
            prefetch(&self.decay);
            prefetch(&self.decay_step);
        }
    }

    /// Puts them at a note's onset: none yet. `seed` decides random phases.
    pub fn begin(&mut self, phases: Phases, seed: u64) {
        self.state = State::new(self.state.level, phases, seed);
        self.phase.phase.clear();
        self.phase.frame = 0;
        self.increment.clear();
        self.frequency_hz.clear();
        for array in [
            &mut self.shape,
            &mut self.decay,
            &mut self.decay_step,
            &mut self.left_end,
            &mut self.right_end,
        ] {
            array.clear();
        }
    }

    /// Makes room for `partials` partials; new ones start from gain 0 at `fundamental_hz`, the
    /// fundamental where the last segment ended, and have died away as if they had sounded since
    /// the onset at the ratios they have now. Those past the spectrum's end are dropped by
    /// [`Partials::render`] once they have faded. Returns whether there are new ones.
    pub fn grow(&mut self, partials: usize, spectrum: &Spectrum, fundamental_hz: f64) -> bool {
        let count = whole_groups(partials);
        if count <= self.state.count {
            return false;
        }
        self.change_phases();
        let new = self.state.count..count;
        self.begin_phases(count);
        let ratios = &spectrum.ratio[new.clone()];
        let frequencies_hz = &mut self.frequency_hz.write(count)[new.clone()];
        for (frequency_hz, ratio) in frequencies_hz.iter_mut().zip(ratios) {
            *frequency_hz = fundamental_hz * f64::from(*ratio);
        }
        lanes::set_decay(
            self.state.level,
            &self.state.decayed,
            ratios,
            &mut self.decay.write(count)[new.clone()],
        );
        self.left_end.write(count)[new.clone()].fill(0.0);
        self.right_end.write(count)[new].fill(0.0);
        self.state.count = count;
        true
    }

    /// Gives phases to those of the first `count` partials that have never sounded in this note.
    fn begin_phases(&mut self, count: usize) {
        let begun = self.phase.phase.len();
        if begun < count {
            let State { phases, seed, .. } = self.state;
            let new = &mut self.phase.phase.write(count)[begun..];
            for (n, phase) in (begun..).zip(new) {
                *phase = match phases {
                    Phases::Zero => 0,
                    Phases::Aligned => 1 << 62,
                    Phases::Random => random::bits(seed, n as u64),
                };
            }
        }
    }

    /// Brings the phases to where they are now.
    fn catch_up(&mut self) {
        let frames = self.state.frame - self.phase.frame;
        if frames > 0 {
            let used = ..self.state.count;
            lanes::advance(
                self.state.level,
                self.phase.phase.scratch(self.state.count),
                &self.increment[used],
                &NO_CHIRP[used],
                frames,
            );
            self.phase.frame = self.state.frame;
        }
    }

    /// The phases go on otherwise than copies expect from here on.
    fn change_phases(&mut self) {
        self.catch_up();
        self.phase.phase.publish();
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
        self.change_phases();
        let count = self.state.count;
        self.state.slides = lanes::set_frequencies(
            self.state.level,
            &spectrum.ratio[..count],
            path,
            frames,
            sample_rate_hz,
            self.frequency_hz.write(count),
            self.increment.scratch(count),
            self.half_chirp.scratch(count),
        );
        if !self.state.slides {
            self.increment.publish();
        }
    }

    /// Whether the last frequencies were on their way.
    pub fn slides(&self) -> bool {
        self.state.slides
    }

    /// Works out source × filter × fade at Nyquist.
    pub fn set_shape(
        &mut self,
        spectrum: &Spectrum,
        filter: &Filter,
        fundamental_hz: f64,
        sample_rate_hz: f64,
    ) {
        let used = ..self.state.count;
        let shape = self.shape.write(self.state.count);
        let relative = (fundamental_hz / (0.5 * sample_rate_hz)) as f32;
        lanes::fade_at_nyquist(
            self.state.level,
            &spectrum.ratio[used],
            &spectrum.gain[used],
            relative,
            shape,
        );
        let log2_fundamental = libm::log2(fundamental_hz) as f32;
        filter.apply(
            self.state.level,
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
        self.state.decays |= damping.b1 > 0.0 || damping.b3 > 0.0;
        if !self.state.decays {
            return;
        }
        let octaves_per_neper = core::f64::consts::LOG2_E * frames as f64 / sample_rate_hz;
        let khz = fundamental_hz / 1000.0;
        self.state.decayed_step = Octaves {
            b1: f64::from(damping.b1) * octaves_per_neper,
            b3: f64::from(damping.b3) * khz * khz * octaves_per_neper,
        };
        lanes::set_decay(
            self.state.level,
            &self.state.decayed_step,
            &spectrum.ratio[..self.state.count],
            self.decay_step.write(self.state.count),
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
        let count = self.state.count;
        let shape = &self.shape[..count];
        let pans = (&spectrum.left[..count], &spectrum.right[..count]);
        if let Some(start_level) = start_level {
            lanes::set_ends(
                self.state.level,
                shape,
                start_level,
                pans.0,
                pans.1,
                self.left_start.scratch(count),
                self.right_start.scratch(count),
            );
        }
        let (left, right) = (self.left_end.write(count), self.right_end.write(count));
        self.state.loudness = if self.state.decays {
            self.state.decayed.b1 += self.state.decayed_step.b1;
            self.state.decayed.b3 += self.state.decayed_step.b3;
            let decay = self.decay.write(count);
            let step = &self.decay_step[..count];
            lanes::set_decaying_ends(
                self.state.level,
                shape,
                decay,
                step,
                level,
                pans.0,
                pans.1,
                left,
                right,
            )
        } else {
            lanes::set_ends(self.state.level, shape, level, pans.0, pans.1, left, right)
        };
        self.state.loudness
    }

    /// The gains that were reached are those that the next segment begins at.
    fn begin_ramp(&mut self) {
        self.left_end.swap(&mut self.left_start);
        self.right_end.swap(&mut self.right_start);
        self.state.gains_rest = false;
    }

    /// Lets every gain run to 0 over the next segment.
    pub fn set_gains_to_zero(&mut self) {
        self.begin_ramp();
        self.left_end.write(self.state.count).fill(0.0);
        self.right_end.write(self.state.count).fill(0.0);
    }

    /// Keeps the gains where they are over the next segment. Returns what they come to.
    pub fn hold_gains(&mut self) -> Loudness {
        self.state.gains_rest = true;
        self.state.loudness
    }

    /// Partials in use, those that fade after the spectrum shrank among them.
    pub fn count(&self) -> usize {
        self.state.count
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
        self.state.decays
    }

    /// Adds the segment to the bus and goes to its end. Both slices have the segment's length.
    pub fn render(
        &mut self,
        spectrum_partials: usize,
        renderer: &mut Renderer,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        self.catch_up();
        let count = self.state.count;
        let (left_end, right_end) = (&self.left_end[..count], &self.right_end[..count]);
        let (left_start, right_start) = if self.state.gains_rest {
            (left_end, right_end)
        } else {
            (&self.left_start[..count], &self.right_start[..count])
        };
        // While frequencies rest, every copy follows the phases by itself.
        let (phase, half_chirp) = if self.state.slides {
            (self.phase.phase.write(count), &self.half_chirp[..count])
        } else {
            (self.phase.phase.scratch(count), &[][..])
        };
        renderer.add(
            &mut Controls {
                phase,
                increment: &self.increment[..count],
                half_chirp,
                left_start,
                left_end,
                right_start,
                right_end,
            },
            left,
            right,
        );
        self.state.frame += left.len() as u64;
        self.phase.frame = self.state.frame;
        // What lay past the spectrum's end has reached 0, and may grow from there again.
        let rest = whole_groups(spectrum_partials);
        if rest < count {
            self.change_phases();
            self.state.count = rest;
        }
    }
}
