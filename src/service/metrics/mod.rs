//! `GET /metrics` on the admin listener: what a Prometheus server watches, in its text format.
//!
//! Few families; labels are states, codes, kinds and kiosk ids. No person, booking, address or token is in
//! any of it. Its credential, `metrics.token` in the data directory, opens nothing else. The text is a few
//! lines of our own: a library would bring more to keep up with than it saves.

mod http;
mod text;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use muwajaha_wire::admin::KioskWire;

pub(crate) use http::HttpCounts;

use crate::app::App;
use crate::extract::MetricsIdentity;
use crate::fault::Fault;
use crate::fleet::{ALL_STATES, AlarmKind, list_kiosks, state_word};
use text::Text;

const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// `GET /metrics`
pub(crate) async fn metrics(State(app): State<App>, _watcher: MetricsIdentity) -> Result<Response, Fault> {
    let mut kiosks = list_kiosks(&app).await?;
    kiosks.retain(|kiosk| !kiosk.revoked);
    let mut text = Text::default();
    text.family("muwajaha_build_info", "gauge", "The version of the service.");
    text.sample("muwajaha_build_info", &[("version", env!("CARGO_PKG_VERSION"))], 1);
    write_fleet(&kiosks, &mut text);
    write_each_kiosk(&kiosks, &mut text);
    write_visits(app.store.visits_by_outcome().await?, &mut text);
    write_sockets(&app, &mut text);
    app.http.write(&mut text);
    Ok(([(header::CONTENT_TYPE, MEDIA_TYPE), (header::CACHE_CONTROL, "no-store")], text.finish()).into_response())
}

fn write_fleet(kiosks: &[KioskWire], text: &mut Text) {
    text.family("muwajaha_kiosks", "gauge", "Kiosks that take part, by state.");
    for state in ALL_STATES {
        let count = kiosks.iter().filter(|kiosk| kiosk.state == state).count();
        text.sample("muwajaha_kiosks", &[("state", &state_word(state))], count);
    }
    text.family("muwajaha_alarms", "gauge", "Alarms that stand, by kind.");
    for kind in AlarmKind::ALL {
        let alarms = kiosks.iter().flat_map(|kiosk| &kiosk.alarms);
        let count = alarms.filter(|alarm| alarm.code == kind.code()).count();
        text.sample("muwajaha_alarms", &[("code", kind.code()), ("kind", kind.key())], count);
    }
    text.family("muwajaha_orders_waiting", "gauge", "Orders that kiosks have not taken yet.");
    text.sample("muwajaha_orders_waiting", &[], kiosks.iter().map(|kiosk| kiosk.orders.len()).sum::<usize>());
}

fn write_each_kiosk(kiosks: &[KioskWire], text: &mut Text) {
    let name = "muwajaha_kiosk_last_seen_timestamp_seconds";
    text.family(name, "gauge", "When a kiosk last gave any sign of life.");
    for kiosk in kiosks {
        let seen = kiosk.last_seen_at.as_ref().and_then(|at| at.parse::<jiff::Timestamp>().ok());
        if let Some(seen) = seen {
            text.sample(name, &[("kiosk", &kiosk.id)], seen.as_second());
        }
    }
    let name = "muwajaha_kiosk_record_rows_waiting";
    text.family(name, "gauge", "Rows of a kiosk's record that the service does not hold, by its last word.");
    for kiosk in kiosks {
        if let Some(rows) = kiosk.status.as_ref().and_then(|status| status.rows_waiting) {
            text.sample(name, &[("kiosk", &kiosk.id)], rows);
        }
    }
    let name = "muwajaha_kiosk_alarms";
    text.family(name, "gauge", "Alarms of a kiosk that stand.");
    for kiosk in kiosks {
        text.sample(name, &[("kiosk", &kiosk.id)], kiosk.alarms.len());
    }
}

fn write_visits(by_outcome: Vec<(String, i64)>, text: &mut Text) {
    // A kiosk's late word replaces an outcome that was concluded without it: no counter.
    text.family("muwajaha_visits", "gauge", "Visits that are over, by the outcome that counts.");
    let by_outcome: BTreeMap<String, i64> = by_outcome.into_iter().collect();
    for (outcome, count) in by_outcome {
        text.sample("muwajaha_visits", &[("outcome", &outcome.to_ascii_lowercase())], count);
    }
}

fn write_sockets(app: &App, text: &mut Text) {
    let name = "muwajaha_socket_connections";
    text.family(name, "gauge", "Open WebSockets: kiosks, and both sides of calls.");
    let seats = app.hub.seats();
    for (kind, count) in
        [("kiosk", app.kiosk_sockets.count()), ("call_kiosk", seats.kiosks), ("call_visitor", seats.visitors)]
    {
        text.sample(name, &[("kind", kind)], count);
    }
}
