//! A voice's own settings of its modulators: see [`settings`](crate::synth::modulation::settings).
//!
//! All that is here is of voices that have any, and is never inlined, so that others do not pay for it.

use super::Voice;
use super::segments::{BlockResult, Segment};
use crate::synth::channel::Control;
use crate::synth::modulation::glide::Glide;
use crate::synth::modulation::modulators::{Modulators, SharedModulators};
use crate::synth::modulation::routes::RouteSet;
use crate::synth::modulation::settings::{Beginning, have_settings};
use crate::synth::modulation::{MovedSettings, SettingValues};
use crate::synth::tick::Tick;
use crate::synth::workspace::Workspace;

impl Voice {
    /// Whether polyphonic modulation, or one of its active routes, moves a setting, after a change of
    /// either.
    pub(super) fn update_has_settings(&mut self, tick: &Tick, active: RouteSet) {
        let is_routed = !active.and(tick.routes.to_settings()).is_empty();
        // What was read at the start counts until the note's end, whatever becomes of its routes.
        let has_settings = is_routed
            || self.control.has_offsets && have_settings(&self.own.offsets)
            || self.control.has_settings && self.settings.has_start();
        if has_settings && !self.control.has_settings {
            *self.settings.write() = MovedSettings::default();
        }
        if !has_settings {
            // A route that comes later finds the start over.
            self.control.beginning = Beginning::Nothing;
        }
        self.control.has_settings = has_settings;
        self.control.settings_rest = true;
    }

    /// What its settings are taken from.
    fn setting_values<'a>(&'a self, tick: &'a Tick) -> SettingValues<'a> {
        SettingValues {
            values: &tick.values,
            offsets: self.control.has_offsets.then_some(&self.own.offsets),
            moved: &self.settings,
        }
    }

    /// What it shares of the modulators, with its own settings if it has any.
    #[inline(never)]
    pub(super) fn shared_modulators(&self, tick: &Tick) -> SharedModulators {
        match self.control.has_settings {
            true => {
                let settings = self.setting_values(tick);
                tick.modulators
                    .with_settings(&settings, tick.sample_rate_hz)
            }
            false => tick.modulators,
        }
    }

    /// Its glide, if it has one, by its own settings.
    #[inline(never)]
    pub(super) fn own_glide(&self, tick: &Tick) -> Option<Glide> {
        let settings = self.setting_values(tick);
        Glide::read(|param| settings.get(param), &self.control.note)
    }

    /// Takes its settings to the start of a segment, `at` frames into the block, in at most `passes` passes.
    fn read_settings(&mut self, tick: &Tick, channel: &Control, at: usize, passes: usize) {
        let before = *self.settings;
        let routes = self.control.active_routes.and(tick.routes.to_settings());
        let beginning = std::mem::replace(&mut self.control.beginning, Beginning::Nothing);
        for _ in 0..passes {
            let shared = self.shared_modulators(tick);
            let modulators = &self.control.modulators;
            let mut sources = self.sources(tick, &shared, channel, at, modulators);
            let mut own = *self.base_values(tick);
            self.modulate_values(tick, channel, &mut sources, routes, &mut own);
            let mut moved = MovedSettings::default();
            tick.routes
                .apply_to_settings(routes, &mut sources, &own, &mut moved);
            moved.keep_unread(beginning, &before);
            // Then no further pass changes anything.
            if moved == *self.settings {
                break;
            }
            *self.settings.write() = moved;
        }
        self.control.settings_rest = *self.settings == before;
    }

    /// The modulators at its onset, `at` frames into the block, where they are as the patch says: with its own
    /// settings. Returns what it shares of them then, which belongs to the workspace.
    #[inline(never)]
    pub(super) fn begin_settings(
        &mut self,
        tick: &Tick,
        channel: &Control,
        at: usize,
        note_seed: u64,
        workspace: &mut Workspace,
    ) -> Option<Box<SharedModulators>> {
        let serial = self.control.note.serial;
        for _ in 0..tick.routes.setting_passes() {
            // Also what is read at the start alone: the envelopes may begin at another level.
            self.control.beginning = Beginning::Onset;
            self.read_settings(tick, channel, at, 1);
            let shared = self.shared_modulators(tick);
            self.control.modulators = Modulators::begin(&shared, note_seed, serial, at);
        }
        self.borrow_modulators(tick, workspace)
    }

    /// What it shares of the modulators, with its settings as they have last been read. It belongs to the
    /// workspace.
    #[inline(never)]
    pub(super) fn borrow_modulators(
        &self,
        tick: &Tick,
        workspace: &mut Workspace,
    ) -> Option<Box<SharedModulators>> {
        let mut own = workspace.modulators.take();
        if let Some(own) = &mut own {
            **own = self.shared_modulators(tick);
        }
        own
    }

    /// Renders the rest of a block, at the start of each of whose segments its settings are read. `block` says
    /// whether it is as the block before, and whether it may be cut at corners, and has the level of the
    /// amplitude's envelope at an onset.
    #[inline(never)]
    pub(super) fn render_with_settings(
        &mut self,
        tick: &Tick,
        channel: &Control,
        (is_as_before, may_be_cut, mut start_level): (bool, bool, Option<f32>),
        workspace: &mut Workspace,
        left: &mut [f32],
        right: &mut [f32],
    ) -> BlockResult {
        let Some(mut own) = self.borrow_modulators(tick, workspace) else {
            // It is always there between two voices.
            return BlockResult::NonFinite;
        };
        let passes = tick.routes.setting_passes();
        let start = tick.block_frames - left.len();
        let before = *self.settings;
        self.read_settings(tick, channel, start, passes);
        *own = self.shared_modulators(tick);
        // A square that is moved over its edge steps as well.
        let is_whole = !may_be_cut
            || self.settings.jump_from(&before) && self.has_jumping_sources(&own)
            || self.is_discontinuous(&own, left.len(), tick.block_frames);
        let mut result = BlockResult::Active;
        let mut done = 0;
        while done < left.len() {
            if done > 0 {
                self.read_settings(tick, channel, start + done, passes);
                *own = self.shared_modulators(tick);
            }
            let segment = Segment {
                shared: &own,
                channel,
                glide: self.own_glide(tick),
                is_as_before,
                is_whole,
                start_level: start_level.take(),
            };
            let end = self.render_segment(tick, segment, &mut done, workspace, left, right);
            if let Some(end) = end {
                result = end;
                break;
            }
        }
        workspace.modulators = Some(own);
        result
    }

    /// Starts the release of its modulators, with its settings as of this tick.
    #[inline(never)]
    pub(super) fn release_with_settings(&mut self, tick: &Tick) {
        let (generation, offsets_changed) = (self.control.generation, self.control.offsets_changed);
        self.update_values(tick);
        // The next update of the values still has to find what has changed in this block.
        self.control.generation = generation;
        self.control.offsets_changed = offsets_changed;
        if self.control.has_settings {
            let channel = tick.controls.of(self.control.note.channel);
            self.read_settings(tick, channel, 0, tick.routes.setting_passes());
        }
        let shared = self.shared_modulators(tick);
        self.control.modulators.release(&shared);
    }
}
