//! The office's page as its listener hands it out: what it may do, and that it opens nothing by itself.

use std::collections::BTreeSet;

use super::house::{Door, House};

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types";

#[tokio::test]
async fn the_offices_page_may_do_nothing_but_talk_to_its_own_origin() {
    let house = House::open().await;
    for path in ["/", "/office/office.js", "/office/office.css", "/office/ckb.json", "/web/words.js", "/web/icon.svg"] {
        let file = house.get(Door::Admin, "", path).await.is(200);
        assert_eq!(file.header("content-security-policy"), POLICY, "{path}");
        assert_eq!(file.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(file.header("x-content-type-options"), "nosniff", "{path}");
        assert!(file.header("permissions-policy").contains("camera=(), microphone=()"), "{path}");
        assert_eq!(file.header("set-cookie"), "", "{path}");
    }
    let page = house.get(Door::Admin, "", "/").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(!page.text.contains("<script>") && !page.text.contains(" style="), "nothing inline");
    assert!(!page.text.contains("//"), "nothing of another origin");
}

#[tokio::test]
async fn the_offices_page_is_on_the_admin_listener_alone_and_the_visitors_is_not_there() {
    let house = House::open().await;
    let kiosk = house.provision("K-01").await;
    for path in ["/office/office.js", "/office/en.json", "/office/index.html"] {
        assert_eq!(house.get(Door::Public, "", path).await.status, 404, "{path}");
        assert_eq!(house.get(Door::Kiosk, &kiosk, path).await.status, 404, "{path}");
    }
    assert!(!house.get(Door::Public, "", "/").await.text.contains("/office/"));
    house.get(Door::Kiosk, &kiosk, "/").await.refuses(404, "unknown-path", None);
    for path in ["/web/page.js", "/web/index.html", "/visit", "/office/other.js", "/office/..%2fopenapi.json"] {
        assert_eq!(house.get(Door::Admin, "", path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn every_module_that_the_offices_page_asks_for_is_there() {
    let house = House::open().await;
    let (mut asked, mut fetched) = (vec!["/office/office.js".to_owned()], BTreeSet::new());
    while let Some(path) = asked.pop() {
        if !fetched.insert(path.clone()) {
            continue;
        }
        let module = house.get(Door::Admin, "", &path).await.is(200);
        assert_eq!(module.header("content-type"), "text/javascript; charset=utf-8", "{path}");
        for line in module.text.lines().filter(|line| line.starts_with("import ")) {
            let name = line.split('"').nth(1).unwrap_or_else(|| panic!("{line}"));
            asked.push(name.strip_prefix("./").map_or_else(|| name.to_owned(), |name| format!("/office/{name}")));
        }
    }
    assert!(fetched.contains("/web/words.js") && fetched.contains("/office/bookings.js"), "{fetched:?}");
}

#[tokio::test]
async fn the_page_opens_the_api_to_nobody() {
    let house = House::open().await;
    house.get(Door::Admin, "", "/").await.is(200);
    for collection in
        ["facilities", "rooms", "kiosks", "staff", "inmates", "badges", "connectors", "bookings", "changes"]
    {
        let path = format!("/v1/admin/{collection}");
        house.get(Door::Admin, "", &path).await.refuses(401, "unknown-credential", None);
    }
}
