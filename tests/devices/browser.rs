use std::time::Duration;

use muwajaha_demo::detect::{KIOSK_TONES_HZ, ToneTally, VISITOR_TONES_HZ};
use muwajaha_demo::stage::StageDirectory;
use muwajaha_demo::visitor::{
    BrowserTrick, CameraFile, FIRST_VISITOR_COUNTER, PictureFormat, VisitorBrowser, write_microphone,
};

async fn serve_page() -> String {
    let page = axum::Router::new().fallback(|| async { axum::response::Html(include_str!("loopback.html")) });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, page).await });
    format!("http://{address}/")
}

#[tokio::test]
async fn a_visitors_browser_sends_the_counter_and_the_beeps_and_tells_what_arrives() {
    // Another test of this binary may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let directory = StageDirectory::create(None).unwrap();
    let (camera_path, microphone) = (directory.path().join("camera.y4m"), directory.path().join("microphone.wav"));
    let camera = CameraFile::write(&camera_path, FIRST_VISITOR_COUNTER + 77, PictureFormat::SMALL).unwrap();
    write_microphone(&microphone).unwrap();
    let browser =
        VisitorBrowser::start(&directory, &camera_path, &microphone, "none", BrowserTrick::Honest).await.unwrap();
    browser.open(&serve_page().await).await.unwrap();
    browser.press("join", Duration::from_secs(10)).await.unwrap();
    browser.wait_for_state(&["in_call"], Duration::from_secs(10)).await.unwrap();

    let (mut tally, mut counters, mut last) = (ToneTally::default(), Vec::new(), None);
    for _ in 0..8 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let seen = browser.observe().await.unwrap();
        tally.listen(&seen.sound, seen.sound_rate_hz);
        counters.extend(seen.frames.iter().filter_map(|frame| frame.strip).map(|strip| strip.counter));
        last = Some(seen);
    }
    let last = last.unwrap();
    browser.stop().await;

    assert!(tally.heard_all(&VISITOR_TONES_HZ) && !tally.heard_all(&KIOSK_TONES_HZ), "{tally:?}");
    counters.dedup();
    assert!(counters.len() > 60, "{} frames in 8 s", counters.len());
    assert!(counters.iter().all(|counter| camera.counters.contains(counter)), "{counters:?}");
    assert!(last.joined_at_ms.is_some());
    assert!(last.stats.to_string().contains("framesDecoded"), "{}", last.stats);
    assert!(last.troubles.is_empty(), "{:?}", last.troubles);
}
