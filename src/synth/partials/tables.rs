//! What depends on a partial's number alone.

use std::sync::OnceLock;

use super::bodies::{self, Body};
use super::colours::{self, Colour};
use crate::dsp::aligned::Aligned;
use crate::dsp::resident;
use crate::synth::parameter::MAX_PARTIALS;

/// Tables of functions of the partial's number n; partial n has index n − 1.
#[derive(Debug)]
pub struct HarmonicTables {
    /// n.
    pub n: Box<Aligned<f32, MAX_PARTIALS>>,
    /// log₂ n.
    pub log2_n: Box<Aligned<f32, MAX_PARTIALS>>,
    /// 1 for odd n, 0 for even.
    pub odd: Box<Aligned<f32, MAX_PARTIALS>>,
    /// A position between −1 and 1 for each partial. Neighbours are far apart; that of the first is
    /// the middle.
    pub position: Box<Aligned<f32, MAX_PARTIALS>>,
    /// The bodies of spectra, in the order of their labels.
    pub bodies: Box<[Body]>,
    /// The colours of spectra, in the order of their labels.
    pub colours: Box<[Colour]>,
}

/// A position between −1 and 1 for partial n, far from those of its neighbours; 0 for the first.
pub fn golden_position(n: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let x = (n - 1.0) * GOLDEN + 0.5;
    2.0 * (x - x.floor()) - 1.0
}

impl HarmonicTables {
    /// The tables. The first call fills them, and so must not be on the audio thread.
    pub fn shared() -> &'static HarmonicTables {
        static TABLES: OnceLock<HarmonicTables> = OnceLock::new();
        TABLES.get_or_init(HarmonicTables::allocate)
    }

    fn allocate() -> HarmonicTables {
        let fill = |of: &dyn Fn(f64) -> f64| {
            let mut values = resident::array(0.0);
            for (n, value) in (1..).zip(values.iter_mut()) {
                *value = of(f64::from(n)) as f32;
            }
            values
        };
        HarmonicTables {
            n: fill(&|n| n),
            log2_n: fill(&libm::log2),
            odd: fill(&|n| n % 2.0),
            position: fill(&golden_position),
            bodies: bodies::all(),
            colours: colours::all(),
        }
    }
}
