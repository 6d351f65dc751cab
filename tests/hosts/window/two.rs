//! Two editors of two instances at once: each follows its own.

use std::time::{Duration, Instant};

use xtask::host::{Output, WindowSize};

use crate::apart::apart;
use crate::display::{Display, point, sameness, wait_for};
use crate::player::{Player, play_until_seen, quiet, resize};
use crate::words::Ends;

const SIZE: WindowSize = WindowSize {
    width: 800,
    height: 500,
};
/// A second of sound.
const SECOND_FRAMES: usize = 48_000;
const KEY: u8 = 45;

/// The part of the window's picture where the spectrum is: below its header, above the panels.
fn spectrum(display: &Display, player: &Player) -> Vec<u8> {
    let picture = display.picture(player.opened.editor).expect("a window");
    let row = 4 * SIZE.width as usize;
    picture[row * 100..row * 220].to_vec()
}

/// Longer than peaks stand before they fall (`HOLD_S` in `src/editor/views/spectrum/columns.rs`).
const STILL: Duration = Duration::from_millis(1_500);

/// Waits until the spectrum does not change any more: after a sound peaks stand for a second and then
/// fall for some.
fn wait_until_still(display: &Display, player: &mut Player) {
    let mut before = spectrum(display, player);
    let mut since = Instant::now();
    wait_for("the spectrum to stand still", || {
        // At rest the window draws five frames per second.
        for _ in 0..3 {
            player.play_until_seen();
        }
        let now = spectrum(display, player);
        if now != before {
            before = now;
            since = Instant::now();
        }
        (since.elapsed() > STILL).then_some(())
    });
}

/// The levels of all partials that stand otherwise than in a new instance.
fn drawn(player: &mut Player) -> Vec<(usize, f64)> {
    (1..=64)
        .filter_map(|n| {
            let (value, is_drawn) = player.value(&format!("Partial {n} Level"));
            is_drawn.then_some((n, value))
        })
        .collect()
}

fn is_gesture(said: &Output) -> bool {
    matches!(
        said,
        Output::GestureBegin(_) | Output::GestureEnd(_) | Output::Value(..)
    )
}

/// Plays and draws in one; the other's picture, parameters and host know nothing of it.
fn only_one_is_touched(display: &Display, one: &mut Player, other: &mut Player) {
    // The pointer rests beside both.
    point(&["mousemove", "1500", "1100"]);
    play_until_seen(&mut [&mut *one, &mut *other]);
    wait_until_still(display, one);
    wait_until_still(display, other);
    let pictures = [spectrum(display, one), spectrum(display, other)];
    let drawn_before = [drawn(one), drawn(other)];
    other.said.clear();

    one.begin(1, KEY);
    for step in 0..=8 {
        let along = f64::from(step) / 8.0;
        one.move_to(display, (0.2 + 0.6 * along, 0.25 + 0.15 * along));
        if step == 0 {
            point(&["mousedown", "1"]);
        }
        play_until_seen(&mut [&mut *one, &mut *other]);
    }
    point(&["mouseup", "1"]);
    play_until_seen(&mut [&mut *one, &mut *other]);
    assert!(one.heard.iter().any(|x| *x != 0.0));
    let touched = drawn(one);
    assert!(
        touched.len() > 20 && touched != drawn_before[0],
        "{touched:?}"
    );
    let same = sameness(&pictures[0], &spectrum(display, one));
    assert!(same < 0.95, "its own picture stays: {same}");

    assert_eq!(drawn(other), drawn_before[1]);
    let said: Vec<&Output> = other.said.iter().filter(|said| is_gesture(said)).collect();
    assert!(said.is_empty(), "{said:?}");
    let same = sameness(&pictures[1], &spectrum(display, other));
    assert!(same > 0.999, "the other's picture moves: {same}");

    one.end(1, KEY);
    one.hear(SECOND_FRAMES);
    play_until_seen(&mut [&mut *one, &mut *other]);
}

/// A note is seen in the window of the instance that plays it.
fn shows_a_note(display: &Display, player: &mut Player) {
    // The last note's peaks would hide this one's.
    wait_until_still(display, player);
    let before = spectrum(display, player);
    player.begin(2, KEY + 7);
    player.play_until("a note to be seen", |player| {
        (sameness(&before, &spectrum(display, player)) < 0.98).then_some(())
    });
    player.end(2, KEY + 7);
    player.hear(SECOND_FRAMES);
}

#[test]
fn two_editors_each_follow_their_own_instance() {
    apart(Ends::Closed, || {
        let display = Display::open();
        let mut one = Player::open_at((0, 0), &display, quiet());
        resize(&display, &mut one.instance, &one.opened, SIZE);
        let mut other = Player::open_at((0, 500), &display, quiet());
        resize(&display, &mut other.instance, &other.opened, SIZE);
        assert_ne!(one.opened.editor, other.opened.editor);
        only_one_is_touched(&display, &mut one, &mut other);
        only_one_is_touched(&display, &mut other, &mut one);

        // In another order than they were opened; the one that is left goes on.
        one.close(&display);
        shows_a_note(&display, &mut other);
        let mut third = Player::open_at((800, 0), &display, quiet());
        shows_a_note(&display, &mut third);
        other.close(&display);
        shows_a_note(&display, &mut third);
        third.close(&display);
    });
}
