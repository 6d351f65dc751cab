//! A host that sends every parameter at once.
//!
//! VST3 knows no MIDI controllers: the framework makes a parameter of each controller, the pressure
//! and the pitch wheel of all sixteen channels. Some hosts (Ardour, when it loads a session) send the
//! values of all parameters in one buffer, although no one has set them. Such values mean nothing. No
//! performance moves more than half of a channel's controllers in one frame, so where more arrive
//! together for a channel, its controllers are ignored for that frame.

use nice_plug::midi::NoteEvent;

/// Half of a channel's 130 controllers: 128, pressure, wheel.
const MOST_PLAYED_AT_ONCE: u8 = 65;

/// Which channels send all their controllers in one frame: a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ControllerFlood(u16);

impl ControllerFlood {
    /// Looks through the events of one frame.
    pub fn find<S>(events: &[NoteEvent<S>]) -> ControllerFlood {
        let mut counts = [0u8; 16];
        for event in events {
            if let Some(channel) = controller_channel(event) {
                counts[channel] = counts[channel].saturating_add(1);
            }
        }
        ControllerFlood(counts.iter().enumerate().fold(0, |channels, (i, &count)| {
            channels | u16::from(count > MOST_PLAYED_AT_ONCE) << i
        }))
    }

    /// Whether `event` is part of the flood.
    pub fn contains<S>(self, event: &NoteEvent<S>) -> bool {
        controller_channel(event).is_some_and(|channel| self.0 >> channel & 1 == 1)
    }
}

fn controller_channel<S>(event: &NoteEvent<S>) -> Option<usize> {
    match event {
        NoteEvent::MidiCC { channel, .. }
        | NoteEvent::MidiChannelPressure { channel, .. }
        | NoteEvent::MidiPitchBend { channel, .. } => Some(usize::from(*channel & 15)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn controller(channel: u8, cc: u8) -> NoteEvent<()> {
        match cc {
            128 => NoteEvent::MidiChannelPressure {
                timing: 0,
                channel,
                pressure: 0.0,
            },
            129 => NoteEvent::MidiPitchBend {
                timing: 0,
                channel,
                value: 0.0,
            },
            cc => NoteEvent::MidiCC {
                timing: 0,
                channel,
                cc,
                value: 0.0,
            },
        }
    }

    #[test]
    fn a_flood_is_ignored_and_notes_are_not() {
        let mut events: Vec<_> = (0..16)
            .flat_map(|channel| (0..130).map(move |cc| controller(channel, cc)))
            .collect();
        let note = NoteEvent::NoteOn {
            timing: 0,
            voice_id: nice_plug::midi::VoiceID::Wildcard,
            channel: nice_plug::midi::Channel::Number(0),
            key: nice_plug::midi::Key::Number(60),
            velocity: 1.0,
        };
        events.push(note);
        let flood = ControllerFlood::find(&events);
        assert!(events[..2080].iter().all(|event| flood.contains(event)));
        assert!(!flood.contains(&note));
    }

    #[test]
    fn a_sequencer_that_chases_controllers_is_heard() {
        // Sixty-four on one channel and an MPE set-up on all.
        let events: Vec<_> = (0..64)
            .map(|cc| controller(3, cc))
            .chain((0..16).flat_map(|channel| [74, 128, 129].map(|cc| controller(channel, cc))))
            .filter(|event| {
                !matches!(
                    event,
                    NoteEvent::MidiCC {
                        channel: 3,
                        cc: 60..,
                        ..
                    }
                )
            })
            .collect();
        assert_eq!(ControllerFlood::find(&events), ControllerFlood::default());
    }

    #[test]
    fn one_channels_flood_leaves_the_others_alone() {
        let mut events: Vec<_> = (0..130).map(|cc| controller(5, cc)).collect();
        events.push(controller(6, 129));
        let flood = ControllerFlood::find(&events);
        assert!(flood.contains(&events[0]) && !flood.contains(&events[130]));
    }
}
