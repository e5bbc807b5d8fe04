//! An update of the machine's image, as far as people are told of it.

use serde::{Deserialize, Serialize};

/// Why an update was not taken. Its code stands in papers, in the fleet's alarms and in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateFailure {
    /// It is not signed by the facility's key, or the machine could not write it.
    Refused,
    /// It was started and did not come up; the version before runs again.
    RolledBack,
    /// There is no room for it on the disk.
    DiskFull,
    /// What came is not what its sums say.
    Damaged,
}

impl UpdateFailure {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Refused, Self::RolledBack, Self::DiskFull, Self::Damaged];

    /// The code for people.
    pub fn code(self) -> &'static str {
        match self {
            Self::Refused => "U-01",
            Self::RolledBack => "U-02",
            Self::DiskFull => "U-03",
            Self::Damaged => "U-04",
        }
    }
}
