//! Ours, the plain loop and fundsp.

use std::f32::consts::TAU;

use aliquot::bank::{Controls, Mixer, Part, Renderer, fixed_turns};
use aliquot::dsp::simd_level::SimdLevel;
use fundsp::prelude32::{AudioUnit, BufferRef, BufferVec, busi, sine_hz};
use fundsp::typenum::U1000;

use crate::{RATE_HZ, partials};

/// All of them: kernel or library, and where it is ours the frames of a block.
#[cfg(test)]
pub const NAMES: &[&str] = &[
    "bank-64",
    "bank-128",
    "bank-256",
    "mono-64",
    "mono-128",
    "mono-256",
    "direct-64",
    "direct-128",
    "direct-256",
    "plain",
    "fundsp",
];

/// The block of those that are not ours.
const BLOCK_FRAMES: usize = 64;

/// Something that makes the partials, block by block.
pub trait Contender {
    fn channels(&self) -> usize;
    fn block_frames(&self) -> usize;
    /// Writes the next block, channels interleaved.
    fn render(&mut self, block: &mut [f32]);
}

/// The contender of this name.
pub fn named(name: &str) -> Option<Box<dyn Contender>> {
    Some(match name.split_once('-') {
        Some(("bank", frames)) => Box::new(Ours::new(Work::Ramped, frames.parse().ok()?)),
        Some(("mono", frames)) => Box::new(Ours::new(Work::MonoFixed, frames.parse().ok()?)),
        Some(("direct", frames)) => Box::new(Ours::new(Work::Direct, frames.parse().ok()?)),
        None if name == "plain" => Box::new(Plain::new()),
        None if name == "fundsp" => fundsp(),
        _ => return None,
    })
}

/// What our bank does.
#[derive(Clone, Copy, PartialEq)]
enum Work {
    /// Stereo. Every gain moves all the time, within ±5 %, up in one channel while down in the other.
    Ramped,
    /// As `Ramped`, by the direct kernel alone.
    Direct,
    /// One channel, and gains that stand still.
    MonoFixed,
}

/// Our bank.
struct Ours {
    work: Work,
    renderer: Renderer,
    /// Without them, the renderer is within no part and so has the direct kernel alone.
    bank: Option<(Part, Mixer)>,
    phase: Vec<u64>,
    increment: Vec<u64>,
    low: Vec<f32>,
    high: Vec<f32>,
    left_rises: bool,
    channels: [Vec<f32>; 2],
}

impl Ours {
    fn new(work: Work, block_frames: usize) -> Self {
        let level = SimdLevel::chosen();
        let swing = if work == Work::MonoFixed { 0.0 } else { 0.05 };
        let gains = |factor: f64| {
            partials::all()
                .map(|partial| (partial.amplitude * factor) as f32)
                .collect()
        };
        Self {
            work,
            renderer: Renderer::new(level, block_frames),
            bank: (work != Work::Direct)
                .then(|| (Part::new(block_frames), Mixer::new(level, block_frames))),
            phase: vec![0; partials::COUNT],
            increment: partials::all()
                .map(|partial| fixed_turns(partial.hz / RATE_HZ))
                .collect(),
            low: gains(1.0 - swing),
            high: gains(1.0 + swing),
            left_rises: true,
            channels: [vec![0.0; block_frames], vec![0.0; block_frames]],
        }
    }
}

impl Contender for Ours {
    fn channels(&self) -> usize {
        if self.work == Work::MonoFixed { 1 } else { 2 }
    }

    fn block_frames(&self) -> usize {
        self.channels[0].len()
    }

    fn render(&mut self, block: &mut [f32]) {
        let [left, right] = &mut self.channels;
        left.fill(0.0);
        right.fill(0.0);
        let (from, to) = if self.left_rises {
            (&self.low, &self.high)
        } else {
            (&self.high, &self.low)
        };
        self.left_rises = !self.left_rises;
        let mut controls = Controls {
            phase: &mut self.phase,
            increment: &self.increment,
            half_chirp: &[],
            left_start: from,
            left_end: to,
            right_start: to,
            right_end: from,
        };
        match &mut self.bank {
            Some((part, mixer)) => {
                self.renderer.begin_part(partials::COUNT, partials::COUNT);
                let (part_left, part_right) = part.begin();
                self.renderer.add(&mut controls, part_left, part_right);
                self.renderer.end_part(part);
                mixer.accumulate(part, left, right);
                mixer.transform_into(left, right);
            }
            None => self.renderer.add(&mut controls, left, right),
        }
        if self.work == Work::MonoFixed {
            block.copy_from_slice(left);
            return;
        }
        for (frame, (left, right)) in block.chunks_exact_mut(2).zip(left.iter().zip(right)) {
            frame.copy_from_slice(&[*left, *right]);
        }
    }
}

/// Mono, as one would write it without a thought of speed.
struct Plain(Vec<PlainPartial>);

struct PlainPartial {
    phase: f32,
    increment: f32,
    gain: f32,
}

impl Plain {
    fn new() -> Self {
        let partial = |partial: partials::Partial| PlainPartial {
            phase: 0.0,
            increment: (partial.hz / RATE_HZ) as f32,
            gain: partial.amplitude as f32,
        };
        Self(partials::all().map(partial).collect())
    }
}

impl Contender for Plain {
    fn channels(&self) -> usize {
        1
    }

    fn block_frames(&self) -> usize {
        BLOCK_FRAMES
    }

    fn render(&mut self, block: &mut [f32]) {
        block.fill(0.0);
        for partial in &mut self.0 {
            for sample in &mut *block {
                *sample += partial.gain * (partial.phase * TAU).sin();
                partial.phase += partial.increment;
                if partial.phase >= 1.0 {
                    partial.phase -= 1.0;
                }
            }
        }
    }
}

/// Mono.
struct Fundsp {
    node: Box<dyn AudioUnit>,
    output: BufferVec,
}

fn fundsp() -> Box<dyn Contender> {
    let partials: Vec<_> = partials::all().collect();
    let mut node = busi::<U1000, _, _>(|n| {
        let partial = &partials[n as usize];
        sine_hz(partial.hz as f32) * partial.amplitude as f32
    });
    node.set_sample_rate(RATE_HZ);
    node.allocate();
    Box::new(Fundsp {
        node: Box::new(node),
        output: BufferVec::new(1),
    })
}

impl Contender for Fundsp {
    fn channels(&self) -> usize {
        1
    }

    fn block_frames(&self) -> usize {
        BLOCK_FRAMES
    }

    fn render(&mut self, block: &mut [f32]) {
        let size = block.len();
        self.node
            .process(size, &BufferRef::empty(), &mut self.output.buffer_mut());
        block.copy_from_slice(&self.output.channel_f32(0)[..size]);
    }
}
