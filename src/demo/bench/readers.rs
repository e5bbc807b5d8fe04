//! From a card's last byte on the reader's line to changed pixels, for each reader's protocol.
//!
//! Each reader stands in a room of its own before the real kiosk; cards are put to it whose screens
//! differ, again and again, a card only after it was away long enough to be a new read. What lies
//! before the reader's answer, a polled reader's waiting to be asked, is told apart. The line is a
//! pseudo-terminal: the bytes' own time on a wire, 15 ms for 14 bytes at 9600 baud, is not in it.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, ensure};
use serde::Serialize;

use super::taps::PEOPLE;
use super::{Machine, open_the_kiosk, percentile};
use crate::prison::{RoomPlan, VisitingRoom};
use crate::script::KioskScreen;
use crate::stage::{Card, Display, OsdpSettings, ReaderModel, StageDirectory, TextCheck, TextFormat};

/// Longer than one reader takes.
const SLOT: Duration = Duration::from_secs(1800);
/// A card that was away for a second is a new read.
const AWAY: Duration = Duration::from_millis(1050);
/// What the last read still moves has moved within it.
const MOTION: Duration = Duration::from_millis(130);
const LIMIT: Duration = Duration::from_secs(3);
const EXPECTED_BELOW_MS: f64 = 100.0;
/// Spreads the reads over a reader's poll interval.
const SPREAD_MILLIS: usize = 53;
const KEY: [u8; 16] = [0x94, 0x4b, 0x8e, 0xdd, 0xcb, 0xaa, 0x2b, 0x5f, 0xe2, 0xb0, 0x14, 0x8d, 0x1b, 0x2f, 0x95, 0xc9];

/// A reader to be measured.
struct Candidate {
    name: &'static str,
    model: ReaderModel,
    /// Its messages that tell a card have so many bytes, all others fewer.
    least_bytes: usize,
}

/// Every read of one reader.
#[derive(Debug, Clone, Serialize)]
pub struct ReaderFigures {
    /// The reader.
    pub reader: &'static str,
    /// Milliseconds from putting the card there to the last byte that tells it.
    pub to_answer_ms: Vec<f64>,
    /// Milliseconds from there to changed pixels.
    pub to_pixel_ms: Vec<f64>,
    /// Reads that changed nothing.
    pub lost: usize,
    /// Reads during which the screen had changed before the reader spoke, by its clock say; each was
    /// repeated.
    pub disturbed: usize,
}

/// What came of putting a card there.
enum Read {
    /// How long to the reader's answer, and from there to the screen.
    Measured(Duration, Duration),
    /// The screen changed by itself before the reader spoke.
    Disturbed,
}

/// Everything that was measured.
#[derive(Debug, Clone, Serialize)]
pub struct ReaderBench {
    /// Where.
    pub machine: Machine,
    /// Reader by reader.
    pub readers: Vec<ReaderFigures>,
}

impl ReaderFigures {
    /// Whether every read was seen, and in time.
    fn is_held(&self) -> bool {
        let slowest = percentile(&self.to_pixel_ms, 0.99);
        self.lost == 0 && slowest.is_some_and(|slowest| slowest < EXPECTED_BELOW_MS)
    }
}

impl ReaderBench {
    /// Whether every reader held what is expected of it.
    pub fn is_held(&self) -> bool {
        self.readers.iter().all(ReaderFigures::is_held)
    }
}

/// How many of `reads` may be lost, and how many disturbed, before measuring is given up.
fn allowed_failures(reads: usize) -> usize {
    (reads / 10).max(1)
}

fn candidates() -> [Candidate; 6] {
    let text = TextFormat {
        prefix: "\u{2}".to_owned(),
        suffix: "\r\n".to_owned(),
        check: TextCheck::XorOfBytes,
        repeat_after: None,
    };
    let of = |name, model, least_bytes| Candidate { name, model, least_bytes };
    [
        of("RDM6300", ReaderModel::Rdm6300, 14),
        of("ID-12LA", ReaderModel::Id12la, 16),
        of("TWN4, polled", ReaderModel::Twn4Simple { has_crc: false }, 20),
        of("PN532", ReaderModel::Pn532, 18),
        of("plain text", ReaderModel::Text(text), 15),
        of("OSDP", ReaderModel::Osdp(OsdpSettings { address: 3, key: Some(KEY) }), 24),
    ]
}

/// Measures `reads` reads of every reader, or of those alone whose name begins with `only`. A named
/// folder keeps one a reader inside.
///
/// # Errors
/// When no reader has such a name, a room does not come up or hardly any read could be measured.
pub async fn readers(folder: Option<&Path>, reads: usize, only: &str) -> anyhow::Result<ReaderBench> {
    let chosen = chosen(only)?;
    let (mut machine, mut readers) = (Machine::look().await, Vec::new());
    for (number, candidate) in chosen.iter().enumerate() {
        let folder = folder.map(|folder| folder.join(format!("reader-{number}")));
        let directory = StageDirectory::create(folder.as_deref())?;
        let figures = measure(directory, candidate, reads).await.with_context(|| candidate.name)?;
        let ReaderFigures { reader, to_pixel_ms, lost, disturbed, .. } = &figures;
        tracing::info!("{reader}: {} reads, {lost} lost, {disturbed} disturbed", to_pixel_ms.len());
        readers.push(figures);
    }
    machine.note_load_after();
    Ok(ReaderBench { machine, readers })
}

fn chosen(only: &str) -> anyhow::Result<Vec<Candidate>> {
    let begins = |name: &str| name.get(..only.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(only));
    let chosen: Vec<_> = candidates().into_iter().filter(|candidate| begins(candidate.name)).collect();
    let names = candidates().map(|candidate| candidate.name).join("; ");
    ensure!(!chosen.is_empty(), "no reader's name begins with `{only}`; there are: {names}");
    Ok(chosen)
}

async fn measure(directory: StageDirectory, candidate: &Candidate, reads: usize) -> anyhow::Result<ReaderFigures> {
    let plan = RoomPlan { reader: candidate.model.clone(), ..RoomPlan::quiet() };
    let mut room = VisitingRoom::open(directory, plan).await?;
    let measured = read_all(&mut room, candidate, reads).await;
    let log = room.kiosk.as_ref().map(|kiosk| kiosk.tail()).unwrap_or_default();
    room.close().await;
    measured.context(log)
}

async fn read_all(room: &mut VisitingRoom, candidate: &Candidate, reads: usize) -> anyhow::Result<ReaderFigures> {
    room.people.book(&room.service, 1, SystemTime::now(), SLOT).await?;
    room.start_kiosk().await?;
    let display = room.display.clone().context("the room has no display of its own")?;
    open_the_kiosk(room, &display).await.context("opening the kiosk")?;
    let mut figures = ReaderFigures {
        reader: candidate.name,
        to_answer_ms: Vec::with_capacity(reads),
        to_pixel_ms: Vec::with_capacity(reads),
        lost: 0,
        disturbed: 0,
    };
    let mut away_since = [Instant::now(); PEOPLE.len()];
    let mut number = 0;
    while figures.to_pixel_ms.len() + figures.lost < reads {
        let turn = number % PEOPLE.len();
        let (Some(person), Some(away_since)) = (PEOPLE.get(turn), away_since.get_mut(turn)) else { continue };
        tokio::time::sleep(AWAY.saturating_sub(MOTION).saturating_sub(away_since.elapsed())).await;
        tokio::time::sleep(Duration::from_millis((number * 7 % SPREAD_MILLIS) as u64)).await;
        match read(room, &display, room.badge(*person), candidate.least_bytes).await {
            Ok(Read::Measured(to_answer, to_pixel)) => {
                figures.to_answer_ms.push(to_answer.as_secs_f64() * 1000.0);
                figures.to_pixel_ms.push(to_pixel.as_secs_f64() * 1000.0);
            }
            Ok(Read::Disturbed) => figures.disturbed += 1,
            Err(error) => {
                tracing::warn!("{} read {number}, `{}`: {error:#}", candidate.name, person.word());
                figures.lost += 1;
            }
        }
        *away_since = Instant::now();
        number += 1;
        let allowed = allowed_failures(reads);
        ensure!(figures.lost <= allowed, "{} of {reads} reads were lost", figures.lost);
        ensure!(figures.disturbed <= allowed, "{} of {reads} reads were disturbed", figures.disturbed);
    }
    Ok(figures)
}

/// One card there and away again.
///
/// # Errors
/// Where the screen never changed.
async fn read(room: &VisitingRoom, display: &Display, card: Card, least_bytes: usize) -> anyhow::Result<Read> {
    let screen = KioskScreen::of(display)?;
    let before = screen.remember(MOTION).await?;
    room.reader.listen(least_bytes)?;
    let put_at = Instant::now();
    room.reader.put(card);
    let changed_at = screen.changed_at(&before, "a changed screen", LIMIT).await;
    room.reader.lift();
    let changed_at = changed_at?;
    Ok(room.reader.heard_at().map_or(Read::Disturbed, |answered_at| {
        let to_pixel = changed_at.checked_duration_since(answered_at);
        to_pixel.map_or(Read::Disturbed, |to_pixel| Read::Measured(answered_at - put_at, to_pixel))
    }))
}

/// What `make bench-readers` prints.
pub fn readers_table(bench: &ReaderBench) -> String {
    let mut text = String::new();
    let mut line = |cells: [&str; 10]| {
        let [reader, reads, lost, disturbed, answer_p50, answer_p99, pixel_p50, pixel_p99, expected, held] = cells;
        // Writing into a string does not fail.
        let _ = writeln!(
            text,
            "{reader:<14}{reads:>6}{lost:>6}{disturbed:>11}   {answer_p50:>10}{answer_p99:>8}   {pixel_p50:>10}{pixel_p99:>8}   {expected:<9}{held}"
        );
    };
    line(["", "", "", "", "to answer", "", "to pixel", "", "", ""]);
    line(["reader", "reads", "lost", "disturbed", "p50 (ms)", "p99", "p50 (ms)", "p99", "expected", ""]);
    for figures in &bench.readers {
        let shown = |values: &[f64], share| percentile(values, share).map_or("–".to_owned(), |ms| format!("{ms:.1}"));
        line([
            figures.reader,
            &figures.to_pixel_ms.len().to_string(),
            &figures.lost.to_string(),
            &figures.disturbed.to_string(),
            &shown(&figures.to_answer_ms, 0.5),
            &shown(&figures.to_answer_ms, 0.99),
            &shown(&figures.to_pixel_ms, 0.5),
            &shown(&figures.to_pixel_ms, 0.99),
            &format!("< {EXPECTED_BELOW_MS:.0}"),
            if figures.is_held() { "held" } else { "MISSED" },
        ]);
    }
    let _ = writeln!(
        text,
        "\nto answer: from putting the card there to the last byte that tells it (a polled reader waits to be asked); \
         to pixel: from there\nto changed pixels; disturbed: the screen changed by itself before the reader spoke, and the read was repeated.\nPseudo-terminals: the bytes' own time on a wire is not in it.\n{}.",
        bench.machine
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bench(to_pixel_ms: Vec<f64>, lost: usize) -> ReaderBench {
        let machine = Machine {
            processor: "Some Processor".to_owned(),
            processors: 2,
            chromium: "Chromium 156".to_owned(),
            load_before: Some(0.5),
            load_after: None,
        };
        let figures = ReaderFigures { reader: "OSDP", to_answer_ms: vec![26.0, 51.0], to_pixel_ms, lost, disturbed: 3 };
        ReaderBench { machine, readers: vec![figures] }
    }

    fn table(to_pixel_ms: Vec<f64>, lost: usize) -> String {
        readers_table(&bench(to_pixel_ms, lost))
    }

    #[test]
    fn a_reader_that_is_in_time_says_so_and_its_poll_stands_apart() {
        let text = table(vec![30.0, 44.0], 0);
        let line = text.lines().find(|line| line.starts_with("OSDP")).unwrap();
        let words: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(words, ["OSDP", "2", "0", "3", "26.0", "51.0", "30.0", "44.0", "<", "100", "held"]);
    }

    #[test]
    fn one_reader_is_chosen_by_the_beginning_of_its_name() {
        assert_eq!(chosen("").unwrap().len(), candidates().len());
        assert_eq!(chosen("twn4").unwrap().first().unwrap().name, "TWN4, polled");
        assert!(chosen("wiegand").err().unwrap().to_string().contains("RDM6300; "));
    }

    #[test]
    fn a_late_pixel_and_a_lost_read_are_told_as_a_miss() {
        assert!(table(vec![30.0, 100.0], 0).contains("MISSED"));
        assert!(table(vec![30.0], 1).contains("MISSED"));
        assert!(table(vec![], 1).contains("MISSED"));
    }

    #[test]
    fn one_reader_that_misses_makes_the_bench_fail() {
        assert!(bench(vec![30.0, 44.0], 0).is_held());
        for (to_pixel_ms, lost) in [(vec![30.0, 100.0], 0), (vec![30.0], 1), (vec![], 0)] {
            let mut bench = bench(to_pixel_ms, lost);
            bench.readers.extend(self::bench(vec![30.0], 0).readers);
            assert!(!bench.is_held(), "{}", readers_table(&bench));
        }
    }

    #[test]
    fn a_tenth_of_the_reads_may_fail_and_always_one() {
        assert_eq!([1, 9, 10, 25, 1000].map(allowed_failures), [1, 1, 1, 2, 100]);
    }
}
