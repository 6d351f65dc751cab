//! Outputs that are no regular files: standard output, pipes, character devices.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// Where a WAV file is written in one piece.
pub struct Stream {
    pub writer: Box<dyn Write>,
    /// Whether it is standard output, which takes nothing else then.
    pub is_standard_output: bool,
}

impl Stream {
    /// Standard output.
    pub fn standard_output() -> io::Result<Stream> {
        if io::stdout().is_terminal() {
            return Err(a_terminal());
        }
        Ok(Stream {
            writer: standard_output()?,
            is_standard_output: true,
        })
    }

    /// The pipe or the character device of that name; `None` where there is none. A pipe is waited for
    /// until another program reads from it.
    #[cfg(unix)]
    pub fn open(path: &Path) -> io::Result<Option<Stream>> {
        use std::os::unix::fs::{FileTypeExt, MetadataExt};

        let Ok(metadata) = fs::metadata(path) else {
            return Ok(None);
        };
        let kind = metadata.file_type();
        if !kind.is_fifo() && !kind.is_char_device() {
            return Ok(None);
        }
        let file = OpenOptions::new().write(true).open(path)?;
        if file.is_terminal() {
            return Err(a_terminal());
        }
        let standard = duplicate().and_then(|standard| standard.metadata());
        let is_same = standard.is_ok_and(|standard| {
            (standard.dev(), standard.ino()) == (metadata.dev(), metadata.ino())
        });
        Ok(Some(Stream {
            writer: Box::new(file),
            is_standard_output: kind.is_fifo() && is_same,
        }))
    }

    #[cfg(not(unix))]
    pub fn open(_: &Path) -> io::Result<Option<Stream>> {
        Ok(None)
    }
}

fn a_terminal() -> io::Error {
    io::Error::other("a terminal cannot take a WAV file")
}

/// Writes a text to standard output.
pub fn tell(text: &str) -> io::Result<()> {
    let mut output = standard_output()?;
    output.write_all(text.as_bytes())?;
    output.flush()
}

/// Standard output, with all errors: the standard library's own ignores those of a descriptor that is
/// not open for writing. (One that is closed is `/dev/null` before `main` begins, as in every Rust
/// program.)
#[cfg(unix)]
fn standard_output() -> io::Result<Box<dyn Write>> {
    Ok(Box::new(duplicate()?))
}

#[cfg(not(unix))]
fn standard_output() -> io::Result<Box<dyn Write>> {
    Ok(Box::new(io::stdout()))
}

#[cfg(unix)]
fn duplicate() -> io::Result<File> {
    use std::os::fd::AsFd;
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}
