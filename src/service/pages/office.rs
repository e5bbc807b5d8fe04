//! The office's page, of `assets/office`, on the admin listener.
//!
//! Says which files it is made of and what its browser may do. It asks for no credential: all that the
//! page shows comes from the admin API, which does.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::files::{BuiltIn, Page, built_in};
use super::visitor;
use crate::app::App;

pub(super) const BUILT_IN: BuiltIn = built_in!["office":
    "index.html",
    "office.css",
    "office.js",
    "api.js",
    "dom.js",
    "form.js",
    "dialogs.js",
    "table.js",
    "collection.js",
    "places.js",
    "people.js",
    "badges.js",
    "bookings.js",
    "fleet.js",
    "introductions.js",
    "records.js",
    "calendar.js",
    "ar.json",
    "ckb.json",
    "en.json",
];

/// What it takes from the visitor's page.
const SHARED: [&str; 2] = ["words.js", "icon.svg"];

const PERMISSIONS: &str = "clipboard-write=(self), camera=(), microphone=(), geolocation=(), display-capture=()";
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types";

/// `GET /`
pub(crate) async fn office_index(State(app): State<App>) -> Response {
    page(BUILT_IN, app.config.office_directory.as_deref()).file("index.html").await
}

/// `GET /office/{name}`
pub(crate) async fn office_file(State(app): State<App>, Path(name): Path<String>) -> Response {
    page(BUILT_IN, app.config.office_directory.as_deref()).file(&name).await
}

/// `GET /web/{name}`
pub(crate) async fn office_shared_file(State(app): State<App>, Path(name): Path<String>) -> Response {
    if !SHARED.contains(&name.as_str()) {
        return StatusCode::NOT_FOUND.into_response();
    }
    page(visitor::BUILT_IN, app.config.web_directory.as_deref()).file(&name).await
}

fn page(built_in: BuiltIn, folder: Option<&std::path::Path>) -> Page<'_> {
    Page { built_in, folder, permissions: PERMISSIONS, policy: POLICY.to_owned() }
}
