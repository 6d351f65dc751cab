//! Notes begin at their frame, end when they should, and the host is notified.

use xtask::host::{Event, Note, Output, TailLength};

use crate::analysis::{cents, error_db, first_sound, frequency_hz, key_hz, peak, rms};
use crate::rig::{off, on, play, sine_with};

/// A cosine without an attack, so that the very first frame sounds.
const IMMEDIATE: [(&str, &str); 2] = [("Phases", "Aligned"), ("Amp Attack", "0 ms")];

#[test]
fn a_note_begins_at_its_frame() {
    for rate_hz in [44_100.0, 48_000.0, 96_000.0, 192_000.0] {
        let mut instance = sine_with(&IMMEDIATE);
        let at_zero = play(&mut instance, rate_hz, &[on(0, 1, 69)], 4096, 512);
        for frame in [1, 36, 37, 38, 63, 64, 65, 200, 511, 512, 700] {
            let sound = play(&mut instance, rate_hz, &[on(frame, 1, 69)], 4096, 512);
            for (channel, at_zero) in sound.iter().zip(&at_zero) {
                let first = first_sound(channel).expect("the note sounds");
                assert_eq!(first, frame, "at {rate_hz} Hz");
                // And it is the same sound: one frame off would be an error of −25 dB and more.
                let length = 4096 - frame;
                let error = error_db(&at_zero[..length], &channel[frame..]);
                assert!(error < -60.0, "frame {frame} at {rate_hz} Hz: {error} dB");
            }
        }
    }
}

#[test]
fn two_notes_in_one_buffer_begin_at_their_own_frames() {
    let mut instance = sine_with(&IMMEDIATE);
    let alone = play(&mut instance, 48_000.0, &[on(37, 1, 57)], 2048, 1024);
    let both = play(
        &mut instance,
        48_000.0,
        &[on(37, 1, 57), on(613, 2, 64)],
        2048,
        1024,
    );
    let differs = crate::analysis::first_difference(&alone[0], &both[0]);
    assert_eq!(differs, Some(613));
}

#[test]
fn every_key_has_its_pitch() {
    let mut instance = sine_with(&[]);
    for key in (21..=108).step_by(3) {
        let sound = play(&mut instance, 48_000.0, &[on(0, 1, key)], 48_000, 512);
        let expected = key_hz(key.into());
        let hz = frequency_hz(&sound[0][4_800..], 48_000.0, expected, 30.0);
        assert!(
            cents(expected, hz).abs() < 0.5,
            "key {key}: {hz} Hz for {expected}"
        );
    }
}

/// What the plugin said of ended notes, with the frames, and the sound.
fn play_and_listen(
    settings: &[(&str, &str)],
    events: &[(usize, Event)],
    frames: usize,
) -> (Vec<(usize, Note)>, Vec<f32>) {
    let mut instance = sine_with(settings);
    let mut processor = instance.activate(48_000.0, 256).unwrap();
    let mut sound = processor.render(events, frames, || 256).unwrap();
    let ended = processor
        .outputs()
        .iter()
        .filter_map(|(frame, output)| match output {
            Output::NoteEnd(note) => Some((*frame, *note)),
            _ => None,
        })
        .collect();
    instance.deactivate(processor);
    (ended, sound.swap_remove(0))
}

#[test]
fn the_host_is_told_of_ended_notes() {
    let settings = [("Amp Release", "50 ms")];
    let events = [on(0, 11, 60), on(10, 12, 64), off(4_800, 11, 60)];
    let (ended, _) = play_and_listen(&settings, &events, 24_000);
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert_eq!(ended[0].1, Note::new(11, 60));
    assert!(
        (4_800 + 2_000..4_800 + 3_500).contains(&ended[0].0),
        "50 ms after frame 4800: {ended:?}"
    );
}

#[test]
fn a_choked_note_ends_at_once_and_without_a_click() {
    let events = [on(0, 11, 60), (4_800, Event::NoteChoke(Note::new(11, 60)))];
    let (ended, sound) = play_and_listen(&[("Amp Release", "5 s")], &events, 9_600);
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert_eq!(ended[0].1, Note::new(11, 60));
    assert!(ended[0].0 < 4_800 + 720, "{ended:?}");
    assert_eq!(peak(&sound[4_800 + 720..]), 0.0);

    let step = |sound: &[f32]| {
        sound
            .windows(2)
            .fold(0.0_f32, |step, pair| step.max((pair[1] - pair[0]).abs()))
    };
    let steady = step(&sound[2_400..4_800]);
    let ending = step(&sound[4_800..]);
    assert!(ending < 1.1 * steady, "{ending} after {steady}");
}

#[test]
fn stolen_notes_are_reported_once_each() {
    let mut events = Vec::new();
    for id in 0..12 {
        events.push(on(480 * id as usize, id, 48 + id as u8));
    }
    for id in 0..12 {
        events.push(off(24_000, id, 48 + id as u8));
    }
    let settings = [("Voices", "4"), ("Amp Release", "20 ms")];
    let (ended, _) = play_and_listen(&settings, &events, 48_000);
    let mut ids: Vec<u32> = ended.iter().filter_map(|(_, note)| note.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, (0..12).collect::<Vec<_>>());
}

/// Two notes on one key are two notes where the host gives them ids.
#[test]
fn a_note_off_by_id_ends_that_note_only() {
    let settings = [("Amp Release", "10 ms")];
    let events = [on(0, 1, 60), on(2_400, 2, 60), off(4_800, 1, 60)];
    let (ended, sound) = play_and_listen(&settings, &events, 24_000);
    assert_eq!(ended.len(), 1, "{ended:?}");
    assert_eq!(ended[0].1.id, Some(1));
    assert!(rms(&sound[12_000..]) > 1e-3, "the second note ended too");
}

#[test]
fn notes_ring_out_and_the_tail_says_so() {
    let mut instance = sine_with(&[("Amp Release", "100 ms")]);
    let mut processor = instance.activate(48_000.0, 256).unwrap();
    processor.render(&[on(0, 1, 60)], 4_800, || 256).unwrap();
    assert_ne!(
        processor.tail(),
        TailLength::Finite(0),
        "while the key is held"
    );
    let ringing = processor.render(&[off(0, 1, 60)], 2_400, || 256).unwrap();
    assert!(rms(&ringing[0][1_200..]) > 1e-4, "cut off at its release");
    assert_ne!(processor.tail(), TailLength::Finite(0), "while it rings");
    processor.render(&[], 24_000, || 256).unwrap();
    assert_eq!(processor.tail(), TailLength::Finite(0), "when all is over");
    let silence = processor.render(&[], 4_800, || 256).unwrap();
    assert_eq!(peak(&silence[0]), 0.0);
    instance.deactivate(processor);
}
