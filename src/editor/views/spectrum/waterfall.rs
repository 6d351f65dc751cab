//! The last seconds, the newest at the top, as brightness: a texture, one row of which is written at a time.

use egui::{Color32, ColorImage, Painter, Rect, TextureHandle, TextureOptions, Ui, pos2};

use super::canvas::{Canvas, FLOOR_DB};
use super::columns::Columns;
use crate::editor::theme::Theme;

/// Texels.
const WIDTH: usize = 768;
/// Rows.
const HEIGHT: usize = 200;
/// How long a row lasts, seconds: five seconds for all.
const ROW_S: f64 = 0.025;
/// Rows that one frame may stand for.
const MOST_ALIKE: usize = 10;
const OPTIONS: TextureOptions = TextureOptions::LINEAR;

/// The picture.
pub struct Waterfall {
    texture: Option<TextureHandle>,
    /// The newest row; older ones follow below it, round and round.
    newest: usize,
    /// When the newest row was written.
    written_s: f64,
    /// Rows of silence since something sounded.
    silent_rows: usize,
    /// What the colours were taken from.
    ground: Color32,
}

impl Waterfall {
    pub fn new() -> Waterfall {
        Waterfall {
            texture: None,
            newest: 0,
            written_s: 0.0,
            silent_rows: HEIGHT,
            ground: Color32::TRANSPARENT,
        }
    }

    /// Empties it.
    pub fn clear(&mut self) {
        self.texture = None;
        self.silent_rows = HEIGHT;
    }

    /// Writes the rows that are due.
    pub fn update(&mut self, ui: &Ui, columns: &Columns, canvas: &Canvas, theme: &Theme) {
        let now_s = ui.input(|input| input.time);
        if self.ground != theme.well {
            self.ground = theme.well;
            self.clear();
        }
        let due = ((now_s - self.written_s) / ROW_S) as usize;
        if due == 0 {
            return;
        }
        self.written_s = now_s;
        let levels = levels(columns, canvas);
        let is_silent = levels.iter().all(|&level| level <= 0.0);
        if is_silent && self.silent_rows >= HEIGHT {
            return;
        }
        let texture = self.texture.get_or_insert_with(|| {
            let image = ColorImage::filled([WIDTH, HEIGHT], theme.well);
            ui.ctx().load_texture("waterfall", image, OPTIONS)
        });
        let row: Vec<Color32> = levels.iter().map(|&level| color(theme, level)).collect();
        // After a slow frame the same row stands for it; of a longer pause nothing is known.
        for _ in 0..if due > MOST_ALIKE { 1 } else { due } {
            self.newest = (self.newest + HEIGHT - 1) % HEIGHT;
            let image = ColorImage::new([WIDTH, 1], row.clone());
            texture.set_partial([0, self.newest], image, OPTIONS);
            self.silent_rows = if is_silent { self.silent_rows + 1 } else { 0 };
        }
    }

    /// Whether something is still to go down.
    pub fn is_moving(&self) -> bool {
        self.silent_rows < HEIGHT
    }

    pub fn paint(&self, painter: &Painter, rect: Rect) {
        let Some(texture) = &self.texture else {
            return;
        };
        let split = rect.top() + rect.height() * (HEIGHT - self.newest) as f32 / HEIGHT as f32;
        let turn = self.newest as f32 / HEIGHT as f32;
        let image = |place: Rect, from: f32, to: f32| {
            let uv = Rect::from_min_max(pos2(0.0, from), pos2(1.0, to));
            painter.image(texture.id(), place, uv, Color32::WHITE);
        };
        image(rect.with_max_y(split), turn, 1.0);
        if turn > 0.0 {
            image(rect.with_min_y(split), 0.0, turn);
        }
    }
}

/// Brightness of each texel, 0 to 1.
fn levels(columns: &Columns, canvas: &Canvas) -> Vec<f32> {
    let room = canvas.extent();
    let mut levels = vec![0.0_f32; WIDTH];
    let at = |x: f32| ((x - room.min) / room.length() * WIDTH as f32) as usize;
    for (x, column) in columns.each(canvas) {
        let level = 1.0 - (column.sum_db / FLOOR_DB).clamp(0.0, 1.0);
        // Not narrower than what can be seen.
        let place = at(x).min(WIDTH - 1);
        let from = place.saturating_sub(1);
        let around = &mut levels[from..(place + 2).min(WIDTH)];
        for (offset, texel) in around.iter_mut().enumerate() {
            let part = if from + offset == place { 1.0 } else { 0.8 };
            *texel = texel.max(level * part);
        }
    }
    levels
}

/// The colour of a level: from the ground over the output's colour to that of what sounds.
fn color(theme: &Theme, level: f32) -> Color32 {
    let level = level.clamp(0.0, 1.0);
    if level < 0.5 {
        theme.well.lerp_to_gamma(theme.output, 2.0 * level)
    } else {
        theme.output.lerp_to_gamma(theme.live, 2.0 * level - 1.0)
    }
}
