//! The visitor's page, of `assets/web`, on the public listener.
//!
//! Says which files it is made of and what its browser may do; what it does stands in its own modules.

use axum::extract::{Path, State};
use axum::response::Response;

use super::files::{BuiltIn, Page, built_in};
use crate::app::App;

pub(super) const BUILT_IN: BuiltIn = built_in!["web":
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

const PERMISSIONS: &str =
    "camera=(self), microphone=(self), screen-wake-lock=(self), autoplay=(self), geolocation=(), display-capture=()";

/// `GET /` and `GET /visit`
pub(crate) async fn visitor_index(State(app): State<App>) -> Response {
    page(&app).file("index.html").await
}

/// `GET /web/{name}`
pub(crate) async fn visitor_file(State(app): State<App>, Path(name): Path<String>) -> Response {
    page(&app).file(&name).await
}

fn page(app: &App) -> Page<'_> {
    Page {
        built_in: BUILT_IN,
        folder: app.config.web_directory.as_deref(),
        permissions: PERMISSIONS,
        policy: content_security_policy(app.config.public_front()),
    }
}

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
    fn the_page_talks_to_its_own_origin_only() {
        let policy = content_security_policy("https://visit.example:8443");
        assert!(policy.contains("connect-src 'self' wss://visit.example:8443;"));
        assert!(!policy.contains("unsafe"));
    }
}
