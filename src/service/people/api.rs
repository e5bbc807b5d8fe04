//! The admin API of what the office creates and revokes: JSON in, JSON out, one line a call into the
//! functions beside.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, patch, post};
use muwajaha_wire::admin::{
    BadgeWire, ConnectorCredential, ConnectorWire, EnrolmentWire, FacilityChange, FacilityWire, InmateMemberWire,
    KioskWire, Listing, NewBadge, NewConnector, NewEnrolment, NewFacility, NewKiosk, NewPin, NewStaff, NewStaffNumber,
    ProvisioningCode, RoomWire, StaffMemberWire,
};
use muwajaha_wire::problem::Problem;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Member;
use super::members::staff_wire;
use super::places::change_facility;
use crate::app::App;
use crate::extract::{AdminIdentity, Json, Query};
use crate::fault::Fault;
use crate::kiosks::{self, policy_wire};
use crate::store::FacilityRow;

type Created<T> = Result<(StatusCode, Json<T>), Fault>;
pub(super) type Listed<T> = Result<Json<Listing<T>>, Fault>;

/// The routes of the collections below `/v1/admin`.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/v1/admin/facilities", post(add_facility).get(list_facilities))
        .route("/v1/admin/facilities/{id}", patch(patch_facility).delete(revoke_facility))
        .route("/v1/admin/rooms", post(add_room).get(list_rooms))
        .route("/v1/admin/kiosks", post(add_kiosk).get(list_kiosks))
        .route("/v1/admin/kiosks/{id}/code", post(new_code))
        .route("/v1/admin/introductions", get(kiosks::list_introductions))
        .route("/v1/admin/introductions/{short_code}", delete(kiosks::refuse_introduction))
        .route("/v1/admin/introductions/{short_code}/approval", post(kiosks::approve_introduction))
        .route("/v1/admin/staff", post(add_staff).get(list_staff))
        .route("/v1/admin/staff/{id}/pin", post(set_pin))
        .route("/v1/admin/staff/{id}/number", post(set_staff_number))
        .route("/v1/admin/inmates", post(add_inmate).get(list_inmates))
        .route("/v1/admin/badges", post(add_badge).get(list_badges))
        .route("/v1/admin/enrolments", post(add_enrolment))
        .route("/v1/admin/enrolments/{id}", get(enrolment).delete(withdraw_enrolment))
        .route("/v1/admin/connectors", post(add_connector).get(list_connectors))
        .merge(Router::new().route("/v1/admin/{collection}/{id}", delete(revoke)))
}

/// Creates a facility.
#[utoipa::path(post, path = "/v1/admin/facilities", tag = "admin", security(("admin_credential" = [])),
    request_body = NewFacility, responses((status = 201, body = FacilityWire), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add_facility(
    State(app): State<App>,
    _office: AdminIdentity,
    Json(new): Json<NewFacility>,
) -> Created<FacilityWire> {
    Ok((StatusCode::CREATED, Json(facility_wire(super::add_facility(&app, &new).await?))))
}

/// Changes a facility's rules.
#[utoipa::path(patch, path = "/v1/admin/facilities/{id}", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path)), request_body = FacilityChange,
    responses((status = 200, body = FacilityWire), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn patch_facility(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
    Json(change): Json<FacilityChange>,
) -> Result<Json<FacilityWire>, Fault> {
    Ok(Json(facility_wire(change_facility(&app, &id, &change.policy).await?)))
}

/// Lists facilities.
#[utoipa::path(get, path = "/v1/admin/facilities", tag = "admin", security(("admin_credential" = [])),
    responses((status = 200, body = Listing<FacilityWire>)))]
pub(crate) async fn list_facilities(State(app): State<App>, _office: AdminIdentity) -> Listed<FacilityWire> {
    let items = app.store.facilities().await?.into_iter().map(facility_wire).collect();
    Ok(Json(Listing { items }))
}

fn facility_wire(row: FacilityRow) -> FacilityWire {
    FacilityWire {
        policy: policy_wire(&row),
        supervised: row.supervised,
        revoked: row.revoked_at_ms.is_some(),
        id: row.id,
        name: row.name,
    }
}

/// Creates a room.
#[utoipa::path(post, path = "/v1/admin/rooms", tag = "admin", security(("admin_credential" = [])),
    request_body = RoomWire, responses((status = 201, body = RoomWire), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add_room(
    State(app): State<App>,
    _office: AdminIdentity,
    Json(new): Json<RoomWire>,
) -> Created<RoomWire> {
    Ok((StatusCode::CREATED, Json(super::add_room(&app, &new).await?)))
}

/// Lists rooms.
#[utoipa::path(get, path = "/v1/admin/rooms", tag = "admin", security(("admin_credential" = [])),
    responses((status = 200, body = Listing<RoomWire>)))]
pub(crate) async fn list_rooms(State(app): State<App>, _office: AdminIdentity) -> Listed<RoomWire> {
    let items = app.store.rooms().await?.into_iter().map(|row| RoomWire {
        id: row.id,
        facility: row.facility,
        name: row.name,
        revoked: row.revoked_at_ms.is_some(),
    });
    Ok(Json(Listing { items: items.collect() }))
}

/// Creates a kiosk and its provisioning code.
#[utoipa::path(post, path = "/v1/admin/kiosks", tag = "admin", security(("admin_credential" = [])),
    request_body = NewKiosk, responses((status = 201, body = ProvisioningCode), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add_kiosk(
    State(app): State<App>,
    _office: AdminIdentity,
    Json(new): Json<NewKiosk>,
) -> Created<ProvisioningCode> {
    Ok((StatusCode::CREATED, Json(super::add_kiosk(&app, &new).await?)))
}

/// How long a code is to be good.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CodeLife {
    /// In days, 1 to 30; one where left out.
    days: Option<u32>,
}

/// Makes a new provisioning code; the kiosk's certificates die when it is used.
#[utoipa::path(post, path = "/v1/admin/kiosks/{id}/code", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path), CodeLife),
    responses((status = 201, body = ProvisioningCode), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn new_code(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
    Query(life): Query<CodeLife>,
) -> Created<ProvisioningCode> {
    Ok((StatusCode::CREATED, Json(super::new_code(&app, &id, life.days).await?)))
}

/// Lists kiosks: how each is, and what somebody should see to.
#[utoipa::path(get, path = "/v1/admin/kiosks", tag = "admin", security(("admin_credential" = [])),
    responses((status = 200, body = Listing<KioskWire>)))]
pub(crate) async fn list_kiosks(State(app): State<App>, _office: AdminIdentity) -> Listed<KioskWire> {
    Ok(Json(Listing { items: crate::fleet::list_kiosks(&app).await? }))
}

/// Creates a member of staff.
#[utoipa::path(post, path = "/v1/admin/staff", tag = "admin", security(("admin_credential" = [])),
    request_body = NewStaff, responses((status = 201, body = StaffMemberWire), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add_staff(
    State(app): State<App>,
    _office: AdminIdentity,
    Json(new): Json<NewStaff>,
) -> Created<StaffMemberWire> {
    Ok((StatusCode::CREATED, Json(super::add_staff(&app, &new).await?)))
}

/// Gives a member of staff a new PIN.
#[utoipa::path(post, path = "/v1/admin/staff/{id}/pin", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path)), request_body = NewPin,
    responses((status = 204, description = "changed"), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn set_pin(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
    Json(new): Json<NewPin>,
) -> Result<StatusCode, Fault> {
    super::set_pin(&app, &id, &new.pin).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Gives a member of staff a number to come by where a kiosk has no reader, or takes it away.
#[utoipa::path(post, path = "/v1/admin/staff/{id}/number", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path)), request_body = NewStaffNumber,
    responses((status = 204, description = "changed"), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn set_staff_number(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
    Json(new): Json<NewStaffNumber>,
) -> Result<StatusCode, Fault> {
    super::set_staff_number(&app, &id, new.number.as_deref()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists staff.
#[utoipa::path(get, path = "/v1/admin/staff", tag = "admin", security(("admin_credential" = [])),
    responses((status = 200, body = Listing<StaffMemberWire>)))]
pub(crate) async fn list_staff(State(app): State<App>, _office: AdminIdentity) -> Listed<StaffMemberWire> {
    Ok(Json(Listing { items: app.store.staff().await?.into_iter().map(staff_wire).collect() }))
}

/// Creates an inmate.
#[utoipa::path(post, path = "/v1/admin/inmates", tag = "admin", security(("admin_credential" = [])),
    request_body = InmateMemberWire, responses((status = 201, body = InmateMemberWire), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add_inmate(
    State(app): State<App>,
    _office: AdminIdentity,
    Json(new): Json<InmateMemberWire>,
) -> Created<InmateMemberWire> {
    Ok((StatusCode::CREATED, Json(super::add_inmate(&app, &new).await?)))
}

/// Lists inmates.
#[utoipa::path(get, path = "/v1/admin/inmates", tag = "admin", security(("admin_credential" = [])),
    responses((status = 200, body = Listing<InmateMemberWire>)))]
pub(crate) async fn list_inmates(State(app): State<App>, _office: AdminIdentity) -> Listed<InmateMemberWire> {
    let items = app.store.inmates().await?.into_iter().map(|row| InmateMemberWire {
        id: row.id,
        facility: row.facility,
        name: row.name,
        revoked: row.revoked_at_ms.is_some(),
    });
    Ok(Json(Listing { items: items.collect() }))
}

/// Gives a badge by its number.
#[utoipa::path(post, path = "/v1/admin/badges", tag = "admin", security(("admin_credential" = [])),
    request_body = NewBadge, responses((status = 201, body = BadgeWire), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add_badge(
    State(app): State<App>,
    _office: AdminIdentity,
    Json(new): Json<NewBadge>,
) -> Created<BadgeWire> {
    Ok((StatusCode::CREATED, Json(super::add_badge(&app, &new).await?)))
}

/// Lists badges.
#[utoipa::path(get, path = "/v1/admin/badges", tag = "admin", security(("admin_credential" = [])),
    responses((status = 200, body = Listing<BadgeWire>)))]
pub(crate) async fn list_badges(State(app): State<App>, _office: AdminIdentity) -> Listed<BadgeWire> {
    Ok(Json(Listing { items: super::list_badges(&app).await? }))
}

/// Starts an enrolment by tapping.
#[utoipa::path(post, path = "/v1/admin/enrolments", tag = "admin", security(("admin_credential" = [])),
    request_body = NewEnrolment, responses((status = 201, body = EnrolmentWire), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add_enrolment(
    State(app): State<App>,
    _office: AdminIdentity,
    Json(new): Json<NewEnrolment>,
) -> Created<EnrolmentWire> {
    Ok((StatusCode::CREATED, Json(super::start_enrolment(&app, &new).await?)))
}

/// How far an enrolment is.
#[utoipa::path(get, path = "/v1/admin/enrolments/{id}", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path)), responses((status = 200, body = EnrolmentWire), (status = 404, body = Problem)))]
pub(crate) async fn enrolment(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
) -> Result<Json<EnrolmentWire>, Fault> {
    app.enrolments.get(&id, app.clock.now_ms()).map(Json).ok_or_else(|| Fault::unknown("enrolment"))
}

/// Ends an enrolment: a later tap gives nobody a badge.
#[utoipa::path(delete, path = "/v1/admin/enrolments/{id}", tag = "admin", security(("admin_credential" = [])),
    params(("id" = String, Path)), responses((status = 200, body = EnrolmentWire), (status = 404, body = Problem)))]
pub(crate) async fn withdraw_enrolment(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
) -> Result<Json<EnrolmentWire>, Fault> {
    app.enrolments.withdraw(&id, app.clock.now_ms()).map(Json).ok_or_else(|| Fault::unknown("enrolment"))
}

/// Creates a connector and its credential.
#[utoipa::path(post, path = "/v1/admin/connectors", tag = "admin", security(("admin_credential" = [])),
    request_body = NewConnector, responses((status = 201, body = ConnectorCredential), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(crate) async fn add_connector(
    State(app): State<App>,
    _office: AdminIdentity,
    Json(new): Json<NewConnector>,
) -> Created<ConnectorCredential> {
    Ok((StatusCode::CREATED, Json(super::add_connector(&app, &new).await?)))
}

/// Lists connectors.
#[utoipa::path(get, path = "/v1/admin/connectors", tag = "admin", security(("admin_credential" = [])),
    responses((status = 200, body = Listing<ConnectorWire>)))]
pub(crate) async fn list_connectors(State(app): State<App>, _office: AdminIdentity) -> Listed<ConnectorWire> {
    let rows = app.store.connectors().await?;
    let items = rows.into_iter().map(|row| ConnectorWire { name: row.name, revoked: row.revoked_at_ms.is_some() });
    Ok(Json(Listing { items: items.collect() }))
}

/// Revokes a member of a collection.
#[utoipa::path(delete, path = "/v1/admin/{collection}/{id}", tag = "admin", security(("admin_credential" = [])),
    params(("collection" = String, Path, description = "facilities, rooms, kiosks, staff, inmates, badges or connectors"),
        ("id" = String, Path)),
    responses((status = 204, description = "revoked"), (status = 404, body = Problem)))]
pub(crate) async fn revoke(
    State(app): State<App>,
    _office: AdminIdentity,
    Path((collection, id)): Path<(String, String)>,
) -> Result<StatusCode, Fault> {
    let member = Member::from_collection(&collection).ok_or_else(|| Fault::unknown("collection"))?;
    super::revoke(&app, member, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The facility's path has a method of its own, so that [`revoke`] does not see it.
async fn revoke_facility(
    State(app): State<App>,
    _office: AdminIdentity,
    Path(id): Path<String>,
) -> Result<StatusCode, Fault> {
    super::revoke(&app, Member::Facility, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
