//! The instrument in a host that exists only here.

use std::cell::Cell;
use std::collections::VecDeque;

use nice_plug::context::process::SendEventError;
use nice_plug::midi::{Channel, Key, VoiceID};

use super::tuning_message::HostEvent;
use super::*;
use crate::params::HostParam;

mod audition;
mod played;
mod realtime;
mod recordings;
mod screen;
mod threads;

const RATE_HZ: f32 = 48_000.0;

struct FakeHost {
    api: PluginApi,
    transport: HostTransport,
    events: VecDeque<HostEvent>,
    sent: Vec<HostEvent>,
    voices: Cell<u32>,
    latency_frames: Cell<u32>,
    restarts: Cell<u32>,
}

impl FakeHost {
    fn new(api: PluginApi) -> FakeHost {
        FakeHost {
            api,
            transport: HostTransport::new(RATE_HZ),
            events: VecDeque::new(),
            // Room enough, so that the host itself does not allocate.
            sent: Vec::with_capacity(65_536),
            voices: Cell::new(0),
            latency_frames: Cell::new(0),
            restarts: Cell::new(0),
        }
    }
}

impl ActivateContext<Aliquot> for FakeHost {
    fn plugin_api(&self) -> PluginApi {
        self.api
    }
    fn execute(&self, (): ()) {}
    fn set_latency_samples(&self, frames: u32) {
        self.latency_frames.set(frames);
    }
    fn set_current_voice_capacity(&self, capacity: u32) {
        self.voices.set(capacity);
    }
}

impl ProcessContext<Aliquot> for FakeHost {
    fn plugin_api(&self) -> PluginApi {
        self.api
    }
    fn execute_background(&self, (): ()) {}
    fn execute_gui(&self, (): ()) {}
    fn transport(&self) -> &HostTransport {
        &self.transport
    }
    fn next_event(&mut self) -> Option<HostEvent> {
        self.events.pop_front()
    }
    fn try_send_event(&mut self, event: HostEvent) -> Result<(), (HostEvent, SendEventError)> {
        self.sent.push(event);
        Ok(())
    }
    fn set_latency_samples(&self, frames: u32) {
        self.latency_frames.set(frames);
    }
    fn request_restart(&self) {
        self.restarts.set(self.restarts.get() + 1);
    }
    fn set_current_voice_capacity(&self, capacity: u32) {
        self.voices.set(capacity);
    }
}

struct Bench {
    plugin: Aliquot,
    host: FakeHost,
    status: ProcessStatus,
    /// Calls of the allocator while the plugin processed.
    allocator_calls: usize,
}

impl Bench {
    fn new(api: PluginApi) -> Bench {
        let mut bench = Bench {
            plugin: Aliquot::default(),
            host: FakeHost::new(api),
            status: ProcessStatus::Normal,
            allocator_calls: 0,
        };
        assert!(bench.activate(RATE_HZ));
        bench
    }

    fn activate(&mut self, sample_rate: f32) -> bool {
        let config = BufferConfig {
            sample_rate,
            min_buffer_size: None,
            max_buffer_size: 64,
            process_mode: ProcessMode::Realtime,
        };
        let layout = Aliquot::AUDIO_IO_LAYOUTS[0];
        let done = self.plugin.activate(&layout, &config, &mut self.host);
        if done {
            self.plugin.reset();
        }
        done
    }

    fn set(&self, param: SynthParam, plain: f32) {
        let normalized = param.range().normalized(plain);
        self.plugin.params.set(param, normalized);
    }

    fn process(&mut self, channels: usize, frames: usize, events: &[HostEvent]) -> Vec<Vec<f32>> {
        // What was in the host's memory must not be heard.
        let mut memory = vec![vec![f32::NAN; frames]; channels];
        let mut buffer = Buffer::default();
        // SAFETY: the slices live as long as the buffer, and are of the given length.
        unsafe {
            buffer.set_slices(frames, |slices| {
                *slices = memory.iter_mut().map(Vec::as_mut_slice).collect();
            });
        }
        self.host.events.extend(events);
        let mut aux = AuxiliaryBuffers {
            inputs: &mut [],
            outputs: &mut [],
        };
        self.allocator_calls += realtime::calls_during(|| {
            self.status = self.plugin.process(&mut buffer, &mut aux, &mut self.host);
        });
        assert!(self.host.events.is_empty());
        drop(buffer);
        assert!(memory.iter().flatten().all(|x| x.is_finite()));
        memory
    }
}

fn on(timing: u32, key: u8) -> HostEvent {
    NoteEvent::NoteOn {
        timing,
        voice_id: VoiceID::ID(i32::from(key)),
        channel: Channel::Number(0),
        key: Key::Number(key),
        velocity: 1.0,
    }
}

fn off(timing: u32, key: u8) -> HostEvent {
    NoteEvent::NoteOff {
        timing,
        voice_id: VoiceID::ID(i32::from(key)),
        channel: Channel::Number(0),
        key: Key::Number(key),
        velocity: 0.0,
    }
}

fn bend(timing: u32, value: f32) -> HostEvent {
    NoteEvent::MidiPitchBend {
        timing,
        channel: 0,
        value,
    }
}

fn onset(samples: &[f32]) -> Option<usize> {
    samples.iter().position(|&x| x != 0.0)
}

#[test]
fn a_note_begins_at_its_frame() {
    for frame in [0, 1, 37, 64, 99] {
        let mut bench = Bench::new(PluginApi::Clap);
        let out = bench.process(2, 102, &[on(frame, 69)]);
        // The very first frame may be the zero of a sine.
        let found = onset(&out[0]).expect("a sound");
        assert!((frame as usize..=frame as usize + 1).contains(&found));
    }
}

#[test]
fn a_note_at_the_buffers_end_begins_with_the_next() {
    let mut split = Bench::new(PluginApi::Clap);
    let mut parts = split.process(2, 37, &[on(37, 69)]);
    assert_eq!(onset(&parts[0]), None);
    let rest = split.process(2, 63, &[]);
    let whole = Bench::new(PluginApi::Clap).process(2, 100, &[on(37, 69)]);
    for (part, rest) in parts.iter_mut().zip(&rest) {
        part.extend(rest);
    }
    assert_eq!(parts, whole);
    assert!(onset(&whole[0]).is_some());
}

#[test]
fn buffers_longer_than_announced_and_empty_ones_are_taken() {
    let mut bench = Bench::new(PluginApi::Clap);
    let out = bench.process(2, 8192, &[on(5000, 69)]);
    assert!((5000..5002).contains(&onset(&out[1]).expect("a sound")));
    // An empty buffer's note is not lost.
    let mut bench = Bench::new(PluginApi::Clap);
    bench.process(2, 0, &[on(0, 69)]);
    assert!(onset(&bench.process(2, 64, &[])[0]).is_some());
}

#[test]
fn more_events_than_there_is_room_for_all_count() {
    let mut bench = Bench::new(PluginApi::Clap);
    let mut events: Vec<_> = (0..EVENTS as u32 + 10).map(|_| bend(3, 0.5)).collect();
    events.push(on(60, 69));
    let room = bench.plugin.event_loop.events.capacity();
    let out = bench.process(2, 100, &events);
    assert!((60..62).contains(&onset(&out[0]).expect("a sound")));
    assert_eq!(bench.plugin.event_loop.events.capacity(), room);
}

#[test]
fn mono_is_the_mean_of_left_and_right() {
    let render = |channels| {
        let mut bench = Bench::new(PluginApi::Clap);
        bench.set(SynthParam::SPREAD, 1.0);
        bench.process(channels, 480, &[on(0, 57)])
    };
    let (stereo, mono) = (render(2), render(1));
    let mean: Vec<f32> = stereo[0]
        .iter()
        .zip(&stereo[1])
        .map(|(left, right)| 0.5 * (left + right))
        .collect();
    assert_ne!(stereo[0], stereo[1]);
    assert_eq!(mono[0], mean);
}

#[test]
fn a_note_rings_out_and_its_end_is_told() {
    let mut bench = Bench::new(PluginApi::Clap);
    bench.process(2, 480, &[on(0, 69)]);
    assert_eq!(bench.status, ProcessStatus::KeepAlive);
    bench.process(2, 480, &[off(0, 69)]);
    assert_eq!(bench.status, ProcessStatus::KeepAlive);
    let mut buffers = 0;
    while bench.status == ProcessStatus::KeepAlive {
        assert!(bench.host.sent.len() <= 1);
        bench.process(2, 480, &[]);
        buffers += 1;
        assert!(buffers < 200, "the note rings for ever");
    }
    assert_eq!(bench.status, ProcessStatus::Normal);
    let [
        NoteEvent::VoiceTerminated {
            timing,
            voice_id,
            channel,
            key,
        },
    ] = bench.host.sent[..]
    else {
        panic!("{:?}", bench.host.sent);
    };
    assert!(timing < 480);
    assert_eq!(
        (voice_id, channel, key),
        (VoiceID::ID(69), Channel::Number(0), Key::Number(69))
    );
    assert_eq!(onset(&bench.process(2, 480, &[])[0]), None);
}

#[test]
fn a_vst3_host_that_sends_every_parameter_bends_nothing() {
    let flood: Vec<HostEvent> = (0..16u8)
        .flat_map(|channel| {
            let controllers = (0..128).map(move |cc| NoteEvent::MidiCC {
                timing: 0,
                channel,
                cc,
                value: 0.0,
            });
            controllers.chain([
                NoteEvent::MidiChannelPressure {
                    timing: 0,
                    channel,
                    pressure: 0.0,
                },
                NoteEvent::MidiPitchBend {
                    timing: 0,
                    channel,
                    value: 0.0,
                },
            ])
        })
        .collect();
    let play = |api, events: &[HostEvent]| {
        let mut bench = Bench::new(api);
        bench.process(2, 64, events);
        bench.process(2, 480, &[on(0, 69)])
    };
    let clean = play(PluginApi::Vst3, &[]);
    assert_eq!(play(PluginApi::Vst3, &flood), clean);
    // A wheel that a user has moved is heard in both.
    for api in [PluginApi::Vst3, PluginApi::Clap] {
        assert_ne!(play(api, &[bend(0, 0.0)]), clean);
    }
}

/// A controller's data byte on channel 1, at a frame.
fn cc(timing: u32, cc: u8, data: u8) -> HostEvent {
    NoteEvent::MidiCC {
        timing,
        channel: 0,
        cc,
        value: f32::from(data) / 127.0,
    }
}

/// A bend range of 12 semitones and its closing selection, all at the frame of the note.
#[test]
fn a_registered_parameter_is_set_in_one_frame_though_a_vst3_host_sorts_it() {
    let cc = |number, data| cc(40, number, data);
    let sent = [
        cc(101, 0),
        cc(100, 0),
        cc(6, 12),
        cc(101, 127),
        cc(100, 127),
    ];
    let mut sorted = sent;
    sorted.sort_by_key(|event| match event {
        NoteEvent::MidiCC { cc, .. } => *cc,
        _ => 0,
    });
    let play = |api, controllers: &[HostEvent]| {
        let mut bench = Bench::new(api);
        let events = [controllers, &[on(40, 57), bend(40, 1.0)]].concat();
        bench.process(2, 480, &events)
    };
    let expected = play(PluginApi::Clap, &sent);
    assert_ne!(play(PluginApi::Clap, &[]), expected);
    assert_eq!(play(PluginApi::Vst3, &sent), expected);
    assert_eq!(play(PluginApi::Vst3, &sorted), expected);
    // CLAP keeps the order that the host gives.
    assert_ne!(play(PluginApi::Clap, &sorted), expected);
}

/// Tuning program and tuning bank, RPN 3 and 4: what they are set to is taken for no other parameter.
#[test]
fn tuning_program_and_bank_change_nothing() {
    let cc = |number, data| cc(0, number, data);
    let set = |number, data| {
        let sent = [(101, 0), (100, number), (6, data), (38, 0)];
        sent.map(|(controller, value)| cc(controller, value))
    };
    for api in [PluginApi::Clap, PluginApi::Vst3] {
        let play = |buffers: &[&[HostEvent]]| {
            let mut bench = Bench::new(api);
            for events in buffers {
                bench.process(2, 64, events);
            }
            bench.process(2, 480, &[on(0, 57), bend(0, 1.0)])
        };
        let range = set(0, 12);
        let expected = play(&[&range]);
        assert_ne!(play(&[&[]]), expected);
        for number in [3, 4] {
            let steps = [
                set(number, 5).as_slice(),
                &[cc(96, 0), cc(97, 0), cc(97, 0)],
            ]
            .concat();
            assert_eq!(play(&[&range, &steps]), expected);
            assert_eq!(play(&[&steps, &range]), expected);
        }
    }
}

#[test]
fn parameters_reach_the_sound() {
    let play = |level| {
        let mut bench = Bench::new(PluginApi::Clap);
        bench.set(SynthParam::PROTECT, 0.0);
        bench.set(SynthParam::LEVEL, level);
        let out = bench.process(2, 4800, &[on(0, 57)]);
        out[0].iter().fold(0.0f32, |peak, x| peak.max(x.abs()))
    };
    let ratio = play(0.0) / play(-20.0);
    assert!((ratio - 10.0).abs() < 0.01, "{ratio}");
}

#[test]
fn the_host_is_told_how_many_voices_there_are() {
    let mut bench = Bench::new(PluginApi::Clap);
    assert_eq!(bench.host.voices.get(), 32);
    bench.set(SynthParam::VOICES, 7.0);
    bench.process(2, 64, &[]);
    assert_eq!(bench.host.voices.get(), 7);
    // No more than there is room for, until the next activation.
    bench.set(SynthParam::VOICES, 700.0);
    bench.process(2, 64, &[]);
    assert_eq!(bench.host.voices.get(), 128);
    bench.activate(RATE_HZ);
    assert_eq!(bench.host.voices.get(), 700);
}

#[test]
fn starting_again_is_starting_anew() {
    let play = |bench: &mut Bench| bench.process(2, 1000, &[on(10, 57), bend(500, 0.7)]);
    let mut bench = Bench::new(PluginApi::Clap);
    bench.set(SynthParam::PHASES, 2.0);
    let first = play(&mut bench);
    assert!(bench.activate(RATE_HZ));
    assert_eq!(play(&mut bench), first);
    bench.plugin.reset();
    assert_eq!(play(&mut bench), first);
    assert!(bench.activate(96_000.0));
    assert_ne!(play(&mut bench), first);
    for rate in [0.0, -1.0, f32::NAN, f32::INFINITY, 999.0, 4.1e6] {
        assert!(!bench.activate(rate), "{rate}");
    }
    assert!(bench.activate(RATE_HZ));
    assert_eq!(play(&mut bench), first);
}

#[test]
fn unactivated_it_is_silent() {
    let mut bench = Bench::new(PluginApi::Clap);
    bench.plugin.engine = None;
    assert_eq!(onset(&bench.process(2, 64, &[])[0]), None);
}

#[test]
fn denormals_are_the_hosts_own_again_afterwards() {
    let denormal = || std::hint::black_box(f32::MIN_POSITIVE) * std::hint::black_box(0.5);
    let mut bench = Bench::new(PluginApi::Clap);
    bench.process(2, 64, &[on(0, 69)]);
    assert!(denormal() > 0.0);
}

#[test]
fn the_transport_is_taken_as_far_as_it_makes_sense() {
    let mut host = HostTransport::new(RATE_HZ);
    assert_eq!(transport(&host), Transport::default());
    host.tempo = Some(90.0);
    host.pos_beats = Some(7.25);
    host.playing = true;
    let expected = Transport {
        tempo_bpm: 90.0,
        position_beats: Some(7.25),
        playing: true,
    };
    assert_eq!(transport(&host), expected);
    for (tempo, beats) in [(f64::NAN, f64::NAN), (0.0, f64::INFINITY), (-1.0, f64::NAN)] {
        host.tempo = Some(tempo);
        host.pos_beats = Some(beats);
        let expected = Transport {
            playing: true,
            ..Transport::default()
        };
        assert_eq!(transport(&host), expected);
    }
}

#[test]
fn a_refused_state_is_emptied_before_it_is_loaded() {
    let mut state = PluginState {
        version: String::new(),
        params: [(
            "tilt".to_owned(),
            nice_plug::plugin::ParamValue::F32(f32::NAN),
        )]
        .into(),
        fields: [(stored::SCHEMA_FIELD.to_owned(), "1".to_owned())].into(),
    };
    Aliquot::filter_state(&mut state);
    assert!(state.params.is_empty() && state.fields.is_empty());
}

#[test]
fn continuous_parameters_are_linear_to_the_host() {
    let params = HostParams::default();
    for param in SynthParam::all() {
        match params.get(param) {
            Some(HostParam::Continuous(float)) => {
                assert_eq!(float.preview_plain(0.3), 0.3);
                assert_eq!(float.poly_modulation_id().is_some(), param.is_polyphonic());
            }
            Some(HostParam::Stepped(int)) => {
                assert_eq!(int.poly_modulation_id().is_some(), param.is_polyphonic());
            }
            Some(HostParam::Unhosted(_)) | None => {
                assert!(!param.is_polyphonic() && !param.is_hosted());
            }
        }
    }
}
