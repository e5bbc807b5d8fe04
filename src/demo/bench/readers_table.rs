//! What `make bench-readers` prints.

use std::fmt::Write;

use super::percentile;
use super::readers::{EXPECTED_BELOW_MS, ReaderBench, ReaderFigures};

const WIDTHS: [usize; 13] = [6, 6, 11, 12, 8, 12, 8, 12, 8, 12, 8, 12, 9];

/// The figures of all readers, one a line, and what they mean.
pub fn readers_table(bench: &ReaderBench) -> String {
    let mut text = String::new();
    line(&mut text, "", &["", "", "", "to answer", "", "to pixel", "", "to light", "", "to sound", "", "", ""]);
    let [p50, p99] = ["p50 (ms)", "p99"];
    let heads = ["reads", "lost", "disturbed", p50, p99, p50, p99, p50, p99, p50, p99, "expected", ""];
    line(&mut text, "reader", &heads);
    for figures in &bench.readers {
        line(&mut text, figures.reader, &cells(figures).each_ref().map(String::as_str));
    }
    // Writing into a string does not fail.
    let _ = writeln!(
        text,
        "\nto answer: from putting the card there to the last byte that tells it; a polled reader, OSDP too, waits to be \
         asked.\nto pixel: from there to changed pixels. to light, to sound: from there to when the reader is told, where it \
         has them;\nneither waits for a poll. disturbed: the screen changed by itself before the reader spoke, and the \
         read was repeated.\nPseudo-terminals: the bytes' own time on a wire is not in it.\n{}.",
        bench.machine
    );
    text
}

fn cells(figures: &ReaderFigures) -> [String; WIDTHS.len()] {
    let ReaderFigures { to_answer_ms, to_pixel_ms, to_light_ms, to_sound_ms, lost, disturbed, .. } = figures;
    let [median, slowest] = [0.5, 0.99].map(|share| {
        move |values: &[f64]| {
            percentile(values, share).map_or("–".to_owned(), |milliseconds| format!("{milliseconds:.1}"))
        }
    });
    [
        to_pixel_ms.len().to_string(),
        lost.to_string(),
        disturbed.to_string(),
        median(to_answer_ms),
        slowest(to_answer_ms),
        median(to_pixel_ms),
        slowest(to_pixel_ms),
        median(to_light_ms),
        slowest(to_light_ms),
        median(to_sound_ms),
        slowest(to_sound_ms),
        format!("< {EXPECTED_BELOW_MS:.0}"),
        if figures.is_held() { "held" } else { "MISSED" }.to_owned(),
    ]
}

fn line(text: &mut String, reader: &str, cells: &[&str; WIDTHS.len()]) {
    let cells = cells.iter().zip(WIDTHS).map(|(cell, width)| format!("{cell:>width$}"));
    // Writing into a string does not fail.
    let _ = writeln!(text, "{reader:<14}{}", cells.collect::<String>().trim_end());
}

#[cfg(test)]
mod tests {
    use super::super::readers::tests::bench;
    use super::*;

    #[test]
    fn a_reader_that_is_in_time_says_so_and_its_poll_stands_apart() {
        let text = readers_table(&bench(vec![30.0, 44.0], 0));
        let line = text.lines().find(|line| line.starts_with("OSDP")).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        let times = ["26.0", "51.0", "30.0", "44.0", "15.0", "22.0", "–", "–"];
        assert_eq!(words, [&["OSDP", "2", "0", "3"][..], &times, &["<", "100", "held"]].concat());
    }

    #[test]
    fn a_late_pixel_and_a_lost_read_are_told_as_a_miss() {
        for (to_pixel_ms, lost) in [(vec![30.0, 100.0], 0), (vec![30.0], 1), (vec![], 1)] {
            assert!(readers_table(&bench(to_pixel_ms, lost)).contains("MISSED"));
        }
    }
}
