//! The three languages of the screen.

use serde::{Deserialize, Serialize};

/// A language that the kiosk and the visitor's page speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Arabic, right to left; the default.
    #[default]
    #[serde(rename = "ar")]
    Arabic,
    /// Kurdish (Sorani, Arabic script), right to left.
    #[serde(rename = "ckb")]
    Kurdish,
    /// English, left to right.
    #[serde(rename = "en")]
    English,
}

impl Language {
    /// All languages, in the order of the language button.
    pub const ALL: [Self; 3] = [Self::Arabic, Self::Kurdish, Self::English];

    /// The language's BCP 47 tag, which is also the name of its locale file.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Arabic => "ar",
            Self::Kurdish => "ckb",
            Self::English => "en",
        }
    }

    /// The language with this BCP 47 tag.
    pub fn from_tag(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// Whether lines run from right to left.
    pub fn is_right_to_left(self) -> bool {
        match self {
            Self::Arabic | Self::Kurdish => true,
            Self::English => false,
        }
    }
}
