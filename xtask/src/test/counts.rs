//! Reading how many tests ran from what test programs print.

use std::fmt;
use std::ops::AddAssign;

/// How many tests went which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Ran and passed.
    pub passed: u32,
    /// Ran and failed, or should have run and did not.
    pub failed: u32,
    /// Said that they cannot run here.
    pub skipped: u32,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        match self.skipped {
            0 => Ok(()),
            skipped => write!(f, ", {skipped} skipped"),
        }
    }
}

/// The counts of a stage so far, and the failures by name.
#[derive(Debug, Default)]
pub struct Reading {
    /// The counts so far.
    pub counts: Counts,
    /// One line for each failure.
    pub failures: Vec<String>,
}

impl Reading {
    /// Counts one failure.
    pub fn fail(&mut self, what: String) {
        self.counts.failed += 1;
        self.failures.push(what);
    }

    /// Counts what could not be run here, and says why.
    pub fn skip(&mut self, why: &str) {
        println!("skipped: {why}");
        self.counts.skipped += 1;
    }
}

/// Reads the output of `cargo test --no-fail-fast`, both streams as one.
pub struct RustTests<'a> {
    reading: &'a mut Reading,
    /// The test program that runs now and has not yet given its result.
    running: Option<String>,
    /// Failures that have been named since the program started.
    named: u32,
}

impl<'a> RustTests<'a> {
    /// A file under `tests/` that holds no test is a failure.
    pub fn new(reading: &'a mut Reading) -> Self {
        Self {
            reading,
            running: None,
            named: 0,
        }
    }

    /// Takes one line.
    pub fn read(&mut self, line: &str) {
        let line = line.trim();
        let starts = |word| line.strip_prefix(word);
        if let Some(name) = starts("Running ").or(starts("Doc-tests ")) {
            self.close();
            let name = name.split_once(" (").map_or(name, |(name, _)| name);
            self.running = Some(name.to_owned());
        } else if let Some(result) = starts("test result: ") {
            self.result(result);
        } else if let Some(name) = starts("test ").and_then(|line| line.strip_suffix(" ... FAILED"))
        {
            let program = self.running.as_deref().unwrap_or_default();
            self.reading.failures.push(format!("{program}: {name}"));
            self.named += 1;
        }
    }

    /// After the last line: whether cargo itself succeeded.
    pub fn end(mut self, success: bool) {
        self.close();
        if !success && self.reading.counts.failed == 0 {
            self.reading.fail("the tests did not build".to_owned());
        }
    }

    fn result(&mut self, result: &str) {
        let program = self.running.take().unwrap_or_default();
        let counts = Counts {
            passed: number_before(result, "passed"),
            failed: number_before(result, "failed"),
            skipped: number_before(result, "ignored"),
        };
        self.reading.counts += counts;
        self.named = 0;
        // A library or a program without unit tests is no fault, nor one without doc tests.
        let is_file_of_tests = program.ends_with(".rs") && !program.starts_with("unittests");
        if is_file_of_tests && counts == Counts::default() {
            self.reading.fail(format!("{program}: holds no test"));
        }
    }

    /// A program that another follows without its result has crashed.
    fn close(&mut self) {
        if let Some(program) = self.running.take() {
            // Tests named before the crash are in the list and not yet in the counts.
            self.reading.counts.failed += self.named;
            self.named = 0;
            self.reading
                .fail(format!("{program}: ended without a result"));
        }
    }
}

/// Reads the output of benches in test mode, criterion's and those that say the same: `Success`, or
/// `Skipped: ` and why.
pub struct Benches<'a> {
    reading: &'a mut Reading,
}

impl<'a> Benches<'a> {
    /// Starts to read.
    pub fn new(reading: &'a mut Reading) -> Self {
        Self { reading }
    }

    /// Takes one line.
    pub fn read(&mut self, line: &str) {
        if line.trim() == "Success" {
            self.reading.counts.passed += 1;
        } else if line.starts_with("Skipped: ") {
            self.reading.counts.skipped += 1;
        }
    }

    /// After the last line: whether cargo itself succeeded.
    pub fn end(self, success: bool) {
        if !success {
            self.reading
                .fail("a benchmark did not run to its end".to_owned());
        }
    }
}

/// Reads the output of pytest.
pub struct PythonTests<'a> {
    reading: &'a mut Reading,
    summary: Option<Counts>,
}

impl<'a> PythonTests<'a> {
    /// Starts to read.
    pub fn new(reading: &'a mut Reading) -> Self {
        Self {
            reading,
            summary: None,
        }
    }

    /// Takes one line.
    pub fn read(&mut self, line: &str) {
        let line = line.trim().trim_matches('=').trim();
        if line.starts_with("FAILED ") || line.starts_with("ERROR ") {
            self.reading.failures.push(line.to_owned());
        }
        // `1 failed, 2 passed, 1 skipped in 3.02s`
        let Some((counts, time)) = line.rsplit_once(" in ") else {
            return;
        };
        let is_summary = counts.split(", ").all(|part| {
            part.split_once(' ').is_some_and(|(number, word)| {
                number.parse::<u32>().is_ok() && word.chars().all(char::is_alphabetic)
            })
        });
        if is_summary && time.starts_with(|first: char| first.is_ascii_digit()) {
            let number = |word| number_before(counts, word);
            self.summary = Some(Counts {
                passed: number("passed"),
                // A test that is expected to fail and passes says something false.
                failed: number("failed") + number("error") + number("errors") + number("xpassed"),
                skipped: number("skipped") + number("xfailed"),
            });
        }
    }

    /// After the last line: whether pytest itself succeeded.
    pub fn end(self, success: bool) {
        match self.summary {
            Some(counts) => {
                self.reading.counts += counts;
                if !success && counts.failed == 0 {
                    self.reading.fail("pytest failed".to_owned());
                }
            }
            None => self
                .reading
                .fail("pytest ended without a summary".to_owned()),
        }
    }
}

/// The number before the whole word `word`, or 0: in `2 passed; 1 failed`, 1 before `failed`.
fn number_before(text: &str, word: &str) -> u32 {
    let words: Vec<&str> = text.split([' ', ',', ';', '.']).collect();
    words
        .windows(2)
        .find(|pair| pair[1] == word)
        .and_then(|pair| pair[0].parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(lines: &str, success: bool) -> Reading {
        let mut reading = Reading::default();
        let mut tests = RustTests::new(&mut reading);
        lines.lines().for_each(|line| tests.read(line));
        tests.end(success);
        reading
    }

    fn python(lines: &str, success: bool) -> Reading {
        let mut reading = Reading::default();
        let mut tests = PythonTests::new(&mut reading);
        lines.lines().for_each(|line| tests.read(line));
        tests.end(success);
        reading
    }

    const GOOD: &str = "
     Running unittests src/lib.rs (target/checked/deps/aliquot-1)
test dsp::a ... ok
test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s
     Running unittests src/bin/render.rs (target/checked/deps/aliquot_render-1)
test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
     Running tests/clap.rs (target/checked/deps/clap-1)
test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
   Doc-tests aliquot
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";

    #[test]
    fn counts_of_all_programs_are_added() {
        assert_eq!(
            rust(GOOD, true).counts.to_string(),
            "16 passed, 0 failed, 1 skipped"
        );
    }

    #[test]
    fn a_file_of_tests_without_tests_has_failed() {
        let lines = GOOD.replace("3 passed", "0 passed");
        let reading = rust(&lines, true);
        assert_eq!(reading.counts.to_string(), "13 passed, 1 failed, 1 skipped");
        assert_eq!(reading.failures, ["tests/clap.rs: holds no test"]);
    }

    #[test]
    fn a_failing_test_is_named_and_counted_once() {
        let lines = GOOD
            .replace("test dsp::a ... ok", "test dsp::a ... FAILED")
            .replace("ok. 12 passed; 0 failed", "FAILED. 11 passed; 1 failed");
        let reading = rust(&lines, false);
        assert_eq!(reading.counts.to_string(), "15 passed, 1 failed, 1 skipped");
        assert_eq!(reading.failures, ["unittests src/lib.rs: dsp::a"]);
    }

    #[test]
    fn a_crash_is_a_failure_though_others_pass() {
        let lines = GOOD.replace("test result: ok. 3 passed", "signal: 11, SIGSEGV");
        let reading = rust(&lines, false);
        assert_eq!(reading.counts.to_string(), "13 passed, 1 failed, 1 skipped");
        assert_eq!(reading.failures, ["tests/clap.rs: ended without a result"]);
    }

    #[test]
    fn tests_that_do_not_build_have_failed() {
        let reading = rust("error[E0425]: cannot find value `x`", false);
        assert_eq!(reading.counts.to_string(), "0 passed, 1 failed");
    }

    #[test]
    fn benches_run_fail_or_say_why_not() {
        let read = |lines: &str, success| {
            let mut reading = Reading::default();
            let mut benches = Benches::new(&mut reading);
            lines.lines().for_each(|line| benches.read(line));
            benches.end(success);
            reading.counts.to_string()
        };
        let lines = "Testing a\nSuccess\nTesting b\nSkipped: valgrind is not there";
        assert_eq!(read(lines, true), "1 passed, 0 failed, 1 skipped");
        assert_eq!(read(lines, false), "1 passed, 1 failed, 1 skipped");
    }

    #[test]
    fn pytest_is_read_with_and_without_frames() {
        let good = python("....s\n4 passed, 1 skipped, 2 warnings in 3.02s", true);
        assert_eq!(good.counts.to_string(), "4 passed, 0 failed, 1 skipped");
        let bad = python(
            "FAILED tests/hosts/vst3/test_a.py::test_b - assert 1 in 2\n\
             === 1 failed, 3 passed, 2 errors in 61.10s (0:01:01) ===",
            false,
        );
        assert_eq!(bad.counts.to_string(), "3 passed, 3 failed");
        assert_eq!(bad.failures.len(), 1);
    }

    #[test]
    fn pytest_that_crashes_or_finds_nothing_has_no_tests() {
        let crash = python("Fatal Python error: Segmentation fault", false);
        assert_eq!(crash.counts.to_string(), "0 passed, 1 failed");
        let nothing = python("no tests ran in 0.01s", false);
        assert_eq!(nothing.counts.to_string(), "0 passed, 1 failed");
    }
}
