//! The voice pool: all voices of an engine in their groups, and who renders them.
//!
//! Without a [`Workers`] the caller renders one group after the other. With one it gives some groups
//! away, renders the rest, and later collects the results. It gives copies away: each group has a
//! shadow copy for that. It waits at most a quarter of a block for groups that other threads have
//! begun. What is not done then, it renders itself from the original that it still has, and the late
//! copy is ignored when it comes. Whichever thread rendered a group, the bits are the same.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use super::assigner::VoiceReport;
use super::parameter::MAX_VOICES;
use super::tick::Tick;
use super::voice::Voice;
use super::voice_group::{GROUP_VOICES, VoiceGroup};
use super::workspace::Workspace;
use crate::dsp::denormals::FlushDenormals;
use crate::dsp::simd_level::SimdLevel;

/// What memory is allocated for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dimensions {
    /// Vector instructions.
    pub level: SimdLevel,
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// H: frames in a block.
    pub block_frames: usize,
    /// The limit of voices, 1 to [`MAX_VOICES`].
    pub voices: usize,
}

/// Slots beside the voices that count, at most: for those that fade after they were stolen.
const MOST_FADING: usize = 128;

/// Slots that any engine has at most.
pub const MAX_SLOTS: usize = slots(MAX_VOICES);

/// Slots that a limit of so many voices needs: beside each there may be another one that fades.
pub const fn slots(voices: usize) -> usize {
    voices
        + if voices < MOST_FADING {
            voices
        } else {
            MOST_FADING
        }
}

/// Groups that a limit of so many voices needs.
pub fn groups(voices: usize) -> usize {
    slots(voices).div_ceil(GROUP_VOICES)
}

/// Other threads that render voice groups.
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
    /// Whether to go on asking for jobs that others have begun. Told `true` at its first question of
    /// a block, it begins to count from there.
    fn keep_waiting(&mut self, is_first: bool) -> bool;
    /// Tells the others whether there will be work soon.
    fn set_polling(&mut self, is_needed: bool);
}

/// A group's shadow copy, on its way to another thread and back.
#[derive(Debug)]
pub struct Job {
    /// The group's place in the pool.
    index: usize,
    group: VoiceGroup,
    tick: Option<Arc<Tick>>,
}

impl Job {
    /// Renders it.
    #[cfg_attr(rtsan, sanitize(realtime = "nonblocking"))]
    pub fn perform(&mut self, workspace: &mut Workspace) {
        let _flush = FlushDenormals::new();
        // The tick is to be free when the job comes back.
        if let Some(tick) = self.tick.take() {
            self.group.render(&tick, workspace);
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
    /// Groups that the caller rendered since another thread was late.
    late: u64,
    /// Shadow copies that have no group yet, or none any more. It has room for all of them.
    spare: Jobs,
}

impl Threading {
    /// With a shadow copy for each group of a pool of these dimensions.
    pub fn new(workers: Box<dyn Workers>, dimensions: &Dimensions) -> Threading {
        let tick = Tick::new(dimensions.sample_rate_hz, dimensions.block_frames);
        let count = groups(dimensions.voices);
        Threading {
            // One for each late thread, one for this block.
            ticks: (0..=workers.threads())
                .map(|_| Arc::new(tick.clone()))
                .collect(),
            workers,
            pending: 0,
            late: 0,
            spare: (0..count).map(|_| shadow_copy(dimensions)).collect(),
        }
    }
}

fn shadow_copy(dimensions: &Dimensions) -> Box<Job> {
    Box::new(Job {
        index: 0,
        group: group(dimensions),
        tick: None,
    })
}

fn group(dimensions: &Dimensions) -> VoiceGroup {
    VoiceGroup::allocate(dimensions.level, dimensions.block_frames)
}

/// Boxed, since the box itself is what threads exchange.
type Jobs = Vec<Box<Job>>;

/// A group's place in the pool.
struct GroupSlot {
    group: VoiceGroup,
    shadow_copy: Option<Box<Job>>,
    /// Whether its shadow copy is with another thread for the current block.
    is_submitted: bool,
    /// Whether it is part of the current block.
    is_rendered: bool,
}

impl GroupSlot {
    fn new(group: VoiceGroup) -> GroupSlot {
        GroupSlot {
            group,
            shadow_copy: None,
            is_submitted: false,
            is_rendered: false,
        }
    }
}

/// All voice groups. Indexed by slots, it gives voices.
pub struct VoicePool {
    groups: Box<[GroupSlot]>,
    /// Past so many no group is in use.
    used: usize,
    threading: Option<Threading>,
    /// Groups that the caller rendered since another thread was late, before the current threads.
    late_before: u64,
}

impl VoicePool {
    /// Allocates it.
    pub fn new(dimensions: &Dimensions) -> VoicePool {
        let count = groups(dimensions.voices);
        VoicePool {
            groups: (0..count)
                .map(|_| GroupSlot::new(group(dimensions)))
                .collect(),
            used: 0,
            threading: None,
            late_before: 0,
        }
    }

    /// Says whether the voice in `slot` is to be rendered from the next block on. Call only between
    /// blocks.
    pub fn set_active(&mut self, slot: usize, is_active: bool) {
        let index = slot / GROUP_VOICES;
        self.groups[index]
            .group
            .set_active(slot % GROUP_VOICES, is_active);
        if is_active {
            self.used = self.used.max(index + 1);
        }
    }

    /// Silences all voices. Call only between blocks.
    pub fn silence(&mut self) {
        for place in &mut self.groups[..self.used] {
            for voice in 0..GROUP_VOICES {
                place.group.voice_mut(voice).silence();
                place.group.set_active(voice, false);
            }
        }
        self.used = 0;
        if let Some(threading) = &mut self.threading {
            threading.workers.set_polling(false);
        }
    }

    /// Whether other threads render beside the caller's.
    pub fn is_threaded(&self) -> bool {
        self.threading.is_some()
    }

    /// Groups that the caller rendered since another thread was late.
    pub fn late_groups(&self) -> u64 {
        let late = self.threading.as_ref().map(|threading| threading.late);
        self.late_before + late.unwrap_or(0)
    }

    /// Works with these threads from now on, or with none. Call only between blocks. What comes back
    /// is to be dropped off the audio thread.
    pub fn set_threading(&mut self, threading: Option<Threading>) -> Option<Threading> {
        self.late_before = self.late_groups();
        let mut before = std::mem::replace(&mut self.threading, threading);
        for (index, place) in self.groups.iter_mut().enumerate() {
            if let (Some(copy), Some(before)) = (place.shadow_copy.take(), &mut before) {
                before.spare.push(copy);
            }
            place.shadow_copy = self
                .threading
                .as_mut()
                .and_then(|threading| threading.spare.pop());
            if let Some(copy) = &mut place.shadow_copy {
                copy.index = index;
            }
        }
        before
    }

    /// Begins a block: renders every active group, or gives it away.
    pub fn start(&mut self, tick: &Tick, workspace: &mut Workspace) {
        while self.used > 0 && !self.groups[self.used - 1].group.is_active() {
            self.used -= 1;
        }
        let mut active = 0;
        for place in &mut self.groups[..self.used] {
            place.is_rendered = place.group.is_active();
            active += usize::from(place.is_rendered);
        }
        if let Some(threading) = &mut self.threading {
            threading.start(&mut self.groups, self.used, active, tick);
        }
        for place in &mut self.groups[..self.used] {
            if place.is_rendered && !place.is_submitted {
                place.group.render(tick, workspace);
            }
        }
    }

    /// Whether groups of the block are with other threads.
    pub fn is_under_way(&self) -> bool {
        self.threading
            .as_ref()
            .is_some_and(|threading| threading.pending > 0)
    }

    /// Ends the block: all its groups are rendered.
    pub fn finish(&mut self, tick: &Tick, workspace: &mut Workspace) {
        if let Some(threading) = &mut self.threading {
            threading.finish(&mut self.groups, tick, workspace);
        }
    }

    /// Groups of the block that has ended, in their order.
    pub fn rendered(&self) -> impl Iterator<Item = &VoiceGroup> {
        self.groups[..self.used]
            .iter()
            .filter(|place| place.is_rendered)
            .map(|place| &place.group)
    }

    /// The slots that were rendered in the block that has ended, and how their voices came out of it.
    pub fn reports(&self) -> impl Iterator<Item = (usize, &VoiceReport)> {
        let groups = self.groups[..self.used].iter().enumerate();
        groups
            .filter(|(_, place)| place.is_rendered)
            .flat_map(|(index, place)| {
                let reports = place.group.reports();
                reports.map(move |(voice, report)| (index * GROUP_VOICES + voice, report))
            })
    }
}

impl Threading {
    fn start(&mut self, groups: &mut [GroupSlot], used: usize, active: usize, tick: &Tick) {
        // Jobs of the block before that were late.
        while let Some(job) = self.workers.collect() {
            self.accept(groups, job, true);
        }
        // The caller's own share: the first ones.
        let own = active.div_ceil(self.workers.threads());
        self.workers.set_polling(own < active);
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
        for slot in groups[..used]
            .iter_mut()
            .filter(|slot| slot.is_rendered)
            .skip(own)
        {
            if let Some(mut copy) = slot.shadow_copy.take() {
                copy.group.copy_from(&slot.group);
                copy.tick = Some(self.ticks[place].clone());
                slot.shadow_copy = self.workers.submit(copy);
                slot.is_submitted = slot.shadow_copy.is_none();
                if let Some(copy) = &mut slot.shadow_copy {
                    copy.tick = None;
                }
                self.pending += usize::from(slot.is_submitted);
            }
        }
        self.workers.dispatch();
    }

    fn finish(&mut self, groups: &mut [GroupSlot], tick: &Tick, workspace: &mut Workspace) {
        while self.pending > 0
            && let Some(mut job) = self.workers.reclaim()
        {
            job.tick = None;
            let index = job.index;
            self.accept(groups, job, false);
            self.render_locally(&mut groups[index], tick, workspace);
        }
        let mut is_first = true;
        while self.pending > 0 {
            if let Some(job) = self.workers.collect() {
                self.accept(groups, job, true);
                continue;
            }
            if !self.workers.keep_waiting(is_first) {
                break;
            }
            is_first = false;
        }
        if self.pending > 0 {
            for slot in groups.iter_mut().filter(|slot| slot.is_submitted) {
                self.late += 1;
                self.render_locally(slot, tick, workspace);
            }
        }
    }

    fn render_locally(&mut self, slot: &mut GroupSlot, tick: &Tick, workspace: &mut Workspace) {
        if slot.is_submitted {
            slot.is_submitted = false;
            self.pending -= 1;
            slot.group.render(tick, workspace);
        }
    }

    /// Takes a shadow copy back. If it has been rendered for this block, it becomes the group.
    fn accept(&mut self, groups: &mut [GroupSlot], mut job: Box<Job>, is_done: bool) {
        let Some(slot) = groups.get_mut(job.index) else {
            return;
        };
        // The group of a late one has been reclaimed already.
        if is_done && slot.is_submitted {
            std::mem::swap(&mut slot.group, &mut job.group);
            slot.is_submitted = false;
            self.pending -= 1;
        }
        slot.shadow_copy = Some(job);
    }
}

impl Index<usize> for VoicePool {
    type Output = Voice;

    fn index(&self, slot: usize) -> &Voice {
        &self.groups[slot / GROUP_VOICES].group.voices()[slot % GROUP_VOICES]
    }
}

impl IndexMut<usize> for VoicePool {
    fn index_mut(&mut self, slot: usize) -> &mut Voice {
        self.groups[slot / GROUP_VOICES]
            .group
            .voice_mut(slot % GROUP_VOICES)
    }
}
