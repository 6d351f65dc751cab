//! Which events take back the block that other threads render.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use aliquot::synth::pool::{self, Job, Threading};
use aliquot::synth::{
    Engine, Event, NoteAddress, NoteExpression, Param, Patch, Transport, block_frames,
};

use crate::performance::*;
use crate::{Jobs, patch, room, threaded};

/// Events that are no notes wait for the tick: they leave the block that other threads render alone.
#[test]
fn an_event_takes_no_work_back() {
    // Enough partials that each group of voices is a section of its own.
    let mut patch = patch(2);
    patch.set(Param::VOICES, 128.0);
    let (mut engine, works, taken_back) = watched(&patch);
    let everyone = NoteAddress {
        id: None,
        channel: None,
        key: None,
    };
    for key in 30..94 {
        engine.push(on(0, key, 0.6));
    }
    let frames = block_frames(RATE);
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    engine.render(&mut left, &mut right);
    for round in 0..100_u8 {
        engine.render(&mut left[..20], &mut right[..20]);
        works.store(false, Ordering::Relaxed);
        engine.push(control(0, round, 0.5));
        engine.push(control(0, round + 20, 0.5));
        engine.push(Event::PitchBend {
            channel: 0,
            value: 0.1,
        });
        engine.push(Event::ChannelPressure {
            channel: 0,
            value: 0.3,
        });
        engine.push(Event::Modulate {
            id: 0,
            param: Param::TILT,
            offset: 0.1,
        });
        patch.set(Param::CUTOFF, 1_000.0 + f32::from(round));
        engine.set_patch(&patch);
        engine.set_transport(&Transport::default());
        engine.push(off(0, 30 + round % 64));
        // As many as a host's buffer has room for.
        for step in 0..16_384 {
            engine.push(Event::Expression {
                note: everyone,
                expression: NoteExpression::Tuning,
                value: 0.5 + step as f32 * 1e-6,
            });
        }
        // These end what sounds.
        if round == 99 {
            for number in 120..128 {
                engine.push(control(0, number, 0.0));
            }
            engine.push(Event::Choke(everyone));
        }
        works.store(true, Ordering::Relaxed);
        engine.render(&mut left[20..], &mut right[20..]);
    }
    assert_eq!(taken_back.load(Ordering::Relaxed), 0);
    for key in 30..94 {
        engine.push(on(0, key, 0.6));
    }
    engine.render(&mut left, &mut right);
    // A note-on is exact to the frame, and so needs the whole block.
    engine.render(&mut left[..20], &mut right[..20]);
    works.store(false, Ordering::Relaxed);
    engine.push(on(1, 60, 0.5));
    assert!(taken_back.load(Ordering::Relaxed) > 0);
}

/// Polyphonic modulations take no work back either. They wait one by one.
#[test]
fn as_many_modulations_as_a_buffer_holds_take_no_work_back() {
    // Enough partials that each group of voices is a section of its own.
    let mut patch = patch(2);
    patch.set(Param::VOICES, 128.0);
    let (mut engine, works, taken_back) = watched(&patch);
    for key in 30..94 {
        engine.push(on(0, key, 0.6));
    }
    engine.push(Event::NoteOn {
        id: Some(7),
        channel: 0,
        key: 94,
        velocity: 0.6,
    });
    let frames = block_frames(RATE);
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    engine.render(&mut left, &mut right);
    engine.render(&mut left[..20], &mut right[..20]);
    works.store(false, Ordering::Relaxed);
    let modulate_often = |engine: &mut Engine| {
        for step in 0..16_384 {
            engine.push(Event::Modulate {
                id: 7,
                param: Param::TILT,
                offset: step as f32 * 1e-6,
            });
        }
    };
    modulate_often(&mut engine);
    assert_eq!(taken_back.load(Ordering::Relaxed), 0);
    // The note has them all: there is no room for as many again.
    modulate_often(&mut engine);
    assert!(taken_back.load(Ordering::Relaxed) > 0);
}

/// An engine with [`Prompt`] workers: whether they work, and how many jobs were taken back.
fn watched(patch: &Patch) -> (Engine, Arc<AtomicBool>, Arc<AtomicUsize>) {
    let works = Arc::new(AtomicBool::new(true));
    let taken_back = Arc::new(AtomicUsize::new(0));
    let engine = threaded(RATE, patch, |dimensions| {
        let workers = Prompt {
            works: works.clone(),
            submitted: room(),
            done: room(),
            workspace: aliquot::synth::workspace::Workspace::new(
                dimensions.level,
                dimensions.block_frames,
            ),
            taken_back: taken_back.clone(),
        };
        Threading::new(Box::new(workers), dimensions)
    });
    (engine, works, taken_back)
}

/// Workers whose other thread does all its work while `works` is set, and none before.
struct Prompt {
    works: Arc<AtomicBool>,
    submitted: Jobs,
    done: Jobs,
    workspace: aliquot::synth::workspace::Workspace,
    taken_back: Arc<AtomicUsize>,
}

impl Prompt {
    fn work(&mut self) {
        if self.works.load(Ordering::Relaxed) {
            for mut job in self.submitted.drain(..) {
                job.perform(&mut self.workspace);
                self.done.push(job);
            }
        }
    }
}

impl pool::Workers for Prompt {
    fn threads(&self) -> usize {
        2
    }
    fn submit(&mut self, job: Box<Job>) -> Option<Box<Job>> {
        self.submitted.push(job);
        None
    }
    fn dispatch(&mut self) {}
    fn reclaim(&mut self) -> Option<Box<Job>> {
        self.work();
        let job = self.submitted.pop();
        self.taken_back
            .fetch_add(usize::from(job.is_some()), Ordering::Relaxed);
        job
    }
    fn collect(&mut self) -> Option<Box<Job>> {
        self.work();
        self.done.pop()
    }
    fn keep_waiting(&mut self, _: bool) -> bool {
        false
    }
    fn set_polling(&mut self, _: bool) {}
}
