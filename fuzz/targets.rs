//! What the fuzz targets do with their bytes. `fuzz_targets/` gives these functions to libFuzzer,
//! `tests/fuzz.rs` to a plain driver that needs no nightly toolchain.
//!
//! Whatever the bytes, each ends with a result or with an error that names its place and its
//! reason; it never panics and takes memory in proportion to its input at most. Each returns what
//! came of it, without numbers: inputs with the same words have gone the same way, as far as can be
//! seen from outside.

/// `text` with a `#` in place of every number and of every quoted part.
fn words(text: &str) -> String {
    let mut words = String::new();
    let mut is_quoted = false;
    for part in text.split('"') {
        if is_quoted {
            words.push('#');
        } else {
            for letter in part.chars() {
                match letter {
                    '0'..='9' if words.ends_with('#') => {}
                    '0'..='9' => words.push('#'),
                    letter => words.push(letter),
                }
            }
        }
        is_quoted = !is_quoted;
    }
    words
}

/// An error that names its line and its reason.
fn checked_error(text: &str, line: usize, reason: &str) -> String {
    let lines = 1 + text.bytes().filter(|&byte| byte == b'\n').count();
    assert!((1..=lines).contains(&line), "line {line} of {lines}");
    assert!(!reason.trim().is_empty(), "no reason is given");
    words(reason)
}

/// Whether a strict reading refuses this and the other skips it without a warning: zeros after the
/// end of a track, and odd contents of meta events that are not played.
fn is_harmless(error: &aliquot::song::Error) -> bool {
    error.expected == "the end of the chunk" || error.found.starts_with("meta event ")
}

/// A Standard MIDI File, damaged or not.
pub fn midi_file(bytes: &[u8]) -> String {
    use aliquot::song::{ReadOptions, Song};
    let read = |is_strict| {
        let options = ReadOptions {
            sample_rate_hz: 48_000,
            is_strict,
        };
        Song::read(bytes, &options)
    };
    let outcome = match read(false) {
        Ok((song, warnings)) => {
            let mut last = 0;
            for event in &song.events {
                assert!(event.frame >= last, "an event before its predecessor");
                last = event.frame;
            }
            assert!(last <= song.end_frame, "an event after the end");
            // Read strictly it is the same song, or refused for what was warned of or is harmless.
            match read(true) {
                Ok((again, none)) => {
                    assert!(warnings.is_empty() && none.is_empty(), "no refusal");
                    assert_eq!(again.events, song.events);
                }
                Err(error) => assert!(
                    !warnings.is_empty() || is_harmless(&error),
                    "a refusal without a warning: {error}"
                ),
            }
            let mut outcome = format!("2^{} events", song.events.len().max(1).ilog2());
            for warning in &warnings {
                outcome.push_str(&words(&warning.to_string()));
            }
            outcome
        }
        Err(error) => {
            assert!(read(true).is_err(), "what cannot be read was read strictly");
            words(&error.to_string())
        }
    };
    assert!(!outcome.trim().is_empty(), "no reason is given");
    outcome
}

/// A preset's text.
pub fn preset_text(bytes: &[u8]) -> String {
    use aliquot::state::Preset;
    let text = String::from_utf8_lossy(bytes);
    match Preset::parse(&text) {
        Ok(preset) => {
            let again = Preset::parse(&preset.to_text());
            assert_eq!(again, Ok(preset), "not the same after it was written");
            "a preset".to_owned()
        }
        Err(error) => checked_error(&text, error.line, &error.reason),
    }
}

/// A file of partials in any format, banks too. A bank's hash is made right, or nothing else would be
/// tried.
pub fn partials_file(bytes: &[u8]) -> String {
    use aliquot::tracks::bank_file::TrackBank;
    use aliquot::tracks::files::{self, FilePlace};
    let signed = TrackBank::signed(bytes);
    match files::read(signed.as_deref().unwrap_or(bytes)) {
        Ok(contents) => {
            let mut remarks = String::new();
            for remark in &contents.remarks {
                remarks.push_str(&words(remark));
            }
            let format = contents.format;
            let mut points = 0;
            for sound in contents.into_sounds() {
                for track in &sound.tracks.tracks {
                    assert!(
                        !track.breakpoints.is_empty(),
                        "a track without a breakpoint"
                    );
                    let mut pairs = track.breakpoints.windows(2);
                    assert!(
                        pairs.all(|pair| pair[0].time_s < pair[1].time_s),
                        "no order"
                    );
                    let is_possible = track.breakpoints.iter().all(|point| {
                        point.time_s >= 0.0
                            && point.frequency_hz > 0.0
                            && point.amplitude >= 0.0
                            && point.amplitude.is_finite()
                    });
                    assert!(is_possible, "a breakpoint that cannot be");
                }
                points += sound.tracks.breakpoint_count();
            }
            format!(
                "{format}, 2^{} breakpoints; {remarks}",
                (points + 1).ilog2()
            )
        }
        Err(error) => match error.place {
            FilePlace::Line(line) => checked_error(
                // CR alone ends a line too.
                &String::from_utf8_lossy(bytes).replace('\r', "\n"),
                line,
                &error.reason,
            ),
            FilePlace::Byte(byte) => {
                assert!(byte <= bytes.len(), "byte {byte} of {}", bytes.len());
                words(&error.reason)
            }
        },
    }
}

/// A sound file of any kind. The checksums of an Ogg are made right, or nothing else would be tried.
pub fn sound_file(bytes: &[u8]) -> String {
    use aliquot::analysis::{DecodeError, Recording};
    let mut bytes = bytes.to_vec();
    sign_pages(&mut bytes);
    let goes_on = std::sync::atomic::AtomicBool::new(false);
    match Recording::decode(std::io::Cursor::new(bytes), None, &goes_on) {
        Ok((recording, damage)) => {
            let Recording {
                sample_rate_hz,
                mid,
                side,
            } = &recording;
            assert!((4_000.0..=384_000.0).contains(sample_rate_hz));
            assert!(side.is_empty() || side.len() == mid.len());
            let is_possible = |sample: &f32| sample.abs() <= 64.0;
            assert!(mid.iter().chain(side).all(is_possible));
            let has_sound = mid.iter().chain(side).any(|sample| *sample != 0.0);
            assert!(has_sound, "silence");
            let mut outcome = format!("2^{} frames; ", mid.len().ilog2());
            if let Some(damage) = damage {
                let long_s = recording.duration_s();
                assert!((0.0..=long_s).contains(&damage.at_s), "{damage}");
                assert!((0.0..=long_s).contains(&damage.read_s), "{damage}");
                assert!(!damage.reason.trim().is_empty(), "no reason is given");
                outcome.push_str(&words(&damage.to_string()));
            }
            outcome
        }
        Err(error) => {
            if let DecodeError::Unsupported(reason) | DecodeError::Damaged(reason) = &error {
                assert!(!reason.trim().is_empty(), "no reason is given");
            }
            words(&error.to_string())
        }
    }
}

/// Puts the checksum of each page of an Ogg right.
fn sign_pages(bytes: &mut [u8]) {
    const HEAD: usize = 27;
    let mut at = 0;
    while let Some(page) = bytes.get_mut(at..).filter(|page| page.starts_with(b"OggS")) {
        let segments = page.get(HEAD - 1).map_or(0, |&count| usize::from(count));
        let Some(lengths) = page.get(HEAD..HEAD + segments) else {
            return;
        };
        let body: usize = lengths.iter().map(|&length| usize::from(length)).sum();
        let Some(page) = page.get_mut(..HEAD + segments + body) else {
            return;
        };
        page[22..26].fill(0);
        let crc = page.iter().fold(0_u32, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte) << 24, |crc, _| {
                crc << 1 ^ if crc >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
            })
        });
        page[22..26].copy_from_slice(&crc.to_le_bytes());
        at += page.len();
    }
}

/// The settings' text.
#[cfg(feature = "editor")]
pub fn settings(bytes: &[u8]) -> String {
    use aliquot::settings::Settings;
    let text = String::from_utf8_lossy(bytes);
    match Settings::parse(&text) {
        Ok(settings) => {
            let again = Settings::parse(&settings.to_text());
            assert_eq!(again, Ok(settings), "not the same after it was written");
            "settings".to_owned()
        }
        Err((line, reason)) => checked_error(&text, line, &reason),
    }
}

/// The file of a scale or of a keyboard map.
pub fn tuning_file(bytes: &[u8]) -> String {
    use aliquot::scale::{KeyMap, Scale, SetMaps, TuningFileError, TuningSet};
    use aliquot::synth::tuning::{KEYS, KeyTable};
    let placed = |error: &TuningFileError| {
        // Lines end in three ways; what is not UTF-8 has a character for each byte.
        let ends = |byte: &&u8| matches!(byte, b'\n' | b'\r');
        let lines = 1 + bytes.iter().filter(ends).count();
        assert!(
            (1..=lines).contains(&error.line),
            "line {} of {lines}",
            error.line
        );
        assert!((1..=bytes.len() + 1).contains(&error.column), "{error}");
        words(&error.reason)
    };
    let scale = Scale::read(bytes);
    if let Ok(scale) = &scale {
        let again = Scale::read(scale.to_text("again").as_bytes()).expect("what was written");
        assert_eq!(again.tones().len(), scale.tones().len());
    }
    let map = KeyMap::read(bytes);
    // Any scale goes with any map.
    let twelve = Scale::equal(12, 1_200.0).expect("a scale");
    let tuned = scale.clone().unwrap_or(twelve);
    let maps = map.clone().map_or(SetMaps::Linear, SetMaps::One);
    if let Ok(set) = TuningSet::new("again", tuned, maps) {
        let (loaded, mut keys) = (set.loaded(), KeyTable::equal(0.0));
        let origin = loaded.write(60, (60, 60.0), &mut keys)[15];
        for key in 0..KEYS as u8 {
            let semitones = keys.pitch(15, key);
            assert!((-156.0..=203.0).contains(&semitones), "{semitones}");
            assert!(keys.bent(15, key, 3.5).is_finite());
            assert!(loaded.nearest().find(semitones - origin).is_finite());
        }
    }
    let one = scale.map_or_else(|error| placed(&error), |_| "a scale".to_owned());
    let other = map.map_or_else(|error| placed(&error), |_| "a map".to_owned());
    format!("{one}; {other}")
}

/// A list of partials, as text or CSV.
#[cfg(feature = "editor")]
pub fn spectrum_list(bytes: &[u8]) -> String {
    use aliquot::library::spectra::{MAX_LISTED, parse};
    let text = String::from_utf8_lossy(bytes);
    match parse(&text) {
        Ok(listed) => {
            assert!((1..=MAX_LISTED).contains(&listed.len()), "{}", listed.len());
            let loudest = listed.iter().map(|partial| partial.level_db);
            assert_eq!(loudest.fold(f64::NEG_INFINITY, f64::max), 0.0);
            for partial in &listed {
                let is_possible = partial.ratio.is_finite() && partial.ratio > 0.0;
                assert!(is_possible && partial.level_db <= 0.0, "{partial:?}");
            }
            format!("2^{} partials", listed.len().ilog2())
        }
        Err((line, reason)) => checked_error(&text, line, &reason),
    }
}

/// A message of the MIDI Tuning Standard.
pub fn tuning_message(bytes: &[u8]) -> String {
    use aliquot::scale::mts::Retune;
    let Some(retune) = Retune::parse(bytes) else {
        return "not a tuning".to_owned();
    };
    let mut count = 0;
    for (key, semitones) in retune.keys() {
        assert!(
            key < 128 && (-1.0..=128.0).contains(&semitones),
            "{key} {semitones}"
        );
        count += 1;
    }
    assert!(count <= 128, "{count} keys");
    format!("{:x?} 2^{}", bytes.get(4), (count + 1_usize).ilog2())
}

/// A value that somebody types for each parameter.
pub fn typed_value(bytes: &[u8]) -> String {
    use aliquot::synth::Param;
    let text = String::from_utf8_lossy(bytes);
    let mut understood = 0;
    for param in Param::all() {
        let Some(plain) = param.parse(&text) else {
            continue;
        };
        let (min, max) = param.range().ends();
        let name = param.row().name;
        assert!((min..=max).contains(&plain), "{name}: {plain}");
        // What is shown for it can be typed, and is shown again.
        let shown = param.text(plain);
        let again = param.parse(&shown);
        let again = again.unwrap_or_else(|| panic!("{name} does not understand {shown:?}"));
        assert_eq!(param.text(again), shown, "{name}");
        understood += 1;
    }
    format!("understood by 2^{}", (understood + 1_usize).ilog2())
}

/// A host's state: JSON as the framework reads it, or else parts of a state that the bytes choose.
#[cfg(feature = "plugin")]
pub fn host_state(bytes: &[u8]) -> String {
    use aliquot::params::{HostParams, stored};
    use aliquot::synth::Param;
    use nice_plug::params::persist::deserialize_field;
    use nice_plug::prelude::{Params, PluginState};

    let read = std::str::from_utf8(bytes).ok();
    let read = read.and_then(|json| deserialize_field::<PluginState>(json).ok());
    let mut state = read.unwrap_or_else(|| chosen_state(bytes));
    match stored::admit(&mut state) {
        Ok(()) => {
            let params = HostParams::default();
            params.deserialize_fields(&state.fields);
            let known = Param::hosted().all(|param| state.params.contains_key(param.row().id));
            assert!(known, "an admitted state lacks a parameter");
            params.serialize_fields();
            "admitted".to_owned()
        }
        Err(refusal) => {
            assert!(
                state.params.is_empty() && state.fields.is_empty(),
                "a refused state is not empty"
            );
            words(&refusal.to_string())
        }
    }
}

/// A state that is mostly right, with what the bytes say in it.
#[cfg(feature = "plugin")]
fn chosen_state(bytes: &[u8]) -> nice_plug::prelude::PluginState {
    use aliquot::params::stored;
    use aliquot::synth::parameter::rows;
    use nice_plug::plugin::ParamValue;

    const FIELDS: [&str; 7] = [
        stored::SCHEMA_FIELD,
        stored::EDITOR_SIZE_FIELD,
        stored::EDITOR_SCALE_FIELD,
        stored::CONTROLLERS_FIELD,
        stored::PRESET_FIELD,
        stored::RECORDINGS_FIELD,
        "from a later version",
    ];
    let mut state = nice_plug::prelude::PluginState {
        version: "0.1.0".to_owned(),
        params: Default::default(),
        fields: [(stored::SCHEMA_FIELD.to_owned(), "1".to_owned())].into(),
    };
    let mut rest = bytes;
    while let [kind, which, tail @ ..] = rest {
        let number = tail.first_chunk().copied().unwrap_or_default();
        let id = rows()[usize::from(*which) % rows().len()].id.to_string();
        let used = match kind % 5 {
            0 => {
                let value = ParamValue::F32(f32::from_le_bytes(number));
                state.params.insert(id, value);
                4
            }
            1 => {
                let value = ParamValue::I32(i32::from_le_bytes(number));
                state.params.insert(id, value);
                4
            }
            2 => {
                let value = ParamValue::F32(f32::from(number[0]) / 255.0);
                state.params.insert(id, value);
                1
            }
            3 => {
                let value = ParamValue::Bool(number[0] > 127);
                state.params.insert(id, value);
                1
            }
            _ => {
                let length = usize::from(number[0]).min(tail.len().saturating_sub(1));
                let text = tail.get(1..1 + length).unwrap_or_default();
                let text = String::from_utf8_lossy(text).into_owned();
                let field = FIELDS[usize::from(*which) % FIELDS.len()];
                state.fields.insert(field.to_owned(), text);
                1 + length
            }
        };
        rest = tail.get(used..).unwrap_or_default();
    }
    state
}
