//! What a seed plays.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// The shape of one simulated story, drawn from its seed.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The seed.
    pub seed: u64,
    /// How many practitioners take part, the creator included.
    pub people: usize,
    /// How many edits they make in all.
    pub edits: usize,
    /// Over how long, in virtual milliseconds.
    pub lasts_ms: i64,
    /// One frame in this many cuts its line.
    pub cut_one_in: u32,
    /// One step in this many stops its machine, before or after the commit.
    pub crash_one_in: u32,
    /// One frame in this many comes twice.
    pub twice_one_in: u32,
    /// One frame in this many overtakes the one before it.
    pub overtakes_one_in: u32,
    /// The longest that a frame takes, in milliseconds.
    pub latency_ms: i64,
    /// How many members are removed on the way.
    pub removals: usize,
    /// Clocks are off by up to this much, in milliseconds.
    pub skew_ms: i64,
    /// Whether one member sends records that no honest client makes.
    pub hostile: bool,
}

impl Plan {
    /// The story of a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = ChaCha20Rng::seed_from_u64(seed ^ 0x6b69_7468);
        let pick = |random: &mut ChaCha20Rng, choices: &[u32]| choices[random.random_range(0..choices.len())];
        let people = random.random_range(2..=7);
        Self {
            seed,
            people,
            edits: random.random_range(10..=120),
            lasts_ms: i64::from(pick(&mut random, &[60_000, 600_000, 7_200_000, 86_400_000])),
            cut_one_in: pick(&mut random, &[0, 40, 200, 1_000]),
            crash_one_in: pick(&mut random, &[0, 60, 300]),
            twice_one_in: pick(&mut random, &[0, 0, 50]),
            overtakes_one_in: pick(&mut random, &[0, 0, 100]),
            latency_ms: i64::from(pick(&mut random, &[5, 80, 2_000])),
            removals: if people > 2 { pick(&mut random, &[0, 0, 1, 2]) as usize } else { 0 },
            skew_ms: i64::from(pick(&mut random, &[0, 3_000, 600_000])) * if random.next_u32() % 10 == 0 { 50_000 } else { 1 },
            hostile: people > 2 && pick(&mut random, &[0, 0, 1]) == 1,
        }
    }
}
