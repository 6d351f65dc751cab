use super::host_param::suffix;
use super::*;
use crate::state::Preset;
use crate::synth::parameter::{RouteParams, rows};

fn modulate(params: &HostParams, param: Param, offset: f32) {
    let ptr = params
        .get(param)
        .and_then(HostParam::as_ptr)
        .expect("hosts see it");
    // SAFETY: the pointer leads into `params`, which outlives the call.
    unsafe { ptr._internal_modulate_value(offset) };
}

#[test]
fn a_new_instance_is_the_default_patch() {
    assert_eq!(HostParams::default().patch(), Patch::default());
}

#[test]
fn host_and_preset_give_the_same_bits() {
    let params = HostParams::default();
    let mut by_host = params.patch();
    let mut by_preset = Patch::default();
    for param in Param::all() {
        let range = param.range();
        let steps = range.steps().unwrap_or(1000);
        for step in 0..=steps {
            let plain = range.plain(step as f32 / steps as f32);
            let normalized = range.normalized(plain);
            // CLAP and VST3 scale stepped values up to whole numbers and down again.
            let scale = range.steps().unwrap_or(1) as f64;
            let host_value = f64::from(normalized) * scale;
            params.set(param, host_value as f32 / scale as f32);
            params.update(&mut by_host);
            by_preset.set(param, plain);
            assert_eq!(
                by_host.normalized(param).to_bits(),
                by_preset.normalized(param).to_bits(),
                "{} at {plain}",
                param.row().id
            );
        }
    }
    assert_eq!(by_host, by_preset);
}

/// What a preset's text says after its values have been to a host and back, by both formats:
/// each scales stepped values to whole numbers and hands continuous ones on as f64.
fn by_way_of_a_host(preset: &Preset) -> String {
    let params = HostParams::default();
    for param in Param::all() {
        let scale = param.range().steps().unwrap_or(1) as f64;
        let host_value = f64::from(preset.patch.normalized(param)) * scale;
        params.set(param, (host_value / scale) as f32);
    }
    let mut preset = preset.clone();
    preset.patch = params.patch();
    preset.to_text()
}

/// The parameters' values as a text gives them, by id.
fn values(text: &str) -> BTreeMap<String, &str> {
    let mut routes = 0;
    let mut values = BTreeMap::new();
    // Names and points are no values of parameters.
    let mut is_skipped = true;
    for line in text.lines() {
        if line.starts_with('[') {
            is_skipped = ["[macro_names", "[curve.", "[sequence.", "[drawn"]
                .iter()
                .any(|start| line.starts_with(start));
        }
        if is_skipped {
            continue;
        }
        routes += usize::from(line == "[[route]]");
        let Some((key, value)) = line.split_once(" = ") else {
            continue;
        };
        // Texts of scales and what banks are known by are none either.
        if ["scale", "scl", "kbm", "bank", "file", "hash", "data"].contains(&key) {
            continue;
        }
        // The routes of the starting presets take the first places, and are last in the text.
        let id = match routes {
            0 => key.to_owned(),
            place => format!("route_{place}_{key}"),
        };
        values.insert(id, value.split(" #").next().unwrap_or(value).trim());
    }
    values
}

#[test]
fn the_starting_presets_come_back_from_a_host_as_they_were_written() {
    for starting in crate::state::starting_presets() {
        let preset = Preset::parse(starting.text).expect("a preset");
        let text = by_way_of_a_host(&preset);
        assert_eq!(text, preset.to_text());
        // A file may also state what is at its default.
        let mut written = values(starting.text);
        written.retain(|id, value| {
            let row = Param::from_id(id).expect("a parameter").row();
            let plain = match row.plain_of_label(value.trim_matches('"')) {
                Some(plain) => plain,
                None => value.parse().expect("a number"),
            };
            plain != row.default
        });
        assert_eq!(values(&text), written, "{}", starting.name);
    }
}

#[test]
fn any_value_comes_back_from_a_host_as_a_preset_writes_it() {
    let mut preset = Preset::parse(crate::state::starting_presets()[0].text).expect("a preset");
    for round in 0..64 {
        for param in Param::all().filter(|param| !param.is_machine_setting()) {
            let random = crate::dsp::random::bits(round, param.index() as u64) >> 40;
            let part = random as f32 / (1 << 24) as f32;
            let normalized = part * param.range().top();
            let plain = param.range().plain(normalized);
            // Every other time as a hand sets it, and not to the bit.
            let normalized = match round % 2 {
                0 => normalized,
                _ => param.range().normalized((plain * 100.0).round() / 100.0),
            };
            preset.patch.set_normalized(param, normalized);
        }
        let text = preset.to_text();
        assert_eq!(by_way_of_a_host(&preset), text);
        // And as a text.
        let parsed = Preset::parse(&text).expect("a preset");
        assert_eq!(parsed.to_text(), text);
    }
}

#[test]
fn a_change_is_reported_once() {
    let params = HostParams::default();
    let mut patch = params.patch();
    params.update(&mut patch);
    assert!(!params.update(&mut patch));
    let before = patch;
    let last = Param::macro_amount(8);
    params.set(last, 0.25);
    assert!(params.update(&mut patch));
    assert_eq!(patch.normalized(last), 0.25);
    assert!(!params.update(&mut patch));
    patch.set_normalized(last, before.normalized(last));
    assert_eq!(patch, before);
}

#[test]
fn values_that_hosts_do_not_see_are_reported_and_stored() {
    let params = HostParams::default();
    let mut patch = params.patch();
    params.update(&mut patch);
    let param = Param::macro_target(8);
    assert!(params.get(param).and_then(HostParam::as_ptr).is_none());
    let normalized = param.range().normalized(12.0);
    params.set(param, normalized);
    assert!(params.update(&mut patch));
    assert_eq!(patch.plain(param), 12.0);
    let other = HostParams::default();
    other.deserialize_fields(&params.serialize_fields());
    assert_eq!(other.patch(), patch);
    // A state without the field sets the default, whatever the value was.
    let mut fields = params.serialize_fields();
    fields.remove(stored::UNHOSTED_FIELD);
    other.deserialize_fields(&fields);
    assert_eq!(other.patch(), Patch::default());
}

#[test]
fn modulation_is_added_and_removed() {
    let params = HostParams::default();
    let mut patch = params.patch();
    params.set(Param::TILT, 0.5);
    modulate(&params, Param::TILT, 0.25);
    params.update(&mut patch);
    assert_eq!(patch.normalized(Param::TILT), 0.75);
    modulate(&params, Param::TILT, 0.0);
    params.update(&mut patch);
    assert_eq!(patch.normalized(Param::TILT), 0.5);
}

#[test]
fn text_goes_both_ways_with_and_without_unit() {
    let params = HostParams::default();
    for param in Param::hosted() {
        let unit = param.row().unit;
        assert!(suffix(unit).is_empty() || suffix(unit) == format!(" {}", unit.symbol()));
        let ptr = params
            .get(param)
            .and_then(HostParam::as_ptr)
            .expect("hosts see it");
        for step in 0..=20 {
            let plain = param.range().plain(step as f32 / 20.0);
            let normalized = param.range().normalized(plain);
            for with_unit in [false, true] {
                // SAFETY: the pointer points into `params`.
                let (text, back) = unsafe {
                    let text = ptr.normalized_value_to_string(normalized, with_unit);
                    let back = ptr.string_to_normalized_value(&text);
                    (text, back)
                };
                let back = back.unwrap_or_else(|| panic!("{text:?} means nothing"));
                if with_unit {
                    assert_eq!(text, param.text(plain));
                }
                assert_eq!(
                    param.text(param.range().plain(back)),
                    param.text(plain),
                    "{}",
                    param.row().id
                );
            }
        }
    }
}

#[test]
fn no_two_ids_have_the_same_hash() {
    // The hash that identifies a parameter in both formats (nice-plug's `hash_param_id`).
    let hash = |id: &str| {
        id.bytes().fold(0u32, |hash, byte| {
            hash.wrapping_mul(31).wrapping_add(u32::from(byte))
        }) & !(1 << 31)
    };
    let hashes: std::collections::HashSet<u32> = rows().iter().map(|row| hash(row.id)).collect();
    assert_eq!(hashes.len(), Param::COUNT);
    // VST3: the framework's own parameters for MIDI controllers have the highest hashes.
    assert!(hashes.iter().all(|&hash| hash < (1 << 31) - 4000));
}

#[test]
fn the_map_is_in_the_hosts_order() {
    let params = HostParams::default();
    let map = params.param_map();
    assert_eq!(map.len(), Param::hosted().count());
    for ((id, ptr, group), param) in map.iter().zip(Param::hosted()) {
        let row = param.row();
        assert_eq!((id.as_str(), group.as_str()), (row.id, row.group.name()));
        // SAFETY: the pointer points into `params`.
        let (name, steps) = unsafe { (ptr.name(), ptr.step_count()) };
        assert_eq!((name, steps), (row.name, row.range.steps()));
    }
}

#[test]
fn the_names_of_macros_are_stored_and_older_states_have_none() {
    let params = HostParams::default();
    let mut names = MacroNames::default();
    names.set(1, "Bow");
    names.set(8, "鐘");
    params.set_macro_names(&names);
    let mut state = params.serialize_fields();
    let other = HostParams::default();
    other.deserialize_fields(&state);
    assert_eq!(other.macro_names(), names);
    // Nothing is loaded from a rejected state.
    other.deserialize_fields(&BTreeMap::new());
    assert_eq!(other.macro_names(), names);
    state.remove(stored::MACRO_NAMES_FIELD);
    other.deserialize_fields(&state);
    assert_eq!(other.macro_names(), MacroNames::default());
}

/// Both ways, with the name and without, whatever the name looks like.
#[test]
fn hosts_are_told_the_name_of_a_macro_in_its_value() {
    let params = HostParams::default();
    let ptr = |param| {
        params
            .get(param)
            .and_then(HostParam::as_ptr)
            .expect("hosts see it")
    };
    // SAFETY: the pointers lead into `params`, which outlives the calls.
    let text = |param, value| unsafe { ptr(param).normalized_value_to_string(value, true) };
    // SAFETY: as above.
    let value = |param, text: &str| unsafe { ptr(param).string_to_normalized_value(text) };
    let param = Param::macro_value(3);
    assert_eq!(text(param, 0.42), "42.0 %");
    for name in ["Bow", "Bow 2", "7", "%", "−", "ü 鐘", "1 2 3"] {
        let mut names = MacroNames::default();
        names.set(3, name);
        params.set_macro_names(&names);
        let told = text(param, 0.42);
        assert_eq!(told, format!("{name} 42.0 %"));
        for text in [&*told, "42 %", "42", &format!("{name}  42")] {
            let value = value(param, text).unwrap_or_else(|| panic!("{name}: {text}"));
            assert!((value - 0.42).abs() < 1e-6, "{name}: {text}: {value}");
        }
        for other in [Param::macro_value(2), Param::macro_amount(3), Param::SPREAD] {
            assert!(!text(other, 0.5).contains(name) || name == "%", "{name}");
        }
    }
    params.set_macro_names(&MacroNames::default());
    assert_eq!(text(param, 0.42), "42.0 %");
    assert_eq!(value(param, "Bow 42 %"), None);
}

#[test]
fn hosts_are_told_a_depth_in_the_unit_of_its_target() {
    let params = HostParams::default();
    let ptr = |param| {
        params
            .get(param)
            .and_then(HostParam::as_ptr)
            .expect("hosts see it")
    };
    let route = RouteParams::of(24);
    let range = route.depth.range();
    for (target, depth, told, others) in [
        ("None", 0.25, "25.0 %", &["25", "25%"][..]),
        (
            "Partials Level",
            5.0 / 24.0,
            "+5.00 dB",
            &["5 dB", "5", "+5db"],
        ),
        ("Level", -0.25, "-6.00 dB", &["−6", "-6 dB", "-25 %"]),
        ("Pitch", 0.5, "+600.00 ct", &["600", "50 %"]),
        ("Filter Cutoff", 0.25, "+2.00 oct", &["2", "2 oct", "25 %"]),
        // As in the window: of a target that is in percent itself.
        ("Odd Even Balance", 0.3, "+30.0 %", &["30", "30 %"]),
        ("Room Time", 0.0, "0.00 ms", &["0", "0 s"]),
        ("Route 1 Depth", -1.0, "-100.0 %", &["-100"]),
        ("None", -0.5, "-50.0 %", &["-50"]),
    ] {
        let to = route.to.parse(target).expect("a label");
        params.set(route.to, route.to.range().normalized(to));
        let normalized = range.normalized(depth);
        for include_unit in [true, false] {
            // SAFETY: the pointer leads into `params`, which outlives the call.
            let text =
                unsafe { ptr(route.depth).normalized_value_to_string(normalized, include_unit) };
            // All units stand in the text: hosts take what is beside it for good.
            assert_eq!(text, told, "{target}");
        }
        for text in std::iter::once(told).chain(others.iter().copied()) {
            // SAFETY: as above.
            let value = unsafe { ptr(route.depth).string_to_normalized_value(text) };
            let value = value.unwrap_or_else(|| panic!("{target}: {text}"));
            let found = range.plain(value);
            assert!((found - depth).abs() < 1e-5, "{target}: {text}: {found}");
        }
        // Each route has a target of its own.
        // SAFETY: as above.
        let other = unsafe { ptr(RouteParams::of(23).depth).normalized_value_to_string(1.0, true) };
        assert_eq!(other, "100.0 %");
    }
}

#[test]
fn the_loaded_preset_is_stored_and_older_states_have_none() {
    let params = HostParams::default();
    assert_eq!(params.preset(), Some(LoadedPreset::initial()));
    let bell = LoadedPreset {
        id: "factory/Bell".to_owned(),
        name: "Bell".to_owned(),
        fingerprint: 7,
    };
    params.set_preset(Some(bell.clone()));
    let mut state = params.serialize_fields();
    let other = HostParams::default();
    other.deserialize_fields(&state);
    assert_eq!((other.preset(), other.loads()), (Some(bell), 1));
    state.insert(stored::PRESET_FIELD.to_owned(), "[1]".to_owned());
    other.deserialize_fields(&state);
    assert_eq!((other.preset(), other.loads()), (None, 2));
    state.remove(stored::PRESET_FIELD);
    other.set_preset(Some(LoadedPreset::initial()));
    other.deserialize_fields(&state);
    assert_eq!((other.preset(), other.loads()), (None, 3));
    // Nothing is loaded from a rejected state.
    other.set_preset(Some(LoadedPreset::initial()));
    other.deserialize_fields(&BTreeMap::new());
    assert_eq!(other.preset(), Some(LoadedPreset::initial()));
    assert_eq!(other.loads(), 3);
}
