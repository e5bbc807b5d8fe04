//! Where in a TOML text something stands.

use toml::de::{DeTable, DeValue};

/// Line and column, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl Default for Place {
    fn default() -> Self {
        Self { line: 1, column: 1 }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.line, self.column)
    }
}

impl Place {
    /// The place of a byte offset.
    pub(super) fn at_offset(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Self { line: before.matches('\n').count() + 1, column }
    }

    /// The place of a key's value, `table.key`; of its table where the key is absent.
    pub(super) fn of_key(text: &str, key: &str) -> Self {
        let Ok(document) = DeTable::parse(text) else { return Self::default() };
        let mut place = Self::default();
        let mut table = document.get_ref();
        for part in key.split('.') {
            let Some((_, value)) = table.iter().find(|(name, _)| name.get_ref() == part) else { return place };
            place = Self::at_offset(text, value.span().start);
            match value.get_ref() {
                DeValue::Table(inner) => table = inner,
                DeValue::String(_)
                | DeValue::Integer(_)
                | DeValue::Float(_)
                | DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Array(_) => return place,
            }
        }
        place
    }
}
