//! What `make bench-readers` prints.

use super::flood::FloodFigures;
use super::percentile;
use super::readers::{EXPECTED_BELOW_MS, ReaderBench, ReaderFigures};

const READER_WIDTHS: [usize; 13] = [6, 6, 11, 12, 8, 12, 8, 12, 8, 12, 8, 12, 9];
const FLOOD_WIDTHS: [usize; 8] = [8, 6, 12, 8, 12, 8, 12, 9];
const P50: &str = "p50 (ms)";
const P99: &str = "p99";

/// The figures of all readers, one a line, those of touches beside them, and what they mean.
pub fn readers_table(bench: &ReaderBench) -> String {
    let mut lines = vec![
        line("", READER_WIDTHS, ["", "", "", "to answer", "", "to pixel", "", "to light", "", "to sound", "", "", ""]),
        line(
            "reader",
            READER_WIDTHS,
            ["reads", "lost", "disturbed", P50, P99, P50, P99, P50, P99, P50, P99, "expected", ""],
        ),
    ];
    lines.extend(bench.readers.iter().map(of_reader));
    if !bench.floods.is_empty() {
        lines.push(String::new());
        lines.push(line("", FLOOD_WIDTHS, ["", "", "quiet line", "", "1 MB/s on it", "", "", ""]));
        lines.push(line("touches beside", FLOOD_WIDTHS, ["each", "lost", P50, P99, P50, P99, "expected", ""]));
        lines.extend(bench.floods.iter().map(of_flood));
    }
    let meaning = "
to answer: from putting the card there to the last byte that tells it; a polled reader, OSDP too, waits to be asked.
to pixel: from there to changed pixels. to light, to sound: from there to when the reader is told, where it has them;
neither waits for a poll. disturbed: the screen changed by itself before the reader spoke, and the read was repeated.
touches: from a finger's lifting to changed pixels; the kiosk itself reads an RDM6300, its child the OSDP line.
Pseudo-terminals: the bytes' own time on a wire is not in it.";
    format!("{}\n{meaning}\n{}.\n", lines.join("\n"), bench.machine)
}

fn of_reader(figures: &ReaderFigures) -> String {
    let ReaderFigures { to_answer_ms, to_pixel_ms, to_light_ms, to_sound_ms, lost, disturbed, .. } = figures;
    let cells = [
        to_pixel_ms.len().to_string(),
        lost.to_string(),
        disturbed.to_string(),
        shown(to_answer_ms, 0.5),
        shown(to_answer_ms, 0.99),
        shown(to_pixel_ms, 0.5),
        shown(to_pixel_ms, 0.99),
        shown(to_light_ms, 0.5),
        shown(to_light_ms, 0.99),
        shown(to_sound_ms, 0.5),
        shown(to_sound_ms, 0.99),
        expected(),
        verdict(figures.is_held()),
    ];
    line(figures.reader, READER_WIDTHS, cells)
}

fn of_flood(figures: &FloodFigures) -> String {
    let FloodFigures { quiet_ms, flooded_ms, lost, .. } = figures;
    let cells = [
        quiet_ms.len().to_string(),
        lost.to_string(),
        shown(quiet_ms, 0.5),
        shown(quiet_ms, 0.99),
        shown(flooded_ms, 0.5),
        shown(flooded_ms, 0.99),
        expected(),
        verdict(figures.is_held()),
    ];
    line(figures.reader, FLOOD_WIDTHS, cells)
}

fn shown(values: &[f64], share: f64) -> String {
    percentile(values, share).map_or("–".to_owned(), |milliseconds| format!("{milliseconds:.1}"))
}

fn expected() -> String {
    format!("< {EXPECTED_BELOW_MS:.0}")
}

fn verdict(is_held: bool) -> String {
    if is_held { "held" } else { "MISSED" }.to_owned()
}

fn line<const COUNT: usize>(reader: &str, widths: [usize; COUNT], cells: [impl AsRef<str>; COUNT]) -> String {
    let cells = cells.iter().zip(widths).map(|(cell, width)| format!("{:>width$}", cell.as_ref()));
    format!("{reader:<14}{}", cells.collect::<String>()).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::readers::tests::bench;
    use super::*;

    fn words_of(text: &str, reader: &str) -> Vec<Vec<String>> {
        let lines = text.lines().filter(|line| line.starts_with(reader));
        lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect()
    }

    #[test]
    fn a_reader_that_is_in_time_says_so_and_its_poll_stands_apart() {
        let text = readers_table(&bench(vec![30.0, 44.0], 0));
        let times = ["26.0", "51.0", "30.0", "44.0", "15.0", "22.0", "–", "–"];
        assert_eq!(words_of(&text, "OSDP"), [[&["OSDP", "2", "0", "3"][..], &times, &["<", "100", "held"]].concat()]);
    }

    #[test]
    fn touches_beside_a_flood_stand_below_beside_those_on_a_quiet_line() {
        let mut bench = bench(vec![30.0], 0);
        let (quiet_ms, flooded_ms) = (vec![20.0, 21.0], vec![24.0, 120.0]);
        bench.floods = vec![FloodFigures { reader: "OSDP", quiet_ms, flooded_ms, lost: 0 }];
        let expected = ["OSDP", "2", "0", "20.0", "21.0", "24.0", "120.0", "<", "100", "MISSED"];
        assert_eq!(words_of(&readers_table(&bench), "OSDP")[1], expected);
        assert!(!bench.is_held());
    }

    #[test]
    fn a_late_pixel_and_a_lost_read_are_told_as_a_miss() {
        for (to_pixel_ms, lost) in [(vec![30.0, 100.0], 0), (vec![30.0], 1), (vec![], 1)] {
            assert!(readers_table(&bench(to_pixel_ms, lost)).contains("MISSED"));
        }
    }
}
