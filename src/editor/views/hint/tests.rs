//! The hint in a whole window.

use egui::vec2;
use egui_kittest::kittest::Queryable as _;

use super::*;
use crate::editor::testing::window::window;
use crate::settings::SettingsFile;

#[test]
fn the_hint_is_shown_until_it_is_closed_once() {
    for size in [vec2(800.0, 500.0), vec2(1_120.0, 700.0)] {
        let mut harness = window(size);
        assert!(harness.query_by_label(LINES[0]).is_none(), "not asked for");
        harness.state_mut().shell.greet();
        harness.run_steps(2);
        let foot = harness.get_by_label(LINES[0]).rect().bottom();
        for line in LINES {
            harness.get_by_label(line);
        }
        // It covers nothing.
        let header = harness.get_by_label("Settings").rect();
        assert!(header.bottom() <= foot - HEIGHT + 4.0, "{header} {foot}");
        assert!(harness.get_by_label("Log Hz").rect().top() >= foot);
        harness.get_by_label("Close the hint").click();
        harness.run_steps(3);
        assert!(harness.query_by_label(LINES[0]).is_none());
        let file = SettingsFile::in_folder(harness.state().folder.path());
        assert!(!file.read().expect("readable").hint);
        harness.state_mut().shell.greet();
        harness.run_steps(3);
        assert!(harness.query_by_label(LINES[0]).is_none(), "closed once");
    }
}

#[test]
fn where_nothing_can_be_written_the_hint_is_closed_for_this_window() {
    let mut harness = window(vec2(1_120.0, 700.0));
    harness.state_mut().shell.greet();
    // A file in the place of the folder.
    let folder = harness.state().folder.path().to_owned();
    std::fs::remove_dir_all(&folder).expect("removed");
    std::fs::write(&folder, "in the way").expect("written");
    harness.run_steps(2);
    harness.get_by_label("Close the hint").click();
    harness.run_steps(100);
    assert!(harness.query_by_label(LINES[0]).is_none());
    // It is shown in the place of the settings.
    harness.get_by_label("Settings !");
}
