//! The page: what is in view, how presets are told apart, and the form that is opened from it.

use super::*;

/// Where a preset's row stands, from its top to its foot.
fn row(harness: &BrowserHarness, label: &str) -> egui::Rangef {
    let role = egui::accesskit::Role::ListBoxOption;
    let row = harness.get_by_role_and_label(role, label);
    row.rect().y_range()
}

#[test]
fn the_page_opens_at_what_is_loaded_and_keeps_the_row_of_the_keys_in_view() {
    let many: Vec<Preset> = (10..60)
        .map(|number| preset(&format!("Warm {number}"), -9.0))
        .collect();
    let mut harness = harness(&many);
    for _ in 0..6 {
        click(&mut harness, "Previous preset");
    }
    assert_eq!(name(&harness).0, "Warm 54");
    harness.get_by_label("Presets: Warm 54").click();
    // In its very first frame: nothing jumps.
    harness.run_steps(2);
    let room = harness.get_by_label("Presets").rect().y_range();
    let is_seen = |harness: &BrowserHarness, label: &str| {
        let row = row(harness, label);
        room.contains(row.min) && room.contains(row.max)
    };
    assert!(is_seen(&harness, "Warm 54"));
    harness.run_steps(1);
    let before = row(&harness, "Warm 54");
    let role = egui::accesskit::Role::ListBoxOption;
    harness.get_by_role_and_label(role, "Warm 54").click();
    harness.run_steps(3);
    press(&mut harness, Key::ArrowUp);
    assert_eq!(name(&harness).0, "Warm 53");
    assert_eq!(row(&harness, "Warm 54"), before, "it was in view");
    for n in 0..30 {
        press(&mut harness, Key::ArrowUp);
        assert!(is_seen(&harness, &format!("Warm {}", 52 - n)), "{n}");
    }
    for label in ["Next preset"; 37] {
        click(&mut harness, label);
    }
    assert_eq!(name(&harness).0, "Initial");
    assert!(is_seen(&harness, "Initial"));
    // Opened again, it is at what is loaded, not at what the keys were on.
    press(&mut harness, Key::Escape);
    harness.state_mut().model.undo();
    harness.run_steps(2);
    click(&mut harness, "Presets: Warm 59");
    assert!(is_seen(&harness, "Warm 59"));
}

#[test]
fn presets_of_one_name_are_told_apart_by_their_folders() {
    let mut harness = harness(&[preset("Warm", -9.0)]);
    let presets = harness.state().presets();
    for (folder, tilt) in [("Live", -3.0), ("Studio/Pads", -6.0)] {
        fs::create_dir_all(presets.join(folder)).expect("made");
        let path = presets.join(folder).join("Warm.toml");
        fs::write(path, preset("Warm", tilt).to_text()).expect("written");
    }
    wait(&mut harness, |test| {
        test.browser.contents().entries.len() > starting_presets().len() + 3
    });
    click(&mut harness, "Presets: Initial");
    click(&mut harness, "Warm in Studio/Pads");
    assert_eq!(tilt(&harness), -6.0);
    harness.get_by_label("Search presets").focus();
    harness.run_steps(2);
    write(&mut harness, "live");
    let role = egui::accesskit::Role::ListBoxOption;
    assert!(harness.query_by_role_and_label(role, "Warm").is_none());
    click(&mut harness, "Warm in Live");
    assert_eq!(tilt(&harness), -3.0);
}

#[test]
fn presets_of_one_category_are_listed_alone() {
    let mine = Preset {
        category: "keys".to_owned(),
        ..preset("Warm", -9.0)
    };
    let mut harness = harness(&[mine]);
    click(&mut harness, "Presets: Initial");
    let listed = |harness: &BrowserHarness| {
        let role = egui::accesskit::Role::ListBoxOption;
        let rows = harness.query_all_by_role(role);
        let mut names: Vec<String> = rows
            .filter_map(|row| row.accesskit_node().label())
            .collect();
        names.sort();
        names
    };
    assert!(listed(&harness).len() > 10);
    click(&mut harness, "Only of category");
    click(&mut harness, "Keys");
    let keys = [
        "Felt and Wire",
        "Hollow Gourd",
        "Long Octave",
        "Minor Hall",
        "Pine Cone",
        "Struck String",
        "Warm",
    ];
    assert_eq!(listed(&harness), keys);
    // The words look into it, too.
    click(&mut harness, "Show all");
    harness.get_by_label("Search presets").focus();
    harness.run_steps(2);
    write(&mut harness, "winds brass");
    assert_eq!(
        listed(&harness),
        ["Clarinet", "Copper Horns", "Tritave Reed"]
    );
}

#[test]
fn what_is_said_of_a_preset_is_proposed_for_ones_own_only() {
    let warm = Preset {
        category: "Keys".to_owned(),
        ..preset("Warm", -9.0)
    };
    let mut harness = harness(&[warm]);
    let text = |harness: &BrowserHarness, field: &str| {
        let node = harness.get_by_role_and_label(egui::accesskit::Role::TextInput, field);
        node.value().unwrap_or_default()
    };
    let description = |harness: &BrowserHarness| {
        let role = egui::accesskit::Role::MultilineTextInput;
        let node = harness.get_by_role_and_label(role, "Description");
        node.value().unwrap_or_default()
    };
    click(&mut harness, "Presets: Initial");
    for (loaded, proposed) in [("Struck String", "Struck String 2"), ("Bell", "Bell 2")] {
        click(&mut harness, loaded);
        click(&mut harness, "Save as…");
        assert_eq!(text(&harness, "Name"), proposed);
        assert_eq!(text(&harness, "Tags"), "", "{loaded}");
        assert_eq!(text(&harness, "Category"), "", "{loaded}");
        assert_eq!(description(&harness), "", "{loaded}");
        click(&mut harness, "Cancel");
    }
    click(&mut harness, "Warm");
    click(&mut harness, "Save as…");
    assert_eq!(
        ["Name", "Author", "Category", "Tags"].map(|field| text(&harness, field)),
        ["Warm", "Zoe", "Keys", "pad"]
    );
    // What is written there is saved.
    write_into(&mut harness, "Category", "Leads & Keys");
    write_into(&mut harness, "Name", "Warmer");
    press(&mut harness, Key::Enter);
    assert_eq!(harness.state().file("Warmer.toml").category, "Leads & Keys");
}

#[test]
fn escape_leaves_the_form_at_once_also_out_of_a_field() {
    let mut harness = harness(&[preset("Warm", -9.0)]);
    click(&mut harness, "Presets: Initial");
    click(&mut harness, "Warm");
    for field in ["Name", "Author", "Tags"] {
        click(&mut harness, "Save as…");
        write_into(&mut harness, field, "something");
        press(&mut harness, Key::Escape);
        assert!(harness.query_by_label("Save preset").is_none(), "{field}");
        // The page below is another's to close.
        assert!(harness.state().browser.is_open());
    }
}

#[test]
fn the_order_is_chosen_above_the_tags() {
    let mut harness = harness(&[]);
    click(&mut harness, "Presets: Initial");
    let top = |label| harness.get_by_label(label).rect().top();
    assert!(top("SORT BY") < top("TAGS"));
}

/// With texts of different lengths one after the other.
#[test]
fn a_notice_stands_where_it_is_told_from_its_first_frame_and_within_the_window() {
    let mut harness = harness(&[]);
    for text in ["Saved".to_owned(), "Cannot write. ".repeat(30)] {
        harness.state_mut().browser.show_error(text.clone());
        let mut places = Vec::new();
        for _ in 0..4 {
            harness.run_steps(1);
            let close = harness.query_by_label("Close notice");
            places.extend(close.map(|close| close.rect()));
        }
        // While it is measured it is not shown.
        assert!(places.len() >= 3);
        assert!(places.iter().all(|place| *place == places[0]), "{places:?}");
        let told = harness.get_by_label(&text).rect();
        let whole = told.union(places[0]);
        assert!(whole.left() > 0.0 && whole.right() < SIZE.x, "{whole:?}");
        assert!(whole.bottom() < SIZE.y, "{whole:?}");
        assert!((whole.center().x - SIZE.x / 2.0).abs() < 20.0, "{whole:?}");
    }
}

#[test]
fn a_click_beside_the_form_keeps_what_has_been_typed() {
    let mut harness = harness(&[]);
    let beside = |harness: &mut BrowserHarness| {
        for pressed in [true, false] {
            harness.event(egui::Event::PointerMoved(pos2(5.0, 300.0)));
            harness.event(crate::editor::testing::view::button(
                pos2(5.0, 300.0),
                pressed,
            ));
            harness.run_steps(2);
        }
    };
    click(&mut harness, "Presets: Initial");
    click(&mut harness, "Save as…");
    write_into(&mut harness, "Author", "Zoe");
    beside(&mut harness);
    let author = harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Author");
    assert_eq!(author.value().as_deref(), Some("Zoe"));
    press(&mut harness, Key::Escape);
    assert!(harness.query_by_label("Save preset").is_none());
    // With nothing in it there is nothing to lose.
    click(&mut harness, "Save as…");
    beside(&mut harness);
    assert!(harness.query_by_label("Save preset").is_none());
}

#[test]
fn a_long_tag_has_one_line_and_the_rows_of_tags_one_height() {
    let mut long = preset("Long", -9.0);
    long.tags = vec!["a tag of very many letters indeed, and then some more".to_owned()];
    let mut harness = harness(&[long]);
    click(&mut harness, "Presets: Initial");
    let heading = harness.get_by_label("TAGS").rect();
    let tags: Vec<Rect> = harness
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
        &mut harness,
        "a tag of very many letters indeed, and then some more 1",
    );
    assert!(harness.query_by_label("Long").is_some());
    assert!(harness.query_by_label("Bell").is_none());
}

#[test]
fn a_search_is_left_for_its_hits_by_enter_and_down() {
    let warm: Vec<Preset> = (1..=3)
        .map(|number| preset(&format!("Warm {number}"), -f32::from(number as u8)))
        .collect();
    let mut harness = harness(&warm);
    click(&mut harness, "Presets: Initial");
    let search = |harness: &mut BrowserHarness, words: &str| {
        harness.get_by_label("Search presets").focus();
        harness.run_steps(2);
        harness.state_mut().browser.filter.words.clear();
        write(harness, words);
    };
    let is_list_focused = |harness: &BrowserHarness| harness.get_by_label("Presets").is_focused();
    search(&mut harness, "warm");
    assert_eq!(name(&harness).0, "Initial", "nothing is loaded yet");
    press(&mut harness, Key::Enter);
    assert_eq!(name(&harness).0, "Warm 1");
    assert!(is_list_focused(&harness));
    assert!(harness.state().browser.is_open());
    press(&mut harness, Key::ArrowDown);
    assert_eq!(name(&harness).0, "Warm 2");
    // By Down: what is marked, or what comes after it if it sounds already.
    search(&mut harness, "gong");
    press(&mut harness, Key::ArrowDown);
    assert_eq!(name(&harness).0, "Gong");
    assert!(is_list_focused(&harness));
    search(&mut harness, "warm");
    press(&mut harness, Key::ArrowDown);
    assert_eq!(name(&harness).0, "Warm 1");
    search(&mut harness, "warm");
    press(&mut harness, Key::ArrowDown);
    assert_eq!(name(&harness).0, "Warm 2");
    // Nothing is found: nothing happens.
    search(&mut harness, "no such preset");
    press(&mut harness, Key::Enter);
    assert_eq!(name(&harness).0, "Warm 2");
}

#[test]
fn home_end_and_the_page_keys_walk_the_list() {
    let many: Vec<Preset> = (10..60)
        .map(|number| preset(&format!("Warm {number}"), -9.0))
        .collect();
    let mut harness = harness(&many);
    click(&mut harness, "Presets: Initial");
    let role = egui::accesskit::Role::ListBoxOption;
    harness.get_by_role_and_label(role, "Initial").click();
    harness.run_steps(3);
    press(&mut harness, Key::End);
    assert_eq!(name(&harness).0, "Warm 59");
    press(&mut harness, Key::Home);
    assert_eq!(name(&harness).0, "Initial");
    let room = harness.get_by_label("Presets").rect().height();
    let row = row(&harness, "Initial").span();
    let place = |harness: &BrowserHarness| {
        let entries = harness.state().browser.contents();
        let here = name(harness).0;
        let mut names = entries.entries.iter().map(|entry| &entry.preset.name);
        names.position(|name| *name == here).expect("a preset")
    };
    press(&mut harness, Key::PageDown);
    let page = place(&harness);
    assert!(
        page + 3 > (room / row) as usize && page < (room / row) as usize,
        "{page}"
    );
    for _ in 0..9 {
        press(&mut harness, Key::PageDown);
    }
    assert_eq!(name(&harness).0, "Warm 59", "it does not go round");
    let last = place(&harness);
    press(&mut harness, Key::PageUp);
    assert_eq!(place(&harness), last - page);
}
