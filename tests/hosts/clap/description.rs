//! What the plugin says of itself: descriptor, ports, latency, voices, pages of controls.

use xtask::host::{Event, NoteDialect, NoteDialects};

use crate::analysis::{peak, rms};
use crate::rig::{host, instance, on, play, sine_with};

#[test]
fn the_descriptor_names_an_instrument() {
    let descriptor = host().descriptor();
    assert_eq!(descriptor.plugins, 1);
    assert_eq!(descriptor.name, "Aliquot");
    assert!(descriptor.id.contains("aliquot"), "{}", descriptor.id);
    assert!(!descriptor.vendor.is_empty());
    assert!(!descriptor.description.is_empty());
    assert_eq!(descriptor.version, env!("CARGO_PKG_VERSION"));
    for feature in ["instrument", "synthesizer", "stereo"] {
        assert!(
            descriptor.features.iter().any(|f| f == feature),
            "{:?}",
            descriptor.features
        );
    }
}

#[test]
fn a_stereo_output_and_a_note_input_and_nothing_else() {
    let mut instance = instance();
    assert!(instance.audio_ports(true).unwrap().is_empty());
    let outputs = instance.audio_ports(false).unwrap();
    assert_eq!(outputs.len(), 1, "{outputs:?}");
    assert_eq!(outputs[0].channels, 2);
    assert!(outputs[0].is_main);

    let notes = instance.note_ports(true).unwrap();
    assert_eq!(notes.len(), 1, "{notes:?}");
    assert!(
        notes[0]
            .dialects
            .contains(NoteDialects::CLAP | NoteDialects::MIDI)
    );
    assert_eq!(notes[0].preferred, Some(NoteDialect::Clap));
}

#[test]
fn the_mono_layout_gives_the_mean_of_left_and_right() {
    let settings = [("Partials", "8"), ("Stereo Spread", "100 %")];
    let mut stereo = sine_with(&settings);
    let mut mono = sine_with(&settings);
    let layouts = mono.layouts().unwrap();
    let mut channels: Vec<usize> = layouts.iter().map(|l| l.output_channels).collect();
    channels.sort_unstable();
    assert_eq!(channels, [1, 2], "{layouts:?}");
    let layout = layouts.iter().find(|l| l.output_channels == 1).unwrap();
    mono.select_layout(layout.id).unwrap();
    assert_eq!(mono.audio_ports(false).unwrap()[0].channels, 1);

    let events = [on(37, 1, 57)];
    let stereo = play(&mut stereo, 48_000.0, &events, 9_600, 256);
    let mono = play(&mut mono, 48_000.0, &events, 9_600, 256);
    assert_eq!((stereo.len(), mono.len()), (2, 1));
    let mean: Vec<f32> = stereo[0]
        .iter()
        .zip(&stereo[1])
        .map(|(left, right)| 0.5 * (left + right))
        .collect();
    let difference: Vec<f32> = mean.iter().zip(&mono[0]).map(|(a, b)| a - b).collect();
    assert!(rms(&mean) > 1e-3, "the mono sound is silent");
    assert!(peak(&difference) < 1e-6, "{}", peak(&difference));
    assert_ne!(stereo[0], stereo[1], "the spread is not heard");
}

#[test]
fn the_latency_is_nothing() {
    let mut instance = sine_with(&[]);
    assert_eq!(instance.latency_frames(), 0);
    for (rate_hz, max_frames) in [(44_100.0, 1), (48_000.0, 512), (192_000.0, 8192)] {
        let mut processor = instance.activate(rate_hz, max_frames).unwrap();
        assert_eq!(instance.latency_frames(), 0);
        processor
            .render(&[on(0, 1, 60)], 4096, || max_frames)
            .unwrap();
        assert_eq!(instance.latency_frames(), 0);
        instance.deactivate(processor);
    }
    assert_eq!(instance.requests().latency_changes(), 0);
    assert_eq!(instance.requests().restarts(), 0);
}

/// From its activation on the plugin reports how many voices are set; the framework knows only the capacity
/// before.
#[test]
fn the_voices_are_as_they_are_set() {
    let mut instance = instance();
    let mut processor = instance.activate(48_000.0, 256).unwrap();
    let voices = instance.voices().expect("voice info");
    assert_eq!((voices.count, voices.capacity), (32, 2_048));
    assert!(voices.overlapping);

    let parameter = instance.parameter("Voices").unwrap();
    let value = instance.value_of_text(parameter.id, "7").unwrap().unwrap();
    let event = (100, Event::Value(parameter.id, value));
    processor.render(&[event], 1_024, || 256).unwrap();
    instance.idle();
    let voices = instance.voices().expect("voice info");
    assert_eq!((voices.count, voices.capacity), (7, 2_048));
    instance.deactivate(processor);
}

#[test]
fn the_pages_of_controls_hold_parameters() {
    let mut instance = instance();
    let pages = instance.remote_pages().unwrap();
    assert!(pages.len() >= 4, "{pages:?}");
    for page in &pages {
        assert!(!page.name.is_empty(), "{page:?}");
        let slots: Vec<_> = page.parameters.iter().flatten().collect();
        assert!(!slots.is_empty(), "{page:?}");
        for id in slots {
            assert!(
                instance.parameters().iter().any(|p| p.id == *id),
                "{page:?} names no parameter"
            );
        }
    }
    let macros: Vec<_> = (1..=8)
        .map(|n| Some(instance.parameter(&format!("Macro {n}")).unwrap().id))
        .collect();
    assert_eq!(pages[0].parameters.to_vec(), macros, "{:?}", pages[0]);
}
