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

/// Draws a value. A function that takes hold of nothing else depends on nothing else, as long as it does not ask the
/// painter's context.
type Paint<T> = fn(&Painter, &Theme, &T);

/// What a drawing depends on beside its own value.
#[derive(Clone, Copy, PartialEq)]
struct Surroundings {
    looks: Looks,
    clip_rect: Rect,
    opacity: f32,
    pixels_per_point: f32,
    /// Texts are made of pieces of this image.
    glyphs: u64,
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
    let theme = theme::current(ui);
    // What is disabled is drawn in colours that the painter does not tell.
    if !ui.is_enabled() {
        paint(painter, theme, &drawn);
        return;
    }
    let ctx = painter.ctx();
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
        merged(ctx, surroundings.pixels_per_point, painted)
    });
    let painted = Arc::new(Painted {
        drawn,
        surroundings,
        shapes,
    });
    ctx.data_mut(|data| data.insert_temp(id, painted));
}

/// Replaces neighbouring shapes by their triangles. Texts and discs stay as they are: they are made of pieces of an
/// image, whose places are divided by its size when the frame is complete.
fn merged(ctx: &Context, pixels_per_point: f32, shapes: Vec<ClippedShape>) -> Vec<ClippedShape> {
    let options = ctx.tessellation_options_mut(|options| *options);
    // Neither texts nor discs are handed to it.
    let mut tessellator = Tessellator::new(pixels_per_point, options, [1, 1], Vec::new());
    let mut merged: Vec<ClippedShape> = Vec::new();
    for clipped in shapes {
        if !is_of_colours(&clipped.shape) {
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

/// Whether a shape has colours alone, and no piece of an image.
fn is_of_colours(shape: &Shape) -> bool {
    match shape {
        Shape::Noop | Shape::LineSegment { .. } | Shape::Path(_) => true,
        Shape::Rect(rect) => rect.brush.is_none(),
        Shape::Circle(circle) => circle.fill.a() == 0,
        Shape::Mesh(mesh) => mesh.texture_id == TextureId::default(),
        _ => false,
    }
}

/// The image that glyphs are taken from: another number when it has been cleared.
fn glyph_image(ctx: &Context) -> u64 {
    /// A text that is laid out anew when the image has been cleared, since it would point into the old one.
    #[derive(Clone)]
    struct Sentinel {
        pass: u64,
        galley: Arc<Galley>,
        number: u64,
    }
    let id = Id::unique("glyph image");
    let pass = ctx.cumulative_pass_nr();
    let before = ctx.data(|data| data.get_temp::<Sentinel>(id));
    if let Some(before) = &before
        && before.pass == pass
    {
        return before.number;
    }
    let galley = ctx.fonts_mut(|fonts| {
        fonts.layout_no_wrap(
            "0".to_owned(),
            theme::font(theme::SMALL),
            egui::Color32::PLACEHOLDER,
        )
    });
    let number = match before {
        Some(before) if Arc::ptr_eq(&before.galley, &galley) => before.number,
        Some(before) => before.number + 1,
        None => 0,
    };
    let now = Sentinel {
        pass,
        galley,
        number,
    };
    ctx.data_mut(|data| data.insert_temp(id, now));
    number
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
        let changes: [Change; 6] = [
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

    /// Where the image of the glyphs is full, it begins again, and each glyph is elsewhere.
    #[test]
    fn texts_are_laid_out_anew_when_their_image_is_cleared() {
        let ctx = window(Looks::Dark);
        let drawn = (30.0, "Level");
        for _ in 0..3 {
            frame(&ctx, |ui| show(ui, drawn));
        }
        let mut sizes = (60..).map(|size| FontId::proportional(size as f32));
        let ratio = |ctx: &Context| ctx.fonts(|fonts| fonts.font_atlas_fill_ratio());
        while ratio(&ctx) <= 0.8 {
            frame(&ctx, |ui| {
                show(ui, drawn);
                let font = sizes.next().expect("another size");
                let text = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".to_owned();
                let galley = ui.painter().layout_no_wrap(text, font, Color32::WHITE);
                assert!(galley.size().x > 0.0);
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
