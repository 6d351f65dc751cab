#![no_main]

#[path = "../targets.rs"]
#[allow(dead_code)]
mod targets;

libfuzzer_sys::fuzz_target!(
    init: {
        // The hook would end the program before the panic of a decoder, which counts as damage, is caught. One that
        // leaves the target still does.
        drop(std::panic::take_hook());
    },
    |bytes: &[u8]| {
        targets::sound_file(bytes);
    }
);
