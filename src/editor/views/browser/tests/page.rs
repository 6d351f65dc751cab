//! The page: what is in view, what is told apart, and the form that is opened from it.

use super::*;

/// Where a preset's row stands, from its top to its foot.
fn row(stage: &Stage, label: &str) -> egui::Rangef {
    let role = egui::accesskit::Role::ListBoxOption;
    let row = stage.get_by_role_and_label(role, label);
    row.rect().y_range()
}

#[test]
fn the_page_opens_at_what_is_loaded_and_keeps_the_row_of_the_keys_in_view() {
    let many: Vec<Preset> = (10..60)
        .map(|number| preset(&format!("Warm {number}"), -9.0))
        .collect();
    let mut stage = stage(&many);
    for _ in 0..6 {
        click(&mut stage, "Previous preset");
    }
    assert_eq!(name(&stage).0, "Warm 54");
    stage.get_by_label("Presets: Warm 54").click();
    // In its very first frame: nothing jumps.
    stage.run_steps(2);
    let room = stage.get_by_label("Presets").rect().y_range();
    let is_seen = |stage: &Stage, label: &str| {
        let row = row(stage, label);
        room.contains(row.min) && room.contains(row.max)
    };
    assert!(is_seen(&stage, "Warm 54"));
    stage.run_steps(1);
    let before = row(&stage, "Warm 54");
    let role = egui::accesskit::Role::ListBoxOption;
    stage.get_by_role_and_label(role, "Warm 54").click();
    stage.run_steps(3);
    press(&mut stage, Key::ArrowUp);
    assert_eq!(name(&stage).0, "Warm 53");
    assert_eq!(row(&stage, "Warm 54"), before, "it was in view");
    for n in 0..30 {
        press(&mut stage, Key::ArrowUp);
        assert!(is_seen(&stage, &format!("Warm {}", 52 - n)), "{n}");
    }
    for label in ["Next preset"; 37] {
        click(&mut stage, label);
    }
    assert_eq!(name(&stage).0, "Initial");
    assert!(is_seen(&stage, "Initial"));
    // Opened again, it is at what is loaded, not at what the keys were on.
    press(&mut stage, Key::Escape);
    stage.state_mut().model.undo();
    stage.run_steps(2);
    click(&mut stage, "Presets: Warm 59");
    assert!(is_seen(&stage, "Warm 59"));
}

#[test]
fn presets_of_one_name_are_told_apart_by_their_folders() {
    let mut stage = stage(&[preset("Warm", -9.0)]);
    let presets = stage.state().presets();
    for (folder, tilt) in [("Live", -3.0), ("Studio/Pads", -6.0)] {
        fs::create_dir_all(presets.join(folder)).expect("made");
        let path = presets.join(folder).join("Warm.toml");
        fs::write(path, preset("Warm", tilt).to_text()).expect("written");
    }
    wait(&mut stage, |world| {
        world.browser.contents().entries.len() >= 16
    });
    click(&mut stage, "Presets: Initial");
    click(&mut stage, "Warm in Studio/Pads");
    assert_eq!(tilt(&stage), -6.0);
    stage.get_by_label("Search presets").focus();
    stage.run_steps(2);
    write(&mut stage, "live");
    let role = egui::accesskit::Role::ListBoxOption;
    assert!(stage.query_by_role_and_label(role, "Warm").is_none());
    click(&mut stage, "Warm in Live");
    assert_eq!(tilt(&stage), -3.0);
}

#[test]
fn what_is_said_of_a_preset_is_proposed_for_ones_own_only() {
    let mut stage = stage(&[preset("Warm", -9.0)]);
    let text = |stage: &Stage, field: &str| {
        let node = stage.get_by_role_and_label(egui::accesskit::Role::TextInput, field);
        node.value().unwrap_or_default()
    };
    let description = |stage: &Stage| {
        let role = egui::accesskit::Role::MultilineTextInput;
        let node = stage.get_by_role_and_label(role, "Description");
        node.value().unwrap_or_default()
    };
    click(&mut stage, "Presets: Initial");
    for (loaded, proposed) in [("Struck String", "Struck String 2"), ("Bell", "Bell 2")] {
        click(&mut stage, loaded);
        click(&mut stage, "Save as…");
        assert_eq!(text(&stage, "Name"), proposed);
        assert_eq!(text(&stage, "Tags"), "", "{loaded}");
        assert_eq!(description(&stage), "", "{loaded}");
        click(&mut stage, "Cancel");
    }
    click(&mut stage, "Warm");
    click(&mut stage, "Save as…");
    assert_eq!(
        ["Name", "Author", "Tags"].map(|field| text(&stage, field)),
        ["Warm", "Zoe", "pad"]
    );
}

#[test]
fn escape_leaves_the_form_at_once_also_out_of_a_field() {
    let mut stage = stage(&[preset("Warm", -9.0)]);
    click(&mut stage, "Presets: Initial");
    click(&mut stage, "Warm");
    for field in ["Name", "Author", "Tags"] {
        click(&mut stage, "Save as…");
        write_into(&mut stage, field, "something");
        press(&mut stage, Key::Escape);
        assert!(stage.query_by_label("Save preset").is_none(), "{field}");
        // The page below is another's to close.
        assert!(stage.state().browser.is_open());
    }
}

#[test]
fn the_order_is_chosen_above_the_tags() {
    let mut stage = stage(&[]);
    click(&mut stage, "Presets: Initial");
    let top = |label| stage.get_by_label(label).rect().top();
    assert!(top("SORT BY") < top("TAGS"));
}

/// With texts of different lengths one after the other.
#[test]
fn a_notice_stands_where_it_is_told_from_its_first_frame_and_within_the_window() {
    let mut stage = stage(&[]);
    for text in ["Saved".to_owned(), "Cannot write. ".repeat(30)] {
        stage.state_mut().browser.complain(text.clone());
        let mut places = Vec::new();
        for _ in 0..4 {
            stage.run_steps(1);
            let close = stage.query_by_label("Close notice");
            places.extend(close.map(|close| close.rect()));
        }
        // While it is measured it is not shown.
        assert!(places.len() >= 3);
        assert!(places.iter().all(|place| *place == places[0]), "{places:?}");
        let told = stage.get_by_label(&text).rect();
        let whole = told.union(places[0]);
        assert!(whole.left() > 0.0 && whole.right() < SIZE.x, "{whole:?}");
        assert!(whole.bottom() < SIZE.y, "{whole:?}");
        assert!((whole.center().x - SIZE.x / 2.0).abs() < 20.0, "{whole:?}");
    }
}

#[test]
fn a_click_beside_the_form_keeps_what_has_been_typed() {
    let mut stage = stage(&[]);
    let beside = |stage: &mut Stage| {
        for pressed in [true, false] {
            stage.event(egui::Event::PointerMoved(pos2(5.0, 300.0)));
            stage.event(crate::editor::testing::view::button(
                pos2(5.0, 300.0),
                pressed,
            ));
            stage.run_steps(2);
        }
    };
    click(&mut stage, "Presets: Initial");
    click(&mut stage, "Save as…");
    write_into(&mut stage, "Author", "Zoe");
    beside(&mut stage);
    let author = stage.get_by_role_and_label(egui::accesskit::Role::TextInput, "Author");
    assert_eq!(author.value().as_deref(), Some("Zoe"));
    press(&mut stage, Key::Escape);
    assert!(stage.query_by_label("Save preset").is_none());
    // With nothing in it there is nothing to lose.
    click(&mut stage, "Save as…");
    beside(&mut stage);
    assert!(stage.query_by_label("Save preset").is_none());
}

#[test]
fn a_long_tag_has_one_line_and_the_rows_of_tags_one_height() {
    let mut long = preset("Long", -9.0);
    long.tags = vec!["a tag of very many letters indeed, and then some more".to_owned()];
    let mut stage = stage(&[long]);
    click(&mut stage, "Presets: Initial");
    let heading = stage.get_by_label("TAGS").rect();
    let tags: Vec<Rect> = stage
        .query_all_by_role(egui::accesskit::Role::Button)
        .map(|node| node.rect())
        .filter(|rect| rect.top() > heading.bottom() && rect.right() < 200.0)
        .collect();
    let mut tops: Vec<f32> = tags.iter().map(|rect| rect.top()).collect();
    tops.sort_by(f32::total_cmp);
    tops.dedup_by(|a, b| (*a - *b).abs() < 0.5);
    assert!(tops.len() > 3, "{tops:?}");
    let steps: Vec<f32> = tops.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(
        steps.iter().all(|step| (step - steps[0]).abs() < 0.5),
        "{steps:?}"
    );
    // It is read aloud in full, and chosen.
    click(
        &mut stage,
        "a tag of very many letters indeed, and then some more 1",
    );
    assert!(stage.query_by_label("Long").is_some());
    assert!(stage.query_by_label("Bell").is_none());
}

#[test]
fn a_search_is_left_for_its_hits_by_enter_and_down() {
    let warm: Vec<Preset> = (1..=3)
        .map(|number| preset(&format!("Warm {number}"), -f32::from(number as u8)))
        .collect();
    let mut stage = stage(&warm);
    click(&mut stage, "Presets: Initial");
    let search = |stage: &mut Stage, words: &str| {
        stage.get_by_label("Search presets").focus();
        stage.run_steps(2);
        stage.state_mut().browser.filter.words.clear();
        write(stage, words);
    };
    let is_list_focused = |stage: &Stage| stage.get_by_label("Presets").is_focused();
    search(&mut stage, "warm");
    assert_eq!(name(&stage).0, "Initial", "nothing is loaded yet");
    press(&mut stage, Key::Enter);
    assert_eq!(name(&stage).0, "Warm 1");
    assert!(is_list_focused(&stage));
    assert!(stage.state().browser.is_open());
    press(&mut stage, Key::ArrowDown);
    assert_eq!(name(&stage).0, "Warm 2");
    // By Down: what is marked, or what comes after it if it sounds already.
    search(&mut stage, "gong");
    press(&mut stage, Key::ArrowDown);
    assert_eq!(name(&stage).0, "Gong");
    assert!(is_list_focused(&stage));
    search(&mut stage, "warm");
    press(&mut stage, Key::ArrowDown);
    assert_eq!(name(&stage).0, "Warm 1");
    search(&mut stage, "warm");
    press(&mut stage, Key::ArrowDown);
    assert_eq!(name(&stage).0, "Warm 2");
    // Nothing is found: nothing happens.
    search(&mut stage, "no such preset");
    press(&mut stage, Key::Enter);
    assert_eq!(name(&stage).0, "Warm 2");
}

#[test]
fn home_end_and_the_page_keys_walk_the_list() {
    let many: Vec<Preset> = (10..60)
        .map(|number| preset(&format!("Warm {number}"), -9.0))
        .collect();
    let mut stage = stage(&many);
    click(&mut stage, "Presets: Initial");
    let role = egui::accesskit::Role::ListBoxOption;
    stage.get_by_role_and_label(role, "Initial").click();
    stage.run_steps(3);
    press(&mut stage, Key::End);
    assert_eq!(name(&stage).0, "Warm 59");
    press(&mut stage, Key::Home);
    assert_eq!(name(&stage).0, "Initial");
    let room = stage.get_by_label("Presets").rect().height();
    let row = row(&stage, "Initial").span();
    let place = |stage: &Stage| {
        let entries = stage.state().browser.contents();
        let here = name(stage).0;
        let mut names = entries.entries.iter().map(|entry| &entry.preset.name);
        names.position(|name| *name == here).expect("a preset")
    };
    press(&mut stage, Key::PageDown);
    let page = place(&stage);
    assert!(
        page + 3 > (room / row) as usize && page < (room / row) as usize,
        "{page}"
    );
    for _ in 0..9 {
        press(&mut stage, Key::PageDown);
    }
    assert_eq!(name(&stage).0, "Warm 59", "it does not go round");
    press(&mut stage, Key::PageUp);
    assert_eq!(place(&stage), 62 - page);
}
