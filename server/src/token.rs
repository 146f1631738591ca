//! Tokens, with which an agency's devices earn their place at this relay.

use std::path::Path;

use kith_group::{Random as _, SystemRandom, to_base32};
use kith_sync::relay::{RelayEngine as _, RelayStore as _, token_digest};

use crate::{RelayError, SqliteStore};

/// A token, just made. It is shown once: the relay keeps only a digest of it.
pub struct Token {
    /// What the agency's practitioners are given.
    pub text: String,
    /// The beginning of its digest: names the token without giving it away.
    pub short: String,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Token({})", self.short)
    }
}

/// Makes a token for `devices` devices in the store of `folder`. A relay may be running there.
pub fn new_token(folder: &Path, devices: u32) -> Result<Token, RelayError> {
    let mut secret = [0; 20];
    SystemRandom.fill(&mut secret);
    let text = format!("kith-token-{}", to_base32(&secret));
    let digest = token_digest(text.as_bytes());
    let mut store = SqliteStore::open(folder)?;
    store.begin()?;
    store.put_token(&digest, devices)?;
    store.commit()?;
    Ok(Token { text, short: to_base32(digest.as_bytes()).chars().take(8).collect() })
}
