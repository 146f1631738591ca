//! The page that young people and families open, and the four things that it asks (protocol 14).
//!
//! The address of the page is the same for everybody; what tells one link from another is behind its `#`, which browsers keep to
//! themselves. Opening it writes nothing anywhere. Answers are dressed in strict headers and may be kept by nobody.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use kith_group::{GuestCodeId, GuestLinkId, MAX_ITEM};
use kith_sync::relay::{GuestAnswer, GuestAsk};
use tokio::time::timeout;

use crate::http::Shared;

include!(concat!(env!("OUT_DIR"), "/guest_files.rs"));

/// The version byte before each question.
const VERSION: u8 = 1;

/// Bytes of a token.
const TOKEN: usize = 32;

/// The longest question: a token and an item.
const LONGEST: usize = 1 + TOKEN + MAX_ITEM;

/// How long a phone on a bad line may take to send one.
const PATIENCE: Duration = Duration::from_secs(120);

/// The only kind of body: one that no form and no page from elsewhere can send without asking first.
const KIND: &str = "application/octet-stream";

/// What the page may load and do: its own scripts and styles, and asking this relay. Its icon is an empty `data:` address, so that no
/// browser asks for one and none gives the page away. What it plays is a voice note from its own memory.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; media-src blob:; connect-src 'self'; form-action 'none'; \
                      base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// For how many seconds more a reading may be shown. Then the page drops it, like the relay.
const OPEN_FOR: &str = "open-for";

/// Powers of the phone: the microphone for the page itself, if its user says so when asked; nothing else.
const NO_POWERS: &str = "accelerometer=(), camera=(), clipboard-read=(), display-capture=(), geolocation=(), gyroscope=(), \
                         magnetometer=(), microphone=(self), midi=(), payment=(), usb=()";

/// Headers of every answer.
const HEADERS: [(&str, &str); 10] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", NO_POWERS),
    ("cache-control", "no-store"),
    ("x-robots-tag", "noindex, nofollow"),
];

/// Everything below `/g`.
pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/g", get(|| async { Redirect::permanent("/g/") }))
        .route("/g/", get(page))
        .route("/g/{*path}", get(file))
        .route("/g/card", post(card))
        .route("/g/item", post(item))
        .route("/g/read", post(read))
        .route("/g/code", post(code))
        .layer(from_fn(dress))
}

async fn dress(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn page(headers: HeaderMap) -> Response {
    if FILES.is_empty() {
        let sentence =
            "this relay was built without the page for young people and families: install Node.js and build it again\n";
        return (StatusCode::NOT_FOUND, sentence).into_response();
    }
    found("index.html", &headers)
}

async fn file(method: Method, axum::extract::Path(path): axum::extract::Path<String>, headers: HeaderMap) -> Response {
    debug_assert!(method == Method::GET || method == Method::HEAD);
    found(&path, &headers)
}

fn found(path: &str, headers: &HeaderMap) -> Response {
    let Some((_, plain, packed)) = FILES.iter().find(|(name, _, _)| *name == path) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => KIND,
    };
    let packs = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|coding| coding.trim() == "gzip"));
    if packs {
        ([(header::CONTENT_TYPE, kind), (header::CONTENT_ENCODING, "gzip")], *packed).into_response()
    } else {
        ([(header::CONTENT_TYPE, kind)], *plain).into_response()
    }
}

async fn card(State(shared): State<Shared>, request: Request) -> Response {
    ask(&shared, request, |body| {
        let (link, token) = link_and_token(&body)?;
        body.get(1 + GuestLinkId::LENGTH + TOKEN..)?.is_empty().then_some(GuestAsk::Card { link, token })
    })
    .await
}

async fn item(State(shared): State<Shared>, request: Request) -> Response {
    ask(&shared, request, |body| {
        let token = body.get(1..)?.first_chunk::<TOKEN>()?;
        Some(GuestAsk::Send { token: *token, sealed: body.slice(1 + TOKEN..) })
    })
    .await
}

async fn read(State(shared): State<Shared>, request: Request) -> Response {
    ask(&shared, request, |body| {
        let (link, token) = link_and_token(&body)?;
        let code = body.get(1 + GuestLinkId::LENGTH + TOKEN..)?.try_into().ok()?;
        Some(GuestAsk::Read { link, token, code })
    })
    .await
}

async fn code(State(shared): State<Shared>, request: Request) -> Response {
    ask(&shared, request, |body| Some(GuestAsk::Code { code: GuestCodeId(body.get(1..)?.try_into().ok()?) })).await
}

fn link_and_token(body: &[u8]) -> Option<(GuestLinkId, [u8; TOKEN])> {
    let (link, rest) = body.get(1..)?.split_first_chunk()?;
    Some((GuestLinkId(*link), *rest.first_chunk()?))
}

/// Reads a question, hands it to the writer, and says what came of it once that is on the disk.
async fn ask(shared: &Shared, request: Request, question: impl FnOnce(Bytes) -> Option<GuestAsk>) -> Response {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if kind != Some(KIND) {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    // What says itself that it is too long is not read at all.
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > LONGEST as u64) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let Ok(_place) = shared.guests.try_acquire() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let body: Body = request.into_body();
    let body = match timeout(PATIENCE, to_bytes(body, LONGEST)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let question = (body.first() == Some(&VERSION)).then(|| question(body)).flatten();
    let Some(question) = question else { return StatusCode::BAD_REQUEST.into_response() };
    match shared.inbox.guest(question).await {
        Some(GuestAnswer::Card(sealed) | GuestAnswer::Code(sealed)) => ([(header::CONTENT_TYPE, KIND)], sealed).into_response(),
        Some(GuestAnswer::Reading { sealed, seconds }) => {
            let headers = [(header::CONTENT_TYPE, KIND.to_owned()), (HeaderName::from_static(OPEN_FOR), seconds.to_string())];
            (headers, sealed).into_response()
        }
        Some(GuestAnswer::Kept) => StatusCode::NO_CONTENT.into_response(),
        Some(GuestAnswer::NoLink) => StatusCode::NOT_FOUND.into_response(),
        Some(GuestAnswer::Closed) => StatusCode::GONE.into_response(),
        Some(GuestAnswer::WrongCode { left }) => (StatusCode::FORBIDDEN, left.to_string()).into_response(),
        Some(GuestAnswer::Taken) => StatusCode::CONFLICT.into_response(),
        Some(GuestAnswer::NotAnItem) => StatusCode::BAD_REQUEST.into_response(),
        Some(GuestAnswer::Later) => StatusCode::TOO_MANY_REQUESTS.into_response(),
        None => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}
