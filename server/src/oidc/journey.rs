//! What a browser keeps while its reader is at the provider. Nothing of it is kept here, so that
//! nobody can fill the server with beginnings.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use daybook_model::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use openidconnect::{CsrfToken, Nonce, PkceCodeVerifier};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::secret::Secret;

/// How long somebody may take at the provider, in minutes.
pub const MINUTES: i64 = 10;
/// The longest value of a cookie, in bytes: browsers keep 4,096 with its name.
const LONGEST: usize = 3_900;

/// Away and back, once.
#[derive(Clone, Serialize, Deserialize)]
pub struct Journey {
    /// What state, nonce and verifier are made from; only this browser has it.
    secret: String,
    /// What is opened afterwards.
    to: String,
    until: Timestamp,
}

impl Journey {
    /// One that begins now.
    pub fn begin(to: &str, now: Timestamp) -> Self {
        let until = now.plus_millis(MINUTES * 60_000);
        let secret = Secret::generate("").reveal().to_owned();
        Self { secret, to: to.to_owned(), until }
    }

    /// What is opened afterwards.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// Whether an answer of the provider is to what this browser began.
    pub fn began(&self, state: &str) -> bool {
        self.derived("state").as_bytes().ct_eq(state.as_bytes()).into()
    }

    pub(super) fn state(&self) -> CsrfToken {
        CsrfToken::new(self.derived("state"))
    }

    pub(super) fn nonce(&self) -> Nonce {
        Nonce::new(self.derived("nonce"))
    }

    pub(super) fn verifier(&self) -> PkceCodeVerifier {
        PkceCodeVerifier::new(self.derived("verifier"))
    }

    /// A text of 256 bits that tells nothing of the secret, nor of the others.
    fn derived(&self, what: &str) -> String {
        BASE64.encode(Sha256::digest(format!("{what} {}", self.secret)))
    }
}

/// Seals journeys, so that a browser brings back only what it was given, and in time. Made anew at
/// each start.
pub struct Seal([u8; 32]);

impl Seal {
    /// A new one.
    pub fn generate() -> Self {
        Self(rand::random())
    }

    /// The value of a cookie. `None` where the link is too long for one.
    pub fn close(&self, journey: &Journey) -> Option<String> {
        let text = serde_json::to_vec(journey).ok()?;
        let value = format!("{}.{}", BASE64.encode(&text), BASE64.encode(self.mark(&text)));
        (value.len() <= LONGEST).then_some(value)
    }

    /// The journey in a cookie of ours that is not over.
    pub fn open(&self, cookie: &str, now: Timestamp) -> Option<Journey> {
        let (text, mark) = cookie.split_once('.')?;
        let (text, mark) = (BASE64.decode(text).ok()?, BASE64.decode(mark).ok()?);
        if !bool::from(self.mark(&text).ct_eq(&mark)) {
            return None;
        }
        let journey: Journey = serde_json::from_slice(&text).ok()?;
        (now < journey.until).then_some(journey)
    }

    fn mark(&self, text: &[u8]) -> Vec<u8> {
        // HMAC takes keys of any length.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return Vec::new() };
        mac.chain_update(text).finalize().into_bytes().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::saturating(1_800_000_000_000)
    }

    #[test]
    fn a_browser_brings_back_what_it_was_given_and_in_time() {
        let seal = Seal::generate();
        let link = "/projects/acme/log?q=%22x%22&range=24h";
        let journey = Journey::begin(link, now());
        let cookie = seal.close(&journey).expect("it fits");
        assert!(cookie.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)));
        let last = now().plus_millis(MINUTES * 60_000 - 1);
        let back = seal.open(&cookie, last).expect("it is ours");
        assert_eq!(back.to(), link);
        assert!(back.began(journey.state().secret()) && !back.began(journey.nonce().secret()));
        assert!(seal.open(&cookie, last.plus_millis(1)).is_none(), "too late");
        assert!(Seal::generate().open(&cookie, now()).is_none(), "of another server");
        let (text, mark) = cookie.split_once('.').expect("two parts");
        for forged in ["", ".", text, &format!("{text}."), &format!("{text}x.{mark}")] {
            assert!(seal.open(forged, now()).is_none(), "{forged}");
        }
    }

    #[test]
    fn each_journey_has_words_of_its_own() {
        let (one, other) = (Journey::begin("/", now()), Journey::begin("/", now()));
        assert!(!one.began(other.state().secret()));
        let words = [one.derived("state"), one.derived("nonce"), one.derived("verifier")];
        assert!(words.iter().all(|word| word.len() == 43 && !word.contains(&one.secret)));
        assert!(words[0] != words[1] && words[1] != words[2]);
    }

    #[test]
    fn a_link_that_no_cookie_holds_is_told() {
        let seal = Seal::generate();
        let fits = |length| seal.close(&Journey::begin(&"x".repeat(length), now())).is_some();
        assert!(fits(2_500) && !fits(3_000));
    }
}
