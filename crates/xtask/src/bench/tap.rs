//! A tap on the line between clients and a relay: passes every message on at once, and tells what passes, and when.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

use anyhow::Context as _;
use futures_util::{Sink, SinkExt as _, Stream, StreamExt as _};
use kith_sync::wire::{ClientMessage, MAX_FRAME, ServerMessage};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{accept_async_with_config, connect_async_with_config};

/// What passed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Passed {
    /// To the relay.
    Up(ClientMessage),
    /// From the relay.
    Down(ServerMessage),
}

/// Something that passed.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// When.
    pub(super) at: Instant,
    /// What.
    pub(super) passed: Passed,
}

/// A listening tap, with the runtime that it runs on.
pub(super) struct Tap {
    runtime: Runtime,
    listener: Option<TcpListener>,
    address: SocketAddr,
}

impl Tap {
    /// Takes a free port of this machine. Nothing passes before [`Tap::open`].
    pub(super) fn new() -> anyhow::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).thread_name("tap").enable_all().build()?;
        let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener.local_addr()?;
        Ok(Self { runtime, listener: Some(listener), address })
    }

    /// Its address for clients.
    pub(super) fn url(&self) -> String {
        format!("ws://{}", self.address)
    }

    /// Lets everything through to `relay`; what `wanted` chooses is told.
    pub(super) fn open(&mut self, relay: &str, wanted: fn(&Passed) -> bool) -> anyhow::Result<Receiver<Seen>> {
        let listener = self.listener.take().context("the tap is open")?;
        let (told, heard) = channel();
        let relay = format!("{relay}/v1");
        self.runtime.spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let line = Line { wanted, told: told.clone() };
                let relay = relay.clone();
                tokio::spawn(async move {
                    if let Err(error) = line.carry(socket, &relay).await {
                        // Its client makes another; whoever reads the figures should know.
                        eprintln!("a tapped line broke: {error}");
                    }
                });
            }
        });
        Ok(heard)
    }
}

struct Line {
    wanted: fn(&Passed) -> bool,
    told: Sender<Seen>,
}

impl Line {
    async fn carry(self, client: TcpStream, relay: &str) -> Result<(), Error> {
        let largest = Some(MAX_FRAME + 1024);
        let config = WebSocketConfig::default().max_message_size(largest).max_frame_size(largest);
        client.set_nodelay(true)?;
        let client = accept_async_with_config(client, Some(config)).await?;
        let (relay, _) = connect_async_with_config(relay, Some(config), true).await?;
        let ((to_client, from_client), (to_relay, from_relay)) = (client.split(), relay.split());
        let up = pass(from_client, to_relay, |frame| {
            self.tell(ClientMessage::from_frame(frame).ok().map(Passed::Up));
        });
        let down = pass(from_relay, to_client, |frame| {
            self.tell(ServerMessage::from_frame(frame).ok().map(Passed::Down));
        });
        // One side's end is the other's.
        tokio::select! {
            ended = up => ended,
            ended = down => ended,
        }
    }

    fn tell(&self, passed: Option<Passed>) {
        let at = Instant::now();
        if let Some(passed) = passed.filter(|passed| (self.wanted)(passed)) {
            let _ = self.told.send(Seen { at, passed });
        }
    }
}

async fn pass(
    mut from: impl Stream<Item = Result<Message, Error>> + Unpin,
    mut to: impl Sink<Message, Error = Error> + Unpin,
    told: impl Fn(&[u8]),
) -> Result<(), Error> {
    while let Some(message) = from.next().await {
        let message = message?;
        if let Message::Binary(frame) = &message {
            told(frame);
        }
        let ends = matches!(message, Message::Close(_));
        match to.send(message).await {
            Ok(()) if !ends => {}
            Ok(()) | Err(Error::ConnectionClosed) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
