//! The stream of news to one page. It is read with `fetch`, not `EventSource`, so that it carries the page's token; there is no
//! WebSocket at all.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::api::{Shared, failed};
use super::news::{News, app_status};

/// News from now on, beginning with how things stand. Ends when Kith is locked.
pub(super) async fn stream(State(shared): State<Arc<Shared>>) -> Response {
    let news = shared.house.listen();
    let here = Arc::clone(&shared);
    let first = tokio::task::spawn_blocking(move || {
        let engine = here.house.engine()?;
        app_status(&engine, &here.house.manner.zone, here.house.is_offline(), engine.clock().now())
    });
    let first = match first.await {
        _ if shared.house.together.is_on() => Some(News::Together),
        Ok(Ok(status)) => Some(News::Status(Arc::new(status))),
        // Before there is a profile there is no status, but a lock can come all the same.
        Ok(Err(failure)) if failure.code == "no-profile" => None,
        Ok(Err(failure)) => return failed(&failure),
        Err(_) => None,
    };
    let events = unfold(Some((first, news, shared)), |state| async move {
        let (first, mut news, here) = state?;
        let told = match first {
            Some(first) => first,
            None => next(&mut news, &here).await?,
        };
        let rest = if matches!(told, News::Locked) { None } else { Some((None, news, here)) };
        let event = Event::default().json_data(&told).unwrap_or_default();
        Some((Ok::<_, Infallible>(event), rest))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

async fn next(news: &mut Receiver<News>, here: &Shared) -> Option<News> {
    loop {
        let told = match news.recv().await {
            Ok(news) => news,
            // A page that was too slow reads everything anew.
            Err(RecvError::Lagged(_)) => News::Look,
            Err(RecvError::Closed) => return None,
        };
        // While somebody writes together with the holder, nothing of an assessment goes to any page.
        if !here.house.together.is_on() || matches!(told, News::Together | News::Locked) {
            return Some(told);
        }
    }
}
