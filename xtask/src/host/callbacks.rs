//! What the plugin may ask of the host, and what the host remembers of it.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::ThreadId;

use clack_extensions::audio_ports::{AudioPortRescanFlags, HostAudioPorts, HostAudioPortsImpl};
use clack_extensions::gui::{GuiSize, HostGui, HostGuiImpl};
use clack_extensions::latency::{HostLatency, HostLatencyImpl};
use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::note_ports::{
    HostNotePorts, HostNotePortsImpl, NoteDialects, NotePortRescanFlags,
};
use clack_extensions::params::{
    HostParams, HostParamsImplMainThread, HostParamsImplShared, ParamClearFlags, ParamRescanFlags,
};
use clack_extensions::remote_controls::{HostRemoteControls, HostRemoteControlsImpl};
use clack_extensions::state::{HostState, HostStateImpl};
use clack_extensions::thread_check::{HostThreadCheck, HostThreadCheckImpl};
use clack_extensions::voice_info::{HostVoiceInfo, HostVoiceInfoImpl};
use clack_host::prelude::*;

thread_local! {
    static IN_AUDIO_CALL: Cell<bool> = const { Cell::new(false) };
}

/// Runs `call` as the audio thread.
pub(super) fn as_audio_thread<T>(call: impl FnOnce() -> T) -> T {
    IN_AUDIO_CALL.set(true);
    let result = call();
    IN_AUDIO_CALL.set(false);
    result
}

/// How often the plugin asked for what, since the instance was made.
#[derive(Debug, Default)]
pub struct Requests {
    restarts: AtomicUsize,
    latency_changes: AtomicUsize,
    value_rescans: AtomicUsize,
    callback: AtomicBool,
}

impl Requests {
    /// Requests to be deactivated and activated again.
    pub fn restarts(&self) -> usize {
        self.restarts.load(Ordering::SeqCst)
    }

    /// Notices of a changed latency.
    pub fn latency_changes(&self) -> usize {
        self.latency_changes.load(Ordering::SeqCst)
    }

    /// Requests to read the parameters' values again.
    pub fn value_rescans(&self) -> usize {
        self.value_rescans.load(Ordering::SeqCst)
    }

    /// Whether the plugin waits for its main-thread callback; asking clears it.
    pub(super) fn take_callback(&self) -> bool {
        self.callback.swap(false, Ordering::SeqCst)
    }
}

/// The host as its plugins see it.
pub(super) struct Callbacks;

impl HostHandlers for Callbacks {
    type Shared<'a> = Shared;
    type MainThread<'a> = MainThread;
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Shared) {
        builder
            .register::<HostAudioPorts>()
            .register::<HostGui>()
            .register::<HostLatency>()
            .register::<HostLog>()
            .register::<HostNotePorts>()
            .register::<HostParams>()
            .register::<HostRemoteControls>()
            .register::<HostState>()
            .register::<HostThreadCheck>()
            .register::<HostVoiceInfo>();
    }
}

/// Callbacks from any thread.
pub(super) struct Shared {
    pub(super) requests: Arc<Requests>,
    pub(super) main_thread: ThreadId,
}

impl SharedHandler<'_> for Shared {
    fn request_restart(&self) {
        self.requests.restarts.fetch_add(1, Ordering::SeqCst);
    }

    fn request_process(&self) {}

    fn request_callback(&self) {
        self.requests.callback.store(true, Ordering::SeqCst);
    }
}

impl HostLogImpl for Shared {
    fn log(&self, _severity: LogSeverity, _message: &str) {}
}

impl HostParamsImplShared for Shared {
    fn request_flush(&self) {}
}

impl HostThreadCheckImpl for Shared {
    fn is_main_thread(&self) -> bool {
        !IN_AUDIO_CALL.get() && std::thread::current().id() == self.main_thread
    }

    fn is_audio_thread(&self) -> bool {
        IN_AUDIO_CALL.get()
    }
}

impl HostGuiImpl for Shared {
    fn resize_hints_changed(&self) {}

    fn request_resize(&self, _size: GuiSize) -> Result<(), HostError> {
        Ok(())
    }

    fn request_show(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn request_hide(&self) -> Result<(), HostError> {
        Ok(())
    }

    fn closed(&self, _was_destroyed: bool) {}
}

/// Callbacks on the main thread.
pub(super) struct MainThread {
    pub(super) requests: Arc<Requests>,
}

impl MainThreadHandler<'_> for MainThread {}

impl HostLatencyImpl for MainThread {
    fn changed(&self) {
        self.requests.latency_changes.fetch_add(1, Ordering::SeqCst);
    }
}

impl HostParamsImplMainThread for MainThread {
    fn rescan(&self, flags: ParamRescanFlags) {
        if flags.contains(ParamRescanFlags::VALUES) {
            self.requests.value_rescans.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn clear(&self, _param_id: ClapId, _flags: ParamClearFlags) {}
}

impl HostStateImpl for MainThread {
    fn mark_dirty(&self) {}
}

impl HostVoiceInfoImpl for MainThread {
    fn changed(&self) {}
}

impl HostRemoteControlsImpl for MainThread {
    fn changed(&self) {}

    fn suggest_page(&self, _page_id: ClapId) {}
}

impl HostAudioPortsImpl for MainThread {
    fn is_rescan_flag_supported(&self, _flag: AudioPortRescanFlags) -> bool {
        true
    }

    fn rescan(&self, _flags: AudioPortRescanFlags) {}
}

impl HostNotePortsImpl for MainThread {
    fn supported_dialects(&self) -> NoteDialects {
        NoteDialects::CLAP | NoteDialects::MIDI
    }

    fn rescan(&self, _flags: NotePortRescanFlags) {}
}
