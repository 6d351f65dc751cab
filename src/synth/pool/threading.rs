//! Sections that other threads render.
//!
//! The pool gives copies away: each group has a shadow copy for that. It waits at most a quarter of a
//! block for sections that other threads have begun. What is not done then, it renders itself from
//! the originals that it still has, and the late copies are ignored when they come.

use std::sync::Arc;

use super::{Block, BlockSection, Dimensions, GroupSlot, MAX_SECTION_GROUPS, groups, render_part};
use crate::bank::Part;
use crate::dsp::denormals::FlushDenormals;
use crate::synth::tick::Tick;
use crate::synth::voice_group::VoiceGroup;
use crate::synth::workspace::Workspace;

/// Other threads that render sections.
///
/// No call waits, allocates, frees or calls the system.
pub trait Workers: Send {
    /// How many threads render, the caller's own among them.
    fn threads(&self) -> usize;
    /// Submits a job for [`Workers::dispatch`]; gives it back if there is no room.
    fn submit(&mut self, job: Box<Job>) -> Option<Box<Job>>;
    /// Lets the others begin with what was submitted.
    fn dispatch(&mut self);
    /// Reclaims a job that nobody has begun.
    fn reclaim(&mut self) -> Option<Box<Job>>;
    /// Collects a job that is done, of this block or of one before it.
    fn collect(&mut self) -> Option<Box<Job>>;
    /// Whether to go on asking for jobs that others have begun. `is_first` is true at the first question of a
    /// block: the count begins there.
    fn keep_waiting(&mut self, is_first: bool) -> bool;
    /// Tells the others whether there will be work soon.
    fn set_polling(&mut self, is_needed: bool);
}

/// The shadow copies of a section's groups, on their way to another thread and back.
#[derive(Debug)]
pub struct Job {
    /// The section's place in the pool.
    section: usize,
    /// The place of its first group.
    first: usize,
    /// Copies of its groups that are part of the block.
    copies: [Option<Box<VoiceGroup>>; MAX_SECTION_GROUPS],
    part: Part,
    tick: Option<Arc<Tick>>,
}

impl Job {
    /// Renders it.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn perform(&mut self, workspace: &mut Workspace) {
        let _flush = FlushDenormals::new();
        // The tick is to be free when the job comes back.
        if let Some(tick) = self.tick.take() {
            let copies = self.copies.iter().flatten();
            let partials = copies.map(|copy| copy.sounding_partials()).sum();
            let copies = self.copies.iter_mut().flatten();
            render_part(partials, copies, &mut self.part, &tick, workspace);
        }
    }
}

/// What a pool needs to work with other threads. Made off the audio thread, and dropped off it.
pub struct Threading {
    workers: Box<dyn Workers>,
    /// For the jobs of a block and of those before it that are still under way.
    ticks: Vec<Arc<Tick>>,
    /// Jobs of this block that have not come back.
    pending: usize,
    /// Sections that the caller rendered because another thread was late.
    late: u64,
    /// Shadow copies that have no group yet, or none any more. It has room for all of them.
    spare_copies: GroupCopies,
    /// Jobs and sections, likewise.
    spare_jobs: Jobs,
}

/// Boxed, since the boxes themselves are what threads exchange.
type GroupCopies = Vec<Box<VoiceGroup>>;
type Jobs = Vec<Box<Job>>;

impl Threading {
    /// With a shadow copy for each group of a pool of these dimensions.
    pub fn new(workers: Box<dyn Workers>, dimensions: &Dimensions) -> Threading {
        let tick = Tick::new(dimensions.sample_rate_hz, dimensions.block_frames);
        let count = groups(dimensions.voices);
        let copy = |_| Box::new(VoiceGroup::allocate(dimensions.level));
        let job = |section| {
            Box::new(Job {
                section,
                first: 0,
                copies: Default::default(),
                part: Part::new(dimensions.block_frames),
                tick: None,
            })
        };
        Threading {
            // One for each late thread, one for this block.
            ticks: (0..=workers.threads())
                .map(|_| Arc::new(tick.clone()))
                .collect(),
            workers,
            pending: 0,
            late: 0,
            spare_copies: (0..count).map(copy).collect(),
            spare_jobs: (0..count).map(job).collect(),
        }
    }

    /// Sections that the caller rendered because another thread was late.
    pub(super) fn late(&self) -> u64 {
        self.late
    }

    /// Whether sections of the block are with other threads.
    pub(super) fn is_under_way(&self) -> bool {
        self.pending > 0
    }

    /// There will be no work for the others soon.
    pub(super) fn rest(&mut self) {
        self.workers.set_polling(false);
    }

    /// Gives each group its shadow copy, and each section its job.
    pub(super) fn give_spares(&mut self, groups: &mut [GroupSlot], sections: &mut [BlockSection]) {
        for slot in groups {
            slot.shadow_copy = self.spare_copies.pop();
        }
        for (index, section) in sections.iter_mut().enumerate() {
            section.job = self.spare_jobs.pop();
            if let Some(job) = &mut section.job {
                job.section = index;
            }
        }
    }

    /// Takes them back.
    pub(super) fn take_spares(&mut self, groups: &mut [GroupSlot], sections: &mut [BlockSection]) {
        let copies = groups.iter_mut().filter_map(|slot| slot.shadow_copy.take());
        self.spare_copies.extend(copies);
        let jobs = sections.iter_mut().filter_map(|section| section.job.take());
        self.spare_jobs.extend(jobs);
    }

    /// Takes back jobs of the block before that were late.
    pub(super) fn collect(&mut self, groups: &mut [GroupSlot], sections: &mut [BlockSection]) {
        while let Some(job) = self.workers.collect() {
            self.accept(groups, sections, job, true);
        }
    }

    /// Gives away what is not the caller's own share of the `active` sections, with their groups.
    pub(super) fn start<'a>(
        &mut self,
        sections: impl Iterator<Item = (&'a mut BlockSection, &'a mut [GroupSlot])>,
        active: usize,
        tick: &Tick,
    ) {
        // The caller's own share: the first ones.
        let own = active.div_ceil(self.workers.threads());
        self.workers.set_polling(own < active);
        // Recordings and their pieces are not to be held for longer than they are played. Where other threads have
        // work, the first free tick is about to be for this block.
        let kept = usize::from(own < active);
        for tick in self.ticks.iter_mut().filter_map(Arc::get_mut).skip(kept) {
            tick.forget_recordings();
        }
        if own == active {
            return;
        }
        let Some(place) = self
            .ticks
            .iter_mut()
            .position(|tick| Arc::get_mut(tick).is_some())
        else {
            return;
        };
        if let Some(free) = Arc::get_mut(&mut self.ticks[place]) {
            free.clone_from(tick);
        }
        let mut first = 0;
        let with_first = sections.map(|(section, groups)| {
            let own_first = first;
            first += groups.len();
            (section, groups, own_first)
        });
        for (section, groups, first) in with_first
            .filter(|(section, ..)| section.is_rendered)
            .skip(own)
        {
            let tick = self.ticks[place].clone();
            self.submit(section, groups, first, tick);
        }
        self.workers.dispatch();
    }

    /// Gives a section away, unless copies of it are still with a late thread.
    fn submit(
        &mut self,
        section: &mut BlockSection,
        groups: &mut [GroupSlot],
        first: usize,
        tick: Arc<Tick>,
    ) {
        let is_missing = |slot: &GroupSlot| slot.is_rendered && slot.shadow_copy.is_none();
        if groups.iter().any(is_missing) {
            return;
        }
        let Some(mut job) = section.job.take() else {
            return;
        };
        job.first = first;
        job.tick = Some(tick);
        for (place, slot) in job.copies.iter_mut().zip(&mut *groups) {
            if slot.is_rendered
                && let Some(mut copy) = slot.shadow_copy.take()
            {
                copy.copy_from(&slot.group);
                *place = Some(copy);
            }
        }
        match self.workers.submit(job) {
            None => {
                section.is_submitted = true;
                self.pending += 1;
            }
            Some(mut job) => {
                job.tick = None;
                for (place, slot) in job.copies.iter_mut().zip(groups) {
                    if let Some(copy) = place.take() {
                        slot.shadow_copy = Some(copy);
                    }
                }
                section.job = Some(job);
            }
        }
    }

    /// Ends the block.
    pub(super) fn finish(
        &mut self,
        groups: &mut [GroupSlot],
        sections: &mut [BlockSection],
        block: Block,
        tick: &Tick,
        workspace: &mut Workspace,
    ) {
        while self.pending > 0
            && let Some(mut job) = self.workers.reclaim()
        {
            job.tick = None;
            let index = job.section;
            self.accept(groups, sections, job, false);
            if let Some((section, groups)) = block.sections(sections, groups).nth(index) {
                self.render_locally(section, groups, tick, workspace);
            }
        }
        let mut is_first = true;
        while self.pending > 0 {
            if let Some(job) = self.workers.collect() {
                self.accept(groups, sections, job, true);
                continue;
            }
            if !self.workers.keep_waiting(is_first) {
                break;
            }
            is_first = false;
        }
        if self.pending > 0 {
            for (section, groups) in block.sections(sections, groups) {
                if section.is_submitted {
                    self.late += 1;
                    self.render_locally(section, groups, tick, workspace);
                }
            }
        }
    }

    fn render_locally(
        &mut self,
        section: &mut BlockSection,
        groups: &mut [GroupSlot],
        tick: &Tick,
        workspace: &mut Workspace,
    ) {
        if section.is_submitted {
            section.is_submitted = false;
            self.pending -= 1;
            section.render(groups, tick, workspace);
        }
    }

    /// Takes a job back. If it has been done for this block, its copies become the groups.
    fn accept(
        &mut self,
        groups: &mut [GroupSlot],
        sections: &mut [BlockSection],
        mut job: Box<Job>,
        is_done: bool,
    ) {
        let Some(section) = sections.get_mut(job.section) else {
            return;
        };
        // A late one's section has been rendered already.
        let is_current = is_done && section.is_submitted;
        if is_current {
            std::mem::swap(&mut section.part, &mut job.part);
            section.is_submitted = false;
            self.pending -= 1;
        }
        for (place, slot) in job.copies.iter_mut().zip(&mut groups[job.first..]) {
            if let Some(mut copy) = place.take() {
                if is_current {
                    std::mem::swap(&mut slot.group, &mut copy);
                }
                slot.shadow_copy = Some(copy);
            }
        }
        section.job = Some(job);
    }
}
