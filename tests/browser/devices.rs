//! Camera and microphone: checked at any time before, refused, missing, or not yet answered for.
//! None of it keeps a visitor out.

use serde_json::json;

use super::house::{House, Visit};
use super::phone::Phone;

/// A phone without a microphone: Chromium has a switch for a missing camera only.
const NO_MICROPHONE: &str = "const ask = globalThis.MediaDevices?.prototype.getUserMedia; \
    if (ask) MediaDevices.prototype.getUserMedia = async function (wanted) { \
    if (wanted.audio) throw new DOMException('none', 'NotFoundError'); return ask.call(this, wanted); }";
/// A visitor who leaves the browser's question open.
const NO_ANSWER: &str =
    "if (globalThis.MediaDevices) MediaDevices.prototype.getUserMedia = () => new Promise(() => {})";

/// The visitor gets in all the same, and out again.
async fn joins_and_leaves(phone: &Phone) -> anyhow::Result<()> {
    phone.tap("#join").await?;
    phone.comes_to("waiting").await?;
    phone.tap("#leave").await?;
    phone.comes_to("lobby").await
}

#[tokio::test]
async fn camera_and_microphone_are_checked_and_never_keep_a_visitor_out() -> anyhow::Result<()> {
    let house = House::open().await?;
    let (phone, visit) = (Phone::of_visitor(&house).await?, house.book("en", -60, 1500).await?);
    the_level_meter_moves_long_before_the_visit_and_in_the_waiting_room(&house, &phone).await?;
    refused_devices_are_explained_and_keep_nobody_out(&phone, &visit).await?;
    who_does_not_answer_the_browsers_question_can_go_on_without(&phone, &visit).await?;
    phone.pretends(NO_MICROPHONE).await?;
    phone.follow(&visit).await?;
    phone.comes_to("lobby").await?;
    phone.tap("#check").await?;
    phone.reads("device-troubles", "No microphone was found. You will not be heard.").await?;
    assert!(!phone.shows("level").await?, "there is nothing to measure");
    phone.looks_well("missing-microphone").await?;
    joins_and_leaves(&phone).await?;
    phone.put_away().await
}

async fn the_level_meter_moves_long_before_the_visit_and_in_the_waiting_room(
    house: &House,
    phone: &Phone,
) -> anyhow::Result<()> {
    let visit = house.book("en", 3 * 3600, 4 * 3600).await?;
    let hears = "document.querySelector('#level').checkVisibility() && document.querySelector('#level').value > 30";
    let sees_oneself =
        "document.querySelector('#self').checkVisibility() && document.querySelector('#self').videoWidth > 0";
    phone.follow(&visit).await?;
    phone.comes_to("lobby").await?;
    phone.looks_well("lobby").await?;

    phone.tap("#check").await?;
    phone.sees("the level of the voice", hears).await?;
    phone.sees("the own picture", sees_oneself).await?;
    phone.reads("check", "Stop the check").await?;
    let unsearched = "document.querySelector('#self').getBoundingClientRect().top >= 0 && \
        document.querySelector('#level-words').getBoundingClientRect().bottom <= \
        document.querySelector('#controls').getBoundingClientRect().top";
    phone.sees("picture and meter without searching for them", unsearched).await?;
    phone.keeps_picture("lobby-checking").await?;
    phone.looks_well("lobby-check").await?;
    phone.tap("#check").await?;
    phone.sees("the camera given back", "document.querySelector('#self').srcObject === null").await?;
    assert!(!phone.shows("level").await?);

    phone.tap("#join").await?;
    phone.comes_to("waiting").await?;
    phone.reads("status", "You are early, and that is fine").await?;
    phone.reads("countdown", "3 hours").await?;
    phone.sees("the level of the voice", hears).await?;
    phone.looks_well("waiting-early").await
}

async fn refused_devices_are_explained_and_keep_nobody_out(phone: &Phone, visit: &Visit) -> anyhow::Result<()> {
    let refusals = [
        ("denied", "denied", "Camera and microphone are not allowed", "refused-both"),
        ("denied", "granted", "The camera is not allowed", "refused-camera"),
        ("granted", "denied", "The microphone is not allowed", "refused-microphone"),
    ];
    for (camera, microphone, words, name) in refusals {
        phone.permit("camera", camera).await?;
        phone.permit("microphone", microphone).await?;
        phone.follow(visit).await?;
        phone.comes_to("lobby").await?;
        phone.tap("#check").await?;
        phone.reads("device-troubles", words).await?;
        phone.reads("check", "Try again").await?;
        phone.looks_well(name).await?;
        joins_and_leaves(phone).await?;
    }
    phone.tap("#check").await?;
    phone.reads("device-troubles", "The microphone is not allowed").await?;
    phone.permit("microphone", "granted").await?;
    phone.tap("#check").await?;
    phone.sees("no trouble any more", "!document.querySelector('#device-troubles').checkVisibility()").await?;
    phone.reads("check", "Stop the check").await
}

#[tokio::test]
async fn a_phone_without_camera_or_microphone_gets_in() -> anyhow::Result<()> {
    let house = House::open().await?;
    let phone = Phone::with(&house, &["--use-fake-device-for-media-stream=device-count=0"]).await?;
    let visit = house.book("en", -60, 1500).await?;
    phone.follow(&visit).await?;
    phone.comes_to("lobby").await?;
    phone.tap("#check").await?;
    phone.reads("device-troubles", "No camera was found. You will be heard but not seen.").await?;
    phone.reads("self-words", "You are not seen").await?;
    phone.looks_well("missing-camera").await?;
    joins_and_leaves(&phone).await?;

    phone.pretends(NO_MICROPHONE).await?;
    phone.follow(&visit).await?;
    phone.comes_to("lobby").await?;
    phone.tap("#check").await?;
    phone.reads("device-troubles", "No camera and no microphone were found").await?;
    phone.looks_well("missing-both").await?;
    joins_and_leaves(&phone).await?;
    phone.put_away().await
}

async fn who_does_not_answer_the_browsers_question_can_go_on_without(
    phone: &Phone,
    visit: &Visit,
) -> anyhow::Result<()> {
    let silence = phone.pretends(NO_ANSWER).await?;
    phone.follow(visit).await?;
    phone.comes_to("lobby").await?;
    phone.tap("#join").await?;
    phone.comes_to("asking").await?;
    phone.reads("status", "Tap “Allow”").await?;
    phone.looks_well("asking").await?;
    phone.tap("#without").await?;
    phone.comes_to("waiting").await?;
    phone.tap("#leave").await?;
    phone.comes_to("lobby").await?;
    assert_eq!(phone.run("return document.querySelector('#check').disabled", json!([])).await?, json!(false));
    phone.is_itself_again(silence).await
}
