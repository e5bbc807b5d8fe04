//! Serving the files of a page: their names, media types and headers.
//!
//! Knows no page; each names its files, built in from one folder of `assets`, and what its browser may
//! do with them. Serves nothing but those files.

use std::path::Path;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Names and texts of files.
pub(super) type BuiltIn = &'static [(&'static str, &'static str)];

/// The named files of a folder of `assets`, as [`BuiltIn`].
macro_rules! built_in {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../assets/", $folder, "/", $name)))),+]
    };
}
pub(super) use built_in;

/// Files that are served alike.
pub(super) struct Page<'a> {
    pub(super) built_in: BuiltIn,
    /// They are read from here instead, where it is given.
    pub(super) folder: Option<&'a Path>,
    /// `Permissions-Policy`
    pub(super) permissions: &'static str,
    /// `Content-Security-Policy`
    pub(super) policy: String,
}

impl Page<'_> {
    /// The file of this name, or 404.
    pub(super) async fn file(&self, name: &str) -> Response {
        let Some((_, built_in)) = self.built_in.iter().find(|(known, _)| *known == name) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let text = match self.folder {
            Some(folder) => tokio::fs::read_to_string(folder.join(name)).await.ok(),
            None => Some((*built_in).to_owned()),
        };
        let Some(text) = text else { return StatusCode::NOT_FOUND.into_response() };
        let mut response = text.into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
        headers.insert("permissions-policy", HeaderValue::from_static(self.permissions));
        for (header, value) in FIXED_HEADERS {
            headers.insert(HeaderName::from_static(header), HeaderValue::from_static(value));
        }
        if let Ok(policy) = HeaderValue::from_str(&self.policy) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        response
    }
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

const FIXED_HEADERS: [(&str, &str); 5] = [
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-opener-policy", "same-origin"),
    ("x-robots-tag", "noindex"),
    ("cache-control", "no-cache"),
];

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::super::{office, visitor};
    use super::*;

    const PAGES: [(&str, BuiltIn); 2] = [("web", visitor::BUILT_IN), ("office", office::BUILT_IN)];

    #[test]
    fn every_file_of_a_page_is_built_in() {
        for (name, built_in) in PAGES {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets").join(name);
            let entries = std::fs::read_dir(folder).unwrap();
            let found: BTreeSet<String> =
                entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            let known: BTreeSet<String> = built_in.iter().map(|(name, _)| (*name).to_owned()).collect();
            assert_eq!(found, known, "{name}");
        }
    }

    /// The words of a page under their keys; a `{place}` in them stands for something told.
    fn words(built_in: BuiltIn, language: &str) -> BTreeMap<String, serde_json::Value> {
        let (_, text) = built_in.iter().find(|(name, _)| *name == format!("{language}.json")).unwrap();
        serde_json::from_str(text).unwrap()
    }

    fn places(words: &serde_json::Value) -> Option<BTreeSet<&str>> {
        let parts = words.as_str()?.split('{').skip(1);
        Some(parts.filter_map(|part| Some(part.split_once('}')?.0)).collect())
    }

    #[test]
    fn every_language_of_a_page_says_the_same() {
        for (name, built_in) in PAGES {
            let english = words(built_in, "en");
            for language in ["ar", "ckb"] {
                let translated = words(built_in, language);
                let keys = |words: &BTreeMap<String, serde_json::Value>| words.keys().cloned().collect::<Vec<_>>();
                assert_eq!(keys(&translated), keys(&english), "{language} of {name}");
                for (key, english) in &english {
                    assert_eq!(places(&translated[key]), places(english), "`{key}` in {language} of {name}");
                }
            }
        }
    }
}
