//! Threads as they come and go while the instrument runs, and when there is room for voices.

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

    fn note(&self, key: u8, is_on: bool) -> HostEvent {
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

impl Bench {
    fn voices(&self) -> usize {
        let engine = self.plugin.engine.as_ref().expect("an engine");
        engine.statistics().voices
    }

    /// 1,024 events, for every key of eight channels, and what is heard of them.
    fn flood(&mut self, event: fn(Channel, Key) -> HostEvent) -> Vec<f32> {
        let mut sound = Vec::new();
        for channel in 0..8 {
            let notes: Vec<_> = (0..128)
                .map(|key| event(Channel::Number(channel), Key::Number(key)))
                .collect();
            sound.extend(&self.process(2, 64, &notes)[0]);
        }
        for _ in 0..2 {
            sound.extend(&self.process(2, 64, &[])[0]);
        }
        sound
    }
}

fn begin(channel: Channel, key: Key) -> HostEvent {
    NoteEvent::NoteOn {
        timing: 0,
        voice_id: VoiceID::Wildcard,
        channel,
        key,
        velocity: 0.1,
    }
}

fn choke(channel: Channel, key: Key) -> HostEvent {
    NoteEvent::Choke {
        timing: 0,
        voice_id: VoiceID::Wildcard,
        channel,
        key,
    }
}

#[test]
fn more_voices_find_room_at_activation_alone_and_fewer_count_from_silence_on() {
    for threads in [0.0, 2.0] {
        let mut bench = Bench::new(PluginApi::Clap);
        bench.set(SynthParam::THREADS, threads);
        bench.set(SynthParam::PARTIALS, 1.0);
        bench.set(SynthParam::VOICES, 300.0);
        bench.activate(RATE_HZ);
        bench.flood(begin);
        assert_eq!(bench.voices(), 300);

        // Neither ends a note.
        bench.set(SynthParam::VOICES, 200.0);
        bench.flood(begin);
        assert_eq!(bench.voices(), 300);
        bench.flood(choke);
        assert_eq!(bench.voices(), 0);
        bench.flood(begin);
        assert_eq!(bench.voices(), 200);

        // The host is asked once, and while nothing sounds: what it does ends all notes.
        bench.set(SynthParam::VOICES, 700.0);
        bench.flood(begin);
        assert_eq!(bench.host.restarts.get(), 0);
        bench.flood(choke);
        for _ in 0..10 {
            bench.process(2, 64, &[]);
            bench.work();
        }
        assert_eq!(bench.host.restarts.get(), 1);
        bench.flood(begin);
        assert_eq!(bench.voices(), 300);
        bench.activate(RATE_HZ);
        bench.flood(begin);
        assert_eq!(bench.voices(), 700);
        bench.flood(choke);
        assert_eq!(bench.host.restarts.get(), 1);

        // The room is this activation's, whatever there was before.
        bench.set(SynthParam::VOICES, 32.0);
        bench.activate(RATE_HZ);
        bench.set(SynthParam::VOICES, 700.0);
        bench.flood(begin);
        assert_eq!(bench.voices(), LEAST_VOICES);
        assert_eq!(bench.allocator_calls, 0);
    }
}

#[test]
fn a_state_with_more_voices_sounds_the_same_however_fast_the_background_is() {
    let play = |background_is_fast: bool| {
        let mut bench = Bench::new(PluginApi::Clap);
        // As a host loads a state into an active plugin, and plays at once.
        bench.set(SynthParam::PARTIALS, 1.0);
        bench.set(SynthParam::VOICES, 512.0);
        for _ in 0..2 {
            bench.process(2, 64, &[]);
            if background_is_fast {
                bench.work();
            }
        }
        let sound: Vec<_> = bench.flood(begin).iter().map(|x| x.to_bits()).collect();
        (bench.voices(), sound)
    };
    assert!(play(true) == play(false));
}
