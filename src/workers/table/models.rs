//! Loom runs the threads below in every order that the memory model allows.

use loom::thread;

use super::*;

/// A box that notes who has worked on it. It is plain data: loom reports a thread that reaches it
/// without having been handed it.
struct Job {
    number: usize,
    /// The rounds in which it was worked on, each at most once.
    worked: loom::cell::UnsafeCell<Vec<usize>>,
    round: usize,
}

impl Job {
    fn new(number: usize) -> Box<Job> {
        Box::new(Job {
            number,
            worked: loom::cell::UnsafeCell::new(Vec::new()),
            round: 0,
        })
    }

    fn work(&mut self) {
        let round = self.round;
        // SAFETY: whoever has the box is alone with it; loom watches over just that.
        self.worked
            .with_mut(|worked| unsafe { (*worked).push(round) });
    }

    /// Whether it was worked on in this round, and never twice in one.
    fn is_done(&self, round: usize) -> bool {
        // SAFETY: as above.
        self.worked.with(|worked| unsafe {
            let worked = &*worked;
            assert!(worked.is_sorted_by(|a, b| a < b), "{worked:?}");
            worked.last() == Some(&round)
        })
    }
}

/// Plays rounds as the pool of voices does: submits what it has, reclaims and works on what
/// nobody has claimed, fetches what it can, and does not wait for the rest. In the end every box is
/// there once.
fn play(boxes: usize, workers: usize, rounds: usize) {
    let mut audio = AudioEnd::<Job>::new(boxes);
    let threads: Vec<_> = (0..workers)
        .map(|_| {
            let mut end = audio.worker();
            thread::spawn(move || {
                for _ in 0..rounds {
                    if let Some(mut job) = end.claim() {
                        job.work();
                        end.give_back(job);
                    }
                }
            })
        })
        .collect();
    let mut at_home: Vec<Box<Job>> = (0..boxes).map(Job::new).collect();
    for round in 1..=rounds {
        let mut given = 0;
        for mut job in at_home.drain(..) {
            job.round = round;
            given += 1;
            assert!(audio.submit(job).is_none(), "a slot was not empty");
        }
        audio.dispatch();
        while let Some(mut job) = audio.reclaim() {
            job.work();
            at_home.push(job);
        }
        while let Some(job) = audio.collect() {
            at_home.push(job);
        }
        assert!(at_home.len() <= boxes && given <= boxes);
        for job in &at_home {
            // One that was late has been worked on in its own round.
            assert!(job.is_done(job.round), "a job came back undone");
        }
    }
    for thread in threads {
        thread.join().expect("no worker panics");
    }
    while let Some(job) = audio.collect() {
        assert!(job.is_done(job.round), "a job came back undone");
        at_home.push(job);
    }
    assert!(audio.reclaim().is_none(), "a job was left on the table");
    let mut numbers: Vec<usize> = at_home.iter().map(|job| job.number).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..boxes).collect::<Vec<_>>(), "lost or doubled");
}

/// Every order in which no thread is interrupted more often than this; each more takes ten times as
/// long.
const INTERRUPTIONS: usize = 2;

fn check(boxes: usize, workers: usize, rounds: usize) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(INTERRUPTIONS);
    model.check(move || play(boxes, workers, rounds));
}

#[test]
fn one_worker_neither_loses_nor_doubles_a_job() {
    check(2, 1, 2);
}

#[test]
fn two_workers_neither_lose_nor_double_a_job() {
    check(2, 2, 2);
}
