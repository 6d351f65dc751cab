//! What a person hears of the running program: keys by letter and by mouse, and what is drawn.

use std::path::Path;

use aliquot::state::Preset;
use aliquot::synth::{Param, Patch};
use x11rb::protocol::xproto::Window;

use crate::analysis::{key_hz, level_db, peak};
use crate::apart::apart_with;
use crate::display::{Display, sameness, wait_for};
use crate::heard::Heard;
use crate::jack::{RATE_HZ, Recorder, SERVER_VARIABLE, server_name};
use crate::program::Program;
use crate::words::Ends;

const PARTIALS: usize = 64;
/// The key of the letter A after two octaves down: so low that all 64 partials sound.
const LOW_KEY: u8 = 36;
/// How far heard and drawn levels may differ.
const NEAR_DB: f64 = 0.5;

/// One long note, from when it has settled.
fn settled(recorder: &Recorder, from: usize) -> Vec<f32> {
    let onset = recorder.sound_after(from);
    recorder.played(onset + (0.3 * RATE_HZ) as usize, (1.2 * RATE_HZ) as usize)
}

/// The note of this letter, while it is held; it ends when the letter comes up.
fn note(program: &mut Program, recorder: &Recorder, letter: &str) -> Vec<f32> {
    recorder.silence();
    let from = recorder.now();
    program.point(&["keydown", letter]);
    let note = settled(recorder, from);
    program.point(&["keyup", letter]);
    recorder.silence();
    note
}

/// The MIDI key whose frequency is the strongest of all keys'.
fn heard_key(note: &[f32]) -> u8 {
    let level = |key: &u8| level_db(note, RATE_HZ, key_hz(f64::from(*key)));
    (12..=127)
        .max_by(|a, b| level(a).total_cmp(&level(b)))
        .expect("keys")
}

fn levels_db(note: &[f32]) -> Vec<f64> {
    (1..=PARTIALS)
        .map(|n| level_db(note, RATE_HZ, n as f64 * key_hz(f64::from(LOW_KEY))))
        .collect()
}

/// A line drawn by the mouse: what the program plays has it within half a decibel, beside what it
/// played before; and the file that is saved by keys alone holds it.
#[test]
fn what_is_drawn_sounds_and_is_saved() {
    apart_with(Ends::Closed, &[(SERVER_VARIABLE, &server_name())], || {
        let Heard {
            display,
            folder,
            server: _server,
            recorder,
            mut program,
            window,
        } = Heard::start();
        let size = display.size(window).expect("a window");
        let name = window.to_string();
        program.point(&["windowfocus", &name]);
        // Two octaves lower, and so soft that nothing is bent.
        for letter in ["z", "z", "c", "c", "c"] {
            program.point(&["key", letter]);
        }
        let undrawn = note(&mut program, &recorder, "a");
        assert_eq!(heard_key(&undrawn), LOW_KEY);
        let third = note(&mut program, &recorder, "d");
        assert_eq!(heard_key(&third), LOW_KEY + 4);

        for step in 0..=20 {
            let along = f64::from(step) / 20.0;
            let x = (f64::from(size.width) * (0.2 + 0.6 * along)).round();
            let y = (f64::from(size.height) * (0.2 + 0.15 * along)).round();
            let (x, y) = (x.to_string(), y.to_string());
            program.point(&["mousemove", "--window", &name, &x, &y]);
            if step == 0 {
                program.point(&["mousedown", "1"]);
            }
        }
        program.point(&["mouseup", "1"]);
        let drawn = note(&mut program, &recorder, "a");
        assert!(peak(&drawn) < 0.8, "so loud that it is bent");

        let preset = saved(&mut program, &display, window, folder.path(), "Drawn");
        let level = |n| f64::from(preset.patch.plain(Param::partial_level(n)));
        let mut rest = preset.patch;
        for n in 1..=PARTIALS {
            rest.set(Param::partial_level(n), 0.0);
        }
        assert_eq!(rest, Patch::default(), "nothing else was touched");
        let touched: Vec<usize> = (1..=PARTIALS).filter(|&n| level(n) != 0.0).collect();
        assert!(touched.len() > 25, "{touched:?}");
        let fall_db = level(touched[0]) - level(touched[touched.len() - 1]);
        assert!(fall_db > 6.0, "a line that falls, by {fall_db}");

        let (before_db, after_db) = (levels_db(&undrawn), levels_db(&drawn));
        let mut worst_db = 0.0_f64;
        for n in 1..=PARTIALS {
            let heard = after_db[n - 1] - before_db[n - 1];
            let error_db = (heard - level(n)).abs();
            assert!(
                error_db < NEAR_DB,
                "partial {n}: {}, heard {heard}",
                level(n)
            );
            worst_db = worst_db.max(error_db);
        }
        println!(
            "{} of {PARTIALS} drawn, heard within {worst_db:.2} dB",
            touched.len()
        );
        program.closes(&display, window);
    });
}

/// Saves by the keys of a form; what stands in the file then.
fn saved(
    program: &mut Program,
    display: &Display,
    window: Window,
    folder: &Path,
    name: &str,
) -> Preset {
    let before = display.settled(window);
    program.point(&["key", "ctrl+s"]);
    // Until the form stands, letters would play notes.
    wait_for("the form", || {
        program.must_live();
        (sameness(&before, &display.picture(window)?) < 0.97).then_some(())
    });
    display.settled(window);
    program.point(&["type", "--delay", "120", name]);
    program.point(&["key", "Return"]);
    let file = folder.join("presets").join(format!("{name}.toml"));
    wait_for("the preset's file", || {
        program.must_live();
        file.exists().then_some(())
    });
    let preset = Preset::parse(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(preset.name, name);
    preset
}

/// Keys of the window's piano sound while the mouse holds them, the further to the right the
/// higher, and the mouse slides from one to the next.
#[test]
fn the_mouse_plays_the_piano() {
    apart_with(Ends::Closed, &[(SERVER_VARIABLE, &server_name())], || {
        let Heard {
            display,
            folder: _folder,
            server: _server,
            recorder,
            mut program,
            window,
        } = Heard::start();
        let size = display.size(window).expect("a window");
        let name = window.to_string();
        let held = |program: &mut Program, along: f64, slides: bool| {
            // At the foot of the keys, above the line of status.
            let x = (f64::from(size.width) * along).round().to_string();
            let y = (size.height - 32).to_string();
            let from = recorder.now();
            program.point(&["mousemove", "--window", &name, &x, &y]);
            if !slides {
                program.point(&["mousedown", "1"]);
            }
            settled(&recorder, from)
        };
        let low = heard_key(&held(&mut program, 0.25, false));
        let slid = heard_key(&held(&mut program, 0.45, true));
        program.point(&["mouseup", "1"]);
        recorder.silence();
        let high = heard_key(&held(&mut program, 0.65, false));
        program.point(&["mouseup", "1"]);
        recorder.silence();
        println!("keys {low}, {slid}, {high}");
        assert!(low < slid && slid < high, "{low}, {slid}, {high}");
        let is_white = |key: &u8| [0, 2, 4, 5, 7, 9, 11].contains(&(key % 12));
        assert!(
            [low, slid, high].iter().all(is_white),
            "a black key at the foot"
        );
        program.closes(&display, window);
    });
}
