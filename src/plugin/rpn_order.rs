//! The order of the controllers that set registered parameters, in one frame.
//!
//! A registered parameter takes several controllers: 101 and 100 select it, 6, 38, 96 and 97 change
//! the one that is selected. VST3 carries each controller by itself, so their order within a frame is
//! lost, and some hosts (JUCE's) sort them by number, which sends the value before the selection.
//! A controller's own values stay in order. So the first value goes with the first selection, the
//! second with the second; and the null selection (127), with which senders close a parameter, comes
//! last.
//!
//! Where a channel selects both a registered parameter (101, 100) and another one (99, 98) in one
//! frame, it is unknown which of them the data belong to, and the same hosts deliver only the last
//! value of each controller. The data of that channel are dropped in that frame: a bend range that is
//! not set leaves an instrument as it was, a wrong one puts it out of tune until the next message. Which
//! of the two is selected afterwards is unknown as well, so the selection of 99 and 98 comes last: no
//! parameter of ours is selected then, and data in later frames change nothing either.

use super::tuning_message::HostEvent;
use nice_plug::midi::NoteEvent;

use crate::synth::controller;

/// More of these controllers in one frame are no performance, and stay as they come.
const MOST: usize = 1_024;
const CONTROLLERS: usize = 8;

/// Room to sort in. Never allocates after [`RpnOrder::new`].
pub struct RpnOrder {
    /// Where the controllers are among the events of the frame, in their new order.
    order: Vec<Key>,
    /// The controllers themselves, in their old order.
    events: Vec<HostEvent>,
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
    /// something, and returns what remains: without the data that may belong to another parameter. All
    /// other events keep their order.
    pub fn sort<'e>(&mut self, events: &'e mut [HostEvent]) -> &'e mut [HostEvent] {
        let both = BothSelected::find(events);
        let is_data = |event: &HostEvent| rank(event, both).is_some_and(|(_, rank)| rank >= DATA);
        let has_data = events.iter().any(is_data);
        if !has_data && both == BothSelected::default() {
            return events;
        }
        if !self.collect(events, both) {
            // Their order is lost, and with it what the data mean.
            return without(events, is_data);
        }
        self.order.sort_unstable();
        let places = events
            .iter_mut()
            .filter(|event| rank(event, both).is_some());
        for (place, key) in places.zip(&self.order) {
            *place = self.events[usize::from(key.index)];
        }
        without(events, |event| is_data(event) && both.contains(event))
    }

    /// Takes down the controllers and what they are sorted by; `false` if they are too many.
    fn collect(&mut self, events: &[HostEvent], both: BothSelected) -> bool {
        self.order.clear();
        self.events.clear();
        let mut rounds = [[0_u16; CONTROLLERS]; 16];
        for &event in events {
            let Some((kind, rank)) = rank(&event, both) else {
                continue;
            };
            let NoteEvent::MidiCC { channel, value, .. } = event else {
                continue;
            };
            if self.order.len() == MOST {
                return false;
            }
            let round = &mut rounds[usize::from(channel & 15)][kind];
            let is_null = rank < DATA && is_null(value);
            self.order.push(Key {
                channel: turn(channel & 15),
                round: match (is_null, both.contains(&event)) {
                    (true, _) => u16::MAX,
                    // All of 101 and 100 come before all of 99 and 98.
                    (false, true) => 0,
                    (false, false) => *round,
                },
                rank,
                index: self.events.len() as u16,
            });
            *round += u16::from(!is_null);
            self.events.push(event);
        }
        true
    }
}

/// The channels, a bit each, that select both a registered parameter and another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct BothSelected(u16);

impl BothSelected {
    /// Looks through the events of one frame. A null selection selects nothing.
    fn find(events: &[HostEvent]) -> BothSelected {
        let (mut other, mut registered) = (0_u16, 0_u16);
        for event in events {
            if let NoteEvent::MidiCC {
                channel, cc, value, ..
            } = *event
                && !is_null(value)
            {
                let bit = 1 << (channel & 15);
                match cc {
                    controller::NRPN_LSB | controller::NRPN_MSB => other |= bit,
                    controller::RPN_LSB | controller::RPN_MSB => registered |= bit,
                    _ => {}
                }
            }
        }
        BothSelected(other & registered)
    }

    fn contains(self, event: &HostEvent) -> bool {
        matches!(event, NoteEvent::MidiCC { channel, .. } if self.0 >> (channel & 15) & 1 == 1)
    }
}

/// Whether a selection's value is 127.
fn is_null(value: f32) -> bool {
    value >= 126.5 / 127.0
}

/// Moves the events that are kept to the front, in their order, and returns them.
fn without(events: &mut [HostEvent], is_dropped: impl Fn(&HostEvent) -> bool) -> &mut [HostEvent] {
    let mut kept = 0;
    for index in 0..events.len() {
        if !is_dropped(&events[index]) {
            events[kept] = events[index];
            kept += 1;
        }
    }
    &mut events[..kept]
}

/// The first rank of those that change the selected parameter.
const DATA: u8 = 2;

/// Which of the controllers this is, 0 to 7, and its place among those of one round; `None` if it is
/// none of them.
fn rank(event: &HostEvent, both: BothSelected) -> Option<(usize, u8)> {
    let NoteEvent::MidiCC { cc, .. } = event else {
        return None;
    };
    // See the module's text.
    let (other, registered) = if both.contains(event) { (1, 0) } else { (0, 1) };
    match *cc {
        controller::NRPN_LSB => Some((0, other)),
        controller::NRPN_MSB => Some((1, other)),
        controller::RPN_LSB => Some((2, registered)),
        controller::RPN_MSB => Some((3, registered)),
        controller::DATA_ENTRY => Some((4, DATA)),
        controller::DATA_ENTRY_LSB => Some((5, DATA + 1)),
        controller::DATA_INCREMENT => Some((6, DATA + 2)),
        controller::DATA_DECREMENT => Some((7, DATA + 2)),
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

    fn controller(channel: u8, cc: u8, data: u8) -> HostEvent {
        NoteEvent::MidiCC {
            timing: 3,
            channel,
            cc,
            value: f32::from(data) / 127.0,
        }
    }

    fn sorted(mut events: Vec<HostEvent>) -> Vec<HostEvent> {
        RpnOrder::new().sort(&mut events).to_vec()
    }

    fn on_channel_3(controllers: &[(u8, u8)]) -> Vec<HostEvent> {
        let controllers = controllers.iter();
        controllers
            .map(|&(cc, data)| controller(3, cc, data))
            .collect()
    }

    /// As JUCE's hosts send them: by their numbers, each with its values in order.
    fn by_number(mut events: Vec<HostEvent>) -> Vec<HostEvent> {
        events.sort_by_key(|event| match event {
            NoteEvent::MidiCC { channel, cc, .. } => (*channel, *cc),
            _ => (0, 0),
        });
        events
    }

    /// As a host sends them that delivers only the last value of each.
    fn last_by_number(events: Vec<HostEvent>) -> Vec<HostEvent> {
        let number = |event: &HostEvent| match event {
            NoteEvent::MidiCC { channel, cc, .. } => Some((*channel, *cc)),
            _ => None,
        };
        let events = by_number(events);
        let is_last = |index: usize| {
            let next = events.get(index + 1);
            next.is_none_or(|next| number(next) != number(&events[index]))
        };
        let last = events.iter().enumerate();
        last.filter(|&(index, _)| is_last(index))
            .map(|(_, event)| *event)
            .collect()
    }

    /// What data do to which parameter, on each channel.
    fn entries(events: &[HostEvent]) -> Vec<(u8, u8, u8, u8, u8)> {
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
                98 | 99 => (*high, *low) = (127, 127),
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
        // Increment and decrement are data as well.
        let sent = on_channel_3(&[(101, 0), (100, 0), (96, 0), (97, 0)]);
        assert_eq!(
            entries(&sorted(by_number(sent))),
            [(3, 0, 0, 96, 0), (3, 0, 0, 97, 0)]
        );
    }

    /// A parameter that an earlier frame selected gets none of another one's data.
    #[test]
    fn a_selection_of_another_kind_comes_before_its_value() {
        let earlier = sorted(on_channel_3(&[(101, 0), (100, 0)]));
        let later = sorted(by_number(on_channel_3(&[
            (99, 1),
            (98, 8),
            (6, 64),
            (96, 0),
        ])));
        assert_eq!(
            entries(&[earlier, later].concat()),
            [(3, 127, 127, 6, 64), (3, 127, 127, 96, 0)]
        );
    }

    /// An NRPN's data set no bend range, whichever of the two comes first, and neither do data that
    /// follow in a later frame. The frame's other channels keep theirs.
    #[test]
    fn data_of_two_selections_in_one_frame_are_dropped() {
        let registered = [(101, 0), (100, 0), (6, 12), (38, 0)];
        let other = [(99, 1), (98, 8), (6, 64), (96, 0)];
        let other_channel = [
            controller(4, 101, 0),
            controller(4, 100, 0),
            controller(4, 6, 7),
        ];
        for sent in [
            [&registered[..], &other].concat(),
            [&other[..], &registered].concat(),
            [&other[..2], &registered[..2]].concat(),
            [&other[..2], &registered, &other].concat(),
            [&registered[..], &other, &registered].concat(),
        ] {
            let frame = [on_channel_3(&sent), other_channel.to_vec()].concat();
            for delivered in [
                frame.clone(),
                by_number(frame.clone()),
                last_by_number(frame.clone()),
            ] {
                let later = on_channel_3(&[(6, 5)]);
                let played = [sorted(delivered), sorted(later)].concat();
                // The later one finds nothing selected.
                let expected = [(3, 127, 127, 6, 5), (4, 0, 0, 6, 7)];
                assert_eq!(entries(&played), expected, "{sent:?}");
            }
        }
    }

    /// A null selection, as senders close parameters with, leaves no doubt.
    #[test]
    fn data_beside_a_null_selection_are_kept() {
        let null = [(99, 127), (98, 127)];
        let registered = [(101, 0), (100, 0), (6, 12)];
        for sent in [
            [&null[..], &registered].concat(),
            [&registered[..], &null].concat(),
        ] {
            let delivered = last_by_number(on_channel_3(&sent[..]));
            let played = sorted(delivered);
            assert_eq!(entries(&played), [(3, 0, 0, 6, 12)], "{sent:?}");
        }
        // Nothing of another parameter reaches one of ours by the closing null of the registered.
        let other = [(99, 1), (98, 8), (6, 64), (101, 127), (100, 127)];
        let played = sorted(last_by_number(on_channel_3(&other)));
        assert_eq!(entries(&played), [(3, 127, 127, 6, 64)]);
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
        // A flood keeps its order and loses its data; selections without values are left alone.
        let flood: Vec<_> = (0..=MOST)
            .flat_map(|_| on_channel_3(&[(6, 1), (101, 0)]))
            .collect();
        let selections = on_channel_3(&[(101, 0)]).repeat(MOST + 1);
        assert_eq!(super::tests::sorted(flood), selections);
        let selections = on_channel_3(&[(101, 127), (100, 0)]);
        assert_eq!(super::tests::sorted(selections.clone()), selections);
    }
}
