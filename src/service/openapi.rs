//! The OpenAPI 3.1 document, generated from the handlers and `muwajaha-wire`.

use axum::Json;
use utoipa::OpenApi;

use crate::people::documented;
use crate::{bookings, join, kiosks, signalling, visitor};

#[derive(OpenApi)]
#[openapi(
    info(title = "Muwajaha visit service", description = "Kiosks, visitors, booking connectors and the office."),
    paths(
        kiosks::provision,
        kiosks::time,
        kiosks::snapshot,
        kiosks::events,
        kiosks::kiosk_socket,
        join::join,
        signalling::kiosk_signalling,
        signalling::visitor_signalling,
        visitor::redeem,
        bookings::put,
        bookings::get,
        bookings::delete,
        bookings::outcomes,
        documented::add_facility,
        documented::patch_facility,
        documented::list_facilities,
        documented::add_room,
        documented::list_rooms,
        documented::add_kiosk,
        documented::list_kiosks,
        documented::new_code,
        documented::lock_kiosk,
        documented::kiosk_events,
        documented::add_staff,
        documented::list_staff,
        documented::set_pin,
        documented::add_inmate,
        documented::list_inmates,
        documented::add_badge,
        documented::list_badges,
        documented::add_enrolment,
        documented::enrolment,
        documented::add_connector,
        documented::list_connectors,
        documented::revoke,
        documented::list_bookings,
        documented::cancel_booking,
        documented::renew_link,
        documented::changes,
        documented::report,
    )
)]
struct Document;

/// The document as committed in `assets/openapi.json`.
pub fn text() -> String {
    Document::openapi().to_pretty_json().unwrap_or_default() + "\n"
}

/// `GET /openapi.json`
pub(crate) async fn document() -> Json<utoipa::openapi::OpenApi> {
    Json(Document::openapi())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_document_is_the_one_generated() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/openapi.json");
        let committed = std::fs::read_to_string(path).unwrap();
        assert!(
            committed == super::text(),
            "assets/openapi.json is out of date: muwajaha-service openapi > assets/openapi.json"
        );
    }
}
