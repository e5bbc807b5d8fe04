//! The visitor's page, as files of `assets/web`, built in or read from a configured folder.
//!
//! Knows names, media types and headers; what the page does stands in its own modules. Serves
//! nothing but the files of that one folder.

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;

const INDEX: &str = "index.html";

macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        const BUILT_IN: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../assets/web/", $name)))),+];
    };
}

built_in![
    "index.html",
    "page.css",
    "page.js",
    "state.js",
    "healing.js",
    "view.js",
    "call.js",
    "signalling.js",
    "devices.js",
    "level.js",
    "words.js",
    "clock.js",
    "surroundings.js",
    "ar.json",
    "ckb.json",
    "en.json",
    "icon.svg",
];

/// `GET /` and `GET /visit`
pub(crate) async fn index(State(app): State<App>) -> Response {
    file(&app, INDEX).await
}

/// `GET /web/{name}`
pub(crate) async fn web_file(State(app): State<App>, Path(name): Path<String>) -> Response {
    file(&app, &name).await
}

async fn file(app: &App, name: &str) -> Response {
    let Some((_, built_in)) = BUILT_IN.iter().find(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let text = match &app.config.web_directory {
        Some(folder) => tokio::fs::read_to_string(folder.join(name)).await.ok(),
        None => Some((*built_in).to_owned()),
    };
    let Some(text) = text else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    for (header, value) in FIXED_HEADERS {
        headers.insert(HeaderName::from_static(header), HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(app.config.public_front())) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("svg") => "image/svg+xml",
        Some(_) | None => "application/octet-stream",
    }
}

const FIXED_HEADERS: [(&str, &str); 6] = [
    (
        "permissions-policy",
        "camera=(self), microphone=(self), screen-wake-lock=(self), autoplay=(self), geolocation=(), display-capture=()",
    ),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("x-robots-tag", "noindex"),
    ("cache-control", "no-cache"),
];

/// Nothing but this origin; older Safari does not count `wss:` as `'self'`.
fn content_security_policy(public_front: &str) -> String {
    let socket = public_front.replacen("https://", "wss://", 1);
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' {socket}; \
         media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_page_is_built_in() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/web");
        let mut found: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        let mut known: Vec<String> = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
        found.sort();
        known.sort();
        assert_eq!(found, known);
    }

    #[test]
    fn the_page_talks_to_its_own_origin_only() {
        let policy = content_security_policy("https://visit.example:8443");
        assert!(policy.contains("connect-src 'self' wss://visit.example:8443;"));
        assert!(!policy.contains("unsafe"));
    }
}
