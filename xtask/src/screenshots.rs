//! `cargo xtask screenshots`: the documents' pictures of the reverb, see [`reverb`], and those of the window, taken
//! from the real program on a virtual display while it plays.
//!
//! The program is controlled by the computer keyboard: Tab moves to the preset arrows, and letters play
//! notes.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

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
    /// The index of the preset that is shown, in the list of the arrows: 0 is what the window begins
    /// with.
    preset: usize,
    /// Where the tabs are that lead to what is shown, in pixels; none for what the window begins with.
    tabs: &'static [(u32, u32)],
    /// Where the pointer is, in pixels; in a corner without one.
    pointer: Option<(u32, u32)>,
}

const BOWED_PAD: usize = 4;
const AURORA: usize = 13;
const FOUR_WINDS: usize = 24;
const FIVE_PETALS: usize = 35;
const VESPER_CLOUD: usize = 41;
/// Where the tab "Move" is, and that of its page "Routes".
const ROUTES: [(u32, u32); 2] = [(155, 505), (994, 505)];
/// Where the tab "Play" is, and that of its page with the scale.
const TUNING: [(u32, u32); 2] = [(208, 505), (320, 505)];
/// Where the tab "Spectra" is, and that of its page "Recording".
const RECORDING: [(u32, u32); 2] = [(38, 505), (560, 505)];
/// Where LFO 2 is in the strip of the sources.
const LFO_2: (u32, u32) = (285, 474);

const SCENES: [Scene; 6] = [
    Scene {
        file: "xtask/demo/window-dark.png",
        looks: "dark",
        preset: BOWED_PAD,
        tabs: &[],
        pointer: None,
    },
    Scene {
        file: "xtask/demo/window-light.png",
        looks: "light",
        preset: BOWED_PAD,
        tabs: &[],
        pointer: None,
    },
    Scene {
        file: "xtask/demo/window-routes.png",
        looks: "dark",
        preset: AURORA,
        tabs: &ROUTES,
        pointer: Some(LFO_2),
    },
    Scene {
        file: "xtask/demo/window-spectra.png",
        looks: "dark",
        preset: FOUR_WINDS,
        tabs: &[],
        pointer: None,
    },
    Scene {
        file: "xtask/demo/window-tuning.png",
        looks: "dark",
        preset: FIVE_PETALS,
        tabs: &TUNING,
        pointer: None,
    },
    Scene {
        file: "xtask/demo/window-recording.png",
        looks: "dark",
        preset: VESPER_CLOUD,
        tabs: &RECORDING,
        pointer: None,
    },
];
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
    // Keeps the pointer out of the picture.
    tool(&["mousemove", "--window", &window, "2", "2"])?;
    // The first control that Tab reaches is the arrow to the previous preset, the second to the next.
    for _ in 0..2 {
        tool(&["key", "Tab"])?;
        rest(0.3);
    }
    for _ in 0..scene.preset {
        tool(&["key", "Return"])?;
        rest(0.4);
    }
    let point_at = |(x, y): (u32, u32)| {
        let (x, y) = (x.to_string(), y.to_string());
        tool(&["mousemove", "--window", &window, &x, &y])
    };
    for &tab in scene.tabs {
        point_at(tab)?;
        tool(&["click", "1"])?;
        rest(0.4);
    }
    point_at(scene.pointer.unwrap_or(CORNER))?;
    for letter in CHORD {
        tool(&["keydown", letter])?;
        rest(0.1);
    }
    rest(2.5);
    let picture = look(
        screen,
        window.trim().parse().context("not a window's number")?,
    );
    for letter in CHORD {
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
