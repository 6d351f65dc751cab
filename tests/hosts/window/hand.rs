//! What a hand does in the window: a stroke over the bars, keys by mouse and by letter.

use std::collections::HashMap;

use xtask::host::Output;

use crate::analysis::{key_hz, largest_jump, level_db, peak};
use crate::apart::apart;
use crate::display::{Display, keyboard_layout, point, wait_for};
use crate::player::{Player, RATE_HZ, quiet};
use crate::rig;
use crate::words::Ends;

/// Low, so that all 64 partials sound.
const KEY: u8 = 33;
const PARTIALS: usize = 64;
const NOTE_FRAMES: usize = 72_000;
/// Frames of sound that are heard before and after a change.
const STEADY_FRAMES: usize = 9_600;

/// The decibels of each partial of a long low note, in the settings of [`quiet`].
fn levels_db(sound: &[f32]) -> Vec<f64> {
    let held = &sound[(0.3 * RATE_HZ) as usize..];
    (1..=PARTIALS)
        .map(|n| level_db(held, RATE_HZ, n as f64 * key_hz(f64::from(KEY))))
        .collect()
}

/// A line drawn by the mouse across the bars: the host receives a gesture of each bar, and the partials sound
/// as the bars stand, within half a decibel.
#[test]
fn what_the_mouse_draws_is_what_sounds() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut instance = quiet();
        let note = [rig::on(0, 1, KEY)];
        let undrawn = rig::play(&mut instance, RATE_HZ, &note, NOTE_FRAMES, 480);
        let undrawn_db = levels_db(&undrawn[0]);

        let mut player = Player::open_at((0, 0), &display, instance);
        for step in 0..=20 {
            // From high on the left to lower on the right, in the upper half of the window.
            let along = f64::from(step) / 20.0;
            player.move_to(&display, (0.2 + 0.6 * along, 0.2 + 0.15 * along));
            player.play_until_seen();
            if step == 0 {
                point(&["mousedown", "1"]);
                player.play_until_seen();
            }
        }
        point(&["mouseup", "1"]);
        player.play_until("every gesture to end", |player| {
            let count = |wanted: fn(&Output) -> bool| {
                player.said.iter().filter(|output| wanted(output)).count()
            };
            let begun = count(|output| matches!(output, Output::GestureBegin(_)));
            let ended = count(|output| matches!(output, Output::GestureEnd(_)));
            (begun > 0 && begun == ended).then_some(())
        });

        // What the bars stand at now, in decibels; none where a partial is off.
        let mut drawn_db: Vec<Option<f64>> = Vec::new();
        let mut touched = 0;
        for n in 1..=PARTIALS {
            let name = format!("Partial {n} Level");
            let parameter = player.instance.parameter(&name).unwrap();
            let (value, is_drawn) = player.value(&name);
            let text = player.instance.text(parameter.id, value).unwrap();
            let number = text.trim_end_matches(" dB").replace('−', "-");
            drawn_db.push(number.parse().ok());
            let said = &player.said;
            let count = |wanted: Output| said.iter().filter(|output| **output == wanted).count();
            let begun = count(Output::GestureBegin(parameter.id));
            let ended = count(Output::GestureEnd(parameter.id));
            assert_eq!(begun, ended, "partial {n}");
            assert_eq!(begun, usize::from(is_drawn), "partial {n}");
            touched += begun;
        }
        assert!(touched > 25, "{touched} partials were drawn: {drawn_db:?}");
        let range = drawn_db
            .iter()
            .flatten()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), db| {
                (low.min(*db), high.max(*db))
            });
        assert!(range.1 - range.0 > 6.0, "a line that falls: {drawn_db:?}");

        player.begin(9, KEY);
        let sounding_db = levels_db(&player.hear(NOTE_FRAMES));
        let mut worst: HashMap<usize, (f64, f64)> = HashMap::new();
        for n in 1..=PARTIALS {
            if let Some(drawn) = drawn_db[n - 1] {
                let heard = sounding_db[n - 1] - undrawn_db[n - 1];
                if (heard - drawn).abs() > 0.5 {
                    worst.insert(n, (drawn, heard));
                }
            }
        }
        assert!(worst.is_empty(), "partial: (drawn, heard): {worst:?}");
        player.close(&display);
    });
}

/// Until a note sounds; the MIDI key whose frequency is then the strongest of all keys'.
fn heard_key(player: &mut Player) -> u8 {
    player.play_until("a note to sound", |player| {
        let last = player.heard.len().saturating_sub(480);
        player.heard[last..].iter().any(|x| *x != 0.0).then_some(())
    });
    player.hear(4_800);
    let sound = player.hear(24_000);
    let level = |key: &u8| level_db(&sound, RATE_HZ, key_hz(f64::from(*key)));
    (24..=127)
        .max_by(|a, b| level(a).total_cmp(&level(b)))
        .expect("keys")
}

fn ends(player: &mut Player) {
    player.play_until("the note to end", |player| {
        let last = player.heard.len().saturating_sub(4_800);
        (peak(&player.heard[last..]) < 1e-5).then_some(())
    });
}

/// Keys of the window sound in the host, and end when they are let go, whether by hand or because
/// the window is no longer typed into or closes.
#[test]
fn keys_of_the_window_play_in_the_host() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut player = Player::open_at((0, 0), &display, quiet());
        // At the foot of the piano's keys.
        player.move_to(&display, (0.5, 0.955));
        player.play_until_seen();
        point(&["mousedown", "1"]);
        let clicked = heard_key(&mut player);
        point(&["mouseup", "1"]);
        ends(&mut player);
        println!("the mouse plays key {clicked}");
        let is_white = [0, 2, 4, 5, 7, 9, 11].contains(&(clicked % 12));
        assert!(is_white && (48..=84).contains(&clicked), "{clicked}");

        let window = player.opened.editor.to_string();
        point(&["windowfocus", &window]);
        player.play_until_seen();
        for (letter, key) in [("a", 60), ("w", 61), ("g", 67)] {
            point(&["keydown", letter]);
            assert_eq!(heard_key(&mut player), key, "{letter}");
            point(&["keyup", letter]);
            ends(&mut player);
        }
        // A letter is still down when the window closes.
        point(&["keydown", "a"]);
        assert_eq!(heard_key(&mut player), 60);
        player.instance.destroy_window().unwrap();
        ends(&mut player);
        point(&["keyup", "a"]);
        player.stop();
        display.destroy(player.opened.parent);
    });
}

/// A host may let a silent instrument sleep. It is asked to wake when a key of the window is played,
/// and the key sounds then.
#[test]
fn keys_of_the_window_wake_a_host_that_sleeps() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut player = Player::open_at((0, 0), &display, quiet());
        player.play_until_seen();
        let window = player.opened.editor.to_string();
        point(&["windowfocus", &window]);
        player.play_until_seen();
        let restarts = |player: &Player| player.instance.requests().restarts();
        let before = restarts(&player);
        // From here on nothing is rendered.
        point(&["keydown", "d"]);
        wait_for("the host to be asked", || {
            player.instance.idle();
            (restarts(&player) > before).then_some(())
        });
        player.restart();
        assert_eq!(heard_key(&mut player), 64);
        point(&["keyup", "d"]);
        ends(&mut player);
        assert_eq!(restarts(&player), before + 1);
        player.close(&display);
    });
}

/// Presets are loaded by the window while a note sounds. The host and the plugin may take a preset's
/// values over in parts, and all partials slide to their new places: no jump from sample to sample is
/// then much larger than those of the sounds before and after.
#[test]
fn a_preset_that_the_window_loads_under_a_held_note_does_not_click() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut player = Player::open_at((0, 0), &display, rig::instance());
        let size = display.size(player.opened.editor).expect("a window");
        // The arrow to the next preset stands at the top on the left, whatever the window's size.
        let next = (156.0 / f64::from(size.width), 20.0 / f64::from(size.height));
        let mut worst: f32 = 0.0;
        for id in 0..13 {
            player.begin(id, 57);
            player.hear(2 * STEADY_FRAMES);
            let before = player.heard.len() - STEADY_FRAMES;
            let values = player.instance.requests().value_rescans();
            let said = player.said.len();
            player.move_to(&display, next);
            player.play_until_seen();
            point(&["mousedown", "1"]);
            player.play_until_seen();
            let change = player.heard.len();
            point(&["mouseup", "1"]);
            player.play_until("the preset to be loaded", |player| {
                let rescans = player.instance.requests().value_rescans() - values;
                (player.said.len() > said || rescans > 0).then_some(())
            });
            // The values may come in parts, and slide.
            player.play_until_seen();
            player.hear(2 * STEADY_FRAMES);
            let heard = &player.heard;
            let after = heard.len() - STEADY_FRAMES;
            let steady = largest_jump(&heard[before..change]).max(largest_jump(&heard[after..]));
            let jump = largest_jump(&heard[change..after]);
            println!("{id}: {jump} over {steady}");
            worst = worst.max(jump / steady);
            player.end(id, 57);
            player.hear(STEADY_FRAMES / 2);
        }
        println!("the largest jump is {worst:.2} times those before and after");
        assert!(worst <= 4.0, "{worst}");
        player.close(&display);
    });
}

/// Codes of keys, which stand for their positions: X11's for D, F, and Y of an English keyboard, and
/// Shift.
const D: &str = "40";
const F: &str = "41";
const Y: &str = "29";
const SHIFT: &str = "50";

/// Letters play by where their keys are, whatever the layout writes there, also when it changes while
/// the window is open.
#[test]
fn letters_play_by_their_positions_in_every_layout() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let russian = keyboard_layout("ru");
        let mut player = Player::open_at((0, 0), &display, quiet());
        let window = player.opened.editor.to_string();
        point(&["windowfocus", &window]);
        player.play_until_seen();
        let plays = |player: &mut Player, code: &str, key: u8, layout: &str| {
            point(&["keydown", code]);
            assert_eq!(heard_key(player), key, "{code}, {layout}");
            point(&["keyup", code]);
            ends(player);
        };
        plays(&mut player, D, 64, "ru");
        plays(&mut player, Y, 68, "ru");
        for name in ["de", "fr", "gr", "us"] {
            let _layout = keyboard_layout(name);
            plays(&mut player, D, 64, name);
            plays(&mut player, Y, 68, name);
        }
        drop(russian);
        player.close(&display);
    });
}

/// Shift and another letter, pressed and let go faster than the window draws, end no note.
#[test]
fn a_quick_letter_with_shift_leaves_a_held_note() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut player = Player::open_at((0, 0), &display, quiet());
        let window = player.opened.editor.to_string();
        point(&["windowfocus", &window]);
        player.play_until_seen();
        point(&["keydown", D]);
        assert_eq!(heard_key(&mut player), 64);
        for _ in 0..3 {
            point(&["keydown", SHIFT, "key", F, "keyup", SHIFT]);
            player.play_until_seen();
        }
        player.hear(NOTE_FRAMES);
        assert_eq!(heard_key(&mut player), 64, "it goes on");
        point(&["keyup", D]);
        ends(&mut player);
        player.close(&display);
    });
}
