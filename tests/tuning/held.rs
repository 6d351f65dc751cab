//! Notes that sound while the tuning becomes another, and notes that it has no pitch for.

use super::*;

/// Partials of the voice of a channel, Hz.
fn of_channel(engine: &Engine, channel: u8) -> Vec<f64> {
    let mut snapshot = Snapshot::default();
    engine.snapshot(&mut snapshot);
    let (_, partials) = snapshot
        .voices()
        .find(|(voice, _)| voice.channel == channel)
        .expect("a voice");
    let hz = partials.iter().map(|partial| partial.frequency_hz.into());
    hz.collect()
}

fn bend(channel: u8, value: f32) -> Event {
    Event::PitchBend { channel, value }
}

/// A host that keeps ids learns that the note is over, at once.
#[test]
fn a_note_without_a_pitch_has_ended() {
    let map = b"2\n0\n127\n60\n60\n261.6\n2\n0\nx\n";
    for mode in [0.0, 1.0] {
        let mut patch = sine();
        patch.set(Param::PLAY_MODE, mode);
        let mut engine = engine(RATE, &patch);
        engine.set_scale(scale(TWELVE, MapTexts::One(map)));
        let note = |id, key| Event::NoteOn {
            id: Some(id),
            channel: 3,
            key,
            velocity: 1.0,
        };
        play(
            &mut engine,
            &[(0, note(7, 60)), (10, note(8, 61))],
            64,
            &[64],
        );
        let ended = engine.next_ended().expect("the note");
        assert_eq!((ended.id, ended.channel, ended.key), (Some(8), 3, 61));
        assert_eq!(engine.next_ended(), None);
        assert_eq!(voices(&engine), 1);
    }
}

/// A patch whose notes keep their tuning, with bends in the scale over four keys.
fn keeping() -> Patch {
    let mut patch = Patch::default();
    for (param, value) in [
        (Param::PARTIALS, 12.0),
        (Param::RETUNE, 1.0),
        (Param::BEND_IN, 2.0),
        (Param::BEND_RANGE, 4.0),
        (Param::MATCH, 1.0),
        (Param::MATCH_BY, 1.0),
        (Param::AMP_RELEASE, 0.0),
    ] {
        patch.set(param, value);
    }
    patch
}

/// Everything of a note that hears of another scale under "New Notes" is as if it had not: pitch, bend, match.
#[test]
fn held_notes_keep_the_tuning_of_their_onset() {
    let mut patch = keeping();
    for scales in [
        [MEANTONE, FIVE],
        [TWELVE, FIVE],
        [FIVE, TWELVE],
        [BOHLEN_PIERCE, MEANTONE],
    ] {
        for by in [0.0, 1.0, 2.0] {
            patch.set(Param::MATCH_BY, by);
            let render = |others: &[&str]| {
                let mut engine = in_scale(&patch, scales[0]);
                play(&mut engine, &[(0, on(0, 62, 1.0))], 1_000, &[64]);
                for (place, other) in (0..).zip(others) {
                    engine.set_scale(scale(other, MapTexts::None));
                    play(&mut engine, &[], 500, &[64]);
                    // A newer note each time, which goes by the newer scale.
                    let newer = match place {
                        0 => on(1, 62, 1.0),
                        place => on(2, 40 + place, 1.0),
                    };
                    play(&mut engine, &[(0, newer)], 500, &[64]);
                }
                let mut amount = patch;
                amount.set(Param::MATCH, 0.75);
                engine.set_patch(&amount);
                let bends = [(0, bend(0, 1.0)), (0, bend(1, 1.0))];
                play(&mut engine, &bends, 1_000, &[64]);
                engine
            };
            let left = of_channel(&render(&[]), 0);
            let engine = render(&[scales[1]]);
            let held = of_channel(&engine, 0);
            for (n, (held, left)) in held.iter().zip(&left).enumerate() {
                assert!(cents(*left, *held).abs() < 1e-3, "{n}: {held} for {left}");
            }
            let mut newer = in_scale(&patch, scales[1]);
            play(
                &mut newer,
                &[(0, bend(1, 1.0)), (0, on(1, 62, 1.0))],
                1_000,
                &[64],
            );
            let (newer, found) = (of_channel(&newer, 1)[0], of_channel(&engine, 1)[0]);
            assert!(cents(newer, found).abs() < 1e-3, "{found} for {newer}");
            assert!(cents(newer, held[0]).abs() > 5.0, "they differ");
            // More tunings than are kept, each with a note of its own.
            let many: Vec<&str> = scales.iter().rev().copied().cycle().take(24).collect();
            let held = of_channel(&render(&many), 0);
            assert!(cents(left[0], held[0]).abs() < 1e-3, "{}", held[0]);
        }
    }
}

/// A reset forgets what has been kept, and makes an engine as new.
#[test]
fn a_reset_forgets_what_notes_have_kept() {
    let patch = keeping();
    let events = [(0, on(0, 60, 1.0)), (200, bend(0, 0.3))];
    let mut used = in_scale(&patch, FIVE);
    play(&mut used, &[(0, on(0, 60, 1.0))], 1_000, &[64]);
    used.set_scale(Arc::new(None));
    play(&mut used, &[(0, on(0, 64, 1.0))], 1_000, &[64]);
    used.reset();
    let (found, _) = play(&mut used, &events, 4_000, &[64]);
    let (new, _) = play(&mut engine(RATE, &patch), &events, 4_000, &[64]);
    assert_eq!(first_difference(&new, &found), None);
}

/// A wheel moves at once under another Bend In, in the scale that a note has kept.
#[test]
fn bend_in_counts_for_held_notes() {
    let mut patch = keeping();
    let mut engine = in_scale(&patch, MEANTONE);
    let events = [(0, bend(0, 1.0)), (0, on(0, 60, 1.0))];
    play(&mut engine, &events, 1_000, &[64]);
    engine.set_scale(scale(FIVE, MapTexts::None));
    for (bend_in, expected) in [(2.0, 386.314), (0.0, 400.0), (2.0, 386.314)] {
        patch.set(Param::BEND_IN, bend_in);
        engine.set_patch(&patch);
        play(&mut engine, &[], 1_000, &[64]);
        let bent = cents(261.625565, partials_hz(&engine)[0]);
        assert!((bent - expected).abs() < 0.01, "{bend_in}: {bent}");
    }
}

/// A map with no pitch for every second key.
const HALF: &[u8] = b"2\n0\n127\n60\n60\n261.6255653\n2\n0\nx\n";

/// A key that MTS-ESP filters, or that a map has no pitch for, keeps its pitch while its note is held.
#[test]
fn a_held_note_keeps_its_pitch_when_its_key_loses_it() {
    let hz = 440.0 * 2.0_f64.powf((61.0 - 69.0) / 12.0);
    for by_map in [false, true] {
        let mut engine = engine(RATE, &sine());
        play(&mut engine, &[(0, on(0, 61, 1.0))], 1_000, &[64]);
        match by_map {
            true => engine.set_scale(scale(TWELVE, MapTexts::One(HALF))),
            false => {
                let table = engine.broadcast_tuning();
                table.set_there(true);
                table.set_mapped(Addressed::All, !(1 << 61));
                table.reach_sounding();
            }
        }
        play(&mut engine, &[], 1_000, &[64]);
        let held = partials_hz(&engine)[0];
        assert!(cents(hz, held).abs() < 1e-3, "by map {by_map}: {held}");
    }
}

/// A master of MTS-ESP goes while a note is held, and comes again: the note follows it without a jump, or keeps the
/// pitch of its onset. So with one table, with a table of its channel, and with a key that the master filters.
#[test]
fn a_held_note_follows_a_master_that_goes_and_comes() {
    let equal_hz = key_hz(61.0);
    let master_hz = key_hz(61.4);
    for (retune, of_channel, filtered) in [
        (0.0, false, false),
        (0.0, true, false),
        (0.0, false, true),
        (1.0, false, false),
        (1.0, true, false),
    ] {
        let what = format!("Retune {retune}, of channel {of_channel}, filtered {filtered}");
        let mut patch = sine();
        patch.set(Param::RETUNE, retune);
        let mut engine = engine(RATE, &patch);
        let come = |engine: &mut Engine| {
            let table = engine.broadcast_tuning();
            table.set_own_channels(if of_channel { 1 << 2 } else { 0 });
            let channels = match of_channel {
                true => Addressed::Channels(1 << 2),
                false => Addressed::All,
            };
            for key in 0..128 {
                table.tune(channels, key, f64::from(key) + 0.4);
            }
            table.set_there(true);
            table.reach_sounding();
        };
        let go = |engine: &mut Engine| {
            let table = engine.broadcast_tuning();
            table.set_there(false);
            table.reach_sounding();
        };
        come(&mut engine);
        let mut heard = play(&mut engine, &[(0, on(2, 61, 1.0))], 3_000, &[64]).0;
        let mut hear = |engine: &mut Engine, expected_hz: f64| {
            let expected_hz = if retune == 0.0 {
                expected_hz
            } else {
                master_hz
            };
            heard.extend(play(engine, &[], 3_000, &[64]).0);
            let hz = partials_hz(engine)[0];
            assert!(
                cents(expected_hz, hz).abs() < 1e-3,
                "{what}: {hz} for {expected_hz}"
            );
        };
        hear(&mut engine, master_hz);
        if filtered {
            engine
                .broadcast_tuning()
                .set_mapped(Addressed::All, !(1 << 61));
            hear(&mut engine, master_hz);
        }
        go(&mut engine);
        hear(&mut engine, equal_hz);
        come(&mut engine);
        // A key that the master filters stays where it is.
        hear(&mut engine, if filtered { equal_hz } else { master_hz });
        go(&mut engine);
        hear(&mut engine, equal_hz);
        let steady = largest_jump(&heard[1_000..3_000]);
        assert!(largest_jump(&heard[1_000..]) <= 1.1 * steady, "{what}");
        assert_eq!(voices(&engine), 1, "{what}");
    }
}

/// In Mono, the key that is returned to has no pitch any more: the voice stays where it is.
#[test]
fn a_key_without_a_pitch_is_returned_to_without_a_jump() {
    let mut patch = sine();
    patch.set(Param::PLAY_MODE, 1.0);
    let mut engine = engine(RATE, &patch);
    let keys = [(0, on(0, 61, 1.0)), (500, on(0, 66, 1.0))];
    play(&mut engine, &keys, 1_000, &[64]);
    engine.set_scale(scale(TWELVE, MapTexts::One(HALF)));
    let before = partials_hz(&engine)[0];
    play(&mut engine, &[(0, off(0, 66))], 1_000, &[64]);
    let after = partials_hz(&engine)[0];
    assert_eq!(voices(&engine), 1);
    assert!(cents(before, after).abs() < 1e-3, "{after} for {before}");
}

/// Retunes one key to a quarter tone above it: in real time, or by a dump for notes that begin.
fn quarter_tone(key: u8, is_real_time: bool) -> Vec<u8> {
    let realm = if is_real_time { 0x7F } else { 0x7E };
    vec![0xF0, realm, 0x7F, 8, 7, 0, 0, 1, key, key, 64, 0, 0xF7]
}

/// A dump leaves notes that sound alone, also when a message of real time for another key comes after it, in the
/// same tick or later; and such a message moves the keys that it names, also to the pitch that a dump gave them.
#[test]
fn messages_move_the_notes_that_they_name() {
    for is_later in [false, true] {
        let mut engine = engine(RATE, &sine());
        let notes: Vec<_> = (0..3)
            .map(|channel| (0, on(channel, 60 + channel, 1.0)))
            .collect();
        play(&mut engine, &notes, 1_000, &[64]);
        let hear = |engine: &mut Engine, message: Vec<u8>| {
            let retune = Retune::parse(&message).expect("a message");
            retune.apply(engine.message_tuning());
        };
        let moved = |engine: &mut Engine| {
            play(engine, &[], 500, &[64]);
            [0_u8, 1, 2].map(|channel| {
                let equal = 440.0 * 2.0_f64.powf((f64::from(channel) - 9.0) / 12.0);
                cents(equal, of_channel(engine, channel)[0]).round() as i32
            })
        };
        hear(&mut engine, quarter_tone(60, false));
        if is_later {
            assert_eq!(moved(&mut engine), [0, 0, 0]);
        }
        hear(&mut engine, quarter_tone(61, true));
        assert_eq!(moved(&mut engine), [0, 50, 0]);
        hear(&mut engine, quarter_tone(60, true));
        assert_eq!(moved(&mut engine), [50, 50, 0]);
    }
}

/// A glide whose time goes by its interval is over, and stays so when the note is retuned.
#[test]
fn a_glide_that_has_arrived_does_not_begin_again() {
    let mut patch = sine();
    for (param, value) in [
        (Param::PLAY_MODE, 2.0),
        (Param::GLIDE, 0.5),
        (Param::GLIDE_MODE, 2.0),
    ] {
        patch.set(param, value);
    }
    let mut engine = engine(RATE, &patch);
    play(&mut engine, &[(0, on(0, 60, 1.0))], 1_000, &[64]);
    // An octave takes 0.5 s.
    play(&mut engine, &[(0, on(0, 72, 1.0))], 25_000, &[64]);
    assert!(cents(523.251131, partials_hz(&engine)[0]).abs() < 1e-3);
    let table = engine.broadcast_tuning();
    table.set_there(true);
    table.tune(Addressed::Common, 72, 84.0);
    table.reach_sounding();
    play(&mut engine, &[], 1_000, &[64]);
    let heard = partials_hz(&engine)[0];
    assert!(cents(1_046.502261, heard).abs() < 1e-3, "{heard}");
}
