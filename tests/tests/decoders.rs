//! Bytes from outside: random ones, every frozen format, what was found before, and mutations of all of these, at every decoder.
//!
//! `KITH_FUZZ_SECONDS=600 cargo test -p kith-tests --test decoders` runs longer; `fuzz/README.md` is for coverage-guided
//! runs, to which `KITH_FUZZ_SEEDS=FOLDER` gives what they start from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)] // A test that cannot go on fails.

use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use kith_tests::decoders::Decoders;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// One to five small damages.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], random: &mut ChaCha8Rng) {
    for _ in 0..random.random_range(1..=5) {
        let at = random.random_range(0..=bytes.len());
        let length = random.random_range(0..=8.min(bytes.len() - at));
        match random.random_range(0..6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << random.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = [0, 1, 0x7f, 0x80, 0xff, 0x9f, 0xbf, 0x5f][random.random_range(0..8)],
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..at + length)),
            4 => drop(bytes.splice(at..at, random.next_u64().to_be_bytes())),
            _ => {
                let from = random.random_range(0..=other.len());
                let length = random.random_range(0..=32.min(other.len() - from));
                bytes.splice(at..at, other[from..from + length].iter().copied());
            }
        }
    }
}

#[test]
fn no_bytes_make_a_decoder_panic() {
    let decoders = Decoders::new().expect("the honest path works");
    let seeds = decoders.seeds().expect("the workspace can be read");
    assert!(seeds.len() > 30, "the frozen formats are not where they were: {} seeds", seeds.len());
    for seed in &seeds {
        decoders.feed(seed);
    }
    // For coverage-guided runs, which start from files.
    if let Some(folder) = std::env::var_os("KITH_FUZZ_SEEDS").map(std::path::PathBuf::from) {
        std::fs::create_dir_all(&folder).unwrap();
        for (number, seed) in seeds.iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{number:03}")), seed).unwrap();
        }
    }
    let long = std::env::var("KITH_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    let start = Instant::now();
    let mut fed = 0u64;
    while long.map_or(fed < 5_000, |long| start.elapsed() < long) {
        let mut random = ChaCha8Rng::seed_from_u64(fed);
        let pick = |random: &mut ChaCha8Rng| &seeds[random.random_range(0..seeds.len())];
        let mut bytes = pick(&mut random).clone();
        // One in eight is noise.
        if fed.is_multiple_of(8) {
            bytes = vec![0; random.random_range(0..300)];
            random.fill_bytes(&mut bytes);
        }
        let other = pick(&mut random).clone();
        mutate(&mut bytes, &other, &mut random);
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| decoders.feed(&bytes)));
        assert!(caught.is_ok(), "keep this in tests/corpus as a .hex file: {}", HEXLOWER.encode(&bytes));
        fed += 1;
    }
    println!("{} seeds, {fed} mutations", seeds.len());
}
