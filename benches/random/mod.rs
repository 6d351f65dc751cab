//! Numbers at random from a seed, the same in every run, and frequencies among them.

/// xorshift64 (Marsaglia 2003).
pub struct Random(u64);

impl Random {
    /// Another sequence for each seed.
    pub fn new(seed: u64) -> Random {
        Random(0x9e37_79b9_7f4a_7c15 ^ seed)
    }

    /// From 0 up to, but not including, 1.
    pub fn unit(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// From 20 Hz at 48 kHz to just below 0.45 of the rate, turns per frame.
    pub fn frequency_turns(&mut self) -> f64 {
        20.0 / 48e3 + self.unit() * 0.4495
    }
}
