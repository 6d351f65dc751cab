//! `cargo xtask screenshots`: the documents' pictures of the reverb, see [`reverb`], and those of the window, taken
//! from the real program on a virtual display while it plays.
//!
//! The program is controlled by mouse and computer keyboard: presets are searched by their names, and letters
//! play notes.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use aliquot::state::starting_presets;
use anyhow::{Context, Result, bail, ensure};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat, Window};

use crate::command::{command, output};
use crate::picture::Picture;
use crate::screen::{Screen, bound_to_us};
use crate::workspace::shown;
use crate::{bundle, replace, reverb, setup, workspace};

/// A picture of the window.
struct Scene {
    file: &'static str,
    /// The theme, by its name in the settings.
    looks: &'static str,
    /// The name of the factory preset that is shown.
    preset: &'static str,
    /// Where the clicks are that lead from the new window to what is shown, in pixels.
    clicks: &'static [(u32, u32)],
    /// Where the pointer is, in pixels; in a corner without one.
    pointer: Option<(u32, u32)>,
    /// Whether a chord is held; if not, the window shows the sound at rest.
    is_played: bool,
}

/// The tab "Move", and its page "Routes".
const ROUTES: [(u32, u32); 2] = [(155, 505), (994, 505)];
/// The tab "Play", and its page with the scale.
const TUNING: [(u32, u32); 2] = [(208, 505), (320, 505)];
/// The tab "Shape", and its page with the room.
const ROOM: [(u32, u32); 2] = [(101, 505), (460, 505)];
/// The tab "Spectra", and its page "Recording".
const RECORDING: [(u32, u32); 2] = [(38, 505), (560, 505)];
/// The tab "Shape", the knob Mouth of the card "Vowel", and the axis in hertz.
const VOWEL: [(u32, u32); 3] = [(101, 505), (1220, 689), LOG_HZ];
/// The axis in hertz, the drawn colour, and the corner of spectrum B on the pad.
const DRAWN: [(u32, u32); 3] = [LOG_HZ, (191, 53), (1421, 597)];
/// The axis in hertz.
const LOG_HZ: (u32, u32) = (1028, 53);
/// LFO 2 in the strip of the sources.
const LFO_2: (u32, u32) = (285, 474);

/// What most pictures have in common.
const SCENE: Scene = Scene {
    file: "",
    looks: "dark",
    preset: "Bowed Pad",
    clicks: &[],
    pointer: None,
    is_played: true,
};

const SCENES: [Scene; 9] = [
    Scene {
        file: "xtask/demo/window-dark.png",
        ..SCENE
    },
    Scene {
        file: "xtask/demo/window-light.png",
        looks: "light",
        ..SCENE
    },
    Scene {
        file: "xtask/demo/window-routes.png",
        preset: "Aurora",
        clicks: &ROUTES,
        pointer: Some(LFO_2),
        ..SCENE
    },
    Scene {
        file: "xtask/demo/window-spectra.png",
        preset: "Bronze Dawn",
        clicks: &[LOG_HZ],
        ..SCENE
    },
    Scene {
        file: "xtask/demo/window-rest.png",
        preset: "Hollow Gourd",
        clicks: &DRAWN,
        is_played: false,
        ..SCENE
    },
    Scene {
        file: "xtask/demo/window-shape.png",
        preset: "Candle Choir",
        clicks: &VOWEL,
        ..SCENE
    },
    Scene {
        file: "xtask/demo/window-room.png",
        preset: "Stone Nave",
        clicks: &ROOM,
        ..SCENE
    },
    Scene {
        file: "xtask/demo/window-tuning.png",
        preset: "Five Petals",
        clicks: &TUNING,
        ..SCENE
    },
    Scene {
        file: "xtask/demo/window-recording.png",
        preset: "Vesper Cloud",
        clicks: &RECORDING,
        ..SCENE
    },
];
/// The preset's name, which opens the presets, and the field for words there.
const PRESET: (u32, u32) = (300, 20);
const SEARCH: (u32, u32) = (100, 68);
/// A place of the header with nothing on it: a click there takes the keyboard from where it was.
const NOTHING: (u32, u32) = (1000, 20);
/// Where the pointer is out of the way.
const CORNER: (u32, u32) = (2, 2);
/// The window's size in points, which are pixels here.
const SIZE: (u32, u32) = (1440, 900);
/// The letters that play a chord.
const CHORD: [&str; 4] = ["a", "d", "g", "k"];
/// How long the window may take to open.
const LIMIT: Duration = Duration::from_secs(30);
/// A picture with fewer colours does not show the window.
const LEAST_COLOURS: usize = 200;

/// Draws the reverb, builds the program (or uses the one in the folder of bundles that the environment names), plays it
/// and writes the pictures.
///
/// # Errors
/// If a package is missing, the build fails, or the window does not open or is empty.
pub fn screenshots() -> Result<()> {
    ensure!(
        cfg!(target_os = "linux"),
        "screenshots: the virtual display needs Linux"
    );
    setup::provide(&[setup::Need::Build, setup::Need::Tests])?;
    reverb::draw()?;
    let program = bundle::named_or_release()?.join("Aliquot");
    let screen = Screen::start()?;
    for scene in &SCENES {
        let mut presets = starting_presets().iter();
        ensure!(
            presets.any(|preset| preset.name == scene.preset),
            "there is no preset '{}'",
            scene.preset
        );
        let picture = shoot(&program, &screen, scene)
            .with_context(|| format!("no picture for {}", scene.file))?;
        let path = workspace::root().join(scene.file);
        replace::write_over(&path, |path| picture.write(path))?;
        println!("{}", shown(&path));
    }
    Ok(())
}

/// Plays the program as a scene has it, and takes its picture.
fn shoot(program: &Path, screen: &Screen, scene: &Scene) -> Result<Picture> {
    let looks = scene.looks;
    let folder = workspace::target()?.join("screenshots").join(looks);
    replace::remove(&folder)?;
    fs::create_dir_all(&folder)?;
    let settings = format!(
        "theme = \"{looks}\"\nhint = false\n[window]\nwidth = {}\nheight = {}\n",
        SIZE.0, SIZE.1
    );
    fs::write(folder.join("settings.toml"), settings)?;
    let log = fs::File::create(folder.join("log.txt"))?;
    let mut running = bound_to_us(&program.to_string_lossy())
        .args(["--backend", "dummy"])
        .env("DISPLAY", screen.name())
        // Not the user's presets and settings.
        .env("ALIQUOT_DATA_DIR", &folder)
        .env("ALIQUOT_CONFIG_DIR", &folder)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let picture = play_and_look(screen, scene);
    // It may have ended already; then taking the picture has failed.
    let _ = running.kill();
    let _ = running.wait();
    picture
}

fn play_and_look(screen: &Screen, scene: &Scene) -> Result<Picture> {
    let tool =
        |words: &[&str]| output(command("xdotool").args(words).env("DISPLAY", screen.name()));
    let begun = Instant::now();
    let window = loop {
        let found = tool(&["search", "--onlyvisible", "--name", "^Aliquot$"]).unwrap_or_default();
        if let Some(window) = found.lines().next() {
            break window.to_owned();
        }
        ensure!(begun.elapsed() < LIMIT, "its window does not open");
        std::thread::sleep(Duration::from_millis(100));
    };
    let rest = |seconds: f64| std::thread::sleep(Duration::from_secs_f64(seconds));
    rest(2.0);
    tool(&["windowactivate", "--sync", &window])?;
    let point_at = |(x, y): (u32, u32)| {
        let (x, y) = (x.to_string(), y.to_string());
        tool(&["mousemove", "--window", &window, &x, &y])
    };
    let click = |place| -> Result<()> {
        point_at(place)?;
        tool(&["click", "1"])?;
        rest(0.7);
        Ok(())
    };
    click(PRESET)?;
    click(SEARCH)?;
    tool(&["type", "--delay", "60", scene.preset])?;
    // The first loads what is found, the second closes the presets.
    for _ in 0..2 {
        rest(0.7);
        tool(&["key", "Return"])?;
    }
    rest(0.7);
    for &place in scene.clicks {
        click(place)?;
    }
    click(NOTHING)?;
    point_at(scene.pointer.unwrap_or(CORNER))?;
    let chord: &[&str] = if scene.is_played { &CHORD } else { &[] };
    for letter in chord {
        tool(&["keydown", letter])?;
        rest(0.1);
    }
    rest(2.5);
    let picture = look(
        screen,
        window.trim().parse().context("not a window's number")?,
    );
    for letter in chord {
        tool(&["keyup", letter])?;
    }
    picture
}

/// The window's pixels.
fn look(screen: &Screen, window: Window) -> Result<Picture> {
    let (display, _) = x11rb::connect(Some(screen.name()))?;
    let size = display.get_geometry(window)?.reply()?;
    let image = display
        .get_image(
            ImageFormat::Z_PIXMAP,
            window,
            0,
            0,
            size.width,
            size.height,
            !0,
        )?
        .reply()?;
    let order = display.setup().image_byte_order;
    ensure!(
        image.depth == 24 && u8::from(order) == 0,
        "the display has an unexpected pixel format"
    );
    let (width, height) = (usize::from(size.width), usize::from(size.height));
    let mut picture = Picture::new(width, height, [0; 3]);
    let mut colours = std::collections::HashSet::new();
    for (place, pixel) in image.data.chunks_exact(4).enumerate() {
        let colour = [pixel[2], pixel[1], pixel[0]];
        colours.insert(colour);
        picture.mix(place % width, place / width, colour, 1.0);
    }
    if colours.len() < LEAST_COLOURS {
        bail!("the window is empty: it has {} colours", colours.len());
    }
    Ok(picture)
}
