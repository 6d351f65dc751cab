//! Recordings that are loaded while the plugin runs.

use super::*;
use crate::params::HostParams;
use crate::recordings::recording_body;
use crate::state::NamedBank;
use crate::state::tests::bank;

fn named(hz: f64) -> NamedBank {
    NamedBank::new("Oboe", "", bank(hz, 0.5)).expect("a path")
}

/// The host's fields of an instance with this bank.
fn fields(hz: f64) -> std::collections::BTreeMap<String, String> {
    let params = HostParams::default();
    assert_eq!(params.recordings().set(Some(named(hz))), Ok(()));
    params.serialize_fields()
}

#[test]
fn a_bank_is_exchanged_under_sounding_notes_without_the_allocator() {
    let mut bench = Bench::new(PluginApi::Clap);
    bench.set(SynthParam::BODY_A, recording_body());
    bench.process(2, 64, &[on(0, 60), on(3, 64)]);
    bench.allocator_calls = 0;
    for hz in [801.0, 802.0, 803.0] {
        let recordings = bench.plugin.params.recordings().clone();
        assert_eq!(recordings.set(Some(named(hz))), Ok(()));
        bench.process(2, 64, &[]);
        bench.process(2, 64, &[off(5, 60), on(6, 60)]);
        // What has been dropped there is freed here.
        bench.plugin.background.work();
    }
    assert_eq!(bench.plugin.params.recordings().set(None), Ok(()));
    bench.process(2, 64, &[]);
    assert_eq!(bench.allocator_calls, 0);
}

#[test]
fn what_renders_after_a_state_has_its_bank() {
    let bench = Bench::new(PluginApi::Clap);
    let state = fields(804.0);
    bench.plugin.params.deserialize_fields(&state);
    let next = bench.plugin.params.recordings().take_next();
    let bank = next.as_ref().and_then(|next| next.bank());
    assert_eq!(bank.map(|bank| bank.hash()), Some(named(804.0).hash()));
    // It is saved as it was loaded.
    let saved = bench.plugin.params.serialize_fields();
    let field = stored::RECORDINGS_FIELD;
    assert!(saved.contains_key(field) && saved.get(field) == state.get(field));
}

#[test]
fn a_damaged_bank_refuses_no_state_and_is_saved_again() {
    let field = stored::RECORDINGS_FIELD;
    let mut state = PluginState {
        version: String::new(),
        params: std::collections::BTreeMap::new(),
        fields: fields(805.0),
    };
    assert_eq!(stored::admit(&mut state), Ok(()));
    let json = state.fields.get_mut(field).expect("recordings");
    let whole = json.clone();
    *json = json.replace("data\":\"Q", "data\":\"R");
    let damaged = json.clone();
    assert_ne!(damaged, whole);
    assert_eq!(stored::admit(&mut state), Ok(()));
    let bench = Bench::new(PluginApi::Clap);
    bench.plugin.params.deserialize_fields(&state.fields);
    let saved = bench.plugin.params.serialize_fields();
    assert_eq!(saved.get(field), Some(&damaged));
    assert!(bench.plugin.params.recordings().missing().is_some());
    // Other damage refuses it.
    let json = state.fields.get_mut(field).expect("recordings");
    *json = "[]".to_owned();
    let refusal = stored::admit(&mut state).expect_err("damaged");
    assert!(
        matches!(refusal, stored::Refusal::BadRecordings(_)),
        "{refusal}"
    );
}
