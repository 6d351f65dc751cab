//! How long an attack takes, to judge what stretching does to it.
//!
//! The level is the root mean square over 5 ms, 2.5 ms to either side. From the first instant at which
//! it is over 10 % of the attack's peak to the first at which it is over 90 %.

const SIDE_S: f64 = 0.0025;
/// Parts of the power at the peak: 10 % and 90 % of the level.
const LOW: f64 = 0.01;
const HIGH: f64 = 0.81;
/// How much before the onset an attack may begin.
pub const BEFORE_S: f64 = 0.005;

/// Duration of the attack from the first of these times to the second, which its peak is between, in seconds. `None` where
/// the sound at the first is louder than a tenth of the peak, or there is no sound.
pub fn rise_s(samples: &[f32], sample_rate_hz: f64, (from_s, to_s): (f64, f64)) -> Option<f64> {
    let count = |time_s: f64| (time_s * sample_rate_hz) as usize;
    let first = count(from_s).min(samples.len());
    let end = count(to_s).min(samples.len());
    let side = count(SIDE_S).max(1);
    let mut sums = Vec::with_capacity(samples.len() + 1);
    let mut sum = 0.0;
    sums.push(sum);
    for sample in samples {
        sum += f64::from(*sample) * f64::from(*sample);
        sums.push(sum);
    }
    let power = |at: usize| sums[(at + side).min(samples.len())] - sums[at.saturating_sub(side)];
    let peak = (first..end).map(power).fold(0.0, f64::max);
    if peak == 0.0 || (first > 0 && power(first) > LOW * peak) {
        return None;
    }
    let over = |share: f64| (first..end).position(|at| power(at) >= share * peak);
    Some(over(HIGH)?.saturating_sub(over(LOW)?) as f64 / sample_rate_hz)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rise_is_from_a_tenth_to_nine_tenths() {
        let rate_hz = 10_000.0;
        // From 0 at sample 1000 to 1 at 2000.
        let mut samples = vec![0.0_f32; 1_000];
        samples.extend((0..3_000).map(|n| {
            let level = (n as f32 / 1_000.0).min(1.0);
            if n % 2 == 0 { level } else { -level }
        }));
        let rise = rise_s(&samples, rate_hz, (0.095, 0.3)).expect("an attack");
        assert!((rise - 0.08).abs() < 0.001, "{rise}");
        assert_eq!(rise_s(&samples, rate_hz, (0.125, 0.33)), None);
        assert_eq!(rise_s(&[0.0; 100], rate_hz, (0.0, 0.1)), None);
        assert_eq!(rise_s(&samples, rate_hz, (10.0, 10.1)), None);
    }
}
