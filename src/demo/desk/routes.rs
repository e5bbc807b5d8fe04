//! What the desk's buttons do.

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Desk, SharedDesk};
use crate::prison::{GUARD_NUMBER, GUARD_PIN, Person};

const PAGE: &str = include_str!("page.html");

pub(super) fn routes(desk: SharedDesk) -> Router {
    Router::new()
        .route("/", get(async || Html(PAGE)))
        .route("/state", get(state))
        .route("/screen.png", get(screen))
        .route("/click", post(click))
        .route("/tap/{person}", post(tap))
        .route("/reader/{order}", post(reader))
        .route("/network/{order}", post(network))
        .route("/book", post(book))
        .with_state(desk)
}

/// An order that could not be carried out, in words for the page.
struct Refused(anyhow::Error);

impl<E: Into<anyhow::Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        (StatusCode::CONFLICT, format!("{:#}", self.0)).into_response()
    }
}

type Answer<T> = Result<T, Refused>;

fn no_such(what: &str) -> Refused {
    Refused(anyhow::anyhow!("there is no {what}"))
}

/// Runs `order` at the desk, one at a time.
async fn at<T>(shared: &SharedDesk, order: impl AsyncFnOnce(&mut Desk) -> anyhow::Result<T>) -> Answer<T> {
    match shared.lock().await.as_mut() {
        Some(desk) => Ok(order(desk).await?),
        None => Err(Refused(anyhow::anyhow!("the demo is ending"))),
    }
}

async fn state(State(shared): State<SharedDesk>) -> Answer<Json<Value>> {
    let state = at(&shared, async |desk| {
        let network = match &desk.room.network {
            Ok(_) => json!({"is_cut": desk.is_cut}),
            Err(reason) => json!({"absent": reason.to_string()}),
        };
        let ends_at = jiff::Timestamp::try_from(desk.bookings.ends_at)?;
        Ok(json!({
            "pin": GUARD_PIN,
            "number": GUARD_NUMBER,
            "visitor_link": desk.bookings.visitor_link,
            "ends_at_ms": ends_at.as_millisecond(),
            "reader_is_plugged": desk.room.reader.is_plugged(),
            "network": network,
            "has_screen": desk.room.display.is_some(),
        }))
    });
    Ok(Json(state.await?))
}

async fn screen(State(shared): State<SharedDesk>) -> Answer<Response> {
    let png = at(&shared, async |desk| match &desk.room.display {
        Some(display) => Ok(Some(display.framebuffer()?.read()?.to_png()?)),
        None => Ok(None),
    });
    let png = png.await?.ok_or_else(|| no_such("screen here: the kiosk has a display of its own"))?;
    Ok(([(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "no-store")], png).into_response())
}

#[derive(Deserialize)]
struct Place {
    x: i16,
    y: i16,
}

async fn click(State(shared): State<SharedDesk>, Query(place): Query<Place>) -> Answer<StatusCode> {
    at(&shared, async |desk| match &desk.room.display {
        Some(display) => display.click(place.x, place.y).await,
        None => Ok(()),
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn tap(State(shared): State<SharedDesk>, Path(word): Path<String>) -> Answer<StatusCode> {
    let person = Person::ALL.into_iter().find(|person| person.word() == word).ok_or_else(|| no_such("such badge"))?;
    at(&shared, async |desk| desk.room.tap(person).await).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn reader(State(shared): State<SharedDesk>, Path(order): Path<String>) -> Answer<StatusCode> {
    let plug = match order.as_str() {
        "plug" => true,
        "unplug" => false,
        _ => return Err(no_such("such order to the reader")),
    };
    at(&shared, async |desk| if plug { desk.room.reader.plug() } else { desk.room.reader.unplug() }).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn network(State(shared): State<SharedDesk>, Path(order): Path<String>) -> Answer<StatusCode> {
    let cut = match order.as_str() {
        "cut" => true,
        "heal" => false,
        _ => return Err(no_such("such order to the network")),
    };
    at(&shared, async |desk| {
        match &desk.room.network {
            Ok(network) if cut => network.cut().await?,
            Ok(network) => network.heal().await?,
            Err(reason) => anyhow::bail!("{reason}"),
        }
        desk.is_cut = cut;
        Ok(())
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn book(State(shared): State<SharedDesk>) -> Answer<StatusCode> {
    at(&shared, async |desk| desk.book().await).await?;
    Ok(StatusCode::NO_CONTENT)
}
