//! The spectral filter.

use super::super::layout::{Group::Filter, Page};
use super::super::text::Unit::{Decibels, DecibelsPerOctave, Hertz, Octaves, Percent};
use super::super::{Param, Range, Row};
use super::{Section, param};

/// The types of both filters, in the order of [`FilterType`](crate::synth::FilterType).
pub const TYPES: [&str; 9] = [
    "Off",
    "Low Pass",
    "Band Pass",
    "High Pass",
    "Notch",
    "Peak",
    "Low Shelf",
    "High Shelf",
    "Tilt",
];

section! { filter;
    /// Shape of the spectral filter: see [`FilterType`](crate::synth::FilterType).
    FILTER_TYPE = Row::new(Filter, "filter_type", "Filter Type")
        .short("Type")
        .choice(16, &TYPES, 0)
        .on(Page::Filter)
        .help("Which partials the filter lets through, raises or lowers.");
    /// Cutoff or centre frequency.
    CUTOFF = Row::new(Filter, "cutoff", "Filter Cutoff")
        .short("Cutoff")
        .value(Range::exponential(20.0, 20_000.0), 2_000.0, Hertz)
        .polyphonic()
        .on(Page::Filter)
        .help("The frequency at which the filter begins to act, or around which it does.");
    /// Height of the bell at the cutoff; narrowness of band pass, notch and peak.
    RESONANCE = Row::new(Filter, "resonance", "Filter Resonance")
        .short("Resonance")
        .value(Range::linear(0.0, 24.0), 0.0, Decibels)
        .polyphonic()
        .on(Page::Filter)
        .help("Raises the partials at the cutoff; narrows band pass, notch and peak.");
    /// Steepness.
    SLOPE = Row::new(Filter, "slope", "Filter Slope")
        .short("Slope")
        .value(Range::linear(6.0, 48.0), 12.0, DecibelsPerOctave)
        .polyphonic()
        .on(Page::Filter)
        .help("How steeply the filter falls.");
    /// How far the filter's envelope moves the cutoff.
    FILTER_ENV = Row::new(Filter, "filter_env", "Filter Envelope Amount")
        .short("Envelope")
        .value(Range::linear(-8.0, 8.0), 0.0, Octaves)
        .polyphonic()
        .on(Page::Filter)
        .help("How far the filter envelope moves the cutoff.");
    /// How far full velocity moves the cutoff.
    FILTER_VELOCITY = Row::new(Filter, "filter_velocity", "Filter Velocity Amount")
        .short("Velocity")
        .value(Range::linear(-8.0, 8.0), 0.0, Octaves)
        .on(Page::Filter)
        .polyphonic()
        .help("How far full velocity moves the cutoff.");
    /// How much of the key's distance from middle C moves the cutoff.
    KEY_TRACK = Row::new(Filter, "key_track", "Filter Key Tracking")
        .short("Key Track.")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .on(Page::Filter)
        .polyphonic()
        .help("How much the cutoff follows the key, counted from middle C.");
    /// For a peak, a shelf or a tilt.
    FILTER_GAIN = Row::new(Filter, "filter_gain", "Filter Gain")
        .short("Gain")
        .value(Range::linear(-24.0, 24.0), 0.0, Decibels)
        .polyphonic()
        .on(Page::FilterDetails)
        .help("How much peak, shelves and tilt of the filter raise or lower.");
}
