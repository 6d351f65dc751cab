//! Keys that the screen plays, as the audio thread takes them.
//!
//! A key's way down and up is a message in a queue. The queue may be full while the host does not
//! let the instrument run, and a window may close with keys held, so no note hangs on a message
//! alone: the screen counts *takes* in an atomic number, each message carries its take, and at a
//! new take the audio thread lets go of every key of the one before.

use super::key_message::{CAPACITY, KeyMessage};
use super::keyboard::KeySender;
use super::wheels::Wheels;
use crate::sync::{Arc, AtomicU64, Consumer, Ordering, RingBuffer};
use crate::synth::{Event, NoteAddress};

/// The MIDI channel of the keys, counted from 0.
const CHANNEL: u8 = 0;

/// The audio thread's end.
pub struct KeyReceiver {
    messages: Consumer<KeyMessage>,
    takes: Arc<AtomicU64>,
    take: u64,
    /// The keys that are down: a bit each.
    held: u128,
    /// The keys that went down while the instrument did not run, and are still down: a bit each, and
    /// their velocities.
    waiting: u128,
    velocities: [f32; 128],
    wheels: Arc<AtomicU64>,
    /// Where the engine has the wheels, as far as they were moved here.
    wheels_played: Wheels,
    /// The other end, for handing it out.
    sender: KeySender,
}

impl KeyReceiver {
    /// Both ends; the other one is asked for with [`KeyReceiver::sender`].
    pub fn new() -> KeyReceiver {
        let (producer, messages) = RingBuffer::new(CAPACITY);
        let takes = Arc::new(AtomicU64::new(0));
        let wheels = Arc::new(AtomicU64::new(0));
        KeyReceiver {
            messages,
            take: 0,
            held: 0,
            waiting: 0,
            velocities: [0.0; 128],
            sender: KeySender::new(producer, takes.clone(), wheels.clone()),
            takes,
            wheels,
            wheels_played: Wheels::default(),
        }
    }

    /// The screen's end.
    pub fn sender(&self) -> KeySender {
        self.sender.clone()
    }

    /// Hands what the screen has played since the last call to `play`, as events. Never waits,
    /// allocates or frees.
    pub fn receive(&mut self, mut play: impl FnMut(Event)) {
        let take = self.takes.load(Ordering::Acquire);
        self.begin(take, &mut play);
        // Before the notes of the same buffer: they begin with the wheels as they stand.
        let wheels = Wheels::load(&self.wheels);
        wheels.play(self.wheels_played, CHANNEL, &mut play);
        self.wheels_played = wheels;
        while self.waiting != 0 {
            let key = self.waiting.trailing_zeros() as u8;
            self.waiting &= self.waiting - 1;
            self.held |= 1 << key;
            play(on(key, self.velocities[usize::from(key)]));
        }
        while let Ok(message) = self.messages.pop() {
            if message.take < self.take {
                continue;
            }
            self.begin(message.take, &mut play);
            let bit = 1u128 << (message.key & 127);
            match message.velocity {
                Some(velocity) => {
                    self.held |= bit;
                    play(on(message.key & 127, velocity));
                }
                None if self.held & bit != 0 => {
                    self.held &= !bit;
                    play(off(message.key & 127));
                }
                // It was not this end that played it: the engine has been reset in between.
                None => {}
            }
        }
    }

    /// The engine has been reset: no key sounds any more, and its wheels are at rest until the next call of
    /// [`KeyReceiver::receive`]. Keys that were played while the instrument did not run count if they are still
    /// down. Never waits, allocates or frees.
    pub fn reset(&mut self) {
        self.held = 0;
        self.wheels_played = Wheels::default();
        while let Ok(message) = self.messages.pop() {
            if message.take < self.take {
                continue;
            }
            self.begin(message.take, &mut |_| {});
            let bit = 1u128 << (message.key & 127);
            match message.velocity {
                Some(velocity) => {
                    self.waiting |= bit;
                    self.velocities[usize::from(message.key & 127)] = velocity;
                }
                None => self.waiting &= !bit,
            }
        }
    }

    /// Lets go of the keys of an earlier take.
    fn begin(&mut self, take: u64, play: &mut impl FnMut(Event)) {
        if take > self.take {
            self.take = take;
            self.waiting = 0;
            while self.held != 0 {
                let key = self.held.trailing_zeros() as u8;
                self.held &= self.held - 1;
                play(off(key));
            }
        }
    }
}

impl Default for KeyReceiver {
    fn default() -> KeyReceiver {
        KeyReceiver::new()
    }
}

fn on(key: u8, velocity: f32) -> Event {
    Event::NoteOn {
        id: None,
        channel: CHANNEL,
        key,
        velocity,
    }
}

fn off(key: u8) -> Event {
    Event::note_off(NoteAddress {
        id: None,
        channel: Some(CHANNEL),
        key: Some(key),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(receiver: &mut KeyReceiver) -> Vec<(u8, bool)> {
        let mut keys = Vec::new();
        receiver.receive(|event| match event {
            Event::NoteOn { key, .. } => keys.push((key, true)),
            Event::NoteOff { note, .. } => keys.push((note.key.expect("a key"), false)),
            other => panic!("{other:?}"),
        });
        keys
    }

    #[test]
    fn what_is_played_arrives_once_and_in_order() {
        let mut receiver = KeyReceiver::new();
        let keys = receiver.sender().open();
        keys.press(60, 0.5);
        keys.press(64, 0.5);
        keys.release(60);
        assert_eq!(
            received(&mut receiver),
            [(60, true), (64, true), (60, false)]
        );
        assert_eq!(received(&mut receiver), []);
        // Not held: the engine never hears of it.
        keys.release(61);
        assert_eq!(received(&mut receiver), []);
    }

    #[test]
    fn a_window_that_closes_lets_go_of_its_keys() {
        let mut receiver = KeyReceiver::new();
        let keys = receiver.sender().open();
        keys.press(60, 1.0);
        keys.press(67, 1.0);
        assert_eq!(received(&mut receiver).len(), 2);
        // Pressed, and not yet taken when the window goes: never begins.
        keys.press(70, 1.0);
        drop(keys);
        assert_eq!(received(&mut receiver), [(60, false), (67, false)]);
        let keys = receiver.sender().open();
        keys.press(60, 1.0);
        assert_eq!(received(&mut receiver), [(60, true)]);
    }

    #[test]
    fn a_full_queue_holds_no_note() {
        let mut receiver = KeyReceiver::new();
        let keys = receiver.sender().open();
        keys.press(60, 1.0);
        assert_eq!(received(&mut receiver), [(60, true)]);
        for _ in 0..CAPACITY {
            keys.press(61, 1.0);
        }
        keys.release(60);
        assert_eq!(received(&mut receiver), [(60, false)]);
        // And it works again.
        keys.press(62, 1.0);
        assert_eq!(received(&mut receiver), [(62, true)]);
    }

    #[test]
    fn what_waited_through_a_reset_begins_if_it_is_still_down() {
        let mut receiver = KeyReceiver::new();
        let keys = receiver.sender().open();
        assert!(!keys.wait());
        keys.press(60, 1.0);
        keys.press(62, 1.0);
        keys.release(60);
        assert!(keys.wait());
        receiver.reset();
        assert!(!keys.wait());
        keys.press(64, 1.0);
        assert_eq!(received(&mut receiver), [(62, true), (64, true)]);
        keys.release(62);
        assert_eq!(received(&mut receiver), [(62, false)]);
        // A window that has gone meanwhile takes its keys with it.
        keys.press(65, 1.0);
        receiver.reset();
        drop(keys);
        assert_eq!(received(&mut receiver), []);
    }

    #[test]
    fn the_wheels_are_heard_as_they_stand() {
        let heard = |receiver: &mut KeyReceiver| {
            let mut events = Vec::new();
            receiver.receive(|event| events.push(event));
            events
        };
        let bend = |value| Event::PitchBend { channel: 0, value };
        let modulation = |value| Event::Controller {
            channel: 0,
            number: 1,
            value,
        };
        let mut receiver = KeyReceiver::new();
        let keys = receiver.sender().open();
        assert_eq!(heard(&mut receiver), []);
        for step in 1..=2 * CAPACITY {
            let way = step as f32 / (2 * CAPACITY) as f32;
            keys.set_wheels(Wheels {
                bend: -way,
                modulation: 0.5 * way,
            });
        }
        // Many moves leave room for notes, and come before them.
        keys.press(60, 1.0);
        assert_eq!(
            heard(&mut receiver),
            [bend(-1.0), modulation(0.5), on(60, 1.0)]
        );
        assert_eq!(heard(&mut receiver), []);
        // A new engine is brought to where they stand.
        receiver.reset();
        assert_eq!(heard(&mut receiver), [bend(-1.0), modulation(0.5)]);
        // With the window only the pitch goes back.
        drop(keys);
        assert_eq!(heard(&mut receiver), [bend(0.0)]);
        let keys = receiver.sender().open();
        assert_eq!(keys.wheels().modulation, 0.5);
        // Out of range.
        keys.set_wheels(Wheels {
            bend: f32::NAN,
            modulation: 7.0,
        });
        assert_eq!(heard(&mut receiver), [modulation(1.0)]);
    }

    #[test]
    fn after_a_reset_nothing_is_held() {
        let mut receiver = KeyReceiver::new();
        let keys = receiver.sender().open();
        keys.press(60, 1.0);
        received(&mut receiver);
        receiver.reset();
        keys.release(60);
        drop(keys);
        assert_eq!(received(&mut receiver), []);
    }
}
