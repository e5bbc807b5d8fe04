//! The call itself: both pictures, what is left of the time, muting, what breaks, and each end.

use std::time::Duration;

use muwajaha_core::engine::direct::SignallingMessage;
use serde_json::json;

use super::house::House;
use super::kiosk::Hall;
use super::look::LANGUAGES;
use super::phone::Phone;

/// The inmate's picture is 320 wide and moves; the visitor's own is another one.
const BOTH_PICTURES: &str = "document.querySelector('#remote').checkVisibility() && \
    document.querySelector('#remote').videoWidth === 320 && !document.querySelector('#remote').paused && \
    document.querySelector('#remote').getVideoPlaybackQuality().totalVideoFrames > 5 && \
    document.querySelector('#self').checkVisibility() && document.querySelector('#self').videoWidth === 640";

#[tokio::test]
async fn a_visit_from_the_waiting_room_to_hanging_up() -> anyhow::Result<()> {
    let house = House::open().await?;
    let (phone, visit) = (Phone::of_visitor(&house).await?, house.book("en", -60, 600).await?);
    let hall = Hall::beside(&phone).await?;
    a_lost_network_is_told_and_mended(&house, &phone).await?;
    phone.follow(&visit).await?;
    phone.tap("#join").await?;
    phone.comes_to("waiting").await?;
    phone.reads("status", "is not there yet").await?;
    phone.looks_well("waiting").await?;

    let mut kiosk = house.kiosk_sits_down(&visit).await?;
    phone.reads("status", "is there. The picture is coming").await?;
    phone.looks_well("waiting-peer").await?;
    kiosk.offers(&phone, &hall, 1).await?;
    phone.comes_to("connecting").await?;
    phone.looks_well("connecting").await?;
    kiosk.calls(&phone, &hall, 2).await?;
    phone.sees("both pictures", BOTH_PICTURES).await?;
    let before = hall.frames(&phone).await?;
    phone.reads("countdown", "Time left").await?;
    phone.looks_well("call").await?;
    assert!(hall.frames(&phone).await? > before, "the inmate sees the visitor");

    phone.tap("#mute").await?;
    phone.reads("status", "You are muted").await?;
    phone.reads("mute", "Unmute microphone").await?;
    phone.tap("#camera").await?;
    phone.reads("self-words", "Your camera is off").await?;
    phone.looks_well("call-muted").await?;
    phone.tap("#mute").await?;
    phone.tap("#camera").await?;
    phone.sees("both pictures", BOTH_PICTURES).await?;

    // The kiosk starts anew: the page waits for it, and goes on with it.
    let mut kiosk = house.kiosk_sits_down(&visit).await?;
    phone.comes_to("reconnecting").await?;
    phone.reads("status", "The connection broke").await?;
    phone.looks_well("reconnecting").await?;
    kiosk.calls(&phone, &hall, 1).await?;
    phone.sees("both pictures", BOTH_PICTURES).await?;

    for language in LANGUAGES.into_iter().rev() {
        phone.speaks(language).await?;
        phone.tap("#hangup").await?;
        phone.sees("the question", "document.querySelector('#hangup-dialog').open").await?;
        phone.looks_well_in(language, "call-hanging-up").await?;
        phone.tap("#hangup-no").await?;
        phone.sees("the call again", "!document.querySelector('#hangup-dialog').open").await?;
    }
    phone.speaks("en").await?;
    phone.tap("#hangup").await?;
    phone.tap("#hangup-yes").await?;
    phone.comes_to("ended").await?;
    kiosk.hears("a goodbye", |message| matches!(message, SignallingMessage::Bye).then_some(())).await?;
    phone.reads("message-title", "You ended the visit").await?;
    phone.sees("camera and microphone given back", "document.querySelector('#self').srcObject === null").await?;
    phone.looks_well("ended-you-left").await?;
    phone.put_away().await
}

#[tokio::test]
async fn what_a_visit_lacks_and_how_it_ends_is_told() -> anyhow::Result<()> {
    let house = House::open().await?;
    let phone = Phone::of_visitor(&house).await?;
    let hall = Hall::beside(&phone).await?;
    who_has_neither_camera_nor_microphone_sees_and_hears_the_inmate(&house, &phone, &hall).await?;
    the_last_minute_and_each_end_are_told(&house, &phone, &hall).await?;
    phone.put_away().await
}

async fn who_has_neither_camera_nor_microphone_sees_and_hears_the_inmate(
    house: &House,
    phone: &Phone,
    hall: &Hall,
) -> anyhow::Result<()> {
    let visit = house.book("en", -60, 1500).await?;
    phone.permit("camera", "denied").await?;
    phone.permit("microphone", "denied").await?;
    let mut kiosk = house.kiosk_sits_down(&visit).await?;
    phone.follow(&visit).await?;
    phone.tap("#join").await?;
    phone.comes_to("waiting").await?;
    phone.looks_well("waiting-refused").await?;
    kiosk.calls(phone, hall, 1).await?;
    let sees = "document.querySelector('#remote').videoWidth === 320 && \
        document.querySelector('#remote').srcObject.getAudioTracks()[0].readyState === 'live'";
    phone.sees("the inmate", sees).await?;
    phone.reads("device-troubles", "Camera and microphone are not allowed").await?;
    phone.looks_well("call-refused").await?;

    // Allowed in mid-call, both are sent.
    phone.permit("camera", "granted").await?;
    phone.permit("microphone", "granted").await?;
    phone.tap("#check").await?;
    phone.sees("the own picture", "document.querySelector('#self').videoWidth > 0").await?;
    let renewal = |message| matches!(message, SignallingMessage::RenewWanted { .. }).then_some(());
    kiosk.hears("a wish for a connection with sound", renewal).await?;
    kiosk.calls(phone, hall, 2).await?;
    phone.sees("no trouble any more", "!document.querySelector('#device-troubles').checkVisibility()").await?;
    assert!(phone.shows("mute").await?);
    Ok(())
}

async fn the_last_minute_and_each_end_are_told(house: &House, phone: &Phone, hall: &Hall) -> anyhow::Result<()> {
    let visit = house.book("en", -60, 290).await?;
    let mut kiosk = house.kiosk_sits_down(&visit).await?;
    phone.follow(&visit).await?;
    phone.tap("#join").await?;
    kiosk.calls(phone, hall, 1).await?;
    phone.reads("status", "Less than five minutes are left.").await?;
    phone.looks_well("call-five-minutes").await?;
    kiosk.says(&SignallingMessage::Bye).await?;
    phone.comes_to("ended").await?;
    phone.reads("message-title", "The visit was ended at the facility").await?;
    phone.looks_well("ended-they-left").await?;

    let visit = house.book("en", -600, 300).await?;
    house.clock.advance(Duration::from_secs(250));
    let mut kiosk = house.kiosk_sits_down(&visit).await?;
    phone.follow(&visit).await?;
    phone.tap("#join").await?;
    kiosk.calls(phone, hall, 1).await?;
    phone.reads("status", "The last minute. Time to say goodbye.").await?;
    phone.looks_well("call-last-minute").await?;
    house.cancel(&visit).await?;
    phone.comes_to("ended").await?;
    phone.reads("message-title", "The facility ended the visit").await?;
    phone.looks_well("ended-by-facility").await
}

async fn a_lost_network_is_told_and_mended(house: &House, phone: &Phone) -> anyhow::Result<()> {
    let visit = house.book("en", -60, 1500).await?;
    phone.follow(&visit).await?;
    phone.tap("#join").await?;
    phone.reads("status", "is not there yet").await?;
    let line = |offline| json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
    phone.devtools("Network.enable", json!({})).await?;
    phone.devtools("Network.emulateNetworkConditions", line(true)).await?;
    phone.reads("status", "No internet").await?;
    phone.devtools("Network.emulateNetworkConditions", line(false)).await?;
    phone.reads("status", "is not there yet").await?;
    let _kiosk = house.kiosk_sits_down(&visit).await?;
    phone.reads("status", "is there. The picture is coming").await
}
