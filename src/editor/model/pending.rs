//! Values that were sent to the host and that it may not have applied yet.

use crate::params::HostParams;
use crate::synth::Param;

/// How long a sent value is shown if the host does not apply it, seconds.
const PATIENCE_S: f64 = 0.5;

struct Sent {
    param: Param,
    normalized: f32,
    at_s: f64,
}

/// Values that were sent to the host and that it has not applied yet.
#[derive(Default)]
pub struct Pending(Vec<Sent>);

impl Pending {
    /// Notes a normalised value that was sent to the host at this time, in the window's seconds.
    pub fn push(&mut self, param: Param, normalized: f32, now_s: f64) {
        self.0.retain(|sent| sent.param != param);
        self.0.push(Sent {
            param,
            normalized,
            at_s: now_s,
        });
    }

    /// The normalised value that the host is to take up.
    pub fn get(&self, param: Param) -> Option<f32> {
        let sent = self.0.iter().find(|sent| sent.param == param);
        sent.map(|sent| sent.normalized)
    }

    /// All that the host is to take up, as normalised values.
    pub fn values(&self) -> impl Iterator<Item = (Param, f32)> {
        self.0.iter().map(|sent| (sent.param, sent.normalized))
    }

    /// Drops what the host has taken up, and what it has had its time for.
    pub fn update(&mut self, params: &HostParams, now_s: f64) {
        self.0.retain(|sent| {
            let is_taken = params.unmodulated(sent.param) == sent.normalized;
            !is_taken && (0.0..PATIENCE_S).contains(&(now_s - sent.at_s))
        });
    }

    /// Drops everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}
