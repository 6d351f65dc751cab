//! The editor's window as an instance remembers it: size and scale.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The least and the greatest scale of the editor, per cent.
pub const EDITOR_SCALES_PERCENT: (u32, u32) = (75, 200);

/// The editor's size in logical pixels, before its scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditorSize {
    /// Logical pixels.
    pub width: u32,
    /// Logical pixels.
    pub height: u32,
}

impl EditorSize {
    /// Of a new instance.
    pub const DEFAULT: EditorSize = EditorSize {
        width: 1120,
        height: 700,
    };
    /// Smaller than this nothing can be read.
    pub const MIN: EditorSize = EditorSize {
        width: 800,
        height: 500,
    };
    /// Larger than this no screen is.
    pub const MAX: EditorSize = EditorSize {
        width: 8192,
        height: 8192,
    };

    /// The nearest size within [`EditorSize::MIN`] and [`EditorSize::MAX`].
    pub fn clamped(self) -> EditorSize {
        EditorSize {
            width: self.width.clamp(Self::MIN.width, Self::MAX.width),
            height: self.height.clamp(Self::MIN.height, Self::MAX.height),
        }
    }
}

/// What the next window of an instance begins with.
#[derive(Debug)]
pub struct WindowMemory {
    /// Width in the upper half, height in the lower.
    size: AtomicU64,
    scale_percent: AtomicU32,
}

impl Default for WindowMemory {
    fn default() -> WindowMemory {
        let window = WindowMemory {
            size: AtomicU64::new(0),
            scale_percent: AtomicU32::new(100),
        };
        window.set_size(EditorSize::DEFAULT);
        window
    }
}

impl WindowMemory {
    /// The size that the editor opens with.
    pub fn size(&self) -> EditorSize {
        let packed = self.size.load(Ordering::Relaxed);
        EditorSize {
            width: (packed >> 32) as u32,
            height: packed as u32,
        }
    }

    /// Remembers the editor's size; sizes beyond reason are brought within it.
    pub fn set_size(&self, size: EditorSize) {
        let size = size.clamped();
        let packed = u64::from(size.width) << 32 | u64::from(size.height);
        self.size.store(packed, Ordering::Relaxed);
    }

    /// How large everything in the editor is, per cent.
    pub fn scale_percent(&self) -> u32 {
        self.scale_percent.load(Ordering::Relaxed)
    }

    /// The same as a factor.
    pub fn zoom(&self) -> f32 {
        self.scale_percent() as f32 / 100.0
    }

    /// Remembers the editor's scale; scales beyond reason are brought within it.
    pub fn set_scale_percent(&self, percent: u32) {
        let (least, most) = EDITOR_SCALES_PERCENT;
        self.scale_percent
            .store(percent.clamp(least, most), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use nice_plug::prelude::Params as _;

    use super::super::{HostParams, stored};
    use super::*;

    #[test]
    fn size_and_scale_come_back_with_the_state() {
        let params = HostParams::default();
        let size = EditorSize {
            width: 1_300,
            height: 801,
        };
        params.window().set_size(size);
        params.window().set_scale_percent(175);
        let mut fields = params.serialize_fields();
        let loaded = HostParams::default();
        loaded.deserialize_fields(&fields);
        assert_eq!(loaded.window().size(), size);
        assert_eq!(loaded.window().zoom(), 1.75);
        // What is beyond reason is brought within it, and what is damaged changes nothing.
        for (scale, expected) in [("100000", 200), ("1", 75), ("\"large\"", 75)] {
            fields.insert(stored::EDITOR_SCALE_FIELD.to_owned(), scale.to_owned());
            loaded.deserialize_fields(&fields);
            assert_eq!(loaded.window().scale_percent(), expected, "{scale}");
        }
    }
}
