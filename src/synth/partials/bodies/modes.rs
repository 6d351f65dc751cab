//! Modes that are listed, as ratios to the note's pitch.
//!
//! The lists of membranes and round plates are solutions of equations, worked out with SciPy 1.17 to the
//! digits shown; the others are measurements and what makers tune to.

/// Marimba: the second mode is tuned to two octaves, the third to about 10 (hyperphysics.phy-astr.gsu.edu,
/// xylo.html). STK's ModalBar has 3.99 and 10.65.
pub const TUNED_BAR: [f64; 3] = [1.0, 4.0, 10.0];

/// Vibraphone (Csound manual, modalfreq.xml).
pub const VIBRAPHONE: [f64; 6] = [1.0, 3.984, 10.668, 17.979, 23.679, 33.642];

/// Aluminium bar, as measured (Csound manual, modalfreq.xml).
pub const GLOCKENSPIEL: [f64; 6] = [1.0, 2.756, 5.423, 8.988, 13.448, 18.680];

/// Wooden bar (Csound manual, modalfreq.xml).
pub const WOODEN_BAR: [f64; 6] = [1.0, 2.572, 4.644, 6.984, 9.723, 12.0];

/// Xylophone, as measured (Csound manual, modalfreq.xml).
pub const XYLOPHONE: [f64; 6] = [1.0, 3.932, 9.538, 16.688, 24.566, 31.147];

/// Circular membrane without air: zeros of the Bessel functions Jₘ over the first zero of J₀, each once.
#[rustfmt::skip]
pub const MEMBRANE: [f64; 64] = [
    1.0, 1.5933, 2.1355, 2.2954, 2.6531, 2.9173, 3.1555, 3.5001, 3.5985, 3.6475, 4.0589, 4.1317,
    4.2304, 4.6010, 4.6101, 4.8319, 4.9033, 5.0836, 5.1308, 5.4121, 5.5404, 5.5531, 5.6508, 5.9765,
    6.0194, 6.1526, 6.1631, 6.2087, 6.4827, 6.5286, 6.6690, 6.7462, 6.8490, 6.9436, 7.0707, 7.1694,
    7.3253, 7.4024, 7.4682, 7.5145, 7.6045, 7.6652, 7.8592, 7.8925, 8.0710, 8.1314, 8.1569, 8.1569,
    8.3143, 8.4500, 8.6451, 8.6522, 8.6605, 8.7678, 8.7811, 8.8204, 8.9992, 9.1301, 9.1678, 9.2200,
    9.2388, 9.3906, 9.4643, 9.5413,
];

/// Timpani with their air: the modes (1,1) to (5,1). From memory, unverified.
pub const TIMPANI: [f64; 5] = [1.0, 1.50, 1.98, 2.44, 2.90];

/// Round plate with a free edge, Poisson's ratio 0.33 (equation: Leissa, Vibration of Plates, 1969).
#[expect(clippy::approx_constant, reason = "a mode is near 2π by chance")]
#[rustfmt::skip]
pub const FREE_ROUND_PLATE: [f64; 64] = [
    1.0, 1.7235, 2.3268, 3.8983, 4.0910, 6.2831, 6.6975, 7.3179, 8.8956, 10.0571, 11.3756, 11.9230,
    13.9449, 15.3614, 16.0349, 16.6880, 18.3403, 19.2077, 21.2662, 22.6164, 23.2293, 23.4591,
    27.0482, 28.1138, 28.6010, 29.1387, 29.8136, 33.1699, 33.3644, 34.4471, 36.2359, 37.6138,
    38.6259, 40.2020, 40.7606, 43.8924, 44.4807, 46.0025, 46.6920, 47.5360, 47.5505, 50.7330,
    52.0955, 54.7684, 54.9664, 55.4011, 56.3649, 57.3819, 60.8343, 62.4536, 63.7467, 64.4266,
    64.4938, 66.6225, 67.3224, 70.0995, 70.5881, 71.8662, 72.5809, 74.5742, 77.4547, 78.8689,
    79.1687, 79.7000,
];

/// Round plate with a clamped edge (equation: Leissa, Vibration of Plates, 1969).
#[rustfmt::skip]
pub const CLAMPED_ROUND_PLATE: [f64; 64] = [
    1.0, 2.0811, 3.4140, 3.8931, 4.9952, 5.9544, 6.8194, 8.2796, 8.7222, 8.8822, 10.8676, 11.1800,
    11.7542, 13.7097, 13.7148, 15.0565, 15.4842, 16.4690, 16.8173, 18.6283, 19.4557, 19.4848,
    20.1717, 22.4670, 22.6681, 23.7593, 23.7747, 24.1788, 26.1045, 26.5694, 27.6236, 28.3070,
    29.1469, 29.7636, 30.9326, 31.7158, 33.1262, 33.6443, 34.3913, 34.8057, 35.5536, 36.0493,
    37.7453, 38.2142, 39.9116, 40.4299, 40.6220, 40.7410, 42.0658, 43.5685, 45.4321, 45.5591,
    45.7060, 46.6048, 46.9541, 47.3650, 49.1867, 50.4780, 50.9389, 51.3616, 51.7728, 53.4448,
    54.2670, 55.0663,
];

/// A church bell as measured, hum and prime first. From memory of Fletcher and Rossing, The Physics of
/// Musical Instruments; unverified.
pub const CHURCH_BELL: [f64; 12] = [
    0.500, 1.000, 1.183, 1.506, 2.000, 2.514, 2.662, 3.011, 4.166, 5.433, 6.796, 8.215,
];

/// A bell tuned to a minor third: hum, prime, tierce, quint and nominal as bell founders tune them
/// (hibberts.co.uk), and above them the partials of [`CHURCH_BELL`].
pub const MINOR_BELL: [f64; 12] = [
    0.500, 1.000, 1.200, 1.500, 2.000, 2.514, 2.662, 3.011, 4.166, 5.433, 6.796, 8.215,
];

/// Small handbell with its doublets (Csound manual, modalfreq.xml).
pub const HANDBELL: [f64; 15] = [
    1.0, 1.002, 1.794, 1.801, 2.520, 2.522, 2.991, 2.994, 3.786, 3.806, 4.569, 4.575, 5.030, 5.046,
    6.076,
];

/// Tibetan prayer bowl with its doublets (STK, BandedWG.cpp).
pub const BOWED_BOWL: [f64; 11] = [
    0.996_108_344,
    1.003_891_656_2,
    2.979_178,
    2.993_297_67,
    5.704_452,
    8.998_2,
    9.015_497_26,
    12.807_382,
    12.833_03,
    17.280_821_9,
    21.976_027_397_26,
];

/// How strongly each mode of [`BOWED_BOWL`] is excited (STK, BandedWG.cpp).
pub const BOWED_BOWL_STRENGTHS: [f64; 11] = [
    1.19, 1.19, 1.09, 1.09, 4.30, 4.01, 4.01, 0.71, 0.71, 5.71, 5.71,
];

/// Struck singing bowl of 180 mm (Csound manual, modalfreq.xml).
pub const STRUCK_BOWL: [f64; 7] = [1.0, 2.778, 5.181, 8.163, 11.661, 15.638, 19.99];

/// Glass harmonica, wine glass (STK, BandedWG.cpp; Csound manual, modalfreq.xml).
pub const GLASS: [f64; 6] = [1.0, 2.32, 4.25, 6.63, 9.38, 12.22];

/// Bonang. From memory of Sethares, Tuning, Timbre, Spectrum, Scale; unverified.
pub const BONANG: [f64; 4] = [1.0, 1.52, 3.46, 3.92];

/// Saron. From memory of Sethares, Tuning, Timbre, Spectrum, Scale; unverified.
pub const SARON: [f64; 6] = [1.0, 2.39, 2.78, 4.75, 5.08, 5.96];

/// The right drum of a tabla, dahina (Csound manual, modalfreq.xml).
pub const TABLA: [f64; 6] = [1.0, 2.89, 4.95, 6.99, 8.01, 9.02];

/// The left drum of a tabla, bayan (Csound manual, modalfreq.xml).
pub const BAYAN: [f64; 6] = [1.0, 2.0, 3.01, 4.01, 4.69, 5.63];
