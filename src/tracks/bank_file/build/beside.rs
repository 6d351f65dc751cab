//! What a sound has beside its partials.

use super::codes::level_code;
use super::*;
use crate::tracks::{BandNoise, SpectralEnvelope, Transient};

/// Adds root, loop, onsets, noise, envelope, transients and source.
pub(super) fn write(record: &mut Record, tracks: &Tracks) {
    if let Some(root_hz) = tracks.root_hz.filter(|hz| (1.0..=100_000.0).contains(hz)) {
        record.flags(HAS_ROOT);
        record.f64(ROOT_AT, root_hz);
    }
    if let Some(sustain) = tracks.sustain_loop {
        record.flags(HAS_LOOP);
        for (place, time_s) in [sustain.start_s, sustain.end_s, sustain.crossfade_s]
            .into_iter()
            .enumerate()
        {
            record.f64(LOOP_AT + 8 * place, time_s);
        }
    }
    let onsets: Vec<u8> = tracks
        .onsets_s
        .iter()
        .flat_map(|t| t.to_le_bytes())
        .collect();
    record.section(SectionKind::Onsets, &onsets);
    if let Some(noise) = &tracks.noise {
        write_noise(record, noise);
    }
    if let Some(envelope) = &tracks.envelope {
        write_envelope(record, envelope);
    }
    write_transients(record, &tracks.transients);
    record.section(SectionKind::Source, tracks.source.as_bytes());
}

fn write_noise(record: &mut Record, noise: &BandNoise) {
    let powers = || noise.powers.iter().flatten().map(|&power| f64::from(power));
    let peak = highest(powers());
    let codes: Vec<u8> = powers()
        .map(|power| level_code(10.0 * libm::log10(power / peak)))
        .collect();
    record.f64(NOISE_HOP_AT, noise.hop_s);
    record.f64(NOISE_PEAK_AT, peak);
    record.section(SectionKind::Noise, &codes);
}

fn write_envelope(record: &mut Record, envelope: &SpectralEnvelope) {
    let gains = || envelope.gains.iter().flatten().map(|&gain| f64::from(gain));
    let peak = highest(gains());
    let codes: Vec<u8> = gains()
        .map(|gain| level_code(20.0 * libm::log10(gain / peak)))
        .collect();
    record.f64(ENVELOPE_HOP_AT, envelope.hop_s);
    record.f64(ENVELOPE_PEAK_AT, peak);
    record.section(SectionKind::Envelope, &codes);
}

/// The highest of the values, or 1 if none is above 0.
fn highest(values: impl Iterator<Item = f64>) -> f64 {
    let highest = values.filter(|value| value.is_finite()).fold(0.0, f64::max);
    if highest > 0.0 { highest } else { 1.0 }
}

fn write_transients(record: &mut Record, transients: &[Transient]) {
    let mut entries = Vec::with_capacity(40 * transients.len());
    let mut samples: Vec<u8> = Vec::new();
    for transient in transients {
        let peak = highest(transient.samples.iter().map(|&s| f64::from(s.abs())));
        entries.extend(transient.time_s.to_le_bytes());
        entries.extend(transient.sample_rate_hz.to_le_bytes());
        entries.extend((samples.len() as u64 / 2).to_le_bytes());
        entries.extend((transient.samples.len() as u32).to_le_bytes());
        entries.extend((peak as f32).to_le_bytes());
        entries.extend((transient.pan as f32).to_le_bytes());
        entries.extend(0_u32.to_le_bytes());
        for &sample in &transient.samples {
            let code = libm::rint(f64::from(sample) / peak * 32_767.0) as i16;
            samples.extend(code.to_le_bytes());
        }
    }
    record.section(SectionKind::Transients, &entries);
    record.section(SectionKind::Samples, &samples);
}
