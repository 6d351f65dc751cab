//! Which courses are kept.
//!
//! In all fits those that matter, and the strongest where there are too many at once. In the musical fit also
//! none that are noise: peaks of noise make short courses wherever they happen to line up, and noise is to
//! be noise. A course is noise if its power, over its own time, is not above the power of what all courses
//! leave of the original in the same bands ([`band_noise`], transients taken out). Noise is fitted badly, since
//! its phase wanders, so what is left of it is about as strong as its courses; what is left beside a
//! partial is far weaker than the partial. What is left counts as four times the course's mean power at most, so
//! that a drum that sounds in less than a quarter of its time does not take a partial away. What is dropped
//! counts against the courses after it: over its own time none is dropped that would more than double what is
//! left. The fit drops noise after its first round, which makes the rest of it cheaper, and again after its last.
//!
//! At the end the musical fit keeps fewer breakpoints ([`breakpoints`]) and drops the weakest courses where there are more
//! than a musician wants to edit.
//!
//! Measured on sounds of `cargo xtask resynthesis`: flutes and the trumpet have less than half of their courses and
//! 0.4 to 1.4 dB less of the signal-to-residual ratio; an open cymbal has half of its courses and 4 dB less.

use std::sync::atomic::AtomicBool;

use super::breakpoints::{self, Keep};
use super::noise::band_noise;
use super::refit::Refit;
use super::refit::course::{Course, Grid};
use super::residual::take_transients;
use crate::cancelled::Cancelled;
use crate::tracks::BandNoise;
use crate::tracks::bands::{NOISE_BANDS, noise_edges_hz};

/// The most partials at once.
pub const MOST_AT_ONCE: u16 = 512;
/// Courses with less energy than this share of the sound's are dropped: −90 dB.
const LEAST_ENERGY: f64 = 1e-9;
/// What is left at a knot counts as this many times the course's mean power at most.
const MOST_LEFT: f64 = 4.0;

/// Breakpoints a second of a musical fit, of all courses. Some are added where cycles would not be clear.
const MOST_BREAKPOINTS_A_SECOND: f64 = 3_850.0;
/// The share of the energy of what a fit leaves that its courses are moved by, for fewer breakpoints.
const MOST_MOVED: f64 = 0.03;
/// Courses a second of a musical fit, in three seconds at least.
const MOST_A_SECOND: f64 = 80.0;
const SHORTEST_S: f64 = 3.0;
/// What is dropped as surplus has at most this many times the power that the fit leaves anyway,
const MOST_OF_REST: f64 = 2.0;
/// and this share of the sound's: −30 dB.
const MOST_OF_SOUND: f64 = 1e-3;

/// Drops courses of a fit.
pub(super) struct Pruning<'a> {
    /// What says how the courses sound.
    pub(super) refit: &'a Refit<'a>,
    pub(super) grid: Grid,
    /// The original.
    pub(super) samples: &'a [f32],
    pub(super) sample_rate_hz: f64,
    /// Where transients are, in samples.
    pub(super) onsets: &'a [usize],
    /// How many partials of other layers there are at each knot; none if it is empty.
    pub(super) taken: &'a [u16],
    pub(super) is_cancelled: &'a AtomicBool,
}

/// The place of a knot among the frames and bands of noise.
type Place = (usize, usize);

impl Pruning<'_> {
    /// Drops the courses that do not matter, and the weakest where there are too many at once.
    ///
    /// # Errors
    /// If it is cancelled.
    pub(super) fn drop_weak(&self, courses: &mut Vec<Course>) -> Result<(), Cancelled> {
        let least = LEAST_ENERGY * energy(self.samples);
        let order = self.by_energy(courses)?;
        let mut counts = self.taken.to_vec();
        counts.resize(self.grid.segments + 1, 0);
        let mut is_kept = vec![false; courses.len()];
        for (energy, index) in order {
            let course = &courses[index];
            let places = &mut counts[course.first..=course.last()];
            if energy >= least && places.iter().all(|count| *count < MOST_AT_ONCE) {
                places.iter_mut().for_each(|count| *count += 1);
                is_kept[index] = true;
            }
        }
        retain(courses, &is_kept);
        Ok(())
    }

    /// Drops the courses that are noise.
    ///
    /// # Errors
    /// If it is cancelled.
    pub(super) fn drop_noise(&self, courses: &mut Vec<Course>) -> Result<(), Cancelled> {
        let left = self.noise(&self.rest(courses)?)?;
        let edges_hz = noise_edges_hz();
        let place = |course: &Course, knot: usize| self.place(course, knot, &left, &edges_hz);
        let mut order: Vec<(f64, usize, f64)> = Vec::new();
        for (index, course) in courses.iter().enumerate() {
            Cancelled::check(self.is_cancelled)?;
            let knots = 0..course.knots();
            let own: f64 = knots.clone().map(|knot| power(course, knot)).sum();
            let most = MOST_LEFT * own / course.knots() as f64;
            let rest = knots.map(|knot| {
                let (frame, band) = place(course, knot);
                f64::from(left.powers[frame][band]).min(most)
            });
            let rest: f64 = rest.sum();
            if own <= rest {
                order.push((own / rest, index, most));
            }
        }
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        // By frames of noise: knots may be many times as close, and the recording long.
        let mut dropped = vec![[0.0_f32; NOISE_BANDS]; left.powers.len()];
        let share = self.share_of_frame(&left);
        let mut is_kept = vec![true; courses.len()];
        for (_, index, most) in order {
            Cancelled::check(self.is_cancelled)?;
            let course = &courses[index];
            let knots = 0..course.knots();
            let with_dropped = knots.clone().fold(0.0, |sum, knot| {
                let (frame, band) = place(course, knot);
                let rest = f64::from(left.powers[frame][band]).min(most);
                sum + power(course, knot) + f64::from(dropped[frame][band]) - rest
            });
            if with_dropped <= 0.0 {
                is_kept[index] = false;
                for knot in knots {
                    let (frame, band) = place(course, knot);
                    dropped[frame][band] += (share * power(course, knot)) as f32;
                }
            }
        }
        retain(courses, &is_kept);
        Ok(())
    }

    /// Keeps as few breakpoints as move the courses by little of what they leave.
    ///
    /// # Errors
    /// If it is cancelled.
    pub(super) fn thin(&self, courses: &mut [Course]) -> Result<(), Cancelled> {
        let keep = Keep::Moving(MOST_MOVED * energy(&self.rest(courses)?));
        breakpoints::choose(courses, self.grid, keep, self.is_cancelled)
    }

    /// Keeps [`MOST_BREAKPOINTS_A_SECOND`] where there are more.
    ///
    /// # Errors
    /// If it is cancelled.
    pub(super) fn thin_to_limit(&self, courses: &mut [Course]) -> Result<(), Cancelled> {
        let most = self.most_breakpoints();
        match breakpoints_of(courses) > most {
            true => breakpoints::choose(courses, self.grid, Keep::AtMost(most), self.is_cancelled),
            false => Ok(()),
        }
    }

    /// Breakpoints of a musical fit of the whole channel.
    pub(super) fn most_breakpoints(&self) -> usize {
        (MOST_BREAKPOINTS_A_SECOND * self.duration_s()) as usize
    }

    fn duration_s(&self) -> f64 {
        self.samples.len() as f64 / self.sample_rate_hz
    }

    /// Drops the weakest courses while there are more breakpoints, or more courses than [`MOST_A_SECOND`]. Over its own time
    /// each is weak beside what the fit leaves and beside the sound, with what has been dropped before: a clear partial of
    /// a quiet passage stays.
    ///
    /// # Errors
    /// If it is cancelled.
    pub(super) fn drop_surplus(
        &self,
        courses: &mut Vec<Course>,
        most_breakpoints: usize,
    ) -> Result<(), Cancelled> {
        let most = (MOST_A_SECOND * self.duration_s().max(SHORTEST_S)) as usize;
        let mut breakpoints = breakpoints_of(courses);
        let mut count = courses.len();
        if breakpoints <= most_breakpoints && count <= most {
            return Ok(());
        }
        let rest = self.noise(&self.rest(courses)?)?;
        let sound = self.noise(self.samples)?;
        let all = |powers: &[f32; NOISE_BANDS]| f64::from(powers.iter().sum::<f32>());
        let mut budget: Vec<f64> = rest
            .powers
            .iter()
            .zip(&sound.powers)
            .map(|(rest, sound)| (MOST_OF_REST * all(rest)).min(MOST_OF_SOUND * all(sound)))
            .collect();
        let share = self.share_of_frame(&rest);
        let mut is_kept = vec![true; courses.len()];
        for (_, index) in self.by_energy(courses)?.into_iter().rev() {
            Cancelled::check(self.is_cancelled)?;
            if breakpoints <= most_breakpoints && count <= most {
                break;
            }
            let course = &courses[index];
            let places = || (0..course.knots()).map(|knot| (self.frame(course, knot, &rest), knot));
            let left = places().map(|(frame, knot)| budget[frame] - power(course, knot));
            if left.sum::<f64>() < 0.0 {
                continue;
            }
            for (frame, knot) in places() {
                budget[frame] -= share * power(course, knot);
            }
            is_kept[index] = false;
            breakpoints -= course.breakpoints().count();
            count -= 1;
        }
        retain(courses, &is_kept);
        Ok(())
    }

    /// Energies of the courses and their indices, the strongest first.
    fn by_energy(&self, courses: &[Course]) -> Result<Vec<(f64, usize)>, Cancelled> {
        let mut order = Vec::with_capacity(courses.len());
        for (index, course) in courses.iter().enumerate() {
            Cancelled::check(self.is_cancelled)?;
            order.push((course.energy(self.grid.hop), index));
        }
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        Ok(order)
    }

    /// What the courses and the transients leave of the original.
    fn rest(&self, courses: &[Course]) -> Result<Vec<f32>, Cancelled> {
        let found = self.refit.synthesis(courses)?;
        let mut rest: Vec<f32> = self
            .samples
            .iter()
            .zip(&found)
            .map(|(x, y)| x - y)
            .collect();
        drop(found);
        take_transients(&mut rest, self.onsets, 0.0, self.sample_rate_hz);
        Ok(rest)
    }

    fn place(&self, course: &Course, knot: usize, left: &BandNoise, edges_hz: &[f64]) -> Place {
        let hz = course.frequencies[knot] * self.sample_rate_hz;
        let band = edges_hz.partition_point(|edge_hz| *edge_hz <= hz);
        (
            self.frame(course, knot, left),
            band.saturating_sub(1).min(NOISE_BANDS - 1),
        )
    }

    /// The frame of noise that is nearest to a knot.
    fn frame(&self, course: &Course, knot: usize, noise: &BandNoise) -> usize {
        let time_s = ((course.first + knot) * self.grid.hop) as f64 / self.sample_rate_hz;
        let frame = libm::round(time_s / noise.hop_s) as usize;
        frame.min(noise.powers.len() - 1)
    }

    /// The share of a frame of noise that a knot stands for: less than all where knots are closer.
    fn share_of_frame(&self, noise: &BandNoise) -> f64 {
        let hop_s = self.grid.hop as f64 / self.sample_rate_hz;
        (hop_s / noise.hop_s).min(1.0)
    }

    fn noise(&self, samples: &[f32]) -> Result<BandNoise, Cancelled> {
        band_noise(samples, self.sample_rate_hz, self.is_cancelled)
    }
}

/// Mean square of a course around a knot.
fn power(course: &Course, knot: usize) -> f64 {
    let amplitude = f64::from(course.amplitudes[knot]);
    0.5 * amplitude * amplitude
}

fn breakpoints_of(courses: &[Course]) -> usize {
    courses
        .iter()
        .map(|course| course.breakpoints().count())
        .sum()
}

fn energy(samples: &[f32]) -> f64 {
    samples.iter().map(|x| f64::from(*x) * f64::from(*x)).sum()
}

fn retain(courses: &mut Vec<Course>, is_kept: &[bool]) {
    let mut kept = is_kept.iter();
    courses.retain(|_| kept.next().copied().unwrap_or(false));
}

#[cfg(test)]
mod tests;
