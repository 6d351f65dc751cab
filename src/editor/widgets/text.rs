//! Texts for narrow places.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{Color32, FontId, Galley, Painter, Pos2, Rect, Ui};

/// Text that ends in an ellipsis where there is no more room. It has the colour that it is painted in.
pub fn one_line(painter: &Painter, text: &str, font: FontId, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, Color32::PLACEHOLDER);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    painter.layout_job(job)
}

/// The whole text in one line. It has the colour that it is painted in.
pub fn whole_line(painter: &Painter, text: &str, font: FontId) -> Arc<Galley> {
    painter.layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER)
}

/// The width of a text in one line, points.
pub fn text_width(ui: &Ui, text: &str, font: FontId) -> f32 {
    whole_line(ui.painter(), text, font).size().x
}

/// Paints a text without a colour of its own at a place. Of a control that is dimmed the painter would copy the
/// whole text to dim it; here its colour is enough.
pub fn paint_text(painter: &Painter, at: Pos2, galley: Arc<Galley>, color: Color32) {
    let mut painter = painter.clone();
    let color = color.gamma_multiply(painter.opacity());
    painter.set_opacity(1.0);
    painter.galley(at, galley, color);
}

/// Paints a text in the middle of a place, and nothing of it outside.
pub fn paint_in_middle(painter: &Painter, place: Rect, galley: Arc<Galley>, color: Color32) {
    let at = place.center() - 0.5 * galley.size();
    // Half a point more, since texts begin at whole pixels.
    let ink = galley.mesh_bounds.translate(at.to_vec2()).expand(0.5);
    let room = place.expand(1.0);
    // What is clipped otherwise than what was painted before it is another mesh, which the rasteriser draws by itself.
    match room.contains_rect(ink) {
        true => paint_text(painter, at, galley, color),
        false => {
            let painter = painter.with_clip_rect(room.intersect(painter.clip_rect()));
            paint_text(&painter, at, galley, color);
        }
    }
}
