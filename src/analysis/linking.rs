//! Peaks of successive frames to strands, by assignment (Neri & Depalle, DAFx-18).
//!
//! Two frames are extrapolated by their slopes to the instant in the middle. With the differences Δf of
//! frequency and Δa of level there, A = 1 − exp(−Δf²/σ_f² − Δa²/σ_a²) is the cost of linking two peaks
//! and B = 1 − (1−δ)A that of leaving them apart, σ² = −ζ² ln((δ−1)/(δ−2)). Peaks are linked only where
//! A < B, that is, where (Δf/ζ_f)² + (Δa/ζ_a)² < ln²((δ−1)/(δ−2)); this cuts the matrix into small blocks,
//! most of one peak each, and each block is solved exactly: the most of Σ(1/(2−δ) − A).
//! δ = 0.2, ζ_a = 12 dB, ζ_f = max(20 Hz, 0.8 fs/N). Since the slopes of weak peaks are wild, Δf is the
//! lesser of the extrapolated difference and the plain one + 0.1 ζ_f.
//!
//! Beyond the paper: a strand without a successor waits for two frames, and is continued where its
//! extrapolation meets a peak.

use super::peaks::Peak;

const DELTA: f64 = 0.2;
const LEVEL_DB: f64 = 12.0;
/// Frames that a strand may miss.
const LONGEST_GAP: usize = 2;
/// Peaks of a block that is solved exactly; a larger one is solved greedily.
const LARGEST_BLOCK: usize = 96;

/// Peaks of one partial in successive frames.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Strand {
    /// Frame of the first peak.
    pub first: usize,
    /// One peak a frame.
    pub peaks: Vec<Peak>,
}

impl Strand {
    /// How many peaks have this amplitude.
    fn frames_above(&self, least: f64) -> usize {
        let peaks = self.peaks.iter();
        peaks.filter(|peak| peak.amplitude >= least).count()
    }
}

/// Links the peaks of frame after frame.
pub struct Linker {
    hop: f64,
    /// ζ_f in turns a sample.
    width_turns: f64,
    least_frames: usize,
    /// Strands begin with peaks of this amplitude at least.
    least_birth: f64,
    frame: usize,
    /// Strands that may go on, with the frames that they have missed.
    open: Vec<(Strand, usize)>,
    done: Vec<Strand>,
}

/// One possible link.
struct Edge {
    strand: usize,
    peak: usize,
    /// 1/(2−δ) − A, above 0.
    gain: f64,
}

impl Linker {
    /// A linker for frames `hop` samples apart with windows of `length` samples; strands of fewer than
    /// `least_frames` frames are dropped.
    pub fn new(hop: usize, length: usize, sample_rate_hz: f64, least_frames: usize) -> Linker {
        Linker {
            hop: hop as f64,
            width_turns: (20.0 / sample_rate_hz).max(0.8 / length as f64),
            least_frames,
            least_birth: 0.0,
            frame: 0,
            open: Vec::new(),
            done: Vec::new(),
        }
    }

    /// The same, but only peaks of this amplitude begin a strand, and count as its frames. Weaker ones continue it.
    pub fn with_births_above(self, least_birth: f64) -> Linker {
        Linker {
            least_birth,
            ..self
        }
    }

    /// Takes the peaks of the next frame, by frequency.
    pub fn push(&mut self, peaks: &[Peak]) {
        let mut is_free = vec![true; peaks.len()];
        for missed in 0..=LONGEST_GAP {
            let edges = self.edges(missed, peaks, &is_free);
            for (strand, peak) in assign(&edges) {
                is_free[peak] = false;
                self.extend(strand, peaks[peak]);
            }
        }
        let mut open = Vec::with_capacity(self.open.len());
        for (strand, missed) in self.open.drain(..) {
            let is_current = strand.first + strand.peaks.len() > self.frame;
            match (is_current, missed) {
                (true, _) => open.push((strand, 0)),
                (false, missed) if missed < LONGEST_GAP => open.push((strand, missed + 1)),
                _ if strand.frames_above(self.least_birth) >= self.least_frames => {
                    self.done.push(strand);
                }
                _ => {}
            }
        }
        let first = self.frame;
        let least = self.least_birth;
        let is_born = |(peak, is_free): &(&Peak, &bool)| **is_free && peak.amplitude >= least;
        let born = peaks.iter().zip(&is_free).filter(is_born);
        open.extend(born.map(|(peak, _)| {
            let peaks = vec![*peak];
            (Strand { first, peaks }, 0)
        }));
        self.open = open;
        self.frame += 1;
    }

    /// All strands, by their first frame and frequency.
    pub fn finish(mut self) -> Vec<Strand> {
        let (frames, birth) = (self.least_frames, self.least_birth);
        let open = self.open.drain(..).map(|(strand, _)| strand);
        self.done
            .extend(open.filter(|strand| strand.frames_above(birth) >= frames));
        self.done.sort_by(|a, b| {
            let frequency = |strand: &Strand| strand.peaks[0].frequency_turns;
            a.first
                .cmp(&b.first)
                .then(frequency(a).total_cmp(&frequency(b)))
        });
        self.done
    }

    /// All links of strands that have missed this many frames to free peaks, where A < B.
    fn edges(&self, missed: usize, peaks: &[Peak], is_free: &[bool]) -> Vec<Edge> {
        let limit = libm::log((1.0 - DELTA) / (2.0 - DELTA));
        let steps = (missed + 1) as f64;
        let reach = self.width_turns * -limit;
        let mut edges = Vec::new();
        for (index, (strand, strand_missed)) in self.open.iter().enumerate() {
            if *strand_missed != missed || strand.first + strand.peaks.len() > self.frame {
                continue;
            }
            let last = strand.peaks[strand.peaks.len() - 1];
            // The slopes reach at most the width itself beyond.
            let low = last.frequency_turns - 12.0 * reach;
            let start = peaks.partition_point(|peak| peak.frequency_turns < low);
            for (at, peak) in peaks.iter().enumerate().skip(start) {
                if peak.frequency_turns > last.frequency_turns + 12.0 * reach {
                    break;
                }
                if !is_free[at] {
                    continue;
                }
                let frequency = self.frequency_distance(&last, peak, steps);
                // Most are too far already; levels take a logarithm.
                if frequency >= limit * limit {
                    continue;
                }
                let distance = frequency + self.level_distance(&last, peak, steps);
                if distance < limit * limit {
                    // exp(−Δ²/σ²) with σ² = −ζ²·limit.
                    let gain = 1.0 / (2.0 - DELTA) - 1.0 + libm::exp(distance / limit);
                    edges.push(Edge {
                        strand: index,
                        peak: at,
                        gain,
                    });
                }
            }
        }
        edges
    }

    /// (Δf/ζ_f)² of two peaks that are `steps` frames apart.
    fn frequency_distance(&self, a: &Peak, b: &Peak, steps: f64) -> f64 {
        let half = 0.5 * steps * self.hop;
        let plain = (a.frequency_turns - b.frequency_turns).abs();
        let slopes = half * (a.slope_turns + b.slope_turns);
        let extrapolated = (a.frequency_turns - b.frequency_turns + slopes).abs();
        let frequency = extrapolated.min(plain + 0.1 * self.width_turns) / self.width_turns;
        frequency * frequency
    }

    /// (Δa/ζ_a)² of two peaks that are `steps` frames apart.
    fn level_distance(&self, a: &Peak, b: &Peak, steps: f64) -> f64 {
        let half = 0.5 * steps * self.hop;
        let level_db = |ratio: f64| 20.0 * std::f64::consts::LOG10_E * ratio;
        let level = libm::log(a.amplitude / b.amplitude);
        let grown = level_db((level + half * (a.growth + b.growth)).abs());
        let level = grown.min(level_db(level.abs()) + 0.1 * LEVEL_DB) / LEVEL_DB;
        level * level
    }

    /// Appends a peak of this frame; frames between are filled in.
    fn extend(&mut self, index: usize, peak: Peak) {
        let (strand, _) = &mut self.open[index];
        let last = strand.peaks[strand.peaks.len() - 1];
        let missed = self.frame - strand.first - strand.peaks.len();
        for step in 1..=missed {
            let share = step as f64 / (missed + 1) as f64;
            let between = |a: f64, b: f64| a + share * (b - a);
            let frequency = between(last.frequency_turns, peak.frequency_turns);
            let mean = 0.5 * (last.frequency_turns + frequency);
            strand.peaks.push(Peak {
                frequency_turns: frequency,
                slope_turns: 0.0,
                amplitude: libm::sqrt(last.amplitude * peak.amplitude),
                growth: 0.0,
                phase_turns: last.phase_turns + mean * self.hop * step as f64,
            });
        }
        strand.peaks.push(peak);
    }
}

/// The links that gain most in all, of each block of edges by itself.
fn assign(edges: &[Edge]) -> Vec<(usize, usize)> {
    let mut links = Vec::new();
    for block in blocks(edges) {
        if let [edge] = &block[..] {
            links.push((edge.strand, edge.peak));
            continue;
        }
        let mut strands: Vec<usize> = block.iter().map(|edge| edge.strand).collect();
        let mut peaks: Vec<usize> = block.iter().map(|edge| edge.peak).collect();
        strands.sort_unstable();
        strands.dedup();
        peaks.sort_unstable();
        peaks.dedup();
        let place = |sorted: &[usize], value: usize| sorted.partition_point(|x| *x < value);
        if strands.len().max(peaks.len()) > LARGEST_BLOCK {
            links.extend(greedy(&block));
            continue;
        }
        let columns = peaks.len() + strands.len();
        // A strand may also take one of as many places that gain nothing.
        let mut costs = vec![vec![0.0; columns]; strands.len()];
        for row in &mut costs {
            row[..peaks.len()].fill(1.0);
        }
        for edge in &block {
            costs[place(&strands, edge.strand)][place(&peaks, edge.peak)] = -edge.gain;
        }
        for (row, column) in least_cost(&costs).into_iter().enumerate() {
            if column < peaks.len() && costs[row][column] < 0.0 {
                links.push((strands[row], peaks[column]));
            }
        }
    }
    links
}

/// The edges, grouped by what they are connected with.
fn blocks(edges: &[Edge]) -> Vec<Vec<&Edge>> {
    let strands = edges.iter().map(|edge| edge.strand + 1).max().unwrap_or(0);
    let peaks = edges.iter().map(|edge| edge.peak + 1).max().unwrap_or(0);
    let mut parents: Vec<usize> = (0..strands + peaks).collect();
    fn root(parents: &mut [usize], mut node: usize) -> usize {
        while parents[node] != node {
            parents[node] = parents[parents[node]];
            node = parents[node];
        }
        node
    }
    for edge in edges {
        let a = root(&mut parents, edge.strand);
        let b = root(&mut parents, strands + edge.peak);
        parents[a.max(b)] = a.min(b);
    }
    let mut roots: Vec<(usize, usize)> = (0..edges.len())
        .map(|index| (root(&mut parents, edges[index].strand), index))
        .collect();
    roots.sort_unstable();
    roots
        .chunk_by(|a, b| a.0 == b.0)
        .map(|block| block.iter().map(|(_, index)| &edges[*index]).collect())
        .collect()
}

/// Takes the best edge, then the best of the remaining ones, and so on.
fn greedy(block: &[&Edge]) -> Vec<(usize, usize)> {
    let mut sorted: Vec<&&Edge> = block.iter().collect();
    sorted.sort_by(|a, b| b.gain.total_cmp(&a.gain));
    let mut links: Vec<(usize, usize)> = Vec::new();
    for edge in sorted {
        let is_free = |link: &(usize, usize)| link.0 != edge.strand && link.1 != edge.peak;
        if links.iter().all(is_free) {
            links.push((edge.strand, edge.peak));
        }
    }
    links
}

/// The column of each row in the assignment of least cost: shortest augmenting paths with potentials
/// (Kuhn 1955, Jonker & Volgenant 1987). At least as many columns as rows.
fn least_cost(costs: &[Vec<f64>]) -> Vec<usize> {
    let (rows, columns) = (costs.len(), costs.first().map_or(0, Vec::len));
    // Index 0 is no row and no column.
    let (mut row_potential, mut column_potential) = (vec![0.0; rows + 1], vec![0.0; columns + 1]);
    let mut row_of = vec![0; columns + 1];
    for row in 1..=rows {
        row_of[0] = row;
        let mut column = 0;
        let mut least = vec![f64::INFINITY; columns + 1];
        let mut before = vec![0; columns + 1];
        let mut is_used = vec![false; columns + 1];
        while row_of[column] != 0 {
            is_used[column] = true;
            let (from, mut step, mut next) = (row_of[column], f64::INFINITY, 0);
            for j in (1..=columns).filter(|j| !is_used[*j]) {
                let reduced = costs[from - 1][j - 1] - row_potential[from] - column_potential[j];
                if reduced < least[j] {
                    least[j] = reduced;
                    before[j] = column;
                }
                if least[j] < step {
                    step = least[j];
                    next = j;
                }
            }
            for j in 0..=columns {
                if is_used[j] {
                    row_potential[row_of[j]] += step;
                    column_potential[j] -= step;
                } else {
                    least[j] -= step;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[before[column]];
            column = before[column];
        }
    }
    let mut result = vec![0; rows];
    for column in 1..=columns {
        if row_of[column] != 0 {
            result[row_of[column] - 1] = column - 1;
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOP: usize = 256;

    /// A linker at 44.1 kHz with windows of 1024.
    fn linker(least_frames: usize) -> Linker {
        Linker::new(HOP, 1024, 44_100.0, least_frames)
    }

    fn peak(hz: f64, slope_hz: f64, amplitude: f64) -> Peak {
        Peak {
            frequency_turns: hz / 44_100.0,
            slope_turns: slope_hz / HOP as f64 / 44_100.0,
            amplitude,
            ..Peak::default()
        }
    }

    /// Two chirps that cross, by 12 Hz a frame each; each keeps its direction.
    #[test]
    fn crossing_chirps_stay_apart() {
        let mut linker = linker(4);
        let chirps = |frame: f64| {
            [
                (900.0 + 12.0 * frame, 12.0, 0.3),
                (1_311.0 - 12.0 * frame, -12.0, 0.2),
            ]
        };
        for frame in 0..40 {
            let mut peaks: Vec<Peak> = chirps(f64::from(frame))
                .map(|(hz, slope, amplitude)| peak(hz, slope, amplitude))
                .to_vec();
            peaks.sort_by(|a, b| a.frequency_turns.total_cmp(&b.frequency_turns));
            linker.push(&peaks);
        }
        let strands = linker.finish();
        assert_eq!(strands.len(), 2);
        for strand in strands {
            assert_eq!(strand.peaks.len(), 40);
            assert!(
                strand
                    .peaks
                    .iter()
                    .all(|peak| peak.amplitude == strand.peaks[0].amplitude)
            );
        }
    }

    #[test]
    fn gaps_of_two_frames_are_bridged_and_longer_ones_are_not() {
        for (gap, expected) in [(1, 1), (2, 1), (3, 2)] {
            let mut linker = linker(4);
            for frame in 0..30 {
                let is_there = !(10..10 + gap).contains(&frame);
                linker.push(&[peak(500.0, 0.0, 0.1)][..usize::from(is_there)]);
            }
            let strands = linker.finish();
            assert_eq!(strands.len(), expected, "{gap}");
            if expected == 1 {
                assert_eq!(strands[0].peaks.len(), 30);
            }
        }
    }

    #[test]
    fn short_strands_are_dropped() {
        let mut linker = linker(4);
        for frame in 0..20 {
            linker.push(&[peak(500.0, 0.0, 0.1)][..usize::from(frame < 3)]);
        }
        assert_eq!(linker.finish(), []);
    }

    #[test]
    fn weak_peaks_continue_strands_and_begin_none() {
        for (loud, expected) in [(5, Some(20)), (3, None)] {
            let mut linker = linker(4).with_births_above(0.1);
            for frame in 0..20 {
                let amplitude = if (2..2 + loud).contains(&frame) {
                    0.12
                } else {
                    0.08
                };
                linker.push(&[peak(500.0, 0.0, amplitude)]);
            }
            let found = linker.finish();
            // It begins with the first loud one, and does not end with the last.
            let frames = found
                .first()
                .map(|strand| strand.first + strand.peaks.len());
            assert_eq!(
                (frames, found.len()),
                (expected, usize::from(expected.is_some()))
            );
            assert!(found.iter().all(|strand| strand.first == 2));
        }
    }

    /// With two peaks in reach of one strand, and two strands in reach of one peak, the sum of all costs
    /// decides, not the first comer.
    #[test]
    fn assignment_is_of_all_at_once() {
        let costs = vec![
            vec![1.0, 2.0, 9.0],
            vec![1.1, 9.0, 9.0],
            vec![9.0, 2.1, 3.0],
        ];
        assert_eq!(least_cost(&costs), [1, 0, 2]);
        let permutations = [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ];
        let noise = crate::analysis::testing::white_noise(9, 900);
        for matrix in noise.chunks_exact(9) {
            let costs: Vec<Vec<f64>> = matrix
                .chunks_exact(3)
                .map(|row| row.iter().map(|x| f64::from(*x)).collect())
                .collect();
            let cost =
                |columns: &[usize]| -> f64 { (0..3).map(|row| costs[row][columns[row]]).sum() };
            let best = permutations
                .iter()
                .map(|p| cost(p))
                .fold(f64::INFINITY, f64::min);
            assert!((cost(&least_cost(&costs)) - best).abs() < 1e-12);
        }
    }
}
