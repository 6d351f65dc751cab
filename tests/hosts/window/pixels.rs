//! A window of one size, and the mouse at places of it that are given in pixels.

use xtask::host::WindowSize;

use crate::display::Display;
use crate::player::{Player, resize};
use crate::rig;

/// The window's size, in pixels, in which all places are.
pub const SIZE: WindowSize = WindowSize {
    width: 1_440,
    height: 900,
};

/// An instance with these parameters, by name and text, and its window at [`SIZE`].
pub fn open(display: &Display, settings: &[(&str, &str)]) -> Player {
    let mut player = Player::open_at((0, 0), display, rig::instance_with(settings));
    resize(display, &mut player.instance, &player.opened, SIZE);
    player.play_until_seen();
    player
}

/// A place in [`SIZE`] as parts of it.
fn parts((x, y): (f64, f64)) -> (f64, f64) {
    (x / f64::from(SIZE.width), y / f64::from(SIZE.height))
}

/// Moves the pointer to a place in [`SIZE`].
fn move_to(player: &mut Player, display: &Display, place: (f64, f64)) {
    player.move_to(display, parts(place));
    player.play_until_seen();
}

/// Clicks on a place in [`SIZE`].
pub fn click(player: &mut Player, display: &Display, place: (f64, f64)) {
    move_to(player, display, place);
    player.button("mousedown");
    player.button("mouseup");
}

/// Drags the mouse from one place in [`SIZE`] to another.
pub fn drag(player: &mut Player, display: &Display, from: (f64, f64), to: (f64, f64)) {
    player.drag(display, parts(from), parts(to));
}
