//! `Decoders::group` in `tests/src/decoders.rs`.
#![no_main]

use std::sync::LazyLock;

use kith_tests::decoders::Decoders;
use libfuzzer_sys::fuzz_target;

static DECODERS: LazyLock<Decoders> = LazyLock::new(|| Decoders::new().expect("the honest path works"));

fuzz_target!(|bytes: &[u8]| DECODERS.group(bytes));
