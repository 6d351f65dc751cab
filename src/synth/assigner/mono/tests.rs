use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::synth::assigner::{Pedal, VoiceReport};
use crate::synth::modulation::glide::GlideStart;
use crate::synth::pool::slots;

const VOICES: usize = 4;

fn on(key: u8) -> NewNote {
    NewNote {
        id: None,
        channel: 0,
        key,
        velocity: 0.5,
        glide_start: None,
        age: 0,
    }
}

fn off(key: u8) -> NoteAddress {
    NoteAddress {
        id: None,
        channel: Some(0),
        key: Some(key),
    }
}

fn assigner(mode: PlayMode, priority: Priority) -> Assigner {
    let mut assigner = Assigner::new(slots(VOICES));
    assigner.set_capacity(VOICES, slots(VOICES));
    assigner.set_mode(mode, priority);
    assigner
}

/// All that begins from now on has been rendered.
fn block(assigner: &mut Assigner, goes_on: impl Fn(usize) -> bool) {
    block_of(assigner, goes_on, false);
}

/// As [`block`]. `is_tail` says whether only the room of the voices sounds.
fn block_of(assigner: &mut Assigner, goes_on: impl Fn(usize) -> bool, is_tail: bool) {
    let taken: Vec<usize> = assigner.notes().slots_in_use().collect();
    assigner.begin_reports();
    for slot in taken {
        let report = VoiceReport {
            is_active: goes_on(slot),
            power: 1.0,
            partials: 1,
            is_tail,
        };
        assigner.report(slot, &report);
    }
}

/// Takes a key down or up, and tells in short what that comes to: `+60` an onset, `=62` another key
/// in the same voice, `-` a release, `x` a fade.
fn tell(
    assigner: &mut Assigner,
    act: impl FnOnce(&mut Assigner, &mut Vec<(usize, Command)>),
) -> String {
    let mut commands = Vec::new();
    act(assigner, &mut commands);
    block(assigner, |_| true);
    let told = commands.iter().map(|(_, command)| match command {
        Command::Begin(note) => format!("+{}", note.key),
        Command::Continue(note) => format!("={}", note.key),
        Command::Release { .. } => "-".to_owned(),
        Command::Fade => "x".to_owned(),
    });
    told.collect::<Vec<_>>().join(" ")
}

/// What each key comes to: a positive number goes down, a negative one up.
fn tale(mode: PlayMode, priority: Priority, keys: &[i8]) -> Vec<String> {
    let mut assigner = assigner(mode, priority);
    let tell = |&key: &i8| {
        tell(&mut assigner, |assigner, commands| {
            let number = key.unsigned_abs();
            if key > 0 {
                assigner.note_on(on(number), commands);
            } else {
                assigner.note_off(&off(number), 0.5, commands);
            }
        })
    };
    keys.iter().map(tell).collect()
}

#[test]
fn the_key_before_sounds_again_when_one_comes_up() {
    let keys = [60, 64, 67, -67, -60, -64];
    let mono = tale(PlayMode::Mono, Priority::Last, &keys);
    assert_eq!(mono, ["+60", "x +64", "x +67", "- x +64", "", "-"]);
    let legato = tale(PlayMode::Legato, Priority::Last, &keys);
    assert_eq!(legato, ["+60", "=64", "=67", "- =64", "", "-"]);
}

#[test]
fn the_lowest_or_the_highest_key_sounds_where_it_has_priority() {
    let keys = [60, 64, 57, -57, -60, -64];
    let low = tale(PlayMode::Legato, Priority::Low, &keys);
    assert_eq!(low, ["+60", "", "=57", "- =60", "- =64", "-"]);
    let high = tale(PlayMode::Legato, Priority::High, &keys);
    assert_eq!(high, ["+60", "=64", "", "", "", "-"]);
}

/// A voice whose room alone sounds has no envelope to go on in.
#[test]
fn a_legato_key_over_a_room_is_an_onset() {
    for (is_tail, told) in [(false, "=62"), (true, "x +62")] {
        let mut assigner = assigner(PlayMode::Legato, Priority::Last);
        tell(&mut assigner, |assigner, commands| {
            assigner.note_on(on(60), commands);
        });
        block_of(&mut assigner, |_| true, is_tail);
        let second = tell(&mut assigner, |assigner, commands| {
            assigner.note_on(on(62), commands);
        });
        assert_eq!(second, told);
    }
}

#[test]
fn a_key_after_the_last_has_come_up_is_an_onset() {
    let keys = [60, -60, 62, 62, -62];
    let legato = tale(PlayMode::Legato, Priority::Last, &keys);
    assert_eq!(legato, ["+60", "-", "x +62", "=62", "-"]);
}

#[test]
fn a_pedal_holds_what_sounds_until_it_comes_up() {
    let mut assigner = assigner(PlayMode::Legato, Priority::Last);
    let mut told = Vec::new();
    let pedal = |assigner: &mut Assigner, is_down| {
        tell(assigner, |assigner, commands| {
            assigner.set_pedal(0, Pedal::Sustain, is_down, commands);
        })
    };
    told.push(pedal(&mut assigner, true));
    for (key, is_down) in [(60, true), (64, true), (64, false), (60, false), (67, true)] {
        told.push(tell(&mut assigner, |assigner, commands| match is_down {
            true => assigner.note_on(on(key), commands),
            false => assigner.note_off(&off(key), 0.5, commands),
        }));
    }
    told.push(pedal(&mut assigner, false));
    assert_eq!(told, ["", "+60", "=64", "", "", "=67", ""]);
    // A key that is still down sounds again when the pedal lets go of another's note.
    pedal(&mut assigner, true);
    tell(&mut assigner, |assigner, commands| {
        assigner.note_on(on(72), commands)
    });
    tell(&mut assigner, |assigner, commands| {
        assigner.note_off(&off(72), 0.5, commands)
    });
    assert_eq!(pedal(&mut assigner, false), "- =67");
}

/// The order of the keys makes no difference to what the pedal holds.
#[test]
fn a_pedal_holds_the_key_of_priority_whichever_key_was_new() {
    for keys in [[60, 48], [48, 60]] {
        let mut assigner = assigner(PlayMode::Legato, Priority::Low);
        for key in keys {
            tell(&mut assigner, |assigner, commands| {
                assigner.note_on(on(key), commands)
            });
        }
        let told = [true, false].map(|is_down| {
            let pedal = tell(&mut assigner, |assigner, commands| {
                assigner.set_pedal(0, Pedal::Sustain, is_down, commands);
            });
            let off = tell(&mut assigner, |assigner, commands| {
                assigner.note_off(&off(48), 0.5, commands);
            });
            [pedal, off]
        });
        assert_eq!(told, [["", ""], ["- =60", ""]]);
    }
}

/// A key that is down strikes a voice once, however the voice ends and whatever else happens.
#[test]
fn a_note_that_has_died_away_is_not_struck_again_by_what_does_not_concern_it() {
    for priority in [Priority::Last, Priority::Low] {
        let mut assigner = assigner(PlayMode::Mono, priority);
        tell(&mut assigner, |assigner, commands| {
            assigner.note_on(on(48), commands)
        });
        block(&mut assigner, |_| false);
        let told = [
            tell(&mut assigner, |assigner, commands| {
                assigner.set_pedal(0, Pedal::Sustain, true, commands);
                assigner.set_pedal(0, Pedal::Sustain, false, commands);
            }),
            tell(&mut assigner, |assigner, commands| {
                assigner.note_off(&off(90), 0.5, commands)
            }),
            tell(&mut assigner, |assigner, commands| {
                assigner.all_notes_off(3, commands)
            }),
            tell(&mut assigner, |assigner, commands| {
                assigner.choke(&off(91), commands)
            }),
        ];
        assert_eq!(told, [""; 4]);
        let next = tell(&mut assigner, |assigner, commands| {
            assigner.note_on(on(60), commands)
        });
        let expected = if priority == Priority::Last {
            "+60"
        } else {
            ""
        };
        assert_eq!(next, expected);
        let lifted = tell(&mut assigner, |assigner, commands| {
            assigner.note_off(&off(48), 0.5, commands)
        });
        let expected = if priority == Priority::Last {
            ""
        } else {
            "+60"
        };
        assert_eq!(lifted, expected);
    }
}

#[test]
fn another_priority_counts_from_the_next_key_on() {
    let mut assigner = assigner(PlayMode::Legato, Priority::Last);
    for key in [60, 64] {
        tell(&mut assigner, |assigner, commands| {
            assigner.note_on(on(key), commands)
        });
    }
    assigner.set_mode(PlayMode::Legato, Priority::Low);
    let told = tell(&mut assigner, |assigner, commands| {
        assigner.set_pedal(0, Pedal::Sustain, true, commands);
        assigner.set_pedal(0, Pedal::Sustain, false, commands);
        assigner.all_notes_off(5, commands);
    });
    assert_eq!(told, "");
    let told = tell(&mut assigner, |assigner, commands| {
        assigner.note_on(on(72), commands)
    });
    assert_eq!(told, "=60");
}

#[test]
fn a_note_glides_from_where_the_one_before_is() {
    let mut assigner = assigner(PlayMode::Legato, Priority::Last);
    let mut starts = Vec::new();
    for key in [60, 64, 67] {
        let mut commands: Vec<(usize, Command)> = Vec::new();
        assigner.note_on(on(key), &mut commands);
        block(&mut assigner, |_| true);
        starts.extend(commands.iter().filter_map(|(_, command)| match command {
            Command::Begin(note) | Command::Continue(note) => Some(note.glide_start),
            _ => None,
        }));
    }
    let start = |key| GlideStart {
        channel: 0,
        key,
        voice: Some(0),
        is_legato: true,
    };
    assert_eq!(starts, [None, Some(start(60)), Some(start(64))]);
}

/// When several keys come at one instant, only the last sounds: the pitch was never at the others.
#[test]
fn a_note_does_not_glide_from_one_that_was_never_heard() {
    for mode in [PlayMode::Mono, PlayMode::Legato] {
        let mut assigner = assigner(mode, Priority::Last);
        let mut last_start = |keys: &[u8]| {
            let mut commands: Vec<(usize, Command)> = Vec::new();
            for &key in keys {
                assigner.note_on(on(key), &mut commands);
            }
            block(&mut assigner, |_| true);
            let mut starts = commands.iter().filter_map(|(_, command)| match command {
                Command::Begin(note) | Command::Continue(note) => Some(note.glide_start),
                _ => None,
            });
            starts.next_back().expect("a note")
        };
        assert_eq!(last_start(&[48, 52, 60]), None);
        let start = last_start(&[64, 67, 71]).expect("a glide");
        // A voice that goes on is where it is, whatever keys it was to take meanwhile.
        let heard = if mode == PlayMode::Mono { 60 } else { 67 };
        assert_eq!((start.key, start.is_legato), (heard, true), "{mode:?}");
        let next = last_start(&[72]).expect("a glide");
        assert_eq!(next.key, 71, "{mode:?}");
        assert!(start.voice.is_some() && next.voice.is_some());
        // Mono begins each note in the other one of two voices, and glides from the one that was heard.
        let is_other = start.voice != next.voice;
        assert_eq!(is_other, mode == PlayMode::Mono);
    }
}

/// The velocities of the releases that begin.
fn release_velocities(
    assigner: &mut Assigner,
    act: impl FnOnce(&mut Assigner, &mut Vec<(usize, Command)>),
) -> Vec<f32> {
    let mut commands = Vec::new();
    act(assigner, &mut commands);
    block(assigner, |_| true);
    let velocities = commands.iter().filter_map(|(_, command)| match command {
        Command::Release { velocity } => Some(*velocity),
        _ => None,
    });
    velocities.collect()
}

/// A note that takes over a voice has a release of its own: what the pedal kept of the one before does
/// not count, and the one that comes up last does.
#[test]
fn a_voice_is_released_at_the_velocity_of_the_key_that_sounds_in_it() {
    let mut assigner = assigner(PlayMode::Legato, Priority::Last);
    let mut velocities = Vec::new();
    type Act = dyn Fn(&mut Assigner, &mut Vec<(usize, Command)>);
    let mut act = |act: &Act| {
        velocities.push(release_velocities(&mut assigner, act));
    };
    act(&|assigner, commands| assigner.set_pedal(0, Pedal::Sustain, true, commands));
    act(&|assigner, commands| assigner.note_on(on(60), commands));
    act(&|assigner, commands| assigner.note_off(&off(60), 0.25, commands));
    act(&|assigner, commands| assigner.note_on(on(64), commands));
    act(&|assigner, commands| assigner.note_off(&off(64), 0.75, commands));
    act(&|assigner, commands| assigner.set_pedal(0, Pedal::Sustain, false, commands));
    let none = Vec::new;
    let expected = [none(), none(), none(), none(), none(), vec![0.75]];
    assert_eq!(velocities, expected);
}

#[derive(Clone, Debug)]
enum Step {
    On(u8, Option<i32>),
    Off(u8),
    Pedal(bool),
    Choke(u8),
    NotesOff,
    Mode(PlayMode, Priority),
    /// A block ends; the voices in these slots have come to their end.
    Block(u8),
}

fn step() -> impl Strategy<Value = Step> {
    use PlayMode::{Legato, Mono, Poly};
    use Priority::{High, Last, Low};
    prop_oneof![
        6 => (0..6_u8, prop::option::of(0..3)).prop_map(|(key, id)| Step::On(key, id)),
        6 => (0..6_u8).prop_map(Step::Off),
        1 => any::<bool>().prop_map(Step::Pedal),
        1 => (0..6_u8).prop_map(Step::Choke),
        1 => Just(Step::NotesOff),
        1 => (prop::sample::select(vec![Poly, Mono, Legato]), prop::sample::select(vec![Last, Low, High]))
            .prop_map(|(mode, priority)| Step::Mode(mode, priority)),
        3 => any::<u8>().prop_map(Step::Block),
    ]
}

proptest! {
    /// However modes, keys and pedals follow each other: one note sounds, of a key that is down if any
    /// is and no pedal holds another; and each note ends once.
    #[test]
    fn each_note_ends_once_and_one_sounds(steps in prop::collection::vec(step(), 0..60)) {
        let mut assigner = assigner(PlayMode::Legato, Priority::Last);
        let mut mode = PlayMode::Legato;
        let mut was_poly = false;
        let mut begun: BTreeMap<(Option<i32>, u8), i32> = BTreeMap::new();
        let (mut is_down, mut is_settled) = (false, true);
        for step in steps.into_iter().chain([Step::Pedal(false), Step::NotesOff]) {
            let mut commands: Vec<(usize, Command)> = Vec::new();
            // Another priority counts from the next key on.
            match step {
                Step::Mode(..) => is_settled = false,
                Step::On(..) => is_settled = true,
                _ => {}
            }
            match step {
                Step::On(key, id) => {
                    *begun.entry((id, key)).or_default() += 1;
                    assigner.note_on(NewNote { id, ..on(key) }, &mut commands);
                    was_poly &= mode == PlayMode::Poly;
                }
                Step::Off(key) => assigner.note_off(&off(key), 0.5, &mut commands),
                Step::Pedal(down) => {
                    is_down = down;
                    assigner.set_pedal(0, Pedal::Sustain, down, &mut commands);
                }
                Step::Choke(key) => assigner.choke(&off(key), &mut commands),
                Step::NotesOff => assigner.all_notes_off(0, &mut commands),
                Step::Mode(to, priority) => {
                    was_poly |= mode == PlayMode::Poly;
                    mode = to;
                    was_poly |= mode == PlayMode::Poly;
                    assigner.set_mode(mode, priority);
                }
                Step::Block(ended) => block(&mut assigner, |slot| ended >> (slot % 8) & 1 == 0),
            }
            let active: Vec<usize> = assigner.notes().active_slots().collect();
            if !was_poly && mode != PlayMode::Poly {
                prop_assert!(active.len() <= 1, "{active:?}");
                let expected = assigner.held.first(assigner.priority).map(|note| note.age);
                if let (&[slot], Some(age), false) = (&active[..], expected, is_down || !is_settled) {
                    prop_assert_eq!(assigner.notes.age(slot), age);
                }
            }
            while let Some(ended) = assigner.next_ended() {
                *begun.entry((ended.id, ended.key)).or_default() -= 1;
            }
        }
        block(&mut assigner, |_| false);
        while let Some(ended) = assigner.next_ended() {
            *begun.entry((ended.id, ended.key)).or_default() -= 1;
        }
        prop_assert!(begun.values().all(|&open| open == 0), "{begun:?}");
    }
}
