//! Many clients and a relay over the real state machines, documents and groups, under a virtual clock, on disks and lines that fail.
//!
//! A seed decides everything that the world can decide: who writes what and when, how long frames take, where lines are cut and
//! machines stop. The same seed gives the same trace of logical events (MLS's own key material apart, which OpenMLS draws from
//! the system). [`run`] plays one seed and says what did not hold.

mod disk;
mod hostile;
mod many;
mod peers;
mod people;
mod plan;
mod proof;
mod world;

pub use disk::Disk;
pub use many::{Summary, many};
pub use plan::Plan;
pub use proof::Outcome;
pub use world::World;

/// Plays one seed to its end, and proves what must hold.
pub fn run(plan: &Plan) -> Outcome {
    let mut world = World::new(plan);
    world.play();
    world.settle();
    proof::prove(world)
}
