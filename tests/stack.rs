//! The stack of the thread that renders, which is the host's.
//!
//! A program of its own: a thread whose stack overflows takes the whole program with it.

mod performance;

use std::thread;

use aliquot::dsp::simd_level::SimdLevel;
use aliquot::synth::{Param, Patch};
use performance::{engine_at, on};

/// As much as the direct kernel's sums, which are the engine's: on the stack they alone would fill it.
const STACK_BYTES: usize = 64 * 1_024;

#[test]
fn a_small_stack_is_enough_at_every_level() {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 512.0),
        (Param::SPREAD, 1.0),
        (Param::LFO_RATE, 20.0),
        (Param::LFO_PITCH, 1_200.0),
    ] {
        patch.set(param, value);
    }
    for level in SimdLevel::available() {
        // The second has the longest block.
        for rate_hz in [48_000.0, 384_000.0] {
            let mut engine = engine_at(level, rate_hz, &patch);
            let (mut left, mut right) = (vec![0.0; 4_000], vec![0.0; 4_000]);
            let render = || {
                // The part of a block with the onset is rendered by the direct kernel, and later what
                // slides too fast for the spectra.
                engine.render(&mut left[..20], &mut right[..20]);
                engine.push(on(0, 40, 1.0));
                engine.render(&mut left[20..], &mut right[20..]);
            };
            thread::scope(|scope| {
                let thread = thread::Builder::new().stack_size(STACK_BYTES);
                let thread = thread.spawn_scoped(scope, render).expect("a thread");
                thread.join().expect("it ends well");
            });
            let name = level.name();
            assert!(left.iter().any(|&x| x != 0.0), "{name}, {rate_hz} Hz");
        }
    }
}
