//! Controls for parameters: what the pointer, the wheel, the keyboard and a screen reader do with any
//! of them. How each looks is in its own file.
//!
//! A control follows a drag upwards and downwards, with Shift a tenth as fast; the wheel and the
//! arrow keys move it in small steps, Page Up and Page Down in large ones, Home and End to its ends;
//! a double click and Delete bring the default back; Enter lets one type a value; the right button
//! (or Shift with Enter) opens a menu. In a choice, whose list has its first entry at the top, up is
//! towards the first.

mod absent;
mod accessibility;
mod bar;
mod behaviour;
mod choice;
pub mod entry;
mod fade;
pub mod focus;
pub mod icon;
mod kept;
mod knob;
mod knob_places;
mod macro_name;
mod menu;
pub mod modulate;
mod paint;
mod place;
mod power;
mod route_line;
mod small_knob;
mod source_list;
mod state;
mod step;
mod switch;
mod text;
mod thinned;
pub mod toolbar;
mod uncovered;

pub use absent::absent;
pub use accessibility::set_label;
pub use bar::bar;
pub use behaviour::{fine, keep_arrows, notches, param_behaviour, param_handle, relabel};
pub use choice::{choice, narrow_choice};
pub use entry::show as value_entry;
pub use fade::fade_in;
#[cfg(test)]
pub use kept::leave_texts;
pub use kept::{kept, kept_within};
pub use knob::knob;
pub use paint::{dimmed, label};
pub use place::place;
pub use power::power;
pub use route_line::route_line;
pub use small_knob::small_knob;
pub use source_list::source_list;
pub use state::modulated;
pub use step::{step, step_well};
pub use switch::{narrow_switch, switch};
pub use text::{one_line, text_width, whole_line};
pub use thinned::thinned;
pub use uncovered::uncovered;

#[cfg(test)]
mod tests;
