//! What the engine gets while it runs: other threads to render with, and room for more voices.
//!
//! The audio thread notices that the parameters ask for something and requests it; a thread in the
//! background makes it and sends it through a queue; what the engine has no more use for goes back
//! the same way, to be dropped there. More room is taken at once, but used only from when nothing
//! sounds, so that the same notes give the same bits whenever it came. Threads change the latency, so
//! they come and go only while nothing sounds, or when the host activates the instrument.
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

use crate::synth::parameter::Threads;
use crate::synth::pool::{Dimensions, Extension, Threading};
use crate::synth::{Engine, Param, Patch};
use crate::workers;

/// Every engine has room for so many voices, since that costs little.
pub const LEAST_VOICES: usize = 128;

/// What an engine lacks.
#[derive(Clone, Copy, Debug)]
struct Request {
    dimensions: Dimensions,
    /// Voices that there is to be room for.
    voices: usize,
    /// How many threads the engine has, and is to have.
    threads: (usize, usize),
}

/// What was made for a request; or what is left of it.
struct Response {
    request: Request,
    extension: Extension,
    /// To be set, if the request's threads are others.
    threading: Option<Threading>,
}

impl Request {
    /// The request that brings `engine` to what `patch` needs; `None` if it has everything. `threads`
    /// is how many threads it has, and is to have.
    fn new(engine: &Engine, threads: (usize, usize), patch: &Patch) -> Option<Request> {
        let dimensions = *engine.dimensions();
        let request = Request {
            dimensions,
            voices: dimensions.voices.max(voices(patch)),
            threads,
        };
        (request.voices > dimensions.voices || request.changes_threads()).then_some(request)
    }

    fn changes_threads(&self) -> bool {
        self.threads.0 != self.threads.1
    }

    fn make(self) -> Response {
        let Request {
            dimensions,
            voices,
            threads: (before, after),
        } = self;
        let threading = (self.changes_threads() && after > 1).then(|| {
            let dimensions = Dimensions {
                voices,
                ..dimensions
            };
            workers::threading(after, &dimensions, ask_for_priority)
        });
        let threading = threading.and_then(|threading| match threading {
            Ok(threading) => Some(threading),
            Err(error) => {
                nice_error!("There are no more threads to be had: {error}");
                None
            }
        });
        Response {
            request: self,
            extension: Extension::new(&dimensions, voices, before > 1),
            threading,
        }
    }
}

/// Voices that an engine for this patch needs room for.
pub fn voices(patch: &Patch) -> usize {
    (patch.plain(Param::VOICES) as usize).max(LEAST_VOICES)
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
    worker: Arc<Worker>,
    /// The background, from the first activation on.
    thread: Option<JoinHandle<()>>,
}

/// The background's end.
struct Worker {
    /// Locked in the background only.
    channels: Mutex<Channels>,
    is_over: AtomicBool,
}

struct Channels {
    requests: Consumer<Request>,
    responses: Producer<Response>,
    returns: Consumer<Response>,
}

impl Background {
    /// Both ends, with nothing requested.
    pub fn new() -> Background {
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
            worker: Arc::new(Worker {
                channels: Mutex::new(Channels {
                    requests: requested,
                    responses: sender,
                    returns: returned,
                }),
                is_over: AtomicBool::new(false),
            }),
            thread: None,
        }
    }

    /// Gives an engine at once what it lacks; a new one has no threads. Not for the audio thread.
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
        if let Some(request) = Request::new(engine, self.threads(patch), patch) {
            let mut response = request.make();
            engine.extend(&mut response.extension);
            self.set_threads(engine, &mut response);
        }
    }

    /// Takes what has been answered and requests what is lacking, once a buffer. Returns whether the
    /// latency may be another. Never waits, allocates or frees.
    pub fn update(&mut self, engine: &mut Engine, patch: &Patch) -> bool {
        if self.waiting.is_none()
            && let Ok(mut response) = self.responses.pop()
        {
            self.is_requested = false;
            if is_for(&response.request, engine) {
                engine.extend(&mut response.extension);
            }
            self.waiting = Some(response);
        }
        if let Some(mut response) = self.waiting.take() {
            let is_wanted = is_for(&response.request, engine)
                && response.request.threads == self.threads(patch)
                && response.request.changes_threads()
                // More room is not to wait for silence: both are then requested together.
                && voices(patch) <= engine.dimensions().voices;
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
            && let Some(request) = Request::new(engine, self.threads(patch), patch)
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
        if response.request.changes_threads() {
            let threading = response.threading.take();
            response.threading = engine.set_threading(threading);
            // Where there were none to be had, it is not tried again.
            self.threads = response.request.threads.1;
        }
    }
}

/// Whether it was requested for an engine like this one.
fn is_for(request: &Request, engine: &Engine) -> bool {
    Dimensions {
        voices: request.dimensions.voices,
        ..*engine.dimensions()
    } == request.dimensions
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

impl Worker {
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
