//! How rough intervals of the sound are, and which are the smoothest: worked out by threads in the background.
//!
//! The curve follows the sound at most ten times a second. The minima take a few times as long, so they are looked
//! for when the curve has come to rest. Each has one thread at most.

use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use crate::scale::{DissonanceCurve, MinimaKind, Timbre, TimbreMinima, TimbrePartial};
use crate::synth::Snapshot;
use crate::synth::display::lowest_voice;

/// The least time from one curve to the next, seconds.
const INTERVAL_S: f64 = 0.1;

/// What a thread works out.
struct Work<T>(Option<Receiver<T>>);

impl<T> Default for Work<T> {
    fn default() -> Work<T> {
        Work(None)
    }
}

impl<T: Send + 'static> Work<T> {
    /// Whether a thread is at it.
    fn is_under_way(&self) -> bool {
        self.0.is_some()
    }

    fn begin(&mut self, work: impl FnOnce() -> T + Send + 'static) {
        let (sender, receiver) = channel();
        let worker = thread::Builder::new().name("aliquot dissonance".to_owned());
        let begun = worker.spawn(move || {
            // Where nobody waits for it any more, nothing is lost.
            let _ = sender.send(work());
        });
        self.0 = begun.is_ok().then_some(receiver);
    }

    /// What has been worked out, once.
    fn take(&mut self) -> Option<T> {
        match self.0.as_ref()?.try_recv() {
            Ok(done) => {
                self.0 = None;
                Some(done)
            }
            Err(TryRecvError::Disconnected) => {
                self.0 = None;
                None
            }
            Err(TryRecvError::Empty) => None,
        }
    }
}

/// The curve of the sound at rest and its minima, as far as they have been worked out.
#[derive(Default)]
pub struct Roughness {
    /// What the curve is of, or the one that is under way.
    asked: Option<(Timbre, f64)>,
    begun_s: f64,
    curve: Option<DissonanceCurve>,
    curve_work: Work<DissonanceCurve>,
    /// What the minima are of, or those that are under way.
    asked_minima: Option<Timbre>,
    minima: Option<TimbreMinima>,
    minima_work: Work<TimbreMinima>,
}

impl Roughness {
    /// Asks for the curve of these partials from 0 to `limit_cents`, if it differs from the last one, and for
    /// their minima. Returns whether newer ones are still to come.
    pub fn update(&mut self, timbre: &Timbre, limit_cents: f64, now_s: f64) -> bool {
        if let Some(curve) = self.curve_work.take() {
            self.curve = Some(curve);
        }
        if let Some(minima) = self.minima_work.take() {
            self.minima = Some(minima);
        }
        let is_curve_to_come = self.update_curve(timbre, limit_cents, now_s);
        let is_other = self.asked_minima.as_ref() != Some(timbre);
        if is_other && !is_curve_to_come && !self.minima_work.is_under_way() {
            self.asked_minima = Some(timbre.clone());
            let timbre = timbre.clone();
            self.minima_work
                .begin(move || TimbreMinima::new(&timbre, MinimaKind::Exact));
        }
        is_curve_to_come || is_other || self.minima_work.is_under_way()
    }

    fn update_curve(&mut self, timbre: &Timbre, limit_cents: f64, now_s: f64) -> bool {
        if self.curve_work.is_under_way() {
            return true;
        }
        let is_newest = self
            .asked
            .as_ref()
            .is_some_and(|(asked, limit)| asked == timbre && *limit == limit_cents);
        if is_newest {
            return false;
        }
        if now_s - self.begun_s < INTERVAL_S && self.asked.is_some() {
            return true;
        }
        self.begun_s = now_s;
        self.asked = Some((timbre.clone(), limit_cents));
        let timbre = timbre.clone();
        self.curve_work
            .begin(move || DissonanceCurve::new(&timbre, limit_cents));
        self.curve_work.is_under_way()
    }

    /// The newest curve that there is.
    pub fn curve(&self) -> Option<&DissonanceCurve> {
        self.curve.as_ref()
    }

    /// The minima of these partials; `None` while they are not known yet.
    pub fn minima(&self, timbre: &Timbre) -> Option<&TimbreMinima> {
        self.minima
            .as_ref()
            .filter(|minima| minima.timbre() == timbre)
    }
}

/// The partials of the lowest voice of a snapshot.
pub fn timbre(snapshot: &Snapshot) -> Timbre {
    let partials = lowest_voice(snapshot).map_or(&[][..], |(_, partials)| partials);
    Timbre::new(partials.iter().map(|partial| TimbrePartial {
        hz: partial.frequency_hz.into(),
        amplitude: f64::from(partial.power()).sqrt(),
    }))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn curve_and_minima_come_and_stay_until_the_sound_changes() {
        let timbre = |count: usize| {
            Timbre::new((1..=count).map(|n| TimbrePartial {
                hz: 261.6 * n as f64,
                amplitude: 1.0 / n as f64,
            }))
        };
        let mut roughness = Roughness::default();
        let mut now_s = 1.0;
        let mut wait = |roughness: &mut Roughness, timbre: &Timbre| {
            while roughness.update(timbre, 2_400.0, now_s) {
                now_s += 0.05;
                thread::sleep(Duration::from_millis(1));
            }
            roughness.curve().expect("a curve").clone()
        };
        let first = wait(&mut roughness, &timbre(7));
        assert_eq!(first.values().len(), 1_201);
        let of_seven = TimbreMinima::new(&timbre(7), MinimaKind::Exact);
        assert_eq!(roughness.minima(&timbre(7)), Some(&of_seven));
        // Not those of another sound.
        assert_eq!(roughness.minima(&timbre(3)), None);
        let second = wait(&mut roughness, &timbre(3));
        assert_ne!(first, second);
        assert!(roughness.minima(&timbre(3)).is_some());
        assert!(!roughness.update(&timbre(3), 2_400.0, 9.0));
        // At most ten a second: another so soon after the last has to wait.
        assert!(roughness.update(&timbre(4), 2_400.0, 9.0));
        while roughness.update(&timbre(4), 2_400.0, 9.0) {
            thread::sleep(Duration::from_millis(1));
        }
        assert!(roughness.update(&timbre(5), 2_400.0, 9.0 + 0.9 * INTERVAL_S));
        assert_eq!(
            roughness.asked.as_ref().map(|asked| &asked.0),
            Some(&timbre(4))
        );
        assert!(roughness.update(&timbre(5), 2_400.0, 9.0 + 1.1 * INTERVAL_S));
        assert_eq!(
            roughness.asked.as_ref().map(|asked| &asked.0),
            Some(&timbre(5))
        );
    }
}
