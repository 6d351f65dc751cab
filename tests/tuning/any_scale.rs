//! Any scale with any keyboard map: finite and bounded sound.

use aliquot::scale::{KeyMap, Scale, SetMaps, Tone};
use aliquot::synth::Config;
use proptest::prelude::*;

use super::*;

/// Cents as files have them, and as none should.
fn tones() -> impl Strategy<Value = Vec<Tone>> {
    let cents = |cents| Tone::from_cents(cents).expect("a tone");
    let tone = prop_oneof![
        4 => (0.0_f64..2_400.0).prop_map(cents),
        1 => (-1e9_f64..1e9).prop_map(cents),
        1 => (-1e-3_f64..1e-3).prop_map(cents),
        2 => (1_u64..100, 1_u64..100).prop_map(|(a, b)| Tone::from_ratio(a, b).expect("a tone")),
        1 => (1_u64.., 1_u64..).prop_map(|(a, b)| Tone::from_ratio(a, b).expect("a tone")),
    ];
    prop::collection::vec(tone, 0..14)
}

/// The text of a map, in which the reference key may be unmapped.
fn map_text() -> impl Strategy<Value = String> {
    let key = || prop_oneof![4 => 0_i64..128, 1 => -1_000_000_i64..=1_000_000];
    let degree = prop_oneof![
        8 => (-30_i64..30).prop_map(Some),
        1 => (-2_147_483_648_i64..=2_147_483_648).prop_map(Some),
        2 => Just(None),
    ];
    let degrees = prop::collection::vec(degree, 0..14);
    let octave = prop_oneof![4 => -24_i64..=24, 1 => -2_147_483_648_i64..=2_147_483_648];
    (key(), key(), -30_i32..30, octave, degrees).prop_map(
        |(middle, reference, exponent, octave, degrees)| {
            let hz = format!("{:.40}", 300.0 * 10_f64.powi(exponent));
            let size = degrees.len();
            let entry = |degree: Option<i64>| degree.map_or("x".to_owned(), |d| d.to_string());
            let entries: Vec<String> = degrees.into_iter().map(entry).collect();
            let entries = entries.join("\n");
            format!("{size}\n0\n127\n{middle}\n{reference}\n{hz}\n{octave}\n{entries}\n")
        },
    )
}

fn patch() -> impl Strategy<Value = Patch> {
    (0.0_f32..=1.0, 0..3, 0..3, any::<bool>(), 0..2).prop_map(|(amount, by, bend, mpe, periods)| {
        let mut patch = Patch::default();
        for (param, value) in [
            (Param::PARTIALS, 64.0),
            (Param::MATCH, amount),
            (Param::MATCH_BY, by as f32),
            (Param::BEND_IN, bend as f32),
            (Param::MPE, f32::from(u8::from(mpe))),
            (Param::CHANNEL_PERIODS, periods as f32),
            (Param::GLIDE, 0.01),
            (Param::FILTER_TYPE, 1.0),
            (Param::KEY_TRACK, 1.0),
        ] {
            patch.set(param, value);
        }
        patch
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn any_pair_sounds_finite_and_bounded(
        tones in tones(),
        map in map_text(),
        map_of_channel_2 in prop::option::of(map_text()),
        patch in patch(),
        keys in prop::collection::vec((0_u8..16, 0_u8..128), 1..7),
        bend in -1.0_f32..=1.0,
    ) {
        let read = |map: &String| KeyMap::read(map.as_bytes()).ok();
        let maps = [read(&map), map_of_channel_2.as_ref().and_then(read)];
        let maps = match maps {
            [None, None] => SetMaps::Linear,
            [Some(map), None] if map_of_channel_2.is_none() => SetMaps::One(map),
            maps => {
                let of_channel = |channel: usize| maps[channel % 2].clone();
                SetMaps::PerChannel(Box::new(std::array::from_fn(of_channel)))
            }
        };
        let set = TuningSet::new("", Scale::new("", tones), maps).expect("short texts");
        let mut engine = Engine::new(&Config { sample_rate_hz: RATE, max_voices: 8 });
        engine.set_patch(&patch);
        // One note sounds already when the scale comes.
        let mut events = vec![(0, on(0, 60, 1.0))];
        let (left, right) = play(&mut engine, &events, 300, &[64]);
        prop_assert!(is_finite(&left) && is_finite(&right));
        engine.set_scale(Arc::new(Some(set.loaded())));
        events.clear();
        for (place, &(channel, key)) in keys.iter().enumerate() {
            events.push((40 * place, on(channel, key, 1.0)));
            events.push((40 * place + 20, Event::PitchBend { channel, value: bend }));
        }
        let (left, right) = play(&mut engine, &events, 1_500, &[64]);
        prop_assert!(is_finite(&left) && is_finite(&right));
        // Seven notes at their full level are far below that.
        prop_assert!(peak(&left).max(peak(&right)) < 8.0);
        prop_assert_eq!(engine.statistics().faults, 0);
        let mut snapshot = Snapshot::default();
        engine.snapshot(&mut snapshot);
        for (_, partials) in snapshot.voices() {
            let is_hz = |hz: f32| hz.is_finite() && hz >= 0.0;
            prop_assert!(partials.iter().all(|partial| is_hz(partial.frequency_hz)));
        }
    }
}
