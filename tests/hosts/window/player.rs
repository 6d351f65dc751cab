//! An instance that a host plays with its window open.

use std::time::{Duration, Instant};

use x11rb::protocol::xproto::Window;
use xtask::host::{Event, Instance, Note, Output, Processor, WindowSize};

use crate::display::{Display, Frames, SEEN_FRAMES, point, wait_for};
use crate::load::Stopwatch;
use crate::rig;

pub const RATE_HZ: f64 = 48_000.0;
/// Ten milliseconds.
const BUFFER_FRAMES: usize = 480;

/// A window that is open: the host's around the plugin's.
pub struct Opened {
    pub parent: Window,
    pub editor: Window,
    /// From the host's call until it was drawn, without the time in which there was no processor for it.
    pub took: Duration,
}

/// Opens an instance's window, and waits until it is drawn.
pub fn open(display: &Display, instance: &mut Instance) -> Opened {
    open_at((0, 0), display, instance)
}

/// Opens the window at this place of the screen, in pixels.
pub fn open_at(place: (i16, i16), display: &Display, instance: &mut Instance) -> Opened {
    let begun = Stopwatch::begin(display);
    let size = instance.create_window().unwrap();
    assert!(size.width >= 200 && size.height >= 150, "{size:?}");
    show_in(display.parent_at(place, size), display, instance, &begun)
}

/// Shows a window that is made already inside this one.
pub fn show_in(
    parent: Window,
    display: &Display,
    instance: &mut Instance,
    begun: &Stopwatch<'_>,
) -> Opened {
    instance.set_window_parent(parent).unwrap();
    instance.show_window().unwrap();
    let editor = display.drawn(parent);
    Opened {
        parent,
        editor,
        took: begun.undisturbed(),
    }
}

/// Closes the window, and then the host's around it.
pub fn close(display: &Display, instance: &mut Instance, opened: &Opened) {
    // A plugin need not be able to hide, and says so.
    let _ = instance.hide_window();
    instance.destroy_window().unwrap();
    wait_for("the editor's window to go", || {
        display.child(opened.parent).is_none().then_some(())
    });
    display.destroy(opened.parent);
}

/// Gives the window another size as the host would, and waits until it has it and is drawn.
pub fn resize(display: &Display, instance: &mut Instance, opened: &Opened, size: WindowSize) {
    display.resize(opened.parent, size);
    instance.resize_window(size).unwrap();
    wait_for("the window to have its size", || {
        instance.idle();
        (display.size(opened.editor)? == size).then_some(())
    });
    wait_for("all of the window to be drawn", || {
        display
            .is_drawn_to_its_corners(opened.editor)?
            .then_some(())
    });
}

/// Plays an instance as a host does, in real time.
pub struct Player {
    pub instance: Instance,
    processor: Option<Processor>,
    pub opened: Opened,
    frames: Frames,
    /// Events for the next buffer.
    events: Vec<(usize, Event)>,
    /// What the plugin has said.
    pub said: Vec<Output>,
    /// What its left channel has sounded.
    pub heard: Vec<f32>,
}

impl Player {
    /// Opens the window at this place, and begins to play.
    pub fn open_at(place: (i16, i16), display: &Display, mut instance: Instance) -> Player {
        let opened = open_at(place, display, &mut instance);
        let processor = instance.activate(RATE_HZ, BUFFER_FRAMES).unwrap();
        Player {
            instance,
            processor: Some(processor),
            frames: Frames::of(opened.editor),
            opened,
            events: Vec::new(),
            said: Vec::new(),
            heard: Vec::new(),
        }
    }

    /// Begins a note of this id, as loud as can be.
    pub fn begin(&mut self, id: u32, key: u8) {
        self.events
            .push((0, Event::NoteOn(Note::new(id, key), 1.0)));
    }

    /// Lets it go.
    pub fn end(&mut self, id: u32, key: u8) {
        self.events
            .push((0, Event::NoteOff(Note::new(id, key), 0.5)));
    }

    fn step(&mut self) {
        let events = std::mem::take(&mut self.events);
        let processor = self.processor.as_mut().expect("it plays");
        let sound = processor.render(&events, BUFFER_FRAMES, || BUFFER_FRAMES);
        self.heard.extend(&sound.unwrap()[0]);
        self.said
            .extend(processor.outputs().iter().map(|(_, output)| *output));
        self.instance.idle();
    }

    /// Plays for a while.
    pub fn play_for(&mut self, time: Duration) {
        let begun = Instant::now();
        while begun.elapsed() < time {
            self.step();
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Plays until it succeeds.
    pub fn play_until<T>(
        &mut self,
        what: &str,
        mut attempt: impl FnMut(&mut Player) -> Option<T>,
    ) -> T {
        wait_for(what, || {
            self.step();
            attempt(self)
        })
    }

    /// Plays until the window has drawn what the pointer and the keys have done.
    pub fn play_until_seen(&mut self) {
        play_until_seen(&mut [self]);
    }

    /// Plays `frames` frames from here on, and returns them.
    pub fn hear(&mut self, frames: usize) -> Vec<f32> {
        let from = self.heard.len();
        while self.heard.len() < from + frames {
            self.step();
        }
        self.heard[from..from + frames].to_vec()
    }

    /// Where in the window, as parts of its width and height, to whole pixels.
    fn pixels(&self, display: &Display, (along, down): (f64, f64)) -> (String, String) {
        let size = display.size(self.opened.editor).expect("a window");
        let x = (f64::from(size.width) * along).round();
        let y = (f64::from(size.height) * down).round();
        (x.to_string(), y.to_string())
    }

    /// Moves the pointer to a place of the window, as parts of its width and height.
    pub fn move_to(&self, display: &Display, place: (f64, f64)) {
        let (x, y) = self.pixels(display, place);
        let window = self.opened.editor.to_string();
        point(&["mousemove", "--window", &window, &x, &y]);
    }

    /// Presses or lets go the first button of the mouse (`mousedown`, `mouseup`).
    pub fn button(&mut self, action: &str) {
        point(&[action, "1"]);
        self.play_until_seen();
    }

    /// Drags the mouse from one place of the window to another, both as parts of its width and height.
    pub fn drag(&mut self, display: &Display, from: (f64, f64), to: (f64, f64)) {
        for step in 0..=8 {
            let along = f64::from(step) / 8.0;
            let way = |from: f64, to: f64| from + along * (to - from);
            self.move_to(display, (way(from.0, to.0), way(from.1, to.1)));
            self.play_until_seen();
            if step == 0 {
                self.button("mousedown");
            }
        }
        self.button("mouseup");
    }

    /// Plays until the host has received the end of a gesture of this parameter, and returns how many there were,
    /// each with its beginning.
    pub fn gestures(&mut self, name: &str) -> usize {
        let id = self.instance.parameter(name).unwrap().id;
        self.play_until("the gesture to end", |player| {
            let is_end = |output: &Output| *output == Output::GestureEnd(id);
            player.said.iter().any(is_end).then_some(())
        });
        let count = |wanted: Output| {
            let said = self.said.iter();
            said.filter(|output| **output == wanted).count()
        };
        let begun = count(Output::GestureBegin(id));
        assert_eq!(begun, count(Output::GestureEnd(id)), "{name}");
        begun
    }

    /// A parameter's value, and whether it is another than a new instance's.
    pub fn value(&mut self, name: &str) -> (f64, bool) {
        let parameter = self.instance.parameter(name).unwrap();
        let value = self.instance.value(parameter.id).unwrap();
        (value, value != parameter.default)
    }

    /// Lets the instance start anew, as hosts do when a plugin asks for it.
    pub fn restart(&mut self) {
        self.stop();
        self.processor = Some(self.instance.activate(RATE_HZ, BUFFER_FRAMES).unwrap());
    }

    /// Stops playing.
    pub fn stop(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.instance.deactivate(processor);
        }
    }

    /// Stops playing, and closes the window.
    pub fn close(mut self, display: &Display) {
        self.stop();
        close(display, &mut self.instance, &self.opened);
    }
}

/// Plays them side by side until each window has drawn what the pointer and the keys have done.
pub fn play_until_seen(players: &mut [&mut Player]) {
    let mut left = vec![SEEN_FRAMES; players.len()];
    for player in players.iter_mut() {
        player.frames.take();
    }
    wait_for("the windows to draw", || {
        for (player, left) in players.iter_mut().zip(&mut left) {
            player.step();
            *left = left.saturating_sub(player.frames.take());
        }
        left.iter().all(|&left| left == 0).then_some(())
    });
}

/// An instance of the bundle that nothing bends the sound of.
pub fn quiet() -> Instance {
    rig::instance_with(&[
        ("Partials", "64"),
        ("Velocity to Level", "0 %"),
        ("Output Level", "-30 dB"),
        ("Protect", "Off"),
    ])
}
