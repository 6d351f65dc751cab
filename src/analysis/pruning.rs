//! Which courses are kept.
//!
//! In all fits those that matter, and the strongest where there are too many at once. In the musical fit also
//! none that are noise: peaks of noise make short courses wherever they happen to line up, and noise is to
//! be noise. A course is noise if its power, over its own time, is not above the power of what all courses
//! leave of the original in the same bands ([`NoiseFrames`], transients taken out). Noise is fitted badly, since
//! its phase wanders, so what is left of it is about as strong as its courses; what is left beside a
//! partial is far weaker than the partial. What is left counts as four times the course's mean power at most, so
//! that a drum that sounds in less than a quarter of its time does not take a partial away. What is dropped
//! counts against the courses after it: over its own time none is dropped that would more than double what is
//! left. The fit drops noise after its first round, which makes the rest of it cheaper, and again after its last.
//!
//! Measured on sounds of `cargo xtask resynthesis`: flutes and the trumpet have less than half of their courses and
//! 0.4 to 1.4 dB less of the signal-to-residual ratio; an open cymbal has half of its courses and 4 dB less.

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
/// What is left at a knot counts as this many times the course's mean power at most.
const MOST_LEFT: f64 = 4.0;

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
        let mut order: Vec<(f64, usize, f64)> = Vec::new();
        for (index, course) in courses.iter().enumerate() {
            Cancelled::check(self.fit.is_cancelled)?;
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
        let hop_s = self.grid.hop as f64 / self.fit.sample_rate_hz;
        let share = (hop_s / left.hop_s).min(1.0);
        let mut is_kept = vec![true; courses.len()];
        for (_, index, most) in order {
            Cancelled::check(self.fit.is_cancelled)?;
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
        drop(found);
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

    /// Noise as loud as a drum, in a fifth of the time of a quiet partial.
    #[test]
    fn a_partial_goes_on_through_a_burst_of_noise() {
        let (hz, amplitude) = (3_000.0, 0.004);
        let tone = Tone {
            hz,
            amplitude,
            from_s: 0.0,
            to_s: 1.0,
        };
        let mut samples = sound(&[tone], 1e-5);
        let burst = &mut samples[13_000..21_800];
        for (sample, noise) in burst.iter_mut().zip(white_noise(9, 8_800)) {
            *sample += 0.3 * noise;
        }
        let grid = Grid::new(256, samples.len());
        let turns = hz / RATE_HZ;
        let course = |knots: std::ops::Range<usize>| Course {
            first: knots.start,
            // A sine is a cosine a quarter of a turn later.
            phases: knots
                .clone()
                .map(|knot| turns * (knot * grid.hop) as f64 - 0.25)
                .collect(),
            frequencies: vec![turns; knots.len()],
            amplitudes: vec![amplitude as f32; knots.len()],
            ..Course::default()
        };
        let is_cancelled = AtomicBool::new(false);
        let fit = Fit {
            level: SimdLevel::chosen(),
            samples: &samples,
            sample_rate_hz: RATE_HZ,
            onsets: &[],
            is_cancelled: &is_cancelled,
        };
        let pruning = Pruning { fit: &fit, grid };
        let kept = |course: Course| {
            let mut courses = vec![course];
            pruning.drop_noise(&mut courses).expect("not cancelled");
            courses.len()
        };
        assert_eq!(kept(course(0..grid.segments + 1)), 1);
        // What is there in the burst alone is noise.
        assert_eq!(kept(course(52..84)), 0);
    }
}
