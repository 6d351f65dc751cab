//! Drawing lines and text into a PNG picture.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use ab_glyph::{Font, FontRef, PxScale, ScaleFont, point};
use anyhow::{Context, Result};

/// Red, green, blue.
pub type Colour = [u8; 3];

/// The horizontal alignment of text at its point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// The text begins at the point.
    Left,
    /// The text is centred on the point.
    Centre,
    /// The text ends at the point.
    Right,
}

/// An RGB picture; rows from the top.
pub struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
    font: FontRef<'static>,
}

impl Picture {
    /// A picture of one colour. The size is in pixels.
    pub fn new(width: usize, height: usize, colour: Colour) -> Self {
        Self {
            width,
            height,
            pixels: vec![colour; width * height],
            font: FontRef::try_from_slice(epaint_default_fonts::UBUNTU_LIGHT)
                .expect("the font is part of the program"),
        }
    }

    /// Blends `colour` into a pixel: `opacity` 0 leaves it, 1 replaces it. Points outside are ignored.
    pub fn mix(&mut self, x: usize, y: usize, colour: Colour, opacity: f32) {
        if x >= self.width || y >= self.height {
            return;
        }
        let pixel = &mut self.pixels[y * self.width + x];
        for (channel, new) in pixel.iter_mut().zip(colour) {
            let old = f32::from(*channel);
            *channel = (old + (f32::from(new) - old) * opacity).round() as u8;
        }
    }

    /// Blends `colour` into a rectangle.
    pub fn fill(
        &mut self,
        (left, top): (usize, usize),
        (width, height): (usize, usize),
        colour: Colour,
        opacity: f32,
    ) {
        for y in top..top + height {
            for x in left..left + width {
                self.mix(x, y, colour, opacity);
            }
        }
    }

    /// Writes one line of text, `height` pixels from ascender to descender, centred vertically on
    /// `y`.
    pub fn text(
        &mut self,
        text: &str,
        (x, y): (usize, usize),
        align: Align,
        height: f32,
        colour: Colour,
    ) {
        let font = self.font.clone();
        let scaled = font.as_scaled(PxScale::from(height));
        let mut glyphs = Vec::new();
        let mut width = 0.0;
        let mut previous = None;
        for character in text.chars() {
            let id = scaled.glyph_id(character);
            if let Some(previous) = previous {
                width += scaled.kern(previous, id);
            }
            glyphs.push((id, width));
            width += scaled.h_advance(id);
            previous = Some(id);
        }
        let left = x as f32
            - match align {
                Align::Left => 0.0,
                Align::Centre => width / 2.0,
                Align::Right => width,
            };
        let baseline = y as f32 + (scaled.ascent() + scaled.descent()) / 2.0;
        for (id, offset) in glyphs {
            let position = point(left + offset, baseline);
            let glyph = id.with_scale_and_position(PxScale::from(height), position);
            let Some(outline) = font.outline_glyph(glyph) else {
                continue;
            };
            let corner = outline.px_bounds().min;
            outline.draw(|across, down, coverage| {
                let (x, y) = (corner.x + across as f32, corner.y + down as f32);
                if x >= 0.0 && y >= 0.0 {
                    self.mix(x as usize, y as usize, colour, coverage.min(1.0));
                }
            });
        }
    }

    /// Writes the picture as PNG.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<()> {
        let context = || format!("cannot write '{}'", path.display());
        let file = BufWriter::new(File::create(path).with_context(context)?);
        let mut encoder = png::Encoder::new(file, self.width as u32, self.height as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().with_context(context)?;
        writer
            .write_image_data(self.pixels.as_flattened())
            .with_context(context)?;
        writer.finish().with_context(context)
    }
}
