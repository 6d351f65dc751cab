//! What steps change beside parameters: which preset is loaded, the sounds to compare, learned
//! controllers, and presets' files, which the browser does.

use std::borrow::Cow;

use super::Edits;
use super::compare::Compare;
use super::history::Step;
use super::session::{Aside, Deed, SharedSession, Swap};
use crate::params::{HostParams, LoadedPreset};
use crate::synth::Param;

/// What a group of changes may change beside parameters.
pub struct Marks {
    preset: Option<LoadedPreset>,
    compare: Compare,
}

impl Marks {
    /// As they are.
    pub fn now(params: &HostParams, session: &SharedSession) -> Marks {
        Marks {
            preset: params.preset(),
            compare: session.lock().compare.clone(),
        }
    }

    /// What has changed from here to there.
    pub fn until(self, after: Marks) -> impl Iterator<Item = Aside> {
        let preset = swap(self.preset, after.preset).map(Aside::Preset);
        let compare = swap(self.compare, after.compare)
            .map(Box::new)
            .map(Aside::Compare);
        preset.into_iter().chain(compare)
    }
}

fn swap<T: PartialEq>(before: T, after: T) -> Option<Swap<T>> {
    (before != after).then_some(Swap { before, after })
}

impl Edits {
    /// Which controllers move which parameters.
    pub fn controllers(&self) -> Vec<(u8, Param)> {
        self.params.controllers().bindings().collect()
    }

    /// No controller moves this parameter any more, as one step.
    pub fn forget_controller(&mut self, param: Param) {
        let Some(number) = self.params.controllers().controller(param) else {
            return;
        };
        let before = self.controllers();
        self.params.controllers().forget(param);
        self.controllers_changed(format!("Forget CC {number}"), before);
    }

    /// What was `before` has become another table of controllers, as one step.
    pub fn controllers_changed(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        before: Vec<(u8, Param)>,
    ) {
        if let Some(swap) = swap(before, self.controllers()) {
            self.finish_aside(name, Aside::Controllers(swap));
        }
    }

    /// Something has been done with the library, as one step.
    pub fn done(&mut self, name: impl Into<Cow<'static, str>>, deed: Deed) {
        self.finish_aside(name, Aside::Library(deed));
    }

    fn finish_aside(&mut self, name: impl Into<Cow<'static, str>>, aside: Aside) {
        let mut step = Step::new(name);
        step.asides.push(aside);
        self.finish(step);
    }

    /// What undoing and doing again have asked of the library since this was last called.
    pub fn take_deeds(&mut self) -> Vec<Deed> {
        std::mem::take(&mut self.deeds)
    }

    /// What has been done with the library has been undone by other means than [`Edits::undo`].
    pub fn forget_deed(&mut self, deed: &Deed) {
        let is_undone = |aside: &Aside| matches!(aside, Aside::Library(done) if done == deed);
        self.session.lock().history.forget(is_undone);
    }

    /// A preset has another id and name from here on, for all that is remembered of it.
    pub fn preset_renamed(&mut self, id: &str, new_id: &str, name: &str) {
        let rename = |preset: &mut Option<LoadedPreset>| {
            if let Some(preset) = preset.as_mut().filter(|preset| preset.id == id) {
                new_id.clone_into(&mut preset.id);
                name.clone_into(&mut preset.name);
            }
        };
        let rename_in = |compare: &mut Compare| {
            if let Some(waiting) = &mut compare.waiting {
                rename(&mut waiting.preset);
            }
        };
        let mut loaded = self.params.preset();
        rename(&mut loaded);
        self.params.set_preset(loaded);
        let mut session = self.session.lock();
        rename_in(&mut session.compare);
        for aside in session.history.asides_mut() {
            match aside {
                Aside::Preset(swap) => {
                    rename(&mut swap.before);
                    rename(&mut swap.after);
                }
                Aside::Compare(swap) => {
                    rename_in(&mut swap.before);
                    rename_in(&mut swap.after);
                }
                Aside::Library(Deed::Favourite { id: its, .. } | Deed::Rename { id: its, .. })
                    if its == id =>
                {
                    new_id.clone_into(its)
                }
                Aside::Library(_) | Aside::Controllers(_) => {}
            }
        }
    }

    fn change_preset(&mut self, preset: Option<LoadedPreset>) {
        self.params.set_preset(preset);
        self.loaded_sounds += 1;
    }

    pub(super) fn undo_aside(&mut self, aside: Aside) {
        match aside {
            Aside::Preset(swap) => self.change_preset(swap.before),
            Aside::Compare(swap) => self.session.lock().compare = swap.before,
            Aside::Controllers(swap) => self.params.controllers().replace(swap.before),
            Aside::Library(deed) => self.deeds.push(deed.undone()),
        }
    }

    pub(super) fn redo_aside(&mut self, aside: Aside) {
        match aside {
            Aside::Preset(swap) => self.change_preset(swap.after),
            Aside::Compare(swap) => self.session.lock().compare = swap.after,
            Aside::Controllers(swap) => self.params.controllers().replace(swap.after),
            Aside::Library(deed) => self.deeds.push(deed),
        }
    }
}
