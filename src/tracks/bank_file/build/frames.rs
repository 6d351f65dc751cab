//! Frames and events.

use std::sync::atomic::AtomicBool;

use super::codes::*;
use super::plan::{Placed, Plan};
use super::*;
use crate::cancelled::Cancelled;
use crate::tracks::bank_file::SlotEvent;
use crate::tracks::interpolation::TrackCursor;

/// Adds the frames and the events, and what the record says of them.
pub(super) fn write(
    record: &mut Record,
    plan: &Plan,
    is_cancelled: &AtomicBool,
) -> Result<(), Cancelled> {
    let mut offsets = Vec::with_capacity(plan.widths.len());
    let mut table = Vec::with_capacity(plan.widths.len() * SectionKind::Pages.entry_bytes());
    for (page, &width) in plan.widths.iter().enumerate() {
        let offset = record.align();
        record.file.resize(offset + plan.page_bytes(page), 0);
        offsets.push(offset);
        table.extend((offset as u64).to_le_bytes());
        table.extend((width as u32).to_le_bytes());
        table.extend(0_u32.to_le_bytes());
    }
    let mut rows = Rows {
        file: record.file,
        plan,
        offsets,
    };
    let mut events = Vec::with_capacity(2 * plan.placed.len());
    for placed in &plan.placed {
        Cancelled::check(is_cancelled)?;
        rows.write(placed, &mut events);
    }
    // Births first: a slot has a birth and a death between two frames only if both are of one track.
    events.sort_by_key(|event| (event.frame, event.kind, event.slot));
    record.section(SectionKind::Pages, &table);
    record.section(SectionKind::Events, bytemuck::cast_slice(&events));

    let mut flags = 0;
    if plan.has_pans {
        flags |= HAS_PANS;
    }
    if plan.has_bandwidths {
        flags |= HAS_BANDWIDTHS;
    }
    record.flags(flags);
    record.f64(RATE_AT, plan.grid.sample_rate_hz);
    record.f64(DURATION_AT, plan.duration_s);
    record.f64(FULL_SCALE_AT, plan.full_scale);
    record.u32(HOP_AT, plan.grid.hop);
    record.u32(FRAMES_AT, plan.frames);
    let slots = plan.widths.iter().max().copied().unwrap_or(0);
    record.u32(SLOTS_AT, slots as u32);
    Ok(())
}

/// The pages under construction.
struct Rows<'a> {
    file: &'a mut Vec<u8>,
    plan: &'a Plan<'a>,
    /// Offsets of the pages.
    offsets: Vec<usize>,
}

impl Rows<'_> {
    /// Writes the rows of a track, and adds its events.
    fn write(&mut self, placed: &Placed, events: &mut Vec<SlotEvent>) {
        let grid = self.plan.grid;
        let hop = u64::from(grid.hop);
        let mut cursor = TrackCursor::new(placed.track);
        // The sample of a frame, within the track.
        let sample = |frame: u32| {
            let at_frame = u64::from(frame) * hop;
            at_frame.clamp(placed.start_samples, placed.end_samples)
        };
        let mut point = cursor.at(placed.start_samples as f64 / grid.sample_rate_hz);
        let birth_phase = phase_code(point.phase_turns.unwrap_or(0.0));
        events.push(SlotEvent {
            frame: placed.first,
            slot: placed.slot,
            kind: SlotEvent::BIRTH,
            offset: (placed.start_samples % hop) as u16,
            phase: birth_phase,
            label: placed.label,
            reserved: 0,
        });
        // The phase that a player has: it begins with the rounded one of the birth.
        let turns = point.phase_turns.unwrap_or(0.0);
        let rounding = turns - phase_turns(birth_phase);
        let mut played_turns = turns - (rounding - libm::rint(rounding));
        let mut code = 0;
        for frame in placed.first..placed.last {
            let (from, to) = (sample(frame), sample(frame + 1));
            let duration_s = (to - from) as f64 / grid.sample_rate_hz;
            let next = cursor.at(to as f64 / grid.sample_rate_hz);
            let next_turns = next.phase_turns.unwrap_or(0.0);
            code = frequency_code((next_turns - played_turns) / duration_s);
            self.set(placed.slot, frame, code, &point);
            played_turns += frequency_hz(code) * duration_s;
            // Out of range the phase is lost; it is caught up with from the nearest cycle on.
            let behind = next_turns - played_turns;
            played_turns = next_turns - (behind - libm::rint(behind));
            point = next;
        }
        self.set(placed.slot, placed.last, code, &point);
        events.push(SlotEvent {
            frame: placed.last - 1,
            slot: placed.slot,
            kind: SlotEvent::DEATH,
            offset: (placed.end_samples - u64::from(placed.last - 1) * hop) as u16,
            phase: 0,
            label: 0,
            reserved: 0,
        });
        self.mark_pages(placed);
    }

    /// Says at the beginning of each page but the first that the track sounds on into it.
    fn mark_pages(&mut self, placed: &Placed) {
        let first = placed.first / PAGE_FRAMES + 1;
        // Not where the page's first frame is the last one of the track.
        let last = (placed.last - 1) / PAGE_FRAMES;
        for page in first..=last {
            let at = self.offsets[page as usize] + 2 * usize::from(placed.slot);
            let label = placed.label + 1;
            self.file[at..at + 2].copy_from_slice(&label.to_le_bytes());
        }
    }

    fn set(&mut self, slot: u16, frame: u32, frequency: u16, point: &crate::tracks::Breakpoint) {
        let plan = self.plan;
        let page = (frame / PAGE_FRAMES) as usize;
        let width = plan.widths[page];
        let stride = width * plan.slot_bytes();
        let row = self.offsets[page] + 2 * width + (frame % PAGE_FRAMES) as usize * stride;
        let slot = usize::from(slot);
        let amplitude = amplitude_code(point.amplitude / plan.full_scale).to_le_bytes();
        self.file[row + 2 * slot..][..2].copy_from_slice(&amplitude);
        self.file[row + 2 * (width + slot)..][..2].copy_from_slice(&frequency.to_le_bytes());
        let mut at = row + 4 * width + slot;
        if plan.has_pans {
            self.file[at] = pan_code(point.pan);
            at += width;
        }
        if plan.has_bandwidths {
            self.file[at] = bandwidth_code(point.bandwidth);
        }
    }
}
