//! What a preset's text has as lists: routes, curves, sequences, drawn sets and drawn spectra.

use super::*;

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
    // They are empty in older presets, and where a text says so.
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
    for spectrum in 0..SPECTRA {
        let (ratio, level) = (
            |n| plain(Param::drawn_ratio(spectrum, n)),
            |n| plain(Param::drawn_level(spectrum, n)),
        );
        assert!((ratio(2) - 2.76).abs() < 1e-4);
        assert!((ratio(4) - 5.4).abs() < 1e-4);
        assert!((ratio(5) - 5.0).abs() < 1e-4);
        assert!((level(3) + 72.0).abs() < 1e-4);
        assert_eq!(level(4), 0.0);
    }
    assert_eq!(preset.to_text(), text);
}

#[test]
fn each_spectrum_has_lists_of_its_own() {
    let text = r#"schema = 2
name = "Test"

[spectra]
body_a = "Drawn"
body_b = "Drawn"
colour_d = "Drawn"

[drawn_spectrum]
levels = [0, -6, -72] # dB

[drawn_spectrum.a]
ratios = [1, 2.76] # over the note's frequency

[drawn_spectrum.b]
ratios = [1, 2, 3.5] # over the note's frequency
"#;
    let preset = Preset::parse(text).expect("a preset");
    let plain = |param: Param| preset.patch.plain(param);
    let ratios = |n| [0, 1, 2, 3].map(|spectrum| plain(Param::drawn_ratio(spectrum, n)));
    for (n, expected) in [(2, [2.76, 2.0, 2.0, 2.0]), (3, [3.0, 3.5, 3.0, 3.0])] {
        for (found, expected) in ratios(n).into_iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{n}: {found}");
        }
    }
    for spectrum in 0..SPECTRA {
        assert!((plain(Param::drawn_level(spectrum, 2)) + 6.0).abs() < 1e-4);
    }
    assert_eq!(preset.to_text(), text);
    // A spectrum's own list takes the place of all of that of all spectra.
    let own = text.to_owned() + "\n[drawn_spectrum.d]\nlevels = [-3] # dB\n";
    let preset = Preset::parse(&own).expect("a preset");
    let levels = |n| [2, 3].map(|spectrum| preset.patch.plain(Param::drawn_level(spectrum, n)));
    assert!((levels(1)[1] + 3.0).abs() < 1e-4 && levels(2)[1] == 0.0);
    assert!(levels(1)[0] == 0.0 && (levels(2)[0] + 6.0).abs() < 1e-4);
    let written = preset.to_text();
    assert!(!written.contains("[drawn_spectrum]"), "{written}");
    let again = Preset::parse(&written).expect("a preset");
    assert_eq!(again.patch, preset.patch);
}

/// While there was one drawing for all spectra, its parameters could stand in any group, too.
#[test]
fn ids_of_the_one_drawing_mean_all_spectra() {
    let text = "schema = 2\nname = \"Test\"\n[x]\ndrawn_ratio_2 = 2.5\ndrawn_level_512 = -9\n";
    let patch = Preset::parse(text).expect("a preset").patch;
    for spectrum in 0..SPECTRA {
        assert!((patch.plain(Param::drawn_ratio(spectrum, 2)) - 2.5).abs() < 1e-4);
        assert!((patch.plain(Param::drawn_level(spectrum, 512)) + 9.0).abs() < 1e-4);
    }
    for id in [
        "drawn_ratio_0",
        "drawn_ratio_02",
        "drawn_level_513",
        "drawn_pan_1",
    ] {
        let text = text.replace("drawn_ratio_2", id);
        let error = Preset::parse(&text).expect_err(id);
        assert_eq!(
            (error.line, error.reason),
            (4, format!("{id}: unknown parameter"))
        );
    }
}

#[test]
fn mistakes_in_drawn_spectra_are_named_with_their_lines() {
    let head = "schema = 2\nname = \"Test\"\n[drawn_spectrum]\n";
    let many = vec!["1"; 513].join(", ");
    for (body, line, word) in [
        (
            "ratios = 1".to_owned(),
            4,
            "ratios: expected a list of numbers, not",
        ),
        ("levels = [0,\n\"x\"]".to_owned(), 5, "a string"),
        (
            "ratios = [0]".to_owned(),
            4,
            "drawn_spectrum: number 1 of ratios: 0 is outside 0.0625",
        ),
        (
            "levels = [0,\n\n30]".to_owned(),
            6,
            "drawn_spectrum: number 2 of levels: 30 is outside -72",
        ),
        (
            "levels = [0]\n[x]\ndrawn_level_1 = -3".to_owned(),
            6,
            "drawn_level_1: already set in line 4",
        ),
        (
            "levels = [0]\n[x]\ndrawn_d_level_1 = -3".to_owned(),
            6,
            "drawn_d_level_1: already set in line 4",
        ),
        ("pans = [0]".to_owned(), 4, "\"ratios\""),
        (format!("levels = [{many}]"), 4, "512 partials, not 513"),
        ("b = [0]".to_owned(), 4, "expected a table"),
        ("[drawn_spectrum.e]".to_owned(), 4, "\"a\" to \"d\""),
        (
            "[drawn_spectrum.b]\npans = [0]".to_owned(),
            5,
            "drawn_spectrum.b has",
        ),
        (
            "[drawn_spectrum.c]\nratios = [1,\n0]".to_owned(),
            6,
            "drawn_spectrum.c: number 2 of ratios: 0 is outside",
        ),
        (
            format!("[drawn_spectrum.d]\nlevels = [{many}]"),
            5,
            "512 partials, not 513",
        ),
    ] {
        let error = Preset::parse(&format!("{head}{body}")).expect_err(&body);
        assert_eq!(error.line, line, "{body}: {}", error.reason);
        assert!(error.reason.contains(word), "{body}: {}", error.reason);
        // No text here has the id of a parameter of spectrum A.
        assert!(!error.reason.contains("drawn_a_"), "{}", error.reason);
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
