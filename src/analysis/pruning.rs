//! Which courses are kept.
//!
//! In all fits those that matter, and the strongest where there are too many at once. In the musical fit also
//! none that are noise: peaks of noise make short courses wherever they happen to line up, and noise is to
//! be noise. A course is noise if its power, over its own time, is not above the power of what all courses
//! leave of the original in the same bands ([`NoiseFrames`], transients taken out). Noise is fitted badly, since
//! its phase wanders, so what is left of it is about as strong as its courses; what is left beside a
//! partial is far weaker than the partial. What is dropped in one band and time adds up, weakest course
//! first, so that all that is dropped at most doubles what is left.
//!
//! Measured on the pitched sounds of `cargo xtask resynthesis`: 20 to 70 % fewer courses and
//! breakpoints, of noisy tones such as flutes and the trumpet, for 0.1 to 1.7 dB of the signal-to-residual ratio.

use super::fit::Fit;
use super::refit::course::{Course, Grid};
use super::residual::{NoiseFrames, take_transients};
use crate::cancelled::Cancelled;
use crate::tracks::BandNoise;
use crate::tracks::bands::{NOISE_BANDS, noise_edges_hz};

/// The most partials at once.
pub const MOST_AT_ONCE: u16 = 512;
/// Courses with less energy than this share of the sound's are dropped: −90 dB.
const LEAST_ENERGY: f64 = 1e-9;

/// Drops courses of a fit.
pub(super) struct Pruning<'a> {
    pub(super) fit: &'a Fit<'a>,
    pub(super) grid: Grid,
}

/// The place of a knot among the frames and bands of noise.
type Place = (usize, usize);

impl Pruning<'_> {
    /// Drops the courses that do not matter, and the weakest where there are too many at once.
    ///
    /// # Errors
    /// If it is cancelled.
    pub(super) fn drop_weak(&self, courses: &mut Vec<Course>) -> Result<(), Cancelled> {
        let square = |x: &f32| f64::from(*x) * f64::from(*x);
        let least = LEAST_ENERGY * self.fit.samples.iter().map(square).sum::<f64>();
        let mut order: Vec<(f64, usize)> = Vec::with_capacity(courses.len());
        for (index, course) in courses.iter().enumerate() {
            Cancelled::check(self.fit.is_cancelled)?;
            order.push((course.energy(self.grid.hop), index));
        }
        order.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut counts = vec![0_u16; self.grid.segments + 1];
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
        let left = self.left(courses)?;
        let edges_hz = noise_edges_hz();
        let place = |course: &Course, knot: usize| self.place(course, knot, &left, &edges_hz);
        let mut order: Vec<(f64, usize)> = Vec::new();
        for (index, course) in courses.iter().enumerate() {
            Cancelled::check(self.fit.is_cancelled)?;
            let powers = (0..course.knots()).map(|knot| {
                let (frame, band) = place(course, knot);
                (power(course, knot), f64::from(left.powers[frame][band]))
            });
            let (own, rest) = powers.fold((0.0, 0.0), |sums, powers| {
                (sums.0 + powers.0, sums.1 + powers.1)
            });
            if own <= rest {
                order.push((own / rest, index));
            }
        }
        order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        // By frames of noise: knots may be many times as close, and the recording long.
        let mut dropped = vec![[0.0_f32; NOISE_BANDS]; left.powers.len()];
        let hop_s = self.grid.hop as f64 / self.fit.sample_rate_hz;
        let share = (hop_s / left.hop_s).min(1.0);
        let mut is_kept = vec![true; courses.len()];
        for (_, index) in order {
            Cancelled::check(self.fit.is_cancelled)?;
            let course = &courses[index];
            let knots = 0..course.knots();
            let with_dropped = knots.clone().fold(0.0, |sum, knot| {
                let (frame, band) = place(course, knot);
                let before = f64::from(dropped[frame][band] - left.powers[frame][band]);
                sum + power(course, knot) + before
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

    /// What the courses and the transients leave of the original.
    fn left(&self, courses: &[Course]) -> Result<BandNoise, Cancelled> {
        let Fit {
            samples,
            sample_rate_hz,
            onsets,
            is_cancelled,
            ..
        } = *self.fit;
        let found = self.fit.refit(self.grid).synthesis(courses)?;
        let mut rest: Vec<f32> = samples.iter().zip(&found).map(|(x, y)| x - y).collect();
        take_transients(&mut rest, onsets, 0.0, sample_rate_hz);
        NoiseFrames::new(sample_rate_hz).powers(&rest, sample_rate_hz, is_cancelled)
    }

    fn place(&self, course: &Course, knot: usize, left: &BandNoise, edges_hz: &[f64]) -> Place {
        let rate = self.fit.sample_rate_hz;
        let time_s = ((course.first + knot) * self.grid.hop) as f64 / rate;
        let frame = libm::round(time_s / left.hop_s) as usize;
        let hz = course.frequencies[knot] * rate;
        let band = edges_hz.partition_point(|edge_hz| *edge_hz <= hz);
        (
            frame.min(left.powers.len() - 1),
            band.saturating_sub(1).min(NOISE_BANDS - 1),
        )
    }
}

/// Mean square of a course around a knot.
fn power(course: &Course, knot: usize) -> f64 {
    let amplitude = f64::from(course.amplitudes[knot]);
    0.5 * amplitude * amplitude
}

fn retain(courses: &mut Vec<Course>, is_kept: &[bool]) {
    let mut kept = is_kept.iter();
    courses.retain(|_| kept.next().copied().unwrap_or(false));
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;
    use std::sync::atomic::AtomicBool;

    use super::super::fit::Resolution;
    use super::super::metrics::srer_db;
    use super::super::refit::Effort;
    use super::super::testing::white_noise;
    use super::super::{AnalysisFit, window};
    use super::*;
    use crate::dsp::simd_level::SimdLevel;

    const RATE_HZ: f64 = 44_100.0;

    /// A sine from one second to another.
    struct Tone {
        hz: f64,
        amplitude: f64,
        from_s: f64,
        to_s: f64,
    }

    /// One second of tones in noise of this amplitude.
    fn sound(tones: &[Tone], noise: f32) -> Vec<f32> {
        let noises = white_noise(7, 44_100);
        let sample = |n: usize| {
            let time_s = n as f64 / RATE_HZ;
            let sounding = tones
                .iter()
                .filter(|tone| (tone.from_s..tone.to_s).contains(&time_s));
            let sum: f64 = sounding
                .map(|tone| tone.amplitude * (TAU * tone.hz * time_s).sin())
                .sum();
            sum as f32 + noise * noises[n]
        };
        (0..44_100).map(sample).collect()
    }

    /// The courses of a sound, and how near they are to it.
    fn fitted(samples: &[f32], drops_noise: bool) -> (Vec<Course>, f64) {
        let is_cancelled = AtomicBool::new(false);
        let fit = Fit {
            level: SimdLevel::chosen(),
            samples,
            sample_rate_hz: RATE_HZ,
            onsets: &[],
            is_cancelled: &is_cancelled,
        };
        let resolution = Resolution {
            drops_noise,
            ..window::resolution(AnalysisFit::Musical, 1_024)
        };
        let courses = fit.courses(resolution, &Effort::MUSICAL, &mut |_| {});
        let courses = courses.expect("not cancelled");
        let grid = Grid::new(resolution.hop, samples.len());
        let found = fit.refit(grid).synthesis(&courses).expect("not cancelled");
        let near_db = srer_db(samples, &found);
        (courses, near_db)
    }

    /// The mean frequency of a course over its knots, in Hz.
    fn mean_hz(course: &Course) -> f64 {
        course.frequencies.iter().sum::<f64>() / course.knots() as f64 * RATE_HZ
    }

    #[test]
    fn courses_of_noise_are_dropped_and_weak_partials_stay() {
        let steady = |hz: f64, amplitude: f64| Tone {
            hz,
            amplitude,
            from_s: 0.0,
            to_s: 1.0,
        };
        let tones = [
            steady(440.0, 0.5),
            steady(880.0, 0.05),
            steady(3_000.0, 0.02),
        ];
        let samples = sound(&tones, 0.02);
        let (all, all_db) = fitted(&samples, false);
        let (kept, kept_db) = fitted(&samples, true);
        assert!(all.len() > 20, "{}", all.len());
        assert!(
            2 * kept.len() < all.len(),
            "{} of {}",
            kept.len(),
            all.len()
        );
        assert!(kept_db > all_db - 3.1, "{kept_db} of {all_db} dB");
        for tone in &tones {
            let is_it =
                |course: &&Course| (mean_hz(course) - tone.hz).abs() < 3.0 && course.knots() > 150;
            assert!(kept.iter().any(|course| is_it(&course)), "{} Hz", tone.hz);
        }
    }

    /// What is noise beside a loud note is a partial when that note is over.
    #[test]
    fn a_quiet_note_after_a_loud_one_stays() {
        let loud = |hz: f64| Tone {
            hz,
            amplitude: 0.4,
            from_s: 0.0,
            to_s: 0.5,
        };
        let quiet = Tone {
            hz: 660.0,
            amplitude: 0.001,
            from_s: 0.55,
            to_s: 1.0,
        };
        let samples = sound(&[loud(440.0), loud(620.0), loud(700.0), quiet], 1e-5);
        let (kept, _) = fitted(&samples, true);
        let is_quiet = |course: &Course| course.first > 90 && (mean_hz(course) - 660.0).abs() < 2.0;
        assert!(kept.iter().any(is_quiet));
    }
}
