//! The door: what every request must be before anything looks at it, and what every answer says to the browser
//! (docs/decisions/0010). Before routing, before files, before any upgrade.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::api::Shared;
use crate::json::{Refused, RefusedError};

/// The page's own token, which no other page can send: a header of a name that forms and images cannot set.
pub(super) const PAGE_HEADER: &str = "x-kith-page";

/// What the page may load and do: its own scripts, styles and images, calls to its own origin, nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; media-src blob:; \
                      connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types svelte-trusted-html";

/// Browsers' powers that the page never uses; of the microphone, that no other page does through this one ("write together" records a voice
/// note when it is asked to, and the browser asks first).
const NO_POWERS: &str = "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), geolocation=(), gyroscope=(), \
                         magnetometer=(), microphone=(self), midi=(), payment=(), usb=()";

/// Headers of every answer.
const HEADERS: [(&str, &str); 8] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", NO_POWERS),
    ("cache-control", "no-store"),
];

/// Lets a request through, or turns it away; dresses the answer either way.
pub(super) async fn keep(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut response = match turned_away(shared.port, &request) {
        Some((status, code, message)) => refusal(status, code, message),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// A refusal as JSON.
pub(super) fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let error = RefusedError { code: code.to_owned(), message: message.to_owned() };
    (status, Json(Refused { error })).into_response()
}

/// Only pages of this very server may be here; a name that was bent to this computer is none.
fn turned_away(port: u16, request: &Request) -> Option<(StatusCode, &'static str, &'static str)> {
    let foreign = (StatusCode::FORBIDDEN, "other-origin", "This call comes from another page. Nothing was done.");
    let headers = request.headers();
    let Some(host) = only(headers, header::HOST.as_str()) else {
        return Some((StatusCode::BAD_REQUEST, "no-host", "The request does not say whom it is for."));
    };
    let hosts = [format!("127.0.0.1:{port}"), format!("localhost:{port}"), format!("[::1]:{port}")];
    let is_ours = |name: &str| hosts.iter().any(|host| host == name);
    if !is_ours(host) || request.uri().authority().is_some_and(|authority| !is_ours(authority.as_str())) {
        return Some((StatusCode::MISDIRECTED_REQUEST, "other-host", "There is nothing of that name here."));
    }
    let method = request.method();
    if ![Method::GET, Method::HEAD, Method::POST, Method::PUT].contains(method) {
        return Some((StatusCode::METHOD_NOT_ALLOWED, "method", "That cannot be done here."));
    }
    let reads = [Method::GET, Method::HEAD].contains(method);
    let upgrades = headers.contains_key(header::UPGRADE);
    let own_origin = only(headers, header::ORIGIN.as_str()).is_some_and(|origin| origin == format!("http://{host}"));
    // Whoever changes something or wants to upgrade must say where it comes from; whoever says it must come from here.
    if !own_origin && (!reads || upgrades || headers.contains_key(header::ORIGIN)) {
        return Some(foreign);
    }
    // A person who types or follows the address comes from nowhere ("none") or elsewhere: to the page's files, never to the API.
    let strict = !reads || upgrades || request.uri().path().starts_with("/api");
    if strict && headers.contains_key("sec-fetch-site") && only(headers, "sec-fetch-site") != Some("same-origin") {
        return Some(foreign);
    }
    None
}

/// The one value of a header; `None` if there is none, several, or one that is not text.
fn only<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// The value of a cookie.
pub(super) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    texts
        .flat_map(|text| text.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(of, _)| *of == name)
        .map(|(_, v)| v)
}
