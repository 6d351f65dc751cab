//! The levels of orchestral instruments by register.
//!
//! Source: SHARC, the Sandell Harmonic Archive (public domain), the steady parts of 1,300 notes, as means
//! over parts of each compass. Levels in decibels under the strongest harmonic, harmonics 1 to 12 or as
//! many as there are.
//!
//! Above the last harmonic N that is listed, the levels fall on by the slope from N/2 to N, but by 12 dB
//! per octave at least, from the last one that is odd or even as the harmonic is. So a clarinet keeps
//! its odd ones.

/// The slope past the last harmonic is no flatter than this, dB per octave.
const FALL_DB: f64 = -12.0;

/// The levels in a part of a compass.
#[derive(Debug)]
pub struct Measured {
    /// The lowest and the highest MIDI key.
    keys: (u8, u8),
    levels_db: &'static [f64],
}

impl Measured {
    const fn new(lowest_key: u8, highest_key: u8, levels_db: &'static [f64]) -> Measured {
        Measured {
            keys: (lowest_key, highest_key),
            levels_db,
        }
    }

    /// The MIDI key in the middle.
    pub fn middle_key(&self) -> f32 {
        0.5 * (f32::from(self.keys.0) + f32::from(self.keys.1))
    }

    /// Level of harmonic n.
    pub fn level_db(&self, n: f64) -> f64 {
        let last = self.levels_db.len();
        let number = n as usize;
        if number <= last {
            return self.levels_db[number - 1];
        }
        let half = last / 2;
        let fall_db = self.levels_db[last - 1] - self.levels_db[half - 1];
        let octaves = libm::log2(last as f64 / half as f64);
        let from = last - (number - last) % 2;
        let slope_db = (fall_db / octaves).min(FALL_DB);
        self.levels_db[from - 1] + slope_db * libm::log2(n / from as f64)
    }
}

#[rustfmt::skip]
pub const CLARINET: [Measured; 3] = [
    Measured::new(50, 61, &[0.0, -37.0, -7.0, -28.0, -10.0, -23.0, -10.0, -19.0, -16.0, -22.0, -25.0, -25.0]),
    Measured::new(62, 73, &[-1.0, -20.0, 0.0, -9.0, -6.0, -12.0, -12.0, -18.0, -21.0, -22.0, -26.0, -27.0]),
    Measured::new(74, 86, &[0.0, -7.0, -12.0, -17.0, -23.0, -32.0, -37.0, -44.0, -45.0, -50.0, -53.0]),
];

pub const BASS_CLARINET: [Measured; 1] = [Measured::new(
    37,
    44,
    &[
        0.0, -40.0, -2.0, -38.0, -7.0, -37.0, -10.0, -34.0, -17.0, -28.0, -14.0, -24.0,
    ],
)];

#[rustfmt::skip]
pub const FLUTE: [Measured; 2] = [
    Measured::new(60, 71, &[-1.0, 0.0, -13.0, -12.0, -16.0, -28.0, -32.0, -33.0, -42.0, -45.0, -45.0, -50.0]),
    Measured::new(72, 83, &[0.0, -16.0, -21.0, -34.0, -40.0, -50.0, -51.0, -57.0, -55.0, -62.0]),
];

#[rustfmt::skip]
pub const OBOE: [Measured; 2] = [
    Measured::new(58, 67, &[-2.0, -3.0, 0.0, 0.0, -5.0, -14.0, -19.0, -22.0, -21.0, -22.0, -26.0, -29.0]),
    Measured::new(68, 78, &[-5.0, 0.0, -16.0, -16.0, -20.0, -24.0, -31.0, -33.0, -36.0, -43.0, -46.0, -53.0]),
];

pub const BASSOON: [Measured; 1] = [Measured::new(
    34,
    43,
    &[
        -7.0, -6.0, -4.0, -1.0, 0.0, -3.0, -6.0, -7.0, -7.0, -9.0, -16.0, -17.0,
    ],
)];

#[rustfmt::skip]
pub const TRUMPET: [Measured; 3] = [
    Measured::new(54, 64, &[-9.0, -4.0, -3.0, -1.0, 0.0, -1.0, -4.0, -4.0, -6.0, -7.0, -9.0, -10.0]),
    Measured::new(65, 75, &[-4.0, 0.0, 0.0, -4.0, -8.0, -11.0, -15.0, -19.0, -23.0, -26.0, -31.0, -33.0]),
    Measured::new(76, 87, &[0.0, -4.0, -10.0, -18.0, -24.0, -31.0, -39.0, -40.0, -43.0, -44.0]),
];

pub const MUTED_TRUMPET: [Measured; 1] = [Measured::new(
    64,
    73,
    &[
        0.0, -8.0, -14.0, -11.0, -13.0, -12.0, -12.0, -12.0, -9.0, -12.0, -9.0, -10.0,
    ],
)];

#[rustfmt::skip]
pub const HORN: [Measured; 3] = [
    Measured::new(38, 49, &[-16.0, -8.0, -3.0, -1.0, 0.0, -1.0, -2.0, -3.0, -5.0, -7.0, -10.0, -12.0]),
    Measured::new(50, 61, &[-7.0, 0.0, -1.0, -6.0, -10.0, -14.0, -19.0, -26.0, -32.0, -37.0, -41.0, -46.0]),
    Measured::new(62, 74, &[0.0, -6.0, -17.0, -28.0, -41.0, -48.0, -55.0, -57.0]),
];

pub const TROMBONE: [Measured; 1] = [Measured::new(
    40,
    51,
    &[
        -12.0, -5.0, -4.0, -2.0, 0.0, 0.0, -1.0, -2.0, -4.0, -5.0, -7.0, -8.0,
    ],
)];

pub const TUBA: [Measured; 1] = [Measured::new(
    36,
    46,
    &[
        -5.0, 0.0, -1.0, -4.0, -8.0, -15.0, -17.0, -23.0, -27.0, -29.0, -32.0, -35.0,
    ],
)];

#[rustfmt::skip]
pub const VIOLIN: [Measured; 2] = [
    Measured::new(55, 68, &[-3.0, 0.0, -5.0, -8.0, -6.0, -6.0, -5.0, -12.0, -14.0, -16.0, -19.0, -25.0]),
    Measured::new(69, 82, &[0.0, -7.0, -8.0, -7.0, -11.0, -18.0, -17.0, -21.0, -31.0, -30.0, -35.0, -34.0]),
];

#[rustfmt::skip]
pub const CELLO: [Measured; 2] = [
    Measured::new(36, 49, &[-9.0, 0.0, -4.0, -10.0, -13.0, -16.0, -20.0, -21.0, -24.0, -23.0, -26.0, -26.0]),
    Measured::new(50, 64, &[0.0, -7.0, -16.0, -13.0, -14.0, -14.0, -16.0, -17.0, -22.0, -22.0, -22.0, -23.0]),
];

pub const PLUCKED_CELLO: [Measured; 1] = [Measured::new(
    49,
    61,
    &[
        0.0, -16.0, -30.0, -31.0, -33.0, -39.0, -39.0, -43.0, -51.0, -54.0,
    ],
)];

pub const CONTRABASS: [Measured; 1] = [Measured::new(
    24,
    35,
    &[
        -18.0, 0.0, -1.0, -2.0, -4.0, -5.0, -10.0, -15.0, -14.0, -18.0, -19.0, -22.0,
    ],
)];
