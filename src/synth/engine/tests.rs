//! What no host can bring about, by reaching into the engine.

mod bursts;

use super::*;
use crate::synth::event::Event;

const FRAMES: usize = 2_000;

fn note(channel: u8) -> Event {
    Event::NoteOn {
        id: Some(i32::from(channel)),
        channel,
        key: 60 + channel,
        velocity: 1.0,
    }
}

fn rendered(engine: &mut Engine) -> (Vec<f32>, Vec<f32>) {
    let (mut left, mut right) = (vec![f32::NAN; FRAMES], vec![f32::NAN; FRAMES]);
    engine.render(&mut left, &mut right);
    (left, right)
}

/// Engines with a note on channel 2 alone, and beside one on channel 1 whose channel is poisoned
/// before the note or after it.
#[test]
fn not_a_number_becomes_silence_for_its_voice_and_is_counted() {
    let poisons: [fn(&mut Engine); 3] = [
        |engine| engine.channels.get_mut(1).bend = f32::NAN,
        |engine| engine.channels.get_mut(1).volume = f32::NAN,
        |engine| engine.channels.get_mut(1).expression = f32::INFINITY,
    ];
    let config = Config {
        sample_rate_hz: 48_000.0,
        max_voices: 4,
    };
    for (place, poison) in poisons.into_iter().enumerate() {
        let mut healthy = Engine::new(&config);
        healthy.push(note(2));
        let (left, right) = rendered(&mut healthy);
        assert!(left.iter().any(|&x| x != 0.0));

        let mut poisoned = Engine::new(&config);
        poison(&mut poisoned);
        poisoned.push(note(1));
        poisoned.push(note(2));
        assert!(rendered(&mut poisoned) == (left, right), "{place}");
        assert_eq!(poisoned.statistics().faults, 1, "{place}");
        assert_eq!(poisoned.statistics().voices, 1, "{place}");
        assert_eq!(poisoned.next_ended().and_then(|note| note.id), Some(1));
        assert_eq!(poisoned.next_ended(), None);

        // In the middle of a note, too; and its voice serves the next note as if it were new.
        let mut engine = Engine::new(&config);
        engine.push(note(1));
        rendered(&mut engine);
        poison(&mut engine);
        let (left, right) = rendered(&mut engine);
        assert!(left.iter().chain(&right).all(|x| x.is_finite()), "{place}");
        assert!(engine.is_silent(), "{place}");
        assert_eq!(engine.statistics().faults, 1, "{place}");
        engine.reset();
        assert_eq!(engine.statistics().faults, 1, "{place}");
        engine.push(note(1));
        let healed = rendered(&mut engine);
        let mut new = Engine::new(&config);
        new.push(note(1));
        assert!(healed == rendered(&mut new), "{place}");
    }
}
