//! Instructions of each kernel at each level, counted by [`valgrind`]: a change of a few percent shows,
//! though not what it means for time. A level that valgrind does not know is named and skipped, as is
//! everything where there is no valgrind.

mod random;
mod valgrind;

use aliquot::bank::spectral::{HalfSpectra, Spreader, Transform};
use aliquot::bank::{Controls, Renderer, fixed_turns};
use aliquot::dsp::simd_level::SimdLevel;
use random::Random;
use std::hint::black_box;
use std::process::ExitCode;

const PARTIALS: usize = 512;
const KERNELS: [&str; 2] = ["direct", "spectral"];
const FRAMES: [usize; 3] = [64, 128, 256];
const BLOCKS: [usize; 2] = [4, 12];

/// What the program returns for a level that it does not have, or not under valgrind.
const NO_SUCH_LEVEL: u8 = 77;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, kernel, level, frames, blocks] = arguments.as_slice()
        && word == "render"
    {
        let Some(level) = SimdLevel::named(level) else {
            return ExitCode::from(NO_SUCH_LEVEL);
        };
        let number = |text: &str| text.parse().expect("a number");
        render(kernel, level, number(frames), number(blocks));
        return ExitCode::SUCCESS;
    }
    let Some(version) = valgrind::version() else {
        return ExitCode::SUCCESS;
    };
    println!("{PARTIALS} partials, stereo, ramps; {version}");
    let mut code = ExitCode::SUCCESS;
    'levels: for level in SimdLevel::NAMES {
        for kernel in KERNELS {
            for frames in FRAMES {
                println!("Testing instructions/{kernel}/{level}/{frames}");
                match per_block(kernel, level, frames) {
                    Ok(Some(count)) => println!(
                        "{count:>12.0} a block {:>10.1} a partial\nSuccess",
                        count / PARTIALS as f64
                    ),
                    Ok(None) => {
                        println!("Skipped: {level} is not there under valgrind");
                        continue 'levels;
                    }
                    Err(error) => {
                        println!("error: {error}");
                        code = ExitCode::FAILURE;
                    }
                }
            }
        }
    }
    code
}

/// Instructions for one block, or nothing where the level is missing.
fn per_block(kernel: &str, level: &str, frames: usize) -> Result<Option<f64>, String> {
    let [Some(few), Some(many)] = BLOCKS
        .map(|blocks| instructions(kernel, level, frames, blocks))
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?[..]
    else {
        return Ok(None);
    };
    let count = (many as f64 - few as f64) / (BLOCKS[1] - BLOCKS[0]) as f64;
    // Two for each partial would be no kernel.
    if count < 2.0 * PARTIALS as f64 {
        return Err(format!("{count} instructions a block cannot be"));
    }
    Ok(Some(count))
}

/// All instructions of a whole run, or nothing where the level is missing.
fn instructions(
    kernel: &str,
    level: &str,
    frames: usize,
    blocks: usize,
) -> Result<Option<u64>, String> {
    let (frames, blocks) = (frames.to_string(), blocks.to_string());
    let output = valgrind::run(&["render", kernel, level, &frames, &blocks])?;
    if output.status.code() == Some(i32::from(NO_SUCH_LEVEL)) {
        return Ok(None);
    }
    valgrind::collected(&output).map(Some)
}

/// What is counted.
fn render(kernel: &str, level: SimdLevel, frames: usize, blocks: usize) {
    let mut random = Random::new(0);
    let mut turns = [0.0; PARTIALS].map(|_: f64| random.frequency_turns());
    turns.sort_by(f64::total_cmp);
    let increment = turns.map(fixed_turns);
    let mut phase = [0; PARTIALS].map(|_: u64| fixed_turns(random.unit()));
    let gains = [(); 4].map(|()| [0.0; PARTIALS].map(|_: f32| 0.1 + random.unit() as f32));
    let (mut left, mut right) = (vec![0.0; frames], vec![0.0; frames]);
    // Within no part it has the direct kernel alone.
    let mut direct = Renderer::new(level, frames);
    let mut spreader = Spreader::new(level, frames);
    let mut spectra = HalfSpectra::new(frames);
    let mut transform = Transform::new(level, frames);
    for _ in 0..blocks {
        let mut controls = Controls {
            phase: &mut phase,
            increment: &increment,
            half_chirp: &[],
            left_start: &gains[0],
            left_end: &gains[1],
            right_start: &gains[2],
            right_end: &gains[3],
        };
        if kernel == "direct" {
            direct.add(&mut controls, &mut left, &mut right);
        } else {
            spreader.add(&mut controls, 0.0);
            spreader.drain_into(&mut spectra);
            transform.accumulate(&spectra);
            transform.transform_into(&mut left, &mut right);
        }
        black_box((&mut left, &mut right));
    }
}
