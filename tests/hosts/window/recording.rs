//! The page Recording in the host's window, by the mouse: a sound file becomes a bank by its path, is drawn and
//! heard, and what is dragged in its picture is in the host's state and can be undone.

use std::collections::BTreeMap;
use std::f64::consts::TAU;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use aliquot::tracks::bank_edits::{BankEdits, LoopEnds};
use aliquot::tracks::bank_file::TrackBank;
use xtask::host::bank_in_state;

use crate::analysis::{level_db, peak};
use crate::apart::apart;
use crate::display::{Display, point};
use crate::pixels::{SIZE, click, drag, open};
use crate::player::{Player, RATE_HZ};
use crate::words::Ends;

/// The tab "Spectra", and its page "Recording".
const SPECTRA: (f64, f64) = (38.0, 505.0);
const RECORDING: (f64, f64) = (560.0, 505.0);
/// The menu "Import…" while there is no bank, and the field for a path in it.
const IMPORT: (f64, f64) = (120.0, 564.0);
const PATH: (f64, f64) = (207.0, 593.0);
/// The arrow that undoes.
const UNDO: (f64, f64) = (540.0, 20.0);
/// The picture: its left and right edge, and its upper and lower one.
const ACROSS: (f64, f64) = (664.0, 1_426.0);
const DOWN: (f64, f64) = (534.0, 762.0);

/// The recording, and its key, which is its root by the name of its file.
const NAME: &str = "tone A4";
const KEY: u8 = 69;
const DURATION_S: f64 = 1.5;
/// Frequencies in Hz and amplitudes of its partials: no harmonics, which no other sound of ours has.
const PARTIALS: [(f64, f64); 3] = [(440.0, 0.3), (1_144.0, 0.2), (1_892.0, 0.1)];
/// A pixel is part of a partial if one of its colours is brighter.
const BRIGHT: u8 = 110;

/// A file of the recording in the folder of the user's data, which is the test's own.
fn write_recording() -> (PathBuf, PathBuf) {
    let folder = std::env::var_os("ALIQUOT_DATA_DIR").expect("a folder");
    let folder = PathBuf::from(folder);
    let path = folder.join(format!("{NAME}.wav"));
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE_HZ as u32,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(&path, spec).expect("a file");
    for frame in 0..(DURATION_S * RATE_HZ) as u32 {
        let time_s = f64::from(frame) / RATE_HZ;
        let sines = PARTIALS.map(|(hz, amplitude)| amplitude * (TAU * hz * time_s).sin());
        let sample = sines.iter().sum::<f64>() * f64::from(i16::MAX);
        file.write_sample(sample as i16).expect("room");
    }
    file.finalize().expect("room");
    (path, folder.join("banks").join(format!("{NAME}.aliquot")))
}

/// Types a file's path into the menu of imports, and begins the import.
fn import(player: &mut Player, display: &Display, path: &Path) {
    let window = player.opened.editor.to_string();
    point(&["windowfocus", &window]);
    player.play_until_seen();
    click(player, display, IMPORT);
    click(player, display, PATH);
    point(&["type", path.to_str().expect("plain letters")]);
    player.play_until_seen();
    point(&["key", "Return"]);
}

/// What the host would save of the bank.
fn bank(player: &mut Player) -> BTreeMap<String, String> {
    bank_in_state(&mut player.instance).expect("a state")
}

/// The ends of the loop in place of the bank's own, as the host would save them.
fn edited_loop(player: &mut Player) -> Option<LoopEnds> {
    let edits = bank(player).remove("edits").unwrap_or_default();
    BankEdits::parse(&edits).expect("edits").of(0).loop_ends
}

/// Where a time of the recording is in the picture, at this height: 0 at its upper edge to 1.
fn at(time_s: f64, height: f64) -> (f64, f64) {
    let x = ACROSS.0 + time_s / DURATION_S * (ACROSS.1 - ACROSS.0);
    (x, DOWN.0 + height * (DOWN.1 - DOWN.0))
}

/// How many partials the picture shows at a time of the recording: what is bright in a column, from dark to dark.
fn drawn_partials(player: &Player, display: &Display, time_s: f64) -> Option<usize> {
    let picture = display.picture(player.opened.editor)?;
    let column = at(time_s, 0.0).0.round() as usize;
    // Without the flags of what can be dragged, at both edges.
    let rows = DOWN.0 as usize + 10..DOWN.1 as usize - 10;
    let is_bright = |row: usize| {
        let place = 4 * (row * SIZE.width as usize + column);
        picture[place..place + 3].iter().any(|&part| part > BRIGHT)
    };
    let begins = rows.filter(|&row| is_bright(row) && !is_bright(row - 1));
    Some(begins.count())
}

/// The level of each partial of the recording over that of the first, as its key sounds, in decibels.
fn levels_db(player: &mut Player, id: u32) -> [f64; PARTIALS.len()] {
    player.begin(id, KEY);
    player.hear(9_600);
    let sound = player.hear(19_200);
    player.end(id, KEY);
    player.play_until("the note to end", |player| {
        let last = player.heard.len() - 9_600;
        (peak(&player.heard[last..]) == 0.0).then_some(())
    });
    let level = |hz: f64| level_db(&sound, RATE_HZ, hz);
    PARTIALS.map(|(hz, _)| level(hz) - level(PARTIALS[0].0))
}

/// Until the host is told of a change of what it saves that is no parameter: by one that is set to what it is.
fn is_told_of_a_change(player: &mut Player) {
    assert_eq!(player.gestures("Threads"), 1);
    player.said.clear();
}

#[test]
fn a_sound_file_is_imported_drawn_heard_and_edited() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let (source, file) = write_recording();
        let mut player = open(&display, &[("Output Level", "0 dB"), ("Protect", "Off")]);
        click(&mut player, &display, SPECTRA);
        click(&mut player, &display, RECORDING);
        assert!(bank(&mut player).is_empty());
        assert!(levels_db(&mut player, 1)[1] < -60.0, "it sounds already");
        player.said.clear();

        import(&mut player, &display, &source);
        let named = player.play_until("the recording to be loaded", |player| {
            Some(bank(player)).filter(|named| !named.is_empty())
        });
        let imported = TrackBank::open(&file, &AtomicBool::new(false)).expect("a bank");
        let hash = format!("{:016x}", imported.hash());
        let of_state = ["bank", "file", "hash"].map(|key| named[key].as_str());
        assert_eq!(of_state, [NAME, &format!("{NAME}.aliquot"), &hash]);
        is_told_of_a_change(&mut player);
        let body = player.instance.parameter("Body A").expect("a parameter").id;
        let (value, _) = player.value("Body A");
        assert_eq!(player.instance.text(body, value).unwrap(), "Recording");

        // Away from the loop's ends and the scale of frequencies.
        for time_s in [0.3, 0.75, 1.25] {
            player.play_until("the picture", |player| {
                (drawn_partials(player, &display, time_s)? == PARTIALS.len()).then_some(())
            });
        }
        for (heard_db, (_, amplitude)) in levels_db(&mut player, 2).iter().zip(PARTIALS) {
            let recorded_db = 20.0 * (amplitude / PARTIALS[0].1).log10();
            assert!((heard_db - recorded_db).abs() < 0.5, "{heard_db} dB");
        }
        drags_and_undoes(&mut player, &display, &imported);
        player.close(&display);
    });
}

/// Drags where notes begin and the beginning of the loop of the bank that has been imported, and takes all back.
fn drags_and_undoes(player: &mut Player, display: &Display, imported: &TrackBank) {
    let [sound] = imported.sounds() else {
        panic!("{imported:?}");
    };
    // Of so many seconds a pixel.
    let near_s = 1.5 * DURATION_S / (ACROSS.1 - ACROSS.0);
    let own = sound.sustain_loop.expect("a steady sound has one");
    let name = "Recording Position";
    player.said.clear();
    drag(player, display, at(0.0, 0.25), at(0.6, 0.2));
    assert_eq!(player.gestures(name), 1);
    let parameter = player.instance.parameter(name).expect("a parameter");
    let position = |player: &mut Player| {
        let value = player.value(name).0;
        let part = (value - parameter.min) / (parameter.max - parameter.min);
        // Of the recording, from −1 to 1.
        (2.0 * part - 1.0) * sound.duration_s
    };
    let begins_s = position(player);
    assert!((begins_s - 0.6).abs() < near_s, "{begins_s} s");
    assert_eq!(edited_loop(player), None);

    player.said.clear();
    drag(player, display, at(own.start_s, 0.75), at(0.45, 0.8));
    let edited = player.play_until("the loop to be edited", edited_loop);
    assert!((edited.start_s - 0.45).abs() < near_s, "{edited:?}");
    assert!((edited.end_s - own.end_s).abs() < 1e-4, "{edited:?}");
    assert_ne!(edited.start_s, own.start_s);
    is_told_of_a_change(player);
    assert_eq!(position(player), begins_s);

    // Step by step, the last first.
    click(player, display, UNDO);
    player.play_until("the loop to be the bank's", |player| {
        edited_loop(player).is_none().then_some(())
    });
    is_told_of_a_change(player);
    assert_eq!(position(player), begins_s);
    click(player, display, UNDO);
    assert_eq!(player.gestures(name), 1);
    assert_eq!(position(player), 0.0);
    assert!(!bank(player).is_empty());
    click(player, display, UNDO);
    player.play_until("the recording to be taken away", |player| {
        bank(player).is_empty().then_some(())
    });
    is_told_of_a_change(player);
    assert!(!player.value("Body A").1);
}
