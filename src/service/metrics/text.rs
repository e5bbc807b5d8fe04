//! Writing Prometheus' text format, version 0.0.4: a family's help and type once, then its samples.

use std::fmt::{Display, Write as _};

/// The text as far as it is written.
#[derive(Debug, Default)]
pub(super) struct Text(String);

impl Text {
    /// Begins a family; `kind` is `gauge`, `counter` or `histogram`.
    pub(super) fn family(&mut self, name: &str, kind: &str, help: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// A sample of the family that was begun last.
    pub(super) fn sample(&mut self, name: &str, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels.iter().map(|(key, text)| format!("{key}=\"{}\"", escaped(text))).collect();
        let braced = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{braced} {value}");
    }

    pub(super) fn finish(self) -> String {
        self.0
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_escaped_and_left_out_where_there_are_none() {
        let mut text = Text::default();
        text.family("a", "gauge", "What a is.");
        text.sample("a", &[], 1);
        text.sample("a", &[("x", "1"), ("y", "a\"\\\nb")], 2.5);
        let expected = "# HELP a What a is.\n# TYPE a gauge\na 1\na{x=\"1\",y=\"a\\\"\\\\\\nb\"} 2.5\n";
        assert_eq!(text.finish(), expected);
    }
}
