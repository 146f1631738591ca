//! A client's end of the wire, and members with real groups, for tests over real sockets.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use kith_group::member::{self, Change, NewMember};
use kith_group::{
    AppendRule, BlobId, CommitAad, DeviceKey, Digest, DocumentId, DocumentKind, GroupName, GroupState, MemoryRows, PersonId,
    Record, RecordHead, RecordKind, RelayId, Role, SeededRandom, Seen, sign_in_message, subscribe_message,
};
use kith_relay::{Config, Running, Server};
use kith_sync::relay::Enrolment;
use kith_sync::wire::{Admission, ClientMessage, Credential, ServerMessage};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

pub(crate) const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) async fn open_relay(folder: &Path) -> Running {
    Server::start(Config::new(LOOPBACK, folder.to_owned(), Enrolment::Open)).await.unwrap()
}

/// A connection.
pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) relay: RelayId,
    pub(crate) nonce: Digest,
}

impl Client {
    pub(crate) async fn connect(url: &str) -> Self {
        let (socket, _) = tokio_tungstenite::connect_async(format!("{url}/v1")).await.unwrap();
        let mut client = Self { socket, relay: RelayId([0; 16]), nonce: Digest([0; 32]) };
        match client.next().await {
            ServerMessage::Challenge { relay, nonce } => (client.relay, client.nonce) = (relay, nonce),
            other => panic!("expected a challenge, heard {other:?}"),
        }
        client
    }

    pub(crate) async fn signed_in(url: &str, key: &DeviceKey, credential: Option<Credential>) -> Self {
        let mut client = Self::connect(url).await;
        assert_eq!(client.sign_in(key, credential).await, ServerMessage::SignedIn);
        client
    }

    pub(crate) async fn sign_in(&mut self, key: &DeviceKey, credential: Option<Credential>) -> ServerMessage {
        let signature = key.sign(&sign_in_message(&self.relay, &self.nonce.0));
        self.ask(&ClientMessage::SignIn { enrolment: key.public(), signature, credential }).await
    }

    pub(crate) async fn send(&mut self, message: &ClientMessage) {
        self.send_bytes(message.to_frame()).await;
    }

    pub(crate) async fn send_bytes(&mut self, frame: Vec<u8>) {
        self.socket.send(Message::Binary(frame.into())).await.unwrap();
    }

    /// Sends what the relay may close the connection on before it is all through.
    pub(crate) async fn send_too_much(&mut self, frame: Vec<u8>) {
        let _ = self.socket.send(Message::Binary(frame.into())).await;
    }

    pub(crate) async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::Text(text.into())).await.unwrap();
    }

    /// The next message; `None` once the relay has closed.
    pub(crate) async fn try_next(&mut self) -> Option<ServerMessage> {
        loop {
            match timeout(PATIENCE, self.socket.next()).await.expect("the relay answers") {
                Some(Ok(Message::Binary(frame))) => return Some(ServerMessage::from_frame(&frame).unwrap()),
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(other)) => panic!("unexpected {other:?}"),
            }
        }
    }

    pub(crate) async fn next(&mut self) -> ServerMessage {
        self.try_next().await.expect("the relay is there")
    }

    pub(crate) async fn ask(&mut self, message: &ClientMessage) -> ServerMessage {
        self.send(message).await;
        self.next().await
    }

    /// Reads on until `wanted` finds what it looks for.
    pub(crate) async fn until<T>(&mut self, mut wanted: impl FnMut(&ServerMessage) -> Option<T>) -> T {
        loop {
            let message = self.next().await;
            if let Some(found) = wanted(&message) {
                return found;
            }
        }
    }
}

/// A member device with its group.
pub(crate) struct Member {
    pub(crate) key: DeviceKey,
    pub(crate) enrolment: DeviceKey,
    pub(crate) name: GroupName,
    pub(crate) state: GroupState,
    rows: MemoryRows,
    random: SeededRandom,
    pub(crate) k: u64,
}

impl Member {
    /// Founds `document` at the relay.
    pub(crate) async fn found(url: &str, document: DocumentId, seed: u8) -> (Self, Client) {
        let (key, enrolment) = (DeviceKey::from_seed([seed; 32]), DeviceKey::from_seed([seed + 100; 32]));
        let mut client = Client::signed_in(url, &enrolment, Some(Credential::Open)).await;
        let (mut rows, mut random) = (MemoryRows::default(), SeededRandom::new(seed.into()));
        let name = GroupName { document, generation: 0 };
        let (state, group_info) =
            member::create(&mut rows, &mut random, &key, name, DocumentKind::WORKING, AppendRule::Everyone, PersonId([seed; 16]))
                .unwrap();
        let created = client.ask(&ClientMessage::Create { document, group_info }).await;
        assert_eq!(created, ServerMessage::Created { document });
        let member = Self { key, enrolment, name, state, rows, random, k: 0 };
        member.follow(&mut client, 0).await;
        (member, client)
    }

    /// Proves the device and catches up; reads until it is live.
    pub(crate) async fn follow(&self, client: &mut Client, from: u64) {
        let document = self.name.document;
        let signature = self.key.sign(&subscribe_message(&client.relay, &client.nonce.0, &document));
        let proved = client.ask(&ClientMessage::Prove { document, device: self.key.id(), signature }).await;
        assert!(matches!(proved, ServerMessage::Proved { .. }), "{proved:?}");
        client.send(&ClientMessage::CatchUp { document, from }).await;
        client.until(|message| matches!(message, ServerMessage::Live { .. }).then_some(())).await;
    }

    pub(crate) async fn reconnect(&self, url: &str, from: u64) -> Client {
        let mut client = Client::signed_in(url, &self.enrolment, None).await;
        self.follow(&mut client, from).await;
        client
    }

    pub(crate) fn record(&self, kind: RecordKind, k: u64, body: &[u8]) -> Vec<u8> {
        let head =
            RecordHead { document: self.name.document, generation: 0, epoch: self.state.epoch, sender: self.key.id(), k, kind };
        Record { head, body: body.to_vec() }.encode()
    }

    /// Sends the next change.
    pub(crate) async fn send(&mut self, client: &mut Client, body: &[u8]) {
        self.k += 1;
        let record = self.record(RecordKind::Change, self.k, body);
        client.send(&ClientMessage::Append { record }).await;
    }

    /// Sends the next change and waits until it is accepted; its place.
    pub(crate) async fn write(&mut self, client: &mut Client, body: &[u8]) -> u64 {
        self.send(client, body).await;
        let wanted = self.k;
        client
            .until(|message| match message {
                ServerMessage::Accepted { k, seq, .. } if *k == wanted => Some(*seq),
                ServerMessage::Refused { .. } | ServerMessage::Stale { .. } => panic!("{message:?}"),
                _ => None,
            })
            .await
    }

    /// Admits a new device when the log stands at `seen`; its member state and connection, live.
    pub(crate) async fn admit(&mut self, client: &mut Client, url: &str, seen: Seen, seed: u8, role: Role) -> (Self, Client) {
        let document = self.name.document;
        let (key, enrolment) = (DeviceKey::from_seed([seed; 32]), DeviceKey::from_seed([seed + 100; 32]));
        let (mut rows, mut random) = (MemoryRows::default(), SeededRandom::new(seed.into()));
        let key_package = member::key_package(&mut rows, &mut random, &key).unwrap();
        let new = NewMember { key_package, person: PersonId([seed; 16]), role };
        let blob = BlobId([seed; 16]);
        client.send(&ClientMessage::PutBlob { document, blob, index: 0, total: 1, bytes: b"sealed snapshot".to_vec() }).await;
        let aad = CommitAad { seen, pack: Some(Digest([1; 32])) }.encode();
        let staged =
            member::stage(&mut self.rows, &mut self.random, &self.key, self.name, &Change::Admit(vec![new]), &aad).unwrap();
        let welcome = staged.welcome.unwrap();
        let admission = Admission { welcome: welcome.clone(), pack: b"sealed pack".to_vec(), blob, requests: Vec::new() };
        let record = self.record(RecordKind::Commit, 0, &staged.commit);
        client.send(&ClientMessage::Commit { record, admission: Some(admission) }).await;
        let seq = client
            .until(|message| match message {
                ServerMessage::Accepted { k: 0, seq, .. } => Some(*seq),
                ServerMessage::Refused { .. } => panic!("{message:?}"),
                _ => None,
            })
            .await;
        let done = member::process(&mut self.rows, &mut self.random, &self.key, self.name, &staged.commit).unwrap();
        let member::Outcome::Member(state) = done.outcome else { panic!("the lead is still in") };
        self.state = state;
        let state = member::join(&mut rows, &mut random, &key, &welcome, self.name).unwrap();
        let newcomer = Self { key, enrolment, name: self.name, state, rows, random, k: 0 };
        let mut its = Client::signed_in(url, &newcomer.enrolment, Some(Credential::Open)).await;
        newcomer.follow(&mut its, seq).await;
        (newcomer, its)
    }
}

/// All records that a message carries.
pub(crate) fn records(message: &ServerMessage) -> Option<Vec<Vec<u8>>> {
    match message {
        ServerMessage::Records { records, .. } => Some(records.iter().map(|record| record.to_vec()).collect()),
        _ => None,
    }
}
