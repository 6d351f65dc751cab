//! How far apart the frames of a bank are.
//!
//! A frequency is rounded to a step of 10·ln 2/65535, and the next makes up for it, so the phase at a
//! frame is off by an even distribution of f·hop times that step in turns. The error of the sound is
//! Σ A²/2·(2π·f·hop·step)²/12, and shorter hops make it smaller: half the hop, 6 dB. What an analysis
//! leaves to the noise is the measure for how small it has to be.

use std::f64::consts::{LN_2, PI};

use super::FrameGrid;
use crate::tracks::Tracks;

/// Share of a step of frequency.
const STEP: f64 = 10.0 * LN_2 / 65_535.0;
/// The largest error, as a part of the power of the residue: 0.5 dB.
const MOST_ERROR: f64 = 0.122;
/// Not made shorter than this many samples.
const SHORTEST: u32 = 64;

impl FrameGrid {
    /// The grid for a bank of these tracks, whose breakpoints are `hop` samples apart. It has that hop, or a
    /// half, a quarter, … of it, where the rounding of frequencies would raise the residue by more than 0.5 dB.
    /// If nothing is known of the residue, it has the hop itself.
    pub fn for_tracks(tracks: &Tracks, sample_rate_hz: f64, hop: u32) -> FrameGrid {
        let mut grid = FrameGrid {
            sample_rate_hz,
            hop,
        };
        let most = MOST_ERROR * rest_power(tracks) * tracks.duration_s;
        let at_second = error_at_a_second(tracks);
        let error = |grid: FrameGrid| at_second * grid.hop_s() * grid.hop_s();
        while most > 0.0 && error(grid) > most && grid.hop.is_multiple_of(2) {
            if grid.hop / 2 < SHORTEST {
                break;
            }
            grid.hop /= 2;
        }
        grid
    }
}

/// Mean square of the noise.
fn rest_power(tracks: &Tracks) -> f64 {
    let Some(noise) = tracks.noise.as_ref().filter(|n| !n.powers.is_empty()) else {
        return 0.0;
    };
    let powers = noise.powers.iter().flatten().map(|&power| f64::from(power));
    powers.sum::<f64>() / noise.powers.len() as f64
}

/// Energy of the error, were the hop a second.
fn error_at_a_second(tracks: &Tracks) -> f64 {
    let pairs = tracks.tracks.iter().flat_map(|t| t.breakpoints.windows(2));
    let energy = pairs.map(|pair| {
        let (a, b) = (pair[0].amplitude, pair[1].amplitude);
        let hz = 0.5 * (pair[0].frequency_hz + pair[1].frequency_hz);
        (pair[1].time_s - pair[0].time_s) * (a * a + a * b + b * b) / 6.0 * hz * hz
    });
    energy.sum::<f64>() * (2.0 * PI * STEP) * (2.0 * PI * STEP) / 12.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tracks::bands::NOISE_BANDS;
    use crate::tracks::{BandNoise, Breakpoint, Track};

    fn tone(frequency_hz: f64, rest_db: f64) -> Tracks {
        let end = |time_s: f64| Breakpoint::new(time_s, frequency_hz, 1.0).with_phase(0.0);
        let power = 0.5 * libm::pow(10.0, rest_db / 10.0) / NOISE_BANDS as f64;
        Tracks {
            duration_s: 1.0,
            tracks: vec![Track {
                label: None,
                breakpoints: vec![end(0.0), end(1.0)],
            }],
            noise: Some(BandNoise {
                hop_s: 0.005,
                powers: vec![[power as f32; NOISE_BANDS]; 200],
            }),
            ..Tracks::default()
        }
    }

    #[test]
    fn hops_are_halved_where_rounding_would_be_heard_above_the_rest() {
        let hop = |tracks: &Tracks| FrameGrid::for_tracks(tracks, 48_000.0, 256).hop;
        // For a tone at 5 kHz every 256 samples the error is at −45.7 dB, and 6 dB less at each half.
        assert_eq!(hop(&tone(5_000.0, -36.0)), 256);
        assert_eq!(hop(&tone(5_000.0, -37.0)), 128);
        assert_eq!(hop(&tone(5_000.0, -43.0)), 64);
        assert_eq!(hop(&tone(5_000.0, -90.0)), 64);
        assert_eq!(hop(&tone(500.0, -55.0)), 256);
        let unknown = Tracks {
            noise: None,
            ..tone(5_000.0, 0.0)
        };
        assert_eq!(hop(&unknown), 256);
        let short = FrameGrid::for_tracks(&tone(5_000.0, -90.0), 48_000.0, 32);
        assert_eq!(short.hop, 32);
    }
}
