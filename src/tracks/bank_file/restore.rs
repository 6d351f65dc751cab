//! Tracks out of a bank.

use std::ops::RangeInclusive;
use std::sync::atomic::AtomicBool;

use super::codes::*;
use super::{BankRows, SlotEvent};
use crate::cancelled::Cancelled;
use crate::tracks::bands::{ENVELOPE_POINTS, NOISE_BANDS};
use crate::tracks::cycles::with_clear_cycles;
use crate::tracks::{
    BandNoise, Breakpoint, SpectralEnvelope, Track, Tracks, Transient, spline_slopes,
};

/// A bank may have any frequency between its frames.
const ALL_HZ: RangeInclusive<f64> = f64::MIN..=f64::MAX;

/// A sound's partials, with a breakpoint at each frame and at both ends, and all else that it has.
/// The frequencies at the breakpoints are those of the natural cubic spline through the phases there:
/// the curve of an analysis is of this kind, so it comes back but for the rounding.
///
/// # Errors
/// If it is cancelled.
pub(super) fn tracks(rows: BankRows, is_cancelled: &AtomicBool) -> Result<Tracks, Cancelled> {
    let sound = rows.sound();
    let mut births: Vec<Option<SlotEvent>> = vec![None; sound.slots as usize];
    let mut found = Vec::new();
    for event in rows.events() {
        Cancelled::check(is_cancelled)?;
        let birth = &mut births[usize::from(event.slot)];
        if event.kind == SlotEvent::BIRTH {
            *birth = Some(*event);
        } else if let Some(birth) = birth.take() {
            found.extend(track(&rows, &birth, event));
        }
    }
    Ok(Tracks {
        duration_s: sound.duration_s,
        root_hz: sound.root_hz,
        tracks: found,
        noise: noise(&rows),
        transients: transients(&rows),
        onsets_s: sound.onsets_s.clone(),
        envelope: envelope(&rows),
        sustain_loop: sound.sustain_loop,
        source: sound.source.clone(),
    })
}

/// The track between two events; `None` if it has no duration.
fn track(rows: &BankRows, birth: &SlotEvent, death: &SlotEvent) -> Option<Track> {
    let (sound, slot) = (rows.sound(), usize::from(birth.slot));
    let hop = u64::from(sound.grid.hop);
    let sample = |event: &SlotEvent| u64::from(event.frame) * hop + u64::from(event.offset);
    let (start, end) = (sample(birth), sample(death));
    if start >= end {
        return None;
    }
    let at_s = |frame: u32| {
        let sample = (u64::from(frame) * hop).clamp(start, end);
        sample as f64 / sound.grid.sample_rate_hz
    };
    let frames = birth.frame..=death.frame + 1;
    let widths: Vec<f64> = (birth.frame..=death.frame)
        .map(|frame| at_s(frame + 1) - at_s(frame))
        .collect();
    let means: Vec<f64> = (birth.frame..=death.frame)
        .map(|frame| frequency_hz(rows.frequencies(frame).get(slot).copied().unwrap_or(0)))
        .collect();
    let mut turns = phase_turns(birth.phase);
    let mut points = Vec::with_capacity(widths.len() + 1);
    for (place, (frame, slope)) in frames.zip(spline_slopes(&widths, &means)).enumerate() {
        let code = rows.amplitudes(frame).get(slot);
        let bandwidth = rows.bandwidths(frame).get(slot);
        let point = Breakpoint {
            time_s: at_s(frame),
            frequency_hz: slope,
            amplitude: sound.full_scale * amplitude(code.copied().unwrap_or(0)),
            phase_turns: Some(turns),
            bandwidth: bandwidth.map_or(0.0, |&code| super::codes::bandwidth(code)),
            pan: rows.pans(frame).get(slot).map_or(0.0, |&code| pan(code)),
        };
        points.push(point);
        if let (Some(mean), Some(width)) = (means.get(place), widths.get(place)) {
            turns += mean * width;
        }
    }
    Some(Track {
        label: (birth.label > 0).then_some(u32::from(birth.label)),
        breakpoints: with_clear_cycles(&points, &ALL_HZ),
    })
}

fn noise(rows: &BankRows) -> Option<BandNoise> {
    let sound = rows.sound();
    let power = |code: u8| (sound.noise_peak * libm::pow(10.0, level_db(code) / 10.0)) as f32;
    let rows = rows.noise().iter();
    sound.has_noise().then(|| BandNoise {
        hop_s: sound.noise_hop_s,
        powers: rows.map(|row: &[u8; NOISE_BANDS]| row.map(power)).collect(),
    })
}

fn envelope(rows: &BankRows) -> Option<SpectralEnvelope> {
    let sound = rows.sound();
    let gain = |code: u8| (sound.envelope_peak * libm::pow(10.0, level_db(code) / 20.0)) as f32;
    let rows = rows.envelope().iter();
    (rows.len() > 0).then(|| SpectralEnvelope {
        hop_s: sound.envelope_hop_s,
        gains: rows
            .map(|row: &[u8; ENVELOPE_POINTS]| row.map(gain))
            .collect(),
    })
}

fn transients(rows: &BankRows) -> Vec<Transient> {
    let transient = |transient: &super::BankTransient| Transient {
        time_s: transient.time_s,
        sample_rate_hz: transient.sample_rate_hz,
        pan: transient.pan.into(),
        samples: rows
            .samples_of(transient)
            .iter()
            .map(|&sample| f32::from(sample) / 32_767.0 * transient.peak)
            .collect(),
    };
    rows.sound().transients.iter().map(transient).collect()
}
