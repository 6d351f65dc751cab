//! The partials that every contender makes.

/// How many.
pub const COUNT: usize = 1_000;

/// One of them, as it is written into the scores of the foreign contenders.
pub struct Partial {
    pub hz: f64,
    pub amplitude: f64,
}

/// From 40 Hz to 19.5 kHz, inharmonic, at least 7 Hz apart, their amplitudes within ±4 dB; rounded
/// to what is written, so that all get the same.
pub fn all() -> impl Iterator<Item = Partial> {
    (0..COUNT).map(|n| {
        // Multiples of the golden ratio fill 0 to 1 evenly and repeat nothing.
        let golden = |step: f64| (n as f64 * step * 0.618_033_988_749_895).fract();
        let hz = 40.0 + 19.5 * (n as f64 + 0.6 * golden(1.0));
        let amplitude = 0.002_5 + 0.004 * golden(3.0);
        Partial {
            hz: (hz * 1e3).round() / 1e3,
            amplitude: (amplitude * 1e6).round() / 1e6,
        }
    })
}
