//! Plays a MIDI file through a bundle.
//!
//! The events, their frames, the buffers and the end are those of `aliquot-render` with the same
//! preset, rate and buffer, so the sound is the same to the bit.

use std::path::Path;

use aliquot::song::{AutomaticTail, ReadOptions, Song, SongAction};
use aliquot::state::{Preset, starting_presets};
use aliquot::synth::{self, Config, Engine, NoteAddress, NoteExpression, Patch, block_frames};
use anyhow::{Context, Result, anyhow, ensure};

use super::{Event, Host, Note, Processor, Transport, preset_state};

/// A rendered sound.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendered {
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// The left channel.
    pub left: Vec<f32>,
    /// The right channel, as long as the left.
    pub right: Vec<f32>,
}

/// Plays the file `midi` through `bundle` with this sound, at a whole rate in frames per second and in
/// buffers of `buffer_frames`, until all notes have died away. Program changes are ignored.
///
/// # Errors
/// A file that cannot be read or is damaged, and whatever the plugin refuses.
pub fn render_midi(
    bundle: &Path,
    midi: &Path,
    preset: &Preset,
    sample_rate_hz: f64,
    buffer_frames: usize,
) -> Result<Rendered> {
    ensure!(
        sample_rate_hz.fract() == 0.0 && (1e3..1e6).contains(&sample_rate_hz),
        "a rate of {sample_rate_hz} Hz"
    );
    let bytes = std::fs::read(midi).with_context(|| format!("cannot read {}", midi.display()))?;
    let options = ReadOptions {
        sample_rate_hz: sample_rate_hz as u32,
        is_strict: true,
    };
    let (song, _) =
        Song::read(&bytes, &options).map_err(|reason| anyhow!("{}: {reason}", midi.display()))?;

    let mut instance = Host::load(bundle)?.instantiate()?;
    let state = preset_state(&mut instance, preset)?;
    instance.load_state(&state)?;
    let mut events = Vec::new();
    for event in &song.events {
        if let Some(translated) = translate(&event.action) {
            events.push((usize::try_from(event.frame)?, translated));
        }
    }

    let mut processor = instance.activate(sample_rate_hz, buffer_frames)?;
    ensure!(
        processor.channels() == 2,
        "the plugin's output is not stereo"
    );
    let mut tail = AutomaticTail::new(song.end_frame, sample_rate_hz);
    tail.expect_gaps(echo_gap_frames(&song, &preset.patch, sample_rate_hz));
    let end_frame = usize::try_from(song.end_frame)?;
    let result = perform(
        &mut processor,
        &events,
        (end_frame, tail),
        sample_rate_hz,
        buffer_frames,
    );
    instance.deactivate(processor);
    result
}

/// Frames from echo to echo when the song has ended.
fn echo_gap_frames(song: &Song, patch: &Patch, sample_rate_hz: f64) -> u64 {
    let mut engine = Engine::new(&Config {
        sample_rate_hz,
        max_voices: 1,
    });
    engine.set_patch(patch);
    for event in &song.events {
        if let SongAction::Transport(transport) = &event.action {
            engine.set_transport(transport);
        }
    }
    let mut block = vec![0.0; block_frames(sample_rate_hz)];
    engine.render(&mut block.clone(), &mut block);
    engine.echo_gap_frames()
}

/// What an event of a song is to a CLAP plugin: notes are CLAP's own, the rest is MIDI.
fn translate(action: &SongAction) -> Option<Event> {
    let data = |value: f32| (value * 127.0).round() as u8;
    let note = |address: &NoteAddress| Note {
        id: None,
        channel: address.channel,
        key: address.key,
    };
    Some(match action {
        SongAction::Program { .. } => return None,
        SongAction::Exclusive(message) => {
            // The demo plays few songs, and a host keeps the bytes for as long as it likes.
            let whole = [&[0xF0], &message[..]].concat();
            Event::Exclusive(whole.leak())
        }
        SongAction::Transport(transport) => Event::Transport(Transport {
            tempo_bpm: Some(transport.tempo_bpm),
            position_beats: transport.position_beats,
            playing: transport.playing,
        }),
        SongAction::Play(event) => match *event {
            synth::Event::NoteOn {
                channel,
                key,
                velocity,
                ..
            } => Event::NoteOn(Note::midi(channel, key), velocity.into()),
            synth::Event::NoteOff {
                note: ref address,
                velocity,
            } => Event::NoteOff(note(address), velocity.into()),
            synth::Event::Choke(ref address) => Event::NoteChoke(note(address)),
            synth::Event::Expression {
                ref note,
                expression: NoteExpression::Pressure,
                value,
            } => Event::Midi([0xA0 | note.channel?, note.key?, data(value)]),
            synth::Event::Controller {
                channel,
                number,
                value,
            } => Event::Midi([0xB0 | channel, number, data(value)]),
            synth::Event::ChannelPressure { channel, value } => {
                Event::Midi([0xD0 | channel, data(value), 0])
            }
            synth::Event::PitchBend { channel, value } => {
                let half = if value < 0.0 { 8192.0 } else { 8191.0 };
                let wheel = (8192.0 + value * half).round() as u16;
                Event::Midi([0xE0 | channel, (wheel & 0x7F) as u8, (wheel >> 7) as u8])
            }
            // No MIDI file asks for these.
            synth::Event::Expression { .. } | synth::Event::Modulate { .. } => return None,
        },
    })
}

fn perform(
    processor: &mut Processor,
    events: &[(usize, Event)],
    (end_frame, mut tail): (usize, AutomaticTail),
    sample_rate_hz: f64,
    buffer_frames: usize,
) -> Result<Rendered> {
    let limit_frames = end_frame + (AutomaticTail::MOST_S * sample_rate_hz).round() as usize;
    let mut transport = None;
    let mut rendered = Rendered {
        sample_rate_hz,
        left: Vec::new(),
        right: Vec::new(),
    };
    let (mut left, mut right) = (vec![0.0; buffer_frames], vec![0.0; buffer_frames]);
    let mut next = 0;
    loop {
        let start = rendered.left.len();
        let mut end = limit_frames.min(start + buffer_frames);
        if start == end {
            return Ok(rendered);
        }
        let mut due = Vec::new();
        while let Some(&(frame, event)) = events.get(next).filter(|(frame, _)| *frame < end) {
            if let Event::Transport(changed) = event {
                // Sent at a buffer's beginning, since the framework counts what is sent within a buffer from
                // the buffer's beginning all the same.
                if frame > start {
                    end = frame;
                    break;
                }
                transport = Some((start, changed));
            } else {
                due.push((frame - start, event));
            }
            next += 1;
        }
        processor.set_transport(
            transport.map(|(since, told)| told.later((start - since) as f64 / sample_rate_hz)),
        );
        let (left, right) = (&mut left[..end - start], &mut right[..end - start]);
        processor.process(&due, &mut [left, right])?;
        let kept = tail.kept(start as u64, left, right);
        rendered.left.extend_from_slice(&left[..kept]);
        rendered.right.extend_from_slice(&right[..kept]);
        if start + kept < end {
            return Ok(rendered);
        }
    }
}

/// The starting preset of this name.
pub fn starting_preset(name: &str) -> Result<Preset> {
    let text = starting_presets()
        .iter()
        .find(|preset| preset.name == name)
        .map(|preset| preset.text)
        .with_context(|| format!("no starting preset is named {name:?}"))?;
    Ok(Preset::parse(text)?)
}
