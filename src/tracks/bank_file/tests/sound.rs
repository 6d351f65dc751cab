//! What a bank sounds like: played as a voice plays it, against the tracks.

use std::f64::consts::TAU;

use super::{GRID, bank, recording};
use crate::tracks::bank_file::{BankRows, SlotEvent, codes};
use crate::tracks::{PhaseCurve, Tracks};

/// The tracks as they are meant: amplitude linear, phase cubic.
fn synthesis(tracks: &Tracks, length: usize) -> Vec<f64> {
    let mut sound = vec![0.0; length];
    for track in &tracks.tracks {
        for pair in track.breakpoints.windows(2) {
            let [a, b] = pair else { continue };
            let curve = PhaseCurve::between(a, b, 0.0);
            let [from, to] = [a.time_s, b.time_s].map(|t| (t * GRID.sample_rate_hz).round());
            let to = (to as usize).min(length);
            let samples = sound.iter_mut().enumerate().take(to);
            for (sample, output) in samples.skip(from as usize) {
                let since_s = sample as f64 / GRID.sample_rate_hz - a.time_s;
                let u = since_s / (b.time_s - a.time_s);
                let amplitude = a.amplitude + u * (b.amplitude - a.amplitude);
                *output += amplitude * (TAU * curve.turns(since_s)).cos();
            }
        }
    }
    sound
}

/// The bank frame by frame, from its events, amplitudes and mean frequencies alone.
fn playback(rows: BankRows, length: usize) -> Vec<f64> {
    let (sound, hop) = (rows.sound(), GRID.hop as usize);
    let mut output = vec![0.0; sound.frames as usize * hop];
    // Phase of each slot that sounds.
    let mut phases: Vec<Option<f64>> = vec![None; sound.slots as usize];
    for frame in 0..sound.frames - 1 {
        let (mut from, mut to) = (vec![0; phases.len()], vec![hop; phases.len()]);
        let mut dying = vec![false; phases.len()];
        for event in rows.events_of(frame) {
            let slot = usize::from(event.slot);
            if event.kind == SlotEvent::BIRTH {
                phases[slot] = Some(codes::phase_turns(event.phase));
                from[slot] = usize::from(event.offset);
            } else {
                to[slot] = usize::from(event.offset);
                dying[slot] = true;
            }
        }
        for (slot, phase) in phases.iter_mut().enumerate() {
            let Some(turns) = *phase else { continue };
            let amplitude = |frame: u32| codes::amplitude(rows.amplitudes(frame)[slot]);
            let advance = codes::frequency_hz(rows.frequencies(frame)[slot]) / GRID.sample_rate_hz;
            let (a, b) = (amplitude(frame), amplitude(frame + 1));
            let count = to[slot] - from[slot];
            for k in 0..count {
                let amplitude = a + (b - a) * k as f64 / count as f64;
                let at = frame as usize * hop + from[slot] + k;
                output[at] += amplitude * (TAU * (turns + advance * k as f64)).cos();
            }
            *phase = (!dying[slot]).then_some(turns + advance * count as f64);
        }
    }
    output.truncate(length);
    output
}

fn power(sound: impl Iterator<Item = f64>) -> f64 {
    sound.map(|sample| sample * sample).sum()
}

/// Signal to reconstruction error in dB.
fn srer_db(sound: &[f64], reconstruction: &[f64]) -> f64 {
    let error = power(sound.iter().zip(reconstruction).map(|(a, b)| a - b));
    10.0 * (power(sound.iter().copied()) / error).log10()
}

/// A recording that its tracks rebuild at 45 dB.
#[test]
fn the_bank_loses_little() {
    let tracks = recording();
    let length = (tracks.duration_s * GRID.sample_rate_hz) as usize - 128;
    let rebuilt = synthesis(&tracks, length);
    let mut state = 1_u64;
    let noise: Vec<f64> = (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) as f64 / f64::from(1 << 30) - 1.0
        })
        .collect();
    let scale = (power(rebuilt.iter().copied()) / power(noise.iter().copied())).sqrt();
    let scale = scale * 10.0_f64.powf(-45.0 / 20.0);
    let sound: Vec<f64> = rebuilt
        .iter()
        .zip(&noise)
        .map(|(a, b)| a + scale * b)
        .collect();
    let before = srer_db(&sound, &rebuilt);
    let made = bank(&tracks);
    let played = playback(made.rows(0).expect("a sound"), length);
    let after = srer_db(&sound, &played);
    let restored = srer_db(&sound, &synthesis(&made.to_tracks(0), length));
    println!(
        "SRER: tracks {before:.2} dB, bank played {after:.2} dB, bank as tracks {restored:.2} dB"
    );
    println!("bank against tracks {:.2} dB", srer_db(&rebuilt, &played));
    assert!((before - 45.0).abs() < 0.2, "{before}");
    assert!(before - after <= 0.7, "{before} {after}");
    assert!(before - restored <= 0.7, "{before} {restored}");
}
