//! Matched spectra under tables that others write while notes sound.

use aliquot::dsp::simd_level::SimdLevel;

use super::matched::*;
use super::*;

/// Equal steps are found among the pitches of a master's keys and of messages, rounded as these are.
#[test]
fn tables_of_equal_steps_temper_primes_as_scales_do() {
    let low = 69.0 + 12.0 * (30.0_f64 / 440.0).log2();
    for (count, period_cents) in [
        (5, 1_200.0),
        (12, 1_200.0),
        (31, 1_200.0),
        (13, 1_200.0 * 3.0_f64.log2()),
    ] {
        let step = period_cents / 100.0 / f64::from(count);
        let pitch = |key: i32| low + step * (f64::from(key) - 60.0);
        let expected = matched(&equal(count as usize, period_cents), PRIMES);
        let mut by_master = engine(RATE, &patch(1.0, PRIMES));
        let table = by_master.broadcast_tuning();
        table.set_there(true);
        table.set_period(Some(period_cents / 100.0));
        let hz = |key: i32| f64::from((440.0 * ((pitch(key) - 69.0) / 12.0).exp2()) as f32);
        table.tune_all(
            Addressed::Common,
            &pitches_of_hz(
                SimdLevel::PORTABLE,
                &std::array::from_fn(|key| hz(key as i32)),
            ),
        );
        for (found, expected) in partials_cents(&mut by_master, 60).iter().zip(&expected) {
            assert_near(*found, *expected, 0.02);
        }
    }
    // Messages reach 128 semitones: no larger steps for every key.
    for count in [12, 31] {
        let expected = matched(&equal(count, 1_200.0), PRIMES);
        let mut patch = patch(1.0, PRIMES);
        patch.set(Param::PARTIALS, 64.0);
        let mut engine = engine(RATE, &patch);
        let pitch = |key: u8| 60.0 + 12.0 / count as f64 * (f64::from(key) - 60.0);
        let pitches: Vec<_> = (0..128).map(|key| (key, pitch(key))).collect();
        for message in single_note_changes(&pitches) {
            let retune = Retune::parse(&message).expect("a message");
            retune.apply(engine.message_tuning());
        }
        play(&mut engine, &[(0, on(0, 60, 1.0))], 1_000, &[64]);
        let partials = partials_hz(&engine);
        for (hz, expected) in partials.iter().zip(&expected) {
            // Messages are rounded to 0.006 cents.
            assert_near(cents(partials[0], *hz), *expected, 0.05);
        }
    }
    // Steps that differ temper none.
    let unequal = |by| {
        let mut engine = engine(RATE, &patch(1.0, by));
        let table = engine.broadcast_tuning();
        table.set_there(true);
        (0..128).for_each(|key| {
            table.tune(
                Addressed::Common,
                key,
                f64::from(key) / 2.0 + f64::from(key % 2) / 10.0,
            )
        });
        partials_cents(&mut engine, 1)
    };
    assert_eq!(unequal(PRIMES), unequal(ROOT));
}

/// One table is one spectrum, however little it took to make its steps equal.
#[test]
fn equal_steps_count_from_when_they_are_equal() {
    let low = 69.0 + 12.0 * (30.0_f64 / 440.0).log2();
    let mut engine = engine(RATE, &patch(1.0, PRIMES));
    play(&mut engine, &[(0, on(0, 60, 1.0))], 640, &[64]);
    let mut tell = |off_cents: f64| {
        let table = engine.broadcast_tuning();
        table.set_there(true);
        table.reach_sounding();
        for key in 0..128 {
            let off = f64::from(u8::from(key % 5 == 1)) * off_cents / 100.0;
            table.tune(
                Addressed::Common,
                key,
                low + 2.4 * (f64::from(key) - 60.0) + off,
            );
        }
        play(
            &mut engine,
            &[],
            64 * (usize::from(PLACES_REST_TICKS) + 2),
            &[64],
        );
        let partials = partials_hz(&engine);
        cents(partials[0], partials[24]) / 240.0
    };
    // Partial 25 is 24 steps up by primes, and 23 to the nearest.
    for (off_cents, steps) in [(0.8, 23.0), (0.0, 24.0), (0.8, 23.0), (0.3, 24.0)] {
        assert_near(tell(off_cents), steps, 0.01);
    }
}

/// A master may give each channel steps of its own: partials go by those of the note's channel, also when they change
/// while it sounds.
#[test]
fn partials_go_by_the_pitches_of_the_notes_channel() {
    // Key 60 at 30 Hz.
    let low = 69.0 + 12.0 * (30.0_f64 / 440.0).log2();
    let tell = |engine: &mut Engine, addressed: Addressed, step: f64| {
        let table = engine.broadcast_tuning();
        table.set_there(true);
        table.reach_sounding();
        for key in 0..128 {
            table.tune(addressed, key, low + step * (f64::from(key) - 60.0));
        }
    };
    for by in [PRIMES, KEY, ROOT] {
        for (channel, step_cents, later_cents) in [(0, 100.0, 200.0), (3, 240.0, 200.0)] {
            let addressed = match channel {
                0 => Addressed::Common,
                channel => Addressed::Channels(1 << channel),
            };
            let mut engine = engine(RATE, &patch(1.0, by));
            tell(&mut engine, Addressed::Common, 1.0);
            tell(&mut engine, addressed, step_cents / 100.0);
            play(&mut engine, &[(0, on(channel, 60, 1.0))], 1_000, &[64]);
            for step_cents in [step_cents, later_cents] {
                tell(&mut engine, addressed, step_cents / 100.0);
                play(&mut engine, &[], 1_000, &[64]);
                let partials = partials_hz(&engine);
                let found: Vec<f64> = partials.iter().map(|&hz| cents(partials[0], hz)).collect();
                // Of equal steps that all channels share, the primes are tempered.
                if by == PRIMES && channel == 0 {
                    let equal = equal((1_200.0 / step_cents) as usize, 1_200.0);
                    assert_eq!(
                        steps(&found, step_cents),
                        steps(&matched(&equal, PRIMES), step_cents)
                    );
                    continue;
                }
                for (n, steps) in (1..).zip(steps(&found, step_cents)) {
                    let harmonic = 1_200.0 * f64::from(n).log2();
                    let off = steps as f64 * step_cents - harmonic;
                    assert!(
                        off.abs() <= step_cents / 2.0 + 2e-3,
                        "{by} {channel} {n}: {off}"
                    );
                }
            }
        }
    }
}

/// Under a master that moves pitches against each other, partials are from them by a cent, and by what these move while
/// places rest; and by a cent when they stand still.
#[test]
fn partials_stay_near_pitches_that_move() {
    let low = 69.0 + 12.0 * (30.0_f64 / 440.0).log2();
    for cents_per_tick in [0.02, 0.3, 2.0] {
        for (by, channel) in [(KEY, 0), (ROOT, 0), (KEY, 3)] {
            let addressed = match channel {
                0 => Addressed::Common,
                channel => Addressed::Channels(1 << channel),
            };
            let mut engine = engine(RATE, &patch(1.0, by));
            // Odd keys move up to 45 cents and back.
            let moved_cents = |tick: i32| {
                let turns = cents_per_tick * f64::from(tick) / 90.0;
                90.0 * (turns - (turns + 0.5).floor()).abs()
            };
            let tell = |engine: &mut Engine, moved_cents: f64| {
                let table = engine.broadcast_tuning();
                table.set_there(true);
                table.reach_sounding();
                for key in 0..128 {
                    let moved = f64::from(key % 2) * moved_cents / 100.0;
                    table.tune(addressed, key, low + f64::from(key) - 60.0 + moved);
                }
            };
            // How far a partial is from the pitch that is nearest, cents.
            let off = |cents: f64, moved_cents: f64| {
                let from = |pitch: f64| {
                    ((cents - pitch) / 200.0 - ((cents - pitch) / 200.0).round()) * 200.0
                };
                from(0.0).abs().min(from(100.0 + moved_cents).abs())
            };
            tell(&mut engine, 0.0);
            play(&mut engine, &[(0, on(channel, 60, 1.0))], 640, &[64]);
            let farthest = |engine: &Engine, moved: f64| {
                let partials = partials_hz(engine);
                let cents = partials.iter().map(|&hz| cents(partials[0], hz));
                cents.map(|cents| off(cents, moved)).fold(0.0, f64::max)
            };
            let (mut tick, mut most) = (0, 0.0_f64);
            while tick < 2_000 {
                tick += 1;
                tell(&mut engine, moved_cents(tick));
                play(&mut engine, &[], 64, &[64]);
                most = most.max(farthest(&engine, moved_cents(tick)));
            }
            let allowed = 1.0 + f64::from(PLACES_REST_TICKS + 1) * cents_per_tick;
            assert!(most <= allowed, "{by} {channel}: {most} of {allowed}");
            // They do stay for a while.
            assert!(most > 0.5 * allowed, "{by} {channel}: {most} of {allowed}");
            for _ in 0..=PLACES_REST_TICKS {
                tell(&mut engine, moved_cents(tick));
                play(&mut engine, &[], 64, &[64]);
            }
            let rest = farthest(&engine, moved_cents(tick));
            assert!(rest <= 1.0 + 2e-3, "{by} {channel}: {rest} at rest");
        }
    }
}
