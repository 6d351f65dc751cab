//! Which functions of mathematics are called, and how often.

use crate::imports::{module, without_tests};

/// The platform's libm gives different results on different machines.
#[test]
fn the_audio_path_uses_no_platform_maths() {
    let functions = [
        "sin", "cos", "tan", "sin_cos", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh",
        "asinh", "acosh", "atanh", "exp", "exp2", "exp_m1", "ln", "ln_1p", "log", "log2", "log10",
        "powf", "powi", "cbrt", "hypot", "mul_add", "gamma", "ln_gamma",
    ];
    let calls: Vec<String> = functions
        .iter()
        .flat_map(|name| ["", "f32::", "f64::"].map(|of| (name, of)))
        .map(|(name, of)| match of {
            "" => format!(".{name}("),
            of => format!("{of}{name}"),
        })
        .collect();
    for name in ["dsp", "bank", "synth", "scale"] {
        for (path, code) in module(name) {
            let code = without_tests(&code);
            for (number, line) in code.lines().enumerate() {
                for call in &calls {
                    // The bank's vectors have their own `mul_add`, which is fused at some levels.
                    let is_own = call == ".mul_add(" && name == "bank";
                    assert!(
                        is_own || !line.contains(call.as_str()),
                        "{}:{}: {call}",
                        path.display(),
                        number + 1
                    );
                }
            }
        }
    }
}

/// Values are read at every tick: of an exponential range, what lies between its ends is a constant.
#[test]
fn the_plain_value_of_an_exponential_range_takes_one_call() {
    let files = module("synth");
    let range = files
        .iter()
        .find(|(path, _)| path.ends_with("synth/parameter/range.rs"));
    let (_, code) = range.expect("the ranges");
    let between = |code: &str, begin: &str, end: &str| {
        let (_, rest) = code.split_once(begin).expect(begin);
        rest.split_once(end).expect(end).0.to_owned()
    };
    let plain = between(code, "pub fn plain(", "pub fn ");
    let arm = between(&plain, "Range::Exponential {", "Range::");
    assert_eq!(arm.matches("libm::").count(), 1, "{arm}");
    assert!(arm.contains("libm::exp2(") && !arm.contains("log"), "{arm}");
}
