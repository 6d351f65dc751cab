//! Tracks out of a bank.

use super::codes::*;
use super::{BankRows, BankSound, TrackEvent};
use crate::tracks::bands::{ENVELOPE_POINTS, NOISE_BANDS};
use crate::tracks::{BandNoise, Breakpoint, SpectralEnvelope, Track, Tracks, Transient};

/// A sound's partials, with a breakpoint at each frame and at both ends, and all else that it has.
/// The frequency at a breakpoint is the mean of those of the segments beside it.
pub(super) fn tracks(rows: BankRows) -> Tracks {
    let sound = rows.sound();
    let mut births: Vec<Option<TrackEvent>> = vec![None; sound.slots as usize];
    let mut found = Vec::new();
    for event in &sound.events {
        let birth = &mut births[usize::from(event.slot)];
        if event.kind == TrackEvent::BIRTH {
            *birth = Some(*event);
        } else if let Some(birth) = birth.take() {
            found.extend(track(&rows, &birth, event));
        }
    }
    Tracks {
        duration_s: sound.duration_s,
        root_hz: sound.root_hz,
        tracks: found,
        noise: noise(sound),
        transients: transients(sound),
        onsets_s: sound.onsets_s.clone(),
        envelope: envelope(sound),
        sustain_loop: sound.sustain_loop,
        source: sound.source.clone(),
    }
}

/// The track between two events; `None` if it has no duration.
fn track(rows: &BankRows, birth: &TrackEvent, death: &TrackEvent) -> Option<Track> {
    let (sound, slot) = (rows.sound(), usize::from(birth.slot));
    let hop = u64::from(sound.grid.hop);
    let sample = |event: &TrackEvent| u64::from(event.frame) * hop + u64::from(event.offset);
    let (start, end) = (sample(birth), sample(death));
    if start >= end {
        return None;
    }
    let at = |frame: u32| (u64::from(frame) * hop).clamp(start, end);
    let frequency = |frame: u32| {
        let code = rows.frequencies(frame).get(slot);
        frequency_hz(code.copied().unwrap_or(0))
    };
    let mut turns = phase_turns(birth.phase);
    let mut before = frequency(birth.frame);
    let mut breakpoints = Vec::with_capacity((death.frame + 2 - birth.frame) as usize);
    for frame in birth.frame..=death.frame + 1 {
        let is_last = frame > death.frame;
        let mean = if is_last { before } else { frequency(frame) };
        let code = rows.amplitudes(frame).get(slot);
        let pan = rows.pans(frame).get(slot).map_or(0.0, |&code| pan(code));
        let bandwidth = rows.bandwidths(frame).get(slot);
        breakpoints.push(Breakpoint {
            time_s: at(frame) as f64 / sound.grid.sample_rate_hz,
            frequency_hz: 0.5 * (before + mean),
            amplitude: sound.full_scale * amplitude(code.copied().unwrap_or(0)),
            phase_turns: Some(turns - libm::floor(turns)),
            bandwidth: bandwidth.map_or(0.0, |&code| super::codes::bandwidth(code)),
            pan,
        });
        if !is_last {
            turns += mean * (at(frame + 1) - at(frame)) as f64 / sound.grid.sample_rate_hz;
        }
        before = mean;
    }
    Some(Track {
        label: (birth.label > 0).then_some(u32::from(birth.label)),
        breakpoints,
    })
}

fn noise(sound: &BankSound) -> Option<BandNoise> {
    let power = |code: u8| (sound.noise_peak * libm::pow(10.0, level_db(code) / 10.0)) as f32;
    let rows = sound.noise.iter();
    (!sound.noise.is_empty()).then(|| BandNoise {
        hop_s: sound.noise_hop_s,
        powers: rows.map(|row: &[u8; NOISE_BANDS]| row.map(power)).collect(),
    })
}

fn envelope(sound: &BankSound) -> Option<SpectralEnvelope> {
    let gain = |code: u8| (sound.envelope_peak * libm::pow(10.0, level_db(code) / 20.0)) as f32;
    let rows = sound.envelope.iter();
    (!sound.envelope.is_empty()).then(|| SpectralEnvelope {
        hop_s: sound.envelope_hop_s,
        gains: rows
            .map(|row: &[u8; ENVELOPE_POINTS]| row.map(gain))
            .collect(),
    })
}

fn transients(sound: &BankSound) -> Vec<Transient> {
    let transient = |transient: &super::BankTransient| Transient {
        time_s: transient.time_s,
        sample_rate_hz: transient.sample_rate_hz,
        pan: transient.pan.into(),
        samples: sound
            .samples_of(transient)
            .iter()
            .map(|&sample| f32::from(sample) / 32_767.0 * transient.peak)
            .collect(),
    };
    sound.transients.iter().map(transient).collect()
}
