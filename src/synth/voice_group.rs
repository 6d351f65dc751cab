//! A voice group: some voices that one thread renders together. Which voice is in which group depends
//! on its slot alone.

use super::assigner::VoiceReport;
use super::tick::Tick;
use super::versioned::CopyFrom;
use super::voice::{BlockResult, Voice};
use super::workspace::Workspace;
use crate::dsp::simd_level::SimdLevel;

/// Voices in a group: few enough that eight voices of 512 partials take no longer than a thirtieth
/// of a block, and enough that adding up the parts costs little beside.
pub const GROUP_VOICES: usize = 8;

/// A voice group. See the module's text.
#[derive(Debug)]
pub struct VoiceGroup {
    voices: Box<[Voice]>,
    /// One bit a voice: whether it is to be rendered.
    active: u8,
    /// How each voice that was rendered came out of the last block.
    reports: [VoiceReport; GROUP_VOICES],
    /// One bit a voice: whether it was rendered in the last block.
    reported: u8,
    /// Voices that became silent in the last block because a value was not a number.
    faults: usize,
}

impl VoiceGroup {
    /// Allocates one of idle voices.
    pub fn allocate(level: SimdLevel) -> VoiceGroup {
        VoiceGroup {
            voices: (0..GROUP_VOICES).map(|_| Voice::idle(level)).collect(),
            active: 0,
            reports: [VoiceReport::default(); GROUP_VOICES],
            reported: 0,
            faults: 0,
        }
    }

    /// Its voices: [`GROUP_VOICES`] of them.
    pub fn voices(&self) -> &[Voice] {
        &self.voices
    }

    /// One of its voices, to be changed.
    pub fn voice_mut(&mut self, place: usize) -> &mut Voice {
        &mut self.voices[place]
    }

    /// Says whether a voice is to be rendered from the next block on.
    pub fn set_active(&mut self, place: usize, is_active: bool) {
        let bit = 1 << place;
        self.active = self.active & !bit | if is_active { bit } else { 0 };
    }

    /// Whether any voice is to be rendered in the next block.
    pub fn is_active(&self) -> bool {
        self.active != 0
    }

    /// The voices that were rendered in the last block, and how they came out of it.
    pub fn reports(&self) -> impl Iterator<Item = (usize, &VoiceReport)> {
        let reported = self.reported;
        self.reports
            .iter()
            .enumerate()
            .filter(move |(place, _)| reported >> place & 1 != 0)
    }

    /// Voices that became silent in the last block because a value was not a number.
    pub fn faults(&self) -> usize {
        self.faults
    }

    /// Partials that sound in the active voices.
    pub fn sounding_partials(&self) -> usize {
        let active = self.voices.iter().enumerate();
        active
            .filter(|(place, _)| self.active >> place & 1 != 0)
            .map(|(_, voice)| voice.sounding_partials())
            .sum()
    }

    /// Becomes as `other`, but for its reports. Both are of one engine, and one has been
    /// the other's copy ever since they were allocated.
    pub fn copy_from(&mut self, other: &VoiceGroup) {
        self.active = other.active;
        for (voice, other) in self.voices.iter_mut().zip(&other.voices) {
            voice.copy_from(other);
        }
    }

    /// Renders a block of every active voice into the part that is under way; both slices are the
    /// part's.
    pub fn render(
        &mut self,
        tick: &Tick,
        workspace: &mut Workspace,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        self.reported = self.active;
        self.faults = 0;
        let mut remaining = self.active;
        while remaining != 0 {
            let place = remaining.trailing_zeros() as usize;
            remaining &= remaining - 1;
            if remaining != 0 {
                self.voices[remaining.trailing_zeros() as usize].prefetch();
            }
            let voice = &mut self.voices[place];
            let outcome = voice.render_block(tick, workspace, left, right);
            self.faults += usize::from(outcome == BlockResult::NonFinite);
            self.reports[place] = report(voice, outcome);
            if outcome != BlockResult::Active {
                self.active &= !(1 << place);
            }
        }
    }
}

/// How `voice` came out of its last block.
pub fn report(voice: &Voice, outcome: BlockResult) -> VoiceReport {
    VoiceReport {
        is_active: outcome == BlockResult::Active,
        power: voice.power(),
        partials: voice.sounding_partials(),
        is_tail: voice.is_tail(),
    }
}
