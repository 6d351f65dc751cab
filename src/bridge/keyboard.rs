//! Keys that the screen plays, as the screen sends them.

use std::sync::PoisonError;

use super::key_message::{CAPACITY, KeyMessage};
use super::wheels::Wheels;
use crate::sync::{Arc, AtomicU64, Mutex, Ordering, Producer};

/// Lets windows play, one after the other.
#[derive(Clone)]
pub struct KeySender {
    /// Locked among windows only.
    messages: Arc<Mutex<Producer<KeyMessage>>>,
    takes: Arc<AtomicU64>,
    wheels: Arc<AtomicU64>,
}

impl KeySender {
    pub(super) fn new(
        messages: Producer<KeyMessage>,
        takes: Arc<AtomicU64>,
        wheels: Arc<AtomicU64>,
    ) -> KeySender {
        KeySender {
            messages: Arc::new(Mutex::new(messages)),
            takes,
            wheels,
        }
    }

    /// Begins to play.
    pub fn open(&self) -> ScreenKeys {
        ScreenKeys {
            sender: self.clone(),
        }
    }

    /// Whether there was room.
    fn send(&self, key: u8, velocity: Option<f32>) -> bool {
        let message = KeyMessage {
            take: self.takes.load(Ordering::Relaxed),
            key,
            velocity,
        };
        let messages = self.messages.lock();
        let mut messages = messages.unwrap_or_else(PoisonError::into_inner);
        messages.push(message).is_ok()
    }
}

/// One window's keys and wheels. Its end is the end of every note that they hold, and the pitch wheel
/// goes back to rest.
pub struct ScreenKeys {
    sender: KeySender,
}

impl ScreenKeys {
    /// A key (MIDI, 0 to 127) goes down with this velocity, 0 to 1. Lost while the host does not
    /// let the instrument run and many keys wait already.
    pub fn press(&self, key: u8, velocity: f32) {
        self.sender.send(key, Some(velocity.clamp(0.0, 1.0)));
    }

    /// A key comes up.
    pub fn release(&self, key: u8) {
        if !self.sender.send(key, None) {
            self.release_all();
        }
    }

    /// Whether the audio thread has not yet heard of everything. Of a host that lets the instrument
    /// run that is true for a buffer's time at most.
    pub fn wait(&self) -> bool {
        let messages = self.sender.messages.lock();
        let messages = messages.unwrap_or_else(PoisonError::into_inner);
        messages.slots() < CAPACITY
    }

    /// Where the wheels stand. The modulation wheel stays where a window before has left it.
    pub fn wheels(&self) -> Wheels {
        Wheels::load(&self.sender.wheels)
    }

    /// Moves the wheels. The audio thread hears of where they stand at its next buffer, whatever the
    /// number of moves before.
    pub fn set_wheels(&self, wheels: Wheels) {
        wheels.store(&self.sender.wheels);
    }

    /// All keys come up, those among them that the audio thread has not heard of yet.
    pub fn release_all(&self) {
        self.sender.takes.fetch_add(1, Ordering::Release);
    }
}

impl Drop for ScreenKeys {
    fn drop(&mut self) {
        self.release_all();
        self.set_wheels(Wheels {
            bend: 0.0,
            ..self.wheels()
        });
    }
}
