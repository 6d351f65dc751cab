//! What the system says of this process and its threads.

use std::time::{Duration, Instant};

/// Processor time that this thread has had. Where the system does not report it, the time that has passed,
/// which other programs make longer.
pub fn thread_time() -> Duration {
    #[cfg(unix)]
    {
        use nix::time::{ClockId, clock_gettime};
        if let Ok(time) = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID) {
            return Duration::from(time);
        }
    }
    static BEGUN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    BEGUN.get_or_init(Instant::now).elapsed()
}

/// Memory of this process that is in use, in bytes, after what the allocator holds ready has been given back to
/// the system; `None` where the system does not report it.
pub fn memory_bytes() -> Option<usize> {
    #[cfg(target_os = "linux")]
    {
        trim();
        let text = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = text.lines().find(|line| line.starts_with("RssAnon:"))?;
        let kilobytes: usize = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(1024 * kilobytes)
    }
    #[cfg(not(target_os = "linux"))]
    None
}

#[cfg(target_os = "linux")]
fn trim() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it may be called at any time, from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}
