//! Every view in every language: nothing without words, nothing cut off, nothing of another origin.

use reqwest::Method;
use serde_json::{Value, json};

use super::house::House;
use super::officer::Officer;

const VIEWS: [&str; 8] = ["bookings", "inmates", "staff", "kiosks", "rooms", "facilities", "connectors", "changes"];

/// What is wrong on the page: keys without words, parts wider than their place, foreign addresses.
const FLAWS: &str = "
    const flaws = document.body.innerText.match(/\\b[a-z]+_[a-z_]+\\b/g) ?? [];
    if (document.documentElement.scrollWidth > innerWidth) flaws.push('the page is wider than its window');
    for (const part of document.querySelectorAll('button, .rows, label, h1, h2, nav a')) {
        if (part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0 && getComputedStyle(part).display !== 'inline') {
            flaws.push(`cut off: ${part.className} ${part.innerText.slice(0, 60)}`);
        }
    }
    for (const { name } of performance.getEntriesByType('resource')) {
        if (new URL(name).origin !== location.origin) flaws.push(name);
    }
    return flaws;";

async fn people_the_house(house: &House) {
    let staff = json!({"id": "g-1", "facility": "karkh", "name": "علي حسن", "role": "guard", "pin": "4711"});
    house.office(Method::POST, "staff", staff).await.is(201);
    for (inmate, number) in [("i-1", "0004578453"), ("i-1", "0004578999"), ("i-2", "0004578454")] {
        house.office(Method::POST, "badges", json!({"inmate": inmate, "number": number})).await.is(201);
    }
    for number in ["0004578455", "0004578456"] {
        house.office(Method::POST, "badges", json!({"staff": "g-1", "number": number})).await.is(201);
    }
    let put = house.put("ur-1", house.booking("i-1", 1, 31)).await.is(201);
    house.put("ur-2", house.booking("i-2", 2, 32)).await.is(201);
    let cancel = format!("bookings/{}/cancel", put.text_at("/booking"));
    house.office(Method::POST, &cancel, Value::Null).await.is(200);
}

async fn is_flawless(officer: &Officer, what: &str) {
    assert_eq!(officer.asks_browser(FLAWS).await, json!([]), "{what}");
}

#[tokio::test]
async fn every_view_is_whole_in_every_language() {
    let house = House::open().await;
    people_the_house(&house).await;
    let officer = Officer::arrives_at(&house).await;
    for (language, name, credential, direction) in [
        ("ar", "العربية", "رمز المدير", "rtl"),
        ("ckb", "کوردی", "کۆدی بەڕێوەبەر", "rtl"),
        ("en", "English", "Admin credential", "ltr"),
    ] {
        officer.presses(name).await;
        officer.fills(credential, "").await;
        is_flawless(&officer, &format!("signing in, {language}")).await;
        officer.photographs(&format!("{language}-sign-in")).await;
        officer.fills(credential, &format!("{}\n", house.admin_token)).await;
        for view in VIEWS {
            officer.asks_browser(&format!("location.hash = '#{view}'")).await;
            officer.is_at(view).await;
            officer.misses(".untranslated").await;
            is_flawless(&officer, &format!("{view}, {language}")).await;
            officer.photographs(&format!("{language}-{view}")).await;
        }
        assert_eq!(officer.asks_browser("return document.documentElement.dir").await, direction);
        officer.asks_browser("document.getElementById('sign-out').click()").await;
        officer.is_at("signed-out").await;
    }
    officer.goes_home().await;
}
