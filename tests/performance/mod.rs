//! Rendering events at given frames, in buffers of any size.
#![allow(dead_code, reason = "each test program uses its own part")]

use std::sync::{Arc, LazyLock};

use aliquot::dsp::random::bits;
use aliquot::dsp::simd_level::SimdLevel;
use aliquot::synth::parameter::BODY_LABELS;
use aliquot::synth::recordings::Recordings;
use aliquot::synth::{Config, Engine, Event, NoteAddress, NoteExpression, Param, Patch, Snapshot};
use aliquot::tracks::bands::NOISE_BANDS;
use aliquot::tracks::bank_file::{FrameGrid, TrackBank};
use aliquot::tracks::{
    BandNoise, Breakpoint, SpectralEnvelope, SustainLoop, Track, Tracks, Transient,
};

/// Frames per second.
pub const RATE: f64 = 48_000.0;

/// A sine at full velocity, without protection or envelope.
pub fn sine() -> Patch {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 1.0),
        (Param::AMP_ATTACK, 0.0),
        (Param::AMP_RELEASE, 0.0),
        (Param::LEVEL, 0.0),
        (Param::PROTECT, 0.0),
    ] {
        patch.set(param, value);
    }
    patch
}

/// The body that is the recording of [`recordings`].
pub fn recorded_body() -> f32 {
    let body = BODY_LABELS.iter().position(|label| *label == "Recording");
    body.expect("a body") as f32
}

/// A bank of a second of A4, steady but for a slow vibrato, with noise and a spectral envelope.
pub fn recordings() -> Arc<Recordings> {
    static RECORDINGS: LazyLock<Arc<Recordings>> = LazyLock::new(|| {
        let track = |n: u32| Track {
            label: Some(n),
            breakpoints: (0..101)
                .map(|k| {
                    let bend = 1.0 + 0.003 * (0.3 * f64::from(k)).sin();
                    let hz = 440.0 * f64::from(n) * bend;
                    Breakpoint::new(0.01 * f64::from(k), hz, 0.3 / f64::from(n * n))
                })
                .collect(),
        };
        let tracks = Tracks {
            duration_s: 1.0,
            root_hz: Some(440.0),
            tracks: (1..=12).map(track).collect(),
            noise: Some(BandNoise {
                hop_s: 0.02,
                powers: vec![[1e-8; NOISE_BANDS]; 50],
            }),
            transients: vec![Transient {
                time_s: 0.0,
                sample_rate_hz: RATE,
                pan: 0.0,
                samples: (0..24_000)
                    .map(|n| 0.05 * (0.05 * n as f32).sin())
                    .collect(),
            }],
            envelope: Some(SpectralEnvelope {
                hop_s: 0.02,
                gains: vec![std::array::from_fn(|point| 1.0 / (1 + point) as f32); 50],
            }),
            sustain_loop: Some(SustainLoop {
                start_s: 0.1,
                end_s: 0.9,
                crossfade_s: 0.05,
            }),
            ..Tracks::default()
        };
        let grid = FrameGrid {
            sample_rate_hz: RATE,
            hop: 256,
        };
        let (bank, _) = TrackBank::from_tracks(&tracks, grid).expect("a bank");
        Arc::new(Recordings::new(Arc::new(bank)))
    });
    RECORDINGS.clone()
}

/// A new engine with this patch.
pub fn engine(sample_rate_hz: f64, patch: &Patch) -> Engine {
    engine_at(SimdLevel::chosen(), sample_rate_hz, patch)
}

/// A new engine with this patch, for this level of vector instructions.
pub fn engine_at(level: SimdLevel, sample_rate_hz: f64, patch: &Patch) -> Engine {
    let config = Config {
        sample_rate_hz,
        max_voices: 128,
    };
    let mut engine = Engine::with_level(&config, level);
    engine.set_patch(patch);
    engine
}

/// A note-on without a note id.
pub fn on(channel: u8, key: u8, velocity: f32) -> Event {
    Event::NoteOn {
        id: None,
        channel,
        key,
        velocity,
    }
}

/// A controller's value, 0 to 1.
pub fn control(channel: u8, number: u8, value: f32) -> Event {
    Event::Controller {
        channel,
        number,
        value,
    }
}

/// A note-off without a note id.
pub fn off(channel: u8, key: u8) -> Event {
    Event::note_off(NoteAddress {
        id: None,
        channel: Some(channel),
        key: Some(key),
    })
}

/// Renders `frames` frames with the events at their frames, in buffers of the sizes in `sizes`, which
/// repeat.
pub fn play(
    engine: &mut Engine,
    events: &[(usize, Event)],
    frames: usize,
    sizes: &[usize],
) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (vec![f32::NAN; frames], vec![f32::NAN; frames]);
    let mut events = events.iter().peekable();
    let (mut done, mut turn) = (0, 0);
    while done < frames {
        let buffer_end = (done + sizes[turn % sizes.len()]).min(frames);
        turn += 1;
        while done < buffer_end {
            while let Some((_, event)) = events.next_if(|(at, _)| *at <= done) {
                engine.push(*event);
            }
            let end = events
                .peek()
                .map_or(buffer_end, |(at, _)| (*at).min(buffer_end));
            engine.render(&mut left[done..end], &mut right[done..end]);
            done = end;
        }
    }
    (left, right)
}

/// A random event for the seed `place`.
pub fn random_event(place: u64) -> Event {
    let random = |of: u64| bits(place, of);
    let unit = |of: u64| (random(of) >> 40) as f32 / (1 << 24) as f32;
    let (channel, key) = ((random(1) % 16) as u8, (random(2) % 128) as u8);
    let id = (random(3) % 40) as i32;
    let note = NoteAddress {
        id: (id > 20).then_some(id),
        channel: Some(channel),
        key: Some(key),
    };
    match random(0) % 10 {
        0..=3 => Event::NoteOn {
            id: note.id,
            channel,
            key,
            velocity: unit(4),
        },
        4 => Event::NoteOff {
            note,
            velocity: unit(4),
        },
        5 => Event::Choke(note),
        6 => Event::Expression {
            note,
            expression: NoteExpression::Tuning,
            value: unit(4) * 12.0,
        },
        7 => Event::Modulate {
            id,
            param: Param::from_index((random(5) % Param::COUNT as u64) as usize)
                .unwrap_or(Param::TILT),
            offset: unit(4) - 0.5,
        },
        8 => Event::PitchBend {
            channel,
            value: 2.0 * unit(4) - 1.0,
        },
        _ => Event::Controller {
            channel,
            number: (random(5) % 128) as u8,
            value: unit(4),
        },
    }
}

/// Left gains of all partials of the first voice, at the last block's end.
pub fn left_gains(engine: &Engine) -> Vec<f64> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot.voices().next().expect("a voice");
    partials
        .iter()
        .map(|partial| f64::from(partial.left))
        .collect()
}
