//! The size and scale of the editor's window, which an instance remembers.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The smallest and the largest scale of the editor, per cent.
pub const EDITOR_SCALES_PERCENT: (u32, u32) = (75, 200);

/// The editor's size in logical pixels, before its scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditorSize {
    /// Width in logical pixels.
    pub width: u32,
    /// Height in logical pixels.
    pub height: u32,
}

impl EditorSize {
    /// The size for a new instance.
    pub const DEFAULT: EditorSize = EditorSize {
        width: 1120,
        height: 700,
    };
    /// The smallest size at which the window can be read.
    pub const MIN: EditorSize = EditorSize {
        width: 800,
        height: 500,
    };
    /// A size larger than any screen.
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

/// The size and scale with which an instance opens its next window.
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

    /// Sets the editor's size, clamped to [`EditorSize::MIN`] and [`EditorSize::MAX`].
    pub fn set_size(&self, size: EditorSize) {
        let size = size.clamped();
        let packed = u64::from(size.width) << 32 | u64::from(size.height);
        self.size.store(packed, Ordering::Relaxed);
    }

    /// The editor's scale, per cent.
    pub fn scale_percent(&self) -> u32 {
        self.scale_percent.load(Ordering::Relaxed)
    }

    /// The editor's scale as a factor.
    pub fn zoom(&self) -> f32 {
        self.scale_percent() as f32 / 100.0
    }

    /// Sets the editor's scale, clamped to [`EDITOR_SCALES_PERCENT`].
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
    fn size_and_scale_are_stored_with_the_state() {
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
        // Values out of range are clamped, and damaged ones change nothing.
        for (scale, expected) in [("100000", 200), ("1", 75), ("\"large\"", 75)] {
            fields.insert(stored::EDITOR_SCALE_FIELD.to_owned(), scale.to_owned());
            loaded.deserialize_fields(&fields);
            assert_eq!(loaded.window().scale_percent(), expected, "{scale}");
        }
    }
}
