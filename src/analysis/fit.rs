//! Samples to courses: peaks, strands, joint fit, and what is kept.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;

use super::linking::{Linker, Strand};
use super::peaks::{Peak, PeakFinder};
use super::pruning::Pruning;
use super::refit::course::{Course, Grid};
use super::refit::{Effort, Refit};
use crate::cancelled::Cancelled;
use crate::dsp::simd_level::SimdLevel;

/// The numbers of one fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    /// Samples of a window, a power of two.
    pub window: usize,
    /// Samples from frame to frame.
    pub hop: usize,
    /// Strands begin with peaks above this level under the loudest, in dB.
    pub floor_db: f64,
    /// Peaks above this level continue them, in dB: partials die away, and are not cut off.
    pub fade_db: f64,
    /// Strands of fewer frames are dropped.
    pub least_frames: usize,
    /// Whether courses that are no louder than what all courses leave around them are dropped as noise.
    pub drops_noise: bool,
    /// Whether only those knots are breakpoints that matter.
    pub thins: bool,
    /// Whether the weakest courses are dropped where there are more than a musician wants.
    pub drops_surplus: bool,
    /// Whether courses that come near the first or the last sample go on to there.
    pub reaches_ends: bool,
}

impl Resolution {
    /// The same for a trial, which has no use for what is weak, and whose ends are mostly none of the sound's. Where
    /// breakpoints are chosen, how near the fit gets depends on how many there may be.
    pub fn draft(self) -> Resolution {
        Resolution {
            fade_db: self.floor_db,
            drops_surplus: self.thins,
            reaches_ends: false,
            ..self
        }
    }
}

/// Peaks by window and centre, in samples.
pub type KnownPeaks = RefCell<BTreeMap<(usize, usize), Vec<Peak>>>;

/// What a fit has to know beside its channel: of the sound whose rest that may be, and of fits of the same channel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// The sound that the floors are under; `None` for what is fitted.
    pub sound: Option<&'a [f32]>,
    /// No partial is below, in Hz, if that is above [`LOWEST_HZ`](super::peaks::LOWEST_HZ).
    pub lowest_hz: f64,
    /// How many partials there are at each knot already; none if it is empty.
    pub taken: &'a [u16],
    /// Where fits of one channel with the same floors share their peaks.
    pub known: Option<&'a KnownPeaks>,
}

/// Fits partials to one channel.
pub struct Fit<'a> {
    /// How vectors are computed; the bits do not depend on it.
    pub level: SimdLevel,
    /// The channel.
    pub samples: &'a [f32],
    /// Its rate.
    pub sample_rate_hz: f64,
    /// Where partials begin at once, in samples.
    pub onsets: &'a [usize],
    /// Set to stop.
    pub is_cancelled: &'a AtomicBool,
}

impl Fit<'_> {
    /// The courses of the whole channel; `progress` gets shares that add up to 1.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn courses(
        &self,
        resolution: Resolution,
        effort: &Effort,
        progress: &mut dyn FnMut(f64),
    ) -> Result<Vec<Course>, Cancelled> {
        self.courses_of(Given::default(), resolution, effort, progress)
    }

    /// The same with what is known of the sound.
    ///
    /// # Errors
    /// If it is cancelled.
    pub fn courses_of(
        &self,
        given: Given<'_>,
        resolution: Resolution,
        effort: &Effort,
        progress: &mut dyn FnMut(f64),
    ) -> Result<Vec<Course>, Cancelled> {
        let grid = Grid::new(resolution.hop, self.samples.len());
        let strands = self.strands(given, resolution, grid, &mut |share| {
            progress(0.2 * share);
        })?;
        let mut courses = Vec::new();
        // Each strand goes when its course is there: together they would be what takes most memory.
        for strand in strands {
            Cancelled::check(self.is_cancelled)?;
            courses.extend(Course::new(
                &strand,
                grid,
                self.onsets,
                resolution.window / 2,
                resolution.reaches_ends,
            ));
        }
        let refit = self.refit(grid).with_lowest(given.lowest_hz);
        let refit = match resolution.reaches_ends {
            true => refit.with_cut_end(),
            false => refit,
        };
        let pruning = Pruning {
            taken: given.taken,
            ..self.pruning(&refit, grid)
        };
        let share = 0.8 / (effort.rounds + 1) as f64;
        pruning.drop_weak(&mut courses)?;
        for round in 0..effort.rounds {
            refit.round(&mut courses, effort, round, &mut |part| {
                progress(share * part)
            })?;
            pruning.drop_weak(&mut courses)?;
            // Early, so that later rounds are of fewer courses; and when amplitudes are nearly final.
            let is_first_or_last = round == 0 || round + 1 == effort.rounds;
            if resolution.drops_noise && is_first_or_last {
                pruning.drop_noise(&mut courses)?;
            }
            // With a round to go, so that those that are left are fitted to what is between them.
            if resolution.thins && round + 2 == effort.rounds.max(2) {
                pruning.thin(&mut courses)?;
            }
        }
        if resolution.drops_surplus {
            if resolution.thins {
                pruning.drop_surplus(&mut courses, usize::MAX)?;
                pruning.thin_to_limit(&mut courses)?;
            }
            pruning.drop_surplus(&mut courses, pruning.most_breakpoints())?;
        }
        refit.polish(&mut courses, effort, &mut |part| progress(share * part))?;
        Ok(courses)
    }

    /// A refit of the channel on this grid.
    pub fn refit(&self, grid: Grid) -> Refit<'_> {
        let Fit {
            level,
            samples,
            sample_rate_hz,
            is_cancelled,
            ..
        } = *self;
        Refit::new(level, grid, samples, sample_rate_hz, is_cancelled)
    }

    /// What drops courses of the channel.
    pub(super) fn pruning<'a>(&'a self, refit: &'a Refit<'a>, grid: Grid) -> Pruning<'a> {
        Pruning {
            refit,
            grid,
            samples: self.samples,
            sample_rate_hz: self.sample_rate_hz,
            onsets: self.onsets,
            taken: &[],
            is_cancelled: self.is_cancelled,
        }
    }

    fn strands(
        &self,
        given: Given<'_>,
        resolution: Resolution,
        grid: Grid,
        progress: &mut dyn FnMut(f64),
    ) -> Result<Vec<Strand>, Cancelled> {
        let Resolution {
            window,
            hop,
            floor_db,
            fade_db,
            least_frames,
            ..
        } = resolution;
        let finder = PeakFinder::new(window, self.sample_rate_hz);
        let mut finder = finder.with_lowest(given.lowest_hz);
        let sound = given.sound.unwrap_or(self.samples);
        // The loudest peak, from every window's length.
        let mut loudest = 0.0_f64;
        for centre in (0..sound.len()).step_by(window) {
            Cancelled::check(self.is_cancelled)?;
            let peaks = finder.find(sound, centre, (0.5 * loudest).max(1e-9));
            loudest = peaks
                .iter()
                .fold(loudest, |most, peak| most.max(peak.amplitude));
        }
        let [birth, fade] =
            [floor_db, fade_db].map(|db| (loudest * libm::pow(10.0, db / 20.0)).max(1e-9));
        let linker = Linker::new(hop, window, self.sample_rate_hz, least_frames);
        let mut linker = linker.with_births_above(birth);
        let mut known = given.known.map(RefCell::borrow_mut);
        for frame in 0..=grid.segments {
            Cancelled::check(self.is_cancelled)?;
            let centre = frame * hop;
            match &mut known {
                None => linker.push(&finder.find(self.samples, centre, fade)),
                Some(known) => {
                    let find = || finder.find(self.samples, centre, fade);
                    linker.push(known.entry((window, centre)).or_insert_with(find));
                }
            }
            progress(1.0 / (grid.segments + 1) as f64);
        }
        Ok(linker.finish())
    }
}
