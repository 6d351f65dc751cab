//! Limits of what voices may cost, in instructions of a voice of 512 partials in a block.
//!
//! Ratios are of one run. Counts are those of one compiler and of cargo's profile `bench`: with another
//! compiler or profile they are printed, and said not to be compared.

use std::process::{Command, ExitCode};

const PARTIALS: usize = 512;
/// The compiler of [`COUNTS`], as it names itself.
const COMPILER: &str = "rustc 1.95.0";
/// What the cases cost with it.
const COUNTS: [(&str, f64); 7] = [
    ("steady", 26_068.0),
    ("decaying", 35_310.0),
    ("sliding", 44_711.0),
    ("moving", 78_914.0),
    ("together", 41_236.0),
    ("fanned", 45_119.0),
    ("all-fanned", 132_583.0),
];
/// How many times as large a count may be.
const MORE: f64 = 1.01;
/// A case, and how many times as much as another it may cost: a fan on one LFO, and a fan in each of 24
/// routes beside everything that moves without one.
const RATIOS: [(&str, &str, f64); 2] =
    [("fanned", "together", 1.15), ("all-fanned", "moving", 2.0)];

/// Counts all cases with `count`, by name and partials, and compares them.
pub fn check(count: impl Fn(&str, usize) -> Result<f64, String>) -> ExitCode {
    let is_compared = !cfg!(debug_assertions) && compiler().is_some_and(|it| it == COMPILER);
    if !is_compared {
        println!("not compared with the counts of {COMPILER}: another compiler or profile");
    }
    let mut counts = Vec::new();
    let mut code = ExitCode::SUCCESS;
    let mut tell = |name: &str, result: Result<(), String>| {
        println!("Testing voices/{name}");
        match result {
            Ok(()) => println!("Success"),
            Err(error) => {
                println!("error: {error}");
                code = ExitCode::FAILURE;
            }
        }
    };
    for (name, before) in COUNTS {
        let counted = count(name, PARTIALS);
        let result = counted.and_then(|now| {
            println!("{now:>12.1} a voice and block: {name}");
            counts.push((name, now));
            let is_more = is_compared && now > MORE * before;
            let error = || format!("{now:.0} instructions; {before:.0} and 1 % at most");
            if is_more { Err(error()) } else { Ok(()) }
        });
        tell(&format!("{name}/{PARTIALS}/count"), result);
    }
    let of = |name: &str| counts.iter().find(|(counted, _)| *counted == name);
    for (name, other, most) in RATIOS {
        let result = match (of(name), of(other)) {
            (Some((_, count)), Some((_, other))) if count / other <= most => Ok(()),
            (Some((_, count)), Some((_, other))) => {
                Err(format!("{:.3} times; {most} at most", count / other))
            }
            _ => Err("a count is missing".to_owned()),
        };
        tell(&format!("{name}/{other}/ratio"), result);
    }
    code
}

/// The compiler at hand, by its version.
fn compiler() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    Some(words.join(" "))
}
