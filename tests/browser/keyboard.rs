//! The whole way by keyboard alone, and what a screen reader is told on it.

use anyhow::{Context as _, bail};
use muwajaha_core::engine::direct::SignallingMessage;
use serde_json::json;

use super::house::{House, INMATE};
use super::kiosk::Hall;
use super::phone::{Key, Phone};

const FOCUS: &str = "const on = document.activeElement; const style = getComputedStyle(on); \
    const place = on.getBoundingClientRect(); \
    const front = document.elementFromPoint(place.x + place.width / 2, place.y + place.height / 2); \
    return { name: on.id || on.dataset.language || on.localName, \
      isVisible: on.matches(':focus-visible') && style.outlineStyle === 'solid' && parseFloat(style.outlineWidth) >= 3, \
      isInView: place.top >= 0 && place.bottom <= innerHeight && on.contains(front) }";

impl Phone {
    /// Presses Tab until the focus is on `name`; every stop on the way must be seen.
    async fn tabs_to(&self, name: &str) -> anyhow::Result<()> {
        let mut passed = Vec::new();
        for _ in 0..12 {
            self.press(Key::Tab).await?;
            let focus = self.run(FOCUS, json!([])).await?;
            let at = focus["name"].as_str().context("a focused element has a name")?.to_owned();
            if at == "body" {
                continue;
            }
            if focus["isVisible"] != true || focus["isInView"] != true {
                bail!("the focus is not seen: {focus}");
            }
            if at == name {
                return Ok(());
            }
            passed.push(at);
        }
        bail!("no way to {name}: {passed:?}")
    }

    async fn focus_is_on(&self, id: &str) -> anyhow::Result<()> {
        self.sees_with(&format!("the focus on #{id}"), "document.activeElement.id === arguments[0]", json!([id])).await
    }

    /// What the accessibility tree calls things of this role.
    async fn named(&self, role: &str) -> anyhow::Result<Vec<String>> {
        let tree = self.devtools("Accessibility.getFullAXTree", json!({})).await?;
        let nodes = tree["nodes"].as_array().context("a tree has nodes")?;
        let ours = nodes.iter().filter(|node| node["ignored"] == false && node["role"]["value"] == role);
        Ok(ours.map(|node| node["name"]["value"].as_str().unwrap_or_default().to_owned()).collect())
    }
}

#[tokio::test]
async fn a_visit_without_finger_and_without_eyes() -> anyhow::Result<()> {
    let house = House::open().await?;
    let phone = Phone::of_visitor(&house).await?;
    let hall = Hall::beside(&phone).await?;
    the_whole_visit_by_keyboard_alone(&house, &phone, &hall).await?;
    a_screen_reader_is_told_what_the_eye_sees(&house, &phone, &hall).await?;
    phone.put_away().await
}

async fn the_whole_visit_by_keyboard_alone(house: &House, phone: &Phone, hall: &Hall) -> anyhow::Result<()> {
    let visit = house.book("ar", -60, 1500).await?;
    let mut kiosk = house.kiosk_sits_down(&visit).await?;
    phone.follow(&visit).await?;
    phone.comes_to("lobby").await?;

    phone.tabs_to("en").await?;
    phone.press(Key::Enter).await?;
    phone.sees("English", "document.documentElement.lang === 'en'").await?;
    phone.tabs_to("check").await?;
    phone.press(Key::Enter).await?;
    phone.reads("check", "Stop the check").await?;
    phone.tabs_to("join").await?;
    phone.press(Key::Enter).await?;
    phone.comes_to("waiting").await?;
    phone.focus_is_on("visit-title").await?;
    phone.tabs_to("leave").await?;
    phone.press(Key::Enter).await?;
    phone.comes_to("lobby").await?;
    phone.tabs_to("join").await?;
    phone.press(Key::Enter).await?;
    phone.comes_to("waiting").await?;
    kiosk.calls(phone, hall, 1).await?;

    phone.tabs_to("mute").await?;
    phone.press(Key::Enter).await?;
    phone.reads("mute", "Unmute microphone").await?;
    phone.tabs_to("camera").await?;
    phone.press(Key::Enter).await?;
    phone.reads("camera", "Camera on").await?;
    phone.tabs_to("hangup").await?;
    phone.press(Key::Enter).await?;
    phone.focus_is_on("hangup-no").await?;
    phone.press(Key::Escape).await?;
    phone.sees("the call again", "!document.querySelector('#hangup-dialog').open").await?;
    phone.focus_is_on("hangup").await?;
    phone.press(Key::Enter).await?;
    phone.focus_is_on("hangup-no").await?;
    phone.tabs_to("hangup-yes").await?;
    phone.press(Key::Enter).await?;
    phone.comes_to("ended").await?;
    phone.focus_is_on("message-title").await?;
    kiosk.hears("a goodbye", |message| matches!(message, SignallingMessage::Bye).then_some(())).await
}

async fn a_screen_reader_is_told_what_the_eye_sees(house: &House, phone: &Phone, hall: &Hall) -> anyhow::Result<()> {
    let visit = house.book("en", -60, 1500).await?;
    let mut kiosk = house.kiosk_sits_down(&visit).await?;
    phone.permit("camera", "denied").await?;
    phone.follow(&visit).await?;
    phone.comes_to("lobby").await?;
    let languages = ["العربية", "کوردی", "English"];
    assert_eq!(phone.named("heading").await?, [format!("Your visit with \u{2068}{INMATE}\u{2069}")]);
    assert_eq!(phone.named("button").await?[..3], languages);
    assert_eq!(phone.named("button").await?[3..], ["Join the visit", "Check camera and microphone"]);

    phone.tap("#check").await?;
    phone.reads("alarm", "The camera is not allowed").await?;
    assert_eq!(phone.named("meter").await?, ["Your voice"]);

    phone.tap("#join").await?;
    kiosk.calls(phone, hall, 1).await?;
    assert_eq!(phone.named("heading").await?, [format!("\u{2068}{INMATE}\u{2069}")]);
    assert_eq!(phone.named("button").await?[3..], ["Try again", "Mute microphone", "Hang up"]);
    assert!(phone.named("Video").await?.contains(&"Picture of the person you are visiting".to_owned()));
    phone.reads("status", "You are connected.").await?;
    phone.tap("#hangup").await?;
    assert_eq!(phone.named("dialog").await?, ["End the visit?"]);
    phone.tap("#hangup-yes").await?;
    phone.reads("alarm", "You ended the visit").await?;
    assert_eq!(phone.named("heading").await?, ["You ended the visit"]);
    Ok(())
}
