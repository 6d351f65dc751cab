//! The second spectral filter, behind the first.

use super::super::layout::{Group::Filter2, Page};
use super::super::text::Unit::{Decibels, DecibelsPerOctave, Hertz, Octaves, Percent};
use super::super::{Param, Range, Row};
use super::filter::TYPES;
use super::{Section, param};

section! { filter_2;
    /// Shape of the second filter: see [`FilterType`](crate::synth::FilterType).
    FILTER_2_TYPE = Row::new(Filter2, "filter_2_type", "Filter 2 Type")
        .short("Type")
        .choice(16, &TYPES, 0)
        .on(Page::Filter2)
        .help("Which partials the second filter lets through, raises or lowers.");
    /// Cutoff or centre frequency.
    FILTER_2_CUTOFF = Row::new(Filter2, "filter_2_cutoff", "Filter 2 Cutoff")
        .short("Cutoff")
        .value(Range::exponential(20.0, 20_000.0), 2_000.0, Hertz)
        .polyphonic()
        .on(Page::Filter2)
        .help("The frequency at which the second filter begins to act, or around which it does.");
    /// Height of the bell at the cutoff; narrowness of band pass, notch and peak.
    FILTER_2_RESONANCE = Row::new(Filter2, "filter_2_resonance", "Filter 2 Resonance")
        .short("Resonance")
        .value(Range::linear(0.0, 24.0), 0.0, Decibels)
        .polyphonic()
        .on(Page::Filter2)
        .help("Raises the partials at the second cutoff; narrows band pass, notch and peak.");
    /// Steepness.
    FILTER_2_SLOPE = Row::new(Filter2, "filter_2_slope", "Filter 2 Slope")
        .short("Slope")
        .value(Range::linear(6.0, 48.0), 12.0, DecibelsPerOctave)
        .polyphonic()
        .on(Page::Filter2)
        .help("How steeply the second filter falls.");
    /// For a peak, a shelf or a tilt.
    FILTER_2_GAIN = Row::new(Filter2, "filter_2_gain", "Filter 2 Gain")
        .short("Gain")
        .value(Range::linear(-24.0, 24.0), 0.0, Decibels)
        .polyphonic()
        .on(Page::Filter2)
        .help("How much peak, shelves and tilt of the second filter raise or lower.");
    /// How far the filter's envelope moves the cutoff.
    FILTER_2_ENV = Row::new(Filter2, "filter_2_env", "Filter 2 Envelope Amount")
        .short("Envelope")
        .value(Range::linear(-8.0, 8.0), 0.0, Octaves)
        .polyphonic()
        .on(Page::Filter2)
        .help("How far the filter envelope moves the second cutoff.");
    /// How much of the key's distance from middle C moves the cutoff.
    FILTER_2_KEY_TRACK = Row::new(Filter2, "filter_2_key_track", "Filter 2 Key Tracking")
        .short("Key Track.")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .on(Page::Filter2)
        .polyphonic()
        .help("How much the second cutoff follows the key, counted from middle C.");
    /// The part of the movement of the first filter's cutoff that this one takes over.
    FILTER_2_LINK = Row::new(Filter2, "filter_2_link", "Filter 2 Link")
        .short("Link")
        .value(Range::linear(0.0, 1.0), 0.0, Percent)
        .polyphonic()
        .on(Page::Filter2)
        .help("How much of all that moves the first cutoff moves the second as well.");
}
