//! The admin API of orders to kiosks: JSON in, JSON out.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use muwajaha_wire::admin::Listing;
use muwajaha_wire::fleet::{NewOrder, OrderWire};
use muwajaha_wire::problem::Problem;

use crate::app::App;
use crate::extract::{AdminIdentity, Json};
use crate::fault::Fault;
use crate::metrics::metrics;

/// Their routes below `/v1/admin`, and `/metrics`.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/metrics", get(metrics))
        .route("/v1/admin/kiosks/{id}/orders", post(give_order).get(list_orders))
        .route("/v1/admin/kiosks/{id}/orders/{order}", delete(withdraw_order))
}

/// Orders a kiosk to lock, to go out of service or come back, or to look itself over. A kiosk that is not
/// connected is told when it comes back, while the order is not too old.
#[utoipa::path(post, path = "/v1/admin/kiosks/{id}/orders", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path)), request_body = NewOrder,
    responses((status = 201, body = OrderWire), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn give_order(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
    Json(new): Json<NewOrder>,
) -> Result<(StatusCode, Json<OrderWire>), Fault> {
    Ok((StatusCode::CREATED, Json(super::orders::give_order(&app, &id, &new).await?)))
}

/// Lists the orders of a kiosk, the newest first.
#[utoipa::path(get, path = "/v1/admin/kiosks/{id}/orders", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path)), responses((status = 200, body = Listing<OrderWire>), (status = 404, body = Problem)))]
pub(crate) async fn list_orders(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
) -> Result<Json<Listing<OrderWire>>, Fault> {
    Ok(Json(Listing { items: super::orders::list_orders(&app, &id).await? }))
}

/// Takes back an order that its kiosk has not taken.
#[utoipa::path(delete, path = "/v1/admin/kiosks/{id}/orders/{order}", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path), ("order" = String, Path)),
    responses((status = 204, description = "withdrawn"), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(crate) async fn withdraw_order(
    State(app): State<App>,
    _office: AdminIdentity,
    Path((id, order)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    super::orders::withdraw_order(&app, &id, &order).await?;
    Ok(StatusCode::NO_CONTENT)
}
