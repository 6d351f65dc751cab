//! A CLAP host: loads a bundle and plays it, for the demo and the tests.
//!
//! ```text
//! Host::load ─▶ Instance (the host's main thread) ─ activate ─▶ Processor (any one thread)
//!                  ▲                                                │
//!                  └────────────────── deactivate ──────────────────┘
//! ```
//!
//! It behaves as a strict host does: events carry exact frames, the plugin sees the audio thread as
//! another one than the main thread even where both are the same, requests to the main thread are
//! served only by [`Instance::idle`], and output channels hold not-a-number before each call, so
//! that a frame which the plugin leaves unwritten shows.

mod callbacks;
mod event;
mod instance;
mod performance;
mod processor;
mod state;
mod window;

use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use clack_host::entry::EntryDescriptor;
use clack_host::prelude::PluginEntry;

pub use callbacks::Requests;
pub use clack_extensions::gui::GuiSize as WindowSize;
pub use clack_extensions::note_ports::{NoteDialect, NoteDialects};
pub use clack_extensions::params::ParamInfoFlags;
pub use clack_extensions::tail::TailLength;
pub use clack_host::process::ProcessStatus;
pub use event::{Event, Expression, Note, Output, Transport};
pub use instance::{
    AudioPort, Instance, Layout, NotePort, Parameter, RemotePage, RemoteSlots, Voices,
};
pub use performance::{Rendered, render_midi, starting_preset};
pub use processor::{Around, Processor};
pub use state::{
    bank_in_state, preset_state, state_with, state_with_bank, state_with_field, unhosted_values,
};

/// A loaded bundle.
pub struct Host {
    path: PathBuf,
    entry: PluginEntry,
    descriptor: Descriptor,
    around: Around,
}

/// What the bundle's first plugin says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Descriptor {
    /// Its id, as in `org.example.plugin`.
    pub id: String,
    /// The name that users see.
    pub name: String,
    /// Who makes it.
    pub vendor: String,
    /// Its version.
    pub version: String,
    /// Its address on the web.
    pub url: String,
    /// What it is, in a sentence.
    pub description: String,
    /// Its kinds, as in `instrument`.
    pub features: Vec<String>,
    /// How many plugins the bundle holds.
    pub plugins: usize,
}

impl Host {
    /// Loads the bundle at `path`. Fails where there is no library that CLAP knows, or no plugin
    /// in it.
    pub fn load(path: &Path) -> Result<Host> {
        // SAFETY: loading a library runs its constructors; the caller names a plugin to be run.
        let entry = unsafe { PluginEntry::load(path) }
            .with_context(|| format!("cannot load {}", path.display()))?;
        Host::of_entry(entry, path)
    }

    /// A host of a plugin that is linked into this program.
    ///
    /// # Errors
    /// When it does not start, or has no plugin.
    ///
    /// # Safety
    /// The descriptor must be that of a CLAP library, whose functions do as CLAP says.
    pub unsafe fn linked(descriptor: &'static EntryDescriptor) -> Result<Host> {
        // SAFETY: as the caller promises. There is no file, so the path is empty.
        let entry = unsafe { PluginEntry::load_from_raw(descriptor, c"") }
            .context("cannot start what is linked")?;
        Host::of_entry(entry, Path::new("this program"))
    }

    fn of_entry(entry: PluginEntry, path: &Path) -> Result<Host> {
        let descriptor = descriptor(&entry).with_context(|| format!("in {}", path.display()))?;
        Ok(Host {
            path: path.to_owned(),
            entry,
            descriptor,
            around: processor::at_once,
        })
    }

    /// Has `around` run each call of `process` of the instances that are made from here on, which may
    /// measure it.
    pub fn with_around(self, around: Around) -> Host {
        Host { around, ..self }
    }

    /// What the plugin says of itself.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// Asks once more what the plugin says of itself; any thread may.
    pub fn read_descriptor(&self) -> Result<Descriptor> {
        descriptor(&self.entry)
    }

    /// Makes an instance; the calling thread becomes its main thread.
    pub fn instantiate(&self) -> Result<Instance> {
        self.instantiate_as(&self.descriptor.id)
            .with_context(|| format!("cannot make an instance from {}", self.path.display()))
    }

    /// Makes an instance of the plugin with this id, which the bundle may not hold.
    pub fn instantiate_as(&self, id: &str) -> Result<Instance> {
        Instance::new(&self.entry, &CString::new(id)?, self.around)
    }
}

fn descriptor(entry: &PluginEntry) -> Result<Descriptor> {
    let factory = entry
        .get_plugin_factory()
        .context("there is no plugin factory")?;
    let raw = factory
        .plugin_descriptors()
        .next()
        .context("there is no plugin")?;
    ensure!(raw.id().is_some(), "the plugin has no id");
    Ok(Descriptor {
        id: text(raw.id()),
        name: text(raw.name()),
        vendor: text(raw.vendor()),
        version: text(raw.version()),
        url: text(raw.url()),
        description: text(raw.description()),
        features: raw.features().map(|feature| text(Some(feature))).collect(),
        plugins: factory.plugin_descriptors().count(),
    })
}

fn text(raw: Option<&CStr>) -> String {
    raw.map(|text| text.to_string_lossy().into_owned())
        .unwrap_or_default()
}
