//! How large everything in the window is: the scales that fit the screen.

use egui::{Context, Id, Vec2};

use crate::params::{EDITOR_SCALES_PERCENT, EditorSize};

/// Scales that are offered, per cent.
const OFFERED_PERCENT: [u32; 6] = [75, 100, 125, 150, 175, 200];

/// The scales that a window may have, per cent, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scales {
    least: u32,
    most: u32,
}

impl Scales {
    /// All of them.
    pub const ALL: Scales = Scales {
        least: EDITOR_SCALES_PERCENT.0,
        most: EDITOR_SCALES_PERCENT.1,
    };

    /// The scales at which the smallest window fits into a room of this size in logical pixels; the smallest
    /// scale in any case.
    pub fn within(room: Vec2) -> Scales {
        let fits = (room.x / EditorSize::MIN.width as f32)
            .min(room.y / EditorSize::MIN.height as f32)
            .max(0.0);
        Scales {
            most: ((100.0 * fits) as u32).clamp(Self::ALL.least, Self::ALL.most),
            ..Self::ALL
        }
    }

    /// The nearest of them.
    pub fn clamped(self, percent: u32) -> u32 {
        percent.clamp(self.least, self.most)
    }

    /// Both ends, per cent.
    pub fn range(self) -> std::ops::RangeInclusive<u32> {
        self.least..=self.most
    }

    /// The scales that are offered, rising.
    pub fn offered(self) -> impl DoubleEndedIterator<Item = u32> {
        let offered = OFFERED_PERCENT.into_iter();
        offered.filter(move |percent| self.range().contains(percent))
    }

    /// Publishes them for the window of this context.
    pub fn publish(self, ctx: &Context) {
        ctx.data_mut(|data| data.insert_temp(id(), self));
    }

    /// The published ones; all, where the size of the screen is not known.
    pub fn published(ctx: &Context) -> Scales {
        ctx.data(|data| data.get_temp(id())).unwrap_or(Self::ALL)
    }
}

fn id() -> Id {
    Id::unique("scales that fit the screen")
}

/// A window that was made smaller to fit its screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fitted {
    /// The size that it had before, points.
    pub wanted: EditorSize,
    /// The size that it was given, points.
    pub size: EditorSize,
}

impl Fitted {
    /// How far the window system may differ from the size that it was asked for, points.
    const NEAR: u32 = 3;

    /// The size that a window is meant to have, which has the size `now`: as before it was made to fit,
    /// unless somebody has given it another size since.
    pub fn wanted(fitted: Option<Fitted>, now: EditorSize) -> EditorSize {
        let is_near = |size: EditorSize| {
            size.width.abs_diff(now.width) <= Self::NEAR
                && size.height.abs_diff(now.height) <= Self::NEAR
        };
        match fitted {
            Some(fitted) if is_near(fitted.size) => fitted.wanted,
            _ => now,
        }
    }
}

/// The size of a window, points: `wanted`, limited to a room of `room` logical pixels at this zoom.
pub fn fitted(wanted: EditorSize, room: Vec2, zoom: f32) -> EditorSize {
    let most = (room / zoom).floor();
    EditorSize {
        width: wanted.width.min(most.x as u32),
        height: wanted.height.min(most.y as u32),
    }
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::*;

    #[test]
    fn only_scales_that_fit_are_offered() {
        for (room, most, offered) in [
            (vec2(1280.0, 800.0), 160, vec![75, 100, 125, 150]),
            (vec2(1600.0, 980.0), 196, vec![75, 100, 125, 150, 175]),
            (vec2(3840.0, 2160.0), 200, vec![75, 100, 125, 150, 175, 200]),
            (vec2(640.0, 480.0), 80, vec![75]),
            (vec2(10.0, 10.0), 75, vec![75]),
        ] {
            let scales = Scales::within(room);
            assert_eq!(*scales.range().end(), most, "{room:?}");
            assert_eq!(scales.offered().collect::<Vec<_>>(), offered, "{room:?}");
            assert_eq!(scales.clamped(1_000), most);
        }
    }

    #[test]
    fn a_window_that_does_not_fit_is_made_to_until_it_does() {
        let size = |width, height| EditorSize { width, height };
        let wanted = size(1120, 700);
        let room = vec2(1280.0, 800.0);
        assert_eq!(fitted(wanted, room, 1.0), wanted);
        let small = fitted(wanted, room, 1.5);
        assert_eq!(small, size(853, 533));
        assert_eq!(fitted(wanted, vec2(1280.0, 600.0), 1.0), size(1120, 600));
        // It comes back to what it was, unless it was given another size meanwhile.
        let made = Some(Fitted {
            wanted,
            size: small,
        });
        assert_eq!(Fitted::wanted(made, size(852, 533)), wanted);
        assert_eq!(Fitted::wanted(made, size(820, 510)), size(820, 510));
        assert_eq!(Fitted::wanted(None, wanted), wanted);
    }
}
