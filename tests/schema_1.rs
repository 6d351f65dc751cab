//! Presets of the first schema, as they were before there were routes, and the bits that they had then.
//!
//! `schema_1/fingerprints.txt` is of commit d95867c, the last one before routes: each line is the name of a
//! preset and the fingerprint of a chord at the portable level. It never changes.

mod performance;

use std::fs;
use std::path::Path;

use aliquot::dsp::simd_level::SimdLevel;
use aliquot::state::Preset;
use aliquot::synth::{Event, Patch};
use performance::{RATE, control, engine_at, off, on, play};

/// Frames that are compared: a second.
const FRAMES: usize = 48_000;

/// A chord with the wheel and pressure moved under it, and its release.
fn events() -> Vec<(usize, Event)> {
    let mut events = vec![
        (100, on(0, 45, 0.9)),
        (103, on(0, 57, 0.6)),
        (5_000, on(0, 64, 0.3)),
        (12_000, control(0, 1, 0.5)),
        (16_000, control(0, 74, 0.8)),
    ];
    for key in [45, 57, 64] {
        events.push((30_000, off(0, key)));
    }
    events
}

/// FNV-1a of the bits of both sides.
fn fingerprint(patch: &Patch) -> u64 {
    let mut engine = engine_at(SimdLevel::PORTABLE, RATE, patch);
    let (left, right) = play(&mut engine, &events(), FRAMES, &[512]);
    assert!(left.iter().any(|x| *x != 0.0));
    left.iter()
        .chain(&right)
        .flat_map(|x| x.to_bits().to_le_bytes())
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
}

#[test]
#[cfg_attr(not(target_arch = "x86_64"), ignore = "the bits are those of x86-64")]
fn presets_of_the_first_schema_sound_as_they_did() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema_1");
    let expected = fs::read_to_string(folder.join("fingerprints.txt")).expect("a file");
    let mut found = Vec::new();
    for entry in fs::read_dir(&folder).expect("a folder") {
        let path = entry.expect("a file").path();
        if path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a text");
        assert!(text.starts_with("schema = 1"));
        let preset = Preset::parse(&text).expect("a preset");
        let name = path.file_stem().expect("a name").to_string_lossy();
        found.push(format!("{name} {:016x}\n", fingerprint(&preset.patch)));
    }
    found.sort();
    assert_eq!(found.concat(), expected);
}
