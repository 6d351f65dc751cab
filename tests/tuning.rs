//! Scales, messages and the match of partials, as they are heard.

mod analysis;
#[path = "tuning/any_scale.rs"]
mod any_scale;
#[path = "tuning/held.rs"]
mod held;
#[path = "tuning/live_tables.rs"]
mod live_tables;
#[path = "tuning/matched.rs"]
mod matched;
mod performance;

use std::sync::Arc;

use aliquot::scale::mts::{Retune, single_note_changes};
use aliquot::scale::{MapTexts, TuningSet};
use aliquot::song::{ReadOptions, Song, SongAction};
use aliquot::state::{Preset, starting_presets};
use aliquot::synth::parameter::MACRO_TARGETS;
use aliquot::synth::snapshot::Snapshot;
use aliquot::synth::tuning::{Addressed, LoadedScale, PLACES_REST_TICKS, pitches_of_hz};
use aliquot::synth::{Engine, Event, Param, Patch, block_frames};
use analysis::*;
use performance::*;

const RATE: f64 = 48_000.0;

const MEANTONE: &str = "meanquar\n12\n76.04900\n193.15686\n310.26471\n5/4\n503.42157\n579.47057\n\
    696.57843\n25/16\n889.73529\n1006.84314\n1082.89214\n2/1\n";
const FIVE: &str = "5 equal steps\n5\n240.0\n480.0\n720.0\n960.0\n2/1\n";
const TWELVE: &str =
    "12 equal steps\n12\n100.\n200.\n300.\n400.\n500.\n600.\n700.\n800.\n900.\n1000.\n1100.\n2/1\n";
const BOHLEN_PIERCE: &str = "13 equal steps of 3/1\n13\n146.3042\n292.6085\n438.9127\n585.2169\n731.5212\n\
    877.8254\n1024.1296\n1170.4338\n1316.7381\n1463.0423\n1609.3465\n1755.6508\n3/1\n";

fn scale(scl: &str, kbm: MapTexts) -> Arc<Option<LoadedScale>> {
    let set = TuningSet::read("", scl.as_bytes(), kbm).expect("a scale");
    Arc::new(Some(set.loaded()))
}

fn in_scale(patch: &Patch, scl: &str) -> Engine {
    let mut engine = engine(RATE, patch);
    engine.set_scale(scale(scl, MapTexts::None));
    engine
}

/// The frequencies of the partials of the only voice.
fn partials_hz(engine: &Engine) -> Vec<f64> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot.voices().next().expect("a voice");
    partials
        .iter()
        .map(|partial| f64::from(partial.frequency_hz))
        .collect()
}

fn voices(engine: &Engine) -> usize {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    snapshot.voices().count()
}

/// What a key sounds at, by the output's own spectrum.
fn heard_hz(engine: &mut Engine, key: u8, near_hz: f64) -> f64 {
    let (left, _) = play(engine, &[(0, on(0, key, 1.0))], 48_000, &[512]);
    frequency_hz(&left[8_000..], RATE, near_hz, 30.0)
}

#[test]
fn keys_sound_at_the_pitches_of_the_scale() {
    for (scl, expected) in [
        (
            MEANTONE,
            [(61, 273.374313), (69, 437.398902), (72, 523.251131)],
        ),
        (
            BOHLEN_PIERCE,
            [(47, 87.208522), (61, 284.696294), (73, 784.876696)],
        ),
    ] {
        for (key, hz) in expected {
            let heard = heard_hz(&mut in_scale(&sine(), scl), key, hz);
            assert!(cents(hz, heard).abs() < 0.1, "{key}: {heard} for {hz}");
        }
    }
}

#[test]
fn twelve_equal_steps_from_a_file_change_no_bit() {
    let mut patch = Patch::default();
    patch.set(Param::GLIDE, 0.05);
    patch.set(Param::FILTER_TYPE, 1.0);
    patch.set(Param::KEY_TRACK, 1.0);
    let events = [
        (0, on(0, 60, 0.8)),
        (
            3_000,
            Event::PitchBend {
                channel: 0,
                value: 0.37,
            },
        ),
        (5_000, on(0, 67, 0.8)),
        (7_000, off(0, 60)),
        (9_000, on(3, 41, 0.3)),
    ];
    let (plain, _) = play(&mut engine(RATE, &patch), &events, 20_000, &[512]);
    let (filed, _) = play(&mut in_scale(&patch, TWELVE), &events, 20_000, &[512]);
    assert_eq!(first_difference(&plain, &filed), None);
    patch.set(Param::TUNING, 3.0);
    let (fifths, _) = play(&mut engine(RATE, &patch), &events, 20_000, &[512]);
    assert_eq!(first_difference(&plain, &fifths), None);
    // The others do change some.
    let (other, _) = play(&mut in_scale(&patch, MEANTONE), &events, 20_000, &[512]);
    assert_eq!(
        first_difference(&plain, &other),
        None,
        "the choice is Fifth"
    );
    patch.set(Param::TUNING, 0.0);
    let (other, _) = play(&mut in_scale(&patch, MEANTONE), &events, 20_000, &[512]);
    assert!(first_difference(&plain, &other).is_some());
}

#[test]
fn keys_without_a_pitch_are_silent() {
    let map = b"2\n0\n127\n60\n60\n261.6\n2\n0\nx\n";
    let mut engine = engine(RATE, &sine());
    engine.set_scale(scale(TWELVE, MapTexts::One(map)));
    let (left, _) = play(
        &mut engine,
        &[(0, on(0, 61, 1.0)), (500, off(0, 61))],
        2_000,
        &[64],
    );
    assert_eq!(peak(&left), 0.0);
    let (left, _) = play(&mut engine, &[(0, on(0, 62, 1.0))], 2_000, &[64]);
    assert!(peak(&left) > 0.01);
    // Channels of a set without a map are silent as well.
    let mut maps = [None; 16];
    maps[2] = Some(&b"0\n0\n127\n60\n69\n440.0\n0\n"[..]);
    engine.reset();
    engine.set_scale(scale(TWELVE, MapTexts::PerChannel(maps)));
    let (left, _) = play(&mut engine, &[(0, on(0, 60, 1.0))], 2_000, &[64]);
    assert_eq!(peak(&left), 0.0);
    let (left, _) = play(&mut engine, &[(0, on(2, 60, 1.0))], 2_000, &[64]);
    assert!(peak(&left) > 0.01);
}

#[test]
fn a_key_that_loses_its_pitch_sounds_on_until_it_comes_up() {
    let mut engine = engine(RATE, &sine());
    play(&mut engine, &[(0, on(0, 61, 1.0))], 2_000, &[64]);
    let map = b"2\n0\n127\n60\n60\n261.6\n2\n0\nx\n";
    engine.set_scale(scale(TWELVE, MapTexts::One(map)));
    play(&mut engine, &[], 2_000, &[64]);
    assert_eq!(voices(&engine), 1);
    play(&mut engine, &[(0, off(0, 61))], 48_000, &[64]);
    assert_eq!(voices(&engine), 0);
}

#[test]
fn another_scale_takes_sounding_notes_along_without_a_click() {
    let mut patch = sine();
    patch.set(Param::PROTECT, 0.0);
    for (retune, key_hz) in [(0.0, 437.398902), (1.0, 440.0)] {
        patch.set(Param::RETUNE, retune);
        let mut engine = engine(RATE, &patch);
        let (before, _) = play(&mut engine, &[(0, on(0, 69, 1.0))], 20_000, &[64]);
        engine.set_scale(scale(MEANTONE, MapTexts::None));
        let (after, _) = play(&mut engine, &[], 30_000, &[64]);
        let ramped = 2 * block_frames(RATE);
        let across: Vec<f32> = before[19_000..]
            .iter()
            .chain(&after[..ramped])
            .copied()
            .collect();
        let steady = largest_jump(&before[10_000..]).max(largest_jump(&after[ramped..]));
        assert!(largest_jump(&across) <= 1.1 * steady);
        let heard = frequency_hz(&after[ramped..], RATE, key_hz, 20.0);
        assert!(cents(key_hz, heard).abs() < 0.1, "{heard} for {key_hz}");
    }
}

#[test]
fn bits_do_not_depend_on_the_buffers_while_scales_and_messages_come() {
    let mut patch = Patch::default();
    patch.set(Param::MATCH, 0.7);
    patch.set(Param::GLIDE, 0.1);
    let message = [0x7F, 0x7F, 8, 2, 0, 1, 60, 60, 64, 0];
    let render = |sizes: &[usize]| {
        let mut engine = in_scale(&patch, MEANTONE);
        let events = [
            (0, on(0, 60, 0.8)),
            (1_111, on(0, 64, 0.8)),
            (1_111, on(4, 64, 0.8)),
        ];
        let (mut all, _) = play(&mut engine, &events, 3_001, sizes);
        engine.set_scale(scale(FIVE, MapTexts::None));
        all.extend(play(&mut engine, &[(500, on(0, 67, 0.8))], 3_000, sizes).0);
        engine.set_scale(Arc::new(None));
        let retune = Retune::parse(&message).expect("a message");
        retune.apply(engine.message_tuning());
        all.extend(play(&mut engine, &[(10, on(0, 60, 0.8))], 3_000, sizes).0);
        all
    };
    let whole = render(&[4_096]);
    for sizes in [&[1][..], &[64], &[37, 512, 3]] {
        assert_eq!(first_difference(&whole, &render(sizes)), None, "{sizes:?}");
    }
}

#[test]
fn messages_retune_keys() {
    let mut engine = engine(RATE, &sine());
    // Middle C a quarter tone up, as a message of real time: the note that sounds follows.
    play(&mut engine, &[(0, on(0, 60, 1.0))], 1_000, &[64]);
    let message = [0xF0, 0x7F, 0x7F, 8, 2, 0, 1, 60, 60, 64, 0, 0xF7];
    Retune::parse(&message)
        .expect("a message")
        .apply(engine.message_tuning());
    let (left, _) = play(&mut engine, &[], 40_000, &[64]);
    let heard = frequency_hz(&left[1_000..], RATE, 269.291780, 30.0);
    assert!(cents(269.291780, heard).abs() < 0.1, "{heard}");
    engine.reset();
    play(&mut engine, &[(0, on(0, 60, 1.0))], 1_000, &[64]);
    assert!(
        (partials_hz(&engine)[0] - 261.625565).abs() < 1e-3,
        "a reset forgets them"
    );
}

#[test]
fn a_glide_begins_at_the_pitch_of_the_key_before() {
    let mut patch = sine();
    patch.set(Param::PLAY_MODE, 2.0);
    patch.set(Param::GLIDE, 4.0);
    let mut engine = in_scale(&patch, FIVE);
    play(&mut engine, &[(0, on(0, 60, 1.0))], 1_000, &[64]);
    play(&mut engine, &[(0, on(0, 65, 1.0))], 128, &[64]);
    // Five keys of five steps are an octave; a glide of 4 s has hardly begun.
    assert!(cents(261.625565, partials_hz(&engine)[0]).abs() < 5.0);
    play(&mut engine, &[], 4 * 48_000 + 64, &[64]);
    assert!(cents(523.251131, partials_hz(&engine)[0]).abs() < 0.01);
}

/// Five keys of five steps are an octave: with full key tracking the filter leaves the partials of both keys the same
/// levels. Counted by keys it would lag behind by seven semitones.
#[test]
fn key_tracking_follows_the_scale() {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 16.0),
        (Param::FILTER_TYPE, 1.0),
        (Param::CUTOFF, 800.0),
        (Param::KEY_TRACK, 1.0),
    ] {
        patch.set(param, value);
    }
    let levels = |key: u8| {
        let mut engine = in_scale(&patch, FIVE);
        play(&mut engine, &[(0, on(0, key, 1.0))], 4_000, &[64]);
        let mut snapshot = Snapshot::default();
        engine.snapshot(&mut snapshot);
        let (_, partials) = snapshot.voices().next().expect("a voice");
        let first = partials[0].power();
        let levels = partials.iter().map(|partial| partial.power() / first);
        levels
            .map(|power| 10.0 * power.log10())
            .collect::<Vec<f32>>()
    };
    let (low, high) = (levels(60), levels(65));
    assert!(low[15] < low[1] - 24.0, "the filter is on: {low:?}");
    for (n, (low, high)) in low.iter().zip(&high).enumerate() {
        assert!((low - high).abs() < 0.01, "partial {}: {low} {high}", n + 1);
    }
}

#[test]
fn bends_of_notes_go_by_the_scale() {
    for (bend_in, mpe, expected) in [
        (0.0, false, 400.0),
        (2.0, false, 386.314),
        (1.0, true, 386.314),
        (1.0, false, 400.0),
    ] {
        let mut patch = sine();
        patch.set(Param::BEND_IN, bend_in);
        patch.set(Param::MPE, f32::from(u8::from(mpe)));
        patch.set(Param::BEND_RANGE, 4.0);
        patch.set(Param::MPE_BEND_RANGE, 4.0);
        let mut engine = in_scale(&patch, MEANTONE);
        let bend = Event::PitchBend {
            channel: 1,
            value: 1.0,
        };
        play(&mut engine, &[(0, bend), (0, on(1, 60, 1.0))], 1_000, &[64]);
        let bent = cents(261.625565, partials_hz(&engine)[0]);
        assert!((bent - expected).abs() < 0.01, "{bend_in} {mpe}: {bent}");
    }
}

#[test]
fn partials_of_a_body_go_to_the_nearest_pitches() {
    let mut patch = Patch::default();
    patch.set(Param::BODY_A, 1.0);
    patch.set(Param::PARTIALS, 8.0);
    let bare = {
        let mut engine = in_scale(&patch, FIVE);
        play(&mut engine, &[(0, on(0, 60, 1.0))], 1_000, &[64]);
        partials_hz(&engine)
    };
    patch.set(Param::MATCH, 1.0);
    let mut engine = in_scale(&patch, FIVE);
    play(&mut engine, &[(0, on(0, 60, 1.0))], 1_000, &[64]);
    for (matched, bare) in partials_hz(&engine).into_iter().zip(bare) {
        let nearest = (cents(261.625565, bare) / 240.0).round() * 240.0;
        assert!(
            (cents(261.625565, matched) - nearest).abs() < 0.01,
            "{bare} {matched}"
        );
    }
}

#[test]
fn extreme_scales_sound_finite() {
    for scl in [
        "x\n1\n100000000.0\n",
        "x\n2\n-90000.0\n-1200.0\n",
        "x\n0\n",
        "x\n1\n0.0\n",
        "x\n3\n5.0\n0.00001\n0.000001\n",
    ] {
        let mut patch = Patch::default();
        patch.set(Param::MATCH, 1.0);
        patch.set(Param::MATCH_BY, 1.0);
        let mut engine = in_scale(&patch, scl);
        let events: Vec<_> = (0..128)
            .step_by(3)
            .map(|key| (0, on(0, key, 1.0)))
            .collect();
        let (left, right) = play(&mut engine, &events, 5_000, &[512]);
        assert!(
            is_finite(&left) && is_finite(&right) && peak(&left) < 4.0,
            "{scl}"
        );
        assert_eq!(engine.statistics().faults, 0, "{scl}");
    }
}

/// This scale and map give keys 0 and 127 pitches of 10⁻⁶¹ and 10⁷² Hz: both are silent, and harmless to others.
#[test]
fn pitches_far_beyond_hearing_are_silent() {
    let steep = "ed4-4\n4\n600.\n1200.\n1800.\n4/1\n";
    let degrees = "240 0 4 8 12 16 20 24 28 32 36 40 44 48 52 56 60 64 68";
    let map = format!("60 0 127 60 60 261.625565 {degrees}").replace(' ', "\n");
    for matched in [0.0, 1.0] {
        let mut patch = Patch::default();
        patch.set(Param::MATCH, matched);
        patch.set(Param::AMP_ATTACK, 0.0);
        let mut engine = engine(RATE, &patch);
        engine.set_scale(scale(steep, MapTexts::One(map.as_bytes())));
        let events = [(0, on(0, 0, 1.0)), (0, on(0, 127, 1.0))];
        let (left, right) = play(&mut engine, &events, 20_000, &[512]);
        assert_eq!((peak(&left), peak(&right)), (0.0, 0.0), "match {matched}");
        let (left, _) = play(&mut engine, &[(0, on(0, 60, 1.0))], 20_000, &[512]);
        assert!(is_finite(&left) && peak(&left) > 0.01);
        assert_eq!(engine.statistics().faults, 0);
    }
}

#[test]
fn channels_may_be_a_period_apart() {
    let mut patch = sine();
    patch.set(Param::CHANNEL_PERIODS, 1.0);
    for (channel, ratio) in [(0, 1.0), (1, 3.0), (15, 1.0 / 3.0)] {
        let mut engine = in_scale(&patch, BOHLEN_PIERCE);
        play(&mut engine, &[(0, on(channel, 60, 1.0))], 1_000, &[64]);
        let hz = partials_hz(&engine)[0];
        assert!(
            cents(261.625565 * ratio, hz).abs() < 0.01,
            "{channel}: {hz}"
        );
    }
}

/// Pitches that messages give to single channels are those that are heard, whatever Channel Periods says.
#[test]
fn channels_with_pitches_of_their_own_are_not_moved_by_periods() {
    let mut patch = sine();
    patch.set(Param::CHANNEL_PERIODS, 1.0);
    for (addressed, key) in [
        (Addressed::Channels(1 << 1), 60.25),
        (Addressed::All, 72.25),
    ] {
        let mut engine = engine(RATE, &patch);
        let table = engine.message_tuning();
        table.set_there(true);
        table.tune(addressed, 60, 60.25);
        play(&mut engine, &[(0, on(1, 60, 1.0))], 1_000, &[64]);
        let expected_hz = 440.0 * ((key - 69.0) / 12.0_f64).exp2();
        assert!(
            cents(expected_hz, partials_hz(&engine)[0]).abs() < 0.01,
            "{key}"
        );
    }
}

/// The piece that comes with the preset, in its scale.
#[test]
fn the_demonstration_is_in_five_steps() {
    let bytes = std::fs::read("xtask/demo/petals.mid").expect("the piece");
    let options = ReadOptions {
        sample_rate_hz: 48_000,
        is_strict: true,
    };
    let (song, warnings) = Song::read(&bytes, &options).expect("a whole file");
    assert!(warnings.is_empty(), "{warnings:?}");
    let starting = starting_presets()
        .iter()
        .find(|starting| starting.name == "Five Petals");
    let preset = Preset::parse(starting.expect("the preset").text).expect("a good preset");
    let set = preset.tuning.expect("its scale");
    let mut engine = engine(RATE, &preset.patch);
    engine.set_scale(Arc::new(Some(set.loaded())));
    let mut keys = 0;
    for event in song.events.iter().filter(|event| event.frame < 48_000) {
        if let SongAction::Play(event @ Event::NoteOn { .. }) = event.action {
            engine.push(event);
            keys += 1;
        }
    }
    play(&mut engine, &[], 1_000, &[64]);
    assert!(keys > 3);
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    for (voice, partials) in snapshot.voices() {
        for partial in voice.first_copy(partials) {
            let steps = cents(261.625565, partial.frequency_hz.into()) / 240.0;
            // Unison detunes by less than a tenth of a step.
            assert!((steps - steps.round()).abs() < 0.1, "{steps}");
        }
    }
}

#[test]
fn a_macro_turns_the_fifth() {
    let mut patch = sine();
    patch.set(Param::TUNING, 3.0);
    let target = MACRO_TARGETS
        .iter()
        .position(|target| *target == Param::FIFTH);
    patch.set(
        Param::macro_target(1),
        target.expect("a target") as f32 + 1.0,
    );
    patch.set(Param::macro_amount(1), 1.0);
    patch.set(Param::macro_value(1), 1.0);
    let mut engine = engine(RATE, &patch);
    play(&mut engine, &[(0, on(0, 67, 1.0))], 1_000, &[64]);
    let fifth = cents(261.625565, partials_hz(&engine)[0]);
    assert!((fifth - 721.0).abs() < 0.01, "{fifth}");
}

#[test]
fn a_glide_begins_in_the_tuning_of_the_channel_before() {
    let mut patch = sine();
    for (param, value) in [(Param::CHANNEL_PERIODS, 1.0), (Param::GLIDE, 4.0)] {
        patch.set(param, value);
    }
    let mut engine = in_scale(&patch, FIVE);
    play(
        &mut engine,
        &[(0, on(0, 60, 1.0)), (64, off(0, 60))],
        40_000,
        &[64],
    );
    assert_eq!(voices(&engine), 0);
    // The key a period higher.
    play(&mut engine, &[(0, on(1, 60, 1.0))], 128, &[64]);
    assert!(cents(261.625565, partials_hz(&engine)[0]).abs() < 5.0);
}
