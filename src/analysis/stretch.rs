//! Tracks at another speed, to judge how they stretch. f64, and slow; a voice plays a bank by itself.
//!
//! Amplitudes, mean frequencies, noise and transients are those of the place in the recording that
//! [`TimeWarp`] says; phases follow from the frequencies. Transients keep their own speed.

use crate::tracks::warp::TimeWarp;
use crate::tracks::{BandNoise, Breakpoint, Track, TrackCursor, Tracks, Transient};

/// The tracks at a speed above 0. Envelope and loop are left out.
pub fn stretched(tracks: &Tracks, warp: &TimeWarp, speed: f64) -> Tracks {
    let breaks_s = warp.breaks_s(speed);
    let duration_s = tracks.duration_s / speed;
    let at = |transient: &Transient| Transient {
        time_s: warp.clock_s(transient.time_s, speed),
        ..transient.clone()
    };
    let noise = tracks.noise.as_ref().filter(|n| !n.powers.is_empty());
    Tracks {
        duration_s,
        root_hz: tracks.root_hz,
        tracks: tracks
            .tracks
            .iter()
            .map(|track| stretched_track(track, warp, speed, &breaks_s))
            .collect(),
        noise: noise.map(|noise| stretched_noise(noise, warp, speed, duration_s)),
        transients: tracks.transients.iter().map(at).collect(),
        onsets_s: tracks
            .onsets_s
            .iter()
            .map(|onset_s| warp.clock_s(*onset_s, speed))
            .collect(),
        source: tracks.source.clone(),
        ..Tracks::default()
    }
}

/// The stretched track, with breakpoints where the rate changes, too.
fn stretched_track(track: &Track, warp: &TimeWarp, speed: f64, breaks_s: &[f64]) -> Track {
    let is_within = |time_s: &f64| (track.start_s()..track.end_s()).contains(time_s);
    let own = track.breakpoints.iter().map(|point| point.time_s);
    let mut times_s: Vec<f64> = own
        .chain(breaks_s.iter().copied().filter(is_within))
        .collect();
    times_s.sort_by(f64::total_cmp);
    times_s.dedup_by(|later, kept| *later - *kept < 1e-9);
    let mut cursor = TrackCursor::new(track);
    let mut before: Option<(Breakpoint, f64)> = None;
    let mut breakpoints: Vec<Breakpoint> = Vec::with_capacity(times_s.len());
    for source_s in times_s {
        let point = cursor.at(source_s);
        let source_turns = point.phase_turns.unwrap_or(0.0);
        let time_s = warp.clock_s(source_s, speed);
        let turns = match (&before, breakpoints.last()) {
            (Some((from, turns)), Some(last)) => {
                let advance = source_turns - from.phase_turns.unwrap_or(0.0);
                turns + advance / (source_s - from.time_s) * (time_s - last.time_s)
            }
            _ => source_turns,
        };
        before = Some((point, turns));
        breakpoints.push(Breakpoint { time_s, ..point }.with_phase(turns - libm::floor(turns)));
    }
    Track {
        label: track.label,
        breakpoints,
    }
}

fn stretched_noise(noise: &BandNoise, warp: &TimeWarp, speed: f64, duration_s: f64) -> BandNoise {
    let last = noise.powers.len() - 1;
    let count = libm::ceil(duration_s / noise.hop_s) as usize + 1;
    let frame = |frame: usize| {
        let source_s = warp.moved(0.0, speed, frame as f64 * noise.hop_s);
        let place = (source_s / noise.hop_s).clamp(0.0, last as f64);
        let (first, share) = (place as usize, (place - libm::floor(place)) as f32);
        let mut powers = noise.powers[first];
        for (power, next) in powers.iter_mut().zip(&noise.powers[(first + 1).min(last)]) {
            *power += share * (next - *power);
        }
        powers
    };
    BandNoise {
        hop_s: noise.hop_s,
        powers: (0..count).map(frame).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::attack::{BEFORE_S, rise_s};
    use crate::analysis::synthesis::{Without, sound};
    use crate::tracks::warp::AnchorReach;

    const RATE_HZ: f64 = 44_100.0;

    /// A tone of 500 Hz that begins at 0.2 s within 5 ms and dies away.
    fn blow() -> Tracks {
        let point = |frame: i32| {
            let since_s = f64::from(frame) * 0.0025;
            let amplitude = 0.5 * (since_s / 0.005).min(1.0) * libm::exp(-5.0 * since_s);
            Breakpoint::new(0.2 + since_s, 500.0, amplitude)
        };
        Tracks {
            duration_s: 0.6,
            tracks: vec![Track {
                label: Some(1),
                breakpoints: (0..160).map(point).collect(),
            }],
            onsets_s: vec![0.2],
            ..Tracks::default()
        }
    }

    #[test]
    fn attacks_stay_and_the_rest_is_stretched() {
        let tracks = blow();
        let anchored = TimeWarp::new(&tracks.onsets_s, 0.6, AnchorReach::default());
        let uniform = TimeWarp::default();
        let rise = |warp: &TimeWarp, speed: f64| {
            let found = stretched(&tracks, warp, speed);
            let samples = sound(&found, RATE_HZ, Without::default()).mid;
            assert_eq!(samples.len(), (0.6 / speed * RATE_HZ).round() as usize);
            let span_s = [-BEFORE_S, 0.1].map(|away_s| warp.clock_s(0.2 + away_s, speed));
            rise_s(&samples, RATE_HZ, span_s.into()).expect("an attack")
        };
        let original_s = rise(&uniform, 1.0);
        assert!((0.003..0.007).contains(&original_s), "{original_s}");
        assert!(rise(&uniform, 0.25) > 2.5 * original_s);
        assert!((rise(&anchored, 0.25) - original_s).abs() < 0.000_5);
        // What follows takes four times as long, and the pitch stays.
        let found = stretched(&tracks, &anchored, 0.25);
        let end = found.tracks[0].breakpoints.last().expect("a breakpoint");
        let expected_s = anchored.clock_s(0.2 + 159.0 * 0.0025, 0.25);
        assert!((end.time_s - expected_s).abs() < 1e-9);
        assert!((end.frequency_hz - 500.0).abs() < 1e-6);
        assert!((anchored.clock_s(0.6, 0.25) - 2.4).abs() < 1e-9);
    }

    #[test]
    fn at_speed_1_nothing_changes() {
        let tracks = blow();
        let warp = TimeWarp::new(&tracks.onsets_s, 0.6, AnchorReach::default());
        let same = sound(&stretched(&tracks, &warp, 1.0), RATE_HZ, Without::default()).mid;
        let original = sound(&tracks, RATE_HZ, Without::default()).mid;
        assert_eq!(same.len(), original.len());
        for (a, b) in same.iter().zip(&original) {
            assert!((a - b).abs() < 1e-5);
        }
    }
}
