//! What the page asks for: little, of nobody else, and nothing that uses the link up.

use serde_json::json;

use super::house::House;
use super::phone::Phone;

const LARGEST_PAGE_BYTES: u64 = 200_000;

#[tokio::test]
async fn the_page_asks_for_little_and_of_nobody_else() -> anyhow::Result<()> {
    let house = House::open().await?;
    let phone = Phone::of_visitor(&house).await?;
    the_page_is_small_and_asks_only_the_service(&house, &phone).await?;
    a_preview_of_the_link_uses_nothing_up(&house, &phone).await?;
    phone.judge().await?;
    the_security_policy_lets_nothing_in(&house, &phone).await?;
    assert!(phone.judge().await.is_err(), "the console tells of the intruders");
    phone.put_away().await
}

async fn a_preview_of_the_link_uses_nothing_up(house: &House, phone: &Phone) -> anyhow::Result<()> {
    let visit = house.book("en", -60, 1500).await?;
    let mut kiosk = house.kiosk_sits_down(&visit).await?;
    phone.follow(&visit).await?;
    phone.tap("#join").await?;
    phone.comes_to("waiting").await?;
    kiosk.hears_of_a_page().await?;

    let page = house.preview(&visit.link).await?;
    assert!(page.contains("<title>مواجهة</title>") && !page.contains("http-equiv"), "{page}");
    for _ in 0..20 {
        assert_eq!(house.preview(&visit.link).await?, page, "a page like any other's");
    }
    // The link still opens on another device, and who waits is not disturbed.
    let first = phone.window().await?;
    let second = phone.new_window().await?;
    phone.look_at(&second).await?;
    phone.follow(&visit).await?;
    phone.comes_to("lobby").await?;
    phone.look_at(&first).await?;
    assert_eq!(phone.run("return document.body.dataset.state", json!([])).await?, json!("waiting"));
    Ok(())
}

async fn the_page_is_small_and_asks_only_the_service(house: &House, phone: &Phone) -> anyhow::Result<()> {
    let visit = house.book("ckb", -60, 1500).await?;
    let token = visit.link.split_once('#').unwrap().1.to_owned();
    phone.requests().await?;
    phone.follow(&visit).await?;
    phone.speaks("en").await?;
    phone.speaks("ar").await?;
    phone.tap("#join").await?;
    phone.reads("status", "ننتظر وصول").await?;

    let requests = phone.requests().await?;
    let socket = house.origin().replacen("https", "wss", 1);
    for asked in [format!("{}/v1/visitor/redeem", house.origin()), format!("{socket}/v1/visitor/signalling")] {
        assert!(requests.contains(&asked), "{asked} is among {requests:?}");
    }
    for url in &requests {
        assert!(url.starts_with(&house.origin()) || url.starts_with(&socket), "{url}");
        assert!(!url.contains(&token), "the token is in an address");
    }
    let sum = "return performance.getEntries().reduce((sum, entry) => sum + (entry.decodedBodySize ?? 0), 0)";
    let bytes = phone.run(sum, json!([])).await?.as_u64().unwrap();
    assert!((50_000..LARGEST_PAGE_BYTES).contains(&bytes), "{bytes} bytes in all three languages");
    let heard = phone.run("return performance.getEntriesByType('resource').length", json!([])).await?;
    assert!(heard.as_u64().unwrap() >= 16, "every file of the page was counted: {heard}");
    Ok(())
}

async fn the_security_policy_lets_nothing_in(house: &House, phone: &Phone) -> anyhow::Result<()> {
    let intruders = [
        (
            "script-src-elem",
            "const script = document.createElement('script'); script.textContent = 'done()'; document.body.append(script)",
        ),
        (
            "script-src-elem",
            "const script = document.createElement('script'); script.src = 'https://elsewhere.invalid/a.js'; document.body.append(script)",
        ),
        ("script-src", "setTimeout(`void 0`)"),
        ("script-src-attr", "document.body.setAttribute('onclick', 'void 0')"),
        (
            "style-src-elem",
            "const style = document.createElement('style'); style.textContent = 'p{}'; document.head.append(style)",
        ),
        ("img-src", "new Image().src = 'https://elsewhere.invalid/a.png'"),
        ("connect-src", "fetch('https://elsewhere.invalid/').catch(() => {})"),
        ("connect-src", "new WebSocket('wss://elsewhere.invalid/')"),
        (
            "frame-src",
            "const frame = document.createElement('iframe'); frame.src = 'https://elsewhere.invalid/'; document.body.append(frame)",
        ),
        (
            "base-uri",
            "const base = document.createElement('base'); base.href = 'https://elsewhere.invalid/'; document.head.append(base)",
        ),
        (
            "form-action",
            "const form = document.createElement('form'); form.action = 'https://elsewhere.invalid/'; document.body.append(form); form.submit()",
        ),
    ];
    for (directive, intruder) in intruders {
        phone.open(&house.origin()).await?;
        let script = format!(
            "addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective)); \
             setTimeout(() => done('nothing was refused'), 5000); try {{ {intruder} }} catch {{ }}"
        );
        assert_eq!(phone.run_until_done(&script, json!([])).await?, json!(directive), "{intruder}");
    }
    let strangers: Vec<String> = phone.requests().await?.into_iter().filter(|url| url.contains("elsewhere")).collect();
    assert_eq!(strangers, Vec::<String>::new(), "nothing left the browser");
    Ok(())
}
