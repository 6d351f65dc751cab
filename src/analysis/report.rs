//! Figures that say how good an analysis is.

use std::fmt;

use super::metrics::{Likeness, srer_db};
use super::synthesis::{Without, sound};
use super::{Analysis, Recording};

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
        AnalysisReport {
            tracks: tracks.tracks.len(),
            most_at_once: tracks.most_at_once(),
            breakpoints_a_second: tracks.breakpoint_count() as f64 / tracks.duration_s,
            partials_srer_db: srer_db(original, &sound(tracks, rate, partials).mid),
            tonal: Likeness::new(original, &sound(tracks, rate, tonal).mid, rate),
            whole: Likeness::new(original, &sound(tracks, rate, Without::default()).mid, rate),
        }
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
