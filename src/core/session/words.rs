//! The language of the screen: the facility's default, a visit's, or a person's choice.

use std::time::Duration;

use crate::domain::{BootTime, Language};

/// A choice on the idle screen is forgotten after this long.
const UNUSED_AFTER: Duration = Duration::from_secs(60);

/// What overrides the default language.
#[derive(Debug, Default)]
pub(super) struct Words {
    chosen: Option<Chosen>,
}

#[derive(Debug)]
struct Chosen {
    language: Language,
    unused_at: Option<BootTime>,
}

impl Words {
    pub(super) fn chosen(&self) -> Option<Language> {
        self.chosen.as_ref().map(|chosen| chosen.language)
    }

    /// The booking's language, until its visit is over.
    pub(super) fn follow_booking(&mut self, language: Language) {
        self.chosen = Some(Chosen { language, unused_at: None });
    }

    /// A choice on the language button: kept as long as the visit, or for a while.
    pub(super) fn choose(&mut self, language: Language, is_in_visit: bool, now: BootTime) {
        let unused_at = (!is_in_visit).then_some(now + UNUSED_AFTER);
        self.chosen = Some(Chosen { language, unused_at });
    }

    pub(super) fn forget(&mut self) {
        self.chosen = None;
    }

    pub(super) fn unused_at(&self) -> Option<BootTime> {
        self.chosen.as_ref().and_then(|chosen| chosen.unused_at)
    }
}
