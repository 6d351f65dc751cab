//! The ensemble: all sections of an engine, and who renders them.
//!
//! Without a [`Crew`] the caller renders one section after the other. With one it gives copies of some
//! of them to other threads, renders the rest, and later fetches the results. It waits at most a
//! quarter of a block for a section that another thread has begun. After that it renders the section
//! itself, from the original that it still has, and drops the late result when it comes. Whichever
//! thread rendered a section, the bits are the same.

use std::ops::{Index, IndexMut};
use std::sync::Arc;

use super::parameter::MAX_VOICES;
use super::section::{SECTION_VOICES, Section};
use super::tick::Tick;
use super::voice::{Life, Outcome, Voice};
use crate::bank::Renderer;
use crate::dsp::denormals::FlushDenormals;
use crate::dsp::level::Level;

/// What memory is allocated for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dimensions {
    /// Vector instructions.
    pub level: Level,
    /// Frames per second.
    pub sample_rate_hz: f64,
    /// H.
    pub block_frames: usize,
    /// The limit of voices, 1 to [`MAX_VOICES`].
    pub voices: usize,
}

/// Slots beside the voices that count, at most: for those that fade after they were stolen.
const MOST_FADING: usize = 128;

/// Slots that a limit of so many voices needs: beside each there may be another one that fades.
pub fn slots(voices: usize) -> usize {
    voices + voices.min(MOST_FADING)
}

/// Sections that a limit of so many voices needs.
pub fn sections(voices: usize) -> usize {
    slots(voices).div_ceil(SECTION_VOICES)
}

/// Other threads that render sections.
///
/// No call waits, allocates, frees or calls the system. The caller polls [`Crew::fetch`] while
/// [`Crew::has_patience`] allows it: that bounds how long it waits for the others.
pub trait Crew: Send {
    /// How many threads render, the caller's own among them.
    fn threads(&self) -> usize;
    /// Lays out a job for [`Crew::begin`]; gives it back if there is no room.
    fn lay_out(&mut self, job: Box<Job>) -> Option<Box<Job>>;
    /// Lets the others begin with what was laid out.
    fn begin(&mut self);
    /// Takes back a job that nobody has begun.
    fn take_back(&mut self) -> Option<Box<Job>>;
    /// Fetches a job that is done, of this block or of one before it.
    fn fetch(&mut self) -> Option<Box<Job>>;
    /// Whether to go on asking for jobs that others have begun. Told `true` at its first question of
    /// a block, it begins to count from there.
    fn has_patience(&mut self, is_first: bool) -> bool;
    /// Tells the others whether there will be work soon.
    fn stay_awake(&mut self, is_needed: bool);
}

/// A section's copy on its way to another thread and back.
#[derive(Debug)]
pub struct Job {
    /// Where the section sits.
    index: usize,
    section: Section,
    tick: Option<Arc<Tick>>,
}

impl Job {
    /// Renders it.
    pub fn perform(&mut self, renderer: &mut Renderer) {
        let _flush = FlushDenormals::new();
        // The tick is to be free when the job comes back.
        if let Some(tick) = self.tick.take() {
            self.section.render(&tick, renderer);
        }
    }
}

/// What an ensemble needs to work with a crew. Made off the audio thread, and dropped off it.
pub struct Threading {
    crew: Box<dyn Crew>,
    /// For the jobs of a block and of those before it that are still under way.
    ticks: Vec<Arc<Tick>>,
    /// Jobs of this block that have not come back.
    given: usize,
    /// Sections that the caller rendered since another thread was late.
    late: u64,
    /// Twins that have no section yet, or none any more.
    spare: Twins,
}

impl Threading {
    /// With a twin for each section of an ensemble of these dimensions.
    pub fn new(crew: Box<dyn Crew>, dimensions: &Dimensions) -> Threading {
        let tick = Tick::new(dimensions.sample_rate_hz, dimensions.block_frames);
        let mut spare = Vec::with_capacity(sections(MAX_VOICES));
        spare.extend((0..sections(dimensions.voices)).map(|_| twin(dimensions)));
        Threading {
            // One for each late thread, one for this block.
            ticks: (0..=crew.threads())
                .map(|_| Arc::new(tick.clone()))
                .collect(),
            crew,
            given: 0,
            late: 0,
            spare,
        }
    }
}

fn twin(dimensions: &Dimensions) -> Box<Job> {
    Box::new(Job {
        index: 0,
        section: section(dimensions),
        tick: None,
    })
}

fn section(dimensions: &Dimensions) -> Section {
    Section::allocate(dimensions.level, dimensions.block_frames)
}

/// Boxed, since the box itself is what threads exchange.
type Twins = Vec<Box<Job>>;

/// Sections, with twins if wanted, on their way to an ensemble.
pub struct Extension {
    /// What it brings the ensemble to.
    voices: usize,
    sections: Vec<Section>,
    twins: Twins,
}

impl Extension {
    /// What brings an ensemble of these dimensions to `voices`, with twins or without.
    pub fn new(dimensions: &Dimensions, voices: usize, is_threaded: bool) -> Extension {
        let count = sections(voices).saturating_sub(sections(dimensions.voices));
        let twins = if is_threaded { count } else { 0 };
        Extension {
            voices,
            sections: (0..count).map(|_| section(dimensions)).collect(),
            twins: (0..twins).map(|_| twin(dimensions)).collect(),
        }
    }
}

/// Where a section sits.
struct Desk {
    section: Section,
    twin: Option<Box<Job>>,
    /// Whether its twin is under way for the current block.
    is_given: bool,
    /// Whether it is part of the current block.
    is_rendered: bool,
}

impl Desk {
    fn new(section: Section) -> Desk {
        Desk {
            section,
            twin: None,
            is_given: false,
            is_rendered: false,
        }
    }
}

/// All sections. Indexed by slots, it gives voices.
pub struct Ensemble {
    desks: Vec<Desk>,
    /// The limit that there is room for.
    voices: usize,
    /// Past so many no voice is in use.
    used: usize,
    threading: Option<Threading>,
    /// Sections that the caller rendered since another thread was late, before this crew.
    late_before: u64,
}

impl Ensemble {
    /// Allocates it.
    pub fn new(dimensions: &Dimensions) -> Ensemble {
        let mut desks = Vec::with_capacity(sections(MAX_VOICES));
        desks.extend((0..sections(dimensions.voices)).map(|_| Desk::new(section(dimensions))));
        Ensemble {
            desks,
            voices: dimensions.voices,
            used: 0,
            threading: None,
            late_before: 0,
        }
    }

    /// The limit of voices that there is room for.
    pub fn voices(&self) -> usize {
        self.voices
    }

    /// Voices that there are, in use or not.
    pub fn slots(&self) -> usize {
        self.desks.len() * SECTION_VOICES
    }

    /// The voices in use, among others.
    pub fn iter(&self) -> impl Iterator<Item = &Voice> {
        self.desks[..self.used]
            .iter()
            .flat_map(|desk| desk.section.voices())
    }

    /// The same, to be changed.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut Voice> {
        self.desks[..self.used]
            .iter_mut()
            .flat_map(|desk| desk.section.voices_mut())
    }

    /// Slots past which no voice is in use.
    pub fn used_slots(&self) -> usize {
        self.used * SECTION_VOICES
    }

    /// Counts this slot among those in use.
    pub fn use_slot(&mut self, slot: usize) {
        self.used = self.used.max(slot / SECTION_VOICES + 1);
    }

    /// Silences all voices. At no block's middle.
    pub fn silence(&mut self) {
        self.iter_mut().for_each(Voice::silence);
        self.used = 0;
        if let Some(threading) = &mut self.threading {
            threading.crew.stay_awake(false);
        }
    }

    /// Whether other threads render beside the caller's.
    pub fn is_threaded(&self) -> bool {
        self.threading.is_some()
    }

    /// Sections that the caller rendered since another thread was late.
    pub fn late_sections(&self) -> u64 {
        let late = self.threading.as_ref().map(|threading| threading.late);
        self.late_before + late.unwrap_or(0)
    }

    /// Works with this crew from now on, or with none. At no block's middle. What comes back is to be
    /// dropped off the audio thread.
    pub fn set_threading(&mut self, threading: Option<Threading>) -> Option<Threading> {
        self.late_before = self.late_sections();
        let mut before = std::mem::replace(&mut self.threading, threading);
        for (index, desk) in self.desks.iter_mut().enumerate() {
            if let (Some(twin), Some(before)) = (desk.twin.take(), &mut before) {
                before.spare.push(twin);
            }
            desk.twin = self
                .threading
                .as_mut()
                .and_then(|threading| threading.spare.pop());
            if let Some(twin) = &mut desk.twin {
                twin.index = index;
            }
        }
        before
    }

    /// Takes more sections, as far as there is room. What it leaves is to be dropped off the audio
    /// thread.
    pub fn extend(&mut self, extension: &mut Extension) {
        // What is late may find that there is room already.
        let wanted = sections(extension.voices).min(self.desks.capacity());
        while self.desks.len() < wanted
            && let Some(section) = extension.sections.pop()
        {
            let mut desk = Desk::new(section);
            if self.threading.is_some() {
                desk.twin = extension.twins.pop();
            }
            if let Some(twin) = &mut desk.twin {
                twin.index = self.desks.len();
            }
            self.desks.push(desk);
        }
        if self.desks.len() >= sections(extension.voices) {
            self.voices = self.voices.max(extension.voices);
        }
    }

    /// Begins a block: renders every section that sounds, or gives it away.
    pub fn begin_block(&mut self, tick: &Tick, renderer: &mut Renderer) {
        while self.used > 0 && is_idle(&self.desks[self.used - 1].section) {
            self.used -= 1;
        }
        let desks = &mut self.desks[..self.used];
        let mut sounding = 0;
        for desk in &mut *desks {
            desk.is_rendered = desk.section.sounds();
            sounding += usize::from(desk.is_rendered);
        }
        if let Some(threading) = &mut self.threading {
            threading.begin_block(&mut self.desks, self.used, sounding, tick);
        }
        for desk in &mut self.desks[..self.used] {
            if desk.is_rendered && !desk.is_given {
                desk.section.render(tick, renderer);
            }
        }
    }

    /// Whether sections of the block are with other threads.
    pub fn is_under_way(&self) -> bool {
        self.threading
            .as_ref()
            .is_some_and(|threading| threading.given > 0)
    }

    /// Ends the block: all its sections are rendered.
    pub fn end_block(&mut self, tick: &Tick, renderer: &mut Renderer) {
        if let Some(threading) = &mut self.threading {
            threading.end_block(&mut self.desks, tick, renderer);
        }
    }

    /// Sections of the block that has ended, in their order.
    pub fn rendered(&self) -> impl Iterator<Item = &Section> {
        self.desks[..self.used]
            .iter()
            .filter(|desk| desk.is_rendered)
            .map(|desk| &desk.section)
    }

    /// How this voice came out of the block that has ended; `None` where nobody need be told.
    pub fn outcome(&self, slot: usize) -> Option<Outcome> {
        let desk = &self.desks[slot / SECTION_VOICES];
        desk.section.outcomes()[slot % SECTION_VOICES].filter(|_| desk.is_rendered)
    }
}

impl Threading {
    fn begin_block(&mut self, desks: &mut [Desk], used: usize, sounding: usize, tick: &Tick) {
        // What was late.
        while let Some(job) = self.crew.fetch() {
            self.come_home(desks, job, true);
        }
        // The caller's own share: the first ones.
        let own = sounding.div_ceil(self.crew.threads());
        self.crew.stay_awake(own < sounding);
        if own == sounding {
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
        for desk in desks[..used]
            .iter_mut()
            .filter(|desk| desk.is_rendered)
            .skip(own)
        {
            if let Some(mut twin) = desk.twin.take() {
                twin.section.copy_from(&desk.section);
                twin.tick = Some(self.ticks[place].clone());
                desk.twin = self.crew.lay_out(twin);
                desk.is_given = desk.twin.is_none();
                if let Some(twin) = &mut desk.twin {
                    twin.tick = None;
                }
                self.given += usize::from(desk.is_given);
            }
        }
        self.crew.begin();
    }

    fn end_block(&mut self, desks: &mut [Desk], tick: &Tick, renderer: &mut Renderer) {
        while self.given > 0
            && let Some(mut job) = self.crew.take_back()
        {
            job.tick = None;
            let index = job.index;
            self.come_home(desks, job, false);
            self.render_at_home(&mut desks[index], tick, renderer);
        }
        let mut is_first = true;
        while self.given > 0 {
            if let Some(job) = self.crew.fetch() {
                self.come_home(desks, job, true);
                continue;
            }
            if !self.crew.has_patience(is_first) {
                break;
            }
            is_first = false;
        }
        if self.given > 0 {
            for desk in desks.iter_mut().filter(|desk| desk.is_given) {
                self.late += 1;
                self.render_at_home(desk, tick, renderer);
            }
        }
    }

    fn render_at_home(&mut self, desk: &mut Desk, tick: &Tick, renderer: &mut Renderer) {
        if desk.is_given {
            desk.is_given = false;
            self.given -= 1;
            desk.section.render(tick, renderer);
        }
    }

    /// Takes a twin back; if it has done its part of this block, it is the section from now on.
    fn come_home(&mut self, desks: &mut [Desk], mut job: Box<Job>, is_done: bool) {
        let Some(desk) = desks.get_mut(job.index) else {
            return;
        };
        // One that is late finds that its section is given no more.
        if is_done && desk.is_given {
            std::mem::swap(&mut desk.section, &mut job.section);
            desk.is_given = false;
            self.given -= 1;
        }
        desk.twin = Some(job);
    }
}

fn is_idle(section: &Section) -> bool {
    section
        .voices()
        .iter()
        .all(|voice| voice.life() == Life::Idle)
}

impl Index<usize> for Ensemble {
    type Output = Voice;

    fn index(&self, slot: usize) -> &Voice {
        &self.desks[slot / SECTION_VOICES].section.voices()[slot % SECTION_VOICES]
    }
}

impl IndexMut<usize> for Ensemble {
    fn index_mut(&mut self, slot: usize) -> &mut Voice {
        &mut self.desks[slot / SECTION_VOICES].section.voices_mut()[slot % SECTION_VOICES]
    }
}
