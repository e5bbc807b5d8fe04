//! What a handler answers when it cannot do as asked: RFC 9457 problem details.
//!
//! A fault carries words for the caller. What broke inside is logged here once and never told.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use muwajaha_wire::problem::{PROBLEM_MEDIA_TYPE, Problem};

/// The answer to a request that cannot be done.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    problem: Box<Problem>,
    extension: Option<(&'static str, serde_json::Value)>,
    retry_after_seconds: Option<u32>,
}

impl Fault {
    pub(crate) fn new(status: StatusCode, code: &str, title: &str) -> Self {
        Self {
            problem: Box::new(Problem {
                kind: format!("urn:muwajaha:problem:{code}"),
                title: title.to_owned(),
                status: status.as_u16(),
                detail: None,
                field: None,
            }),
            extension: None,
            retry_after_seconds: None,
        }
    }

    /// A field's value cannot be: 422.
    pub(crate) fn field(code: &str, pointer: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, "A field cannot be as it is").at(pointer).detail(detail)
    }

    /// Something else stands in the way: 409.
    pub(crate) fn conflict(code: &str, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, code, "The request does not fit what is there").detail(detail)
    }

    /// There is no such thing: 404.
    pub(crate) fn unknown(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown-id", "There is no such thing")
            .detail(format!("no {what} has this id"))
    }

    /// Nothing is served at this path: 404.
    pub(crate) fn unknown_path() -> Self {
        Self::new(StatusCode::NOT_FOUND, "unknown-path", "There is nothing at this path")
            .detail("each listener has the paths of its own public; see /openapi.json")
    }

    /// This path is not asked in this way: 405.
    pub(crate) fn unknown_method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "unknown-method", "This path is not asked in this way")
            .detail("use a method that Allow names")
    }

    /// The credential opens nothing: 401.
    pub(crate) fn unauthorised(detail: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unknown-credential", "The credential opens nothing").detail(detail)
    }

    /// Too many requests: 429.
    pub(crate) fn too_many(retry_after_seconds: u32) -> Self {
        let mut fault = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests")
            .detail("wait as long as Retry-After says");
        fault.retry_after_seconds = Some(retry_after_seconds);
        fault
    }

    pub(crate) fn detail(mut self, detail: impl Into<String>) -> Self {
        self.problem.detail = Some(detail.into());
        self
    }

    pub(crate) fn at(mut self, pointer: &str) -> Self {
        self.problem.field = Some(pointer.to_owned());
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: serde_json::Value) -> Self {
        self.extension = Some((name, value));
        self
    }

    /// The words for a person.
    pub(crate) fn words(&self) -> String {
        let detail = self.problem.detail.as_deref().unwrap_or(&self.problem.title);
        self.problem.field.as_ref().map_or_else(|| detail.to_owned(), |field| format!("{field}: {detail}"))
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "The service failed")
            .detail("the log of the service says more; try again")
    }
}

impl From<sqlx::Error> for Fault {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "the database refused a statement");
        Self::internal()
    }
}

impl From<tokio::task::JoinError> for Fault {
    fn from(error: tokio::task::JoinError) -> Self {
        tracing::error!(%error, "a worker did not return");
        Self::internal()
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut body = serde_json::to_value(&self.problem).unwrap_or_default();
        if let (Some((name, value)), Some(members)) = (self.extension, body.as_object_mut()) {
            members.insert(name.to_owned(), value);
        }
        let mut response = (status, body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_MEDIA_TYPE));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
