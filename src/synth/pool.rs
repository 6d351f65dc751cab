//! The voice pool: all voices of an engine in their groups, and who renders them.
//!
//! Groups are rendered by sections: some groups next to each other, whose sum is one part of the
//! block. How many groups make a section depends on the patch alone, and the parts are mixed in their
//! order: so it makes no difference to the bits which thread renders which, and when.
//!
//! Without a [`Threading`] the caller renders one section after the other. With one it gives some
//! away (see [`threading`]).

pub mod threading;

use std::ops::{Index, IndexMut};

pub use self::threading::{Job, Threading, Workers};
use super::assigner::VoiceReport;
use super::parameter::{MAX_PARTIALS, MAX_VOICES, Param};
use super::tick::Tick;
use super::voice::Voice;
use super::voice_group::{GROUP_VOICES, VoiceGroup};
use super::workspace::Workspace;
use crate::bank::Part;
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

/// Slots for a limit of `voices`, with room for voices that fade after they were stolen.
pub const fn slots(voices: usize) -> usize {
    voices
        + if voices < MOST_FADING {
            voices
        } else {
            MOST_FADING
        }
}

/// Groups for a limit of `voices`.
pub fn groups(voices: usize) -> usize {
    slots(voices).div_ceil(GROUP_VOICES)
}

/// Groups in a section at most.
const MAX_SECTION_GROUPS: usize = 8;

/// Groups in a section, by the number of partials that a voice has: as many as come to the partials
/// of one group of the largest voices. A part costs the same however few partials are in it.
fn section_groups(partials: usize) -> usize {
    (MAX_PARTIALS / partials.max(1)).clamp(1, MAX_SECTION_GROUPS)
}

/// A group's place in the pool.
struct GroupSlot {
    group: Box<VoiceGroup>,
    shadow_copy: Option<Box<VoiceGroup>>,
    /// Whether it is part of the current block.
    is_rendered: bool,
}

/// What the pool has for a section, whichever groups it is made of.
struct BlockSection {
    part: Part,
    /// What carries it to another thread.
    job: Option<Box<Job>>,
    /// Whether the job is with another thread for the current block.
    is_submitted: bool,
    /// Whether it is part of the current block.
    is_rendered: bool,
}

/// What the current block is made of.
#[derive(Clone, Copy)]
struct Block {
    /// Number of groups, from the first on, that are part of the block.
    groups: usize,
    /// Groups in a section.
    section_groups: usize,
}

impl Default for Block {
    fn default() -> Block {
        Block {
            groups: 0,
            section_groups: 1,
        }
    }
}

impl Block {
    /// Its sections with their groups.
    fn sections<'a>(
        self,
        sections: &'a mut [BlockSection],
        groups: &'a mut [GroupSlot],
    ) -> impl Iterator<Item = (&'a mut BlockSection, &'a mut [GroupSlot])> {
        let groups = groups[..self.groups].chunks_mut(self.section_groups);
        sections.iter_mut().zip(groups)
    }
}

/// All voice groups. Indexed by slots, it gives voices.
pub struct VoicePool {
    groups: Box<[GroupSlot]>,
    /// One for each group, for sections of one group.
    sections: Box<[BlockSection]>,
    /// Groups from this index on are not in use.
    used: usize,
    /// Partials of a voice in the last block: those past the present number fade out in this one.
    last_partials: usize,
    block: Block,
    threading: Option<Threading>,
    /// Sections that the caller rendered because another thread was late, before the current threads.
    late_before: u64,
}

impl VoicePool {
    /// Allocates it.
    pub fn new(dimensions: &Dimensions) -> VoicePool {
        let count = groups(dimensions.voices);
        let groups = (0..count).map(|_| GroupSlot {
            group: Box::new(VoiceGroup::allocate(dimensions.level)),
            shadow_copy: None,
            is_rendered: false,
        });
        let sections = (0..count).map(|_| BlockSection {
            part: Part::new(dimensions.block_frames),
            job: None,
            is_submitted: false,
            is_rendered: false,
        });
        VoicePool {
            groups: groups.collect(),
            sections: sections.collect(),
            used: 0,
            last_partials: 0,
            block: Block::default(),
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
        for slot in &mut self.groups[..self.used] {
            for voice in 0..GROUP_VOICES {
                slot.group.voice_mut(voice).silence();
                slot.group.set_active(voice, false);
            }
        }
        self.used = 0;
        self.last_partials = 0;
        self.block = Block::default();
        if let Some(threading) = &mut self.threading {
            threading.rest();
        }
    }

    /// Whether other threads render beside the caller's.
    pub fn is_threaded(&self) -> bool {
        self.threading.is_some()
    }

    /// Sections that the caller rendered because another thread was late.
    pub fn late_sections(&self) -> u64 {
        let late = self.threading.as_ref().map(Threading::late);
        self.late_before + late.unwrap_or(0)
    }

    /// Works with these threads from now on, or with none. Call only between blocks. What comes back
    /// is to be dropped off the audio thread.
    pub fn set_threading(&mut self, threading: Option<Threading>) -> Option<Threading> {
        self.late_before = self.late_sections();
        let mut before = std::mem::replace(&mut self.threading, threading);
        if let Some(before) = &mut before {
            before.take_spares(&mut self.groups, &mut self.sections);
        }
        if let Some(threading) = &mut self.threading {
            threading.give_spares(&mut self.groups, &mut self.sections);
        }
        before
    }

    /// Begins a block: renders every active group, or gives it away.
    pub fn start(&mut self, tick: &Tick, workspace: &mut Workspace) {
        while self.used > 0 && !self.groups[self.used - 1].group.is_active() {
            self.used -= 1;
        }
        let partials = tick.values.index(Param::PARTIALS);
        let before = std::mem::replace(&mut self.last_partials, partials);
        self.block = Block {
            groups: self.used,
            section_groups: section_groups(partials.max(before)),
        };
        let VoicePool {
            groups,
            sections,
            block,
            threading,
            ..
        } = self;
        if let Some(threading) = threading {
            threading.collect(groups, sections);
        }
        let mut active = 0;
        for (section, groups) in block.sections(sections, groups) {
            section.is_rendered = false;
            for slot in groups {
                slot.is_rendered = slot.group.is_active();
                section.is_rendered |= slot.is_rendered;
            }
            active += usize::from(section.is_rendered);
        }
        if let Some(threading) = threading {
            threading.start(block.sections(sections, groups), active, tick);
        }
        for (section, groups) in block.sections(sections, groups) {
            if section.is_rendered && !section.is_submitted {
                section.render(groups, tick, workspace);
            }
        }
    }

    /// Whether sections of the block are with other threads.
    pub fn is_under_way(&self) -> bool {
        self.threading.as_ref().is_some_and(Threading::is_under_way)
    }

    /// Ends the block: all its sections are rendered.
    pub fn finish(&mut self, tick: &Tick, workspace: &mut Workspace) {
        if let Some(threading) = &mut self.threading {
            let (groups, sections) = (&mut self.groups, &mut self.sections);
            threading.finish(groups, sections, self.block, tick, workspace);
        }
    }

    /// The parts of the block that has ended, in their order.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.sections[..self.block.groups.div_ceil(self.block.section_groups)]
            .iter()
            .filter(|section| section.is_rendered)
            .map(|section| &section.part)
    }

    /// Groups of the block that has ended, with their places.
    fn rendered(&self) -> impl Iterator<Item = (usize, &VoiceGroup)> {
        let groups = self.groups[..self.block.groups].iter().enumerate();
        groups
            .filter(|(_, slot)| slot.is_rendered)
            .map(|(index, slot)| (index, &*slot.group))
    }

    /// Voices that became silent in the block that has ended because a value was not a number.
    pub fn faults(&self) -> usize {
        self.rendered().map(|(_, group)| group.faults()).sum()
    }

    /// The slots that were rendered in the block that has ended, and how their voices came out of it.
    pub fn reports(&self) -> impl Iterator<Item = (usize, &VoiceReport)> {
        self.rendered().flat_map(|(index, group)| {
            let reports = group.reports();
            reports.map(move |(voice, report)| (index * GROUP_VOICES + voice, report))
        })
    }
}

impl BlockSection {
    /// Renders those of its groups that are part of the block.
    fn render(&mut self, groups: &mut [GroupSlot], tick: &Tick, workspace: &mut Workspace) {
        let rendered = || groups.iter().filter(|slot| slot.is_rendered);
        let partials = rendered().map(|slot| slot.group.sounding_partials()).sum();
        let rendered = groups.iter_mut().filter(|slot| slot.is_rendered);
        let groups = rendered.map(|slot| &mut slot.group);
        render_part(partials, groups, &mut self.part, tick, workspace);
    }
}

/// Renders these groups, in which `partials` partials sound, into one part.
fn render_part<'a>(
    partials: usize,
    groups: impl Iterator<Item = &'a mut Box<VoiceGroup>>,
    part: &mut Part,
    tick: &Tick,
    workspace: &mut Workspace,
) {
    workspace.renderer.begin_part(partials, tick.partials);
    let (left, right) = part.begin();
    for group in groups {
        group.render(tick, workspace, left, right);
    }
    workspace.renderer.end_part(part);
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
