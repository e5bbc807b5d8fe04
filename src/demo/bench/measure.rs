//! Many measurements as one figure.

/// The smallest value that at least this share of them (0 to 1) do not exceed; `None` of nothing.
pub fn percentile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share.clamp(0.0, 1.0) * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

/// The middle value; of an even number the mean of the two.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let lower = percentile(values, 0.5)?;
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let upper = sorted.get(sorted.len() / 2)?;
    Some(f64::midpoint(lower, *upper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_taps_p99_is_the_second_slowest() {
        let taps: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&taps, 0.99), Some(99.0));
        assert_eq!(percentile(&taps, 0.5), Some(50.0));
        assert_eq!(percentile(&taps, 1.0), Some(100.0));
        assert_eq!(percentile(&taps[..7], 0.99), Some(100.0));
    }

    #[test]
    fn the_median_of_an_even_number_lies_between_the_two() {
        assert_eq!(median(&[4.0, 1.0, 3.0]), Some(3.0));
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(&[7.0]), Some(7.0));
    }

    #[test]
    fn of_nothing_there_is_no_figure() {
        assert_eq!((percentile(&[], 0.5), median(&[])), (None, None));
    }
}
