//! `cargo xtask demo`: from a fresh clone to a sound file and its picture.

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::host::{self, Rendered};
use crate::workspace::shown;
use crate::{bundle, replace, setup, spectrogram, workspace};

/// The preset that the demo plays by default.
pub const PRESET: &str = "Struck String";

/// The title of `xtask/demo/prelude.mid`.
const PIECE: &str = "Prelude in C major, BWV 846";
const SAMPLE_RATE_HZ: f64 = 48_000.0;
const BUFFER_FRAMES: usize = 512;

/// Sets up, builds, bundles, plays the bundled MIDI file through the bundled CLAP with `preset`, and
/// writes the sound and its spectrogram.
///
/// # Errors
/// If there is no such preset, any of these steps fails, or the sound is silent or not finite.
pub fn demo(preset: &str) -> Result<()> {
    // Before the long build.
    let whole = host::starting_preset(preset)?;
    setup::provide(&[setup::Need::Build])?;
    let bundled = bundle::release()?;

    let clap = bundled.join("Aliquot.clap");
    let midi = workspace::root().join("xtask/demo/prelude.mid");
    println!(
        "\nPlaying {} ({PIECE}) with the preset {preset}.",
        shown(&midi)
    );
    let started = Instant::now();
    let rendered = host::render_midi(&clap, &midi, &whole, SAMPLE_RATE_HZ, BUFFER_FRAMES)?;
    let took_s = started.elapsed().as_secs_f64();
    let seconds = rendered.left.len() as f64 / rendered.sample_rate_hz;
    let peak_db = 20.0 * peak(&rendered)?.log10();

    let folder = workspace::target()?.join("demo");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create '{}'", folder.display()))?;
    let (wav, png) = (folder.join("aliquot.wav"), folder.join("aliquot.png"));
    replace::write_over(&wav, |path| write_wav(path, &rendered))?;
    replace::write_over(&png, |path| {
        spectrogram::draw(
            &rendered.left,
            &rendered.right,
            rendered.sample_rate_hz,
            &format!("Aliquot, {preset}: {PIECE}"),
            path,
        )
    })?;

    println!(
        "\nThe bundled CLAP played {seconds:.1} s in {took_s:.1} s ({:.0} times real time), \
         peak {peak_db:.1} dBFS.\n\
         \n  sound        {}\n  spectrogram  {}\n  plugins      {}\n\
         \nNext: listen to the sound, look at the picture, then `cargo xtask install --user` puts \
         the\nplugins where your DAW looks for them.",
        seconds / took_s,
        shown(&wav),
        shown(&png),
        shown(&bundled),
    );
    Ok(())
}

/// The largest magnitude in either channel.
fn peak(rendered: &Rendered) -> Result<f32> {
    let mut peak = 0.0_f32;
    for sample in rendered.left.iter().chain(&rendered.right) {
        ensure!(sample.is_finite(), "the plugin returned {sample}");
        peak = peak.max(sample.abs());
    }
    ensure!(peak > 1e-4, "the plugin is silent");
    Ok(peak)
}

/// Writes the exact samples: 32-bit float, stereo.
fn write_wav(path: &Path, rendered: &Rendered) -> Result<()> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: rendered.sample_rate_hz as u32,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let context = || format!("cannot write '{}'", path.display());
    let mut writer = hound::WavWriter::create(path, spec).with_context(context)?;
    for (left, right) in rendered.left.iter().zip(&rendered.right) {
        writer.write_sample(*left).with_context(context)?;
        writer.write_sample(*right).with_context(context)?;
    }
    writer.finalize().with_context(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendered(left: Vec<f32>) -> Rendered {
        Rendered {
            sample_rate_hz: 48_000.0,
            right: left.clone(),
            left,
        }
    }

    #[test]
    fn an_unknown_preset_is_an_error_before_the_build() {
        let error = demo("Struk String").unwrap_err().to_string();
        assert!(error.contains("\"Struk String\""), "{error}");
    }

    #[test]
    fn silence_and_nan_are_errors() {
        assert_eq!(peak(&rendered(vec![0.0, -0.5, 0.25])).unwrap(), 0.5);
        assert!(peak(&rendered(vec![0.0; 100])).is_err());
        assert!(peak(&rendered(vec![0.5, f32::NAN])).is_err());
    }

    #[test]
    fn the_file_has_the_exact_samples() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let sound = rendered(vec![0.0, 1e-30, -0.123_456_79, 1.0]);
        write_wav(&path, &sound).unwrap();
        let samples: Vec<f32> = hound::WavReader::open(&path)
            .unwrap()
            .samples()
            .map(Result::unwrap)
            .collect();
        let left: Vec<f32> = samples.into_iter().step_by(2).collect();
        assert_eq!(left, sound.left);
    }
}
