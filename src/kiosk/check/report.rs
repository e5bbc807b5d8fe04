//! Findings as `muwajaha check` prints them, and how its command line names parts.

use muwajaha_core::domain::{CheckPart, CheckVerdict, Finding, Language};
use serde::Serialize;

use super::Parts;
use crate::ui::CheckWords;

/// All findings of a check, in the order of the parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    findings: Vec<Finding>,
}

/// A part of which this command knows nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no part `{0}` to check: name some of {known}", known = names().join(", "))]
pub struct UnknownPart(String);

#[derive(Serialize)]
struct ReportJson<'a> {
    version: &'static str,
    verdict: CheckVerdict,
    findings: Vec<FindingJson<'a>>,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    part: CheckPart,
    verdict: CheckVerdict,
    value: &'a str,
    /// In English, where it is not a pass.
    remedy: Option<String>,
}

impl Report {
    /// Of these findings.
    pub fn new(mut findings: Vec<Finding>) -> Self {
        findings.sort_by_key(|finding| finding.part);
        Self { findings }
    }

    /// The worst of all.
    pub fn verdict(&self) -> CheckVerdict {
        self.findings.iter().map(|finding| finding.verdict).max().unwrap_or(CheckVerdict::Pass)
    }

    /// One line a part, with what to do below it.
    pub fn to_text(&self) -> String {
        let words = CheckWords::new(Language::English);
        let mut text = String::new();
        for Finding { part, verdict, value, remedy } in &self.findings {
            let line = format!("{:<8} {:<24} {value}", words.verdict(*verdict), words.part(*part));
            text += &format!("{}\n", line.trim_end());
            if let Some(remedy) = remedy {
                text += &format!("{:<8} → {}\n", "", words.remedy(*remedy));
            }
        }
        text
    }

    /// The same for programs.
    pub fn to_json(&self) -> String {
        let words = CheckWords::new(Language::English);
        let findings = self.findings.iter().map(|Finding { part, verdict, value, remedy }| FindingJson {
            part: *part,
            verdict: *verdict,
            value,
            remedy: remedy.map(|remedy| words.remedy(remedy)),
        });
        let report =
            ReportJson { version: env!("CARGO_PKG_VERSION"), verdict: self.verdict(), findings: findings.collect() };
        serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
    }
}

/// The parts of these names; without any, all. `network` and `sound` each name several.
///
/// # Errors
/// The first name that is none.
pub fn parts_named(names: &[String]) -> Result<Parts, UnknownPart> {
    if names.is_empty() {
        return Ok(CheckPart::ALL.into_iter().collect());
    }
    let mut parts = Parts::new();
    for name in names {
        let meant: Vec<CheckPart> = CheckPart::ALL.into_iter().filter(|part| is_named(*part, name)).collect();
        if meant.is_empty() {
            return Err(UnknownPart(name.clone()));
        }
        parts.extend(meant);
    }
    Ok(parts)
}

fn is_named(part: CheckPart, name: &str) -> bool {
    name == name_of(part) || group_of(part) == Some(name)
}

fn group_of(part: CheckPart) -> Option<&'static str> {
    match part {
        CheckPart::Microphone | CheckPart::Speaker | CheckPart::Echo => Some("sound"),
        CheckPart::Service
        | CheckPart::Clock
        | CheckPart::RelayUdp
        | CheckPart::RelayTcp
        | CheckPart::RelayTls
        | CheckPart::Line => Some("network"),
        CheckPart::Camera
        | CheckPart::Reader
        | CheckPart::Touch
        | CheckPart::Screen
        | CheckPart::Disk
        | CheckPart::Temperature
        | CheckPart::Tpm
        | CheckPart::Image => None,
    }
}

fn name_of(part: CheckPart) -> String {
    serde_json::to_value(part).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn names() -> Vec<String> {
    let groups = ["sound", "network"].map(str::to_owned);
    groups.into_iter().chain(CheckPart::ALL.map(name_of)).collect()
}

#[cfg(test)]
mod tests {
    use muwajaha_core::domain::Remedy;

    use super::*;

    fn report() -> Report {
        Report::new(vec![
            Finding::warn(CheckPart::Tpm, "", Remedy::EnableTpm),
            Finding::pass(CheckPart::Camera, "1280x720, 29.5/30 fps, 47 %"),
        ])
    }

    #[test]
    fn a_report_says_part_value_and_remedy_in_the_order_of_the_parts() {
        let text = report().to_text();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "pass     Camera                   1280x720, 29.5/30 fps, 47 %");
        assert_eq!(lines[1], "warn     TPM");
        assert!(lines[2].contains("→ Turn the TPM on"), "{text}");
    }

    #[test]
    fn the_same_as_json_names_its_worst() {
        let json: serde_json::Value = serde_json::from_str(&report().to_json()).unwrap();
        assert_eq!(json["verdict"], "warn");
        assert_eq!(json["findings"][0]["part"], "camera");
        assert_eq!(json["findings"][0]["remedy"], serde_json::Value::Null);
        assert!(json["findings"][1]["remedy"].as_str().unwrap().contains("firmware"));
    }

    #[test]
    fn parts_are_named_alone_and_together() {
        let named = |names: &[&str]| parts_named(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(named(&[]).unwrap().len(), CheckPart::ALL.len());
        assert_eq!(named(&["camera", "sound"]).unwrap().len(), 4);
        assert_eq!(named(&["relay_tcp"]).unwrap().into_iter().collect::<Vec<_>>(), [CheckPart::RelayTcp]);
        let told = named(&["camra"]).unwrap_err().to_string();
        assert!(told.contains("`camra`") && told.contains("camera"), "{told}");
    }
}
