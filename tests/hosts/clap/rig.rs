//! The bundle on the bench: instances with a known sound, and ways to play them.

use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use aliquot::synth::Param;
use xtask::host::{Event, Host, Instance, Note, state_with};
use xtask::test::BUNDLED_VARIABLE;
use xtask::workspace;

/// Nothing takes that long on the busiest machine: what lasts longer hangs.
const HANGS: Duration = Duration::from_secs(300);

/// Tries until it succeeds, every ten milliseconds.
pub fn wait_for<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(result) = attempt() {
            return result;
        }
        assert!(begin.elapsed() < HANGS, "waited {HANGS:?} for {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Where the bundled CLAP is expected.
pub fn bundle() -> PathBuf {
    bundled("Aliquot.clap")
}

/// Where something that was bundled is expected, by its file's name.
pub fn bundled(name: &str) -> PathBuf {
    let folder = std::env::var_os(BUNDLED_VARIABLE).map_or_else(
        || workspace::bundled().expect("cargo knows its target folder"),
        PathBuf::from,
    );
    let path = folder.join(name);
    assert!(
        path.exists(),
        "{} is missing: run `cargo xtask bundle aliquot --release` first",
        path.display()
    );
    path
}

/// The bundle, loaded once.
pub fn host() -> &'static Host {
    static HOST: OnceLock<Host> = OnceLock::new();
    HOST.get_or_init(|| Host::load(&bundle()).expect("the bundle loads"))
}

/// A new instance as a musician gets it.
pub fn instance() -> Instance {
    host().instantiate().expect("an instance")
}

/// An instance with these parameters, by name and text.
pub fn instance_with(settings: &[(&str, &str)]) -> Instance {
    let mut instance = instance();
    for (name, text) in settings {
        let param = Param::all().find(|param| param.row().name == *name);
        match param.filter(|param| !param.is_hosted()) {
            Some(param) => set_unhosted(&mut instance, param, text),
            None => instance
                .set_text(name, text)
                .unwrap_or_else(|error| panic!("{name}: {error:#}")),
        }
    }
    instance
}

/// Sets a choice that hosts do not see, by way of the state.
fn set_unhosted(instance: &mut Instance, param: Param, text: &str) {
    let plain = param
        .parse(text)
        .unwrap_or_else(|| panic!("{}: {text:?} means nothing", param.row().name));
    let normalized = param.range().normalized(plain);
    let state = state_with(instance, &[(param, normalized)]).expect("a state");
    instance.load_state(&state).expect("a good state");
}

/// What makes one sine of a note: nothing that bends its level or its pitch.
pub const SINE: [(&str, &str); 4] = [
    ("Partials", "1"),
    ("Velocity to Level", "0 %"),
    ("Output Level", "-12 dB"),
    ("Protect", "Off"),
];

/// An instance that sounds one sine a note, with these parameters too.
pub fn sine_with(settings: &[(&str, &str)]) -> Instance {
    instance_with(&[&SINE, settings].concat())
}

/// Plays events from a fresh start, in buffers of one length; one vector a channel.
pub fn play(
    instance: &mut Instance,
    sample_rate_hz: f64,
    events: &[(usize, Event)],
    frames: usize,
    buffer_frames: usize,
) -> Vec<Vec<f32>> {
    let mut processor = instance
        .activate(sample_rate_hz, buffer_frames)
        .expect("activated");
    let sound = processor
        .render(events, frames, || buffer_frames)
        .expect("rendered");
    instance.deactivate(processor);
    sound
}

/// A note of this id and key begins, as loud as can be.
pub fn on(frame: usize, id: u32, key: u8) -> (usize, Event) {
    (frame, Event::NoteOn(Note::new(id, key), 1.0))
}

/// The key of this note is released.
pub fn off(frame: usize, id: u32, key: u8) -> (usize, Event) {
    (frame, Event::NoteOff(Note::new(id, key), 0.5))
}
