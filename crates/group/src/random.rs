//! Randomness is passed in: the system's in the product, a seeded stream in simulation.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// A source of random bytes fit for keys and nonces.
pub trait Random: Send {
    /// Fills `bytes`.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// The operating system's generator.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[allow(clippy::expect_used)] // Without the system's generator no key may be made: stopping is the only safe answer.
    fn fill(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).expect("the operating system's random generator does not answer");
    }
}

/// A stream that a seed determines, for simulation and byte snapshots only.
#[derive(Debug, Clone)]
pub struct SeededRandom(ChaCha20Rng);

impl SeededRandom {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha20Rng::seed_from_u64(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}
