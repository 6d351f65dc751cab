use std::collections::HashSet;

use super::layout::{Group, KNOBS, Page};
use super::*;
use crate::dsp::lfo::LfoShape;
use crate::synth::assigner::{PlayMode, Priority};
use crate::synth::modulation::curves::CurveMode;
use crate::synth::modulation::fan::{FanOrder, PartialSet};
use crate::synth::modulation::glide::GlideMode;
use crate::synth::modulation::lfo::{LfoCycle, Trigger};
use crate::synth::modulation::slide::SlideMode;
use crate::synth::partials::motion::OnsetPhases;
use crate::synth::partials::stages::filter::FilterType;
use crate::synth::patch::{Patch, Values};

#[test]
fn numbered_parameters_are_the_rows_that_they_name() {
    for n in 1..=EDITABLE_PARTIALS {
        assert_eq!(
            Param::partial_level(n).row().id,
            format!("partial_{n}_level")
        );
        assert_eq!(Param::partial_tune(n).row().id, format!("partial_{n}_tune"));
        assert_eq!(Param::partial_pan(n).row().id, format!("partial_{n}_pan"));
        let name = format!("Partial {n} Pan");
        assert_eq!(Param::partial_pan(n).row().name, name);
    }
    for n in 1..=LFOS {
        let id = |name| match n {
            1 => format!("lfo_{name}"),
            _ => format!("lfo_{n}_{name}"),
        };
        assert_eq!(LfoParams::of(n).shape.row().id, id("shape"));
        assert_eq!(LfoParams::of(n).fan_order.row().id, id("fan_order"));
        let name = format!("LFO {n} Fan Rate");
        assert_eq!(LfoParams::of(n).fan_rate.row().name, name);
    }
    for n in 1..=ROUTES {
        assert_eq!(
            RouteParams::of(n).depth.row().id,
            format!("route_{n}_depth")
        );
        assert_eq!(
            RouteParams::of(n).bypass.row().id,
            format!("route_{n}_bypass")
        );
    }
    for n in 1..=MACROS {
        assert_eq!(Param::macro_value(n).row().id, format!("macro_{n}"));
        assert_eq!(Param::macro_target(n).row().id, format!("macro_{n}_target"));
        assert_eq!(Param::macro_amount(n).row().id, format!("macro_{n}_amount"));
    }
    for (spectrum, name) in SpectrumParams::ALL.iter().zip(SpectrumParams::NAMES) {
        let names = [spectrum.body, spectrum.colour].map(|param| param.row().name);
        assert_eq!(names, [format!("Body {name}"), format!("Colour {name}")]);
        let names = [spectrum.tilt, spectrum.odd_even].map(|param| param.row().name);
        match name {
            "A" => assert_eq!(names, ["Tilt", "Odd Even Balance"]),
            _ => assert_eq!(names, [format!("Tilt {name}"), format!("Odd Even {name}")]),
        }
    }
    for number in 1..=DRAWN_SETS {
        let set = DrawnSetParams::of(number);
        for (place, param) in set.params().enumerate() {
            let (first, last) = (1 + 16 * place, 16 + 16 * place);
            let row = param.row();
            assert_eq!(row.id, format!("drawn_{number}_partials_{first}"));
            let partials = format!("partials {first} to {last} are in drawn set {number}:");
            assert!(row.help.contains(&partials), "{}", row.help);
            assert_eq!([first, last].map(|n| set.param_of(n)), [param; 2]);
        }
        assert_eq!(set.params().count(), 32);
    }
    assert_eq!(Param::TILT.row().id, "tilt");
    assert_eq!(Param::THREADS.row().id, "threads");
    for param in Param::all() {
        assert_eq!(Param::from_id(param.row().id), Some(param));
        assert_eq!(Param::from_index(param.index()), Some(param));
    }
    assert_eq!(Param::from_index(Param::COUNT), None);
}

/// No bit of a drawn set is lost or moved on its way through a patch, and no other set has it.
#[test]
fn drawn_sets_are_as_they_were_drawn() {
    let odd: PartialMask = (1..=MAX_PARTIALS).step_by(2).collect();
    let single = (1..=MAX_PARTIALS).map(|n| [n].into_iter().collect());
    for mask in single.chain([PartialMask::EMPTY, PartialMask::ALL, odd]) {
        for number in 1..=DRAWN_SETS {
            let mut patch = Patch::default();
            for (param, plain) in DrawnSetParams::of(number).values(&mask) {
                patch.set(param, plain);
            }
            let values = Values::new(&patch);
            for other in 1..=DRAWN_SETS {
                let found = DrawnSetParams::of(other).mask(|param| values.get(param));
                let expected = if other == number {
                    mask
                } else {
                    PartialMask::EMPTY
                };
                assert_eq!(found, expected, "{other}");
            }
        }
    }
}

#[test]
fn ids_names_and_helps_are_unique() {
    for text in [
        |row: &Row| row.id,
        |row: &Row| row.name,
        |row: &Row| row.help,
    ] {
        let texts: HashSet<_> = rows().iter().map(text).collect();
        assert_eq!(texts.len(), Param::COUNT);
    }
}

#[test]
fn every_help_is_one_sentence_that_fits_the_help_line() {
    for row in rows() {
        let help = row.help;
        assert!(
            help.ends_with('.') && help.len() > 15,
            "{}: {help:?}",
            row.id
        );
        // Beside the name and the value in a window of 800 points.
        assert!(help.chars().count() <= 90, "{}: {help:?}", row.id);
    }
}

/// A short name has the name's own words, in their order; an abbreviation is the beginning of one,
/// with a full stop.
#[test]
fn short_names_are_the_names_abbreviated() {
    for row in rows() {
        let mut words = row.name.split(' ');
        for short in row.short.split(' ') {
            let is_of = |word: &str| match short.strip_suffix('.') {
                Some(beginning) => beginning.len() >= 3 && word.starts_with(beginning),
                None => word == short,
            };
            assert!(words.any(is_of), "{}: {:?}", row.id, row.short);
        }
        assert!(row.short.len() <= row.name.len());
    }
}

#[test]
fn hosts_see_every_parameter_once_and_pages_are_full() {
    let hosted: HashSet<_> = Param::hosted().collect();
    let unhosted: HashSet<Param> = Param::all()
        .filter(|param| !hosted.contains(param))
        .collect();
    let mut structure: HashSet<Param> = (1..=MACROS).map(Param::macro_target).collect();
    structure.extend((1..=LFOS).map(|number| LfoParams::of(number).fan_order));
    structure.extend([Param::AMP_FAN_ORDER, Param::FILTER_FAN_ORDER]);
    structure.insert(Param::KEEP_LOUDNESS);
    for sequence in (1..=SEQUENCES).map(SequenceParams::of) {
        structure.insert(sequence.fan_order);
        structure.extend((1..=SEQUENCE_STEPS).map(|number| sequence.step(number)));
    }
    for curve in (1..=CURVES).map(CurveParams::of) {
        structure.extend([
            curve.fan_order,
            curve.points,
            curve.loop_start,
            curve.loop_end,
        ]);
        structure.extend((1..=CURVE_POINTS).flat_map(|number| {
            let CurvePointParams { time, level, bend } = curve.point(number);
            [time, level, bend]
        }));
    }
    for route in (1..=ROUTES).map(RouteParams::of) {
        let RouteParams {
            depth: _,
            from,
            via,
            to,
            bend,
            partials,
            bypass,
        } = route;
        structure.extend([from, via, to, bend, partials, bypass]);
    }
    for number in 1..=DRAWN_SETS {
        structure.extend(DrawnSetParams::of(number).params());
    }
    for spectrum in 0..SPECTRA {
        structure.extend((1..=MAX_PARTIALS).map(|n| Param::drawn_ratio(spectrum, n)));
        structure.extend((1..=MAX_PARTIALS).map(|n| Param::drawn_level(spectrum, n)));
    }
    assert_eq!(unhosted, structure);
    assert!(unhosted.iter().all(|param| !param.is_hosted()));
    assert_eq!(hosted.len(), Param::hosted().count());
    let order: Vec<Param> = Param::hosted().collect();
    for (page, bank) in Page::FIRST.into_iter().zip(order.chunks(KNOBS)) {
        for param in bank {
            assert_eq!(param.row().page, Some(page), "{}", param.row().id);
        }
    }
    let pages: HashSet<_> = Page::ALL.into_iter().collect();
    assert_eq!(pages.len(), Page::ALL.len());
    for row in rows() {
        assert!(row.page.is_none_or(|page| pages.contains(&page)));
    }
    // What a section holds stands together.
    let mut sections: Vec<_> = Page::ALL.iter().map(|page| page.section()).collect();
    sections.dedup();
    let distinct: HashSet<_> = sections.iter().collect();
    assert_eq!(distinct.len(), sections.len());
}

#[test]
fn machine_settings_are_on_no_page_and_nobody_modulates_them() {
    let machine: Vec<Param> = Param::all().filter(|p| p.is_machine_setting()).collect();
    assert_eq!(machine, [Param::VOICES, Param::THREADS]);
    for param in machine {
        assert!(param.row().page.is_none() && !param.is_polyphonic());
    }
    let performance: Vec<Param> = Param::all()
        .filter(|p| p.is_performance_setting())
        .collect();
    assert_eq!(
        performance,
        [
            Param::BEND_RANGE,
            Param::MPE,
            Param::MPE_BEND_RANGE,
            Param::TUNING,
            Param::A4,
            Param::REFERENCE_KEY,
            Param::ROOT_KEY,
            Param::BEND_IN,
            Param::RETUNE,
            Param::CHANNEL_PERIODS,
        ]
    );
}

#[test]
fn labels_mean_what_they_name() {
    let labels = |param: Param| param.range().labels().expect("a choice");
    assert_eq!(labels(Param::macro_target(1))[0], "None");
    for (label, target) in labels(Param::macro_target(8))[1..]
        .iter()
        .zip(MACRO_TARGETS)
    {
        assert_eq!(*label, target.row().name);
        // A macro offsets normalised values. A stepped one has nothing in between.
        assert_eq!(target.range().steps(), None, "{label}");
    }
    assert_eq!(
        labels(Param::macro_target(1)).len(),
        MACRO_TARGETS.len() + 1
    );
    assert_eq!(labels(Param::LFO_DIVISION).len(), LFO_DIVISIONS_BEATS.len());
    for (index, label) in labels(Param::THREADS).iter().enumerate().skip(2) {
        let number = label.parse().expect("a number");
        assert_eq!(Threads::from_index(index), Threads::Number(number));
    }
}

/// Each label has a meaning of its own: one that is added needs a variant and its place in `from_index`.
#[test]
fn choices_have_as_many_meanings_as_labels() {
    fn meanings<T: PartialEq>(param: Param, from_index: impl Fn(usize) -> T) {
        let labels = param.range().labels().expect("a choice");
        for (index, label) in labels.iter().enumerate() {
            let before = (0..index).find(|&before| from_index(before) == from_index(index));
            assert_eq!(before, None, "'{label}' has no meaning of its own");
        }
    }
    meanings(Param::LFO_SHAPE, |index| {
        let mut patch = Patch::default();
        for number in 1..=CURVES {
            patch.set(CurveParams::of(number).point(1).level, 0.1 * number as f32);
        }
        patch.set(Param::LFO_SHAPE, index as f32);
        LfoCycle::read(&Values::new(&patch), 1)
    });
    meanings(CurveParams::of(4).mode, CurveMode::from_index);
    meanings(Param::PLAY_MODE, PlayMode::from_index);
    meanings(Param::PRIORITY, Priority::from_index);
    meanings(Param::GLIDE_MODE, GlideMode::from_index);
    meanings(LfoParams::of(4).fan_order, FanOrder::from_index);
    meanings(RouteParams::of(24).partials, PartialSet::from_index);
    meanings(LfoParams::of(3).trigger, Trigger::from_index);
    meanings(Param::SLIDE_MODE, SlideMode::from_index);
    meanings(Param::FILTER_TYPE, FilterType::from_index);
    meanings(Param::PHASES, OnsetPhases::from_index);
}

/// Saved values and automation hold the index. Twelve shapes had theirs before the curves.
#[test]
fn what_an_lfo_follows_keeps_its_index() {
    let labels = Param::LFO_SHAPE.range().labels().expect("a choice");
    for (number, shape) in (1..).zip(LfoShape::ALL) {
        let before = number - 1;
        let index = if number <= 12 {
            before
        } else {
            before + CURVES
        };
        assert_eq!(LfoCourse::Shape(shape).index(), index, "{shape:?}");
        assert_eq!(LfoCourse::from_index(index), LfoCourse::Shape(shape));
    }
    for number in 1..=CURVES {
        let index = 11 + number;
        assert_eq!(LfoCourse::from_index(index), LfoCourse::Curve(number));
        assert_eq!(LfoCourse::Curve(number).index(), index);
        assert_eq!(labels[index], format!("Curve {number}"));
    }
    assert_eq!(labels.len(), LfoShape::ALL.len() + CURVES);
}

#[test]
fn former_labels_mean_what_they_meant() {
    for row in rows() {
        for (former, label) in row.former_labels {
            let labels = row.range.labels().expect("labels");
            assert!(!labels.contains(former), "{}: {former}", row.id);
            let index = labels.iter().position(|l| l == label).expect("a label");
            assert_eq!(row.plain_of_label(former), Some(index as f32));
        }
    }
    assert_eq!(Param::macro_target(3).parse("level"), Some(26.0));
    assert_eq!(Param::macro_target(3).parse("LFO Rate"), Some(21.0));
}

#[test]
fn what_is_shown_as_whole_is_read_as_whole() {
    for (plain, shown) in [
        (1.0, "1 st"),
        (1.0031, "1 st"),
        (-0.001, "0 st"),
        (1.25, "1.25 st"),
    ] {
        assert_eq!(Param::COARSE.text(plain), shown);
        let read = Param::COARSE
            .parse(shown)
            .map(|read| Param::COARSE.text(read));
        assert_eq!(read.as_deref(), Some(shown));
    }
}

#[test]
fn every_parameter_survives_text_and_normalisation() {
    for param in Param::all() {
        let row = param.row();
        let default = param.range().plain(param.default_normalized());
        assert!(
            (default - row.default).abs() <= 1e-4 * row.default.abs().max(1e-3),
            "{}: {default}",
            row.id
        );
        for step in 0..=100 {
            let plain = param.range().plain(step as f32 / 100.0);
            let text = param.text(plain);
            let back = param
                .parse(&text)
                .unwrap_or_else(|| panic!("{}: {text:?} means nothing", row.id));
            assert_eq!(param.text(back), text, "{}", row.id);
        }
        assert_eq!(param.parse("nonsense"), None, "{}", row.id);
    }
}

#[test]
fn every_parameter_of_a_route_leads_to_its_route() {
    for number in 1..=ROUTES {
        let route = RouteParams::of(number);
        let prefix = format!("Route {number} ");
        for param in Param::all().filter(|param| param.row().name.starts_with(&prefix)) {
            let found = RouteParams::of_param(param).expect("a route");
            assert_eq!(found.depth, route.depth, "{}", param.row().name);
            let number_of_depth = (param == route.depth).then_some(number);
            assert_eq!(RouteParams::number_of_depth(param), number_of_depth);
        }
    }
    let of_routes = Param::all().filter(|param| RouteParams::of_param(*param).is_some());
    let of_group = rows().iter().filter(|row| row.group == Group::Routes);
    assert_eq!(of_routes.count(), of_group.count());
}
