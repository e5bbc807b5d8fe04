//! What a technician's stick brings to a machine that is to become a kiosk.
//!
//! The office's service writes it, a machine that knows the authority of kiosks takes it: a text and
//! the signature over [`SignedOrder::signed_bytes`]. The code in it is as good as one that is typed.

use serde::{Deserialize, Serialize};

/// A provisioning order and its signature: the file on the stick, as JSON.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedOrder {
    /// The exact text of a [`ProvisioningOrder`] in JSON.
    pub order: String,
    /// By the key of the authority of kiosks, in hexadecimal digits.
    pub signature: String,
}

/// Which service makes the machine which kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisioningOrder {
    /// Of this format: [`ProvisioningOrder::VERSION`].
    pub version: u32,
    /// Kiosk id, which the file is named after; the code decides.
    pub kiosk: String,
    /// The service's kiosk listener, `https://…`.
    pub service: String,
    /// The only authority of the service's own certificate to trust, in PEM; absent: the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    /// The one-time code.
    pub code: String,
}

impl ProvisioningOrder {
    /// The version of this release.
    pub const VERSION: u32 = 1;
}

impl SignedOrder {
    /// What is signed for this order's text: nothing else that the authority signs looks like it.
    pub fn signed_bytes(order: &str) -> Vec<u8> {
        [b"muwajaha provisioning order\n", order.as_bytes()].concat()
    }
}
