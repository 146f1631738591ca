//! Beyond this computer a relay is reached by TLS only, and it has to prove who it is before anything is sent to it.
//!
//! A real relay stands behind a small proxy that ends TLS, as behind nginx (docs/relay.md). Which authorities the program trusts is
//! told to it by `SSL_CERT_FILE`, which on Linux stands in for the system's bundle.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.
#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use kith_tests::processes::{Practitioner, Relay};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{ServerConfig, crypto::ring};

/// An invented authority.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

/// What a certificate says.
struct Said<'a> {
    names: &'a [&'a str],
    until: i32,
}

const GOOD: Said<'static> = Said { names: &["localhost", "127.0.0.1"], until: 2999 };

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { issuer: CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap() }
    }

    /// A file in which it is the only authority that is trusted.
    fn trusted(&self, folder: &Path, name: &str) -> PathBuf {
        let file = folder.join(name);
        std::fs::write(&file, self.issuer.pem()).unwrap();
        file
    }

    /// A server that has a certificate of this authority.
    fn acceptor(&self, said: &Said) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(said.names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
        params.not_after = date_time_ymd(said.until, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        TlsAcceptor::from(Arc::new(config))
    }
}

/// A proxy that ends TLS, and what it saw of its clients.
struct Front {
    port: u16,
    /// Connections that came.
    came: Arc<AtomicUsize>,
    /// What clients sent inside TLS.
    inside: Arc<Mutex<Vec<u8>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Front {
    fn before(relay: SocketAddr, acceptor: TlsAcceptor) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (came, inside): (Arc<AtomicUsize>, Arc<Mutex<Vec<u8>>>) = Default::default();
        let (counted, kept) = (Arc::clone(&came), Arc::clone(&inside));
        runtime.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(pass(near, acceptor.clone(), relay, Arc::clone(&kept)));
            }
        });
        Self { port, came, inside, _runtime: runtime }
    }

    /// How many clients came, and how many bytes they said inside TLS.
    fn heard(&self) -> (usize, usize) {
        (self.came.load(Ordering::SeqCst), self.inside.lock().unwrap().len())
    }
}

async fn pass(near: TcpStream, acceptor: TlsAcceptor, relay: SocketAddr, kept: Arc<Mutex<Vec<u8>>>) {
    // A client that does not trust this certificate ends it here.
    let Ok(near) = acceptor.accept(near).await else { return };
    let Ok(far) = TcpStream::connect(relay).await else { return };
    let (mut near_reads, mut near_writes) = tokio::io::split(near);
    let (mut far_reads, mut far_writes) = far.into_split();
    let back = tokio::spawn(async move { tokio::io::copy(&mut far_reads, &mut near_writes).await });
    let mut buffer = vec![0; 16 << 10];
    while let Ok(length @ 1..) = near_reads.read(&mut buffer).await {
        kept.lock().unwrap().extend_from_slice(&buffer[..length]);
        if far_writes.write_all(&buffer[..length]).await.is_err() {
            break;
        }
    }
    let _ = far_writes.shutdown().await;
    let _ = back.await;
}

/// A relay, somebody with an assessment for it at `wss://`, and the proxy between them.
struct Scene {
    front: Front,
    relay: Relay,
    priya: Practitioner,
    assessment: String,
    folder: tempfile::TempDir,
}

/// `host` is how the address names the proxy, `roots` the authorities that this computer trusts.
fn scene(host: &str, roots: impl FnOnce(&Path) -> PathBuf, acceptor: TlsAcceptor) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let front = Front::before(relay.address(), acceptor);
    let url = format!("wss://{host}:{}", front.port);
    let priya = Practitioner::new(&folder.path().join("priya")).trusting(&roots(folder.path()));
    priya.json(&[
        "setup",
        "--name",
        "Priya Marsh",
        "--agency",
        "children's social care",
        "--role",
        "social worker",
        "--relay",
        &url,
    ]);
    let assessment = priya.begin("Larch", "They can spend their evenings together without being frightened.");
    priya.write(&assessment, "They wait for each other.");
    Scene { front, relay, priya, assessment, folder }
}

#[test]
fn an_assessment_is_shared_through_a_relay_behind_tls() {
    let authority = Authority::new("An authority of the council");
    let scene = scene("localhost", |folder| authority.trusted(folder, "roots.pem"), authority.acceptor(&GOOD));
    let Scene { front, relay, priya, assessment, folder } = &scene;
    priya.sync();
    assert_eq!(priya.status(assessment)["sent"], true);
    let nadia = Practitioner::new(&folder.path().join("nadia")).trusting(&authority.trusted(folder.path(), "hers.pem"));
    priya.lets_in(assessment, &nadia, "Nadia Sorrell", "Kestrel Vale Academy", "safeguarding lead");
    nadia.write(assessment, "They look out for the youngest.");
    nadia.sync();
    priya.sync();
    for who in [priya, &nadia] {
        assert_eq!(who.texts(assessment), ["They look out for the youngest.", "They wait for each other."]);
        assert_eq!(who.verify(assessment), (true, vec![]));
    }
    // The control for what follows: what clients say inside TLS is what this proxy keeps.
    assert!(front.heard().1 > 1000 && front.inside.lock().unwrap().starts_with(b"GET /v1 "));
    assert!(kith_tests::processes::check(&relay.folder).0);
}

#[test]
fn a_relay_may_be_named_by_its_address_if_its_certificate_names_it() {
    let authority = Authority::new("An authority of the council");
    let Scene { priya, assessment, .. } =
        &scene("127.0.0.1", |folder| authority.trusted(folder, "roots.pem"), authority.acceptor(&GOOD));
    priya.sync();
    assert_eq!(priya.status(assessment)["sent"], true);
}

/// `sync` is refused with `words`, nobody was told anything, and what was written stays.
fn refused(scene: &Scene, words: &str) {
    let Scene { front, relay, priya, assessment, .. } = scene;
    for verb in [&["sync"][..], &["requests", assessment]] {
        let output = priya.run(&[&["--json"], verb].concat());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(value["error"]["code"], "relay", "{value}");
        assert!(said.contains(words), "{said}");
        assert!(said.trim_end().ends_with('.') && !said.contains("invalid peer") && !said.contains("Error"), "{said}");
    }
    let (came, inside) = front.heard();
    assert!(came >= 2, "it was tried {came} times");
    assert_eq!(inside, 0, "nothing is said to somebody who has not proved who they are");
    let (sound, _) = kith_tests::processes::check(&relay.folder);
    assert!(sound && priya.status(assessment)["sent"] == false);
    assert_eq!(priya.texts(assessment), ["They wait for each other."]);
}

#[test]
fn a_relay_of_an_authority_that_is_not_trusted_is_told_nothing() {
    let (trusted, other) = (Authority::new("An authority of the council"), Authority::new("Somebody"));
    let scene = scene("localhost", |folder| trusted.trusted(folder, "roots.pem"), other.acceptor(&GOOD));
    refused(&scene, "does not trust the authority that signed its certificate");
}

#[test]
fn a_relay_with_a_certificate_for_another_name_is_told_nothing() {
    let authority = Authority::new("An authority of the council");
    let said = Said { names: &["relay.example"], ..GOOD };
    let scene = scene("localhost", |folder| authority.trusted(folder, "roots.pem"), authority.acceptor(&said));
    refused(&scene, "its certificate is for another name");
}

#[test]
fn a_relay_with_a_certificate_that_has_run_out_is_told_nothing() {
    let authority = Authority::new("An authority of the council");
    let said = Said { until: 2020, ..GOOD };
    let scene = scene("localhost", |folder| authority.trusted(folder, "roots.pem"), authority.acceptor(&said));
    refused(&scene, "its certificate has run out, or this computer's clock is wrong");
}

#[test]
fn a_computer_that_trusts_nobody_says_so() {
    let authority = Authority::new("An authority of the council");
    let nobody = |folder: &Path| {
        let file = folder.join("empty.pem");
        std::fs::write(&file, "").unwrap();
        file
    };
    let scene = scene("localhost", nobody, authority.acceptor(&GOOD));
    let output = scene.priya.run(&["sync"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no list of the certificate authorities that it trusts"), "{said}");
    assert_eq!(scene.front.heard(), (0, 0), "it is not even tried");
}

#[test]
fn what_does_not_speak_tls_behind_a_wss_address_is_told_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let relay = Relay::start(&folder.path().join("relay"));
    let priya = Practitioner::new(&folder.path().join("priya"))
        .trusting(&Authority::new("An authority of the council").trusted(folder.path(), "roots.pem"));
    let url = relay.url.replace("ws://", "wss://");
    priya.json(&["setup", "--name", "Priya Marsh", "--agency", "social care", "--role", "social worker", "--relay", &url]);
    priya.begin("Larch", "They can spend their evenings together without being frightened.");
    let output = priya.run(&["sync"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("does not speak TLS"), "{said}");
}
