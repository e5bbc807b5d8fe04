//! Who answers at an address, before anything secret is said to it.
//!
//! A certificate is believed only by the authority that this machine was given, or by a public one.
//! Where it is by another, that authority is handed back to be compared by a person; nothing is trusted
//! here for having been seen once.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use muwajaha_core::provisioning::{AuthorityDigits, Problem};
use muwajaha_wire::kiosk::certificate_problem;
use muwajaha_wire::problem;
use reqwest::{StatusCode, Url};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};
use sha2::{Digest as _, Sha256};

use crate::net::Timings;
use crate::net::tls::{self, Authority};

/// Who answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reached {
    /// A visit service that is known.
    Trusted,
    /// One by an authority that is not; this would be the only one to trust.
    UnknownAuthority(Authority, AuthorityDigits),
}

/// Nobody usable answers.
#[derive(Debug, thiserror::Error)]
#[error("{} ({detail})", problem.code())]
pub struct ReachError {
    /// For the screen.
    pub problem: Problem,
    /// For the log.
    pub detail: String,
}

/// Sees who answers at `service`, by `authority` alone where one is given.
///
/// # Errors
/// [`ReachError`], for the screen.
pub async fn reach(service: &Url, authority: Option<&Authority>) -> Result<Reached, ReachError> {
    let failed = |problem, detail: String| ReachError { problem, detail };
    match greet(service, authority).await {
        Ok(()) => Ok(Reached::Trusted),
        Err(Greeting { chain, problem: Problem::NotTrusted, .. }) if authority.is_none() && chain.len() > 1 => {
            let (shown, digits) = authority_of(&chain).ok_or_else(|| {
                failed(Problem::NotTrusted, "the last certificate of its chain is no authority".to_owned())
            })?;
            // By that authority, all else must be in order: name, time, and who answers.
            let greeted = greet(service, Some(&shown)).await;
            greeted.map_err(|Greeting { problem, detail, .. }| failed(problem, detail))?;
            Ok(Reached::UnknownAuthority(shown, digits))
        }
        Err(Greeting { problem, detail, .. }) => Err(failed(problem, detail)),
    }
}

/// A greeting that failed.
struct Greeting {
    chain: Vec<CertificateDer<'static>>,
    problem: Problem,
    detail: String,
}

/// Asks for the time as a stranger, which a visit service's kiosk listener refuses by a code of its own.
async fn greet(service: &Url, authority: Option<&Authority>) -> Result<(), Greeting> {
    let failed = |problem, detail: String| Greeting { chain: Vec::new(), problem, detail };
    let seen = Arc::new(Mutex::new(Seen::default()));
    let config = tls::as_onlooker(authority, |verifier| Arc::new(Onlooker { verifier, seen: Arc::clone(&seen) }))
        .map_err(|error| failed(Problem::NotTrusted, error.to_string()))?;
    let timings = Timings::default();
    let http = reqwest::Client::builder()
        .tls_backend_preconfigured(config)
        .connect_timeout(timings.connect)
        .timeout(timings.answer)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .map_err(|error| failed(Problem::NoAnswer, error.to_string()))?;
    let mut url = service.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().extend(["v1", "kiosk", "time"]);
    }
    let answer = match http.get(url).send().await {
        Ok(answer) => answer,
        Err(error) => {
            let seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
            let problem = seen.refusal.as_ref().map_or_else(|| problem_of(&error), problem_of_certificate);
            let detail = seen.refusal.map_or_else(|| format!("{error:?}"), |refusal| refusal.to_string());
            return Err(Greeting { chain: seen.chain, problem, detail });
        }
    };
    let status = answer.status();
    let told = answer.json::<problem::Problem>().await.map(|told| told.kind).unwrap_or_default();
    if status == StatusCode::FORBIDDEN && told.ends_with(certificate_problem::UNKNOWN_CERTIFICATE) {
        return Ok(());
    }
    Err(failed(Problem::NoService, format!("it answers {status} {told}")))
}

fn problem_of(error: &reqwest::Error) -> Problem {
    let words = format!("{error:?}").to_lowercase();
    match () {
        () if words.contains("dns error") || words.contains("failed to lookup") => Problem::NameUnknown,
        // Something answers, in words that are not TLS.
        () if words.contains("invalidmessage") || words.contains("invalid message") => Problem::NoService,
        () => Problem::NoAnswer,
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "every other fault of a certificate is one of trust")]
fn problem_of_certificate(error: &rustls::Error) -> Problem {
    match error {
        rustls::Error::InvalidCertificate(
            CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. },
        ) => Problem::ClockWrong,
        _ => Problem::NotTrusted,
    }
}

/// The authority that a chain ends with, and the digits by which people know it again.
fn authority_of(chain: &[CertificateDer<'static>]) -> Option<(Authority, AuthorityDigits)> {
    let last = chain.last()?;
    let digits = AuthorityDigits::of_sha256(Sha256::digest(last).into());
    let encoded = base64::engine::general_purpose::STANDARD.encode(last);
    let lines: Vec<_> = encoded.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
    Some((Authority::from_file(Path::new("the service's own words"), pem.into_bytes()), digits))
}

/// What was seen of a handshake.
#[derive(Debug, Default)]
struct Seen {
    chain: Vec<CertificateDer<'static>>,
    refusal: Option<rustls::Error>,
}

/// Judges as the verifier does that it wraps, and remembers what it saw.
#[derive(Debug)]
struct Onlooker {
    verifier: Arc<WebPkiServerVerifier>,
    seen: Arc<Mutex<Seen>>,
}

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let judged = self.verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.chain = std::iter::once(end_entity).chain(intermediates).map(|shown| shown.clone().into_owned()).collect();
        seen.refusal = judged.as_ref().err().cloned();
        judged
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}
