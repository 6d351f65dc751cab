//! What the dissonance curve of a sound costs, and the scale that fits it.
//!
//! `cargo bench --no-default-features --bench dissonance`. The fastest of many runs counts. Without cargo's
//! `--bench`, as `cargo test` runs it, each is run once, and there is no limit.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use aliquot::scale::dissonance::{DissonanceCurve, Timbre, TimbrePartial};
use aliquot::scale::fitting::{FittedScale, MinimaKind};

/// The time that the curve of 64 partials over two octaves may take.
const ALLOWED_MS: f64 = 30.0;

fn main() -> ExitCode {
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    let rounds = if is_measured { 30 } else { 1 };
    let mut slowest_curve_ms = 0.0_f64;
    for fundamental_hz in [30.0, 261.6] {
        let timbre = Timbre::new((1..=64).map(|n| TimbrePartial {
            hz: fundamental_hz * f64::from(n),
            amplitude: 1.0 / f64::from(n),
        }));
        let curve_ms = fastest_ms(rounds, || {
            black_box(DissonanceCurve::new(black_box(&timbre), 2_400.0));
        });
        let fit_ms = fastest_ms(rounds, || {
            black_box(FittedScale::new(black_box(&timbre), 12, MinimaKind::Exact));
        });
        slowest_curve_ms = slowest_curve_ms.max(curve_ms);
        let part = curve_ms / ALLOWED_MS;
        println!(
            "64 partials of {fundamental_hz} Hz: curve {curve_ms:.1} ms, {part:.2} of what it may take; \
             fitting scale {fit_ms:.1} ms"
        );
    }
    match is_measured && slowest_curve_ms > ALLOWED_MS {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

fn fastest_ms(rounds: usize, work: impl Fn()) -> f64 {
    let mut fastest = Duration::MAX;
    for _ in 0..rounds {
        let start = Instant::now();
        work();
        fastest = fastest.min(start.elapsed());
    }
    fastest.as_secs_f64() * 1e3
}
