//! The hash by which Chromium is told to trust the demo service's own certificate.

use anyhow::Context;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use sha2::{Digest, Sha256};

/// SHA-256 of the public key in the first certificate of a PEM file, in base64: what
/// `--ignore-certificate-errors-spki-list` takes.
///
/// # Errors
/// When the text holds no certificate.
pub fn public_key_hash(pem: &[u8]) -> anyhow::Result<String> {
    let certificate = CertificateDer::from_pem_slice(pem).context("no certificate in the PEM file")?;
    let (_, parsed) = x509_parser::parse_x509_certificate(&certificate).context("the certificate is damaged")?;
    Ok(BASE64_STANDARD.encode(Sha256::digest(parsed.tbs_certificate.subject_pki.raw)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with `openssl req -x509`, its hash with
    /// `openssl x509 -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64`.
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----\n\
        MIIBbTCCAROgAwIBAgIUZPs6M9cedG86aijMp1lZ/p+SLQ0wCgYIKoZIzj0EAwIw\n\
        DDEKMAgGA1UEAwwBdDAeFw0yNjExMjQwNDUxMzFaFw0zNjExMjEwNDUxMzFaMAwx\n\
        CjAIBgNVBAMMAXQwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARGTyvhqPttnf7a\n\
        GvIbKPZydemP9vdS02YiUCI9V9p2OWrqFQgMrmnQo1J9DECUfcErSztROQPhT+qe\n\
        jb6HJHmto1MwUTAdBgNVHQ4EFgQUi8E7lMpM3kcmaUV6BXoQJPFGSIwwHwYDVR0j\n\
        BBgwFoAUi8E7lMpM3kcmaUV6BXoQJPFGSIwwDwYDVR0TAQH/BAUwAwEB/zAKBggq\n\
        hkjOPQQDAgNIADBFAiEAsecd4Ty+yuaaZwC+pa2crH7POoh3qfRQlJj5DNR7OAUC\n\
        IDLXNPqDu4j+w5i8FaISX4xxVu+vEURjd8KETUpiDPbo\n\
        -----END CERTIFICATE-----\n";

    #[test]
    fn the_hash_is_the_one_that_openssl_computes() {
        assert_eq!(public_key_hash(CERTIFICATE.as_bytes()).unwrap(), "lzMNG846rfTPFXGg9RwgN1hvjybXhv35+KhrKhdh/dg=");
    }

    #[test]
    fn a_file_without_certificate_is_refused() {
        assert!(public_key_hash(b"-----BEGIN NOTHING-----").is_err());
    }
}
