//! Presets as text. `preset_sounds.rs` tests the sound of the starting presets.

#[path = "presets/lists.rs"]
mod lists;
#[path = "presets/numbers.rs"]
mod numbers;

use std::collections::HashSet;

use aliquot::state::{MacroNames, Preset, SCHEMA, starting_presets};
use aliquot::synth::display::ShaperKind;
use aliquot::synth::parameter::layout::Group;
use aliquot::synth::parameter::{
    CurveParams, DrawnSetParams, MACROS, Param, ROUTES, Range, RouteParams, SEQUENCE_STEPS,
    SPECTRA, SequenceParams, SpectrumParams,
};
use aliquot::synth::patch::Patch;
use proptest::prelude::*;

/// Names that no macro can have are reported with their lines; what is no name refuses the preset.
#[test]
fn names_of_macros_are_read_as_far_as_they_go() {
    let head = "schema = 2\nname = \"Test\"\n\n[macro_names]\n";
    let read = |body: &str| Preset::read(&format!("{head}{body}"));
    let (preset, warnings) =
        read("8 = \"Bow\"\n2 = \" Reed \"\n5 = \"\"\n\n[source]\ntilt = -3\n").expect("a preset");
    let names: Vec<_> = preset.macro_names.iter().collect();
    assert_eq!(names, [(2, "Reed"), (8, "Bow")]);
    assert_eq!(preset.patch.plain(Param::TILT), -3.0);
    assert_eq!(warnings, []);
    let long = "ü".repeat(30);
    let body = format!("3 = \"a\\tb\"\n1 = \"{long}\"\n\"2\" = \"ok\"\n");
    let (preset, warnings) = read(&body).expect("a preset");
    let names: Vec<_> = preset.macro_names.iter().collect();
    assert_eq!(names, [(1, &*"ü".repeat(24)), (2, "ok"), (3, "ab")]);
    let told: Vec<_> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "line 5: macro_names: 3: a name with control characters, which are left out",
            "line 6: macro_names: 1: a name of 30 characters, of which the first 24 count",
        ]
    );
    for (body, line, reason) in [
        (
            "1 = \"a\"\n9 = \"b\"\n",
            6,
            "9: expected the number of a macro, 1 to 8",
        ),
        (
            "bow = \"b\"\n",
            5,
            "bow: expected the number of a macro, 1 to 8",
        ),
        (
            "01 = \"b\"\n",
            5,
            "01: expected the number of a macro, 1 to 8",
        ),
        ("1 = 3\n", 5, "1: expected a string, not a number"),
        ("1 = \"a\"\n1 = \"b\"\n", 6, "not TOML"),
    ] {
        let error = read(body).expect_err(body);
        assert_eq!(error.line, line, "{error}");
        assert!(error.reason.contains(reason), "{error}");
    }
    let error =
        Preset::parse("schema = 2\nname = \"x\"\nmacro_names = [\"a\"]\n").expect_err("a list");
    assert_eq!(
        error.to_string(),
        "line 3: macro_names: expected a table, not a list"
    );
}

/// A preset with this patch, without author, description and tags.
fn preset(patch: Patch) -> Preset {
    Preset {
        name: "Test".to_owned(),
        patch,
        ..Preset::initial()
    }
}

/// The starting presets, parsed.
fn parsed() -> Vec<Preset> {
    starting_presets()
        .iter()
        .map(|starting| match Preset::parse(starting.text) {
            Ok(preset) => preset,
            Err(error) => panic!("{}: {error}", starting.name),
        })
        .collect()
}

#[test]
fn starting_presets_are_parsed_and_written_unchanged() {
    let presets = parsed();
    assert_eq!(presets.len(), 49);
    for (preset, starting) in presets.iter().zip(starting_presets()) {
        assert_eq!(preset.name, starting.name);
        assert!(!preset.author.is_empty() && !preset.description.is_empty());
        assert!(!preset.tags.is_empty(), "{}", preset.name);
        let text = preset.to_text();
        assert_eq!(Preset::parse(&text).as_ref(), Ok(preset), "{text}");
    }
    let names: HashSet<_> = presets.iter().map(|p| p.name.to_lowercase()).collect();
    assert_eq!(names.len(), presets.len());
}

#[test]
fn starting_presets_have_macros_at_zero() {
    for preset in parsed() {
        let plain = |param| preset.patch.plain(param);
        let mut targets = HashSet::new();
        // The first four, and all that have names.
        let is_named = |number| !preset.macro_names.get(number).is_empty();
        for number in (1..=MACROS).filter(|&number| number <= 4 || is_named(number)) {
            let target = plain(Param::macro_target(number)) as usize;
            let amount = plain(Param::macro_amount(number));
            // By a target of its own, or by a route that goes by way of it.
            let macro_label = format!("Macro {number}");
            let is_routed = (1..=ROUTES).map(RouteParams::of).any(|route| {
                let is_macro = |param: Param| param.text(plain(param)) == macro_label;
                plain(route.depth) != 0.0 && (is_macro(route.from) || is_macro(route.via))
            });
            let has_target = target > 0 && amount != 0.0;
            assert!(has_target != is_routed, "{}: {number}", preset.name);
            assert_eq!(plain(Param::macro_value(number)), 0.0);
            assert!(target == 0 || targets.insert(target), "{}", preset.name);
        }
    }
}

#[test]
fn each_family_of_bodies_is_in_a_starting_preset() {
    const FAMILIES: [&[&str]; 14] = [
        &["Harmonic", "Odd"],
        &[
            "Free Bar",
            "Tuned Bar 1:4:10",
            "Vibraphone",
            "Glockenspiel",
            "Wooden Bar",
            "Xylophone",
        ],
        &["Tine"],
        &["Membrane", "Timpani", "Tabla", "Bayan"],
        &[
            "Round Plate",
            "Clamped Plate",
            "Square Plate",
            "Plate 3:2",
            "Plate 2:1",
        ],
        &["Church Bell", "Minor Bell", "Handbell", "Tube"],
        &["Singing Bowl", "Struck Bowl", "Glass"],
        &["Gong", "Tam-tam"],
        &["Bonang", "Saron"],
        &[
            "Octaves",
            "Octaves & Fifths",
            "Primes",
            "Fibonacci",
            "Powers of Phi",
            "Squares",
            "Roots",
            "Subharmonic",
        ],
        &["Endless"],
        &["Equal 5", "Equal 7", "Equal 10", "Equal 13", "Equal 19"],
        &["Drawn"],
        &["Recording", "Recording 2"],
    ];
    let presets = parsed();
    let bodies: HashSet<String> = presets
        .iter()
        .flat_map(|preset| {
            let params = SpectrumParams::ALL.map(|spectrum| spectrum.body);
            params.map(|body| body.text(preset.patch.plain(body)))
        })
        .collect();
    for family in FAMILIES {
        let is_there = family.iter().any(|body| bodies.contains(*body));
        assert!(is_there, "{family:?}");
    }
    // A body that is new has a family too.
    let mut all = FAMILIES.concat();
    all.sort_unstable();
    let labels = Param::BODY_A.range().labels().expect("a choice");
    let mut labels = labels.to_vec();
    labels.sort_unstable();
    assert_eq!(all, labels);
}

/// What switches a part of the sound on: laws, unison, shapers, filters, decay, the room and the effects.
const SWITCHES: [(Group, &[Param]); 25] = [
    (Group::Laws, &[Param::SPACING]),
    (Group::Laws, &[Param::CLUSTER]),
    (Group::Laws, &[Param::HARMONICITY]),
    (Group::Laws, &[Param::SCATTER]),
    (Group::Laws, &[Param::SHIFT]),
    (Group::Unison, &[Param::UNISON]),
    (Group::Divide, &[Param::DIVIDE]),
    (Group::Comb, &[Param::COMB]),
    (Group::Phaser, &[Param::PHASER]),
    (Group::Vowel, &[Param::VOWEL]),
    (Group::Focus, &[Param::FOCUS]),
    (Group::Copies, &[Param::COPIES]),
    (Group::Contrast, &[Param::CONTRAST]),
    (Group::Threshold, &[Param::THRESHOLD]),
    (Group::Blur, &[Param::BLUR]),
    (Group::Smear, &[Param::SMEAR_RISE, Param::SMEAR_FALL]),
    (Group::Breath, &[Param::BREATH]),
    (Group::Anchor, &[Param::ANCHOR]),
    (Group::Filter, &[Param::FILTER_TYPE]),
    (Group::Filter2, &[Param::FILTER_2_TYPE]),
    (Group::Decay, &[Param::DAMPING]),
    (Group::Room, &[Param::ROOM_AMOUNT]),
    (Group::Chorus, &[Param::CHORUS_AMOUNT]),
    (Group::Delay, &[Param::DELAY_AMOUNT]),
    (Group::Reverb, &[Param::REVERB_AMOUNT]),
];

/// As loaded: a route from a macro at 0 is not heard.
#[test]
fn each_part_of_the_sound_is_on_in_two_starting_presets() {
    let presets = parsed();
    for (group, params) in SWITCHES {
        let is_on = |preset: &Preset| {
            let mut params = params.iter();
            params.any(|&param| preset.patch.plain(param) != Patch::default().plain(param))
        };
        let with = presets.iter().filter(|preset| is_on(preset));
        let names: Vec<&String> = with.map(|preset| &preset.name).collect();
        assert!(names.len() >= 2, "{group:?}: {params:?} in {names:?}");
        for &param in params {
            assert_eq!(param.row().group, group, "{param:?}");
        }
    }
    // What is new among these sections has a line too.
    let groups: HashSet<_> = SWITCHES.iter().map(|(group, _)| *group).collect();
    let shapers: HashSet<_> = ShaperKind::ALL.iter().map(|kind| kind.group()).collect();
    assert!(shapers.is_subset(&groups), "{shapers:?}");
}

#[test]
fn the_text_is_readable() {
    let mut patch = Patch::default();
    patch.set(Param::TILT, -4.5);
    patch.set(Param::PARTIALS, 96.0);
    patch.set(Param::PHASES, 2.0);
    patch.set(Param::INHARMONICITY, 4e-4);
    patch.set(Param::CUTOFF, 1234.0);
    patch.set(Param::AMP_RELEASE, 0.25);
    patch.set(Param::partial_tune(3), -386.3);
    patch.set(Param::macro_target(2), 9.0);
    let mut macro_names = MacroNames::default();
    assert_eq!(macro_names.set(2, "Bow \"up\""), None);
    assert_eq!(macro_names.set(8, "ü"), None);
    let preset = Preset {
        name: "A \"quoted\" name".to_owned(),
        author: "Somebody".to_owned(),
        tags: vec!["one".to_owned(), "two".to_owned()],
        macro_names,
        patch,
        ..Preset::initial()
    };
    let text = r#"schema = 2
name = 'A "quoted" name'
author = "Somebody"
tags = ["one", "two"]

[macro_names]
2 = 'Bow "up"'
8 = "ü"

[source]
partials = 96
tilt = -4.5 # dB/oct
phases = "Random"

[frequencies]
inharmonicity = 0.0004

[filter]
cutoff = 1234 # Hz

[amp_envelope]
amp_release = 0.25 # s

[partials]
partial_3_tune = -386.3 # ct

[macros]
macro_2_target = "Filter Cutoff"
"#;
    assert_eq!(preset.to_text(), text);
    assert_eq!(Preset::parse(text), Ok(preset));
}

/// Presets of earlier versions have the number of voices, and other labels.
#[test]
fn older_texts_still_mean_what_they_meant() {
    let text = r#"schema = 1
name = "Test"
[voices]
voices = 8
threads = "Auto"
[macros]
macro_1_target = "Level"
"#;
    let mut expected = Patch::default();
    expected.set(Param::macro_target(1), 26.0);
    assert_eq!(Preset::parse(text).map(|preset| preset.patch), Ok(expected));
}

#[test]
fn errors_have_a_line_and_a_reason() {
    let head = "schema = 1\nname = \"Test\"\n";
    for (body, line, reason) in [
        (
            "[source]\ntilt = 12.5\n",
            4,
            "tilt: 12.5 is outside -24 to 12",
        ),
        ("[source]\ntilt = nan\n", 4, "tilt: not a number"),
        (
            "[source]\ntilt = -inf\n",
            4,
            "tilt: -inf is outside -24 to 12",
        ),
        (
            "[source]\ntilt = \"dark\"\n",
            4,
            "tilt: expected a number, not a string",
        ),
        (
            "[source]\ntilt = true\n",
            4,
            "tilt: expected a number, not a boolean",
        ),
        (
            "[source]\ntilt = [1]\n",
            4,
            "tilt: expected a number, not a list",
        ),
        (
            "[source]\ntilt = { normal = 1 }\n",
            4,
            "tilt: expected a number or { normalized = … }",
        ),
        (
            "[source]\ntilt = { normalized = 1.5 }\n",
            4,
            "tilt: 1.5 is outside 0 to 1",
        ),
        (
            "[source]\npartials = 3.5\n",
            4,
            "partials: 3.5 is not a whole number",
        ),
        (
            "[source]\npartials = 0\n",
            4,
            "partials: 0 is outside 1 to 512",
        ),
        (
            "[source]\npartials = 99999999999999999999\n",
            4,
            "partials: the number has too many digits",
        ),
        (
            "[source]\n# a comment\n\ntlit = 1\n",
            6,
            "tlit: unknown parameter",
        ),
        (
            "[voices]\nvoices = 2049\n",
            4,
            "voices: 2049 is outside 1 to 2048",
        ),
        (
            "[source]\nphases = \"Backwards\"\n",
            4,
            "phases: \"Backwards\" is not one of \"Zero\", \"Aligned\", \"Random\"",
        ),
        (
            "[source]\nphases = 1\n",
            4,
            "phases: expected one of \"Zero\", \"Aligned\", \"Random\", not a number",
        ),
        (
            "[source]\ntilt = 1\n[other]\ntilt = 1\n",
            6,
            "tilt: already set in line 4",
        ),
        (
            "[z]\ntilt = 99\n[a]\nwrong = 1\n",
            4,
            "tilt: 99 is outside -24 to 12",
        ),
        (
            "tilt = 1\n",
            3,
            "tilt: unknown key; parameters must be in a [group]",
        ),
        (
            "tags = \"one\"\n",
            3,
            "tags: expected a list of strings, not a string",
        ),
        ("tags = [1]\n", 3, "tags: expected a string, not a number"),
        ("author = 1\n", 3, "author: expected a string, not a number"),
    ] {
        let error = Preset::parse(&format!("{head}{body}")).expect_err(body);
        assert_eq!((error.line, error.reason.as_str()), (line, reason));
    }
    for (text, line, reason) in [
        ("", 1, "schema: missing; this is not a preset"),
        (
            "name = \"Test\"\n",
            1,
            "schema: missing; this is not a preset",
        ),
        ("schema = 1\n", 1, "name: missing or empty"),
        ("schema = 1\nname = \" \"\n", 1, "name: missing or empty"),
        (
            "schema = 0\n",
            1,
            "schema: expected a whole number from 1 to 2",
        ),
        (
            "schema = \"1\"\n",
            1,
            "schema: expected a whole number from 1 to 2",
        ),
        (
            "name = \"Test\"\nfuture = 1\nschema = 3\n",
            3,
            "schema 3 is newer than this program, which reads up to 2",
        ),
    ] {
        let error = Preset::parse(text).expect_err(text);
        assert_eq!((error.line, error.reason.as_str()), (line, reason));
        assert_eq!(error.to_string(), format!("line {line}: {reason}"));
    }
    assert_eq!(SCHEMA, 2);
    for broken in [
        "schema = 1\nname = \"Te",
        "schema = 1\nname =\n",
        "schema = 1\n\u{0}",
    ] {
        let error = Preset::parse(broken).expect_err(broken);
        assert_eq!(error.line, 2, "{error}");
        assert!(error.reason.starts_with("not TOML: "), "{error}");
        assert!(!error.reason.contains('\n'), "{error}");
    }
}

/// What schema 2 has beside parameters are names of groups like any others in schema 1.
#[test]
fn groups_of_schema_1_have_any_name() {
    for name in ["route", "curve", "sequence", "drawn", "drawn_spectrum"] {
        let text = format!("schema = 1\nname = \"Test\"\n[{name}]\ntilt = -3\n");
        let patch = Preset::parse(&text).expect(name).patch;
        assert_eq!(patch.plain(Param::TILT), -3.0);
        let error = Preset::parse(&text.replace("schema = 1", "schema = 2"));
        assert!(error.is_err(), "{name}");
    }
}

/// A category is a text like the author.
#[test]
fn a_category_is_written_and_read() {
    let text = "schema = 2\nname = \"Test\"\nauthor = \"Zoe\"\ncategory = \"Bells & Mallets\"\n";
    let preset = Preset::parse(text).expect("a preset");
    assert_eq!(preset.category, "Bells & Mallets");
    assert_eq!(preset.to_text(), text);
    let without = Preset::parse("schema = 2\nname = \"Test\"\n").expect("a preset");
    assert_eq!(without.category, "");
    assert!(!without.to_text().contains("category"));
    // The program's own presets have few categories.
    let categories: HashSet<String> = parsed().into_iter().map(|p| p.category).collect();
    assert!((8..=14).contains(&categories.len()), "{categories:?}");
    assert!(!categories.contains(""));
}

#[test]
fn hostile_texts_are_errors() {
    let mut texts: Vec<String> = ["[", "{", "a.", "x={", "\"", "[[", "'''", "="]
        .iter()
        .map(|piece| piece.repeat(20_000))
        .collect();
    texts.push(format!(
        "schema = 1\nname = \"x\"\n[a]\ntilt = {}",
        "[".repeat(50_000)
    ));
    for text in texts {
        assert!(Preset::parse(&text).is_err());
    }
}
