//! Whether presets are in tune with themselves, from key to key.

use aliquot::state::Preset;
use aliquot::synth::Snapshot;

use crate::{Player, starting};

/// The keys, C4 first: the others are compared with it.
const KEYS: [u8; 3] = [60, 36, 84];
/// How often partials are looked at, how far apart, seconds: their vibrato is evened out.
const LOOKS: usize = 40;
const LOOK_S: f64 = 0.05;
/// How far keys may be from their tuning, cents.
const MOST_CENTS: f64 = 10.0;
/// Presets whose partials are not the same at all keys, and why.
const EXEMPT: [(&str, &str); 5] = [
    (
        "Turning Stair",
        "the endless body is the same in each octave",
    ),
    (
        "Skin and Clay",
        "one drum goes over to another from key to key",
    ),
    (
        "Minor Hall",
        "a recording of a chord: its partials take turns in a slot",
    ),
    (
        "Vesper Cloud",
        "each note plays another place of a singer's recording",
    ),
    (
        "Throat and Saw",
        "each note plays another place of a singer's recording",
    ),
];

/// A slot of a voice over a note.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    /// Its power, added up.
    power: f64,
    /// The logarithm to base 2 of its frequency, added up with the power.
    octaves: f64,
}

/// What each slot of the voice is over a note, and the pitch of its key, semitones.
fn slots(preset: &Preset, key: u8) -> (Vec<Slot>, f64) {
    let mut player = Player::new(preset);
    player.press(&[key]);
    let mut slots: Vec<Slot> = Vec::new();
    let mut snapshot = Snapshot::default();
    for _ in 0..LOOKS {
        player.render(LOOK_S);
        player.engine.snapshot(&mut snapshot);
        let Some((_, partials)) = snapshot.voices().next() else {
            break;
        };
        slots.resize(slots.len().max(partials.len()), Slot::default());
        for (slot, partial) in slots.iter_mut().zip(partials) {
            let power = f64::from(partial.left).powi(2) + f64::from(partial.right).powi(2);
            slot.power += power;
            slot.octaves += power * f64::from(partial.frequency_hz).log2();
        }
    }
    (slots, player.engine.tuning().keys.pitch(0, key))
}

/// By how many cents the partials of a key are higher than those of C4, beyond the interval of the keys: the mean by
/// the power that both have.
fn detuning_cents((of_c4, c4): &(Vec<Slot>, f64), (of_key, key): &(Vec<Slot>, f64)) -> f64 {
    let interval = (key - c4) / 12.0;
    let (mut weights, mut sum) = (0.0, 0.0);
    for (a, b) in of_c4
        .iter()
        .zip(of_key)
        .filter(|(a, b)| a.power * b.power > 0.0)
    {
        let weight = (a.power * b.power).sqrt();
        weights += weight;
        sum += weight * (b.octaves / b.power - a.octaves / a.power - interval);
    }
    1_200.0 * sum / weights
}

/// Two octaves of keys down and up from C4, in the scale that the preset brings. A Frequency Shift is in hertz, for one, and detunes low keys more than high ones.
#[test]
fn keys_are_as_far_apart_as_the_tuning_says() {
    let presets = starting();
    for (name, reason) in EXEMPT {
        assert!(
            presets.iter().any(|preset| preset.name == name),
            "{name}: {reason}"
        );
    }
    let mut failures = Vec::new();
    for preset in presets {
        let [c4, low, high] = KEYS.map(|key| slots(&preset, key));
        let cents = [&low, &high].map(|of_key| detuning_cents(&c4, of_key));
        println!("{}: {cents:.1?} cents", preset.name);
        let is_pure = cents.iter().all(|cents| cents.abs() < MOST_CENTS);
        let is_exempt = EXEMPT.iter().any(|(name, _)| *name == preset.name);
        if is_pure == is_exempt {
            failures.push(format!("{}: {cents:.1?} cents", preset.name));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
