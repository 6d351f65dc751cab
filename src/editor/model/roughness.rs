//! How rough intervals of the sound are: worked out by a thread in the background, at most ten times a second.

use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use crate::scale::{DissonanceCurve, Timbre, TimbrePartial};
use crate::synth::Snapshot;
use crate::synth::display::lowest_voice;

/// The least time from one curve to the next, seconds.
const INTERVAL_S: f64 = 0.1;

/// The curve of the sound at rest, as far as it has been worked out.
#[derive(Default)]
pub struct Roughness {
    /// What the curve is of, or the one that is under way.
    asked: Option<(Timbre, f64)>,
    under_way: Option<Receiver<DissonanceCurve>>,
    curve: Option<DissonanceCurve>,
    begun_s: f64,
}

impl Roughness {
    /// Asks for the curve of these partials from 0 to so many cents, if it is another, at this time. Returns
    /// whether a newer one is still to come.
    pub fn update(&mut self, timbre: &Timbre, limit_cents: f64, now_s: f64) -> bool {
        if let Some(receiver) = &self.under_way {
            match receiver.try_recv() {
                Ok(curve) => {
                    self.curve = Some(curve);
                    self.under_way = None;
                }
                Err(TryRecvError::Disconnected) => self.under_way = None,
                Err(TryRecvError::Empty) => return true,
            }
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
        let (sender, receiver) = channel();
        let timbre = timbre.clone();
        let worker = thread::Builder::new().name("aliquot dissonance".to_owned());
        let begun = worker.spawn(move || {
            // Where nobody waits for it any more, nothing is lost.
            let _ = sender.send(DissonanceCurve::new(&timbre, limit_cents));
        });
        self.under_way = begun.is_ok().then_some(receiver);
        self.under_way.is_some()
    }

    /// The newest curve that there is.
    pub fn curve(&self) -> Option<&DissonanceCurve> {
        self.curve.as_ref()
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
    fn a_curve_comes_and_stays_until_the_sound_changes() {
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
        let second = wait(&mut roughness, &timbre(3));
        assert_ne!(first, second);
        assert!(!roughness.update(&timbre(3), 2_400.0, 9.0));
    }
}
