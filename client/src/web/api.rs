//! The local API: what the app's page can ask. Every answer is a view or what a verb of the command line says in JSON
//! ([`crate::json`]); every change is a command of `kith-assessment` or a verb. Nothing is decided here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Serialize;

use super::asking;
use super::beside::Beside;
use super::connect::{self, Tries};
use super::door::{PAGE_HEADER, cookie, keep, refusal};
use super::files;
use super::house::{House, Standing};
use super::live::Live;
use super::news::News;
use super::session::{LetIn, Sessions};
use super::shapes::{
    AppState, BesideShown, LetInShown, NewAssessment, NewProfile, ToAdmit, ToInvite, ToLaunch, ToOpenBeside, ToRelay, ToRemove,
    ToUnlock,
};
use super::words::for_screen;
use crate::cli::{self, Verb};
use crate::engine::Engine;
use crate::failure::Failure;
use crate::json::Opened;
use crate::verbs;

/// What all calls share.
pub(super) struct Shared {
    pub(super) port: u16,
    pub(super) house: House,
    pub(super) sessions: Mutex<Sessions>,
    pub(super) beside: Option<Beside>,
    /// Ends the program; there is none where another program opened the app.
    pub(super) ends: Mutex<Option<std::sync::mpsc::Sender<()>>>,
    pub(super) tries: Mutex<Tries>,
    pub(super) live: Live,
}

impl Shared {
    pub(super) fn sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wrong tokens of other programs.
    pub(super) fn tries(&self) -> MutexGuard<'_, Tries> {
        self.tries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the program, if it is one of its own.
    pub(super) fn end(&self) -> bool {
        let end = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        end.as_ref().is_some_and(|end| end.send(()).is_ok())
    }
}

pub(super) type Here = State<Arc<Shared>>;

/// Everything that the server answers.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let open = Router::new()
        .route("/state", get(state))
        .route("/setup", post(set_up))
        .route("/lock", post(lock))
        .route("/here", post(here))
        .route("/offline", post(offline))
        .route("/events", get(super::events::stream))
        .route("/beside", post(beside))
        .route("/list", get(|here: Here| verb(here, Verb::List)))
        .route("/status", get(status))
        .route("/relay", post(relay))
        .route("/phone", post(phone))
        .route("/join", post(join))
        .route("/assessments", post(begin))
        .route("/assessments/{id}", get(view))
        .route("/assessments/{id}/commands", post(command))
        .route("/assessments/{id}/typing", post(super::live::typing))
        .route("/assessments/{id}/place", post(super::live::be_here))
        .route("/hidden", post(super::live::hide))
        .route("/assessments/{id}/history", get(|here: Here, Path(id)| verb(here, Verb::History { id })))
        .route("/assessments/{id}/members", get(|here: Here, Path(id)| verb(here, Verb::Members { id })))
        .route("/assessments/{id}/requests", post(|here: Here, Path(id)| verb(here, Verb::Requests { id })))
        .route("/assessments/{id}/invite", post(invite))
        .route("/assessments/{id}/admit", post(admit))
        .route("/assessments/{id}/decline", post(decline))
        .route("/assessments/{id}/remove", post(remove))
        .route("/assessments/{id}/role", post(change_role))
        .route("/assessments/{id}/continue", post(go_on))
        .route("/assessments/{id}/picture", get(picture))
        .route("/assessments/{id}/text", get(text))
        .route("/assessments/{id}/download", post(download))
        .route("/example", post(look_round))
        .route("/example/leave", post(leave_example))
        .route("/guide", get(|| async { Json(kith_assessment::guide()) }))
        .merge(super::drafts::routes())
        .merge(super::hinting::routes())
        .merge(super::settings::routes())
        .merge(super::pages::routes())
        .merge(super::records::routes())
        .merge(super::guests::routes())
        .merge(super::summaries::routes())
        .merge(super::together::routes())
        .merge(super::versions::routes())
        .fallback(|| async { refusal(StatusCode::NOT_FOUND, "no-such-call", "There is no such call.") })
        .layer(from_fn_with_state(Arc::clone(&shared), let_in_only));
    // What may be asked before a page is let in.
    let api = Router::new()
        .route("/launch", post(launch))
        .route("/unlock", post(unlock))
        // Other programs, by tokens of their own.
        .nest("/connect", connect::routes(&shared))
        .fallback_service(open.with_state(Arc::clone(&shared)));
    Router::new()
        .nest("/api", api)
        .fallback(get(files::serve))
        .layer(from_fn_with_state(Arc::clone(&shared), keep))
        .with_state(shared)
}

/// Both halves, cookie and page token, or nothing. While locked, every call but the unlock hears 423.
async fn let_in_only(State(shared): Here, request: Request, next: Next) -> Response {
    let page = request.headers().get(PAGE_HEADER).and_then(|value| value.to_str().ok());
    let is_in = {
        let sessions = shared.sessions();
        match (cookie(request.headers(), sessions.cookie_name()), page) {
            (Some(cookie), Some(page)) => sessions.is_in(cookie, page),
            _ => false,
        }
    };
    if !is_in {
        return refusal(StatusCode::UNAUTHORIZED, "not-let-in", "This page was not let in. Open Kith again from your programs.");
    }
    if shared.house.standing() == Standing::Locked && request.uri().path() != "/state" {
        return failed(&super::house::locked());
    }
    if let Some(turned_away) = shared.house.together.turned_away(request.uri().path()) {
        return turned_away;
    }
    // What a page asks because of a colleague's news does not keep Kith open; a key that is pressed says so by a call of its own.
    let path = request.uri().path();
    let by_a_person = request.method() != Method::GET && !path.ends_with("/typing") && !path.ends_with("/place");
    if by_a_person {
        shared.house.touch();
    }
    next.run(request).await
}

/// A refusal, in words for the screen.
pub(super) fn failed(failure: &Failure) -> Response {
    let status = match failure.code.as_str() {
        "locked" | "stopped" => StatusCode::LOCKED,
        "wait" => StatusCode::TOO_MANY_REQUESTS,
        "wrong-passphrase" => StatusCode::FORBIDDEN,
        "no-profile" => StatusCode::CONFLICT,
        _ if failure.exit == 2 => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    refusal(status, &failure.code, &for_screen(failure))
}

/// Does something that waits for the disk or a relay, away from the server's own threads.
pub(super) async fn blocking<T: Send + 'static>(f: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(f).await {
        Ok(done) => done,
        Err(_) => Err(Failure::refused("stopped", "Kith could not do that. What was saved is safe; try again")),
    }
}

pub(super) async fn answer<T: Serialize + Send + 'static>(f: impl FnOnce() -> Result<T, Failure> + Send + 'static) -> Response {
    match blocking(f).await {
        Ok(value) => Json(value).into_response(),
        Err(failure) => failed(&failure),
    }
}

/// Does something with the open profile.
pub(super) async fn with_engine<T: Serialize + Send + 'static>(
    shared: Arc<Shared>,
    f: impl FnOnce(&Engine, &House) -> Result<T, Failure> + Send + 'static,
) -> Response {
    answer(move || f(&shared.house.engine()?, &shared.house)).await
}

/// Does what a verb of the command line does; its JSON is the answer.
pub(super) async fn verb(State(shared): Here, verb: Verb) -> Response {
    with_engine(shared, move |engine, house| {
        if house.is_example() && (asking::needs_a_connection(&verb) || matches!(verb, Verb::Relay { .. })) {
            return Err(Failure::refused(
                "example",
                "This is a made-up example: nobody can be asked in, and nothing goes anywhere. Leave it and start your own",
            ));
        }
        if house.is_offline() && asking::needs_a_connection(&verb) {
            return Err(Failure::refused("offline", "You are working offline. Connect again in Settings, then do this"));
        }
        let answer = verbs::run(engine, &verb, &house.manner)?;
        // What only reads is no news: a page that reads again whenever there is news would never stop.
        if !asking::only_reads(&verb) {
            house.tell(News::Look);
        }
        Ok(answer.value)
    })
    .await
}

async fn launch(State(shared): Here, headers: HeaderMap, Json(asked): Json<ToLaunch>) -> Response {
    let mut sessions = shared.sessions();
    let name = sessions.cookie_name().to_owned();
    match sessions.enter(&asked.launch, cookie(&headers, &name), Instant::now()) {
        Some(let_in) => let_in_with(&name, let_in),
        None => refusal(
            StatusCode::UNAUTHORIZED,
            "launch-spent",
            "This way in was used already, or is older than a minute. Open Kith again from your programs.",
        ),
    }
}

/// The page's token in the answer, the cookie beside it.
pub(super) fn let_in_with(name: &str, LetIn { cookie, page }: LetIn) -> Response {
    let mut response = Json(LetInShown { page }).into_response();
    if let Some(value) =
        cookie.and_then(|cookie| HeaderValue::from_str(&format!("{name}={cookie}; Path=/; HttpOnly; SameSite=Strict")).ok())
    {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

/// Opens the profile; a page that was loaded anew proves itself with the passphrase too. Tries are counted.
async fn unlock(State(shared): Here, headers: HeaderMap, Json(asked): Json<ToUnlock>) -> Response {
    let given = {
        let sessions = shared.sessions();
        let given = cookie(&headers, sessions.cookie_name()).map(str::to_owned);
        if !given.as_deref().is_some_and(|cookie| sessions.knows(cookie)) {
            return refusal(
                StatusCode::UNAUTHORIZED,
                "not-let-in",
                "This page was not let in. Open Kith again from your programs.",
            );
        }
        if let Some(left) = sessions.must_wait(Instant::now()) {
            let seconds = left.as_secs() + 1;
            let words = if seconds == 1 { "1 second".to_owned() } else { format!("{seconds} seconds") };
            return failed(&Failure::refused("wait", format!("Wait {words}, then try again")));
        }
        given
    };
    let was_open = shared.house.standing() == Standing::Open;
    let (here, leave) = (Arc::clone(&shared), asked.leave);
    let done = blocking(move || here.house.unlock(&asked.passphrase.0)).await;
    let mut sessions = shared.sessions();
    match done {
        Ok(()) => {
            sessions.right_passphrase();
            if (leave || !shared.house.together.holds_typed()) && shared.house.together.end() {
                shared.house.tell(News::Look);
            }
            let name = sessions.cookie_name().to_owned();
            let page = if was_open { given.and_then(|cookie| sessions.add_page(&cookie)) } else { None };
            let let_in = page.map_or_else(|| sessions.rotate(), |page| LetIn { cookie: None, page });
            let_in_with(&name, let_in)
        }
        Err(failure) => {
            if failure.code == "wrong-passphrase" {
                sessions.wrong_passphrase(Instant::now());
            }
            failed(&failure)
        }
    }
}

async fn state(State(shared): Here) -> Response {
    answer(move || {
        if let Some(together) = shared.house.together.shown() {
            return Ok(AppState::while_together(together, shared.house.lock_after(), shared.house.is_offline()));
        }
        let (name, profile, titles, hidden) = match shared.house.standing() {
            Standing::New => ("new", None, Vec::new(), false),
            Standing::Locked => ("locked", None, Vec::new(), false),
            Standing::Open => {
                let engine = shared.house.engine()?;
                let titles = asking::titles(&engine, &shared.house.manner)?;
                ("open", Some(asking::profile(&engine)?), titles, engine.look(|work| work.is_hidden())?)
            }
        };
        Ok(AppState {
            state: name,
            profile,
            lock_after_seconds: shared.house.lock_after().as_secs(),
            offline: shared.house.is_offline(),
            example: shared.house.is_example(),
            hidden,
            passphrase: asking::suggested_passphrase(),
            tree: asking::suggested_tree(&titles),
            choices: asking::choices(),
            beside: shared.beside.as_ref().map(BesideShown::of),
            together: None,
        })
    })
    .await
}

/// A way into the app of somebody beside.
async fn beside(State(shared): Here, Json(asked): Json<ToOpenBeside>) -> Response {
    let found = shared.beside.iter().flat_map(|beside| &beside.others).find(|other| other.name == asked.name);
    match found {
        Some(other) => Json(Opened { address: (other.way_in)(), handed_over: true }).into_response(),
        None => failed(&Failure::refused("no-such-person", "Nobody of that name writes on this computer")),
    }
}

async fn set_up(State(shared): Here, Json(new): Json<NewProfile>) -> Response {
    let here = Arc::clone(&shared);
    match blocking(move || asking::set_up(&here.house, &new)).await {
        Ok(()) => {
            let mut sessions = shared.sessions();
            let name = sessions.cookie_name().to_owned();
            let let_in = sessions.rotate();
            let_in_with(&name, let_in)
        }
        Err(failure) => failed(&failure),
    }
}

async fn look_round(State(shared): Here) -> Response {
    answer(move || shared.house.look_round().map(|assessment| super::shapes::ExampleShown { assessment })).await
}

async fn leave_example(State(shared): Here) -> Response {
    answer(move || shared.house.leave_example().map(|()| serde_json::json!({}))).await
}

async fn lock(State(shared): Here) -> Response {
    answer(move || shared.house.lock().map(|()| serde_json::json!({}))).await
}

/// A person pressed a key: the call itself has put off the lock.
async fn here() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

async fn offline(State(shared): Here, Json(asked): Json<super::shapes::ToWorkOffline>) -> Response {
    answer(move || shared.house.set_offline(asked.offline).map(|()| serde_json::json!({}))).await
}

async fn status(State(shared): Here) -> Response {
    with_engine(shared, |engine, house| {
        super::news::app_status(engine, &house.manner.zone, house.is_offline(), engine.clock().now())
    })
    .await
}

async fn relay(here: Here, Json(ToRelay { url, token }): Json<ToRelay>) -> Response {
    verb(here, Verb::Relay { url, token: token.filter(|token| !token.trim().is_empty()) }).await
}

async fn phone(State(shared): Here, Json(asked): Json<super::shapes::ToSetPhone>) -> Response {
    with_engine(shared, move |engine, _| asking::set_phone(engine, &asked.phone).map(|()| serde_json::json!({}))).await
}

async fn join(here: Here, Json(asked): Json<super::shapes::ToJoin>) -> Response {
    verb(here, Verb::Join(cli::Join { link: asked.link.trim().to_owned(), name: None, agency: None, role: None })).await
}

async fn begin(State(shared): Here, Json(new): Json<NewAssessment>) -> Response {
    with_engine(shared, move |engine, house| {
        let made = verbs::begin(engine, &new.title, &new.purpose())?;
        if let Some(id) = made.value["assessment"].as_str().filter(|_| new.act_today) {
            asking::command(engine, id, kith_assessment::Command::ActToday(kith_assessment::ActToday::default()))?;
        }
        house.tell(News::Look);
        Ok(made.value)
    })
    .await
}

async fn view(State(shared): Here, Path(id): Path<String>) -> Response {
    with_engine(shared, move |engine, house| asking::shown(engine, &id, &house.manner)).await
}

async fn command(State(shared): Here, Path(id): Path<String>, Json(command): Json<kith_assessment::Command>) -> Response {
    with_engine(shared, move |engine, house| {
        let (assessment, done) = asking::command(engine, &id, command)?;
        house.tell(News::all_of(assessment));
        Ok(done)
    })
    .await
}

async fn invite(here: Here, Path(id): Path<String>, Json(asked): Json<ToInvite>) -> Response {
    let ToInvite { role, expires, for_whom } = asked;
    verb(here, Verb::Invite(cli::Invite { id, role, expires, for_whom: for_whom.filter(|whom| !whom.trim().is_empty()) })).await
}

async fn admit(here: Here, Path(id): Path<String>, Json(asked): Json<ToAdmit>) -> Response {
    // Whoever lets somebody in says which words were compared; without them nobody comes in.
    verb(here, Verb::Admit(cli::Admit { id, request: asked.request, words: Some(asked.words), why: asked.why })).await
}

async fn decline(here: Here, Path(id): Path<String>, Json(asked): Json<super::shapes::ToDecline>) -> Response {
    verb(here, Verb::Decline { id, request: asked.request }).await
}

async fn remove(here: Here, Path(id): Path<String>, Json(asked): Json<ToRemove>) -> Response {
    verb(here, Verb::Remove(cli::Remove { id, member: asked.member, why: asked.why })).await
}

async fn change_role(here: Here, Path(id): Path<String>, Json(asked): Json<super::shapes::ToChangeRole>) -> Response {
    verb(here, Verb::Role(cli::Role { id, member: asked.member, role: asked.role })).await
}

async fn go_on(here: Here, Path(id): Path<String>, Json(asked): Json<super::shapes::ToContinue>) -> Response {
    verb(here, Verb::Continue { id, why: asked.why }).await
}

async fn picture(State(shared): Here, Path(id): Path<String>, Query(asked): Query<super::shapes::PictureSince>) -> Response {
    with_engine(shared, move |engine, house| asking::picture(engine, &id, asked.then.as_deref(), &house.manner)).await
}

async fn text(State(shared): Here, Path(id): Path<String>) -> Response {
    with_engine(shared, move |engine, house| {
        verbs::shown(engine, &id, &house.manner).map(|shown| serde_json::json!({"text": kith_assessment::copy_text(&shown.view)}))
    })
    .await
}

/// A page to print or send. Its name says what it is and the day, and nobody's name.
async fn download(State(shared): Here, Path(id): Path<String>) -> Response {
    let made = blocking(move || asking::page_to_keep(&shared.house.engine()?, &id, &shared.house.manner)).await;
    match made {
        Ok((name, bytes)) => {
            let headers = [
                (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
            ];
            (headers, bytes).into_response()
        }
        Err(failure) => failed(&failure),
    }
}
