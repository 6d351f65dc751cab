//! Rendering events at given frames, in buffers of any size.
#![allow(dead_code, reason = "each test program uses its own part")]

use aliquot::dsp::random::bits;
use aliquot::dsp::simd_level::SimdLevel;
use aliquot::synth::{Config, Engine, Event, NoteAddress, NoteExpression, Param, Patch, Snapshot};

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
