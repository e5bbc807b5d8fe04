//! Updates of the kiosks' image: the files of one folder, streamed from disk, from any byte on.
//!
//! The service neither makes nor checks what it hands over: a kiosk takes what its own image's key signed.
//! Nothing outside the folder can be named, and nothing but a plain file in it is opened.

use std::io::SeekFrom;
use std::path::Path;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use futures_util::stream;
use tokio::fs::{File, OpenOptions};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::door::KioskIdentity;
use crate::app::App;
use crate::fault::Fault;

const PIECE_BYTES: usize = 64 * 1024;
const LONGEST_NAME: usize = 160;
/// `O_NOFOLLOW`, `O_NONBLOCK`: neither a link to elsewhere nor a pipe that keeps a worker waiting.
const OPEN_FLAGS: i32 = libc::O_NOFOLLOW | libc::O_NONBLOCK;

/// `GET /v1/kiosk/updates/{name}`
#[utoipa::path(get, path = "/v1/kiosk/updates/{name}", tag = "kiosk", security(("kiosk_certificate" = [])),
    params(("name" = String, Path, description = "`SHA256SUMS`, `SHA256SUMS.gpg`, or a file that the sums name"),
        ("Range" = Option<String>, Header, description = "`bytes=N-`: from byte N on")),
    responses((status = 200, description = "the file", content_type = "application/octet-stream"),
        (status = 206, description = "the file from byte N on", content_type = "application/octet-stream"),
        (status = 403, body = muwajaha_wire::problem::Problem),
        (status = 404, body = muwajaha_wire::problem::Problem),
        (status = 416, body = muwajaha_wire::problem::Problem)))]
pub(crate) async fn update_file(
    State(app): State<App>,
    _kiosk: KioskIdentity,
    axum::extract::Path(name): axum::extract::Path<String>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let directory = app.config.updates.directory.as_deref().ok_or_else(no_such_file)?;
    if !is_file_name(&name) {
        return Err(no_such_file());
    }
    let (mut file, length) = open(&directory.join(&name)).await.ok_or_else(no_such_file)?;
    let from = match headers.get(header::RANGE) {
        None => None,
        Some(range) => Some(range.to_str().ok().and_then(first_byte).filter(|from| *from < length).ok_or_else(beyond)?),
    };
    file.seek(SeekFrom::Start(from.unwrap_or(0))).await.map_err(|_| no_such_file())?;
    let response = Response::builder()
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::CONTENT_LENGTH, length - from.unwrap_or(0))
        .header(header::CACHE_CONTROL, "no-store");
    let response = match from {
        None => response.status(StatusCode::OK),
        Some(from) => response
            .status(StatusCode::PARTIAL_CONTENT)
            .header(header::CONTENT_RANGE, format!("bytes {from}-{}/{length}", length.saturating_sub(1))),
    };
    response.body(pieces(file, length - from.unwrap_or(0))).map_err(|_| Fault::internal())
}

/// A name by itself: no folder, no hidden file.
fn is_file_name(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-');
    (1..=LONGEST_NAME).contains(&name.len()) && !name.starts_with('.') && name.chars().all(is_plain)
}

async fn open(path: &Path) -> Option<(File, u64)> {
    let file = OpenOptions::new().read(true).custom_flags(OPEN_FLAGS).open(path).await.ok()?;
    let facts = file.metadata().await.ok()?;
    facts.is_file().then_some((file, facts.len()))
}

/// The N of `bytes=N-`; no other range is served.
fn first_byte(range: &str) -> Option<u64> {
    range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

/// The next `left` bytes of the file, read as they are sent.
fn pieces(file: File, left: u64) -> Body {
    Body::from_stream(stream::try_unfold((file, left), async |(mut file, left)| {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(PIECE_BYTES);
        if wanted == 0 {
            return Ok::<_, std::io::Error>(None);
        }
        let mut piece = vec![0; wanted];
        let read = file.read(&mut piece).await?;
        if read == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        piece.truncate(read);
        Ok(Some((piece, (file, left - read as u64))))
    }))
}

fn no_such_file() -> Fault {
    Fault::new(StatusCode::NOT_FOUND, "no-update", "There is no such file of an update")
        .detail("the office offers updates by `updates.directory` of service.toml")
}

fn beyond() -> Fault {
    Fault::new(StatusCode::RANGE_NOT_SATISFIABLE, "no-such-range", "The file has no such range")
        .detail("ask for `bytes=N-` with N inside the file, or for all of it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_names_a_file_of_the_folder_and_nothing_else() {
        for good in ["SHA256SUMS", "SHA256SUMS.gpg", "muwajaha_0.2.0_12ad23cd-35de-1245.root.raw.gz"] {
            assert!(is_file_name(good), "{good}");
        }
        for bad in ["", ".", "..", ".hidden", "a/b", "../ca.pem", "a\\b", "a b", "a\0b", "é", &"a".repeat(161)] {
            assert!(!is_file_name(bad), "{bad:?}");
        }
    }

    #[test]
    fn only_from_a_byte_on_is_a_range() {
        assert_eq!((first_byte("bytes=0-"), first_byte("bytes=1048576-")), (Some(0), Some(1_048_576)));
        for other in ["bytes=-5", "bytes=1-2", "bytes=1-,3-", "bytes=x-", "items=1-", ""] {
            assert_eq!(first_byte(other), None, "{other}");
        }
    }
}
