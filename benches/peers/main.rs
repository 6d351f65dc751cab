//! The contenders of `cargo xtask peers` that are written in Rust, each making the same thousand
//! partials, and what the command asks beside them. The foreign ones are the command's own.
//!
//! ```text
//! peers list                          one partial a line: frequency in Hz, amplitude
//! peers render NAME SECONDS [FILE]    renders, into a file of raw f32 if one is named
//! peers check FILE CHANNELS           how many of the partials such a file holds
//! peers scaling THREADS...            the bank's cost by partials, block length and threads
//! ```
//!
//! Without any of these every contender's sound is checked, once.

mod contender;
mod partials;
#[path = "../random/mod.rs"]
mod random;
mod scaling;
mod spectrum;

use std::fs;
use std::hint::black_box;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use contender::Contender;
use partials::Partial;

/// Frames a second, of all of them.
const RATE: f64 = 48_000.0;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["list"] => {
            for Partial { hz, amplitude } in partials::all() {
                println!("{hz:.3} {amplitude:.6}");
            }
        }
        ["names"] => println!("{}", contender::NAMES.join("\n")),
        ["render", name, seconds, file @ ..] => {
            let frames = (seconds.parse::<f64>().expect("seconds") * RATE) as usize;
            let mut contender = contender::named(name).expect("the name of a contender");
            match file {
                [] => render(&mut *contender, frames, |_| ()),
                [file, ..] => write(&mut *contender, frames, file).expect("a file to write"),
            }
        }
        ["check", file, channels] => {
            let channels = channels.parse().expect("how many channels");
            let sound: Vec<f32> = fs::read(file)
                .expect("a file to read")
                .chunks_exact(4)
                .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
                .collect();
            println!("{}", spectrum::found(&sound, channels));
        }
        ["scaling", threads @ ..] => {
            for threads in threads {
                scaling::print(threads.parse().expect("how many threads"));
            }
        }
        _ => return check_all(),
    }
    ExitCode::SUCCESS
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

/// Says of each contender, in criterion's words, that it makes the partials.
fn check_all() -> ExitCode {
    let mut all_good = true;
    for name in contender::NAMES {
        println!("Testing peers/{name}");
        let mut contender = contender::named(name).expect("it is in the list");
        let channels = contender.channels();
        let mut sound = Vec::new();
        render(&mut *contender, spectrum::FRAMES, |block| {
            sound.extend_from_slice(block);
        });
        let found = spectrum::found(&sound, channels);
        if found == partials::COUNT {
            println!("Success");
        } else {
            println!("only {found} of {} partials", partials::COUNT);
            all_good = false;
        }
    }
    println!("`cargo xtask peers` times them beside Csound and SuperCollider.");
    if all_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
