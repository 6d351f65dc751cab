//! The engine's memory is there before the audio thread needs it. With the system's own allocator, so
//! apart from the tests with one that counts.
#![cfg(target_os = "linux")]

use aliquot::synth::{Config, Engine, Event, Param, Patch};

/// Page faults of this thread that were met without reading a file.
fn page_faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux has it");
    // The program's name, which may hold anything, is in parentheses.
    let (_, after_name) = stat.rsplit_once(')').expect("a name");
    let faults = after_name.split_whitespace().nth(7);
    faults.expect("a count").parse().expect("a number")
}

/// All of an engine's memory is there from the start: the first note of a voice does not take the
/// thread into the kernel for a page.
#[test]
fn a_new_engine_needs_no_page() {
    const VOICES: usize = 256;
    let mut patch = Patch::default();
    patch.set(Param::VOICES, VOICES as f32);
    patch.set(Param::PARTIALS, 512.0);
    patch.set(Param::LFO_PITCH, 20.0);
    patch.set(Param::DAMPING, 0.1);
    patch.set(Param::SPREAD, 0.5);
    let (mut left, mut right) = (vec![0.0; 512], vec![0.0; 512]);
    let mut faults_of = |engine: &mut Engine| {
        let before = page_faults();
        engine.set_patch(&patch);
        for voice in 0..VOICES {
            engine.push(Event::NoteOn {
                id: Some(voice as i32),
                channel: (voice / 64) as u8,
                key: (24 + voice % 64) as u8,
                velocity: 0.5,
            });
            engine.push(Event::Modulate {
                id: voice as i32,
                param: Param::partial_level(1),
                offset: 0.1,
            });
        }
        for _ in 0..4 {
            engine.render(&mut left, &mut right);
        }
        assert_eq!(engine.statistics().voices, VOICES);
        page_faults() - before
    };
    let config = Config {
        sample_rate_hz: 48_000.0,
        max_voices: VOICES,
    };
    // The first one brings in the program and the stack. It stays, so that the second one does not
    // get its memory.
    let mut first = Engine::new(&config);
    faults_of(&mut first);
    let mut second = Engine::new(&config);
    let faults = faults_of(&mut second);
    // Its arrays are thousands of pages; a few may be the system's own affair.
    assert!(faults < 32, "{faults} page faults");
}
