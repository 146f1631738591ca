//! What figures were taken on: no figure is printed without it.

use std::fmt;
use std::fs;
use std::process::Command;
use std::thread;

use serde::Serialize;

use crate::cargo::root;

/// This machine, its tools and the commit at hand. Parts that cannot be read are `"unknown"` or 0.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    /// In GiB, rounded.
    memory: u64,
    system: String,
    kernel: String,
    rustc: String,
    commit: String,
}

impl Machine {
    /// The one that this runs on.
    pub(crate) fn this() -> Self {
        Self {
            processor: field("/proc/cpuinfo", "model name", ':'),
            cores: thread::available_parallelism().map_or(0, usize::from),
            memory: memory(),
            system: field("/etc/os-release", "PRETTY_NAME", '='),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").map_or_else(|_| unknown(), |text| text.trim().into()),
            rustc: first_line("rustc", &["--version"]),
            commit: first_line("git", &["describe", "--always", "--dirty"]),
        }
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { processor, cores, memory, system, kernel, rustc, commit } = self;
        write!(f, "{cores} cores of {processor}, {memory} GiB, {system}, Linux {kernel}, {rustc}, commit {commit}")
    }
}

fn unknown() -> String {
    "unknown".into()
}

/// The value after `separator` on the first line of `path` that starts with `name`, without quotation marks.
fn field(path: &str, name: &str, separator: char) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(separator)).map(|(_, value)| value.trim().trim_matches('"').to_owned());
    value.unwrap_or_else(unknown)
}

fn memory() -> u64 {
    let kib = field("/proc/meminfo", "MemTotal", ':').trim_end_matches(" kB").parse::<u64>().unwrap_or(0);
    (kib + (1 << 19)) >> 20
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(root()).output();
    let line = output.ok().filter(|output| output.status.success()).and_then(|output| {
        let text = String::from_utf8_lossy(&output.stdout);
        text.lines().next().map(str::to_owned)
    });
    line.unwrap_or_else(unknown)
}
