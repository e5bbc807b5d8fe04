//! The OpenAPI 3.1 document, generated from the handlers and `muwajaha-wire`.

use axum::Json;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

use crate::fleet::documented as fleet;
use crate::people::documented;
use crate::{bookings, join, kiosks, signalling, visitor};

#[derive(OpenApi)]
#[openapi(
    info(title = "Muwajaha visit service", description = "Kiosks, visitors, booking connectors and the office."),
    paths(
        kiosks::provision,
        kiosks::introduce,
        kiosks::introduction_outcome,
        kiosks::renew,
        kiosks::time,
        kiosks::relays,
        kiosks::snapshot,
        kiosks::events,
        kiosks::kiosk_socket,
        kiosks::update_file,
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
        kiosks::documented::list_introductions,
        kiosks::documented::approve_introduction,
        kiosks::documented::refuse_introduction,
        fleet::give_order,
        fleet::list_orders,
        fleet::withdraw_order,
        documented::kiosk_events,
        documented::add_staff,
        documented::list_staff,
        documented::set_pin,
        documented::set_staff_number,
        documented::add_inmate,
        documented::list_inmates,
        documented::add_badge,
        documented::list_badges,
        documented::add_enrolment,
        documented::enrolment,
        documented::withdraw_enrolment,
        documented::add_connector,
        documented::list_connectors,
        documented::revoke,
        documented::list_bookings,
        documented::put_office_booking,
        documented::cancel_booking,
        documented::renew_link,
        documented::changes,
        documented::report,
    ),
    modifiers(&Credentials)
)]
struct Document;

/// What the names in each path's `security` stand for: a kiosk's certificate, and bearer tokens, each
/// from its own source.
struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let certificate = SecurityScheme::MutualTls {
            description: Some("from `POST /v1/kiosk/provision`".to_owned()),
            deprecated: None,
            extensions: None,
        };
        components.add_security_scheme("kiosk_certificate", certificate);
        for (name, description) in [
            ("join_token", "from `POST /v1/kiosk/bookings/{booking}/join`, for one call"),
            ("connector_credential", "from `POST /v1/admin/connectors`"),
            ("admin_credential", "`admin.token` in the service's data directory"),
        ] {
            let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some(description)).build();
            components.add_security_scheme(name, SecurityScheme::Http(bearer));
        }
    }
}

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
