//! Others whose apps run on this same computer, as in the demo: a page offers to open them beside itself. `kith open` has none.

/// What to say of them. The page shows `before`, the names, `between`, the place as a link, `after`, as one sentence or more.
#[derive(Debug)]
pub struct Beside {
    /// What stands before their names.
    pub before: String,
    /// They, in the order to show them.
    pub others: Vec<Neighbour>,
    /// What stands between the names and the place.
    pub between: String,
    /// The words of the place to write in.
    pub place: String,
    /// The page of that place, such as `/a/ID/sides/2`.
    pub route: String,
    /// What stands after it.
    pub after: String,
}

/// Somebody whose app runs here too.
pub struct Neighbour {
    /// Their name.
    pub name: String,
    /// A new way into their app ([`super::Server::way_in_to`]), each time that it is asked for.
    pub way_in: Box<dyn Fn() -> String + Send + Sync>,
}

impl std::fmt::Debug for Neighbour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Neighbour").field("name", &self.name).finish_non_exhaustive()
    }
}
