//! Addresses of relays: `wss://…` anywhere, `ws://…` on this computer only.

use std::net::IpAddr;

use tokio_tungstenite::tungstenite::http::Uri;

/// Why a relay's address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not one at all.
    #[error("\"{0}\" is not the address of a relay. It looks like wss://relay.example; your IT team has it.")]
    NotAnAddress(String),
    /// Would travel in the clear.
    #[error(
        "The address {0} would not be encrypted on its way. Use wss:// instead of ws://; ws:// is for a relay on this computer only."
    )]
    InTheClear(String),
}

/// A relay's address, in the one form in which documents, links and enrolments name it.
pub fn normalised(text: &str) -> Result<String, AddressError> {
    let text = text.trim();
    let wrong = || AddressError::NotAnAddress(text.chars().take(200).collect());
    let uri: Uri = text.parse().map_err(|_| wrong())?;
    let scheme = uri.scheme_str().map(str::to_ascii_lowercase).ok_or_else(wrong)?;
    let host = uri.host().filter(|host| !host.is_empty()).ok_or_else(wrong)?.to_ascii_lowercase();
    // A name or password in an address would end in links.
    if uri.query().is_some() || uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(wrong());
    }
    match scheme.as_str() {
        "wss" => {}
        "ws" if is_loopback(&host) => {}
        "ws" => return Err(AddressError::InTheClear(text.to_owned())),
        _ => return Err(wrong()),
    }
    let port = uri.port().map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{scheme}://{host}{port}{}", uri.path().trim_end_matches('/')))
}

/// Whether a host is this computer, by its name: 127.0.0.0/8, ::1 or localhost.
fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn one_relay_has_one_address() {
        assert_eq!(normalised(" WSS://Relay.Example/ ").unwrap(), "wss://relay.example");
        assert_eq!(normalised("wss://relay.example:8443/kith/").unwrap(), "wss://relay.example:8443/kith");
        assert_eq!(normalised("ws://[::1]:7600").unwrap(), "ws://[::1]:7600");
    }

    #[test]
    fn nothing_travels_in_the_clear_beyond_this_computer() {
        for fine in ["ws://127.0.0.1:1", "ws://127.9.9.9:1", "ws://localhost:1", "ws://[::1]:1"] {
            assert!(normalised(fine).is_ok(), "{fine}");
        }
        for open in ["ws://relay.example", "ws://10.0.0.1:80", "ws://localhost.example", "ws://128.0.0.1", "ws://[::2]:1"] {
            assert!(matches!(normalised(open), Err(AddressError::InTheClear(_))), "{open}");
        }
    }

    #[test]
    fn what_is_not_an_address_is_refused() {
        for wrong in [
            "",
            "relay",
            "relay.example",
            "http://relay.example",
            "wss://",
            "wss://a b",
            "wss://me:secret@relay.example",
            "wss://r?x=1",
        ] {
            assert!(matches!(normalised(wrong), Err(AddressError::NotAnAddress(_))), "{wrong}");
        }
    }
}
