//! The renderer as its users meet it: the real program, files in, files out.
#![cfg(feature = "render")]

#[path = "analysis/mod.rs"]
mod analysis;
#[path = "render/place.rs"]
mod place;
#[path = "render/songs.rs"]
mod songs;
#[path = "render/tuning.rs"]
mod tuning;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use aliquot::recordings::recording_body;
use aliquot::state::{NamedBank, Preset, starting_presets};
use aliquot::synth::Param;
use aliquot::tracks::bank_file::{FrameGrid, TrackBank};
use aliquot::tracks::{Breakpoint, Track, Tracks};
use midly::{Format, MetaMessage, MidiMessage, Timing, TrackEventKind};
use place::{Place, frames, three_notes};
use songs::{Song, control, meta, note, program};

/// The first frame that is not silent; a sine's own first frame is 0 to within rounding.
fn first_sound(frames: &[[f32; 2]]) -> usize {
    frames
        .iter()
        .position(|frame| frame[0].abs() > 1e-4)
        .expect("something sounds")
}

fn rms(frames: &[[f32; 2]]) -> f64 {
    let power: f64 = frames.iter().flatten().map(|&x| f64::from(x).powi(2)).sum();
    (power / frames.len() as f64).sqrt()
}

/// A sine for a preset, which starts with its first frame: what sounds can be reckoned.
const SINE: &str = "schema = 1\nname = \"Sine\"\n[source]\npartials = 1\n[frequencies]\nspread = 0\n\
    [amp_envelope]\namp_attack = 0\namp_release = 0.05\n";

#[test]
fn the_buffer_does_not_change_a_bit() {
    let mut events = [
        note(0, 300, 60),
        note(7, 900, 64),
        note(331, 500, 67),
        note(333, 40, 72),
        program(700, 6),
        note(701, 200, 48),
    ]
    .concat();
    events.push(control(100, 64, 127));
    events.push(control(800, 64, 0));
    events.push(control(350, 1, 90));
    let place = Place::with(&Song::new(Format::SingleTrack, vec![events]));
    let first = place.render(&["--program-changes", "--buffer", "1"]);
    assert!(rms(&first) > 1e-3);
    for buffer in ["7", "64", "100", "441", "512", "4096"] {
        let other = place.render(&["--program-changes", "--buffer", buffer]);
        assert_eq!(other.len(), first.len(), "{buffer}");
        let same = first.iter().flatten().zip(other.iter().flatten());
        assert!(
            same.into_iter().all(|(a, b)| a.to_bits() == b.to_bits()),
            "{buffer}"
        );
    }
}

#[test]
fn threads_do_not_change_a_bit() {
    let chord = (0..48).map(|key| note(7 * u32::from(key), 600, 36 + key));
    let events = chord.flatten().collect();
    let place = Place::with(&Song::new(Format::SingleTrack, vec![events]));
    let alone = place.render(&[]);
    assert!(rms(&alone) > 1e-3);
    for threads in ["2", "5", "auto"] {
        let together = place.render(&["--threads", threads, "--buffer", "100"]);
        assert_eq!(together.len(), alone.len(), "{threads}");
        let mut same = alone.iter().flatten().zip(together.iter().flatten());
        assert!(same.all(|(a, b)| a.to_bits() == b.to_bits()), "{threads}");
    }
}

#[test]
fn formats_of_the_file() {
    let place = Place::with(&three_notes());
    let float = place.render(&["--tail", "1"]);
    assert_eq!(float.len(), 72_000 + 48_000);
    for (bits, bits_per_sample, format) in [
        ("16", 16, hound::SampleFormat::Int),
        ("24", 24, hound::SampleFormat::Int),
        ("32f", 32, hound::SampleFormat::Float),
    ] {
        let output = place.run(&[
            "song.mid", "x.wav", "--bits", bits, "--tail", "1", "--rate", "44100",
        ]);
        assert!(output.status.success());
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(said.starts_with("x.wav: 2.500 s, 44100 Hz, "), "{said}");
        let reader = hound::WavReader::open(place.path("x.wav")).expect("a WAV file");
        let spec = reader.spec();
        assert_eq!(
            (
                spec.channels,
                spec.sample_rate,
                spec.bits_per_sample,
                spec.sample_format
            ),
            (2, 44_100, bits_per_sample, format)
        );
        assert_eq!(reader.duration(), 110_250);
    }
    // Integers are the floats, rounded: 24 bits to half a step, 16 with up to a step of dither.
    for (bits, full, steps) in [("24", 8_388_608.0, 0.5), ("16", 32_768.0, 1.5)] {
        let output = place.run(&["song.mid", "x.wav", "--bits", bits, "--tail", "1"]);
        assert!(output.status.success());
        let samples: Vec<i32> = hound::WavReader::open(place.path("x.wav"))
            .expect("a WAV file")
            .into_samples()
            .map(|sample| sample.expect("a sample"))
            .collect();
        assert_eq!(samples.len(), 2 * float.len());
        let furthest = samples
            .iter()
            .zip(float.iter().flatten())
            .map(|(&whole, &exact)| (f64::from(whole) - f64::from(exact) * full).abs())
            .fold(0.0, f64::max);
        assert!(furthest <= steps, "{bits}: {furthest} steps");
        assert!(furthest >= 0.9 * steps, "{bits}: {furthest} steps");
    }
}

#[cfg(unix)]
#[test]
fn a_file_keeps_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::with(&three_notes());
    let mode = || {
        let metadata = fs::metadata(place.path("out.wav")).expect("a file");
        metadata.permissions().mode() & 0o777
    };
    fs::write(place.path("other"), "").expect("a file");
    let of_any_new_file = fs::metadata(place.path("other")).expect("a file");
    place.render(&["--tail", "0"]);
    assert_eq!(mode(), of_any_new_file.permissions().mode() & 0o777);
    for wanted in [0o600, 0o664] {
        let permissions = fs::Permissions::from_mode(wanted);
        fs::set_permissions(place.path("out.wav"), permissions).expect("to be allowed");
        place.render(&["--tail", "0"]);
        assert_eq!(mode(), wanted, "{wanted:o}");
    }
}

#[test]
fn a_note_starts_at_its_frame_after_tempo_changes() {
    // 480 ticks of 500 000 µs, 480 of 333 333 µs (a tempo that frames do not divide), 7 of 1 s.
    let tempo = |tick, us: u32| meta(tick, MetaMessage::Tempo(us.into()));
    let tempos = vec![tempo(480, 333_333), tempo(960, 1_000_000)];
    let expected = (48_000.0 * (0.5 + 0.333_333 + 7.0 / 480.0_f64)).round() as usize;
    // In one track, and with the tempo in a track of its own.
    let together = [tempos.clone(), note(967, 480, 69)].concat();
    for song in [
        Song::new(Format::SingleTrack, vec![together]),
        Song::new(Format::Parallel, vec![tempos, note(967, 480, 69)]),
    ] {
        let place = Place::with(&song);
        fs::write(place.path("sine.toml"), SINE).expect("a preset");
        let frames = place.render(&["--preset", "sine.toml"]);
        assert_eq!(first_sound(&frames), expected + 1);
    }
}

#[test]
fn smpte_time_knows_no_tempo() {
    // 29.97 frames of 80 ticks: tick 8000 is 100 × 1001/30000 s.
    let tempo = meta(0, MetaMessage::Tempo(100_000.into()));
    for (fps, seconds) in [
        (midly::Fps::Fps24, 100.0 / 24.0),
        (midly::Fps::Fps29, 100.0 * 1001.0 / 30_000.0),
    ] {
        let mut song = Song::new(
            Format::SingleTrack,
            vec![[vec![tempo], note(8_000, 800, 69)].concat()],
        );
        song.timing = Timing::Timecode(fps, 80);
        let place = Place::with(&song);
        fs::write(place.path("sine.toml"), SINE).expect("a preset");
        let frames = place.render(&["--preset", "sine.toml"]);
        assert_eq!(
            first_sound(&frames),
            (48_000.0_f64 * seconds).round() as usize + 1
        );
    }
}

#[test]
fn program_changes_choose_the_starting_presets_where_that_is_asked_for() {
    let follow = ["--program-changes"];
    let changed = Song::new(
        Format::SingleTrack,
        vec![[program(0, 10), note(0, 480, 60)].concat()],
    );
    let changed = Place::with(&changed);
    let mallet = changed.render(&follow);
    let plain = Place::with(&Song::new(Format::SingleTrack, vec![note(0, 480, 60)]));
    assert!(mallet == plain.render(&["--preset", "mallet"]));
    let organ = plain.render(&[]);
    assert!(organ == plain.render(&["--preset", "Drawbar Organ"]));
    assert!(organ != mallet);
    // A program that does not exist is none, and that is reported.
    let beyond = Song::new(
        Format::SingleTrack,
        vec![[program(0, 100), note(0, 480, 60)].concat()],
    );
    let (frames, notices) = Place::with(&beyond).render_told(&follow);
    assert!(frames == organ);
    let last = aliquot::state::starting_presets().len() - 1;
    assert_eq!(
        notices,
        [format!(
            "1 program change past program {last}, the last starting preset, changes nothing"
        )]
    );
    // In the middle of the song what came before stays as it was.
    let middle = Song::new(
        Format::SingleTrack,
        vec![[note(0, 480, 60), program(960, 10), note(960, 480, 60)].concat()],
    );
    let middle = Place::with(&middle).render(&follow);
    assert!(middle[..36_000] == organ[..36_000]);
    assert!(middle[48_000..60_000] != organ[..12_000]);

    // Else they are skipped, and that is reported.
    let (frames, notices) = changed.render_told(&[]);
    assert!(frames == organ);
    assert_eq!(
        notices,
        [
            "1 program change is skipped; --program-changes lets them choose among the starting \
          presets"
        ]
    );
    let (frames, notices) = changed.render_told(&["--preset", "Drawbar Organ"]);
    assert!(frames == organ);
    assert_eq!(notices, ["1 program change is skipped"]);
}

#[test]
fn pedals_hold_and_velocity_0_ends() {
    let place = Place::new();
    fs::write(place.path("sine.toml"), SINE).expect("a preset");
    let late = |options: &[Vec<(u32, TrackEventKind<'static>)>]| {
        let events = [
            note(0, 240, 60),
            options.concat(),
            vec![control(1_920, 7, 100)],
        ]
        .concat();
        let song = Song::new(Format::SingleTrack, vec![events]);
        fs::write(place.path("song.mid"), song.bytes()).expect("a song");
        let frames = place.render(&["--preset", "sine.toml"]);
        // From half a second after the release to the song's end.
        rms(&frames[36_000..95_000])
    };
    assert!(late(&[]) < 1e-6);
    assert!(late(&[vec![control(10, 64, 127)]]) > 1e-3);
    assert!(late(&[vec![control(10, 66, 127)]]) > 1e-3);
    // Lifted in between, both let go.
    assert!(late(&[vec![control(10, 64, 127), control(400, 64, 0)]]) < 1e-6);
    // A note-on of velocity 0 is a note-off.
    let message = |vel: u8| TrackEventKind::Midi {
        channel: 0.into(),
        message: MidiMessage::NoteOn {
            key: 72.into(),
            vel: vel.into(),
        },
    };
    assert!(late(&[vec![(0, message(90))]]) > 1e-3);
    assert!(late(&[vec![(0, message(90)), (240, message(0))]]) < 1e-6);
}

#[test]
fn songs_end() {
    // A note and a pedal that never end are released with the song.
    let held = note(0, 480, 60)[..1].to_vec();
    let song = Song::new(
        Format::SingleTrack,
        vec![[held, vec![control(5, 64, 127), control(960, 7, 100)]].concat()],
    );
    let place = Place::with(&song);
    fs::write(place.path("sine.toml"), SINE).expect("a preset");
    let automatic = place.render(&["--preset", "sine.toml"]);
    assert!(rms(&automatic[40_000..48_000]) > 1e-3);
    // A release of 50 ms, then half a second of quiet.
    assert!((48_000 + 24_000..48_000 + 30_000).contains(&automatic.len()));
    assert!(rms(&automatic[automatic.len() - 24_000..]) < 2e-5);
    for seconds in ["0", "2.5"] {
        let frames = place.render(&["--preset", "sine.toml", "--tail", seconds]);
        let tail = (48_000.0 * seconds.parse::<f64>().expect("a number")) as usize;
        assert_eq!(frames.len(), 48_000 + tail);
        let common = frames.len().min(automatic.len());
        assert!(frames[..common] == automatic[..common]);
    }
    // A song of nothing is a file of silence.
    let place = Place::with(&Song::new(Format::SingleTrack, vec![vec![]]));
    let silence = place.render(&[]);
    assert_eq!(silence.len(), 24_000);
    assert!(silence.iter().all(|frame| *frame == [0.0; 2]));
}

/// Echoes are farther apart than what ends a song else, and all of them are written.
#[test]
fn the_tail_ends_with_the_last_echo() {
    let place = Place::with(&three_notes());
    let echoes =
        "[delay]\ndelay_amount = 1\ndelay_time = 1\ndelay_feedback = 0.5\ndelay_tone = 20000\n";
    fs::write(place.path("echoes.toml"), format!("{SINE}{echoes}")).expect("a preset");
    let whole = place.render(&["--preset", "echoes.toml"]);
    // The song lasts a second; ten echoes later a level of 0.1 is 60 dB lower, and not yet at the end.
    assert!(whole.len() > 11 * 48_000, "{}", whole.len());
    assert!(rms(&whole[whole.len() - 72_000..]) < 1e-5);
    let parts = place.render(&["--preset", "echoes.toml", "--buffer", "77"]);
    assert!(parts == whole);
}

#[test]
fn the_seed_outranks_the_presets_own() {
    let place = Place::with(&three_notes());
    let own = place.render(&["--preset", "Gong", "--tail", "0"]);
    let other = place.render(&["--preset", "Gong", "--tail", "0", "--seed", "4321"]);
    assert!(own != other);
    let again = place.render(&["--preset", "Gong", "--tail", "0", "--seed", "4321"]);
    assert!(other == again);
}

/// A bank of one tone.
fn tone_bank() -> TrackBank {
    let point = |time_s| Breakpoint::new(time_s, 440.0, 0.25).with_phase(0.0);
    let tracks = Tracks {
        duration_s: 2.0,
        root_hz: Some(440.0),
        tracks: vec![Track {
            label: Some(1),
            breakpoints: vec![point(0.0), point(2.0)],
        }],
        ..Tracks::default()
    };
    let grid = FrameGrid {
        sample_rate_hz: 48_000.0,
        hop: 256,
    };
    TrackBank::from_tracks(&tracks, grid).expect("small").0
}

/// A preset that plays this bank, saved within it or not.
fn recording_preset(named: NamedBank) -> String {
    let mut preset = Preset {
        name: "Tone".to_owned(),
        recording: Some(named),
        ..Preset::initial()
    };
    preset.patch.set(Param::BODY_A, recording_body());
    preset.to_text()
}

#[test]
fn a_bank_plays_from_the_command_line_the_preset_and_its_neighbours() {
    let place = Place::with(&three_notes());
    let bank = Arc::new(tone_bank());
    fs::write(place.path("tone.aliquot"), bank.bytes()).expect("a file");
    let alone = place.render(&["--bank", "tone.aliquot"]);
    assert!(rms(&alone) > 1e-4);
    let within = NamedBank::new("Tone", "", bank.clone()).expect("a path");
    fs::write(place.path("within.toml"), recording_preset(within)).expect("a preset");
    assert_eq!(place.render(&["--preset", "within.toml"]), alone);
    // In the folder of banks beside that of presets.
    for folder in ["banks", "presets/Wood"] {
        fs::create_dir_all(place.path(folder)).expect("a folder");
    }
    let beside = NamedBank::absent("Tone", "moved.aliquot", bank.hash()).expect("a path");
    let text = recording_preset(beside);
    fs::write(place.path("presets/Wood/beside.toml"), &text).expect("a preset");
    fs::write(place.path("banks/tone.aliquot"), bank.bytes()).expect("a file");
    assert_eq!(
        place.render(&["--preset", "presets/Wood/beside.toml"]),
        alone
    );
    // Without it the rest plays, and that is reported.
    fs::remove_dir_all(place.path("banks")).expect("it was there");
    let arguments = [
        "song.mid",
        "out.wav",
        "--preset",
        "presets/Wood/beside.toml",
    ];
    let output = place.run(&arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(
        told.contains("The recording \"Tone\" is missing: "),
        "{told}"
    );
}

#[test]
fn a_file_that_is_no_bank_is_refused() {
    let place = Place::with(&three_notes());
    fs::write(place.path("not.aliquot"), "no bank").expect("a file");
    let none = ["song.mid", "out.wav", "--bank", "not.aliquot"];
    place.refuses(&none, &["not.aliquot: byte 0: "]);
    let gone = ["song.mid", "out.wav", "--bank", "gone.aliquot"];
    place.refuses(&gone, &["gone.aliquot: "]);
    let taken = ["song.mid", "not.aliquot", "--bank", "not.aliquot"];
    place.refuses(&taken, &["the output would take the bank's place"]);
}

#[test]
fn the_report_has_its_figures() {
    let place = Place::with(&three_notes());
    let output = place.run(&["song.mid", "out.wav", "--report"]);
    let text = String::from_utf8_lossy(&output.stdout);
    for label in [
        "voices",
        "partials",
        "real time",
        "P50",
        "P95",
        "P99",
        "max",
        "budget",
    ] {
        assert!(text.lines().any(|line| line.starts_with(label)), "{text}");
    }
    assert!(text.contains("10.667 ms for 512 frames"), "{text}");
    assert!(!text.contains("voices     0 at most"), "{text}");
}

#[test]
fn presets_are_listed() {
    let output = Place::new().run(&["--list-presets"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success());
    assert_eq!(text.lines().count(), starting_presets().len());
    assert_eq!(text.lines().next(), Some("  0  Drawbar Organ"));
    assert!(text.lines().any(|line| line == " 10  Mallet"));
}

#[test]
fn the_demo_song_is_whole() {
    let song = concat!(env!("CARGO_MANIFEST_DIR"), "/xtask/demo/prelude.mid");
    let place = Place::new();
    let output = place.run(&[
        song,
        "out.wav",
        "--bits",
        "32f",
        "--rate",
        "8000",
        "--preset",
        "Struck String",
    ]);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let frames = frames(&place.path("out.wav"));
    let seconds = frames.len() as f64 / 8_000.0;
    assert!((118.0..130.0).contains(&seconds), "{seconds} s");
    // It never falls silent for a second before its end.
    for (second, window) in frames[..8_000 * 118].chunks(8_000).enumerate() {
        assert!(rms(window) > 1e-3, "second {second}: {}", rms(window));
    }
}

/// The manual's table of options has those of the program, and no others.
#[test]
fn the_manual_names_every_option() {
    let output = Place::new().run(&["--help"]);
    assert!(output.status.success());
    let help = String::from_utf8_lossy(&output.stdout);
    let is_part = |c: char| c.is_ascii_lowercase() || c == '-';
    let mut options: BTreeSet<&str> = help
        .split(|c: char| !is_part(c))
        .filter(|word| word.starts_with("--"))
        .collect();
    for common in ["--help", "--version"] {
        assert!(options.remove(common), "{common}");
    }
    let manual = include_str!("../docs/manual/renderer.md").lines();
    let told: BTreeSet<&str> = manual
        .filter_map(|line| line.strip_prefix("| `"))
        .filter_map(|line| line.split(|c: char| !is_part(c)).next())
        .filter(|word| word.starts_with("--"))
        .collect();
    assert_eq!(told, options);
    assert!(options.len() > 10);
}
