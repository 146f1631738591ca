//! `cargo xtask demo`: the app, opened on the sample assessment. A relay and everyone who writes in Larch, in a temporary folder; three of
//! them have their app open, each at an address of its own, and the first opens in the browser.

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use kith::engine::on_interrupt;
use kith::web::open_browser;
use kith_tests::demo::{Demo, FIRST, TO_TYPE, profile_of};
use kith_tests::processes::PASSPHRASE;

/// How long an app may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// How to open it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print the addresses instead of opening the browser
    #[arg(long)]
    no_browser: bool,
    /// Start everything, see that every app answers, and end: for machines that build and test
    #[arg(long)]
    check: bool,
    /// Keep the temporary folder and say where it is
    #[arg(long)]
    keep: bool,
}

/// Opens the apps and stays until it is ended.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = tempfile::Builder::new().prefix("kith-demo-").tempdir().context("there is no temporary folder")?;
    println!("Everyone who writes in Larch sets up Kith and writes their part, through a relay. Some seconds …");
    let shown = Demo::start(folder.path()).and_then(|demo| {
        let shown = if arguments.check { all_answer(&demo) } else { stay(&demo, folder.path(), arguments.no_browser) };
        shown.and(demo.end())
    });
    if arguments.keep {
        println!("Kept: {}", folder.keep().display());
    } else {
        folder.close().context("the temporary folder could not be removed")?;
    }
    shown
}

/// Everything starts and every app answers.
pub(crate) fn check() -> anyhow::Result<()> {
    run(&Arguments { no_browser: true, check: true, keep: false })
}

fn stay(demo: &Demo, folder: &Path, no_browser: bool) -> anyhow::Result<()> {
    let (end, ended) = mpsc::channel();
    on_interrupt(move || {
        let _ = end.send(());
    })?;
    let in_browser = !no_browser && open_browser(&profile_of(folder, FIRST), &demo.way_in());
    println!(
        "\nThe app is open on the sample assessment Larch, as Priya. People, places and services are invented; all the rest is real."
    );
    println!("Two others are writing too: open Nadia · Delroy beside that window and type in 2.3.");
    println!("To see hints, type: {TO_TYPE}.");
    println!(
        "As a young person would: open this in a window of the size of a phone (360 by 640); what is said there comes to Priya, on top of My work:"
    );
    println!("  {}", demo.guest);
    println!("Should a page be locked, the passphrase is: {PASSPHRASE}");
    if !in_browser {
        print_ways_in(demo);
    }
    println!("\nCtrl-C ends everything and takes the temporary folder away.");
    if std::io::stdin().is_terminal() {
        println!("Enter prints new addresses.");
        let (asked, wishes) = mpsc::channel();
        std::thread::Builder::new().name("demo-enter".to_owned()).spawn(move || {
            for _ in std::io::stdin().lock().lines().map_while(Result::ok) {
                let _ = asked.send(());
            }
        })?;
        while ended.try_recv().is_err() {
            if wishes.recv_timeout(Duration::from_millis(200)).is_ok() {
                print_ways_in(demo);
            }
        }
    } else {
        let _ = ended.recv();
    }
    println!("\nEnding …");
    Ok(())
}

fn print_ways_in(demo: &Demo) {
    println!("\nOpen these in your browser; each works once, within a minute:");
    for (name, address) in demo.ways_in() {
        println!("  {name:<8}{address}");
    }
}

/// What a server on this computer answers to somebody who asks for a page.
fn page(port: u16, path: &str) -> anyhow::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

/// Asks the page for guests and every app for its page.
fn all_answer(demo: &Demo) -> anyhow::Result<()> {
    let port = demo.guest.split_once("://127.0.0.1:").and_then(|(_, rest)| rest.split_once('/')?.0.parse().ok());
    let port = port.with_context(|| format!("the link for a young person leads elsewhere: {}", demo.guest))?;
    let answer = page(port, "/g/")?;
    ensure!(answer.starts_with("HTTP/1.1 200") && answer.contains("id=\"page\""), "the page for young people does not answer");
    println!("A young person: the page is open on port {port} of this computer.");
    for (name, server) in demo.apps() {
        ensure!(server.is_unlocked(), "the app of {name} is not open");
        ensure!(page(server.port(), "/")?.starts_with("HTTP/1.1 200"), "the app of {name} does not answer with its page");
        println!("{name}: the app is open on port {} of this computer.", server.port());
    }
    Ok(())
}
