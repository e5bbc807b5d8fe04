//! The same link twice: a reload or a second page takes over, and the first says so.

use serde_json::json;

use super::house::House;
use super::kiosk::Hall;
use super::phone::Phone;

#[tokio::test]
async fn the_newest_page_has_the_visit() -> anyhow::Result<()> {
    let house = House::open().await?;
    let phone = Phone::of_visitor(&house).await?;
    a_reload_in_mid_call_goes_on_with_the_call(&house, &phone).await?;
    a_second_page_takes_over_and_the_first_says_so(&house, &phone).await?;
    phone.put_away().await
}

async fn a_second_page_takes_over_and_the_first_says_so(house: &House, phone: &Phone) -> anyhow::Result<()> {
    let visit = house.book("en", -60, 1500).await?;
    let mut kiosk = house.kiosk_sits_down(&visit).await?;
    let first = phone.window().await?;
    phone.follow(&visit).await?;
    phone.tap("#join").await?;
    phone.comes_to("waiting").await?;
    let of_first = kiosk.hears_of_a_page().await?;

    // Opening the link takes nothing from who waits; joining does.
    let second = phone.new_window().await?;
    phone.look_at(&second).await?;
    phone.follow(&visit).await?;
    phone.comes_to("lobby").await?;
    phone.look_at(&first).await?;
    phone.reads("status", "is there. The picture is coming").await?;
    assert_eq!(phone.run("return document.body.dataset.state", json!([])).await?, json!("waiting"));
    phone.look_at(&second).await?;
    phone.tap("#join").await?;
    phone.comes_to("waiting").await?;
    let of_second = kiosk.hears_of_a_page().await?;
    assert_ne!(of_first, of_second);

    phone.look_at(&first).await?;
    phone.comes_to("taken_over").await?;
    phone.reads("message-title", "The visit was opened elsewhere").await?;
    phone.reads("alarm", "The visit was opened elsewhere").await?;
    phone.sees("camera and microphone given back", "document.querySelector('#self').srcObject === null").await?;
    phone.looks_well("taken-over").await?;

    phone.tap("#take-back").await?;
    phone.comes_to("waiting").await?;
    let taken_back = kiosk.hears_of_a_page().await?;
    assert!(taken_back != of_first && taken_back != of_second);
    phone.look_at(&second).await?;
    phone.comes_to("taken_over").await
}

async fn a_reload_in_mid_call_goes_on_with_the_call(house: &House, phone: &Phone) -> anyhow::Result<()> {
    let visit = house.book("en", -60, 1500).await?;
    let mut kiosk = house.kiosk_sits_down(&visit).await?;
    let hall = Hall::beside(phone).await?;
    phone.follow(&visit).await?;
    phone.tap("#join").await?;
    let before = kiosk.hears_of_a_page().await?;
    kiosk.calls(phone, &hall, 1).await?;

    phone.reload().await?;
    phone.comes_to("lobby").await?;
    phone.tap("#join").await?;
    assert_ne!(kiosk.hears_of_a_page().await?, before, "the kiosk calls anew");
    kiosk.calls(phone, &hall, 2).await?;
    phone.sees("the inmate", "document.querySelector('#remote').videoWidth === 320").await
}
