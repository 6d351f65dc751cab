//! What the keyboard's focus has come to is scrolled to.

use egui::style::ScrollAnimation;
use egui::{Id, Ui};

use crate::editor::theme;

/// Frames that the focus is followed for: areas within areas come to rest one after the other.
const FRAMES: u32 = 3;

/// Where the focus was last, and for how many frames it is still followed.
#[derive(Clone, Copy, Default)]
struct FollowedFocus {
    focused: Option<Id>,
    frames: u32,
}

/// Scrolls the area that `ui` fills to what has the focus, when that has come there. To be called
/// after all that is in the area.
pub fn follow(ui: &Ui) {
    let focused = ui.memory(|memory| memory.focused());
    let id = ui.scope_id().with("followed focus");
    let before: FollowedFocus = ui.data(|data| data.get_temp(id)).unwrap_or_default();
    let frames = if before.focused == focused {
        before.frames.saturating_sub(1)
    } else {
        FRAMES
    };
    ui.data_mut(|data| data.insert_temp(id, FollowedFocus { focused, frames }));
    if frames == 0 {
        return;
    }
    ui.ctx().request_repaint();
    let place = focused.and_then(|focused| ui.ctx().read_response(focused));
    if let Some(place) = place
        && place.layer_id == ui.layer_id()
        && ui.min_rect().contains_rect(place.rect)
        && !ui.clip_rect().contains_rect(place.rect)
    {
        let around = place.rect.expand(theme::GRID);
        ui.scroll_to_rect_animation(around, None, ScrollAnimation::none());
    }
}
