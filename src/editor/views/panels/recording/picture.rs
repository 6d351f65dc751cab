//! The picture of a recording: level as brightness, with onsets, transients, where voices are, and handles for the loop
//! and for where notes begin.

use std::sync::Arc;

use egui::{
    Align2, Color32, ColorImage, Painter, Rect, Role, Sense, Shape, Stroke, TextureHandle,
    TextureOptions, Ui, WidgetInfo, pos2, vec2,
};

use super::handles::{self, LoopDrag, TimeAxis};
use crate::editor::context::ViewContext;
use crate::editor::model::EditorModel;
use crate::editor::model::recording::picture::{HEIGHT, PictureJob, TracksPicture, WIDTH};
use crate::editor::theme::{self, Theme, small_text};
use crate::tracks::bank_file::TrackBank;

/// Free below the picture, for the scale of time; points.
const SCALE: f32 = 12.0;
/// Brightness from which on partials hide the noise behind them.
const OPAQUE: f32 = 70.0;
/// Bits of the noise's brightness that cannot be told apart.
const NOISE_BITS: usize = 2;
/// How often it is looked whether the picture is done, seconds.
const LOOK_S: f64 = 0.05;
/// Frequencies that are named.
const NAMED_HZ: [(f32, &str); 3] = [(100.0, "100"), (1_000.0, "1k"), (10_000.0, "10k")];
/// Between two lines of the scale of time at least, points.
const LEAST_STEP: f32 = 60.0;
/// Steps of that scale, seconds.
const STEPS_S: [f32; 14] = [
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0,
];

/// The picture, and what it shows.
#[derive(Default)]
pub struct PictureView {
    /// The bank and the number of its sound.
    of: Option<(u64, usize)>,
    job: Option<PictureJob>,
    picture: Option<TracksPicture>,
    /// The texture, and the colour that its colours were taken from.
    texture: Option<(TextureHandle, Color32)>,
    drag: Option<LoopDrag>,
}

impl PictureView {
    pub fn show(&mut self, ui: &mut Ui, context: &mut ViewContext, rect: Rect, number: usize) {
        let theme = theme::current(ui);
        let named = context.model.recording();
        let bank = named.as_ref().and_then(|named| named.bank());
        let shown = bank.and_then(|bank| bank.sounds().get(number).map(|sound| (bank, sound)));
        let response = ui.interact(rect, ui.scope_id().with("picture"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, "Partials over time"));
        context.help.show_for(&response, || {
            "Partials of the recording, brighter where they are louder, and its noise. Marks below are \
             onsets, those above transients; each voice is a line. Drag the start and the ends of the loop"
                .to_owned()
        });
        let painter = ui.painter().with_clip_rect(rect);
        let well = rect.with_max_y(rect.bottom() - SCALE);
        painter.rect_filled(well, theme::RADIUS, theme.well);
        let Some((bank, sound)) = shown else {
            *self = PictureView::default();
            let text = match named {
                Some(_) => "The bank is missing",
                None => "Load a bank, or import a sound: it plays as partials",
            };
            let middle = Align2::CENTER_CENTER;
            small_text(&painter, well.center(), middle, text, theme.weak_text);
            return;
        };
        self.follow(ui, context.model, bank, number);
        if let Some(picture) = &self.picture {
            self.paint_texture(&painter, well);
            scale_of_frequency(&painter, well, theme, picture);
        }
        let axis = TimeAxis {
            well,
            sound,
            number,
        };
        marks(&painter, theme, &axis);
        let told = voices(&painter, context, theme, &axis);
        if let Some(place_s) = context.model.audition_place_s(number) {
            let stroke = Stroke::new(1.5, theme.text);
            painter.vline(axis.x(place_s), well.y_range(), stroke);
        }
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_value(told));
        handles::show(ui, context, &axis, &mut self.drag);
        scale_of_time(&painter, well, theme, sound.duration_s as f32);
    }

    /// Begins a picture if another sound is shown, and takes it over when it is done.
    fn follow(&mut self, ui: &Ui, model: &EditorModel, bank: &Arc<TrackBank>, sound: usize) {
        let theme = theme::current(ui);
        let of = Some((bank.hash(), sound));
        if self.of != of {
            *self = PictureView {
                of,
                job: Some(model.begin_picture(bank, sound)),
                ..PictureView::default()
            };
        }
        if let Some(job) = &mut self.job {
            if let Some(picture) = job.take() {
                self.picture = Some(picture);
            }
            if job.is_under_way() {
                let again = std::time::Duration::from_secs_f64(LOOK_S);
                ui.ctx().request_repaint_after(again);
            } else {
                self.job = None;
            }
        }
        let is_old = |(_, ground): &(TextureHandle, Color32)| *ground != theme.well;
        if self.texture.as_ref().is_some_and(is_old) {
            self.texture = None;
        }
        if let (Some(picture), None) = (&self.picture, &self.texture) {
            let image = ColorImage::new([WIDTH, HEIGHT], colors(picture, theme));
            let options = TextureOptions::LINEAR;
            let texture = ui.ctx().load_texture("recording", image, options);
            self.texture = Some((texture, theme.well));
        }
    }

    fn paint_texture(&self, painter: &Painter, well: Rect) {
        if let Some((texture, _)) = &self.texture {
            let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
            painter.image(texture.id(), well, whole, Color32::WHITE);
        }
    }
}

/// The texels: noise in the colour of the output, partials over it in the accent, the loudest as text.
fn colors(picture: &TracksPicture, theme: &Theme) -> Vec<Color32> {
    let noise = ramp(&[theme.well, theme.output]);
    let faint = theme.well.lerp_to_gamma(theme.accent, 0.4);
    let partials = ramp(&[theme.well, faint, theme.accent, theme.text]);
    // All pairs, since there are fewer than texels.
    let pairs: Vec<Color32> = (0..256 >> NOISE_BITS)
        .flat_map(|under| {
            let ground = noise[under << NOISE_BITS];
            partials.iter().enumerate().map(move |(level, &over)| {
                let share = (level as f32 / OPAQUE).min(1.0);
                ground.lerp_to_gamma(over, share)
            })
        })
        .collect();
    let texels = picture.partials.iter().zip(&picture.noise);
    texels
        .map(|(&level, &under)| pairs[usize::from(under >> NOISE_BITS) << 8 | usize::from(level)])
        .collect()
}

/// 256 colours from the first of these to the last, evenly.
fn ramp(stops: &[Color32]) -> Vec<Color32> {
    let last = stops.len() - 1;
    (0..256_usize)
        .map(|level| {
            let place = level as f32 / 255.0 * last as f32;
            let from = (place as usize).min(last.saturating_sub(1));
            stops[from].lerp_to_gamma(stops[(from + 1).min(last)], place - from as f32)
        })
        .collect()
}

/// Onsets and transients.
fn marks(painter: &Painter, theme: &Theme, axis: &TimeAxis) {
    let well = axis.well;
    for &onset_s in &axis.sound.onsets_s {
        let foot = well.bottom() - 7.0;
        let stroke = Stroke::new(1.0, theme.live);
        painter.vline(axis.x(onset_s), foot..=well.bottom(), stroke);
    }
    for transient in &axis.sound.transients {
        let tip = pos2(axis.x(transient.time_s), well.top() + 6.0);
        let sides = [tip + vec2(-3.5, -5.0), tip + vec2(3.5, -5.0), tip];
        let shape = Shape::convex_polygon(sides.to_vec(), theme.modulated, Stroke::NONE);
        painter.add(shape);
    }
}

/// Draws where each voice is that plays this sound. Returns the same for a screen reader.
fn voices(painter: &Painter, context: &ViewContext, theme: &Theme, axis: &TimeAxis) -> String {
    let mut told = String::new();
    let recorded = context.live.snapshot().recorded().iter();
    for at in recorded.filter(|at| at.sound as usize == axis.number) {
        let place_s = f64::from(at.place_s);
        if !(0.0..=axis.sound.duration_s).contains(&place_s) {
            continue;
        }
        let color = theme.voice(usize::from(at.slot));
        let middle = pos2(axis.x(place_s), axis.well.center().y);
        painter.vline(middle.x, axis.well.y_range(), Stroke::new(1.5, color));
        painter.circle_filled(middle, 3.5, color);
        painter.circle_stroke(middle, 3.5, Stroke::new(1.0, theme.well));
        let before = if told.is_empty() { "Voices at" } else { "," };
        told += &format!("{before} {place_s:.2} s");
    }
    told
}

fn scale_of_frequency(painter: &Painter, well: Rect, theme: &Theme, picture: &TracksPicture) {
    for (hz, name) in NAMED_HZ {
        let height = picture.height(hz);
        if (0.04..0.94).contains(&height) {
            let y = well.bottom() - height * well.height();
            let line = theme.weak_text.gamma_multiply(0.25);
            painter.hline(well.x_range(), y, Stroke::new(1.0, line));
            let at = pos2(well.left() + 3.0, y);
            // Partials may be as bright as the text.
            let ground = Rect::from_min_max(at - vec2(3.0, 12.0), at + vec2(19.0, 0.0));
            painter.rect_filled(ground, 2.0, theme.well.gamma_multiply(0.75));
            small_text(painter, at, Align2::LEFT_BOTTOM, name, theme.weak_text);
        }
    }
}

fn scale_of_time(painter: &Painter, well: Rect, theme: &Theme, duration_s: f32) {
    let width = well.width() / duration_s.max(1e-3);
    let step = STEPS_S.into_iter().find(|step| step * width >= LEAST_STEP);
    let step = step.unwrap_or(duration_s);
    let count = (duration_s / step) as usize;
    for place in 0..=count.min(100) {
        let time_s = place as f32 * step;
        let x = well.left() + time_s * width;
        let align = match x {
            x if x < well.left() + 10.0 => Align2::LEFT_TOP,
            x if x > well.right() - 16.0 => Align2::RIGHT_TOP,
            _ => Align2::CENTER_TOP,
        };
        let decimals = match step {
            step if step < 0.1 => 2,
            step if step < 1.0 => 1,
            _ => 0,
        };
        let text = match place {
            0 => "0".to_owned(),
            _ => format!("{time_s:.decimals$} s"),
        };
        small_text(
            painter,
            pos2(x, well.bottom()),
            align,
            text,
            theme.weak_text,
        );
    }
}
