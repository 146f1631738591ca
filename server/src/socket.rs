//! One WebSocket: a task that reads, a task that writes; either one's end ends the other.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket, close_code};
use bytes::Bytes;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, StreamExt as _};
use kith_sync::relay::{ConnId, RelayEvent};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::inbox::{Inbox, Output};

/// How often a connection is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);

/// How long nothing at all may come before it counts as gone.
const SILENCE: Duration = Duration::from_secs(65);

/// How long a closing handshake may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// Serves one connection to its end. What its socket takes is reported to the writer every `report` bytes: a report for every
/// frame would cost as much as the frame.
pub(crate) async fn serve(socket: WebSocket, conn: ConnId, inbox: Inbox, report: usize) {
    let (to, from) = mpsc::unbounded_channel();
    if inbox.opened(conn, to).await.is_err() {
        return;
    }
    let (sink, stream) = socket.split();
    let mut writing = tokio::spawn(write(sink, from, conn, inbox.clone(), report));
    tokio::select! {
        () = read(stream, conn, &inbox) => {
            // What the relay said last (a refusal, a goodbye) may still be on its way.
            let _ = inbox.event(RelayEvent::Closed(conn)).await;
            if timeout(GOODBYE, &mut writing).await.is_err() {
                writing.abort();
            }
        }
        _ = &mut writing => {
            let _ = inbox.event(RelayEvent::Closed(conn)).await;
        }
    }
}

/// Hands frames to the writer thread until the other side is gone or says something that is no frame.
async fn read(mut stream: SplitStream<WebSocket>, conn: ConnId, inbox: &Inbox) {
    loop {
        match timeout(SILENCE, stream.next()).await {
            Ok(Some(Ok(Message::Binary(frame)))) => {
                if inbox.frame(conn, frame).await.is_err() {
                    return;
                }
            }
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
            Ok(Some(Ok(Message::Text(_)))) => {
                // Text never travels here: the state machine refuses it like any other bytes that are no message.
                if inbox.frame(conn, Bytes::new()).await.is_err() {
                    return;
                }
            }
            Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) | Err(_) => return,
        }
    }
}

/// Sends what it is handed, as many frames at a time as wait, and reports what the socket took.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut from: mpsc::UnboundedReceiver<Output>,
    conn: ConnId,
    inbox: Inbox,
    report: usize,
) {
    let mut taken = 0;
    let mut ping = interval(PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ping.tick().await;
    loop {
        let first = tokio::select! {
            output = from.recv() => output,
            _ = ping.tick() => {
                if sink.send(Message::Ping(Bytes::new())).await.is_err() {
                    return;
                }
                continue;
            }
        };
        let mut next = first;
        loop {
            match next {
                Some(Output::Frame(frame)) => {
                    taken += frame.len();
                    if sink.feed(Message::Binary(frame)).await.is_err() {
                        return;
                    }
                }
                Some(Output::Close) | None => {
                    let goodbye = CloseFrame { code: close_code::AWAY, reason: "the relay closed this connection".into() };
                    let _ = timeout(GOODBYE, sink.send(Message::Close(Some(goodbye)))).await;
                    return;
                }
            }
            match from.try_recv() {
                Ok(waiting) => next = Some(waiting),
                Err(_) => break,
            }
        }
        if sink.flush().await.is_err() {
            return;
        }
        if taken >= report {
            let bytes = std::mem::take(&mut taken);
            // If the writer thread is gone, what it said last is still in the channel, and the channel ends after that.
            let _ = inbox.event(RelayEvent::Drained { conn, bytes }).await;
        }
    }
}
