//! Aliquot as a program of its own: sound by JACK, ALSA, CoreAudio or WASAPI, notes by MIDI.

use std::process::ExitCode;

use aliquot::plugin::Aliquot;
use nice_plug::prelude::nice_export_standalone;

fn main() -> ExitCode {
    if nice_export_standalone::<Aliquot>() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
