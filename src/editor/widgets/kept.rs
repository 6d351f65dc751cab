//! Drawings that stay the same from frame to frame, kept as triangles.
//!
//! To lay out texts and to make triangles takes most of a frame, and most of what is seen did not change since the
//! last one. A kept drawing is not out of date: it is made from a value alone, which is compared in each frame,
//! and from what [`Surroundings`] holds. It stays as long as the window: there is one for each control at most.

use std::sync::Arc;

use egui::epaint::{ClippedShape, Tessellator};
use egui::{Context, Galley, Id, Mesh, Painter, Rect, Shape, TextureId, Ui};

use crate::editor::theme::{self, Theme};
use crate::settings::Looks;

/// Radius in pixels of the largest disc that is a piece of an image.
const LARGEST_DISC: f32 = 8.0;

/// Draws a value. A function that takes hold of nothing else depends on nothing else, as long as it does not ask the
/// painter's context.
type Paint<T> = fn(&Painter, &Theme, &T);

/// What a drawing depends on beside its own value.
#[derive(Clone, Copy, PartialEq)]
struct Surroundings {
    looks: Looks,
    clip_rect: Rect,
    /// Less where something is disabled.
    opacity: f32,
    pixels_per_point: f32,
    glyphs: GlyphImage,
}

/// The image that texts are made of pieces of.
#[derive(Clone, Copy, PartialEq)]
struct GlyphImage {
    /// Another number when it has been cleared.
    number: u64,
    /// In pixels: places in it are parts of its width and height.
    size: [usize; 2],
}

/// A drawing as it was painted last.
struct Painted<T> {
    drawn: T,
    surroundings: Surroundings,
    /// `None` until it has been painted twice: what changes in each frame is not worth keeping.
    shapes: Option<Vec<ClippedShape>>,
}

/// Draws a value, or shows again what was drawn of an equal one. `id` is for this drawing alone.
pub fn kept<T>(ui: &Ui, id: Id, drawn: T, paint: Paint<T>)
where
    T: PartialEq + Send + Sync + 'static,
{
    kept_within(ui, ui.painter(), id, drawn, paint);
}

/// As [`kept`], with a painter for a part of what `ui` has.
pub fn kept_within<T>(ui: &Ui, painter: &Painter, id: Id, drawn: T, paint: Paint<T>)
where
    T: PartialEq + Send + Sync + 'static,
{
    // Its colours say no more of what is invisible.
    if !painter.is_visible() {
        return;
    }
    let (theme, ctx) = (theme::current(ui), painter.ctx());
    let surroundings = Surroundings {
        looks: theme.looks,
        clip_rect: painter.clip_rect(),
        opacity: painter.opacity(),
        pixels_per_point: painter.pixels_per_point(),
        glyphs: glyph_image(ctx),
    };
    let before = ctx.data(|data| data.get_temp::<Arc<Painted<T>>>(id));
    let before =
        before.filter(|painted| painted.surroundings == surroundings && painted.drawn == drawn);
    if let Some(shapes) = before.as_ref().and_then(|painted| painted.shapes.as_ref()) {
        ctx.graphics_mut(|layers| {
            let list = layers.entry(painter.layer_id());
            for clipped in shapes {
                list.add(clipped.clip_rect, clipped.shape.clone());
            }
        });
        return;
    }
    let count = |ctx: &Context| {
        ctx.graphics(|layers| {
            layers
                .get(painter.layer_id())
                .map_or(0, |list| list.next_idx().0)
        })
    };
    let first = count(ctx);
    paint(painter, theme, &drawn);
    let shapes = before.map(|_| {
        let painted = ctx.graphics(|layers| {
            let list = layers.get(painter.layer_id());
            let list = list.into_iter().flat_map(|list| list.all_entries());
            list.skip(first).cloned().collect::<Vec<_>>()
        });
        merged(ctx, &surroundings, painted)
    });
    let painted = Arc::new(Painted {
        drawn,
        surroundings,
        shapes,
    });
    ctx.data_mut(|data| data.insert_temp(id, painted));
}

/// Replaces neighbouring shapes by their triangles.
fn merged(
    ctx: &Context,
    surroundings: &Surroundings,
    shapes: Vec<ClippedShape>,
) -> Vec<ClippedShape> {
    let options = ctx.tessellation_options_mut(|options| *options);
    let scale = surroundings.pixels_per_point;
    // Discs that are pieces of the image are not handed to it.
    let mut tessellator = Tessellator::new(scale, options, surroundings.glyphs.size, Vec::new());
    let mut merged: Vec<ClippedShape> = Vec::new();
    for clipped in shapes {
        let is_left = matches!(clipped.shape, Shape::Text(_)) && leaves_texts(ctx);
        if is_left || !can_be_merged(&clipped.shape, scale) {
            merged.push(clipped);
            continue;
        }
        tessellator.set_clip_rect(clipped.clip_rect);
        match merged.last_mut() {
            Some(ClippedShape {
                clip_rect,
                shape: Shape::Mesh(mesh),
                ..
            }) if *clip_rect == clipped.clip_rect => {
                tessellator.tessellate_shape(clipped.shape, Arc::make_mut(mesh));
            }
            _ => {
                let mut mesh = Mesh::default();
                tessellator.tessellate_shape(clipped.shape, &mut mesh);
                merged.push(ClippedShape::new(clipped.clip_rect, Shape::mesh(mesh)));
            }
        }
    }
    merged
}

/// Whether a shape's triangles have colours and pieces of the glyphs' image alone. Small discs are taken from
/// there too, but nobody outside the toolkit knows from where.
fn can_be_merged(shape: &Shape, pixels_per_point: f32) -> bool {
    match shape {
        Shape::Noop | Shape::LineSegment { .. } | Shape::Path(_) | Shape::Text(_) => true,
        Shape::Rect(rect) => rect.brush.is_none(),
        Shape::Circle(circle) => {
            circle.fill.a() == 0 || circle.radius * pixels_per_point > LARGEST_DISC
        }
        Shape::Mesh(mesh) => mesh.texture_id == TextureId::default(),
        _ => false,
    }
}

/// Leaves the texts of kept drawings as they are, for tests that read what is written in a window.
#[cfg(test)]
pub fn leave_texts(ctx: &Context) {
    ctx.data_mut(|data| data.insert_temp(Id::unique("leaves texts"), true));
}

fn leaves_texts(ctx: &Context) -> bool {
    let is_asked = || ctx.data(|data| data.get_temp(Id::unique("leaves texts")));
    cfg!(test) && is_asked().unwrap_or(false)
}

/// The image of glyphs as it is at the beginning of a pass.
#[derive(Clone)]
struct Noted {
    pass: u64,
    /// A text that is laid out anew when the image has been cleared, since it would point into the old one.
    sentinel: Arc<Galley>,
    image: GlyphImage,
}

/// The image that glyphs are taken from.
fn glyph_image(ctx: &Context) -> GlyphImage {
    let pass = ctx.cumulative_pass_nr();
    let before = ctx.data(|data| data.get_temp::<Noted>(noted_id()));
    if let Some(before) = &before
        && before.pass == pass
    {
        return before.image;
    }
    let (sentinel, size) = ctx.fonts_mut(|fonts| {
        let font = theme::font(theme::SMALL);
        let sentinel = fonts.layout_no_wrap("0".to_owned(), font, egui::Color32::PLACEHOLDER);
        (sentinel, fonts.font_image_size())
    });
    let number = match &before {
        Some(before) if Arc::ptr_eq(&before.sentinel, &sentinel) => before.image.number,
        Some(before) => before.image.number + 1,
        None => {
            ctx.on_end_pass("the image of glyphs", Arc::new(show_again_if_grown));
            0
        }
    };
    let image = GlyphImage { number, size };
    let now = Noted {
        pass,
        sentinel,
        image,
    };
    ctx.data_mut(|data| data.insert_temp(noted_id(), now));
    image
}

fn noted_id() -> Id {
    Id::unique("glyph image")
}

/// At the end of a pass: where a text has made the image larger, what was kept before points elsewhere in it, and
/// the pass is done again.
fn show_again_if_grown(ui: &mut Ui) {
    let noted = ui.data(|data| data.get_temp::<Noted>(noted_id()));
    let size = ui.fonts(|fonts| fonts.font_image_size());
    let is_of_now = |noted: &Noted| noted.pass == ui.cumulative_pass_nr();
    if noted
        .filter(is_of_now)
        .is_some_and(|noted| noted.image.size != size)
    {
        ui.request_discard("the image of glyphs has grown");
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use egui::epaint::{ClippedPrimitive, Primitive};
    use egui::{Align2, Color32, FontId, Pos2, RawInput, Stroke, pos2, vec2};

    use super::*;

    thread_local! {
        /// How often the drawing was painted.
        static PAINTED: Cell<usize> = const { Cell::new(0) };
    }

    /// A drawing with one of everything.
    fn paint(painter: &Painter, theme: &Theme, &(left, text): &(f32, &'static str)) {
        PAINTED.set(PAINTED.get() + 1);
        let rect = Rect::from_min_size(pos2(left, 20.0), vec2(60.0, 30.0));
        let stroke = Stroke::new(1.5, theme.accent);
        painter.rect_filled(rect, theme::RADIUS, theme.panel);
        painter.circle_filled(rect.center(), 5.0, theme.text);
        painter.circle_filled(rect.left_center(), 8.5, theme.panel);
        painter.circle_stroke(rect.center(), 8.0, stroke);
        painter.line_segment([rect.min, rect.max], stroke);
        painter.text(
            rect.center(),
            Align2::CENTER_CENTER,
            text,
            theme::font(theme::BODY),
            theme.text,
        );
        let part = painter.with_clip_rect(rect.shrink(3.0));
        part.line(vec![rect.min, rect.center(), rect.right_top()], stroke);
        theme::edge(painter, rect, 1.0, theme.line);
    }

    /// Changes what surrounds the drawing, and says what is drawn.
    type Change = fn(&mut Ui) -> (f32, &'static str);

    /// A window with these looks.
    fn window(looks: Looks) -> Context {
        let ctx = Context::default();
        theme::install(&ctx, looks);
        ctx
    }

    /// What a rasteriser gets of a frame.
    fn frame(ctx: &Context, mut show: impl FnMut(&mut Ui)) -> Vec<(Rect, Mesh)> {
        let mut input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(400.0, 200.0))),
            ..RawInput::default()
        };
        let viewport = input.viewports.entry(input.viewport_id).or_default();
        viewport.native_pixels_per_point = Some(1.0);
        let mut output = ctx.run_ui(input, |ui| show(ui));
        // Nobody takes the textures up.
        output.textures_delta.clear();
        let mesh = |clipped: ClippedPrimitive| match clipped.primitive {
            Primitive::Mesh(mesh) => (clipped.clip_rect, mesh),
            Primitive::Callback(_) => panic!("nothing is called back"),
        };
        let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
        primitives.into_iter().map(mesh).collect()
    }

    /// Where the corners of all triangles are, their colours, and what they are clipped by.
    fn corners(parts: &[(Rect, Mesh)]) -> Vec<(Rect, Pos2, Color32)> {
        let of_part = |(clip, mesh): &(Rect, Mesh)| {
            let corner = |&index: &u32| {
                let vertex = mesh.vertices[index as usize];
                (*clip, vertex.pos, vertex.color)
            };
            mesh.indices.iter().map(corner).collect::<Vec<_>>()
        };
        parts.iter().flat_map(of_part).collect()
    }

    fn show(ui: &Ui, drawn: (f32, &'static str)) {
        kept(ui, Id::unique("drawing"), drawn, paint);
    }

    #[test]
    fn what_stays_is_painted_twice_and_looks_the_same_for_ever() {
        let ctx = window(Looks::Dark);
        let drawn = (30.0, "Level");
        let plain = frame(&ctx, |ui| paint(ui.painter(), theme::current(ui), &drawn));
        assert!(plain.len() >= 3, "{} parts", plain.len());
        PAINTED.set(0);
        for shown in 1..5 {
            assert_eq!(frame(&ctx, |ui| show(ui, drawn)), plain, "frame {shown}");
            assert_eq!(PAINTED.get(), shown.min(2));
        }
    }

    #[test]
    fn whatever_changes_is_painted_anew() {
        let changes: [Change; 7] = [
            |_| (31.0, "Level"),
            |_| (30.0, "Tune"),
            |ui| {
                ui.set_opacity(0.5);
                (30.0, "Level")
            },
            |ui| {
                ui.set_clip_rect(Rect::from_min_size(pos2(0.0, 0.0), vec2(50.0, 40.0)));
                (30.0, "Level")
            },
            |ui| {
                theme::set(ui.ctx(), Looks::Light);
                (30.0, "Level")
            },
            |ui| {
                ui.disable();
                (30.0, "Level")
            },
            |ui| {
                ui.set_invisible();
                (30.0, "Level")
            },
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let ctx = window(Looks::Dark);
            for _ in 0..3 {
                frame(&ctx, |ui| show(ui, (30.0, "Level")));
            }
            let changed = frame(&ctx, |ui| {
                let drawn = change(ui);
                show(ui, drawn);
            });
            let plain = frame(&ctx, |ui| {
                let drawn = change(ui);
                paint(ui.painter(), theme::current(ui), &drawn);
            });
            // Other looks have other glyphs, which are elsewhere in their image a frame later.
            assert_eq!(corners(&changed), corners(&plain), "change {number}");
        }
    }

    #[test]
    fn at_another_scale_it_is_painted_anew() {
        let (ctx, drawn) = (window(Looks::Dark), (30.0, "Level"));
        for scale in [1.0, 2.0, 1.5] {
            ctx.set_zoom_factor(scale);
            // The scale is in force from the next frame on.
            for _ in 0..4 {
                frame(&ctx, |ui| show(ui, drawn));
            }
            let found = frame(&ctx, |ui| show(ui, drawn));
            let plain = frame(&ctx, |ui| paint(ui.painter(), theme::current(ui), &drawn));
            assert_eq!(found, plain, "{scale}");
        }
    }

    /// A text of glyphs of this size.
    fn lay_out_letters(ui: &Ui, size: f32) {
        let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".to_owned();
        let font = FontId::proportional(size);
        let galley = ui.painter().layout_no_wrap(text, font, Color32::WHITE);
        assert!(galley.size().x > 0.0);
    }

    /// Where the image of the glyphs becomes larger, each glyph is at other parts of its height.
    #[test]
    fn texts_stay_when_their_image_grows() {
        let ctx = window(Looks::Dark);
        let drawn = (30.0, "Level");
        for _ in 0..3 {
            frame(&ctx, |ui| show(ui, drawn));
        }
        let size = |ctx: &Context| ctx.fonts(|fonts| fonts.font_image_size());
        let before = size(&ctx);
        let found = frame(&ctx, |ui| {
            show(ui, drawn);
            lay_out_letters(ui, 80.0);
        });
        assert!(size(&ctx)[1] > before[1], "the image is as before");
        let plain = frame(&ctx, |ui| paint(ui.painter(), theme::current(ui), &drawn));
        assert_eq!(found, plain);
    }

    /// Where the image of the glyphs is full, it begins again, and each glyph is elsewhere.
    #[test]
    fn texts_are_laid_out_anew_when_their_image_is_cleared() {
        let ctx = window(Looks::Dark);
        let drawn = (30.0, "Level");
        for _ in 0..3 {
            frame(&ctx, |ui| show(ui, drawn));
        }
        let mut sizes = (60..).map(|size| size as f32);
        let ratio = |ctx: &Context| ctx.fonts(|fonts| fonts.font_atlas_fill_ratio());
        while ratio(&ctx) <= 0.8 {
            frame(&ctx, |ui| {
                show(ui, drawn);
                lay_out_letters(ui, sizes.next().expect("another size"));
            });
        }
        PAINTED.set(0);
        let found = frame(&ctx, |ui| show(ui, drawn));
        assert!(ratio(&ctx) < 0.5, "the image was not cleared");
        assert_eq!(PAINTED.get(), 1);
        let plain = frame(&ctx, |ui| paint(ui.painter(), theme::current(ui), &drawn));
        assert_eq!(found, plain);
    }
}
