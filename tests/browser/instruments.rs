//! The instruments find what they are for, where it is planted.

use serde_json::json;

use super::house::House;
use super::phone::Phone;

#[tokio::test]
async fn planted_faults_are_found() -> anyhow::Result<()> {
    let house = House::open().await?;
    let visit = house.book("ar", -60, 1500).await?;
    let phone = Phone::of_visitor(&house).await?;
    let faults = [
        ("document.querySelector('#join').textContent = ''", "axe: button-name"),
        ("document.querySelector('#visit-place').style.color = '#ddd'", "axe: color-contrast"),
        ("document.documentElement.lang = 'en'", "lang is en"),
        ("document.documentElement.dir = 'ltr'", "dir is ltr"),
        ("document.querySelector('#visit-time').style.minWidth = '400px'", "the page is"),
        (
            "document.querySelector('#check').style.cssText = 'min-height: 0; padding: 0; height: 30px'",
            "<button id=check> is",
        ),
        ("document.querySelector('#check').style.marginTop = '-2rem'", "<button id=join> overlaps <button id=check>"),
        ("document.querySelector('#supervised').textContent = 'status_opening'", "<p id=supervised> says"),
        ("document.querySelector('header').style.minHeight = '800px'", "<button id=join> must be scrolled to"),
    ];
    phone.follow(&visit).await?;
    phone.comes_to("lobby").await?;
    assert_eq!(phone.complaints("ar").await?, Vec::<String>::new());
    for (plant, complaint) in faults {
        phone.follow(&visit).await?;
        phone.comes_to("lobby").await?;
        phone.run(plant, json!([])).await?;
        let complaints = phone.complaints("ar").await?;
        assert!(complaints.iter().any(|found| found.starts_with(complaint)), "{plant}: {complaints:#?}");
    }
    phone.judge().await?;

    let faults = [
        ("fetch('https://elsewhere.invalid/').catch(() => {})", "Content Security Policy"),
        ("setTimeout(() => { throw new Error('planted'); })", "planted"),
    ];
    for (plant, complaint) in faults {
        phone.run_until_done(&format!("{plant}; setTimeout(done, 1)"), json!([])).await?;
        let judged = phone.judge().await.unwrap_err();
        assert!(judged.to_string().contains(complaint), "{plant}: {judged:#}");
    }
    phone.open("about:blank").await?;
    phone.run_until_done("fetch('https://elsewhere.invalid/').catch(done)", json!([])).await?;
    let judged = phone.judge().await.unwrap_err();
    assert!(judged.to_string().contains("asked a stranger: https://elsewhere.invalid"), "{judged:#}");
    phone.put_away().await
}
