//! The frames of an SDIF file and the matrices in them.

use crate::tracks::files::FileError;
use crate::tracks::files::bytes::{array, f64_be, u32_be};

/// A frame's type, size, time, stream and number of matrices.
const FRAME_HEADER_BYTES: usize = 24;
/// The bytes of the header that its size does not count.
const SIZE_END: usize = 8;
/// A matrix's type, data type, rows and columns.
const MATRIX_HEADER_BYTES: usize = 16;

/// A frame of a file.
pub(super) struct Frame<'a> {
    /// Where it begins.
    pub byte: usize,
    pub time_s: f64,
    pub stream: i32,
    pub matrices: Vec<Matrix<'a>>,
}

/// A matrix of a frame.
#[derive(Clone, Copy)]
pub(super) struct Matrix<'a> {
    /// Where it begins.
    pub byte: usize,
    pub signature: [u8; 4],
    pub columns: usize,
    kind: Kind,
    data: &'a [u8],
}

/// What the items of a matrix are.
#[derive(Clone, Copy)]
enum Kind {
    Float(usize),
    Signed(usize),
    Unsigned(usize),
    /// Text, bytes, and what later versions may bring.
    NoNumbers(usize),
}

impl Kind {
    fn new(data_type: u32) -> Kind {
        let bytes = (data_type & 0xFF) as usize;
        match (data_type >> 8, bytes) {
            (0, 4 | 8) => Kind::Float(bytes),
            (1, 1 | 2 | 4 | 8) => Kind::Signed(bytes),
            (2, 1 | 2 | 4 | 8) => Kind::Unsigned(bytes),
            _ => Kind::NoNumbers(bytes),
        }
    }

    fn item_bytes(self) -> usize {
        let (Kind::Float(bytes)
        | Kind::Signed(bytes)
        | Kind::Unsigned(bytes)
        | Kind::NoNumbers(bytes)) = self;
        bytes
    }
}

impl Matrix<'_> {
    /// Its rows as numbers, none where it does not hold numbers.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let row_bytes = match self.kind {
            Kind::NoNumbers(_) => 0,
            kind => kind.item_bytes() * self.columns,
        };
        let data = if row_bytes == 0 { &[] } else { self.data };
        let rows = data.chunks_exact(row_bytes.max(1));
        rows.map(|data| Row {
            kind: self.kind,
            data,
        })
    }
}

/// A row of a matrix of numbers.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    kind: Kind,
    data: &'a [u8],
}

impl Row<'_> {
    /// The number in a column; `None` where there is no such column.
    pub(super) fn number(&self, column: usize) -> Option<f64> {
        let at = column * self.kind.item_bytes();
        match self.kind {
            Kind::Float(4) => array(self.data, at).map(|b| f64::from(f32::from_be_bytes(b))),
            Kind::Float(_) => array(self.data, at).map(f64::from_be_bytes),
            Kind::Signed(bytes) | Kind::Unsigned(bytes) => {
                let item = self.data.get(at..at + bytes)?;
                let number = item.iter().fold(0_u64, |sum, &b| sum << 8 | u64::from(b));
                let unused = 64 - 8 * bytes as u32;
                Some(match self.kind {
                    Kind::Signed(_) => (((number << unused) as i64) >> unused) as f64,
                    _ => number as f64,
                })
            }
            Kind::NoNumbers(_) => None,
        }
    }
}

/// Goes through the frames of a file.
pub(super) struct Frames<'a> {
    bytes: &'a [u8],
    position: usize,
    /// Frames whose size was wrong.
    pub wrong_sizes: usize,
    /// Frames whose matrices were wrong.
    pub cut_frames: usize,
    /// Matrices that were looked at.
    #[cfg(test)]
    pub walked: usize,
}

/// Matrices of a frame whose size is possible take no more than this many times the size. Loris states little more than
/// half of it. Without a limit, a file of many frames whose numbers of matrices are wrong would be read to its end for
/// each.
const MOST_SIZE: usize = 4;

impl<'a> Frames<'a> {
    /// Reads the opening.
    pub(super) fn new(bytes: &'a [u8]) -> Result<Frames<'a>, FileError> {
        if !bytes.starts_with(b"SDIF") {
            return Err(FileError::at_byte(0, "this is no SDIF file"));
        }
        let size = u32_be(bytes, 4).unwrap_or(0) as usize;
        let position = SIZE_END + size;
        if size < 8 || position > bytes.len() {
            let reason = format!("the opening states {size} bytes, 8 are expected");
            return Err(FileError::at_byte(4, reason));
        }
        Ok(Frames {
            bytes,
            position,
            wrong_sizes: 0,
            cut_frames: 0,
            #[cfg(test)]
            walked: 0,
        })
    }

    /// The next frame; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Frame<'a>>, FileError> {
        let start = self.position;
        let rest = &self.bytes[start..];
        if rest.iter().take(FRAME_HEADER_BYTES).all(|&byte| byte == 0) {
            // The end, or what fills up the last block.
            return Ok(None);
        }
        let error = |reason: &str| FileError::at_byte(start, reason);
        if !self.may_begin_frame(start) {
            return Err(error("no frame begins here"));
        }
        let header = (
            u32_be(self.bytes, start + 4),
            f64_be(self.bytes, start + 8),
            u32_be(self.bytes, start + 16),
            u32_be(self.bytes, start + 20),
        );
        let (Some(size), Some(time_s), Some(stream), Some(count)) = header else {
            return Err(error("the file ends in a frame's header"));
        };
        let stated = (start + SIZE_END).checked_add(size as usize);
        let stated = stated.filter(|&end| {
            size as usize >= FRAME_HEADER_BYTES - SIZE_END && self.may_begin_frame(end)
        });
        let limit = stated.map_or(usize::MAX, |_| start + SIZE_END + MOST_SIZE * size as usize);
        let (mut matrices, walked) = self.walk(start + FRAME_HEADER_BYTES, count, limit);
        let walked = walked.filter(|&end| self.may_begin_frame(end));
        self.position = match (walked, stated) {
            (Some(walked), _) => {
                self.wrong_sizes += usize::from(stated != Some(walked));
                walked
            }
            (None, Some(stated)) => {
                self.cut_frames += 1;
                matrices.retain(|matrix| matrix.data_end(self.bytes) <= stated);
                stated
            }
            (None, None) => {
                return Err(error(
                    "a frame that ends neither where it says nor where its matrices do",
                ));
            }
        };
        Ok(Some(Frame {
            byte: start,
            time_s,
            stream: stream as i32,
            matrices,
        }))
    }

    /// The matrices from an offset on, as far as they are in the file and end before `limit`, and the end of the last
    /// if they all do.
    fn walk(
        &mut self,
        mut at: usize,
        count: u32,
        limit: usize,
    ) -> (Vec<Matrix<'a>>, Option<usize>) {
        let mut matrices = Vec::new();
        for _ in 0..count {
            #[cfg(test)]
            {
                self.walked += 1;
            }
            let Some((matrix, end)) = self.matrix(at).filter(|(_, end)| *end <= limit) else {
                return (matrices, None);
            };
            matrices.push(matrix);
            at = end;
        }
        (matrices, Some(at))
    }

    /// The matrix at an offset, and its end.
    fn matrix(&self, at: usize) -> Option<(Matrix<'a>, usize)> {
        let signature = array(self.bytes, at)?;
        let [data_type, rows, columns] =
            [4, 8, 12].map(|offset| u32_be(self.bytes, at + offset).map(|n| n as usize));
        let (kind, columns) = (Kind::new(data_type? as u32), columns?);
        let data_bytes = rows?.checked_mul(columns)?.checked_mul(kind.item_bytes())?;
        let begin = at + MATRIX_HEADER_BYTES;
        let data = self.bytes.get(begin..begin.checked_add(data_bytes)?)?;
        let end = (begin + data_bytes).next_multiple_of(8);
        let matrix = Matrix {
            byte: at,
            signature,
            columns,
            kind,
            data,
        };
        // The last one's padding may be missing.
        Some((matrix, end.min(self.bytes.len())))
    }

    /// Whether a frame may begin at an offset: there is a type, or else nothing more.
    fn may_begin_frame(&self, at: usize) -> bool {
        if at == self.bytes.len() {
            return true;
        }
        let signature: Option<[u8; 4]> = array(self.bytes, at);
        signature.is_some_and(|signature| {
            let is_type = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-:".contains(byte);
            signature.iter().all(is_type) || self.bytes[at..].iter().all(|&byte| byte == 0)
        })
    }
}

impl Matrix<'_> {
    /// Where its data end in the file that it lies in.
    fn data_end(&self, file: &[u8]) -> usize {
        self.data.as_ptr_range().end as usize - file.as_ptr() as usize
    }
}
