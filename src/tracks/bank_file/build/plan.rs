//! Which tracks come into a bank, where, and how wide its pages are.

use std::sync::atomic::AtomicBool;

use super::codes::{HIGHEST_HZ, LOWEST_HZ};
use super::{BuildError, FrameGrid, MAX_FRAMES, PAGE_FRAMES, WIDTH_STEP};
use crate::cancelled::Cancelled;
use crate::tracks::bank_file::UNKNOWN_ROOT_HZ;
use crate::tracks::bank_file::slots::{SlotHomes, Span};
use crate::tracks::{Track, Tracks};

/// Labels are one less than what 16 bits hold with the label plus 1.
const MAX_LABEL: u32 = 65_534;

/// A track and its place.
#[derive(Clone, Copy)]
pub(super) struct Placed<'a> {
    pub track: &'a Track,
    pub slot: u16,
    /// Number of the harmonic, 0 for none.
    pub label: u16,
    /// First and last sample; the last is later.
    pub start_samples: u64,
    pub end_samples: u64,
    /// First and last frame.
    pub first: u32,
    pub last: u32,
}

/// What goes into a sound.
pub(super) struct Plan<'a> {
    pub grid: FrameGrid,
    pub duration_s: f64,
    /// The tracks, in order of birth.
    pub placed: Vec<Placed<'a>>,
    pub frames: u32,
    /// Slots of each page.
    pub widths: Vec<usize>,
    pub full_scale: f64,
    pub has_pans: bool,
    pub has_bandwidths: bool,
    too_short: usize,
    out_of_range: usize,
    too_many: usize,
}

impl<'a> Plan<'a> {
    /// `homes` is what earlier sounds of the bank have in their slots.
    pub(super) fn new(
        tracks: &'a Tracks,
        grid: FrameGrid,
        homes: &mut SlotHomes,
        is_cancelled: &AtomicBool,
    ) -> Result<Plan<'a>, BuildError> {
        let last_frame = tracks.end_s() / grid.hop_s();
        if !(0.0..f64::from(MAX_FRAMES - 2)).contains(&last_frame) {
            return Err(BuildError::Impossible(format!(
                "{:.0} s are too long for frames of {:.1} ms",
                tracks.end_s(),
                1e3 * grid.hop_s()
            )));
        }
        let mut plan = Plan {
            grid,
            duration_s: tracks.duration_s,
            placed: Vec::new(),
            frames: libm::ceil(last_frame) as u32 + 1,
            widths: Vec::new(),
            full_scale: 1.0,
            has_pans: false,
            has_bandwidths: false,
            too_short: 0,
            out_of_range: 0,
            too_many: 0,
        };
        plan.choose(&tracks.tracks);
        let root_hz = tracks.root_hz.unwrap_or(UNKNOWN_ROOT_HZ);
        plan.assign_slots(root_hz, homes, is_cancelled)?;
        for point in plan.placed.iter().flat_map(|p| &p.track.breakpoints) {
            plan.full_scale = plan.full_scale.max(point.amplitude);
            plan.has_pans |= point.pan != 0.0;
            plan.has_bandwidths |= point.bandwidth != 0.0;
        }
        plan.measure_pages();
        Ok(plan)
    }

    /// Takes the tracks that last a sample and are not out of range all along.
    fn choose(&mut self, tracks: &'a [Track]) {
        let hop = u64::from(self.grid.hop);
        for track in tracks {
            let samples = |time_s: f64| libm::rint(time_s * self.grid.sample_rate_hz) as u64;
            let (start_samples, end_samples) = (samples(track.start_s()), samples(track.end_s()));
            let is_in_range = |hz: f64| (LOWEST_HZ..=HIGHEST_HZ).contains(&hz);
            if track.breakpoints.is_empty() || start_samples >= end_samples {
                self.too_short += 1;
            } else if !track
                .breakpoints
                .iter()
                .any(|p| is_in_range(p.frequency_hz))
            {
                self.out_of_range += 1;
            } else {
                self.placed.push(Placed {
                    track,
                    slot: 0,
                    label: track.label.filter(|&l| l <= MAX_LABEL).unwrap_or(0) as u16,
                    start_samples,
                    end_samples,
                    first: (start_samples / hop) as u32,
                    last: end_samples.div_ceil(hop) as u32,
                });
            }
        }
        self.placed
            .sort_by_key(|placed| (placed.first, placed.start_samples));
        let last = self.placed.iter().map(|placed| placed.last).max();
        self.frames = self.frames.max(last.map_or(1, |last| last + 1));
    }

    fn assign_slots(
        &mut self,
        root_hz: f64,
        homes: &mut SlotHomes,
        is_cancelled: &AtomicBool,
    ) -> Result<(), Cancelled> {
        let spans = self.placed.iter().map(|placed| {
            Cancelled::check(is_cancelled)?;
            Ok(Span {
                first: placed.first,
                last: placed.last,
                label: placed.label,
                energy: placed.track.energy(),
                log2_ratio: mean_log2_hz(placed.track) - libm::log2(root_hz),
            })
        });
        let spans = spans.collect::<Result<Vec<Span>, Cancelled>>()?;
        let slots = homes.place(&spans, is_cancelled)?;
        self.too_many = slots.iter().filter(|slot| slot.is_none()).count();
        let mut slots = slots.into_iter();
        self.placed.retain_mut(|placed| {
            let slot = slots.next().flatten();
            placed.slot = slot.unwrap_or(0);
            slot.is_some()
        });
        Ok(())
    }

    fn measure_pages(&mut self) {
        self.widths = vec![0; self.frames.div_ceil(PAGE_FRAMES) as usize];
        for placed in &self.placed {
            let width = (usize::from(placed.slot) + 1).next_multiple_of(WIDTH_STEP);
            let (first, last) = (placed.first / PAGE_FRAMES, placed.last / PAGE_FRAMES);
            for page in &mut self.widths[first as usize..=last as usize] {
                *page = (*page).max(width);
            }
        }
    }

    /// How many frames a page has.
    pub(super) fn frames_of_page(&self, page: usize) -> usize {
        let before = page as u32 * PAGE_FRAMES;
        (self.frames - before).min(PAGE_FRAMES) as usize
    }

    /// Bytes of a slot in a frame.
    pub(super) fn slot_bytes(&self) -> usize {
        4 + usize::from(self.has_pans) + usize::from(self.has_bandwidths)
    }

    /// Bytes of a page.
    pub(super) fn page_bytes(&self, page: usize) -> usize {
        self.widths[page] * (2 + self.frames_of_page(page) * self.slot_bytes())
    }

    /// Bytes of all frames.
    pub(super) fn frame_bytes(&self) -> u64 {
        let pages = 0..self.widths.len();
        pages.map(|page| self.page_bytes(page) as u64 + 64).sum()
    }

    /// What was left out, in words.
    pub(super) fn remarks(&self) -> Vec<String> {
        [
            (self.too_short, "tracks are shorter than a sample"),
            (
                self.out_of_range,
                "tracks are below 20 Hz or above 20,480 Hz",
            ),
            (
                self.too_many,
                "of the weakest tracks sound beside 512 others",
            ),
        ]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}; they were left out"))
        .collect()
    }
}

/// The mean of log₂ of the frequency, where the partial is loud.
fn mean_log2_hz(track: &Track) -> f64 {
    let (mut sum, mut weights) = (0.0, 0.0);
    let points = track.breakpoints.iter();
    for point in points.filter(|point| point.frequency_hz > 0.0) {
        // One that is silent all along has a frequency too.
        let weight = point.amplitude * point.amplitude + f64::MIN_POSITIVE;
        sum += weight * libm::log2(point.frequency_hz);
        weights += weight;
    }
    sum / weights
}
