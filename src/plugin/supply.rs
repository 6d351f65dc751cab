//! What the engine gets while it runs: other threads to render with, and room for more voices.
//!
//! The audio thread notices that the parameters ask for something and orders it; a thread in the
//! background makes it and sends it through a queue; what the engine has no more use for goes back
//! the same way, to be dropped there. More room is taken at once, but used only from when nothing
//! sounds, so that the same notes give the same bits whenever it came. Threads change the latency, so
//! they come and go only while nothing sounds, or when the host activates the instrument.
//!
//! The background is a thread of our own, which looks for orders and is not woken. The framework's
//! (0.4.2) ends when a task comes to it after its instance is gone, and the next instance that goes
//! takes the host with it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nice_plug::prelude::nice_error;
use rtrb::{Consumer, Producer, RingBuffer};

use crate::crew;
use crate::synth::parameter::Threads;
use crate::synth::pool::{Dimensions, Extension, Threading};
use crate::synth::{Engine, Param, Patch};

/// Every engine has room for so many voices, since that costs little.
pub const LEAST_VOICES: usize = 128;

/// What an engine lacks.
#[derive(Clone, Copy, Debug)]
struct Order {
    dimensions: Dimensions,
    /// Voices that there is to be room for.
    voices: usize,
    /// How many threads the engine has, and is to have.
    threads: (usize, usize),
}

/// What was made for an order; or what is left of it.
struct Delivery {
    order: Order,
    extension: Extension,
    /// To be set, if the order's threads are others.
    threading: Option<Threading>,
}

impl Order {
    /// What `engine`, which has so many threads and is to have so many, lacks for `patch`; `None` if
    /// nothing.
    fn new(engine: &Engine, threads: (usize, usize), patch: &Patch) -> Option<Order> {
        let dimensions = *engine.dimensions();
        let order = Order {
            dimensions,
            voices: dimensions.voices.max(voices(patch)),
            threads,
        };
        (order.voices > dimensions.voices || order.changes_threads()).then_some(order)
    }

    fn changes_threads(&self) -> bool {
        self.threads.0 != self.threads.1
    }

    fn make(self) -> Delivery {
        let Order {
            dimensions,
            voices,
            threads: (before, after),
        } = self;
        let threading = (self.changes_threads() && after > 1).then(|| {
            let dimensions = Dimensions {
                voices,
                ..dimensions
            };
            crew::threading(after, &dimensions, ask_for_priority)
        });
        let threading = threading.and_then(|threading| match threading {
            Ok(threading) => Some(threading),
            Err(error) => {
                nice_error!("There are no more threads to be had: {error}");
                None
            }
        });
        Delivery {
            order: self,
            extension: Extension::new(&dimensions, voices, before > 1),
            threading,
        }
    }
}

/// Voices that an engine for this patch needs room for.
pub fn voices(patch: &Patch) -> usize {
    (patch.plain(Param::VOICES) as usize).max(LEAST_VOICES)
}

/// How often the background looks for orders.
const LOOK: Duration = Duration::from_millis(30);

/// The audio thread's end.
pub struct Supply {
    orders: Producer<Order>,
    deliveries: Consumer<Delivery>,
    returns: Producer<Delivery>,
    /// What is to wait until nothing sounds.
    waiting: Option<Delivery>,
    is_ordered: bool,
    /// How many threads the engine has; 1 is the audio thread alone.
    threads: usize,
    /// How many there are to be had. To ask the system takes memory.
    processors: usize,
    workshop: Arc<Workshop>,
    /// The background, from the first activation on.
    thread: Option<JoinHandle<()>>,
}

/// The background's end.
struct Workshop {
    /// Locked in the background only.
    ends: Mutex<Ends>,
    is_over: AtomicBool,
}

struct Ends {
    orders: Consumer<Order>,
    deliveries: Producer<Delivery>,
    returns: Consumer<Delivery>,
}

impl Supply {
    /// Both ends, with nothing ordered.
    pub fn new() -> Supply {
        let (orders, ordered) = RingBuffer::new(4);
        let (sender, deliveries) = RingBuffer::new(4);
        let (returns, returned) = RingBuffer::new(4);
        Supply {
            orders,
            deliveries,
            returns,
            waiting: None,
            is_ordered: false,
            threads: 1,
            processors: crew::auto_threads(),
            workshop: Arc::new(Workshop {
                ends: Mutex::new(Ends {
                    orders: ordered,
                    deliveries: sender,
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
            let workshop = self.workshop.clone();
            let thread = thread::Builder::new().name("aliquot supply".to_owned());
            match thread.spawn(move || workshop.run()) {
                Ok(thread) => self.thread = Some(thread),
                Err(error) => nice_error!("There is no thread for the background: {error}"),
            }
        }
        // What is under way may be for another engine.
        self.waiting = None;
        if let Some(order) = Order::new(engine, self.threads(patch), patch) {
            let mut delivery = order.make();
            engine.extend(&mut delivery.extension);
            self.set_threads(engine, &mut delivery);
        }
    }

    /// Takes what has been delivered and orders what is lacking, once a buffer. Returns whether the
    /// latency may be another. Never waits, allocates or frees.
    pub fn update(&mut self, engine: &mut Engine, patch: &Patch) -> bool {
        if self.waiting.is_none()
            && let Ok(mut delivery) = self.deliveries.pop()
        {
            self.is_ordered = false;
            if is_for(&delivery.order, engine) {
                engine.extend(&mut delivery.extension);
            }
            self.waiting = Some(delivery);
        }
        if let Some(mut delivery) = self.waiting.take() {
            let is_wanted = is_for(&delivery.order, engine)
                && delivery.order.threads == self.threads(patch)
                && delivery.order.changes_threads()
                // More room is not to wait for silence: both are then ordered together.
                && voices(patch) <= engine.dimensions().voices;
            if is_wanted && !engine.is_silent() {
                self.waiting = Some(delivery);
                return false;
            }
            if is_wanted {
                self.set_threads(engine, &mut delivery);
            }
            // There is room: no more than one is under way.
            let _ = self.returns.push(delivery);
            return is_wanted;
        }
        if !self.is_ordered
            && let Some(order) = Order::new(engine, self.threads(patch), patch)
        {
            self.is_ordered = self.orders.push(order).is_ok();
        }
        false
    }

    /// Lets the background do its work now.
    #[cfg(test)]
    pub fn work(&self) {
        self.workshop.work();
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

    fn set_threads(&mut self, engine: &mut Engine, delivery: &mut Delivery) {
        if delivery.order.changes_threads() {
            let threading = delivery.threading.take();
            delivery.threading = engine.set_threading(threading);
            // Where there were none to be had, it is not tried again.
            self.threads = delivery.order.threads.1;
        }
    }
}

/// Whether it was ordered for an engine like this one.
fn is_for(order: &Order, engine: &Engine) -> bool {
    Dimensions {
        voices: order.dimensions.voices,
        ..*engine.dimensions()
    } == order.dimensions
}

impl Drop for Supply {
    fn drop(&mut self) {
        self.workshop.is_over.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // One that panicked has printed why.
            let _ = thread.join();
        }
    }
}

impl Workshop {
    fn run(&self) {
        while !self.is_over.load(Ordering::Acquire) {
            self.work();
            thread::park_timeout(LOOK);
        }
    }

    /// Drops what has come back, and makes what is ordered.
    fn work(&self) {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        while ends.returns.pop().is_ok() {}
        while let Ok(order) = ends.orders.pop() {
            // There is room: no more than one is under way.
            let _ = ends.deliveries.push(order.make());
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
