//! Contrast of what is written and drawn, and looks that are chosen.

use super::*;

/// Relative luminance, WCAG 2.2.
fn luminance(color: Color32) -> f64 {
    let linear = |byte: u8| {
        let x = f64::from(byte) / 255.0;
        if x <= 0.04045 {
            x / 12.92
        } else {
            ((x + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

fn contrast(a: Color32, b: Color32) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn the_measure_is_wcags() {
    assert!((contrast(Color32::WHITE, Color32::BLACK) - 21.0).abs() < 1e-9);
    assert!((contrast(rgb(0x777777), Color32::WHITE) - 4.478).abs() < 1e-3);
}

#[test]
fn every_text_can_be_read_on_every_surface() {
    for theme in Looks::ALL.map(Theme::of) {
        for (surface, background) in [
            ("window", theme.window),
            ("panel", theme.panel),
            ("raised", theme.raised),
            ("hovered", theme.hovered),
            ("well", theme.well),
            ("chosen", theme.chosen),
        ] {
            for (name, text) in [
                ("text", theme.text),
                ("weak text", theme.weak_text),
                ("accent text", theme.accent_text),
                ("warning", theme.warning),
                ("error", theme.error),
            ] {
                let found = contrast(text, background);
                assert!(
                    found >= 4.5,
                    "{}: {name} on {surface}: {found:.2}",
                    theme.looks.name()
                );
            }
        }
        // The titles of the sections.
        for hue in [theme.accent_text, theme.filter, theme.modulator, theme.live] {
            let found = contrast(hue, theme.panel);
            assert!(found >= 4.5, "{}: {hue:?}: {found:.2}", theme.looks.name());
        }
        let on_accent = contrast(theme.on_accent, theme.accent);
        assert!(on_accent >= 4.5, "{}: {on_accent:.2}", theme.looks.name());
    }
}

/// WCAG's 3 : 1 for what is not text but must be told apart.
#[test]
fn what_is_drawn_stands_out_from_its_well() {
    for theme in Looks::ALL.map(Theme::of) {
        let drawn = [theme.accent, theme.focus, theme.live, theme.filter]
            .into_iter()
            .chain([theme.modulated, theme.modulator])
            .chain(theme.voices);
        for color in drawn {
            let found = contrast(color, theme.well);
            let name = theme.looks.name();
            assert!(found >= 3.0, "{name}: {color:?}: {found:.2}");
        }
    }
}

#[test]
fn a_window_has_the_looks_that_were_chosen() {
    let ctx = egui::Context::default();
    install(&ctx, Looks::Light);
    let mut seen = None;
    let mut frame = || {
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            seen = Some((current(ui).looks, ui.visuals().panel_fill));
            // A family that is missing would panic here.
            ui.fonts_mut(|fonts| assert!(fonts.row_height(&strong(TITLE)) > TITLE));
        });
        output.textures_delta.clear();
        seen
    };
    assert_eq!(frame(), Some((Looks::Light, LIGHT.window)));
    set(&ctx, Looks::HighContrast);
    let seen = frame();
    assert_eq!(seen, Some((Looks::HighContrast, HIGH_CONTRAST.window)));
}
