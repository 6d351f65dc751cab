//! Patches in which a step of a parameter is heard.

use aliquot::synth::parameter::layout::Group;
use aliquot::synth::parameter::{
    CurveParams, LfoParams, RouteParams, SequenceParams, SpectrumParams,
};
use aliquot::synth::{Param, Patch};

use crate::performance::recorded_body;
use crate::rig::{busy, set_label};

/// The shapers, each with an amount that is on.
pub const SHAPERS: [(Param, f32); 10] = [
    (Param::DIVIDE, 0.7),
    (Param::COMB, 0.6),
    (Param::PHASER, 0.7),
    (Param::VOWEL, 0.8),
    (Param::FOCUS, 9.0),
    (Param::COPIES, 0.5),
    (Param::CONTRAST, -0.3),
    (Param::THRESHOLD, -40.0),
    (Param::BLUR, 0.3),
    (Param::ANCHOR, 200.0),
];

/// What a held note does not follow: the next note does, or one that has been released.
pub const OF_OTHER_NOTES: [Param; 8] = [
    Param::GLIDE,
    Param::GLIDE_FAN,
    Param::AMP_RELEASE,
    Param::AMP_RELEASE_CURVE,
    Param::FILTER_RELEASE,
    Param::FILTER_RELEASE_CURVE,
    Param::RELEASE_DAMPING,
    // No scale is loaded.
    Param::ROOT_KEY,
];

/// Whether it is of the effects, whose steps are in `effects.rs`.
pub fn is_of_effects(param: Param) -> bool {
    matches!(
        param.row().group,
        Group::Chorus | Group::Delay | Group::Reverb
    )
}

/// A busy patch in which this parameter is heard under a held note.
pub fn audible(param: Param) -> Patch {
    let group = param.row().group;
    let mut patch = match group {
        Group::Laws | Group::Unison => copies(),
        Group::Lfo | Group::Lfo2 | Group::Lfo3 | Group::Lfo4 => lfo(group),
        Group::Sequence1 => sequence(1),
        Group::Sequence2 => sequence(2),
        Group::Curve1 => curve(1),
        Group::Curve2 => curve(2),
        Group::Curve3 => curve(3),
        Group::Curve4 => curve(4),
        Group::Recording => recorded(param),
        Group::Smear => moving(),
        Group::AmpEnvelope | Group::FilterEnvelope => enveloped(param),
        _ => busy(),
    };
    match group {
        Group::Spectra => set_four_spectra(&mut patch),
        Group::DrawnSpectra => {
            let is_first = param < Param::drawn_ratio(1, 1);
            let spectrum = SpectrumParams::ALL[usize::from(!is_first)];
            set_label(&mut patch, spectrum.body, "Drawn");
            set_label(&mut patch, spectrum.colour, "Drawn");
            patch.set(Param::MORPH_X, if is_first { 0.0 } else { 0.5 });
        }
        Group::Room => patch.set(Param::ROOM_AMOUNT, 0.8),
        Group::Breath => patch.set(Param::BREATH, 0.5),
        Group::Decay => patch.set(Param::DAMPING, 0.5),
        // It holds what a shaper does to the bass.
        Group::Anchor => patch.set(Param::PHASER, 0.7),
        _ => {}
    }
    for (amount, value) in SHAPERS {
        if amount.row().group == group {
            patch.set(amount, value);
        }
    }
    match param {
        // 512 partials of one voice are a pulse train; every change makes it quieter.
        Param::PARTIALS => patch.set(Param::TILT, -12.0),
        Param::LFO_CUTOFF => patch.set(Param::FILTER_TYPE, 1.0),
        Param::FILTER_GAIN => set_label(&mut patch, Param::FILTER_TYPE, "Low Shelf"),
        Param::FILTER_2_SLOPE => set_label(&mut patch, Param::FILTER_2_TYPE, "Low Pass"),
        Param::FIFTH | Param::MATCH => {
            set_label(&mut patch, Param::TUNING, "Fifth");
            patch.set(Param::FIFTH, 690.0);
        }
        _ => {}
    }
    patch
}

/// Laws and unison, all of them on.
pub fn copies() -> Patch {
    let mut patch = busy();
    for (param, value) in [
        (Param::UNISON, 3.0),
        (Param::SCATTER, 30.0),
        (Param::CLUSTER, 0.2),
        (Param::HARMONICITY, 0.2),
        (Param::SHIFT, 30.0),
    ] {
        patch.set(param, value);
    }
    patch
}

/// A spectrum that tilts to and fro, smeared.
pub fn moving() -> Patch {
    let mut patch = busy();
    for (param, value) in [
        (Param::LFO_TILT, 9.0),
        (Param::LFO_RATE, 3.0),
        (Param::SMEAR_RISE, 0.05),
        (Param::SMEAR_FALL, 0.2),
    ] {
        patch.set(param, value);
    }
    patch
}

/// A tone that is in the stage of this parameter of an envelope.
fn enveloped(param: Param) -> Patch {
    let mut patch = busy();
    patch.set(Param::CUTOFF, 300.0);
    patch.set(Param::FILTER_ENV, 3.0);
    patch.set(Param::AMP_SUSTAIN, 0.3);
    let stage: &[Param] = match param {
        Param::AMP_DELAY | Param::FILTER_DELAY => &[],
        Param::AMP_ATTACK
        | Param::AMP_ATTACK_CURVE
        | Param::FILTER_ATTACK
        | Param::FILTER_ATTACK_CURVE => &[Param::AMP_ATTACK, Param::FILTER_ATTACK],
        Param::AMP_HOLD | Param::FILTER_HOLD => &[Param::AMP_HOLD, Param::FILTER_HOLD],
        Param::AMP_SUSTAIN | Param::FILTER_SUSTAIN => &[],
        _ => &[Param::AMP_DECAY, Param::FILTER_DECAY],
    };
    for &time in stage {
        patch.set(time, 0.4);
    }
    if is_of_envelope_fan(param) {
        fan_envelope(&mut patch, param);
    }
    patch
}

/// Whether it is what sets the partials apart in an envelope.
pub fn is_of_envelope_fan(param: Param) -> bool {
    let row = param.row();
    matches!(row.group, Group::AmpEnvelope | Group::FilterEnvelope) && row.id.contains("_fan_")
}

/// Lets the envelope of this parameter move the partials, each at its own place of the fan.
pub fn fan_envelope(patch: &mut Patch, param: Param) {
    let route = RouteParams::of(1);
    set_label(patch, route.from, param.row().group.name());
    set_label(patch, route.to, "Partials Level");
    patch.set(route.depth, 0.2);
}

/// A bright tone whose partials' levels this source moves.
fn moved_by(source: &str) -> Patch {
    let mut patch = busy();
    for (param, value) in [
        (Param::PARTIALS, 64.0),
        (Param::TILT, -3.0),
        (Param::FILTER_TYPE, 0.0),
        (Param::FILTER_2_TYPE, 0.0),
    ] {
        patch.set(param, value);
    }
    let route = RouteParams::of(1);
    set_label(&mut patch, route.from, source);
    set_label(&mut patch, route.to, "Partials Level");
    patch.set(route.depth, 0.2);
    patch
}

fn lfo(group: Group) -> Patch {
    let groups = [Group::Lfo, Group::Lfo2, Group::Lfo3, Group::Lfo4];
    let place = groups.iter().position(|&of| of == group);
    let number = 1 + place.expect("an LFO's group");
    let mut patch = moved_by(&format!("LFO {number}"));
    let lfo = LfoParams::of(number);
    patch.set(lfo.rate, 3.0);
    patch.set(lfo.fan_phase, 0.7);
    patch.set(lfo.fan_rate, 0.5);
    patch
}

/// All of its steps are under some partial.
fn sequence(number: usize) -> Patch {
    let mut patch = moved_by(&format!("Sequence {number}"));
    let sequence = SequenceParams::of(number);
    set_label(&mut patch, sequence.division, "1/16");
    set_label(&mut patch, sequence.fan_order, "Random");
    // With which each step is under a partial.
    patch.set(Param::SEED, 2.0);
    patch.set(sequence.steps, 32.0);
    patch.set(sequence.glide, 0.5);
    patch.set(sequence.fan_steps, 32.0);
    for step in 1..=32 {
        patch.set(sequence.step(step), (step % 5) as f32 * 0.4 - 0.8);
    }
    patch
}

/// All of its points are under some partial.
fn curve(number: usize) -> Patch {
    let mut patch = moved_by(&format!("Curve {number}"));
    let curve = CurveParams::of(number);
    set_label(&mut patch, curve.mode, "Loop");
    set_label(&mut patch, curve.fan_order, "Number");
    patch.set(curve.time, 0.5);
    patch.set(curve.fan_delay, 0.25);
    patch.set(curve.points, 16.0);
    patch.set(curve.loop_start, 1.0);
    patch.set(curve.loop_end, 16.0);
    for point in 1..=16 {
        patch.set(curve.point(point).time, (point - 1) as f32 / 15.0);
        patch.set(curve.point(point).level, (point % 5) as f32 * 0.4 - 0.8);
    }
    patch
}

/// Gives a patch four different spectra. All of them sound.
pub fn set_four_spectra(patch: &mut Patch) {
    let bodies = ["Harmonic", "Free Bar", "Church Bell", "Membrane"];
    let colours = ["Power", "Saw", "Clarinet", "Square"];
    for ((params, body), colour) in SpectrumParams::ALL.iter().zip(bodies).zip(colours) {
        for (param, label) in [(params.body, body), (params.colour, colour)] {
            set_label(patch, param, label);
        }
    }
    patch.set(Param::MORPH_X, 0.5);
    patch.set(Param::MORPH_Y, 0.5);
}

/// A recording that does not come to its end.
fn recorded(param: Param) -> Patch {
    let mut patch = busy();
    patch.set(Param::BODY_A, recorded_body());
    patch.set(Param::RECORDING_LOOP, 2.0);
    if param == Param::RECORDING_POSITION {
        patch.set(Param::FREEZE, 1.0);
    }
    patch
}
