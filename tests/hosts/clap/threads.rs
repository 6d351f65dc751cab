//! Rendering by several threads: the latency that the host is given, and the same sound after it.

use std::thread::available_parallelism;

use xtask::host::{Event, Instance};

use crate::rig::{instance_with, on, play, wait_for};

const RATE_HZ: f64 = 48_000.0;
const FRAMES: usize = 9_600;

fn chord() -> Vec<(usize, Event)> {
    (0..40)
        .map(|key| on(3 * key as usize, key, 30 + key as u8))
        .collect()
}

fn instance() -> Instance {
    instance_with(&[
        ("Partials", "256"),
        ("LFO 1 to Pitch", "10 ct"),
        ("Voices", "64"),
    ])
}

fn assert_later(alone: &[Vec<f32>], late: &[Vec<f32>], latency: usize) {
    for (alone, late) in alone.iter().zip(late) {
        assert!(alone.iter().any(|&x| x != 0.0));
        assert!(late[..latency].iter().all(|&x| x == 0.0));
        assert!(late[latency..] == alone[..FRAMES - latency]);
    }
}

#[test]
fn threads_are_heard_of_in_the_latency_alone() {
    let mut instance = instance();
    let alone = play(&mut instance, RATE_HZ, &chord(), FRAMES, 128);
    let processors = available_parallelism().map_or(1, usize::from);
    let latency = if processors > 1 { 64 } else { 0 };

    // While it runs, and nothing sounds.
    let threads = instance.parameter("Threads").unwrap();
    let auto = instance.value_of_text(threads.id, "Auto").unwrap().unwrap();
    let mut processor = instance.activate(RATE_HZ, 128).unwrap();
    processor
        .render(&[(0, Event::Value(threads.id, auto))], 128, || 128)
        .unwrap();
    wait_for("a request to be started anew", || {
        processor.render(&[], 128, || 128).unwrap();
        instance.idle();
        (latency == 0 || instance.requests().restarts() > 0).then_some(())
    });
    instance.deactivate(processor);
    let mut processor = instance.activate(RATE_HZ, 128).unwrap();
    assert_eq!(instance.latency_frames() as usize, latency);
    assert_eq!(
        instance.requests().latency_changes(),
        usize::from(latency > 0)
    );
    let late = processor.render(&chord(), FRAMES, || 128).unwrap();
    instance.deactivate(processor);
    assert_later(&alone, &late, latency);

    // It goes with the state.
    let state = instance.save_state().unwrap();
    let mut other = crate::rig::instance();
    other.load_state(&state).unwrap();
    let late = play(&mut other, RATE_HZ, &chord(), FRAMES, 100);
    assert_eq!(other.latency_frames() as usize, latency);
    assert_later(&alone, &late, latency);
}
