//! Planted defects: the stories or the properties must catch every one of them.

use std::fmt::Write;
use std::panic::catch_unwind;

use super::properties;
use super::{maintenance_stories, number_stories, order_stories, quiet_stories, stories};
use crate::session::defect::{Defect, with_planted};

const CASES: u32 = 2500;

/// The first story that fails.
fn caught_by_story(defect: Defect) -> Option<&'static str> {
    let all = stories::STORIES.iter().chain(number_stories::STORIES).chain(maintenance_stories::STORIES);
    let all = all.chain(order_stories::STORIES).chain(quiet_stories::STORIES);
    all.into_iter().find(|(_, story)| with_planted(defect, || catch_unwind(*story)).is_err()).map(|(name, _)| *name)
}

/// The rule that random stories found broken.
fn caught_by_property(defect: Defect) -> Option<String> {
    let failure = with_planted(defect, || properties::run(CASES, 0)).err()?;
    Some(failure.lines().next().unwrap_or_default().split(" (after").next().unwrap_or_default().to_owned())
}

#[test]
fn every_planted_defect_is_caught() {
    let mut table = String::new();
    let mut missed = Vec::new();
    let mut by_property = 0;
    for defect in Defect::ALL {
        let (story, property) = (caught_by_story(*defect), caught_by_property(*defect));
        by_property += usize::from(property.is_some());
        if story.is_none() && property.is_none() {
            missed.push(*defect);
        }
        let _ = writeln!(
            table,
            "{defect:?}\n    story:    {}\n    property: {}",
            story.unwrap_or("-"),
            property.as_deref().unwrap_or("-")
        );
    }
    println!("{table}{} defects, {by_property} of them caught by the properties alone", Defect::ALL.len());
    assert!(missed.is_empty(), "not caught: {missed:?}");
    assert!(by_property >= 20, "the properties alone catch only {by_property}");
}
