//! Any patch and any number, written and read.

use super::*;

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

/// The number that a text has for the ratio or the level of a partial that is drawn in one spectrum.
fn number_drawn(text: &str, id: &str) -> Option<f64> {
    let (spectrum, part) = id.strip_prefix("drawn_")?.split_once('_')?;
    let lists = [("ratio_", "ratios"), ("level_", "levels")];
    let (list, n) = lists
        .iter()
        .find_map(|(start, list)| Some((list, part.strip_prefix(start)?)))?;
    let table: toml::Table = text.parse().expect("TOML");
    let number = table.get("drawn_spectrum")?.get(spectrum)?.get(list)?;
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
