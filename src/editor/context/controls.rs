//! What the controls of a window share.

use crate::editor::model::EditorModel;
use crate::editor::model::routes::UsedRoute;
use crate::editor::model::sources::SourceId;
use crate::editor::model::value_text::current_text;
use crate::synth::parameter::layout::Group;
use crate::synth::{Param, Patch, Values};

/// What the controls of a window share.
pub struct SharedControls {
    /// The value that is being typed.
    pub entry: Option<ValueEntry>,
    /// The name of a macro that is being edited.
    pub name_entry: Option<NameEntry>,
    /// The list of a choice that is open.
    pub list: Option<OpenList>,
    /// The last value that was copied, as text.
    pub copied: Option<String>,
    /// Notches of the wheel that have not made a whole step yet.
    pub wheel: f32,
    /// The control whose menu is to open.
    pub menu_of: Option<Param>,
    /// The list of sources in a menu that is open.
    pub sources_of: Option<OpenSources>,
    /// What has been done, to be shown for a while.
    pub message: Option<String>,
    /// All values as they sound: with the host's modulation and the macros.
    values: Values,
    /// How many changes there had been when they were read; `None` before.
    changes: Option<u64>,
    routes: Vec<UsedRoute>,
    touched: Touched,
    section_in_use: Option<Group>,
}

/// The source whose fan the pointer or the keyboard is on: in this frame, and in the one before, which
/// is known also to views that are shown earlier.
#[derive(Clone, Copy, Default)]
struct Touched {
    now: Option<SourceId>,
    before: Option<SourceId>,
}

impl SharedControls {
    pub fn new() -> SharedControls {
        SharedControls {
            entry: None,
            name_entry: None,
            list: None,
            copied: None,
            wheel: 0.0,
            menu_of: None,
            sources_of: None,
            message: None,
            values: Values::new(&Patch::default()),
            changes: None,
            routes: Vec::new(),
            touched: Touched::default(),
            section_in_use: None,
        }
    }

    /// A frame begins.
    pub fn begin_frame(&mut self, model: &EditorModel) {
        // Before the values: a change that comes while they are read is seen in the next frame.
        let changes = Some(model.params().changes());
        if self.changes != changes {
            self.changes = changes;
            self.values.update(&model.params().patch());
        }
        self.routes = model.used_routes();
        self.touched = Touched {
            now: None,
            before: self.touched.now,
        };
        self.entry.take_if(|entry| !entry.seen.is_shown());
        self.name_entry.take_if(|entry| !entry.seen.is_shown());
    }

    /// Whether a value or a name is being typed.
    pub fn is_typing(&self) -> bool {
        self.entry.is_some() || self.name_entry.is_some()
    }

    /// The list of this parameter, if it is open.
    pub fn list_of(&mut self, param: Param) -> Option<&mut OpenList> {
        self.list.as_mut().filter(|list| list.param == param)
    }

    /// All routes with a source and a target, as the frame began.
    pub fn routes(&self) -> &[UsedRoute] {
        &self.routes
    }

    /// The pointer or the keyboard is on a source, or on what opens its fan.
    pub fn touch(&mut self, source: SourceId) {
        self.touched.now = Some(source);
    }

    /// The source that they were on in the last frame.
    pub fn touched(&self) -> Option<SourceId> {
        self.touched.before
    }

    /// A control of a section has been taken hold of, or has the keyboard.
    pub fn use_section(&mut self, section: Group) {
        self.section_in_use = Some(section);
    }

    /// The section that was used last.
    pub fn section_in_use(&self) -> Option<Group> {
        self.section_in_use
    }

    /// All values as they sound: with the host's modulation and the macros, without what belongs to
    /// single notes.
    pub fn values(&self) -> &Values {
        &self.values
    }
}

/// A value that is being typed.
pub struct ValueEntry {
    /// Whose value it is.
    pub param: Param,
    /// The text as typed so far.
    pub text: String,
    /// The one of its controls at which it is typed; any, if it is `None`.
    pub at: Option<egui::Id>,
    /// Whether the field has not been shown yet.
    pub is_new: bool,
    /// Whether anything has been typed: what is shown may be rounded.
    pub is_edited: bool,
    /// Whether its field is still there.
    pub seen: Seen,
}

impl ValueEntry {
    /// Whether this is typed at a control of a parameter.
    pub fn is_at(&self, param: Param, control: egui::Id) -> bool {
        self.param == param && self.at.is_none_or(|at| at == control)
    }

    /// Beginning with the value as it stands.
    pub fn new(param: Param, model: &EditorModel) -> ValueEntry {
        ValueEntry {
            param,
            text: current_text(param, model),
            at: None,
            is_new: true,
            is_edited: false,
            seen: Seen::default(),
        }
    }
}

/// The name of a macro that is being edited.
pub struct NameEntry {
    /// The macro's number.
    pub number: usize,
    /// The one of its controls at which it is edited.
    pub at: egui::Id,
    /// The text as typed so far.
    pub text: String,
    /// Whether the field has not been shown yet.
    pub is_new: bool,
    /// Whether its field is still there.
    pub seen: Seen,
}

impl NameEntry {
    /// A field at this control that begins with the name as it stands.
    pub fn new(number: usize, at: egui::Id, model: &EditorModel) -> NameEntry {
        NameEntry {
            number,
            at,
            text: model.macro_name(number),
            is_new: true,
            seen: Seen::default(),
        }
    }
}

/// For how long a field has not been shown: it goes with the view that it is in.
#[derive(Default)]
pub struct Seen {
    unseen_frames: u32,
}

impl Seen {
    /// Counts a frame. Returns whether the field is still shown.
    pub fn is_shown(&mut self) -> bool {
        self.unseen_frames += 1;
        // It is shown in the frame after the one that made it.
        self.unseen_frames <= 2
    }

    /// The field is shown in this frame.
    pub fn see(&mut self) {
        self.unseen_frames = 0;
    }
}

/// The list of sources that stands in a menu.
pub struct OpenSources {
    /// Whose menu it is.
    pub param: Param,
    /// Whether it has not been shown yet.
    pub is_new: bool,
}

impl OpenSources {
    /// The list of sources in the menu of this parameter.
    pub fn of(param: Param) -> OpenSources {
        OpenSources {
            param,
            is_new: true,
        }
    }
}

/// The list that is open.
pub struct OpenList {
    /// Whose list it is.
    pub param: Param,
    /// The entry that is marked.
    pub marked: usize,
    /// Whether the mark is to be scrolled to.
    pub is_moved: bool,
}
