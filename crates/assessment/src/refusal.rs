//! Why a command was not done.

/// Why a command was not done, in a sentence that a person can act on. The document is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such entry or view.
    #[error("there is no {what} {id} in this assessment. `kith show` lists what there is, with ids")]
    Unknown {
        /// "entry", "differing view", "invitation".
        what: &'static str,
        /// What was asked for.
        id: String,
    },
    /// No such dimension or side.
    #[error("there is no dimension \"{given}\" in this framework. It has: {known}")]
    UnknownDimension {
        /// What was asked for.
        given: String,
        /// What there is.
        known: String,
    },
    /// A word that is not one of the choices.
    #[error("\"{given}\" is not a {what}. Choose one of: {known}")]
    UnknownChoice {
        /// "kind of entry", "basis".
        what: &'static str,
        /// What was given.
        given: String,
        /// What there is.
        known: String,
    },
    /// Nothing to write.
    #[error("the {what} is empty. Write a few words")]
    Empty {
        /// Which text.
        what: &'static str,
    },
    /// Longer than the limit.
    #[error("the {what} is {length} characters long; the most is {limit}. Shorten it, or write several entries")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// In UTF-16 code units.
        length: usize,
        /// In UTF-16 code units.
        limit: usize,
    },
    /// Within the text's limit, but more than one change can hold.
    #[error("this is too much to add at once ({bytes} bytes; the most is {limit}). Add it in parts")]
    TooMuchAtOnce {
        /// In bytes.
        bytes: usize,
        /// In bytes.
        limit: usize,
    },
    /// A character that no person types.
    #[error(
        "the {what} holds a control character (U+{code:04X}), which could hide or change what others see. Take it out and try again"
    )]
    ControlCharacter {
        /// Which text.
        what: &'static str,
        /// Its code point.
        code: u32,
    },
    /// A label with a line end.
    #[error("the {what} must be one line")]
    OneLine {
        /// Which text.
        what: &'static str,
    },
    /// Not a day.
    #[error("\"{0}\" is not a date since 1900. Write it as YYYY-MM-DD, such as 2026-05-05")]
    NotADate(String),
    /// A splice past the end of the text.
    #[error(
        "that place is not in the text: it has {length} characters, and the edit reaches to {end}. Open the entry again and repeat the edit"
    )]
    PastTheEnd {
        /// In UTF-16 code units.
        length: usize,
        /// In UTF-16 code units.
        end: usize,
    },
    /// An editor stands on something that this device does not have.
    #[error("this edit was made on a version that this device does not have. Open the entry again and repeat the edit")]
    UnknownHeads,
    /// Edited although taken back.
    #[error("this entry was taken back ({why}). Restore it first, then edit it")]
    TakenBack {
        /// The reason that was given.
        why: String,
    },
    /// Somebody else's words.
    #[error("only {author} can change this: it stays as its author wrote it. Add your own beside it")]
    NotYours {
        /// Whose words they are.
        author: String,
    },
    /// A rule of practice, in a sentence that says what to do.
    #[error("{0}")]
    Rule(&'static str),
    /// Words whose speaker did not agree to their being written (R29).
    #[error(
        "they did not agree to this being written here. It stays with you, in their strand's record; ask again, or write down that you asked"
    )]
    NotAgreed,
    /// New text under a label after a no (sample-and-words 5).
    #[error(
        "after a no nothing new is written under this label until its holder and a lead have decided, by {by}. No safety step waits for that"
    )]
    Paused {
        /// By when they decide.
        by: String,
    },
    /// Not mine to take out.
    #[error("only {holder}, who holds this strand, can do this. Ask them; if they are away, let somebody take it over first")]
    NotHolder {
        /// Who holds it.
        holder: String,
    },
    /// A label that was used before: it is never used again (R4).
    #[error("this label has been used, and a label is never used again. The next free one is {next}")]
    LabelUsed {
        /// The next that was never used.
        next: String,
    },
    /// Something stands against a version for families (R17).
    #[error("this cannot go to them yet. {0}")]
    NotForFamiliesYet(String),
    /// Nothing there to choose between.
    #[error("\"{0}\" does not have two versions now: somebody may have chosen already")]
    NothingToChoose(String),
    /// A value that is not one of the versions.
    #[error("\"{given}\" is none of the versions. They are: {known}")]
    NotAVersion {
        /// What was given.
        given: String,
        /// What there is.
        known: String,
    },
    /// It is so already.
    #[error("{0}")]
    AlreadySo(&'static str),
    /// An invitation that cannot be used.
    #[error("this invitation {0}. Make a new one")]
    Invite(&'static str),
    /// The document lacks what every assessment has.
    #[error(
        "this assessment lacks a part that it should have ({0}); nothing was changed. Open an earlier copy, or continue from one"
    )]
    Document(String),
}

impl From<automerge::AutomergeError> for Refusal {
    fn from(error: automerge::AutomergeError) -> Self {
        Self::Document(error.to_string())
    }
}
