//! The two programs as people run them: a relay and profiles, each in processes of their own, and what is on their disks.
//!
//! Everything here is for tests: what does not go as it must ends the test with a sentence.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use kith_assessment::{AssessmentView, Caseload};
use serde_json::Value;

/// The passphrase of every profile here.
pub const PASSPHRASE: &str = "quixotic marmalade harpsichord";

/// One of this package's programs. Cargo builds them before it runs this package's tests, and lays them beside the tests' folder.
///
/// # Panics
/// If it is not there.
pub fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let path = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(path.is_file(), "{} is not built: run `cargo test -p kith-tests`", path.display());
    path
}

/// The relay's program, with nothing of the developer's environment in it.
pub fn relay_program() -> Command {
    let mut command = Command::new(program("kith-relay-under-test"));
    command.env_remove("KITH_RELAY_DATA").env_remove("KITH_RELAY_LOG").env_remove("RUST_LOG");
    command
}

/// A relay in its own process. Killed when dropped.
#[derive(Debug)]
pub struct Relay {
    child: Child,
    /// Where it listens, as clients write it.
    pub url: String,
    /// Its data folder.
    pub folder: PathBuf,
}

impl Relay {
    /// Starts one on a free port, with its log in a file beside its folder.
    pub fn start(folder: &Path) -> Self {
        Self::start_with(relay_program(), folder, SocketAddr::from(([127, 0, 0, 1], 0)))
    }

    /// Starts one on a port of its own, so that another can follow it there.
    pub fn start_at(folder: &Path, listen: SocketAddr) -> Self {
        Self::start_with(relay_program(), folder, listen)
    }

    /// Starts one by a command that may say more: a level of its log, a tracer before it.
    ///
    /// # Panics
    /// If it does not come to listen.
    pub fn start_with(mut command: Command, folder: &Path, listen: SocketAddr) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let log = File::options().create(true).append(true).open(Self::log_of(folder)).unwrap();
        let mut child = command
            .args(["serve", "--enrol", "open", "--listen", &listen.to_string(), "--data"])
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let Some(url) = line.trim().strip_prefix("listening on ") else {
            let _ = child.kill();
            panic!("the relay did not start: {line:?} {}", std::fs::read_to_string(Self::log_of(folder)).unwrap_or_default());
        };
        Self { url: url.to_owned(), child, folder: folder.to_owned() }
    }

    /// Where the log of a relay in `folder` goes.
    pub fn log_of(folder: &Path) -> PathBuf {
        folder.with_extension("log")
    }

    /// The address behind the URL.
    pub fn address(&self) -> SocketAddr {
        self.url.strip_prefix("ws://").unwrap().parse().unwrap()
    }

    /// Ends it without warning (SIGKILL).
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to end (SIGTERM) and waits for it.
    ///
    /// # Panics
    /// If it does not end in order.
    pub fn stop(mut self) {
        terminate(&self.child);
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "the relay stops in order");
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends SIGTERM.
pub fn terminate(child: &Child) {
    let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
}

/// A port that was free a moment ago, on this machine only.
pub fn free_port() -> SocketAddr {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}

/// What `kith-relay check` says of a folder, and whether everything holds.
pub fn check(folder: &Path) -> (bool, String) {
    let output = relay_program().arg("check").arg("--data").arg(folder).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    match output.status.code() {
        Some(0) => (true, said),
        Some(1) => (false, said),
        other => panic!("kith-relay check ended with {other:?}: {said}"),
    }
}

/// A practitioner's profile.
#[derive(Debug, Clone)]
pub struct Practitioner {
    /// The profile's folder.
    pub folder: PathBuf,
    /// Where the program may put temporary files.
    pub temp: PathBuf,
    /// The certificate authorities that this computer trusts (`SSL_CERT_FILE`); the system's if not set.
    pub roots: Option<PathBuf>,
}

impl Practitioner {
    /// Somebody who has not started Kith yet; `folder` is theirs alone.
    pub fn new(folder: &Path) -> Self {
        let temp = folder.join("temp");
        std::fs::create_dir_all(&temp).unwrap();
        Self { folder: folder.join("profile"), temp, roots: None }
    }

    /// On a computer that trusts the certificate authorities in a file, and no others.
    #[must_use]
    pub fn trusting(self, roots: &Path) -> Self {
        Self { roots: Some(roots.to_owned()), ..self }
    }

    /// Somebody with a profile.
    pub fn set_up(folder: &Path, name: &str, agency: &str, role: &str, relay: &str) -> Self {
        let made = Self::new(folder);
        made.json(&["setup", "--name", name, "--agency", agency, "--role", role, "--relay", relay]);
        made
    }

    /// A command of theirs.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program("kith-under-test"));
        self.dress(&mut command);
        command.args(arguments);
        command
    }

    /// Their environment, for a command that runs the program in its turn.
    pub fn dress(&self, command: &mut Command) {
        command
            .env("KITH_PROFILE", &self.folder)
            .env("KITH_PASSPHRASE", PASSPHRASE)
            .env("KITH_INSECURE_TEST_KEYS", "1")
            .env("TMPDIR", &self.temp)
            .env("SQLITE_TMPDIR", &self.temp)
            .env_remove("KITH_TOKEN")
            .env_remove("RUST_LOG")
            .env_remove("SSL_CERT_FILE")
            .env_remove("SSL_CERT_DIR")
            .stdin(Stdio::null());
        if let Some(roots) = &self.roots {
            command.env("SSL_CERT_FILE", roots);
        }
    }

    /// Runs a verb to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a verb that must succeed; what it printed.
    ///
    /// # Panics
    /// With what it said, if it did not succeed.
    pub fn says(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
        said
    }

    /// Runs a verb that must succeed, for its value.
    ///
    /// # Panics
    /// With what it said, if it did not succeed.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let said = self.says(&[&["--json"], arguments].concat());
        serde_json::from_str(&said).unwrap_or_else(|_| panic!("{arguments:?}: {said}"))
    }

    /// Runs a verb for its exit code and value, whatever they are.
    pub fn answer(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.run(&[&["--json"], arguments].concat());
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or_default())
    }

    /// Starts an assessment; its id.
    pub fn begin(&self, title: &str, purpose: &str) -> String {
        let made = self.json(&["new", "--title", title, "--trigger", "over-time", "--purpose", purpose]);
        made["assessment"].as_str().unwrap().to_owned()
    }

    /// Writes an entry.
    pub fn write(&self, assessment: &str, text: &str) {
        self.json(&["write", assessment, "--dimension", "1.6", "--as", "strength", "--text", text]);
    }

    /// Sends what waits and fetches what is new; the relay must be there.
    pub fn sync(&self) {
        self.json(&["sync"]);
    }

    /// Lets somebody in, who makes their profile by joining.
    pub fn lets_in(&self, assessment: &str, joiner: &Self, name: &str, agency: &str, role: &str) {
        let invited = self.json(&["invite", assessment, "--as", "contributor"]);
        let link = invited["link"].as_str().unwrap();
        let asked = joiner.json(&["join", link, "--name", name, "--agency", agency, "--role", role]);
        let request = asked["request"].as_str().unwrap();
        let words = self.words_of(assessment, request);
        let granted = self.json(&["admit", assessment, request, "--words", &words.join(" ")]);
        assert_eq!(granted["done"], true, "{granted}");
        for _ in 0..10 {
            joiner.sync();
            let open = joiner.json(&["list"])["requests"].as_array().is_some_and(|open| !open.is_empty());
            if !open {
                break;
            }
        }
        self.sync();
        joiner.sync();
    }

    /// The four words that a lead compares. Others may be waiting, and the words come when the relay has answered.
    fn words_of(&self, document: &str, request: &str) -> Vec<String> {
        for _ in 0..10 {
            let waiting = self.json(&["requests", document])["requests"].clone();
            let mine = waiting.as_array().into_iter().flatten().find(|one| one["request"] == request);
            if let Some(words) = mine.and_then(|one| serde_json::from_value(one["words"].clone()).ok()) {
                return words;
            }
        }
        panic!("no four words to compare came for {request}");
    }

    /// Lets somebody who has a profile in to an assessment or a strand record.
    pub fn lets_in_as(&self, document: &str, joiner: &Self, role: &str) {
        let invited = self.json(&["invite", document, "--as", role]);
        let asked = joiner.json(&["join", invited["link"].as_str().unwrap()]);
        let request = asked["request"].as_str().unwrap();
        let words = self.words_of(document, request);
        let granted = self.json(&["admit", document, request, "--words", &words.join(" ")]);
        assert_eq!(granted["done"], true, "{granted}");
        for _ in 0..10 {
            joiner.sync();
            if joiner.json(&["list"])["requests"].as_array().is_some_and(Vec::is_empty) {
                break;
            }
        }
        self.sync();
        joiner.sync();
    }

    /// Their caseload.
    pub fn caseload(&self) -> Caseload {
        serde_json::from_value(self.json(&["caseload"])).unwrap()
    }

    /// The assessment as they see it.
    pub fn view(&self, assessment: &str) -> AssessmentView {
        serde_json::from_value(self.json(&["show", assessment])["view"].clone()).unwrap()
    }

    /// The texts of all entries that they see, in order.
    pub fn texts(&self, assessment: &str) -> Vec<String> {
        let mut texts: Vec<String> = self.view(assessment).entries().map(|entry| entry.text.clone()).collect();
        texts.sort();
        texts
    }

    /// What `verify` says: whether all holds, and every sentence.
    ///
    /// # Panics
    /// If exit code and answer disagree.
    pub fn verify(&self, assessment: &str) -> (bool, Vec<String>) {
        let (exit, value) = self.answer(&["verify", assessment]);
        let ok = value["ok"].as_bool().unwrap_or_else(|| panic!("verify said {value}"));
        assert_eq!(exit, Some(i32::from(!ok)), "the exit code says the same");
        let problems = value["problems"].as_array().cloned().unwrap_or_default();
        (ok, problems.iter().map(|problem| problem["text"].as_str().unwrap_or_default().to_owned()).collect())
    }

    /// How they stand in an assessment, as `status` says it.
    pub fn status(&self, assessment: &str) -> Value {
        self.json(&["status", assessment])["assessments"][0].clone()
    }
}

/// Copies a folder's files (not its folders).
pub fn copy_files(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Every regular file below a folder, with its bytes. Files that go while it reads are left out.
pub fn every_file(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.extend(every_file(&path)),
            Ok(kind) if kind.is_file() => found.extend(std::fs::read(&path).ok().map(|bytes| (path, bytes))),
            _ => {}
        }
    }
    found
}

/// The relay's log of its one document, for tests that change it as a relay could that wants to deceive.
#[derive(Debug)]
pub struct RelayLog {
    db: rusqlite::Connection,
    /// The records in order, as they are stored.
    pub records: Vec<Vec<u8>>,
    document: Vec<u8>,
}

impl RelayLog {
    /// Reads it; no relay may be running there.
    pub fn open(folder: &Path) -> Self {
        let db = rusqlite::Connection::open(kith_relay::store_file(folder)).unwrap();
        db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        let document: Vec<u8> = db.query_row("SELECT id FROM document", [], |row| row.get(0)).unwrap();
        let records = {
            let mut all = db.prepare("SELECT bytes FROM record ORDER BY seq").unwrap();
            all.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        Self { db, records, document }
    }

    /// The document's id.
    pub fn document(&self) -> kith_group::DocumentId {
        kith_group::DocumentId::from_slice(&self.document).unwrap()
    }

    /// Runs SQL that leaves the rest as it is: a clumsy hand.
    pub fn clumsily(&self, sql: &str) {
        self.db.execute_batch(sql).unwrap();
    }

    /// Writes the records back so that the log looks whole: numbered without holes, with a chain and marks that fit.
    pub fn write_as_if_whole(&self) {
        use kith_group::{ChainHash, Record, RecordKind, chain};
        let mut hash = ChainHash::START;
        let mut bytes = 0;
        self.db.execute_batch("BEGIN; DELETE FROM record; DELETE FROM mark").unwrap();
        for (index, record) in self.records.iter().enumerate() {
            hash = chain(&hash, record);
            bytes += record.len();
            let head = Record::decode(record).unwrap().head;
            let k = (head.kind != RecordKind::Commit).then_some(head.k.cast_signed());
            let seq = index as u64 + 1;
            self.db
                .execute(
                    "INSERT INTO record (document, seq, sender, k, generation, epoch, received_ms, hash, bytes)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8)",
                    rusqlite::params![
                        self.document,
                        seq.cast_signed(),
                        head.sender.0,
                        k,
                        head.generation,
                        head.epoch.cast_signed(),
                        hash.0,
                        record
                    ],
                )
                .unwrap();
            if let Some(k) = k {
                self.db
                    .execute(
                        "INSERT INTO mark (document, sender, k) VALUES (?1, ?2, ?3)
                         ON CONFLICT DO UPDATE SET k = max(k, excluded.k)",
                        rusqlite::params![self.document, head.sender.0, k],
                    )
                    .unwrap();
            }
        }
        self.db
            .execute(
                "UPDATE document SET seq = ?1, hash = ?2, bytes = ?3",
                rusqlite::params![self.records.len().cast_signed(), hash.0, bytes.cast_signed()],
            )
            .unwrap();
        self.db.execute_batch("COMMIT").unwrap();
    }
}

/// What a member's own device knows of a document: all that a hostile member has to work with.
#[derive(Debug)]
pub struct Keys {
    /// The leaf key.
    pub key: kith_group::DeviceKey,
    /// The group as this device knows it, with the key of its epoch.
    pub state: kith_group::GroupState,
}

impl Keys {
    /// Reads them from a profile that no process holds.
    ///
    /// # Panics
    /// If the row has another shape (frozen by a test in `kith-sync`).
    pub fn of(profile: &Practitioner, document: &kith_group::DocumentId) -> Self {
        use kith_group::Rows as _;
        let store = kith::store::Store::open(&profile.folder, PASSPHRASE).unwrap();
        let row = store.row(kith_group::Space(10), &document.0).unwrap().expect("the document's row");
        let mut decoder = minicbor::Decoder::new(&row[1..]);
        decoder.array().unwrap();
        for _ in 0..3 {
            decoder.skip().unwrap();
        }
        let key = kith_group::DeviceKey::from_seed(decoder.bytes().unwrap().try_into().unwrap());
        decoder.skip().unwrap();
        decoder.skip().unwrap();
        let state = kith_group::GroupState::decode(decoder.bytes().unwrap()).unwrap();
        Self { key, state }
    }

    /// The enrolment key at a relay.
    pub fn enrolment(profile: &Practitioner, relay: &str) -> kith_group::DeviceKey {
        use kith_group::Rows as _;
        let store = kith::store::Store::open(&profile.folder, PASSPHRASE).unwrap();
        let row = store.row(kith_group::Space(23), relay.as_bytes()).unwrap().expect("the enrolment's row");
        let mut decoder = minicbor::Decoder::new(&row[1..]);
        decoder.array().unwrap();
        kith_group::DeviceKey::from_seed(decoder.bytes().unwrap().try_into().unwrap())
    }
}
