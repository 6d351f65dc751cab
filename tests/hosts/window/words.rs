//! What a program with a window of ours may say on its standard error: what the framework is known
//! to say when a window closes, and nothing else of X, no warning, no error and no panic.

/// baseview 0.4.2 says so of every window that is closed: its thread is told to end, and has ended
/// when it is asked whether it has.
const CLOSED: &str = "WARN Error while closing window: Request to X11 thread failed: Could not \
                      receive response (X11 thread disconnected)";

/// What it asks of a window that went with its parent, each refused as there is no such window.
const LATE_REQUESTS: [&str; 4] = [
    r#"extension_name: None, request_name: Some("MapWindow")"#,
    r#"extension_name: None, request_name: Some("DestroyWindow")"#,
    r#"extension_name: Some("Present"), request_name: Some("SelectInput")"#,
    r#"extension_name: Some("Present"), request_name: Some("NotifyMSC")"#,
];

/// How its JACK backend (nice-plug 0.4.2) ends where JACK's server is too busy to answer in time, when
/// everything else has ended well.
const JACK_IS_BUSY: &str = "ERROR thread 'unnamed' panicked at 'called `Result::unwrap()` on an `Err` \
                            value: ClientDeactivationError'";
/// While the program leaves a JACK server, libjack and the framework may wait for each other for ever;
/// then the program ends by itself, and says so (`docs/upstream.md`).
const JACK_IS_NOT_LEFT: &str = "WARN The sound device has not been left within ";

/// How windows come to their end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The plugin closes them.
    Closed,
    /// Their parents go first.
    WithParents,
}

/// The lines that should not have been said.
pub fn complaints(said: &str, ends: Ends) -> Vec<String> {
    said.lines()
        .map(as_released)
        .filter(|line| {
            let is_known = line == CLOSED
                || line.starts_with(JACK_IS_BUSY)
                || line.starts_with(JACK_IS_NOT_LEFT)
                || ends == Ends::WithParents && is_late(line);
            is_complaint(line) && !is_known
        })
        .collect()
}

/// A line as a release build says it: a build with debug assertions sets the time before its level and
/// the module behind it.
fn as_released(line: &str) -> String {
    let line = line.trim();
    let mut words = line.split_whitespace();
    let (time, level) = (words.next(), words.next());
    let module = words.next().and_then(|word| word.strip_suffix(':'));
    match (time, level, module) {
        (Some(time), Some(level @ ("WARN" | "ERROR")), Some(_)) if time.ends_with('Z') => {
            let rest: Vec<&str> = words.collect();
            format!("{level} {}", rest.join(" "))
        }
        _ => line.to_owned(),
    }
}

fn is_complaint(line: &str) -> bool {
    ["WARN", "ERROR"].iter().any(|word| line.starts_with(word))
        || [
            "X11", "X Error", "X error", "XIO", "XCB", "[xcb]", "panicked",
        ]
        .iter()
        .any(|word| line.contains(word))
}

fn is_late(line: &str) -> bool {
    let error = [
        "WARN X11 error ",
        "WARN Error while closing window: X server replied with error: ",
    ]
    .iter()
    .find_map(|beginning| line.strip_prefix(beginning));
    error.is_some_and(|error| {
        error.starts_with("X11Error { error_kind: Window, error_code: 3, ")
            && LATE_REQUESTS.iter().any(|request| error.contains(request))
    })
}

mod tests {
    use super::*;

    #[test]
    fn only_what_is_known_may_be_said() {
        let late = "WARN X11 error X11Error { error_kind: Window, error_code: 3, sequence: 160, \
                    bad_value: 12582915, minor_opcode: 3, major_opcode: 147, extension_name: \
                    Some(\"Present\"), request_name: Some(\"SelectInput\") }";
        let other = late.replace("SelectInput", "Pixmap");
        let panic = "thread 'main' panicked at src/editor.rs:1:1:";
        let said = format!(" {CLOSED}\n {late}\n{other}\n{panic}\nlibEGL warning: slow\n");
        assert_eq!(complaints(&said, Ends::WithParents), [&*other, panic]);
        assert_eq!(complaints(&said, Ends::Closed), [late, &other, panic]);
        let module = "baseview::platform::x11::window_thread:";
        let debug = |line: &str, level: &str| {
            let words = line.replacen(level, &format!("{level} {module}"), 1);
            format!("2026-11-26T15:11:40.804242Z  {words}")
        };
        let said = [debug(CLOSED, "WARN"), debug("ERROR no", "ERROR")].join("\n");
        assert_eq!(complaints(&said, Ends::Closed), ["ERROR no"]);
    }
}
