//! The command line of `kith-relay`. Exit codes: 0 done, 1 refused or does not hold (one sentence on stderr), 2 usage.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use kith_sync::relay::Enrolment;
use serde_json::json;

use crate::{Config, RelayError, Server, check, new_token};

/// Passes and keeps sealed records for Kith. It can read none of them.
#[derive(Debug, Parser)]
#[command(name = "kith-relay", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the relay until it is told to stop (Ctrl-C or SIGTERM).
    Serve {
        /// Address and port. Put a reverse proxy with TLS in front for anything but this machine.
        #[arg(long, default_value = "127.0.0.1:4480", value_name = "ADDR")]
        listen: SocketAddr,
        #[command(flatten)]
        data: Data,
        /// Who may enrol: anybody (on this machine only), or whoever has a token or an invitation.
        #[arg(long, default_value = "token", value_name = "WHO")]
        enrol: Enrol,
        /// Print one JSON line instead of a sentence when listening.
        #[arg(long)]
        json: bool,
    },
    /// Tokens, with which an agency's devices enrol.
    Token {
        #[command(subcommand)]
        verb: TokenVerb,
    },
    /// Check that every log, chain, group and blob is whole. Works beside a running relay.
    Check {
        #[command(flatten)]
        data: Data,
        /// Print one JSON value.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum TokenVerb {
    /// Make a token and print it, once. The relay keeps only its digest and never the agency's name.
    New {
        /// Which agency is to have it. Repeated back to you; not stored.
        #[arg(long, value_name = "NAME")]
        agency: String,
        /// How many devices may enrol with it.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=100_000), value_name = "N")]
        devices: u32,
        #[command(flatten)]
        data: Data,
        /// Print one JSON value.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Args)]
struct Data {
    /// The folder that holds what the relay keeps.
    #[arg(long = "data", default_value = "kith-relay-data", env = "KITH_RELAY_DATA", value_name = "DIR")]
    folder: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Enrol {
    /// Anybody may. Refused on any but a loopback address.
    Open,
    /// With a token or by an invitation.
    Token,
}

impl From<Enrol> for Enrolment {
    fn from(enrol: Enrol) -> Self {
        match enrol {
            Enrol::Open => Self::Open,
            Enrol::Token => Self::Token,
        }
    }
}

/// Runs the command line to its end.
pub fn run(cli: Cli) -> ExitCode {
    let done = match cli.verb {
        Verb::Serve { listen, data, enrol, json } => {
            let config = Config::new(listen, data.folder, enrol.into());
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            runtime.map_err(RelayError::System).and_then(|runtime| runtime.block_on(serve(config, json))).map(|()| true)
        }
        Verb::Token { verb: TokenVerb::New { agency, devices, data, json } } => {
            token(&data.folder, &agency, devices, json).map(|()| true)
        }
        Verb::Check { data, json } => check_folder(&data.folder, json),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing sensible is left to do if stderr is gone, too.
            let _ = writeln!(io::stderr(), "kith-relay: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(config: Config, json: bool) -> Result<(), RelayError> {
    let mut running = Server::start(config).await?;
    let line = if json { json!({ "listening": running.url() }).to_string() } else { format!("listening on {}", running.url()) };
    say(&line)?;
    let failed = tokio::select! {
        error = running.failed() => Some(error),
        () = told_to_stop() => None,
    };
    match failed {
        Some(error) => Err(error),
        None => {
            tracing::info!("stopping");
            running.stop().await
        }
    }
}

/// Ctrl-C, or on Unix SIGTERM.
async fn told_to_stop() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!("Ctrl-C cannot be heard: {error}");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!("SIGTERM cannot be heard: {error}");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

fn token(folder: &std::path::Path, agency: &str, devices: u32, json: bool) -> Result<(), RelayError> {
    let token = new_token(folder, devices)?;
    if json {
        return say(&json!({ "token": token.text, "id": token.short, "devices": devices }).to_string());
    }
    let noun = if devices == 1 { "device" } else { "devices" };
    say(&token.text)?;
    say(&format!(
        "This token lets {devices} {noun} enrol. It is shown only now. Its short id is {}: write down that {agency} has it, \
         because the relay does not keep that.",
        token.short
    ))
}

fn check_folder(folder: &std::path::Path, json: bool) -> Result<bool, RelayError> {
    let report = check::check(folder)?;
    if json {
        let value = serde_json::to_string(&report).map_err(|error| RelayError::System(io::Error::other(error)))?;
        say(&value)?;
        return Ok(report.ok);
    }
    for problem in &report.problems {
        say(&problem.to_string())?;
    }
    let (documents, records) = (report.documents, report.records);
    if report.ok {
        say(&format!("{documents} documents with {records} records: everything holds"))?;
    } else {
        say(&format!("{documents} documents with {records} records: {} problems", report.problems.len()))?;
    }
    Ok(report.ok)
}

/// One line on stdout.
fn say(line: &str) -> Result<(), RelayError> {
    let mut out = io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(RelayError::System)
}
