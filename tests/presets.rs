//! Presets as text. `preset_sounds.rs` tests the sound of the starting presets.

use std::collections::HashSet;

use aliquot::state::{MacroNames, Preset, SCHEMA, starting_presets};
use aliquot::synth::parameter::layout::Group;
use aliquot::synth::parameter::{
    CurveParams, DrawnSetParams, MACROS, Param, ROUTES, Range, RouteParams, SEQUENCE_STEPS,
    SequenceParams, SpectrumParams,
};
use aliquot::synth::patch::Patch;
use proptest::prelude::*;

/// Names that no macro can have are told with their lines; what is no name refuses the preset.
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
        author: String::new(),
        category: String::new(),
        description: String::new(),
        tags: Vec::new(),
        macro_names: MacroNames::default(),
        patch,
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
    assert_eq!(presets.len(), 34);
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
    const FAMILIES: [&[&str]; 13] = [
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
        category: String::new(),
        description: String::new(),
        tags: vec!["one".to_owned(), "two".to_owned()],
        macro_names,
        patch,
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

/// Depths are in the unit of the target, and a place is named where it does not follow.
#[test]
fn routes_have_keys_of_their_own() {
    let text = r#"schema = 2
name = "Test"

[[route]]
from = "LFO 2"
to = "Partials Level"
depth = 6 # dB
partials = "Overtones"

[[route]]
from = "Wheel"
to = "Route 7 Depth"
depth = -0.25
bypass = "On"

[[route]]
place = 7
from = "Velocity"
via = "Partial Number"
to = "Pitch"
depth = { normalized = 0.51 }
bend = 0.5

[[route]]
depth = 0.1
"#;
    let preset = Preset::parse(text).expect("a preset");
    let plain = |param| preset.patch.plain(param);
    for (place, to, depth) in [
        (1, "Partials Level", 0.25),
        (2, "Route 7 Depth", -0.25),
        (7, "Pitch", (2.0 * 0.51_f32 - 1.0).powi(2)),
        (8, "None", 0.1),
    ] {
        let route = RouteParams::of(place);
        assert_eq!(route.to.text(plain(route.to)), to);
        assert!((plain(route.depth) - depth).abs() < 1e-6, "{place}");
    }
    let written = preset.to_text();
    assert_eq!(written, text.replace("{ normalized = 0.51 }", "0.48 # ct"));
    // As rows of the table, without units, they are read as well.
    let rows = "schema = 2\nname = \"Test\"\n[any]\nroute_1_to = \"Pitch\"\nroute_1_depth = 0.5\n";
    let patch = Preset::parse(rows).expect("a preset").patch;
    assert!((patch.plain(RouteParams::of(1).depth) - 0.5).abs() < 1e-6);
}

#[test]
fn mistakes_in_routes_are_named_with_their_lines() {
    let head = "schema = 2\nname = \"Test\"\n";
    for (body, line, reason) in [
        ("route = 3\n", 3, "route: expected [[route]], not a number"),
        (
            "[route]\nfrom = \"LFO 2\"\n",
            3,
            "route: expected [[route]], not a table",
        ),
        ("route = [1]\n", 3, "route: expected [[route]]"),
        (
            "[[route]]\nfrom = \"Wheel\"\nplace = 25\n",
            5,
            "place: expected a whole number from 1 to 24",
        ),
        (
            "[[route]]\nplace = 24\n[[route]]\nto = \"Pitch\"\n",
            5,
            "route: a patch has 24 routes",
        ),
        (
            "[[route]]\ncolour = 3\n",
            4,
            "colour: unknown; a route has \"from\", \"via\", \"to\", \"depth\", \"bend\", \
             \"partials\", \"bypass\"",
        ),
        (
            "[[route]]\nto = \"Pitch\"\ndepth = 1300\n",
            5,
            "route_1_depth: 1300 is outside -1200 to 1200",
        ),
        (
            "[[route]]\nto = \"Pitch\"\n[[route]]\nplace = 1\nto = \"Pan\"\n",
            5,
            "route: place 1 is taken",
        ),
    ] {
        let error = Preset::parse(&format!("{head}{body}")).expect_err(body);
        assert_eq!((error.line, error.reason.as_str()), (line, reason));
    }
}

/// The points are a list, and points past the last are kept as the parameters that they are.
#[test]
fn curves_have_lists_of_points() {
    let text = r#"schema = 2
name = "Test"

[curve_2]
curve_2_time = 2 # s
curve_2_point_7_level = 0.5

[curve.1]
loop = [1, 4] # numbers of points

[curve.2]
points = [[0, -1], [0.25, 1, 0.4], [0.25, 0.5], [3, 0], [{ normalized = 0.9 }, 0.125, -1]] # time, level, bend
loop = [2, 3] # numbers of points
"#;
    let preset = Preset::parse(text).expect("a preset");
    let plain = |param| preset.patch.plain(param);
    let curve = CurveParams::of(2);
    assert_eq!(plain(curve.points), 5.0);
    for (number, time, level, bend) in [
        (1, 0.0, -1.0, 0.0),
        (2, 0.25, 1.0, 0.4),
        (3, 0.25, 0.5, 0.0),
        (4, 3.0, 0.0, 0.0),
        (5, 0.9_f32.powi(4) * 64.0, 0.125, -1.0),
        (7, 1.0, 0.5, 0.0),
    ] {
        let point = curve.point(number);
        let got = [point.time, point.level, point.bend].map(plain);
        for (got, expected) in got.into_iter().zip([time, level, bend]) {
            assert!((got - expected).abs() < 1e-4, "{number}: {got} {expected}");
        }
    }
    assert_eq!([curve.loop_start, curve.loop_end].map(plain), [2.0, 3.0]);
    let first = CurveParams::of(1);
    assert_eq!([first.loop_start, first.loop_end].map(plain), [1.0, 4.0]);
    let again = Preset::parse(&preset.to_text()).expect("a preset");
    assert_eq!(again.patch, preset.patch);
    let written = preset.to_text();
    let head = written.split("{ normalized").next().expect("a beginning");
    let expected = text.split("{ normalized").next().expect("a beginning");
    assert!(written.starts_with(expected), "{head}");
}

#[test]
fn mistakes_in_curves_are_named_with_their_lines() {
    let head = "schema = 2\nname = \"Test\"\n";
    for (body, line, reason) in [
        ("curve = 3\n", 3, "curve: expected a table, not a number"),
        ("[curve.5]\n", 3, "curve.5: there are curves 1 to 4"),
        ("[curve.x]\n", 3, "curve.x: there are curves 1 to 4"),
        (
            "[curve]\n1 = [2]\n",
            4,
            "curve.1: expected a table, not a list",
        ),
        (
            "[curve.1]\ncolour = 3\n",
            4,
            "colour: unknown; a curve has \"points\" and \"loop\"",
        ),
        (
            "[curve.1]\npoints = 3\n",
            4,
            "expected a list of points, not a number",
        ),
        (
            "[curve.1]\npoints = [[0, 0]]\n",
            4,
            "points: a curve has 2 to 16 points, not 1",
        ),
        (
            "[curve.1]\npoints = [[0, 0],\n 5]\n",
            5,
            "expected [time, level] or [time, level, bend], not a number",
        ),
        (
            "[curve.1]\npoints = [[0, 0],\n [1]]\n",
            5,
            "point 2: expected [time, level] or [time, level, bend]",
        ),
        (
            "[curve.1]\npoints = [[0, 0],\n [1, 2]]\n",
            5,
            "curve_1_point_2_level: 2 is outside -1 to 1",
        ),
        (
            "[curve.1]\nloop = [1]\n",
            4,
            "loop: expected the numbers of two points",
        ),
        (
            "[curve.1]\nloop = [1, 2.5]\n",
            4,
            "curve_1_loop_end: 2.5 is not a whole number",
        ),
    ] {
        let error = Preset::parse(&format!("{head}{body}")).expect_err(body);
        assert_eq!((error.line, error.reason.as_str()), (line, reason));
    }
}

#[test]
fn drawn_sets_are_lists_of_partials() {
    let text = r#"schema = 2
name = "Test"

[[route]]
from = "Velocity"
to = "Partials Level"
depth = 6 # dB
partials = "Drawn 2"

[drawn.1]
partials = "1-3, 7, 12-16"

[drawn.2]
partials = "2, 17, 511-512"
"#;
    let preset = Preset::parse(text).expect("a preset");
    let mask = |number, patch: &Patch| -> Vec<usize> {
        let mask = DrawnSetParams::of(number).mask(|param| patch.plain(param));
        mask.iter().collect()
    };
    assert_eq!(mask(1, &preset.patch), [1, 2, 3, 7, 12, 13, 14, 15, 16]);
    assert_eq!(mask(2, &preset.patch), [2, 17, 511, 512]);
    assert_eq!(preset.patch.plain(RouteParams::of(1).partials), 10.0);
    assert_eq!(preset.to_text(), text);
    // As a hand may write it, and as the single parameters.
    let text = r#"schema = 2
name = "Test"
[drawn.2]
partials = """
  511 – 512, 17,
  2, 2"""
[drawn_sets]
drawn_1_partials_1 = 0b1111100001000111
"#;
    let by_hand = Preset::parse(text).expect("a preset").patch;
    for number in 1..=2 {
        assert_eq!(mask(number, &by_hand), mask(number, &preset.patch));
    }
    // Of older presets, and where a text says so, they are empty.
    for body in ["", "[drawn]\n", "[drawn.1]\n[drawn.2]\npartials = \" \"\n"] {
        let text = format!("schema = 2\nname = \"Test\"\n{body}");
        let patch = Preset::parse(&text).expect(body).patch;
        assert_eq!(patch, Patch::default(), "{body}");
    }
}

/// The steps are a list that says how many there are; steps past the last are kept as the parameters that
/// they are. The steps one by one are read as well.
#[test]
fn sequences_have_lists_of_steps() {
    let text = r#"schema = 2
name = "Test"

[sequence_2]
sequence_2_glide = 0.25
sequence_2_step_7 = 0.5

[sequence.1]
steps = [1, 0, 0.5, 0, -1, 0]

[sequence.2]
steps = [0]
"#;
    let stated = Preset::parse(text).expect("a preset");
    let plain = |param| stated.patch.plain(param);
    let [first, second] = [1, 2].map(SequenceParams::of);
    assert_eq!(plain(first.steps), 6.0);
    for (number, value) in [1.0, 0.0, 0.5, 0.0, -1.0, 0.0, 0.0].into_iter().enumerate() {
        assert_eq!(plain(first.step(number + 1)), value, "{number}");
    }
    assert_eq!([second.steps, second.step(7)].map(plain), [1.0, 0.5]);
    assert_eq!(stated.to_text(), text);
    for (schema, head) in [(1, "[sequence]"), (2, "[sequence_1]")] {
        let text = format!(
            "schema = {schema}\nname = \"Test\"\n{head}\nsequence_1_steps = 6\nsequence_1_step_1 = 1\n\
             sequence_1_step_3 = 0.5\nsequence_1_step_5 = -1\n"
        );
        let long = Preset::parse(&text).expect("a preset").patch;
        assert_eq!(long.plain(first.steps), 6.0);
        for number in 1..=SEQUENCE_STEPS {
            assert_eq!(long.plain(first.step(number)), plain(first.step(number)));
        }
    }
    // All of them, and the shortest.
    let mut patch = Patch::default();
    for number in 1..=SEQUENCE_STEPS {
        patch.set(second.step(number), number as f32 / 64.0);
    }
    for steps in [SEQUENCE_STEPS, 1, 16] {
        patch.set(second.steps, steps as f32);
        let again = Preset::parse(&preset(patch).to_text()).expect("a preset");
        assert_eq!(again.patch, patch, "{steps}");
    }
}

#[test]
fn mistakes_in_sequences_are_named_with_their_lines() {
    let head = "schema = 2\nname = \"Test\"\n";
    for (body, line, reason) in [
        (
            "sequence = 3\n",
            3,
            "sequence: expected a table, not a number",
        ),
        (
            "[sequence.3]\n",
            3,
            "sequence.3: there are sequences 1 to 2",
        ),
        (
            "[sequence.1]\nglide = 1\n",
            4,
            "glide: unknown; a sequence has \"steps\"",
        ),
        (
            "[sequence.1]\nsteps = 6\n",
            4,
            "steps: expected a list of numbers from -1 to 1, not a number",
        ),
        (
            "[sequence.1]\nsteps = []\n",
            4,
            "steps: a sequence has 1 to 32 steps, not 0",
        ),
        (
            "[sequence.1]\nsteps = [1,\n 2]\n",
            5,
            "sequence_1_step_2: 2 is outside -1 to 1",
        ),
        (
            "[sequence.2]\nsteps = [\"a\"]\n",
            4,
            "sequence_2_step_1: expected a number, not a string",
        ),
        (
            "[sequence.1]\nsteps = [1]\n[sequence_1]\nsequence_1_step_1 = 1\n",
            6,
            "sequence_1_step_1: already set in line 4",
        ),
        (
            "category = [\"a\"]\n",
            3,
            "category: expected a string, not a list",
        ),
    ] {
        let error = Preset::parse(&format!("{head}{body}")).expect_err(body);
        assert_eq!((error.line, error.reason.as_str()), (line, reason));
    }
    let many = format!(
        "{head}[sequence.1]\nsteps = [{}0]\n",
        "0, ".repeat(SEQUENCE_STEPS)
    );
    let error = Preset::parse(&many).expect_err("33 steps");
    assert_eq!(error.reason, "steps: a sequence has 1 to 32 steps, not 33");
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
    // Those of the program's own are of few.
    let categories: HashSet<String> = parsed().into_iter().map(|p| p.category).collect();
    assert!((8..=14).contains(&categories.len()), "{categories:?}");
    assert!(!categories.contains(""));
}

#[test]
fn the_drawn_spectrum_is_two_lists() {
    let text = r#"schema = 2
name = "Test"

[spectra]
body_a = "Drawn"
colour_a = "Drawn"

[drawn_spectrum]
ratios = [1, 2.76, 3, 5.4] # over the note's frequency
levels = [0, -6, -72] # dB
"#;
    let preset = Preset::parse(text).expect("a preset");
    let plain = |param: Param| preset.patch.plain(param);
    assert!((plain(Param::drawn_ratio(2)) - 2.76).abs() < 1e-4);
    assert!((plain(Param::drawn_ratio(4)) - 5.4).abs() < 1e-4);
    assert!((plain(Param::drawn_ratio(5)) - 5.0).abs() < 1e-4);
    assert!((plain(Param::drawn_level(3)) + 72.0).abs() < 1e-4);
    assert_eq!(plain(Param::drawn_level(4)), 0.0);
    assert_eq!(preset.to_text(), text);
    let head = "schema = 2\nname = \"Test\"\n[drawn_spectrum]\n";
    let many = vec!["1"; 513].join(", ");
    for (body, line, word) in [
        ("ratios = 1".to_owned(), 4, "list of numbers"),
        ("levels = [0,\n\"x\"]".to_owned(), 5, "a string"),
        ("ratios = [0]".to_owned(), 4, "outside 0.0625"),
        ("levels = [0, 30]".to_owned(), 4, "outside -72"),
        ("pans = [0]".to_owned(), 4, "\"ratios\""),
        (format!("levels = [{many}]"), 4, "512 partials, not 513"),
    ] {
        let error = Preset::parse(&format!("{head}{body}")).expect_err(&body);
        assert_eq!(error.line, line, "{body}: {}", error.reason);
        assert!(error.reason.contains(word), "{body}: {}", error.reason);
    }
}

#[test]
fn mistakes_in_drawn_sets_are_named_with_their_lines() {
    let head = "schema = 2\nname = \"Test\"\n";
    let partials = |text: &str| format!("[drawn.1]\n\npartials = \"{text}\"\n");
    let cases = [
        ("drawn = 3\n", 3, "drawn: expected a table, not a number"),
        ("[drawn.3]\n", 3, "drawn.3: there are drawn sets 1 to 2"),
        ("[drawn.0]\n", 3, "drawn.0: there are drawn sets 1 to 2"),
        ("[drawn.x]\n", 3, "drawn.x: there are drawn sets 1 to 2"),
        (
            "[drawn]\n1 = \"1-3\"\n",
            4,
            "drawn.1: expected a table, not a string",
        ),
        (
            "[drawn.2]\ncolour = 3\n",
            4,
            "colour: unknown; a drawn set has \"partials\"",
        ),
        (
            "[drawn.2]\npartials = [1, 2]\n",
            4,
            "partials: expected a string such as \"1-3, 7\", not a list",
        ),
        (
            "[drawn.2]\npartials = 7\n",
            4,
            "partials: expected a string such as \"1-3, 7\", not a number",
        ),
        (
            "[drawn.1]\npartials = \"7\"\n[x]\ndrawn_1_partials_17 = 1\n",
            6,
            "drawn_1_partials_17: already set in line 4",
        ),
        (
            "[x]\ndrawn_1_partials_17 = 65536\n",
            4,
            "drawn_1_partials_17: 65536 is outside 0 to 65535",
        ),
    ];
    let of_lists = [
        ("1,,2", "a number is missing"),
        ("1-", "a number is missing"),
        ("1-3, odd", "\"odd\" is not the number of a partial"),
        ("1 3", "\"1 3\" is not the number of a partial"),
        ("0-3", "0 is outside 1 to 512"),
        ("1, 513", "513 is outside 1 to 512"),
        ("12-7", "the range 12-7 goes down"),
    ]
    .map(|(text, reason)| (partials(text), 5, format!("partials: {reason}")));
    let cases = cases.map(|(body, line, reason)| (body.to_owned(), line, reason.to_owned()));
    for (body, line, reason) in cases.into_iter().chain(of_lists) {
        let error = Preset::parse(&format!("{head}{body}")).expect_err(&body);
        assert_eq!((error.line, error.reason), (line, reason), "{body}");
    }
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

/// A normalised value: usually any, sometimes an end of the range, next to the default, or tiny.
fn normalized_value() -> impl Strategy<Value = f32> {
    prop_oneof![
        6 => 0.0f32..=1.0,
        1 => Just(0.0f32),
        1 => Just(1.0f32),
        1 => Just(0.5f32),
        1 => (0u32..=0x3F80_0000).prop_map(f32::from_bits),
    ]
}

/// A continuous parameter and a number of one to four digits within its range, none of them finer
/// than 1/100,000 of the range where its steps are equal or nearly so.
fn written_number() -> impl Strategy<Value = (Param, f64)> {
    let continuous: Vec<Param> = Param::all()
        .filter(|param| param.range().steps().is_none())
        .collect();
    let param = prop::sample::select(continuous);
    (param, 0.0f32..=1.0, 0usize..4).prop_map(|(param, x, decimals)| {
        let range = param.range();
        // As somebody writes them, not as they are stored.
        let (min, max) = range.ends();
        let [min, max] = [min, max].map(|end| end.to_string().parse::<f64>().expect("a number"));
        let plain = range.plain_precise(x);
        let number: f64 = format!("{plain:.decimals$e}").parse().expect("a number");
        let step = match range {
            Range::Linear { .. } | Range::SignedSquare { .. } => {
                10f64.powf((1e-5 * max.max(-min)).log10().ceil())
            }
            _ => return (param, number.clamp(min, max)),
        };
        let places = (-step.log10()).round().max(0.0) as usize;
        let number = format!("{number:.places$}")
            .parse::<f64>()
            .expect("a number");
        (param, number.clamp(min, max))
    })
}

/// The number that a preset's text gives for a parameter; its default where it gives none.
fn number_in(text: &str, param: Param) -> f64 {
    let row = param.row();
    let in_list = number_in_points(text, row.id)
        .or_else(|| number_in_steps(text, row.id))
        .or_else(|| number_drawn(text, row.id));
    if let Some(number) = in_list {
        return number;
    }
    // A route has keys of its own.
    let key = match row.group {
        Group::Routes => row.id.rsplit('_').next().unwrap_or(row.id),
        _ => row.id,
    };
    let start = format!("{key} = ");
    let line = text.lines().find_map(|line| line.strip_prefix(&start));
    match line.and_then(|line| line.split(" # ").next()) {
        Some(number) => number.parse().unwrap_or(f64::NAN),
        None => format!("{}", param.row().default)
            .parse()
            .expect("a number"),
    }
}

/// The number that a text has for the parameter of a curve's point in its list of points.
fn number_in_points(text: &str, id: &str) -> Option<f64> {
    let (curve, point) = id.strip_prefix("curve_")?.split_once("_point_")?;
    let (number, part) = point.split_once('_')?;
    let place = ["time", "level", "bend"]
        .iter()
        .position(|&of| of == part)?;
    let table: toml::Table = text.parse().expect("TOML");
    let points = table.get("curve")?.get(curve)?.get("points")?;
    let point = points.get(number.parse::<usize>().ok()? - 1)?;
    // Without a bend it is 0.
    let number = point.get(place).map_or(Some(0.0), |number| {
        let whole = number.as_integer().map(|number| number as f64);
        number.as_float().or(whole)
    });
    Some(number.unwrap_or(f64::NAN))
}

/// The number that a text has for the step of a sequence in its list of steps.
fn number_in_steps(text: &str, id: &str) -> Option<f64> {
    let (sequence, step) = id.strip_prefix("sequence_")?.split_once("_step_")?;
    let table: toml::Table = text.parse().expect("TOML");
    let steps = table.get("sequence")?.get(sequence)?.get("steps")?;
    let number = steps.get(step.parse::<usize>().ok()? - 1)?;
    let whole = number.as_integer().map(|number| number as f64);
    Some(number.as_float().or(whole).unwrap_or(f64::NAN))
}

/// The number that a text has for the ratio or the level of a partial in its drawn spectrum.
fn number_drawn(text: &str, id: &str) -> Option<f64> {
    let lists = [("drawn_ratio_", "ratios"), ("drawn_level_", "levels")];
    let (list, n) = lists
        .iter()
        .find_map(|(start, list)| Some((list, id.strip_prefix(start)?)))?;
    let table: toml::Table = text.parse().expect("TOML");
    let number = table.get("drawn_spectrum")?.get(list)?;
    let number = number.get(n.parse::<usize>().ok()? - 1)?;
    let whole = number.as_integer().map(|number| number as f64);
    Some(number.as_float().or(whole).unwrap_or(f64::NAN))
}

#[test]
fn zero_is_written_as_zero() {
    for param in Param::all().filter(|param| param.range().steps().is_none()) {
        let (min, max) = param.range().ends();
        if min > 0.0 || max < 0.0 {
            continue;
        }
        let mut patch = Patch::default();
        patch.set(param, 0.0);
        let text = preset(patch).to_text();
        assert_eq!(number_in(&text, param), 0.0, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_patch_is_written_and_parsed_to_the_same_bits(
        values in prop::collection::vec(normalized_value(), Param::COUNT),
        name in "[^\u{0}]{0,20}x",
        description in ".*",
        macro_name in ".*",
    ) {
        let mut patch = Patch::default();
        for (param, value) in Param::all().zip(&values) {
            patch.set_normalized(param, *value);
        }
        // Presets do not contain them.
        for param in Param::all().filter(|param| param.is_machine_setting()) {
            patch.set(param, param.row().default);
        }
        let mut macro_names = MacroNames::default();
        macro_names.set(3, &macro_name);
        let preset = Preset { name, description, macro_names, ..preset(patch) };
        let text = preset.to_text();
        let back = Preset::parse(&text).map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        prop_assert_eq!(&back.name, &preset.name);
        prop_assert_eq!(&back.description, &preset.description);
        prop_assert_eq!(&back.macro_names, &preset.macro_names);
        for param in Param::all() {
            let id = param.row().id;
            if param.range().steps().is_some() {
                prop_assert_eq!(back.patch.plain(param), patch.plain(param), "{}", id);
            } else {
                let bits = (back.patch.normalized(param).to_bits(), patch.normalized(param).to_bits());
                prop_assert_eq!(bits.0, bits.1, "{}", id);
            }
        }
    }

    #[test]
    fn numbers_stay_as_they_were_written(
        numbers in prop::collection::vec(written_number(), 100),
    ) {
        for (param, number) in numbers {
            let id = param.row().id;
            let text = format!("schema = 1\nname = \"x\"\n[x]\n{id} = {number:?}\n");
            let parsed = Preset::parse(&text)
                .map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
            prop_assert_eq!(number_in(&parsed.to_text(), param), number, "{}", id);
        }
    }

    #[test]
    fn damaged_texts_never_panic(
        which in 0..starting_presets().len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<char>()), 1..8),
    ) {
        let mut characters: Vec<char> = starting_presets()[which].text.chars().collect();
        for (place, character) in damage {
            let place = place.index(characters.len());
            characters[place] = character;
        }
        let text: String = characters.into_iter().collect();
        if let Err(error) = Preset::parse(&text) {
            prop_assert!(error.line >= 1 && error.line <= 1 + text.matches('\n').count());
        }
    }
}
