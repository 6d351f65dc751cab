//! Looks: colours, type, spacing. Every colour, text size, distance and radius of the window is
//! from here.
//!
//! Surfaces and controls are greys. Each colour has one meaning:
//!
//! | colour | means |
//! |---|---|
//! | [`Theme::accent`], orange | a value: what is set, drawn or played by hand; the section of the spectra |
//! | [`Theme::filter`], green | what shapes the spectrum: filters and shapers, their curves and their section |
//! | [`Theme::modulator`], violet | what moves: sources and how far they reach, and their section |
//! | [`Theme::modulated`], blue | a value as it has been moved |
//! | [`Theme::live`], pale blue | what sounds and what that takes, and the section of playing |
//! | [`Theme::output`], dull blue | what comes out, past |
//! | [`Theme::voices`] | each voice |
//! | [`Theme::text`] on [`Theme::chosen`] | what is chosen: tabs, one of several, rows |
//! | [`Theme::focus`], as text | what the keyboard reaches |
//! | [`Theme::warning`], [`Theme::error`] | trouble |
//!
//! The type face is IBM Plex Sans, whose figures are all of one width,
//! so that numbers stand still while they change.

use std::sync::Arc;

use egui::epaint::Shadow;
use egui::style::{NumberFormatter, Widgets};
use egui::{
    Align2, Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Id, Margin,
    Painter, Pos2, Rect, Stroke, StrokeKind, Style, TextStyle, Ui, Visuals, vec2,
};

use crate::editor::model::value_text::with_minus;
use crate::settings::Looks;

/// The distance that others are multiples of, points.
pub const GRID: f32 = 4.0;
/// Around groups and between them, points.
pub const GAP: f32 = 2.0 * GRID;
/// Corners of surfaces and controls, points.
pub const RADIUS: u8 = 4;
/// Height of a control's row, points.
pub const ROW: f32 = 24.0;

/// Scales, units, the status line; points.
pub const SMALL: f32 = 11.0;
/// Everything else that is read; points.
pub const BODY: f32 = 13.0;
/// Names of pages and of the instrument; points.
pub const TITLE: f32 = 17.0;

/// The name of the family that stands out.
const STRONG: &str = "strong";

/// Text of this size in points.
pub fn font(size: f32) -> FontId {
    FontId::proportional(size)
}

/// Text of this size in points that stands out: headings, the chosen one of several.
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// How many voices have a colour of their own before colours repeat.
pub const VOICE_TINTS: usize = 8;

/// The colours of one of the [`Looks`]. Text of [`Theme::text`], [`Theme::weak_text`],
/// [`Theme::accent_text`], [`Theme::warning`] and [`Theme::error`] can be read on every surface.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    /// Which one it is.
    pub looks: Looks,
    /// Behind everything.
    pub window: Color32,
    /// Groups of controls.
    pub panel: Color32,
    /// Controls at rest: buttons, the fields of choices.
    pub raised: Color32,
    /// Controls under the pointer.
    pub hovered: Color32,
    /// Where data is shown and text is typed: the spectrum, envelopes, tracks of controls.
    pub well: Color32,
    /// Outlines and separators.
    pub line: Color32,
    /// Lines of scales, within a well.
    pub grid: Color32,
    /// What is to be read.
    pub text: Color32,
    /// Names, units and scales.
    pub weak_text: Color32,
    /// The surface of a chosen item: one of several, a row.
    pub chosen: Color32,
    /// Values: what is set, drawn or played by hand.
    pub accent: Color32,
    /// The accent's hue as text, and as thin lines.
    pub accent_text: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Around what has the keyboard's focus.
    pub focus: Color32,
    /// What sounds, all voices together.
    pub live: Color32,
    /// What comes out: the analyser.
    pub output: Color32,
    /// The filter's curve.
    pub filter: Color32,
    /// A value as modulation has moved it.
    pub modulated: Color32,
    /// Sources of modulation, and how far they reach.
    pub modulator: Color32,
    /// Something is not as it should be.
    pub warning: Color32,
    /// Something has failed.
    pub error: Color32,
    /// One for each voice, in turn.
    pub voices: [Color32; VOICE_TINTS],
}

const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

const DARK: Theme = Theme {
    looks: Looks::Dark,
    window: rgb(0x14171C),
    panel: rgb(0x1A1E25),
    raised: rgb(0x262C36),
    hovered: rgb(0x303845),
    well: rgb(0x0D0F13),
    line: rgb(0x2E3541),
    grid: rgb(0x1F242C),
    text: rgb(0xE8ECF2),
    weak_text: rgb(0x9DA8B8),
    chosen: rgb(0x2C3747),
    accent: rgb(0xF0A63C),
    accent_text: rgb(0xF5B458),
    on_accent: rgb(0x1B1203),
    focus: rgb(0xF4F6FA),
    live: rgb(0xBFE6F5),
    output: rgb(0x4E7A93),
    filter: rgb(0x8FD6A4),
    modulated: rgb(0x7CC7F2),
    modulator: rgb(0xB9A2F5),
    warning: rgb(0xFFC24D),
    error: rgb(0xFF8A80),
    voices: [
        rgb(0x6FC3E8),
        rgb(0xA5A6F6),
        rgb(0xE58FC1),
        rgb(0x7AD7B2),
        rgb(0xD9C36A),
        rgb(0xEE9A7E),
        rgb(0x9BD46F),
        rgb(0xC7CFDB),
    ],
};

const LIGHT: Theme = Theme {
    looks: Looks::Light,
    window: rgb(0xE9E6E0),
    panel: rgb(0xF3F1EC),
    raised: rgb(0xFFFFFF),
    hovered: rgb(0xE4E0D8),
    well: rgb(0xFCFBF9),
    line: rgb(0xCBC6BB),
    grid: rgb(0xE9E6DF),
    text: rgb(0x1D2127),
    weak_text: rgb(0x545B66),
    chosen: rgb(0xD5DEE7),
    accent: rgb(0xD97A06),
    accent_text: rgb(0x8A4B00),
    on_accent: rgb(0x140C00),
    focus: rgb(0x1D2127),
    live: rgb(0x15526E),
    output: rgb(0x9CC0D1),
    filter: rgb(0x1F7A43),
    modulated: rgb(0x1C6FA6),
    modulator: rgb(0x6A45C2),
    warning: rgb(0x7A4B00),
    error: rgb(0xB3261E),
    voices: [
        rgb(0x1E7FA8),
        rgb(0x5A54C4),
        rgb(0xB0397F),
        rgb(0x13835A),
        rgb(0x8A7000),
        rgb(0xB8502B),
        rgb(0x4B8416),
        rgb(0x5C6673),
    ],
};

const HIGH_CONTRAST: Theme = Theme {
    looks: Looks::HighContrast,
    window: rgb(0x000000),
    panel: rgb(0x000000),
    raised: rgb(0x1C1C1C),
    hovered: rgb(0x383838),
    well: rgb(0x000000),
    line: rgb(0xC8C8C8),
    grid: rgb(0x4A4A4A),
    text: rgb(0xFFFFFF),
    weak_text: rgb(0xE2E2E2),
    chosen: rgb(0x3C3C3C),
    accent: rgb(0xFFE000),
    accent_text: rgb(0xFFE000),
    on_accent: rgb(0x000000),
    focus: rgb(0x00FFFF),
    live: rgb(0xFFFFFF),
    output: rgb(0x4F8FBF),
    filter: rgb(0x66FF88),
    modulated: rgb(0x66E0FF),
    modulator: rgb(0xD2BCFF),
    warning: rgb(0xFFC400),
    error: rgb(0xFF8C8C),
    voices: [
        rgb(0x66E0FF),
        rgb(0xC0B8FF),
        rgb(0xFF9CE0),
        rgb(0x66FFC8),
        rgb(0xFFE066),
        rgb(0xFFB08C),
        rgb(0xB4FF66),
        rgb(0xFFFFFF),
    ],
};

impl Theme {
    /// The colours of these looks.
    pub fn of(looks: Looks) -> &'static Theme {
        match looks {
            Looks::Dark => &DARK,
            Looks::Light => &LIGHT,
            Looks::HighContrast => &HIGH_CONTRAST,
        }
    }

    /// Whether outlines are to be drawn where others leave a surface's edge to its colour.
    pub fn outlines(&self) -> bool {
        self.looks == Looks::HighContrast
    }

    /// Whether buttons and fields at rest are to be outlined: white on nearly white needs an edge, as
    /// black on black does.
    pub fn edges(&self) -> bool {
        self.looks != Looks::Dark
    }

    /// Draws the surface of a button or of a choice's field.
    pub fn paint_raised(&self, painter: &Painter, rect: Rect, is_hovered: bool) {
        let fill = if is_hovered {
            self.hovered
        } else {
            self.raised
        };
        painter.rect_filled(rect, RADIUS, fill);
        if self.edges() {
            edge(painter, rect, 1.0, self.line);
        }
    }

    /// White keys, black keys, and the edge of both. What is written on one has the other's colour.
    pub fn keys(&self) -> (Color32, Color32, Color32) {
        match self.looks {
            Looks::Dark => (rgb(0xC9D0DA), rgb(0x1B2028), rgb(0x0D0F13)),
            Looks::Light => (rgb(0xFFFFFF), rgb(0x2B3038), rgb(0x8B877E)),
            Looks::HighContrast => (rgb(0xFFFFFF), rgb(0x000000), rgb(0x8C8C8C)),
        }
    }

    /// The colour of a voice by its slot.
    pub fn voice(&self, slot: usize) -> Color32 {
        self.voices[slot % VOICE_TINTS]
    }

    fn visuals(&self) -> Visuals {
        let mut visuals = match self.looks {
            Looks::Light => Visuals::light(),
            _ => Visuals::dark(),
        };
        let radius = CornerRadius::same(RADIUS);
        self.set_widgets(&mut visuals.widgets, radius);
        visuals.selection.bg_fill = self.chosen;
        visuals.selection.stroke = outline(self.text);
        visuals.weak_text_color = Some(self.weak_text);
        visuals.hyperlink_color = self.accent_text;
        visuals.faint_bg_color = self.panel;
        visuals.extreme_bg_color = self.well;
        visuals.code_bg_color = self.well;
        visuals.warn_fg_color = self.warning;
        visuals.error_fg_color = self.error;
        visuals.panel_fill = self.window;
        visuals.window_fill = self.panel;
        visuals.window_stroke = outline(self.line);
        visuals.window_corner_radius = radius;
        visuals.menu_corner_radius = radius;
        let shadow = Shadow {
            offset: [0, 4],
            blur: 16,
            spread: 0,
            color: Color32::from_black_alpha(96),
        };
        visuals.window_shadow = shadow;
        visuals.popup_shadow = shadow;
        visuals
    }

    /// Gives widgets the colours and edges of each of their states.
    fn set_widgets(&self, widgets: &mut Widgets, radius: CornerRadius) {
        let quiet = if self.edges() {
            outline(self.line)
        } else {
            Stroke::NONE
        };
        for (widget, fill, edge) in [
            (&mut widgets.noninteractive, self.panel, outline(self.line)),
            (&mut widgets.inactive, self.raised, quiet),
            (&mut widgets.hovered, self.hovered, outline(self.weak_text)),
            (&mut widgets.active, self.hovered, outline(self.accent)),
            (&mut widgets.open, self.hovered, outline(self.line)),
        ] {
            widget.bg_fill = fill;
            widget.weak_bg_fill = fill;
            widget.bg_stroke = edge;
            widget.fg_stroke = outline(self.text);
            widget.corner_radius = radius;
            // A widget keeps its size while the pointer is on it.
            widget.expansion = 0.0;
        }
    }

    fn style(&self) -> Style {
        let mut style = Style {
            visuals: self.visuals(),
            ..Style::default()
        };
        style.text_styles = [
            (TextStyle::Heading, strong(TITLE)),
            (TextStyle::Body, font(BODY)),
            (TextStyle::Button, font(BODY)),
            // Its figures are of one width anyway.
            (TextStyle::Monospace, font(BODY)),
            (TextStyle::Small, font(SMALL)),
        ]
        .into();
        style.spacing.item_spacing = vec2(GAP, GRID);
        style.spacing.button_padding = vec2(GAP, 3.0);
        style.spacing.interact_size = vec2(32.0, ROW);
        style.spacing.menu_margin = Margin::same(GRID as i8);
        style.spacing.window_margin = Margin::same(2 * GAP as i8);
        style.interaction.selectable_labels = false;
        style.animation_time = FADE_S;
        style.number_formatter = NumberFormatter::new(|number, decimals| {
            with_minus(&egui::emath::format_with_decimals_in_range(
                number, decimals,
            ))
        });
        style
    }
}

/// Writes a small text, as on scales.
pub fn small_text(painter: &Painter, at: Pos2, align: Align2, text: impl ToString, color: Color32) {
    painter.text(at, align, text, font(SMALL), color);
}

/// Draws an edge of `width` points within the place of a surface with corners of [`RADIUS`].
pub fn edge(painter: &Painter, rect: Rect, width: f32, color: Color32) {
    let stroke = Stroke::new(width, color);
    painter.rect_stroke(rect, RADIUS, stroke, StrokeKind::Inside);
}

/// A line of one point.
fn outline(color: Color32) -> Stroke {
    Stroke::new(1.0, color)
}

fn fonts() -> FontDefinitions {
    const REGULAR: &[u8] = include_bytes!("theme/fonts/IBMPlexSans-Regular.ttf");
    const SEMI_BOLD: &[u8] = include_bytes!("theme/fonts/IBMPlexSans-SemiBold.ttf");
    // What Plex lacks (arrows of the keyboard, stars) comes from egui's own.
    let mut fonts = FontDefinitions::default();
    for (name, bytes) in [("plex", REGULAR), ("plex-strong", SEMI_BOLD)] {
        let data = FontData::from_static(bytes);
        fonts.font_data.insert(name.to_owned(), Arc::new(data));
    }
    let others = fonts.families[&FontFamily::Proportional].clone();
    for (family, first) in [
        (FontFamily::Proportional, "plex"),
        (FontFamily::Name(STRONG.into()), "plex-strong"),
    ] {
        let mut names = vec![first.to_owned()];
        names.extend(others.iter().cloned());
        fonts.families.insert(family, names);
    }
    fonts
}

/// How long a change of state takes to be seen, seconds.
pub const FADE_S: f32 = 0.1;

/// Sets the colour of the section for the cards that are drawn next.
pub fn set_hue(ui: &Ui, hue: Color32) {
    ui.ctx()
        .data_mut(|data| data.insert_temp(Id::unique("hue"), hue));
}

/// The colour of the section that is drawn.
pub fn hue(ui: &Ui) -> Color32 {
    let hue = ui.ctx().data(|data| data.get_temp(Id::unique("hue")));
    hue.unwrap_or(current(ui).weak_text)
}

fn id() -> Id {
    Id::unique("theme")
}

/// Gives a window its type; once, before its first frame.
pub fn install(ctx: &egui::Context, looks: Looks) {
    ctx.set_fonts(fonts());
    set(ctx, looks);
}

/// Gives a window other looks.
pub fn set(ctx: &egui::Context, looks: Looks) {
    let theme = Theme::of(looks);
    // The person's choice counts, not the platform's.
    ctx.set_theme(egui::Theme::Dark);
    ctx.set_style_of(egui::Theme::Dark, theme.style());
    ctx.data_mut(|data| data.insert_temp(id(), looks));
}

/// The looks of the window that `ui` is in.
pub fn current(ui: &Ui) -> &'static Theme {
    Theme::of(
        ui.ctx()
            .data(|data| data.get_temp(id()))
            .unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests;
