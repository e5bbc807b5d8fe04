//! A link opened inside a messenger, or in a browser too old.

use serde_json::json;

use super::house::{House, Visit};
use super::phone::Phone;

const ANDROID: &str = "Mozilla/5.0 (Linux; Android 13; SM-A135F) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 \
    Chrome/126.0.0.0 Mobile Safari/537.36";

#[tokio::test]
async fn a_browser_that_will_not_do_is_told_what_will() -> anyhow::Result<()> {
    let house = House::open().await?;
    let (phone, visit) = (Phone::of_visitor(&house).await?, house.book("en", -60, 1500).await?);
    a_browser_that_cannot_talk_says_so(&phone, &visit).await?;
    inside_a_messenger_the_page_says_how_to_get_out(&phone, &visit).await?;
    inside_an_unknown_app_as_well(&phone, &visit).await?;
    without_script_the_page_still_says_something(&phone, &visit).await?;
    phone.put_away().await
}

async fn inside_a_messenger_the_page_says_how_to_get_out(phone: &Phone, visit: &Visit) -> anyhow::Result<()> {
    let messengers = [
        ("Telegram", "Telegram-Android/11.4.2 (Samsung SM-A135F; Android 13)"),
        ("Viber", "Viber/22.9"),
        ("Instagram", "Instagram 309.1.0.41 Android"),
        ("Facebook", "[FB_IAB/FB4A;FBAV/438.0.0.33;]"),
        ("TikTok", "musical_ly_2023 BytedanceWebview/d8a21c6"),
        ("WhatsApp", "WhatsApp/2.24.20"),
    ];
    for (name, words) in messengers {
        let agent = json!({"userAgent": format!("{ANDROID} {words}")});
        phone.devtools("Emulation.setUserAgentOverride", agent).await?;
        phone.follow(visit).await?;
        phone.comes_to("messenger").await?;
        phone.speaks("en").await?;
        phone.reads("message-text", &format!("Inside \u{2068}{name}\u{2069} camera and microphone")).await?;
    }
    phone.looks_well("messenger").await?;

    phone.tap("#copy-link").await?;
    phone.reads("copy-link", "Link copied").await?;
    phone.permit("clipboard-read", "granted").await?;
    let copied =
        phone.run_until_done("navigator.clipboard.readText().then(done, (error) => done(String(error)))", json!([]));
    assert_eq!(copied.await?, json!(visit.link));
    phone.speaks("ar").await?;
    phone.reads("copy-link", "نسخ الرابط").await?;

    phone.tap("#go-on").await?;
    phone.comes_to("lobby").await
}

async fn a_browser_that_cannot_talk_says_so(phone: &Phone, visit: &Visit) -> anyhow::Result<()> {
    let old = phone.pretends("delete window.RTCPeerConnection").await?;
    phone.follow(visit).await?;
    phone.comes_to("too_old").await?;
    phone.speaks("en").await?;
    phone.reads("message-title", "This browser cannot make video calls").await?;
    phone.looks_well("too-old").await?;
    phone.is_itself_again(old).await
}

/// An app's own browser that names no app and has no camera.
async fn inside_an_unknown_app_as_well(phone: &Phone, visit: &Visit) -> anyhow::Result<()> {
    phone.pretends("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })").await?;
    let agent = json!({"userAgent": ANDROID.replace("SM-A135F", "SM-A135F; wv")});
    phone.devtools("Emulation.setUserAgentOverride", agent).await?;
    phone.follow(visit).await?;
    phone.comes_to("messenger").await?;
    phone.speaks("en").await?;
    phone.reads("message-text", "Inside this app camera and microphone do not work").await?;
    assert!(!phone.shows("go-on").await?, "there is nothing to go on with");
    phone.looks_well("messenger-unknown").await
}

async fn without_script_the_page_still_says_something(phone: &Phone, visit: &Visit) -> anyhow::Result<()> {
    phone.devtools("Emulation.setScriptExecutionDisabled", json!({"value": true})).await?;
    phone.follow(visit).await?;
    let words = "document.querySelector('#without-script').checkVisibility({ visibilityProperty: true }) && \
        getComputedStyle(document.querySelector('#without-script')).opacity === '1'";
    phone.sees("words for a page without script", words).await?;
    phone.keeps_picture("without-script").await
}
