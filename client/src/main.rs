//! The `kith` program. Everything is in the library, so that tests, benches and the demo use the same code.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(kith::app::main(std::env::args_os()))
}
