//! The whole window without a screen, for benches: everything is done but the rasteriser's work.

use std::sync::Arc;

use egui::{Context, Event, Pos2, RawInput, Rect, Vec2};

use super::edit::Host;
use super::session::SharedSession;
use super::{Open, Sources};
use crate::bridge::KeySender;
use crate::params::HostParams;
use crate::synth::Param;

/// A window that is never shown.
pub struct Offscreen {
    ctx: Context,
    open: Open,
    size: Vec2,
    time_s: f64,
}

impl Offscreen {
    /// Of this many points, for the instance with these parameters, which it does not change.
    pub fn new(
        params: Arc<HostParams>,
        sources: &Sources,
        keys: &KeySender,
        (width, height): (f32, f32),
    ) -> Offscreen {
        let ctx = Context::default();
        let session = SharedSession::default();
        Offscreen {
            open: Open::new(&ctx, params, Box::new(Deaf), session, sources, keys),
            ctx,
            size: Vec2::new(width, height),
            time_s: 0.0,
        }
    }

    /// Builds one frame, a sixtieth of a second after the last, up to the triangles that a
    /// rasteriser is handed; returns how many corners they have.
    pub fn frame(&mut self, events: &[Event]) -> usize {
        self.time_s += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.time_s),
            events: events.to_vec(),
            ..RawInput::default()
        };
        let open = &mut self.open;
        let mut output = self.ctx.run_ui(input, |ui| open.show(ui));
        // Nobody takes the textures up.
        output.textures_delta.clear();
        let primitives = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        primitives
            .iter()
            .map(|clipped| match &clipped.primitive {
                egui::epaint::Primitive::Mesh(mesh) => mesh.vertices.len(),
                egui::epaint::Primitive::Callback(_) => 0,
            })
            .sum()
    }
}

/// A host that nothing is asked of.
struct Deaf;

impl Host for Deaf {
    fn begin(&self, _: &HostParams, _: Param) {}
    fn set(&self, _: &HostParams, _: Param, _: f32) {}
    fn end(&self, _: &HostParams, _: Param) {}
    fn wake(&self) {}
}
