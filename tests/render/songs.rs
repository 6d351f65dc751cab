//! Songs made for a test.
#![allow(dead_code, reason = "each test program uses its own part")]

use midly::{
    Format, Header, MetaMessage, MidiMessage, PitchBend, Smf, Timing, TrackEvent, TrackEventKind,
};

/// What happens at a tick.
pub type Event = (u32, TrackEventKind<'static>);

/// A MIDI file to be.
pub struct Song {
    pub format: Format,
    pub timing: Timing,
    pub tracks: Vec<Vec<Event>>,
}

impl Song {
    /// A song at 480 ticks to the quarter.
    pub fn new(format: Format, tracks: Vec<Vec<Event>>) -> Song {
        Song {
            format,
            timing: Timing::Metrical(480.into()),
            tracks,
        }
    }

    /// The file, each track in order of time and with its end.
    pub fn bytes(&self) -> Vec<u8> {
        let mut file = Smf::new(Header::new(self.format, self.timing));
        for events in &self.tracks {
            let mut events = events.clone();
            events.sort_by_key(|&(tick, _)| tick);
            let last = events.last().map_or(0, |&(tick, _)| tick);
            events.push(meta(last, MetaMessage::EndOfTrack));
            let mut previous = 0;
            let track = events
                .into_iter()
                .map(|(tick, kind)| {
                    let delta = (tick - previous).into();
                    previous = tick;
                    TrackEvent { delta, kind }
                })
                .collect();
            file.tracks.push(track);
        }
        let mut bytes = Vec::new();
        file.write(&mut bytes).expect("a Vec takes all");
        bytes
    }
}

/// A note on channel 1: its beginning and its end.
pub fn note(tick: u32, ticks: u32, key: u8) -> Vec<Event> {
    let (key, vel) = (key.into(), 100.into());
    vec![
        midi(tick, MidiMessage::NoteOn { key, vel }),
        midi(tick + ticks, MidiMessage::NoteOff { key, vel }),
    ]
}

/// A controller on channel 1.
pub fn control(tick: u32, number: u8, value: u8) -> Event {
    let (controller, value) = (number.into(), value.into());
    midi(tick, MidiMessage::Controller { controller, value })
}

/// A bend on channel 1, −8192 to 8191.
pub fn bend(tick: u32, value: i16) -> Event {
    let bend = PitchBend::from_int(value);
    midi(tick, MidiMessage::PitchBend { bend })
}

/// A program change on channel 1.
pub fn program(tick: u32, number: u8) -> Vec<Event> {
    let program = number.into();
    vec![midi(tick, MidiMessage::ProgramChange { program })]
}

/// A system exclusive message, whose data end with F7.
pub fn system_exclusive(tick: u32, data: &'static [u8]) -> Event {
    (tick, TrackEventKind::SysEx(data))
}

/// A meta event.
pub fn meta(tick: u32, message: MetaMessage<'static>) -> Event {
    (tick, TrackEventKind::Meta(message))
}

fn midi(tick: u32, message: MidiMessage) -> Event {
    let channel = 0.into();
    (tick, TrackEventKind::Midi { channel, message })
}

/// These events on another channel, counted from 0.
pub fn on_channel(channel: u8, events: Vec<Event>) -> Vec<Event> {
    let moved = |kind| match kind {
        TrackEventKind::Midi { message, .. } => TrackEventKind::Midi {
            channel: channel.into(),
            message,
        },
        other => other,
    };
    let events = events.into_iter();
    events.map(|(tick, kind)| (tick, moved(kind))).collect()
}
