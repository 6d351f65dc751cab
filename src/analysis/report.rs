//! Figures that say how good an analysis is.

use std::fmt;
use std::sync::atomic::AtomicBool;

use super::metrics::{Likeness, srer_unless};
use super::synthesis::{Without, sound_unless};
use super::{Analysis, Recording};
use crate::cancelled::Cancelled;

/// The figures of one analysis; see [`super::metrics`] for what they mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AnalysisReport {
    /// Partials in all.
    pub tracks: usize,
    /// Partials at once, at most.
    pub most_at_once: usize,
    /// Breakpoints a second.
    pub breakpoints_a_second: f64,
    /// Signal to error of partials alone, in dB.
    pub partials_srer_db: f64,
    /// For partials and transients.
    pub tonal: Likeness,
    /// For all parts, with the noise.
    pub whole: Likeness,
}

impl AnalysisReport {
    /// Measures an analysis by its own synthesis, on the mid channel.
    pub fn new(recording: &Recording, analysis: &Analysis) -> AnalysisReport {
        let never = AtomicBool::new(false);
        AnalysisReport::new_unless(recording, analysis, &never).unwrap_or_default()
    }

    /// As [`AnalysisReport::new`]; `None` if it was cancelled on the way.
    pub fn new_unless(
        recording: &Recording,
        analysis: &Analysis,
        is_cancelled: &AtomicBool,
    ) -> Option<AnalysisReport> {
        let (tracks, rate) = (&analysis.tracks, recording.sample_rate_hz);
        let original = &recording.mid;
        let partials = Without {
            transients: true,
            noise: true,
        };
        let tonal = Without {
            noise: true,
            ..Without::default()
        };
        let sound = |without: Without| {
            Cancelled::check(is_cancelled).ok()?;
            Some(sound_unless(tracks, rate, without, is_cancelled)?.mid)
        };
        let likeness = |without: Without| {
            Likeness::new_unless(original, &sound(without)?, rate, is_cancelled).ok()
        };
        Some(AnalysisReport {
            tracks: tracks.tracks.len(),
            most_at_once: tracks.most_at_once(),
            breakpoints_a_second: tracks.breakpoint_count() as f64 / tracks.duration_s,
            partials_srer_db: srer_unless([original, &sound(partials)?], is_cancelled).ok()?,
            tonal: likeness(tonal)?,
            whole: likeness(Without::default())?,
        })
    }
}

impl fmt::Display for AnalysisReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "tracks                    {}", self.tracks)?;
        writeln!(f, "at once, at most          {}", self.most_at_once)?;
        writeln!(
            f,
            "breakpoints a second      {:.0}",
            self.breakpoints_a_second
        )?;
        writeln!(
            f,
            "SRER of partials          {:.1} dB",
            self.partials_srer_db
        )?;
        writeln!(f, "SRER with transients      {:.1} dB", self.tonal.srer_db)?;
        writeln!(f, "LSD of all parts          {:.2} dB", self.whole.lsd_db)?;
        write!(
            f,
            "ERB-LSD of all parts      {:.2} dB",
            self.whole.erb_lsd_db
        )
    }
}
