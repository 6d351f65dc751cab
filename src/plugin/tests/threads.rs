//! Threads and room for voices, as they come and go while the instrument runs.

use super::*;
use crate::workers;

/// Threads that there can be here: on one processor there are none beside the host's.
fn two() -> bool {
    workers::auto_threads() > 1
}

impl Bench {
    /// Does what the background has to do, which may have done it by itself.
    fn work(&mut self) {
        self.plugin.background.work();
    }

    fn note(&self, key: u8, is_on: bool) -> NoteEvent<()> {
        let (timing, voice_id) = (0, VoiceID::Wildcard);
        let (channel, key) = (Channel::Number(0), Key::Number(key));
        if is_on {
            NoteEvent::NoteOn {
                timing,
                voice_id,
                channel,
                key,
                velocity: 0.5,
            }
        } else {
            NoteEvent::NoteOff {
                timing,
                voice_id,
                channel,
                key,
                velocity: 0.0,
            }
        }
    }

    /// Several sections' worth of voices for a while.
    fn chord(&mut self) -> Vec<f32> {
        let notes: Vec<_> = (30..62).map(|key| self.note(key, true)).collect();
        let mut sound = self.process(2, 64, &notes)[0].clone();
        for _ in 0..40 {
            sound.extend(&self.process(2, 64, &[])[0]);
        }
        let notes: Vec<_> = (30..62).map(|key| self.note(key, false)).collect();
        sound.extend(&self.process(2, 64, &notes)[0]);
        for _ in 0..1_000 {
            sound.extend(&self.process(2, 64, &[])[0]);
        }
        sound
    }
}

#[test]
fn threads_come_when_nothing_sounds_and_the_host_is_told_of_the_latency() {
    let mut bench = Bench::new(PluginApi::Clap);
    let alone = bench.chord();
    bench.activate(RATE_HZ);

    bench.process(2, 64, &[bench.note(60, true)]);
    bench.set(SynthParam::THREADS, 2.0);
    bench.process(2, 64, &[]);
    bench.work();
    bench.process(2, 64, &[]);
    assert_eq!(bench.host.latency_frames.get(), 0, "a note was cut off");
    bench.process(2, 64, &[bench.note(60, false)]);
    for _ in 0..2_000 {
        bench.process(2, 64, &[]);
    }
    let latency = if two() { 64 } else { 0 };
    assert_eq!(bench.host.latency_frames.get(), latency);
    bench.work();

    // As the host does when it hears of another latency.
    bench.activate(RATE_HZ);
    assert_eq!(bench.host.latency_frames.get(), latency);
    let late = bench.chord();
    let latency = latency as usize;
    assert!(late[..latency].iter().all(|&x| x == 0.0));
    assert!(late[latency..] == alone[..alone.len() - latency]);

    // The state remembers them, so an activation may bring them at once.
    let mut other = Bench::new(PluginApi::Vst3);
    other.set(SynthParam::THREADS, 1.0);
    other.activate(RATE_HZ);
    assert_eq!(other.host.latency_frames.get() as usize, latency);
    assert!(other.chord() == late);
    other.set(SynthParam::THREADS, 0.0);
    other.process(2, 64, &[]);
    other.work();
    other.process(2, 64, &[]);
    assert_eq!(other.host.latency_frames.get(), 0);
    other.work();
    assert_eq!(bench.allocator_calls + other.allocator_calls, 0);
}

#[test]
fn a_choice_that_is_taken_back_changes_nothing() {
    let mut bench = Bench::new(PluginApi::Clap);
    bench.process(2, 64, &[bench.note(60, true)]);
    bench.set(SynthParam::THREADS, 2.0);
    bench.process(2, 64, &[]);
    bench.work();
    bench.process(2, 64, &[]);
    bench.set(SynthParam::THREADS, 0.0);
    for _ in 0..3 {
        bench.process(2, 64, &[]);
        bench.work();
    }
    bench.process(2, 64, &[bench.note(60, false)]);
    for _ in 0..2_000 {
        bench.process(2, 64, &[]);
    }
    bench.work();
    assert_eq!(bench.host.latency_frames.get(), 0);
    assert_eq!(bench.allocator_calls, 0);
}

#[test]
fn more_voices_find_room_while_others_sound_and_are_used_from_silence_on() {
    for threads in [0.0, 2.0] {
        let mut bench = Bench::new(PluginApi::Clap);
        bench.set(SynthParam::THREADS, threads);
        bench.set(SynthParam::PARTIALS, 1.0);
        bench.set(SynthParam::VOICES, 300.0);
        // An activation finds all that is asked for.
        bench.activate(RATE_HZ);
        let voices = |bench: &Bench| {
            let engine = bench.plugin.engine.as_ref().expect("an engine");
            engine.statistics().voices
        };
        let play = |bench: &mut Bench, event: fn(Channel, Key) -> NoteEvent<()>| {
            for channel in 0..8 {
                let notes: Vec<_> = (0..128)
                    .map(|key| event(Channel::Number(channel), Key::Number(key)))
                    .collect();
                bench.process(2, 64, &notes);
            }
            bench.process(2, 64, &[]);
            bench.process(2, 64, &[]);
        };
        let begin = |channel, key| NoteEvent::NoteOn {
            timing: 0,
            voice_id: VoiceID::Wildcard,
            channel,
            key,
            velocity: 0.1,
        };
        let choke = |channel, key| NoteEvent::Choke {
            timing: 0,
            voice_id: VoiceID::Wildcard,
            channel,
            key,
        };
        play(&mut bench, begin);
        assert_eq!(voices(&bench), 300);
        // While it runs, more have to be made first. What comes when does not change the sound.
        bench.set(SynthParam::VOICES, 700.0);
        bench.process(2, 64, &[]);
        bench.work();
        bench.process(2, 64, &[]);
        bench.work();
        play(&mut bench, begin);
        assert_eq!(voices(&bench), 300);
        play(&mut bench, choke);
        assert_eq!(voices(&bench), 0);
        play(&mut bench, begin);
        assert_eq!(voices(&bench), 700);
        assert_eq!(bench.allocator_calls, 0);
    }
}
