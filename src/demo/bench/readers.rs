//! From a card's last byte on the reader's line to changed pixels, and to light and sound at the
//! reader, for each reader's protocol.
//!
//! Each reader stands in a room of its own before the real kiosk; cards are put to it whose screens
//! differ, again and again, a card only after it was away long enough to be a new read. What lies
//! before the reader's answer, a polled reader's waiting to be asked, is told apart. The line is a
//! pseudo-terminal: the bytes' own time on a wire, 15 ms for 14 bytes at 9600 baud, is not in it.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, ensure};
use serde::Serialize;

use super::flood::{self, FloodFigures};
use super::taps::PEOPLE;
use super::{Machine, open_the_kiosk, percentile};
use crate::prison::{Person, RoomPlan, VisitingRoom};
use crate::script::KioskScreen;
use crate::stage::{
    Display, OsdpSettings, Reader, ReaderModel, Shown, StageDirectory, TextCheck, TextFormat, wait_until,
};

/// Longer than one reader takes.
const SLOT: Duration = Duration::from_secs(1800);
/// A card that was away for a second is a new read.
const AWAY: Duration = Duration::from_millis(1050);
/// What the last read still moves has moved within it.
const MOTION: Duration = Duration::from_millis(130);
const LIMIT: Duration = Duration::from_secs(3);
/// Of the pixel, the light and the sound.
pub(super) const EXPECTED_BELOW_MS: f64 = 100.0;
/// Spreads the reads over a reader's poll interval.
const SPREAD_MILLIS: usize = 53;
const KEY: [u8; 16] = [0x94, 0x4b, 0x8e, 0xdd, 0xcb, 0xaa, 0x2b, 0x5f, 0xe2, 0xb0, 0x14, 0x8d, 0x1b, 0x2f, 0x95, 0xc9];

/// A reader to be measured.
struct Candidate {
    name: &'static str,
    model: ReaderModel,
    /// Its messages that tell a card have so many bytes, all others fewer.
    least_bytes: usize,
    /// Whether the kiosk can light it and let it sound.
    has_lights: bool,
    /// Whether its line is flooded while somebody touches the screen: of those that the kiosk itself
    /// reads one will do, and the one that its child reads.
    is_flooded: bool,
}

/// Every read of one reader.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ReaderFigures {
    /// The reader.
    pub reader: &'static str,
    /// Milliseconds from putting the card there to the last byte that tells it.
    pub to_answer_ms: Vec<f64>,
    /// Milliseconds from there to changed pixels.
    pub to_pixel_ms: Vec<f64>,
    /// Milliseconds from there to the reader's light, where it has one.
    pub to_light_ms: Vec<f64>,
    /// Milliseconds from there to its sound, of those reads that are told by one.
    pub to_sound_ms: Vec<f64>,
    /// Reads that changed nothing on the screen, or nothing at a reader with lights.
    pub lost: usize,
    /// Reads during which the screen had changed before the reader spoke, by its clock say; each was
    /// repeated.
    pub disturbed: usize,
}

/// What came of putting a card there.
enum Read {
    /// It was told everywhere.
    Measured(Times),
    /// The screen changed by itself before the reader spoke.
    Disturbed,
}

/// How long to the reader's answer, and from there on.
struct Times {
    to_answer: Duration,
    to_pixel: Duration,
    to_light: Option<Duration>,
    to_sound: Option<Duration>,
}

/// Everything that was measured.
#[derive(Debug, Clone, Serialize)]
pub struct ReaderBench {
    /// Where.
    pub machine: Machine,
    /// Reader by reader.
    pub readers: Vec<ReaderFigures>,
    /// The screen while their lines flood, of those whose were.
    pub floods: Vec<FloodFigures>,
}

impl ReaderFigures {
    fn add(&mut self, times: &Times) {
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        self.to_answer_ms.push(milliseconds(times.to_answer));
        self.to_pixel_ms.push(milliseconds(times.to_pixel));
        self.to_light_ms.extend(times.to_light.map(milliseconds));
        self.to_sound_ms.extend(times.to_sound.map(milliseconds));
    }

    /// Whether every read was seen, and in time; at the reader too, where it can show it.
    pub(super) fn is_held(&self) -> bool {
        let told = [&self.to_pixel_ms, &self.to_light_ms, &self.to_sound_ms];
        let in_time = |slowest: f64| slowest < EXPECTED_BELOW_MS;
        let is_seen = self.lost == 0 && !self.to_pixel_ms.is_empty();
        is_seen && told.into_iter().all(|times| percentile(times, 0.99).is_none_or(in_time))
    }
}

impl ReaderBench {
    /// Whether every reader held what is expected of it, and the screen beside a flood.
    pub fn is_held(&self) -> bool {
        self.readers.iter().all(ReaderFigures::is_held) && self.floods.iter().all(FloodFigures::is_held)
    }
}

/// How many of `reads` may be lost, and how many disturbed, before measuring is given up.
pub(super) fn allowed_failures(reads: usize) -> usize {
    (reads / 10).max(1)
}

/// How many touches so many reads are worth.
fn touches(reads: usize) -> usize {
    (reads / 5).max(8)
}

fn candidates() -> [Candidate; 6] {
    let text = TextFormat {
        prefix: "\u{2}".to_owned(),
        suffix: "\r\n".to_owned(),
        check: TextCheck::XorOfBytes,
        repeat_after: None,
    };
    let osdp = OsdpSettings { address: 3, key: Some(KEY) };
    let of = |name, model, least_bytes| Candidate { name, model, least_bytes, has_lights: false, is_flooded: false };
    let lit = |name, model, least_bytes| Candidate { has_lights: true, ..of(name, model, least_bytes) };
    [
        Candidate { is_flooded: true, ..of("RDM6300", ReaderModel::Rdm6300, 14) },
        of("ID-12LA", ReaderModel::Id12la, 16),
        lit("TWN4, polled", ReaderModel::Twn4Simple { has_crc: false }, 20),
        of("PN532", ReaderModel::Pn532, 18),
        of("plain text", ReaderModel::Text(text), 15),
        Candidate { is_flooded: true, ..lit("OSDP", ReaderModel::Osdp(osdp), 24) },
    ]
}

/// Measures `reads` reads of every reader, or of those alone whose name begins with `only`. A named
/// folder keeps one a reader inside.
///
/// # Errors
/// When no reader has such a name, a room does not come up or hardly any read could be measured.
pub async fn readers(folder: Option<&Path>, reads: usize, only: &str) -> anyhow::Result<ReaderBench> {
    let chosen = chosen(only)?;
    let (mut machine, mut readers, mut floods) = (Machine::look().await, Vec::new(), Vec::new());
    for (number, candidate) in chosen.iter().enumerate() {
        let folder = folder.map(|folder| folder.join(format!("reader-{number}")));
        let directory = StageDirectory::create(folder.as_deref())?;
        let (figures, flood) = measure(directory, candidate, reads).await.with_context(|| candidate.name)?;
        let ReaderFigures { reader, to_pixel_ms, lost, disturbed, .. } = &figures;
        tracing::info!("{reader}: {} reads, {lost} lost, {disturbed} disturbed", to_pixel_ms.len());
        readers.push(figures);
        floods.extend(flood);
    }
    machine.note_load_after();
    Ok(ReaderBench { machine, readers, floods })
}

fn chosen(only: &str) -> anyhow::Result<Vec<Candidate>> {
    let begins = |name: &str| name.get(..only.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(only));
    let chosen: Vec<_> = candidates().into_iter().filter(|candidate| begins(candidate.name)).collect();
    let names = candidates().map(|candidate| candidate.name).join("; ");
    ensure!(!chosen.is_empty(), "no reader's name begins with `{only}`; there are: {names}");
    Ok(chosen)
}

/// The reads, and the touches where its line is flooded.
type Measured = (ReaderFigures, Option<FloodFigures>);

async fn measure(directory: StageDirectory, candidate: &Candidate, reads: usize) -> anyhow::Result<Measured> {
    let plan = RoomPlan { reader: candidate.model.clone(), ..RoomPlan::quiet() };
    let mut room = VisitingRoom::open(directory, plan).await?;
    let measured = measure_in(&mut room, candidate, reads).await;
    let log = room.kiosk.as_ref().map(|kiosk| kiosk.tail()).unwrap_or_default();
    room.close().await;
    measured.context(log)
}

async fn measure_in(room: &mut VisitingRoom, candidate: &Candidate, reads: usize) -> anyhow::Result<Measured> {
    room.people.book(&room.service, 1, SystemTime::now(), SLOT).await?;
    room.start_kiosk().await?;
    let display = room.display.clone().context("the room has no display of its own")?;
    open_the_kiosk(room, &display).await.context("opening the kiosk")?;
    let figures = read_all(room, &display, candidate, reads).await?;
    let flood = match candidate.is_flooded {
        true => Some(flood::touch(&display, &room.reader, candidate.name, touches(reads)).await?),
        false => None,
    };
    Ok((figures, flood))
}

async fn read_all(
    room: &VisitingRoom,
    display: &Display,
    candidate: &Candidate,
    reads: usize,
) -> anyhow::Result<ReaderFigures> {
    let mut figures = ReaderFigures { reader: candidate.name, ..ReaderFigures::default() };
    let mut away_since = [Instant::now(); PEOPLE.len()];
    let mut number = 0;
    while figures.to_pixel_ms.len() + figures.lost < reads {
        let turn = number % PEOPLE.len();
        let (Some(person), Some(away_since)) = (PEOPLE.get(turn), away_since.get_mut(turn)) else { continue };
        tokio::time::sleep(AWAY.saturating_sub(MOTION).saturating_sub(away_since.elapsed())).await;
        tokio::time::sleep(Duration::from_millis((number * 7 % SPREAD_MILLIS) as u64)).await;
        match read(room, display, *person, candidate).await {
            Ok(Read::Measured(times)) => figures.add(&times),
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
/// Where the screen never changed, or the reader's light never came.
async fn read(room: &VisitingRoom, display: &Display, person: Person, candidate: &Candidate) -> anyhow::Result<Read> {
    let screen = KioskScreen::of(display)?;
    let before = screen.remember(MOTION).await?;
    room.reader.listen(candidate.least_bytes)?;
    let put_at = Instant::now();
    room.reader.put(room.badge(person));
    let changed_at = screen.changed_at(&before, "a changed screen", LIMIT).await;
    room.reader.lift();
    let changed_at = changed_at?;
    let Some(answered_at) = room.reader.heard_at() else { return Ok(Read::Disturbed) };
    let Some(to_pixel) = changed_at.checked_duration_since(answered_at) else { return Ok(Read::Disturbed) };
    let (to_light, to_sound) = match candidate.has_lights {
        true => told_at_reader(&room.reader, person, answered_at).await?,
        false => (None, None),
    };
    Ok(Read::Measured(Times { to_answer: answered_at - put_at, to_pixel, to_light, to_sound }))
}

/// How long after its answer the reader was told to light up, and to sound.
async fn told_at_reader(
    reader: &Reader,
    person: Person,
    answered_at: Instant,
) -> anyhow::Result<(Option<Duration>, Option<Duration>)> {
    let told = async |what: &str, is_meant: fn(&Shown) -> bool| {
        let first = || reader.first_shown_at(answered_at, is_meant);
        wait_until(what, LIMIT, Duration::from_millis(1), async || Ok(first().map(|at| at - answered_at))).await
    };
    let to_light = told("the reader's light", |shown| matches!(shown, Shown::Light { .. })).await?;
    let to_sound = match is_told_by_sound(person) {
        true => Some(told("the reader's sound", |shown| matches!(shown, Shown::Sound { .. })).await?),
        false => None,
    };
    Ok((Some(to_light), to_sound))
}

/// Who has to wait is told so by a light alone.
fn is_told_by_sound(person: Person) -> bool {
    person != Person::InmateTooEarly
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn bench(to_pixel_ms: Vec<f64>, lost: usize) -> ReaderBench {
        let machine = Machine {
            processor: "Some Processor".to_owned(),
            processors: 2,
            chromium: "Chromium 156".to_owned(),
            load_before: Some(0.5),
            load_after: None,
        };
        let figures = ReaderFigures {
            reader: "OSDP",
            to_answer_ms: vec![26.0, 51.0],
            to_pixel_ms,
            to_light_ms: vec![15.0, 22.0],
            lost,
            disturbed: 3,
            ..ReaderFigures::default()
        };
        ReaderBench { machine, readers: vec![figures], floods: vec![] }
    }

    #[test]
    fn one_reader_is_chosen_by_the_beginning_of_its_name() {
        assert_eq!(chosen("").unwrap().len(), candidates().len());
        assert_eq!(chosen("twn4").unwrap().first().unwrap().name, "TWN4, polled");
        assert!(chosen("wiegand").err().unwrap().to_string().contains("RDM6300; "));
    }

    #[test]
    fn one_reader_that_misses_makes_the_bench_fail() {
        assert!(bench(vec![30.0, 44.0], 0).is_held());
        for (to_pixel_ms, lost) in [(vec![30.0, 100.0], 0), (vec![30.0], 1), (vec![], 0)] {
            let mut bench = bench(to_pixel_ms, lost);
            bench.readers.extend(self::bench(vec![30.0], 0).readers);
            assert!(!bench.is_held(), "{bench:?}");
        }
    }

    #[test]
    fn a_late_light_or_sound_at_the_reader_is_a_miss_and_none_is_not() {
        let held = |to_light_ms: &[f64], to_sound_ms: &[f64]| {
            let (to_light_ms, to_sound_ms) = (to_light_ms.to_vec(), to_sound_ms.to_vec());
            let to_pixel_ms = vec![30.0];
            ReaderFigures { to_pixel_ms, to_light_ms, to_sound_ms, ..ReaderFigures::default() }.is_held()
        };
        assert!(held(&[], &[]) && held(&[20.0, 99.9], &[99.9]));
        assert!(!held(&[20.0, 100.0], &[]) && !held(&[20.0], &[100.0]));
    }

    #[test]
    fn a_tenth_of_the_reads_may_fail_and_always_one() {
        assert_eq!([1, 9, 10, 25, 1000].map(allowed_failures), [1, 1, 1, 2, 100]);
    }
}
