//! Compares the bank with other synthesizers and measures how its cost scales: `cargo xtask peers`.
//!
//! ```text
//! peers                               the comparison
//! peers render NAME SECONDS [FILE]    what it starts: one of the contenders written in Rust renders,
//!                                     into a file of raw f32 if one is named
//! peers scaling THREADS...            what it starts: the bank's cost by partials, block length and
//!                                     threads
//! ```

mod chart;
mod comparison;
mod contender;
mod csound;
mod partials;
#[path = "../../random/mod.rs"]
mod random;
mod report;
#[cfg(test)]
mod reverb;
mod scaling;
mod spectrum;
mod supercollider;

use std::fs;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use contender::Contender;

/// Frames per second, of all contenders.
const RATE_HZ: f64 = 48_000.0;

fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => return comparison::run(),
        ["render", name, seconds, file @ ..] => {
            let frames = (seconds.parse::<f64>()? * RATE_HZ) as usize;
            let mut contender = contender::named(name).context("there is no such contender")?;
            match file {
                [] => render(&mut *contender, frames, |_| ()),
                [file, ..] => write(&mut *contender, frames, file)?,
            }
        }
        ["scaling", threads @ ..] => {
            for threads in threads {
                scaling::print(threads.parse()?);
            }
        }
        _ => bail!("cannot read '{}'", words.join(" ")),
    }
    Ok(ExitCode::SUCCESS)
}

/// Renders whole blocks, `frames` or a little more, and hands each to `each`, channels interleaved.
fn render(contender: &mut dyn Contender, frames: usize, mut each: impl FnMut(&[f32])) {
    let mut block = vec![0.0; contender.block_frames() * contender.channels()];
    for _ in 0..frames.div_ceil(contender.block_frames()) {
        contender.render(&mut block);
        each(black_box(&block));
    }
}

fn write(contender: &mut dyn Contender, frames: usize, file: &str) -> std::io::Result<()> {
    let mut file = BufWriter::new(fs::File::create(file)?);
    let mut result = Ok(());
    render(contender, frames, |block| {
        for sample in block {
            if result.is_ok() {
                result = file.write_all(&sample.to_le_bytes());
            }
        }
    });
    result.and_then(|()| file.flush())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_contender_in_rust_makes_the_partials() {
        for name in contender::NAMES {
            let mut contender = contender::named(name).expect("it is in the list");
            let channels = contender.channels();
            let mut sound = Vec::new();
            render(&mut *contender, spectrum::FRAMES, |block| {
                sound.extend_from_slice(block);
            });
            assert_eq!(spectrum::found(&sound, channels), partials::COUNT, "{name}");
        }
    }
}
