//! Power between the bands of ATS and ours: that of a band is spread evenly over its width, so the
//! power in all stays as it is.

use crate::tracks::bands::{NOISE_BANDS, noise_edges_hz};

/// How many bands ATS has.
pub(super) const ATS_BANDS: usize = 25;
/// Their edges (critical bands of the ear).
const ATS_EDGES_HZ: [f64; ATS_BANDS + 1] = [
    0.0, 100.0, 200.0, 300.0, 400.0, 510.0, 630.0, 770.0, 920.0, 1_080.0, 1_270.0, 1_480.0,
    1_720.0, 2_000.0, 2_320.0, 2_700.0, 3_150.0, 3_700.0, 4_400.0, 5_300.0, 6_400.0, 7_700.0,
    9_500.0, 12_000.0, 15_500.0, 20_000.0,
];

/// How much of each band's power comes into each other band.
pub(super) struct Conversion {
    /// The band that a share comes from, the band that it goes to, and the share.
    shares: Vec<(usize, usize, f64)>,
}

impl Conversion {
    pub(super) fn from_ats() -> Conversion {
        let mut edges = noise_edges_hz();
        // What is below our lowest band counts with it.
        edges[0] = 0.0;
        Conversion::between(&ATS_EDGES_HZ, &edges)
    }

    pub(super) fn to_ats() -> Conversion {
        Conversion::between(&noise_edges_hz(), &ATS_EDGES_HZ)
    }

    fn between(from: &[f64], to: &[f64]) -> Conversion {
        let mut shares = Vec::new();
        for (a, source) in from.windows(2).enumerate() {
            for (b, target) in to.windows(2).enumerate() {
                let overlap_hz = source[1].min(target[1]) - source[0].max(target[0]);
                if overlap_hz > 0.0 {
                    shares.push((a, b, overlap_hz / (source[1] - source[0])));
                }
            }
        }
        Conversion { shares }
    }

    /// The powers in the other bands; bands that are missing have no power.
    pub(super) fn convert<const BANDS: usize>(&self, powers: &[f64]) -> [f64; BANDS] {
        let mut converted = [0.0; BANDS];
        for &(from, to, share) in &self.shares {
            converted[to] += share * powers.get(from).copied().unwrap_or(0.0);
        }
        converted
    }
}

/// The powers of our bands in ATS's.
pub(super) fn ats_powers(conversion: &Conversion, powers: &[f32; NOISE_BANDS]) -> [f64; ATS_BANDS] {
    conversion.convert(&powers.map(f64::from))
}
