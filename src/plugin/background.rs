//! What the engine gets while it runs: other threads to render with.
//!
//! The audio thread notices that the parameters ask for other threads and requests them; a thread in the
//! background makes them and sends them through a queue; what the engine no longer uses goes back the same way,
//! to be dropped there. Threads change the latency, so they come and go only while nothing sounds, or when the
//! host activates the instrument. They never change the bits. What would change them, as room for more voices
//! does, is never delivered here: it is made at activation.
//!
//! Three more things are made off the audio thread, each by the thread that asks for it: scales and recordings,
//! which must be there when a state has been loaded and so cannot wait for this one ([`crate::params`]), and the
//! tables of MTS-ESP, which one thread reads for all instances ([`crate::mts_esp`]). The scales and recordings that
//! the audio thread has dropped are freed here.
//!
//! The background is a thread of our own, which looks for requests and is not woken. The framework's
//! (0.4.2) ends when a task comes to it after its instance is gone, and the next instance that goes
//! takes the host with it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nice_plug::prelude::nice_error;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::params::HostParams;
use crate::synth::parameter::Threads;
use crate::synth::pool::{Dimensions, Threading};
use crate::synth::{Engine, Param, Patch};
use crate::workers;

/// Other threads for an engine.
#[derive(Clone, Copy, Debug)]
struct Request {
    dimensions: Dimensions,
    /// How many threads the engine has, and is to have.
    threads: (usize, usize),
}

/// What was made for a request; or what is left of it.
struct Response {
    request: Request,
    threading: Option<Threading>,
}

impl Request {
    /// The request that changes the number of threads from `threads.0` to `threads.1`; `None` if they are
    /// equal.
    fn new(engine: &Engine, threads: (usize, usize)) -> Option<Request> {
        (threads.0 != threads.1).then(|| Request {
            dimensions: *engine.dimensions(),
            threads,
        })
    }

    fn make(self) -> Response {
        let wanted = self.threads.1;
        let threading =
            (wanted > 1).then(|| workers::threading(wanted, &self.dimensions, ask_for_priority));
        let threading = threading.and_then(|made| {
            made.inspect_err(|error| nice_error!("There are no more threads to be had: {error}"))
                .ok()
        });
        Response {
            request: self,
            threading,
        }
    }
}

/// How often the background looks for requests.
const LOOK: Duration = Duration::from_millis(30);

/// The audio thread's end.
pub struct Background {
    requests: Producer<Request>,
    responses: Consumer<Response>,
    returns: Producer<Response>,
    /// A response that waits until nothing sounds.
    waiting: Option<Response>,
    is_requested: bool,
    /// How many threads the engine has; 1 is the audio thread alone.
    threads: usize,
    /// Available processors, read once because the query allocates.
    processors: usize,
    worker: Arc<BackgroundWorker>,
    /// The background, from the first activation on.
    thread: Option<JoinHandle<()>>,
}

/// The background's end.
struct BackgroundWorker {
    /// Locked in the background only.
    channels: Mutex<Queues>,
    params: Arc<HostParams>,
    is_over: AtomicBool,
}

struct Queues {
    requests: Consumer<Request>,
    responses: Producer<Response>,
    returns: Consumer<Response>,
}

impl Background {
    /// Both ends, with nothing requested. Frees the scales and recordings of `params` that nothing reads any more.
    pub fn new(params: Arc<HostParams>) -> Background {
        let (requests, requested) = RingBuffer::new(4);
        let (sender, responses) = RingBuffer::new(4);
        let (returns, returned) = RingBuffer::new(4);
        Background {
            requests,
            responses,
            returns,
            waiting: None,
            is_requested: false,
            threads: 1,
            processors: workers::auto_threads(),
            worker: Arc::new(BackgroundWorker {
                channels: Mutex::new(Queues {
                    requests: requested,
                    responses: sender,
                    returns: returned,
                }),
                params,
                is_over: AtomicBool::new(false),
            }),
            thread: None,
        }
    }

    /// Gives an engine at once the threads that it lacks; a new one has none. Not for the audio
    /// thread.
    pub fn fit(&mut self, engine: &mut Engine, is_new: bool, patch: &Patch) {
        if is_new {
            self.threads = 1;
        }
        if self.thread.is_none() {
            let worker = self.worker.clone();
            let thread = thread::Builder::new().name("aliquot background".to_owned());
            match thread.spawn(move || worker.run()) {
                Ok(thread) => self.thread = Some(thread),
                Err(error) => nice_error!("There is no thread for the background: {error}"),
            }
        }
        // What is under way may be for another engine.
        self.waiting = None;
        if let Some(request) = Request::new(engine, self.threads(patch)) {
            self.set_threads(engine, &mut request.make());
        }
    }

    /// Takes what has been answered and requests what is lacking, once a buffer. Returns whether the
    /// latency may be another. Never waits, allocates or frees.
    pub fn update(&mut self, engine: &mut Engine, patch: &Patch) -> bool {
        if self.waiting.is_none()
            && let Ok(response) = self.responses.pop()
        {
            self.is_requested = false;
            self.waiting = Some(response);
        }
        if let Some(mut response) = self.waiting.take() {
            let is_wanted = response.request.dimensions == *engine.dimensions()
                && response.request.threads == self.threads(patch);
            if is_wanted && !engine.is_silent() {
                self.waiting = Some(response);
                return false;
            }
            if is_wanted {
                self.set_threads(engine, &mut response);
            }
            // There is room: no more than one is under way.
            let _ = self.returns.push(response);
            return is_wanted;
        }
        if !self.is_requested
            && let Some(request) = Request::new(engine, self.threads(patch))
        {
            self.is_requested = self.requests.push(request).is_ok();
        }
        false
    }

    /// Lets the background do its work now.
    #[cfg(test)]
    pub fn work(&self) {
        self.worker.work();
    }

    /// How many threads the engine has, and is to have.
    fn threads(&self, patch: &Patch) -> (usize, usize) {
        let wanted = match Threads::from_index(patch.plain(Param::THREADS) as usize) {
            Threads::Off => 1,
            Threads::Auto => self.processors,
            // More threads than processors would be in each other's way.
            Threads::Number(number) => number.min(self.processors),
        };
        (self.threads, wanted)
    }

    fn set_threads(&mut self, engine: &mut Engine, response: &mut Response) {
        response.threading = engine.set_threading(response.threading.take());
        // If no threads could be made, it is not tried again.
        self.threads = response.request.threads.1;
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.worker.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // One that panicked has printed why.
            let _ = thread.join();
        }
    }
}

impl BackgroundWorker {
    fn run(&self) {
        while !self.is_over.load(Ordering::Acquire) {
            self.work();
            thread::park_timeout(LOOK);
        }
    }

    /// Drops what has come back, and makes what is requested.
    fn work(&self) {
        let mut channels = self.channels.lock().unwrap_or_else(PoisonError::into_inner);
        while channels.returns.pop().is_ok() {}
        while let Ok(request) = channels.requests.pop() {
            // There is room: no more than one is under way.
            let _ = channels.responses.push(request.make());
        }
        drop(channels);
        self.params.scale().sweep();
        self.params.recordings().sweep();
        self.params.audition().sweep();
    }
}

/// Asks for the priority of audio threads, which only some systems grant, and only some users.
fn ask_for_priority() {
    use thread_priority::{ThreadPriority, ThreadPriorityValue};
    // Below the host's own threads, which are to preempt ours: JACK's have 10 if nobody says otherwise.
    const PRIORITY: u8 = 5;
    let Ok(value) = ThreadPriorityValue::try_from(PRIORITY) else {
        return;
    };
    let priority = ThreadPriority::Crossplatform(value);
    #[cfg(unix)]
    let _ = thread_priority::unix::set_thread_priority_and_policy(
        thread_priority::unix::thread_native_id(),
        priority,
        thread_priority::unix::ThreadSchedulePolicy::Realtime(
            thread_priority::unix::RealtimeThreadSchedulePolicy::RoundRobin,
        ),
    );
    #[cfg(not(unix))]
    let _ = thread_priority::set_current_thread_priority(priority);
}
