//! From a badge's first byte on the reader's line to changed pixels, many times.

use super::Stage;
use crate::prison::Person;
use crate::script::KioskScreen;

const TAPS: usize = 120;
/// Each is shown another screen than the one before; none of them opens anything.
pub(super) const PEOPLE: [Person; 4] =
    [Person::Stranger, Person::InmateWithoutVisit, Person::InmateElsewhere, Person::InmateTooEarly];

impl Stage {
    /// Milliseconds of each tap, on an open kiosk.
    pub(super) async fn taps(&self) -> anyhow::Result<Vec<f64>> {
        let screen = KioskScreen::of(&self.display)?;
        let mut taps = Vec::with_capacity(TAPS);
        for person in PEOPLE.into_iter().cycle().take(TAPS) {
            let tapped = screen.tap(&self.room, person).await?;
            taps.push(tapped.to_screen.as_secs_f64() * 1000.0);
        }
        tracing::info!("{} taps", taps.len());
        Ok(taps)
    }
}
