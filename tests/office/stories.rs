//! An officer sets up a prison and takes it back, looks after the bookings of a day, and is let in by the
//! credential alone.

use reqwest::Method;
use serde_json::{Value, json};

use super::house::{House, link_token};
use super::officer::Officer;

async fn listed(house: &House, collection: &str, id: &str) -> Value {
    let listing = house.office(Method::GET, collection, Value::Null).await.is(200).json();
    let mut items = listing["items"].as_array().unwrap().iter();
    items.find(|item| item["id"] == id).cloned().unwrap_or_default()
}

#[tokio::test]
async fn only_the_credential_opens_the_page_and_it_stays_in_the_window() {
    let house = House::open().await;
    let officer = Officer::arrives_at(&house).await;
    let language = officer.asks_browser("return document.documentElement.lang + document.documentElement.dir").await;
    assert_eq!(language, "arrtl", "Arabic, from right to left");
    for wrong in ["x", "كلمة", ""] {
        officer.fills("رمز المدير", &format!("{wrong}\n")).await;
        assert!(officer.problem_at("رمز المدير").await.starts_with("هذا الرمز لا يفتح شيئًا."));
    }
    assert_eq!(officer.asks_browser("return sessionStorage.length").await, 0);
    officer.fills("رمز المدير", &format!("{}\n", house.admin_token)).await;
    officer.is_at("bookings").await;

    let kept =
        officer.asks_browser("return JSON.stringify({ ...localStorage }) + document.cookie + location.href").await;
    assert!(!kept.as_str().unwrap().contains(&house.admin_token), "only the session of this window keeps it");
    assert!(!officer.whole_document().await.contains(&house.admin_token));
    officer.asks_browser("location.reload()").await;
    officer.is_at("bookings").await;
    officer.presses("خروج").await;
    officer.is_at("signed-out").await;
    assert_eq!(officer.asks_browser("return sessionStorage.length").await, 0);

    // A credential that was exchanged in the meantime opens nothing more.
    officer.asks_browser("sessionStorage.setItem('muwajaha-office-credential', 'older'); location.reload()").await;
    officer.is_at("signed-out").await;
    assert_eq!(officer.asks_browser("return sessionStorage.length").await, 0);
    officer.goes_home().await;
}

#[tokio::test]
async fn an_officer_sets_up_a_prison_and_takes_a_part_of_it_back() {
    let house = House::open().await;
    let officer = Officer::works_at(&house).await;

    officer.looks_at("Facilities").await;
    officer.fills("Id", "basra").await;
    officer.fills("Name", "سجن البصرة").await;
    officer.fills("Time zone", "Asia/Basra").await;
    officer.presses("Create").await;
    assert!(officer.problem_at("Time zone").await.contains("no such time zone"));
    officer.fills("Time zone", "Asia/Baghdad\n").await;
    officer.rows(2).await;
    assert_eq!(officer.value_of("Facility").await, "basra", "the new facility is the one worked at");

    officer.looks_at("Rooms").await;
    officer.rows(0).await;
    officer.fills("Id", "hall-1").await;
    officer.fills("Name", "قاعة البصرة\n").await;
    assert!(officer.problem_at("Id").await.starts_with("This id is taken"), "it is one of another facility");
    assert_eq!(officer.value_of("Name").await, "قاعة البصرة", "what was typed stays");
    officer.fills("Id", "hall-b\n").await;
    officer.rows(1).await;

    officer.looks_at("Kiosks").await;
    officer.fills("Id", "K-77").await;
    officer.chooses("Room", "hall-b").await;
    officer.presses("Create").await;
    officer.reads("dialog", "Code for K-77").await;
    officer.photographs("en-code").await;
    let code = officer.value_of("Code").await;
    officer.presses("I have noted it").await;
    officer.misses("dialog").await;
    assert!(!officer.whole_document().await.contains(&code), "shown once");
    assert_eq!(house.type_code(&code).await.is(200).text_at("/kiosk"), "K-77");
    officer.presses("Refresh").await;
    officer.reads("tbody", "Not connected").await;

    officer.looks_at("Staff").await;
    officer.fills("Id", "g-77").await;
    officer.fills("Name", "علي حسن").await;
    officer.chooses("Role", "technician").await;
    officer.fills("PIN", "1111\n").await;
    assert!(officer.problem_at("PIN").await.contains("not all the same"));
    officer.fills("PIN", "4711\n").await;
    assert!(officer.rows(1).await[0].contains("Technician"));
    officer.presses("PIN: علي حسن (g-77)").await;
    officer.fills("PIN", "58213\n").await;
    officer.reads("#told", "علي حسن has a new PIN.").await;

    officer.looks_at("Inmates").await;
    officer.fills("Id", "i-77").await;
    officer.fills("Name", "سيف علي\n").await;
    officer.rows(1).await;
    officer.presses("Give badge: سيف علي (i-77)").await;
    officer.fills("Number on the badge", "123\n").await;
    assert!(officer.problem_at("Number on the badge").await.contains("ten digits"));
    officer.fills("Number on the badge", "0004578453\n").await;
    officer.misses("dialog").await;
    officer.reads(".badges", "…453").await;
    officer.fills("Id", "i-78").await;
    officer.fills("Name", "عمر فاروق\n").await;
    officer.rows(2).await;
    officer.presses("Give badge: عمر فاروق (i-78)").await;
    officer.fills("Number on the badge", "0004578453\n").await;
    assert!(officer.problem_at("Number on the badge").await.starts_with("This badge names somebody already."));
    officer.photographs("en-badge-taken").await;
    officer.presses("Close").await;

    officer.presses("Revoke: سيف علي (i-77)").await;
    officer.reads("dialog h2", "سيف علي (i-77)").await;
    officer.photographs("en-revoke").await;
    officer.presses("No, leave it").await;
    officer.misses("dialog").await;
    assert_eq!(listed(&house, "inmates", "i-77").await["revoked"], false);
    officer.presses("Revoke: سيف علي (i-77)").await;
    officer.presses("Yes, revoke i-77").await;
    assert!(officer.rows(1).await[0].contains("i-78"));
    assert_eq!(listed(&house, "inmates", "i-77").await["revoked"], true);
    let shown = officer.control("Show revoked ones").await;
    shown.click().await.unwrap();
    assert!(officer.rows(2).await[0].contains("Revoked"));

    officer.looks_at("Facilities").await;
    officer.presses("Revoke: سجن البصرة (basra)").await;
    officer.presses("Yes, revoke basra").await;
    officer.reads("tbody", "Revoked").await;
    assert_eq!(listed(&house, "facilities", "basra").await["revoked"], true);

    officer.looks_at("Change log").await;
    let expected = [
        ("Facility revoked", "basra"),
        ("Inmate revoked", "i-77"),
        ("Inmate created", "i-78"),
        ("Badge given", "i-77"),
        ("Inmate created", "i-77"),
        ("PIN changed", "g-77"),
        ("Member of staff created", "g-77"),
        ("Machine became a kiosk", "K-77"),
        ("Kiosk created", "K-77"),
        ("Room created", "hall-b"),
        ("Facility created", "basra"),
    ];
    // Before those: facility, room, two kiosks, three inmates and a connector of the house.
    let rows = officer.rows(expected.len() + 8).await;
    for (row, (what, about)) in rows.iter().zip(expected) {
        assert!(row.contains(what) && row.contains(about), "{row} is not “{what}” about {about}");
    }
    officer.misses(".untranslated").await;
    let page = officer.whole_document().await;
    assert!(!page.contains("58213") && !page.contains("4578453") && !page.contains("سيف"), "no PIN, badge or name");
    officer.goes_home().await;
}

#[tokio::test]
async fn a_connectors_credential_is_shown_once_and_opens_the_bookings_api() {
    let house = House::open().await;
    let officer = Officer::works_at(&house).await;
    officer.looks_at("Booking connectors").await;
    officer.fills("Name", "ur\n").await;
    assert!(officer.problem_at("Name").await.starts_with("This id is taken"));
    officer.fills("Name", "portal\n").await;
    officer.reads("dialog", "It is not shown again.").await;
    let credential = officer.value_of("Credential").await;
    officer.presses("I have noted it").await;
    officer.misses("dialog").await;
    assert!(!officer.whole_document().await.contains(&credential));
    house.get(super::house::Door::Public, &credential, "/v1/outcomes").await.is(200);
    officer.presses("Revoke: portal").await;
    officer.presses("Yes, revoke portal").await;
    officer.rows(1).await;
    house.get(super::house::Door::Public, &credential, "/v1/outcomes").await.refuses(401, "unknown-credential", None);
    officer.goes_home().await;
}

#[tokio::test]
async fn an_officer_cancels_a_visit_of_the_day_and_renews_a_link() {
    let house = House::open().await;
    let (first, second) = (house.booking_at("K-01", "i-1", 60, 90), house.booking_at("K-02", "i-2", 61, 91));
    let (first, second) = (house.put("ur-1", first).await.is(201), house.put("ur-2", second).await.is(201));
    house.put("ur-3", house.booking("i-3", 3 * 24 * 60, 3 * 24 * 60 + 30)).await.is(201);
    let starts_at: jiff::Timestamp = house.at(60).parse().unwrap();
    let day = starts_at.to_zoned_datetime(jiff::tz::TimeZone::get("Asia/Baghdad").unwrap()).date();

    let officer = Officer::works_at(&house).await;
    let choose = format!(
        "const field = document.querySelector('input[type=date]'); field.value = '{day}'; \
         field.dispatchEvent(new Event('change'))"
    );
    officer.asks_browser(&choose).await;
    let rows = officer.rows(2).await;
    assert!(rows[0].contains("أحمد كريم") && rows[0].contains("K-01") && rows[0].contains("زينب كريم"), "{rows:?}");
    assert!(rows[1].contains("ڕێبوار عومەر") && rows[1].contains("Booked"), "{rows:?}");

    officer.presses_for("Link", "أحمد كريم").await;
    assert_eq!(officer.value_of("Link").await, first.text_at("/visitor_link"));
    officer.presses("Close").await;
    officer.presses_for("New link", "أحمد كريم").await;
    officer.reads("dialog h2", "زينب كريم, who visits أحمد كريم").await;
    officer.presses("Make the link").await;
    officer.reads("dialog", "The new link.").await;
    officer.photographs("en-link").await;
    let renewed = officer.value_of("Link").await;
    officer.presses("Close").await;
    house.redeem(&link_token(&first), "page-1").await.refuses(404, "unknown-link", None);
    house.redeem(renewed.split_once('#').unwrap().1, "page-1").await.is(200);

    officer.presses_for("Cancel", "ڕێبوار عومەر").await;
    officer.reads("dialog h2", "Cancel the visit of زينب كريم to ڕێبوار عومەر").await;
    officer.presses("Yes, cancel the visit").await;
    officer.misses("dialog").await;
    officer.reads("tbody", "Cancelled").await;
    let bookings = house.office(Method::GET, "bookings", Value::Null).await.is(200).json();
    let cancelled: Vec<_> =
        bookings["items"].as_array().unwrap().iter().filter(|one| one["state"] == "cancelled").collect();
    assert_eq!((cancelled.len(), &cancelled[0]["booking"]), (1, &json!(second.text_at("/booking"))));
    officer.goes_home().await;
}
