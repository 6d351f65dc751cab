//! The fuzz targets of `fuzz/` under a plain driver: the same inputs in the same order each time, for
//! as many seconds as `ALIQUOT_FUZZ_S` says (one, if it says nothing).
//!
//! It changes good inputs, and those changed ones that led to something new. An input that fails is
//! written to a file; `ALIQUOT_FUZZ_INPUT=FILE cargo test --test fuzz NAME` runs that alone.

#[path = "fuzz/driver.rs"]
mod driver;
#[path = "fuzz/memory.rs"]
mod memory;
#[path = "fuzz/sound_files.rs"]
mod sound_files;
#[path = "../fuzz/targets.rs"]
mod targets;

use driver::{MEMORY_BYTES, Target, drive};

/// The targets of `cargo fuzz` are the tests of this file, each with a program of its own.
#[test]
fn every_target_is_driven_here() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |name: &str| std::fs::read_to_string(root.join(name)).expect(name);
    let (here, manifest) = (read("tests/fuzz.rs"), read("fuzz/Cargo.toml"));
    let mut programs = 0;
    for entry in std::fs::read_dir(root.join("fuzz/fuzz_targets")).expect("the targets") {
        let file = entry
            .expect("a file")
            .file_name()
            .into_string()
            .expect("UTF-8");
        let name = file.strip_suffix(".rs").expect("a Rust file");
        assert!(
            here.contains(&format!("\nfn {name}() {{")),
            "{name} is not driven"
        );
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{file}\"")),
            "{file}"
        );
        let program = read(&format!("fuzz/fuzz_targets/{file}"));
        assert!(program.contains(&format!("targets::{name}")), "{file}");
        programs += 1;
    }
    assert_eq!(here.matches("body: targets::").count(), programs + 1);
}

#[test]
fn preset_text() {
    let seeds = aliquot::state::starting_presets()
        .iter()
        .map(|preset| preset.text.as_bytes().to_vec());
    let seeds = seeds.chain([preset_with_a_bank()]);
    drive(&Target {
        name: "preset_text",
        body: targets::preset_text,
        seeds: seeds.collect(),
        words: &[
            "schema = ",
            "name = ",
            "author = ",
            "tags = [",
            "normalized = ",
            "[drawn.1]\npartials = \"1-3, 512\"",
            "{ ",
            " }",
            "[source]\n",
            "[recording]\n",
            "hash = \"0123456789abcdef\"\n",
            "file = \"a/b.aliquot\"\n",
            "data = ",
            "partials",
            "tilt",
            "phases",
            "\"Random\"",
            "partial_64_level",
            "macro_1_target",
            "voices",
            "threads",
            "0x1F",
            "1e999",
            "-inf",
            "nan",
            "1979-05-27",
            "'''",
            "\"\"\"",
            "\\u0000",
            "[[",
            "\r\n",
        ],
        memory_bytes: MEMORY_BYTES,
    });
}

/// A preset with a small bank of recordings.
fn preset_with_a_bank() -> Vec<u8> {
    use aliquot::state::{NamedBank, Preset};
    let preset = Preset {
        name: "A recording".to_owned(),
        recording: NamedBank::new("One", "a/One.aliquot", small_bank().into()).ok(),
        ..Preset::initial()
    };
    preset.to_text().into_bytes()
}

#[test]
fn typed_value() {
    use aliquot::synth::Param;
    let seeds = Param::all().flat_map(|param| {
        let (min, max) = param.range().ends();
        [min, param.row().default, max].map(|plain| param.text(plain).into_bytes())
    });
    drive(&Target {
        name: "typed_value",
        body: targets::typed_value,
        seeds: seeds.collect(),
        words: &[
            " Hz", "kHz", " dB", "dB/oct", " ms", " s", " %", " L", " R", " st", " ct", " oct",
            "off", "-inf", "−", "∞", "e", "E+3", "nan", "infinity", ",", ".", "+", "-", "A4", "c#",
            "\u{feff}", "０",
        ],
        memory_bytes: MEMORY_BYTES,
    });
}

#[test]
fn midi_file() {
    drive(&Target {
        name: "midi_file",
        body: targets::midi_file,
        seeds: songs(),
        words: &[
            "MThd",
            "MTrk",
            "RIFF",
            "\0\0\0\x06",
            "\0\x01",
            "\0\x02",
            "\x00\x60",
        ],
        memory_bytes: MEMORY_BYTES,
    });
}

#[test]
fn tuning_file() {
    let scale = "! a.scl\n!\nA scale\n 5\n!\n 76.049\n 3/2\n 7/4 x\n -5.0\n 2/1\n!\n\
                 ! @ABL REFERENCE_PITCH 3 1 440.0\n! @ABL NOTE_NAMES a \"b c\" d\n";
    let map = "! a.kbm\n4\n0\n127\n60\n62\n440.0\n7\n0\nx\n4\n5\n";
    drive(&Target {
        name: "tuning_file",
        body: targets::tuning_file,
        seeds: vec![scale.into(), map.into(), scale.replace('\n', "\r\n").into()],
        words: &[
            "\n!",
            "\r",
            "\u{feff}",
            "0",
            "-1",
            "65535",
            "65536",
            "2147483647",
            "99999999999999999999",
            ".",
            "1/",
            "/1",
            ",",
            "x",
            "e9",
            "! @ABL REFERENCE_PITCH ",
            "! @ABL NOTE_NAMES ",
            "\"",
        ],
        memory_bytes: MEMORY_BYTES,
    });
}

#[cfg(feature = "editor")]
#[test]
fn spectrum_list() {
    let lists = [
        "ratio,level dB\r\n1,0\r\n2.76,-6\r\n5.4,-12.5\r\n",
        "\u{feff}# of a bar\n\n1;0\n2,76;-6 # the second\n5,4;-12,5",
        "Frequency (Hz), Level\n200,-3\n552,-9\n1080,-15.5",
        "1 0.5\n3 0.05\n5 0",
        "1\n0.1\n0.01",
    ];
    drive(&Target {
        name: "spectrum_list",
        body: targets::spectrum_list,
        seeds: lists.map(Vec::from).to_vec(),
        words: &[
            "Hz", "freq", "dB", ",", ";", "\t", "\n", "\r", "#", "\"", "-", "\u{2212}", "0",
            "1e999", "1e-320", "1e308", "-1e308", "nan", "inf", "\u{feff}",
        ],
        memory_bytes: MEMORY_BYTES,
    });
}

#[test]
fn tuning_message() {
    use aliquot::scale::mts::{bulk_dump, octave_tuning, single_note_changes};
    let mut seeds = single_note_changes(&[(60, 60.5), (61, 61.0)]);
    seeds.push(octave_tuning(1 << 3, &[12.5; 12]));
    seeds.push(bulk_dump(
        "name",
        &std::array::from_fn(|key| Some(key as f64)),
    ));
    drive(&Target {
        name: "tuning_message",
        body: targets::tuning_message,
        seeds,
        words: &[
            "\x7f\x7f\x7f",
            "\x08\x01",
            "\x08\x04",
            "\x08\x05",
            "\x08\x06",
            "\x08\x08",
        ],
        memory_bytes: MEMORY_BYTES,
    });
}

/// Songs that hold most of what a file may, and the damaged ones of `tests/midi`.
fn songs() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/midi");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "mid"))
        .collect();
    paths.sort();
    let damaged = paths
        .iter()
        .map(|path| std::fs::read(path).expect("a file"));
    let mut songs: Vec<Vec<u8>> = damaged.collect();
    let file = |format: u8, division: [u8; 2], tracks: &[&[u8]]| {
        let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
        bytes.extend([format, 0, tracks.len() as u8]);
        bytes.extend(division);
        for track in tracks {
            bytes.extend(b"MTrk");
            bytes.extend((track.len() as u32).to_be_bytes());
            bytes.extend(*track);
        }
        bytes
    };
    // Tempo, notes, a bend, pressure, pedals, a program, SysEx, running status, End of Track.
    let tempo: &[u8] = &[
        0, 0xFF, 0x51, 3, 7, 0xA1, 0x20, 0x83, 0, 0xFF, 0x51, 3, 4, 0x93, 0xE0, 0, 0xFF, 0x2F, 0,
    ];
    let notes: &[u8] = &[
        0, 0xC0, 5, 0, 0x90, 60, 100, 10, 64, 100, 10, 60, 0, 0, 0xE0, 0, 0x40, 5, 0xD0, 64, 5,
        0xA0, 64, 90, 0, 0xB0, 101, 0, 0, 100, 0, 0, 6, 12, 0, 64, 127, 9, 64, 0, 0, 0xF0, 3, 0x7E,
        0x7F, 0xF7, 0, 0x80, 64, 0, 0, 0xFF, 0x2F, 0,
    ];
    let others: &[u8] = &[
        0, 0xFF, 3, 4, b'n', b'a', b'm', b'e', 0, 0xFF, 0x58, 4, 4, 2, 24, 8, 0, 0xFF, 0x59, 2, 0,
        0, 0, 0xFF, 0x54, 5, 0, 0, 0, 0, 0, 0, 0x99, 36, 127, 0x81, 0x70, 0x89, 36, 0, 0, 0xF7, 1,
        0xF3, 0, 0xFF, 0x2F, 0,
    ];
    songs.extend([
        file(0, [0, 96], &[notes]),
        file(1, [0, 96], &[tempo, notes, others]),
        file(1, [0xE7, 40], &[others, notes]),
        file(2, [0, 24], &[notes]),
    ]);
    songs
}

#[test]
fn partials_file() {
    drive(&Target {
        name: "partials_file",
        body: targets::partials_file,
        seeds: partials_files(),
        words: &[
            "par-text-partials-format\n",
            "par-text-partials-extended-format\n",
            "par-text-frame-format\n",
            "point-type time frequency amplitude bandwidth phase\n",
            "partials-data\n",
            "frame-data\n",
            "1e999",
            "-1",
            "nan",
            "0,5",
            "SDIF\0\0\0\x08\0\0\0\x03\0\0\0\x01",
            "1TRC",
            "RBEP",
            "RBEL",
            "1HRM",
            "1RES",
            "1FQ0",
            "\0\0\0\x04",
            "\0\0\0\x08",
            "\0\0\x01\x01",
            "\0\0\0\x01\0\0\0\x07",
        ],
        memory_bytes: MEMORY_BYTES,
    });
}

/// The codebooks of a Vorbis stream may take 64 MiB, and half as much more while one of them is made. Beside a buffer for
/// what follows, a decoder has one for the longest packet of all channels, and up to 4 MiB are made for a chunk before it
/// is read.
#[test]
fn sound_file() {
    drive(&Target {
        name: "sound_file",
        body: targets::sound_file,
        seeds: sound_files::all(),
        words: &[
            "RIFF",
            "RIFX",
            "WAVE",
            "fmt ",
            "fact\x04\0\0\0",
            "LIST",
            "INFO",
            "IART",
            "data",
            "\x10\0\0\0\x01\0",
            "\x12\0\0\0\x06\0",
            "FORM",
            "AIFF",
            "AIFC",
            "COMM",
            "SSND",
            "MARK",
            "COMT",
            "sowt",
            "fl64",
            "fLaC",
            "OggS\0",
            "\x01vorbis",
            "\x03vorbis",
            "\x05vorbis",
            "BCV",
            "ID3\x04\0\0",
            "ID3\x03\0\0",
            "APIC",
            "TAG",
            "APETAGEX",
            "Xing",
            "Info",
            "VBRI",
            "LAME",
            "\0\0\0\0",
            "\x7f\0\0\0",
            "\0\0\x7f",
        ],
        memory_bytes: 112 << 20,
    });
}

/// A few partials.
fn few_tracks() -> aliquot::tracks::Tracks {
    use aliquot::tracks::{Breakpoint, Track, Tracks};
    let track = |label: u32| Track {
        label: Some(label),
        breakpoints: (0..8)
            .map(|point| {
                let time_s = 0.01 * f64::from(point + label);
                Breakpoint::new(time_s, 220.0 * f64::from(label), 0.1).with_phase(0.25)
            })
            .collect(),
    };
    Tracks {
        duration_s: 0.12,
        tracks: (1..4).map(track).collect(),
        source: "none".to_owned(),
        ..Tracks::default()
    }
}

/// A bank of them.
fn small_bank() -> aliquot::tracks::bank_file::TrackBank {
    use aliquot::tracks::bank_file::{FrameGrid, TrackBank};
    let grid = FrameGrid {
        sample_rate_hz: 48_000.0,
        hop: 256,
    };
    let (bank, _) = TrackBank::from_tracks(&few_tracks(), grid).expect("a small bank");
    bank
}

/// The file of the same bank with its sound in pieces.
fn streamed_bank() -> Vec<u8> {
    use aliquot::tracks::bank_file::KeyZone;
    use aliquot::tracks::bank_file::pieces::BankWriter;
    let mut writer = BankWriter::new(std::io::Cursor::new(Vec::new()), 1).expect("a bank");
    writer.cut_into(0.1, 0.0);
    let added = writer.add_sound(KeyZone::default(), &small_bank(), 0);
    added.expect("a sound");
    let (file, _) = writer.finish().expect("a small bank");
    file.into_inner()
}

/// Partials in each of the formats.
fn partials_files() -> Vec<Vec<u8>> {
    use aliquot::tracks::files::ats::ByteOrder;
    use aliquot::tracks::files::{ats, sdif, spear};
    let (tracks, bank) = (few_tracks(), small_bank());
    let (frames, _) = spear::write_frames(&tracks, None).expect("few rows");
    let ats = |order| ats::write(&tracks, None, order).expect("few rows").0;
    vec![
        bank.bytes().to_vec(),
        streamed_bank(),
        spear::write_partials(&tracks).into_bytes(),
        frames.into_bytes(),
        sdif::write_rbep(&tracks),
        sdif::write_1trc(&tracks, None).expect("few rows").0,
        ats(ByteOrder::Little),
        ats(ByteOrder::Big),
    ]
}

#[cfg(feature = "editor")]
#[test]
fn settings() {
    use aliquot::settings::Settings;
    drive(&Target {
        name: "settings",
        body: targets::settings,
        seeds: vec![Settings::default().to_text().into_bytes(), Vec::new()],
        words: &[
            "scale = ",
            "theme = ",
            "\"light\"",
            "\"high contrast\"",
            "letters = ",
            "\"azerty\"",
            "[window]\n",
            "width = ",
            "height = ",
            "[new_instance]\n",
            "voices = ",
            "mpe = ",
            "true",
            "bend_range = ",
            "99999999999999999999",
            "0b1",
            "{ ",
            " }",
            "'",
            "#",
        ],
        memory_bytes: MEMORY_BYTES,
    });
}

#[cfg(feature = "plugin")]
#[test]
fn host_state() {
    drive(&Target {
        name: "host_state",
        body: targets::host_state,
        seeds: states(),
        words: &[
            "\"params\":{",
            "\"fields\":{",
            "{\"f32\":",
            "{\"i32\":",
            "{\"bool\":true}",
            "{\"string\":\"\"}",
            "\"schema\":\"1\"",
            "\"schema\":\"2\"",
            "\"controllers\":\"[[20,\\\"level\\\"]]\"",
            "\"editor_size\":\"[1000,700]\"",
            "\"editor_scale\":\"150\"",
            "\"preset\":",
            "null",
            "1e39",
            "-0.0",
            "\\ud800",
            "[[7,\"level\"]]",
            "\0\0\0\x3f",
            "\x7f\x7f\0\0",
        ],
        memory_bytes: MEMORY_BYTES,
    });
}

/// A state as the plugin saves it, states with something in each field, and choices of parts.
#[cfg(feature = "plugin")]
fn states() -> Vec<Vec<u8>> {
    use aliquot::params::HostParams;
    use aliquot::synth::parameter::rows;
    use nice_plug::prelude::Params;
    use std::fmt::Write;

    let mut json = "{\"version\":\"0.1.0\",\"params\":{".to_owned();
    for (place, row) in rows().iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        let value = match row.range.steps() {
            None => format!("\"f32\":{}", row.range.normalized(row.default)),
            Some(_) => format!("\"i32\":{}", row.default as i32),
        };
        write!(json, "{comma}\"{}\":{{{value}}}", row.id).expect("a string takes it");
    }
    json.push_str("},\"fields\":{");
    let params = HostParams::default();
    let bank = aliquot::state::NamedBank::new("One", "a/One.aliquot", small_bank().into());
    let loaded = params.recordings().set(bank.ok());
    assert_eq!(loaded, Ok(()));
    let fields = params.serialize_fields();
    for (place, (name, value)) in fields.iter().enumerate() {
        let comma = if place > 0 { "," } else { "" };
        write!(json, "{comma}{name:?}:{value:?}").expect("a string takes it");
    }
    json.push_str("}}");
    let short = "{\"version\":\"\",\"params\":{\"tilt\":{\"f32\":0.5},\"partials\":{\"i32\":7}},\
                 \"fields\":{\"schema\":\"1\",\"controllers\":\"[[21,\\\"level\\\"]]\",\
                 \"editor_size\":\"[900,600]\",\"editor_scale\":\"125\"}}";
    let parts = [0, 1, 0, 0, 0, 0x3F, 1, 8, 7, 0, 0, 0, 4, 3, 2, b'[', b']'];
    vec![json.into_bytes(), short.into(), parts.to_vec()]
}
