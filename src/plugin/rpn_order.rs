//! The order of the controllers that set registered parameters, in one frame.
//!
//! A registered parameter takes several controllers: 101 and 100 select it, 6, 38, 96 and 97 change
//! the one that is selected. VST3 carries each controller by itself, so their order within a frame is
//! lost, and some hosts (JUCE's) sort them by number, which sends the value before the selection.
//! A controller's own values stay in order. So the first value goes with the first selection, the
//! second with the second; and the null selection (127), with which senders close a parameter, comes
//! last.

use nice_plug::midi::NoteEvent;

/// More of these controllers in one frame are no performance, and stay as they come.
const MOST: usize = 1_024;
const CONTROLLERS: usize = 8;

/// Room to sort in. Never allocates after [`RpnOrder::new`].
pub struct RpnOrder {
    /// Where the controllers are among the events of the frame, in their new order.
    order: Vec<Key>,
    /// The controllers themselves, in their old order.
    events: Vec<NoteEvent<()>>,
}

/// What a controller is sorted by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    channel: u8,
    /// How many of its kind came before it on its channel.
    round: u16,
    /// Its place among those of one round.
    rank: u8,
    /// Its place in [`RpnOrder::events`].
    index: u16,
}

impl RpnOrder {
    /// Allocates it.
    pub fn new() -> RpnOrder {
        RpnOrder {
            order: Vec::with_capacity(MOST),
            events: Vec::with_capacity(MOST),
        }
    }

    /// Puts these controllers, among the events of one frame, in an order in which they mean
    /// something. All other events keep their places.
    pub fn sort(&mut self, events: &mut [NoteEvent<()>]) {
        let has_data = events
            .iter()
            .any(|event| rank(event).is_some_and(|(_, rank)| rank >= DATA));
        if !has_data {
            return;
        }
        self.order.clear();
        self.events.clear();
        let mut rounds = [[0_u16; CONTROLLERS]; 16];
        for &event in events.iter() {
            let Some((kind, rank)) = rank(&event) else {
                continue;
            };
            let NoteEvent::MidiCC { channel, value, .. } = event else {
                continue;
            };
            if self.order.len() == MOST {
                return;
            }
            let channel = channel & 15;
            let round = &mut rounds[usize::from(channel)][kind];
            let is_null = rank < DATA && value >= 126.5 / 127.0;
            self.order.push(Key {
                channel: turn(channel),
                round: if is_null { u16::MAX } else { *round },
                rank,
                index: self.events.len() as u16,
            });
            *round += u16::from(!is_null);
            self.events.push(event);
        }
        self.order.sort_unstable();
        let places = events.iter_mut().filter(|event| rank(event).is_some());
        for (place, key) in places.zip(&self.order) {
            *place = self.events[usize::from(key.index)];
        }
    }
}

/// The first rank of those that change the selected parameter.
const DATA: u8 = 2;

/// Which of the controllers this is, 0 to 7, and its place among those of one round; `None` if it is
/// none of them.
fn rank<S>(event: &NoteEvent<S>) -> Option<(usize, u8)> {
    let NoteEvent::MidiCC { cc, .. } = event else {
        return None;
    };
    match cc {
        98 => Some((0, 0)),
        99 => Some((1, 0)),
        100 => Some((2, 1)),
        101 => Some((3, 1)),
        6 => Some((4, DATA)),
        38 => Some((5, DATA + 1)),
        96 => Some((6, DATA + 2)),
        97 => Some((7, DATA + 2)),
        _ => None,
    }
}

/// When a channel's turn comes: the masters of MPE's zones, which set up the others, before them.
fn turn(channel: u8) -> u8 {
    match channel {
        0 => 0,
        15 => 1,
        member => member + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nice_plug::midi::{Channel, Key as NoteKey, VoiceID};

    fn controller(channel: u8, cc: u8, data: u8) -> NoteEvent<()> {
        NoteEvent::MidiCC {
            timing: 3,
            channel,
            cc,
            value: f32::from(data) / 127.0,
        }
    }

    fn sorted(mut events: Vec<NoteEvent<()>>) -> Vec<NoteEvent<()>> {
        RpnOrder::new().sort(&mut events);
        events
    }

    fn on_channel_3(controllers: &[(u8, u8)]) -> Vec<NoteEvent<()>> {
        let controllers = controllers.iter();
        controllers
            .map(|&(cc, data)| controller(3, cc, data))
            .collect()
    }

    /// As JUCE's hosts send them: by their numbers, each with its values in order.
    fn by_number(mut events: Vec<NoteEvent<()>>) -> Vec<NoteEvent<()>> {
        events.sort_by_key(|event| match event {
            NoteEvent::MidiCC { channel, cc, .. } => (*channel, *cc),
            _ => (0, 0),
        });
        events
    }

    /// What data entry does to which parameter, on each channel.
    fn entries(events: &[NoteEvent<()>]) -> Vec<(u8, u8, u8, u8, u8)> {
        let mut selected = [(127, 127); 16];
        let mut entries = Vec::new();
        for event in events {
            let NoteEvent::MidiCC {
                channel, cc, value, ..
            } = *event
            else {
                continue;
            };
            let data = (value * 127.0).round() as u8;
            let (high, low) = &mut selected[usize::from(channel)];
            match cc {
                101 => *high = data,
                100 => *low = data,
                cc => entries.push((channel, *high, *low, cc, data)),
            }
        }
        entries.sort_unstable();
        entries
    }

    #[test]
    fn a_selection_comes_before_its_value() {
        let sent = on_channel_3(&[(101, 0), (100, 0), (6, 12), (38, 50)]);
        assert_eq!(
            entries(&sorted(by_number(sent.clone()))),
            [(3, 0, 0, 6, 12), (3, 0, 0, 38, 50)]
        );
        // With the selection that closes it, and several at once.
        let sent = on_channel_3(&[
            (101, 0),
            (100, 0),
            (6, 12),
            (38, 0),
            (101, 0),
            (100, 1),
            (6, 70),
            (38, 3),
            (101, 0),
            (100, 2),
            (6, 62),
            (101, 127),
            (100, 127),
        ]);
        let expected = entries(&sent);
        assert_eq!(entries(&sorted(by_number(sent.clone()))), expected);
        // What is in order stays what it is.
        assert_eq!(entries(&sorted(sent)), expected);
    }

    #[test]
    fn zones_are_set_up_before_their_members() {
        let zone = |master: u8, member: u8| {
            [
                controller(master, 101, 0),
                controller(master, 100, 6),
                controller(master, 6, 7),
                controller(member, 101, 0),
                controller(member, 100, 0),
                controller(member, 6, 24),
            ]
        };
        let sent = [zone(0, 1), zone(15, 14)].concat();
        let sorted = sorted(by_number(sent));
        let place = |wanted: u8| {
            sorted
                .iter()
                .position(|event| matches!(event, NoteEvent::MidiCC { channel, cc: 6, .. } if *channel == wanted))
        };
        assert!(place(0) < place(1) && place(15) < place(14));
    }

    #[test]
    fn other_events_keep_their_places() {
        let note = NoteEvent::NoteOn {
            timing: 3,
            voice_id: VoiceID::Wildcard,
            channel: Channel::Number(3),
            key: NoteKey::Number(60),
            velocity: 1.0,
        };
        let events = vec![
            controller(3, 6, 12),
            note,
            controller(3, 7, 100),
            controller(3, 100, 0),
            controller(3, 101, 0),
        ];
        let sorted = sorted(events.clone());
        assert_eq!(sorted[1..3], events[1..3]);
        assert_eq!(sorted[4], events[0]);
        // A flood is left alone, and so are selections without values.
        let flood: Vec<_> = (0..=MOST)
            .flat_map(|_| on_channel_3(&[(6, 1), (101, 0)]))
            .collect();
        assert_eq!(super::tests::sorted(flood.clone()), flood);
        let selections = on_channel_3(&[(101, 127), (100, 0)]);
        assert_eq!(super::tests::sorted(selections.clone()), selections);
    }
}
