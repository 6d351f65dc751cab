//! Limits of what voices may cost, in instructions of a voice in a block: what moves, the stages alone, the
//! effects.
//!
//! Ratios are of one run. Counts are those of one compiler and of cargo's profile `bench`: with another
//! compiler or profile they are printed, and said not to be compared.

use std::process::{Command, ExitCode};

/// The compiler of [`COUNTS`], as it names itself.
const COMPILER: &str = "rustc 1.95.0";

/// A case, and what it costs with that compiler.
struct Count {
    name: &'static str,
    partials: usize,
    voices: usize,
    instructions: f64,
}

/// Voices of 512 partials. There are few of them, which are counted sooner, but for the case that [`BEFORE_TUNINGS`]
/// is compared with; beside the effects there is as good as nothing.
#[rustfmt::skip]
const COUNTS: [Count; 25] = [
    Count::new("steady", 512, 64, 26_008.0),
    Count::new("decaying", 512, 4, 37_390.0),
    Count::new("sliding", 512, 4, 47_204.0),
    Count::new("moving", 512, 4, 81_464.0),
    Count::new("together", 512, 4, 43_259.0),
    Count::new("fanned", 512, 4, 47_136.0),
    Count::new("all-fanned", 512, 4, 132_450.0),
    Count::new("laws", 512, 4, 69_676.0),
    Count::new("unison", 512, 4, 62_372.0),
    Count::new("morphing", 512, 4, 66_673.0),
    Count::new("divide", 512, 4, 49_665.0),
    Count::new("comb", 512, 4, 69_812.0),
    Count::new("phaser", 512, 4, 48_335.0),
    Count::new("vowel", 512, 4, 48_000.0),
    Count::new("focus", 512, 4, 45_386.0),
    Count::new("copies", 512, 4, 48_016.0),
    Count::new("contrast", 512, 4, 48_500.0),
    Count::new("threshold", 512, 4, 48_583.0),
    Count::new("blur", 512, 4, 53_736.0),
    Count::new("smear", 512, 4, 43_964.0),
    Count::new("breath", 512, 4, 40_828.0),
    Count::new("anchored-divide", 512, 4, 51_864.0),
    Count::new("room", 512, 4, 51_373.0),
    Count::new("sliding-room", 512, 4, 91_329.0),
    Count::new("effects", 1, 1, 109_801.0),
];

impl Count {
    const fn new(name: &'static str, partials: usize, voices: usize, instructions: f64) -> Self {
        Self {
            name,
            partials,
            voices,
            instructions,
        }
    }
}

/// What a voice without a tuning in which nothing moves cost at commit 7a8354a, before there were tunings: not an
/// instruction more is allowed.
const BEFORE_TUNINGS: (&str, f64) = ("steady", 26_088.9);

/// How many times as large a count may be.
const MORE: f64 = 1.01;
/// A case, and how many times as much as another it may cost: a fan on one LFO, and a fan in each of 24
/// routes beside everything that moves without one.
const RATIOS: [(&str, &str, f64); 2] =
    [("fanned", "together", 1.15), ("all-fanned", "moving", 2.0)];

/// Cases with all that can be switched off, once on and then off, and the same where nothing has been touched.
const SWITCHED_OFF: [(&str, &str); 2] = [
    ("switched-off", "steady"),
    ("sliding-switched-off", "sliding"),
];
/// Partials and voices of these: many, and one, beside which what a block costs whatever it plays shows most.
const SWITCHED_OFF_VOICES: [(usize, usize); 2] = [(512, 4), (1, 1)];
/// By how many instructions in a block they may differ. They differ by one or two: where memory lies, and how long
/// copies of it take, is not the same in both runs.
const SWITCHED_OFF_MORE: f64 = 10.0;

/// Counts all cases with `count`, by name, partials and voices, and compares them.
pub fn check(count: impl Fn(&str, usize, usize) -> Result<f64, String>) -> ExitCode {
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
    for case in &COUNTS {
        let (name, partials, before) = (case.name, case.partials, case.instructions);
        let result = count(name, partials, case.voices).and_then(|now| {
            println!("{now:>12.1} a voice and block: {name}");
            counts.push((name, now));
            let is_more = is_compared && now > MORE * before;
            let error = || format!("{now:.0} instructions; {before:.0} and 1 % at most");
            if is_more { Err(error()) } else { Ok(()) }
        });
        tell(&format!("{name}/{partials}/count"), result);
    }
    let of = |name: &str| counts.iter().find(|(counted, _)| *counted == name);
    let (name, before) = BEFORE_TUNINGS;
    let result = match of(name) {
        Some((_, now)) if is_compared && *now > before => Err(format!(
            "{now:.1} instructions; {before} before there were tunings"
        )),
        Some(_) => Ok(()),
        None => Err("the count is missing".to_owned()),
    };
    tell(&format!("{name}/without-tuning"), result);
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
    check_switched_off(count, tell);
    code
}

/// Compares what is switched off with what has never been on. Tells the result of each case.
fn check_switched_off(
    count: impl Fn(&str, usize, usize) -> Result<f64, String>,
    mut tell: impl FnMut(&str, Result<(), String>),
) {
    for (off, plain) in SWITCHED_OFF {
        for (partials, voices) in SWITCHED_OFF_VOICES {
            let in_block = |name| Ok(count(name, partials, voices)? * voices as f64);
            let counts = in_block(off).and_then(|off| Ok((off, in_block(plain)?)));
            let result = counts.and_then(|(now, plain)| {
                println!("{now:>12.1} a block, {plain:.1} without: {off}");
                let differ = (now - plain).abs() > SWITCHED_OFF_MORE;
                let error = || format!("{now:.1} instructions in a block; {plain:.1} without");
                if differ { Err(error()) } else { Ok(()) }
            });
            tell(&format!("{off}/{partials}/{voices}"), result);
        }
    }
}

/// The compiler at hand, by its version.
fn compiler() -> Option<String> {
    let output = Command::new("rustc").arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let words: Vec<&str> = text.split_whitespace().take(2).collect();
    Some(words.join(" "))
}
