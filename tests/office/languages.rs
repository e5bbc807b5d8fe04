//! Every view in every language: nothing without words, nothing cut off, nothing of another origin.

use reqwest::Method;
use serde_json::{Value, json};

use super::fleet::fill_the_hall;
use super::house::House;
use super::introductions::Stranger;
use super::officer::Officer;

const VIEWS: [&str; 10] = [
    "bookings",
    "inmates",
    "staff",
    "kiosks",
    "introductions",
    "fleet",
    "rooms",
    "facilities",
    "connectors",
    "changes",
];

/// Tag, its button, its direction, its words.
const LANGUAGES: [(&str, &str, &str, &str); 3] = [
    ("ar", "العربية", "rtl", include_str!("../../assets/office/ar.json")),
    ("ckb", "کوردی", "rtl", include_str!("../../assets/office/ckb.json")),
    ("en", "English", "ltr", include_str!("../../assets/office/en.json")),
];

/// What is wrong on the page: keys or names of parts without words, parts wider than their place, foreign
/// addresses.
const FLAWS: &str = "
    const flaws = document.body.innerText.match(/\\b[a-z]+_[a-z_]+\\b/g) ?? [];
    const script = document.documentElement.lang === 'en' ? /[A-Z ]/ : /\\p{Script=Arabic}/u;
    for (const part of document.querySelectorAll(
        'button:not([data-language]), label, thead th, h1, h2, nav, nav a, main [role=region], .hint:not(:empty)')) {
        const name = part.getAttribute('aria-label') ?? part.textContent;
        if (!script.test(name)) flaws.push(`without words: ${name}`);
    }
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
    Stranger::introduced(house).await;
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
    let _kiosks = fill_the_hall(&house).await;
    let officer = Officer::arrives_at(&house).await;
    for (language, name, _, words) in LANGUAGES {
        let words: Value = serde_json::from_str(words).unwrap();
        officer.presses(name).await;
        officer.reads("h1", words["sign_in_title"].as_str().unwrap()).await;
        is_flawless(&officer, &format!("signing in, {language}")).await;
        officer.photographs(&format!("{language}-sign-in")).await;
    }
    officer.fills("Admin credential", &format!("{}\n", house.admin_token)).await;
    officer.is_at("bookings").await;
    for (language, name, direction, words) in LANGUAGES {
        let words: Value = serde_json::from_str(words).unwrap();
        officer.presses(name).await;
        for view in VIEWS {
            officer.asks_browser(&format!("location.hash = '#{view}'")).await;
            officer.reads("h1", words[view].as_str().unwrap()).await;
            officer.misses(".untranslated").await;
            is_flawless(&officer, &format!("{view}, {language}")).await;
            officer.photographs(&format!("{language}-{view}")).await;
        }
        let spoken = officer.asks_browser("return document.documentElement.lang + document.documentElement.dir").await;
        assert_eq!(spoken, format!("{language}{direction}"));
    }
    officer.goes_home().await;
}
