//! What velocity, pressure, wheel, slide and bend do.

use super::super::layout::{Group::Expression, Group::Playing, Page};
use super::super::text::Unit::{Cents, Decibels, DecibelsPerOctave, Octaves, Percent, Semitones};
use super::super::{Param, Range, Row};
use super::{Section, param};

section! { expression;
    /// How much velocity decides the level.
    VELOCITY_LEVEL = Row::new(Expression, "velocity_level", "Velocity to Level")
        .short("Vel. Level")
        .value(Range::linear(0.0, 1.0), 0.7, Percent)
        .on(Page::Play)
        .polyphonic()
        .help("How much softer notes of low velocity are.");
    /// Level that full pressure adds.
    PRESSURE_LEVEL = Row::new(Expression, "pressure_level", "Pressure to Level")
        .short("Press. Level")
        .value(Range::linear(-24.0, 24.0), 6.0, Decibels)
        .on(Page::Play)
        .polyphonic()
        .help("How far full pressure moves the level.");
    /// Cutoff that full pressure adds.
    PRESSURE_CUTOFF = Row::new(Expression, "pressure_cutoff", "Pressure to Cutoff")
        .short("Press. Cutoff")
        .value(Range::linear(-8.0, 8.0), 0.0, Octaves)
        .on(Page::Filter)
        .polyphonic()
        .help("How far full pressure moves the filter's cutoff.");
    /// Vibrato of the full modulation wheel.
    WHEEL_VIBRATO = Row::new(Expression, "wheel_vibrato", "Wheel to Vibrato")
        .short("Wheel Vibr.")
        .value(Range::linear(0.0, 200.0), 50.0, Cents)
        .on(Page::Play)
        .polyphonic()
        .help("How deep the vibrato of the full modulation wheel is.");
    /// Semitones at the end of the pitch wheel's range.
    BEND_RANGE = Row::new(Expression, "bend_range", "Bend Range")
        .value(Range::integer(0, 96), 2.0, Semitones)
        .performance()
        .on(Page::Settings)
        .help("How far the pitch wheel bends.");
    /// Tilt that full brightness adds (and none takes away).
    BRIGHTNESS_TILT = Row::new(Expression, "brightness_tilt", "Brightness to Tilt")
        .short("Bright. Tilt")
        .value(Range::linear(0.0, 12.0), 6.0, DecibelsPerOctave)
        .on(Page::Play)
        .polyphonic()
        .help("How far brightness (CC 74, slide) moves the tilt.");
    /// See [`SlideMode`](crate::synth::modulation::slide::SlideMode).
    SLIDE_MODE = Row::new(Playing, "slide_mode", "Slide Mode")
        .short("Slide")
        .choice(16, &["Bipolar", "Unipolar"], 0)
        .on(Page::Playing)
        .help("Whether slide (CC 74, brightness) counts from its middle or from its lower end.");
    /// Whether channels 2 to 16 are an MPE zone under channel 1.
    MPE = Row::new(Expression, "mpe", "MPE")
        .switch(false)
        .performance()
        .on(Page::Settings)
        .help("Gives each note a channel with its own bend, pressure and brightness.");
    /// As [`Param::BEND_RANGE`], for a note's own channel in MPE.
    MPE_BEND_RANGE = Row::new(Expression, "mpe_bend_range", "MPE Bend Range")
        .short("MPE Range")
        .value(Range::integer(0, 96), 48.0, Semitones)
        .performance()
        .on(Page::Settings)
        .help("How far a single note bends while MPE is on.");
}
