//! Which versions the kiosks have, and who is behind. Pure.

use muwajaha_wire::fleet::KioskStatus;

/// A kiosk that was not seen for this long says nothing of what is current.
const COUNTS_FOR_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The latest versions among the kiosks, and since when somebody has them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Newest {
    program: Option<Latest>,
    image: Option<Latest>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Latest {
    version: String,
    since_ms: i64,
}

impl Newest {
    /// Of what these kiosks said: their status, since when they have its versions, when they were seen.
    pub(crate) fn of<'a>(told: impl Iterator<Item = (&'a KioskStatus, i64, i64)>, now_ms: i64) -> Self {
        let mut newest = Self::default();
        for (status, since_ms, seen_ms) in told {
            if now_ms - seen_ms < COUNTS_FOR_MS {
                raise(&mut newest.program, &status.program_version, since_ms);
                if let Some(version) = &status.image_version {
                    raise(&mut newest.image, version, since_ms);
                }
            }
        }
        newest
    }

    /// Since when somebody has a later version than this kiosk, and which.
    pub(crate) fn than(&self, status: &KioskStatus) -> Option<(i64, String)> {
        let later = |latest: &Option<Latest>, version: &str| {
            latest.clone().filter(|latest| numbers(version) < numbers(&latest.version))
        };
        let program = later(&self.program, &status.program_version);
        let image = status.image_version.as_deref().and_then(|version| later(&self.image, version));
        let first = [image, program].into_iter().flatten().min_by_key(|latest| latest.since_ms)?;
        Some((first.since_ms, first.version))
    }
}

fn raise(latest: &mut Option<Latest>, version: &str, since_ms: i64) {
    let (ours, theirs) = (numbers(version), latest.as_ref().map(|latest| numbers(&latest.version)));
    match (latest, theirs) {
        (Some(latest), Some(theirs)) if theirs == ours => latest.since_ms = latest.since_ms.min(since_ms),
        (Some(_), Some(theirs)) if theirs > ours => {}
        (latest, _) => *latest = Some(Latest { version: version.to_owned(), since_ms }),
    }
}

/// The numbers in a version, by which versions follow each other: `0.10.1` comes after `0.9.3`.
fn numbers(version: &str) -> Vec<u64> {
    let runs = version.split(|letter: char| !letter.is_ascii_digit()).filter(|run| !run.is_empty());
    runs.map(|run| run.parse().unwrap_or(u64::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fleet::tests::in_health;

    const NOW: i64 = 10_000_000_000;

    fn kiosk(program: &str, image: Option<&str>) -> KioskStatus {
        let image_version = image.map(ToOwned::to_owned);
        KioskStatus { program_version: program.to_owned(), image_version, ..in_health() }
    }

    #[test]
    fn whoever_has_an_earlier_version_than_another_is_behind_since_the_first_had_it() {
        let (old, new) = (kiosk("0.9.3", Some("7")), kiosk("0.10.1", Some("8")));
        let told = [(&old, 50, NOW), (&new, 300, NOW), (&new, 200, NOW)];
        let newest = Newest::of(told.into_iter(), NOW);
        assert_eq!(newest.than(&old), Some((200, "8".to_owned())));
        assert_eq!(newest.than(&new), None);
        assert_eq!(newest.than(&kiosk("0.10.1", None)), None, "a plain machine is behind no image");
        assert_eq!(newest.than(&kiosk("0.9.9", None)), Some((200, "0.10.1".to_owned())));
    }

    #[test]
    fn a_kiosk_that_nobody_saw_for_a_week_does_not_count() {
        let (here, gone) = (kiosk("1.0", None), kiosk("2.0", None));
        let told = [(&here, 1, NOW), (&gone, 1, NOW - COUNTS_FOR_MS)];
        assert_eq!(Newest::of(told.into_iter(), NOW).than(&here), None);
    }
}
