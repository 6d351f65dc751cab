//! Notes that have ended, until the host asks.

/// A note that sounds no more, for hosts that keep account of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndedNote {
    /// The host's note id, where it gave one.
    pub id: Option<i32>,
    /// 0 to 15.
    pub channel: u8,
    /// 0 to 127.
    pub key: u8,
}

/// A queue of fixed size: the newest are dropped when the host never asks.
pub struct Ended {
    notes: Box<[Option<EndedNote>]>,
    first: usize,
    count: usize,
}

impl Ended {
    pub fn new(capacity: usize) -> Ended {
        Ended {
            notes: vec![None; capacity].into_boxed_slice(),
            first: 0,
            count: 0,
        }
    }

    pub fn push(&mut self, note: EndedNote) {
        if self.count < self.notes.len() {
            self.notes[(self.first + self.count) % self.notes.len()] = Some(note);
            self.count += 1;
        }
    }

    pub fn pop(&mut self) -> Option<EndedNote> {
        let note = self.notes[self.first].take()?;
        self.first = (self.first + 1) % self.notes.len();
        self.count -= 1;
        Some(note)
    }

    pub fn clear(&mut self) {
        self.notes.fill(None);
        (self.first, self.count) = (0, 0);
    }
}
