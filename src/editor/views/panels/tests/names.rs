//! What is written on the panels.

use super::*;

/// Everything that is written in a window.
fn texts(harness: &WindowHarness) -> Vec<std::sync::Arc<egui::Galley>> {
    fn collect(shape: &egui::Shape, found: &mut Vec<std::sync::Arc<egui::Galley>>) {
        match shape {
            egui::Shape::Text(text) => found.push(text.galley.clone()),
            egui::Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect(shape, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for shape in &harness.output().shapes {
        collect(&shape.shape, &mut found);
    }
    found
}

#[test]
fn no_name_of_a_control_is_cut_short() {
    let names: HashSet<&str> = rows().iter().map(|row| row.short).collect();
    let (mut seen, mut cut) = (HashSet::new(), Vec::new());
    for size in [SMALL, vec2(1_120.0, 700.0), LARGE] {
        let mut harness = window(size);
        for tab in tab_names(&mut harness) {
            show_tab(&mut harness, &tab);
            for galley in texts(&harness)
                .iter()
                .filter(|text| names.contains(text.text()))
            {
                seen.insert(galley.text().to_owned());
                if galley.elided {
                    cut.push((size, galley.text().to_owned()));
                }
            }
        }
    }
    assert!(cut.is_empty(), "{cut:?}");
    // Controls that are named by what they choose.
    let lfos = (1..=LFOS).map(|number| LfoParams::of(number).shape);
    // The ends of a loop are brackets.
    let loops = (1..=CURVES).map(CurveParams::of);
    let loops = loops.flat_map(|curve| [curve.loop_start, curve.loop_end]);
    // The spectra are named by their cards.
    let spectra = SpectrumParams::ALL
        .into_iter()
        .flat_map(|of| [of.body, of.colour, of.tilt, of.odd_even])
        .chain([Param::MORPH_X, Param::MORPH_Y]);
    let filters = [Param::FILTER_TYPE, Param::FILTER_2_TYPE];
    let unnamed: Vec<Param> = lfos.chain(filters).chain(loops).chain(spectra).collect();
    for param in with_controls().filter(|param| !unnamed.contains(param)) {
        let row = param.row();
        let is_macros_own = row.group == Group::Macros && row.short != row.name;
        // A step has its number alone.
        let is_numbered = row.short.starts_with("Step ");
        assert!(
            is_macros_own || is_numbered || seen.contains(row.short),
            "{}",
            row.name
        );
    }
}

/// The name under a control is the parameter's name or is made of the beginnings of its words and of
/// its group's, so that it can be found again in the manual, in hosts and among the macros' targets.
#[test]
fn short_names_are_made_of_the_words_of_the_names() {
    for param in with_controls() {
        let row = param.row();
        let words: Vec<String> = row
            .name
            .split(' ')
            .chain(row.group.name().split(' '))
            .map(str::to_lowercase)
            .collect();
        for short in row.short.split(' ') {
            let short = short.trim_end_matches('.').to_lowercase();
            let is_beginning = words.iter().any(|word| word.starts_with(&short));
            assert!(is_beginning, "{short:?} of {:?}", row.name);
        }
    }
}

#[test]
fn no_name_under_a_control_is_cut_short() {
    for size in [SMALL, LARGE] {
        let mut harness = window(size);
        for tab in tab_names(&mut harness) {
            show_tab(&mut harness, &tab);
            let written = texts(&harness);
            let cut: Vec<&str> = written
                .iter()
                .filter(|galley| galley.elided)
                .map(|galley| galley.text())
                .filter(|text| with_controls().any(|param| param.row().short == *text))
                .collect();
            assert!(cut.is_empty(), "{size:?}, {tab}: {cut:?}");
        }
    }
}

/// Minus signs are U+2212, and a whole number has no decimals.
#[test]
fn numbers_are_written_in_one_way() {
    let mut numbers = Vec::new();
    // The wider one has all keys.
    for size in [LARGE, vec2(2_560.0, 1_440.0)] {
        let mut harness = window(size);
        for _ in 0..10 {
            harness.get_by_label("Octave down").click();
            harness.run_steps(1);
        }
        for tab in tab_names(&mut harness) {
            show_tab(&mut harness, &tab);
            let written = texts(&harness);
            numbers.extend(written.iter().map(|galley| galley.text().to_owned()));
        }
    }
    for text in &numbers {
        let hyphen = text
            .split_once('-')
            .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()));
        assert!(!hyphen, "{text:?}");
    }
    let is_there = |wanted: &str| numbers.iter().any(|text| text == wanted);
    assert!(
        is_there("−6 dB/oct") && is_there("C−1") && is_there("0 ct") && !is_there("0.00 ct"),
        "{numbers:?}"
    );
}
