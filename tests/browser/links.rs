//! Links that open a visit, and links that do not: each says in plain words what is wrong.

use std::time::Duration;

use muwajaha_demo::stage::wait_until;
use serde_json::json;

use super::house::{House, INMATE};
use super::phone::Phone;

#[tokio::test]
async fn links_open_a_visit_or_say_what_is_wrong() -> anyhow::Result<()> {
    let house = House::open().await?;
    let phone = Phone::of_visitor(&house).await?;
    a_link_opens_the_lobby_once_the_service_answers(&house, &phone).await?;
    a_link_that_opens_nothing_says_so_in_plain_words(&house, &phone).await?;
    phone.put_away().await
}

async fn a_link_that_opens_nothing_says_so_in_plain_words(house: &House, phone: &Phone) -> anyhow::Result<()> {
    phone.follow_link(&format!("{}/visit", house.origin())).await?;
    phone.comes_to("refused").await?;
    phone.speaks("en").await?;
    phone.reads("message-title", "This link is not valid").await?;

    let visit = house.book("en", -60, 1500).await?;
    let cut_short = visit.link.split_at(visit.link.len() - 3).0;
    phone.follow_link(cut_short).await?;
    phone.comes_to("refused").await?;
    phone.speaks("en").await?;
    phone.reads("message-text", "ask the office where you booked").await?;
    phone.looks_well("refused-link").await?;

    house.cancel(&visit).await?;
    phone.follow(&visit).await?;
    phone.comes_to("refused").await?;
    phone.speaks("en").await?;
    phone.reads("message-title", "This visit was cancelled").await?;
    phone.looks_well("refused-cancelled").await?;

    // Who waits in the lobby until the end reads that the time is up; who comes later, that it is over.
    let visit = house.book("en", -600, 60).await?;
    house.clock.advance(Duration::from_secs(57));
    phone.follow(&visit).await?;
    phone.comes_to("ended").await?;
    phone.reads("message-text", "Its time is up").await?;
    phone.looks_well("ended-time-over").await?;
    phone.follow(&visit).await?;
    phone.comes_to("ended").await?;
    phone.speaks("en").await?;
    phone.reads("message-title", "The visit is over").await?;
    phone.looks_well("ended").await
}

async fn a_link_opens_the_lobby_once_the_service_answers(house: &House, phone: &Phone) -> anyhow::Result<()> {
    let visit = house.book("ckb", 3 * 3600, 4 * 3600).await?;
    let redeeming = json!({"patterns": [{"urlPattern": "*/v1/visitor/redeem"}]});

    phone.devtools("Fetch.enable", redeeming).await?;
    phone.follow(&visit).await?;
    phone.comes_to("opening").await?;
    phone.looks_well("opening").await?;
    phone.devtools("Fetch.disable", json!({})).await?;
    phone.comes_to("lobby").await?;

    phone.devtools("Network.enable", json!({})).await?;
    phone.devtools("Network.setBlockedURLs", json!({"urls": ["*/v1/visitor/redeem"]})).await?;
    phone.follow(&visit).await?;
    phone.comes_to("offline").await?;
    phone.speaks("en").await?;
    phone.reads("message-text", "The visit service cannot be reached").await?;
    phone.looks_well("offline").await?;
    // It tries again by itself, and stands still meanwhile.
    let watch = "window.seen = []; const note = () => seen.push(document.body.dataset.state); \
        new MutationObserver(note).observe(document.body, { attributeFilter: ['data-state'] })";
    phone.run(watch, json!([])).await?;
    phone.requests().await?;
    wait_until("another try", Duration::from_secs(20), Duration::from_millis(200), async || {
        Ok(phone.requests().await?.iter().any(|url| url.ends_with("/v1/visitor/redeem")).then_some(()))
    })
    .await?;
    let seen = phone.run("return [...new Set(seen)]", json!([])).await?;
    assert_eq!(seen, json!(["offline"]));
    phone.devtools("Network.setBlockedURLs", json!({"urls": []})).await?;
    phone.tap("#retry").await?;
    phone.comes_to("lobby").await?;

    // The language that was chosen by hand stays; a page of its own takes the booking's.
    phone.reads("visit-title", &format!("Your visit with \u{2068}{INMATE}\u{2069}")).await?;
    phone.follow(&visit).await?;
    phone.sees("Kurdish, right to left", "document.documentElement.lang === 'ckb' && document.dir === 'rtl'").await?;
    phone.reads("visit-title", INMATE).await?;
    phone.reads("visit-place", "سجن الكرخ المركزي").await
}

#[tokio::test]
async fn a_crowd_at_the_service_is_told_to_wait() -> anyhow::Result<()> {
    let house = House::open_with("redeems_per_minute = 1").await?;
    let (phone, visit) = (Phone::of_visitor(&house).await?, house.book("en", -60, 1500).await?);
    while house.try_made_up_link().await? != 429 {}
    phone.follow(&visit).await?;
    phone.comes_to("offline").await?;
    phone.speaks("en").await?;
    phone.reads("message-title", "Very busy just now").await?;
    phone.looks_well("offline-busy").await?;
    phone.put_away().await
}
