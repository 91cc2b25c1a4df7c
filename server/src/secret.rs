//! Secrets that are handed out once and kept only as a hash.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use rand::RngCore;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// 256 random bits as text, perhaps with a prefix that tells what it is for. Never logged.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A new one.
    pub fn generate(prefix: &str) -> Self {
        let mut bytes = [0; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(format!("{prefix}{}", BASE64.encode(bytes)))
    }

    /// The text, to be handed out.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn hash(&self) -> SecretHash {
        SecretHash::of(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// SHA-256 of a secret. A secret of 256 random bits needs no salt and no slow hash.
#[derive(Debug, Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of a text that claims to be a secret.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// The bytes to store or to look up.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, as a key.
    pub(crate) fn into_bytes(self) -> [u8; 32] {
        self.0
    }

    /// Whether the text is the secret, in constant time.
    pub fn verifies(&self, text: &str) -> bool {
        self.0.ct_eq(&Self::of(text).0).into()
    }
}
