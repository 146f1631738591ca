//! `kith-relay`: see `kith_relay`.

use std::io::IsTerminal as _;
use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::EnvFilter;

fn main() -> ExitCode {
    let cli = kith_relay::cli::Cli::parse();
    // To stderr, so that stdout is only what was asked for. KITH_RELAY_LOG takes the usual filters; no level logs a frame.
    let filter = EnvFilter::try_from_env("KITH_RELAY_LOG").unwrap_or_else(|_| EnvFilter::new("warn,kith_relay=info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .init();
    kith_relay::cli::run(cli)
}
