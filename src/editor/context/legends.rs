//! What is printed on the keys of the computer's keyboard, by their positions.
//!
//! The platform layer publishes it where it knows which key was pressed and not only what it writes
//! (X11). While it is published, every [`egui::Event::Key`] has its `physical_key`.

use std::collections::BTreeMap;
use std::sync::Arc;

use egui::{Context, Id, Key};

/// What the layout in use writes on each key, by the key's name on an English (QWERTY) keyboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Legends(BTreeMap<Key, char>);

impl Legends {
    /// The legend of the key at this position, a capital letter where it is a letter.
    pub fn get(&self, position: Key) -> Option<char> {
        self.0.get(&position).copied()
    }

    /// Publishes the legends for the window of this context.
    pub fn publish(self, ctx: &Context) {
        ctx.data_mut(|data| data.insert_temp(id(), Arc::new(self)));
    }

    /// The published legends; `None` where the positions of keys are not known.
    pub fn published(ctx: &Context) -> Option<Arc<Legends>> {
        ctx.data(|data| data.get_temp(id()))
    }
}

impl FromIterator<(Key, char)> for Legends {
    fn from_iter<I: IntoIterator<Item = (Key, char)>>(legends: I) -> Legends {
        Legends(legends.into_iter().collect())
    }
}

fn id() -> Id {
    Id::unique("legends of the computer's keys")
}
