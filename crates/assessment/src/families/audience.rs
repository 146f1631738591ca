//! For whom a version is.

use serde::{Deserialize, Serialize};

use crate::ids::EntryId;
use crate::strands::StrandView;
use crate::vocabulary::Whose;
use crate::voices::VoiceView;

/// One young person, their family, or the young people of the group together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(tag = "for", rename_all = "kebab-case")]
pub enum VersionFor {
    /// One young person.
    YoungPerson {
        /// Their strand.
        strand: EntryId,
    },
    /// The parents and carers of one young person.
    Family {
        /// The young person's strand.
        strand: EntryId,
    },
    /// The young people of the group.
    YoungPeople,
}

impl VersionFor {
    /// The strand that it is for, if it is one.
    pub fn strand(&self) -> Option<&EntryId> {
        match self {
            Self::YoungPerson { strand } | Self::Family { strand } => Some(strand),
            Self::YoungPeople => None,
        }
    }

    /// Whether adults read it.
    pub fn is_for_adults(&self) -> bool {
        matches!(self, Self::Family { .. })
    }

    /// The word in the document.
    pub(crate) fn code(&self) -> String {
        match self {
            Self::YoungPerson { strand } => format!("young-person {strand}"),
            Self::Family { strand } => format!("family {strand}"),
            Self::YoungPeople => "young-people".to_owned(),
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        match code.split_once(' ') {
            Some(("young-person", strand)) => Some(Self::YoungPerson { strand: strand.parse().ok()? }),
            Some(("family", strand)) => Some(Self::Family { strand: strand.parse().ok()? }),
            None if code == "young-people" => Some(Self::YoungPeople),
            _ => None,
        }
    }

    /// In words, for colleagues: "A", "the family of A", "the young people of the group".
    pub fn words(&self, strands: &[StrandView]) -> String {
        let label = |strand: &EntryId| {
            let id = strand.to_string();
            strands.iter().find(|one| one.kept.id == id).map_or_else(|| "a young person".to_owned(), |one| one.label.clone())
        };
        match self {
            Self::YoungPerson { strand } => label(strand),
            Self::Family { strand } => format!("the family of {}", label(strand)),
            Self::YoungPeople => "the young people of the group".to_owned(),
        }
    }

    /// Whether these are this audience's own words.
    pub(crate) fn is_own(&self, voice: &VoiceView) -> bool {
        let of = |strand: &EntryId| voice.strand.as_deref() == Some(strand.to_string().as_str());
        match self {
            Self::YoungPerson { strand } => voice.whose == Whose::YoungPeople && of(strand),
            Self::Family { strand } => voice.whose == Whose::Parents && of(strand),
            Self::YoungPeople => false,
        }
    }

    /// Whether whoever said these agreed that this audience reads them.
    pub(crate) fn may_read(&self, voice: &VoiceView) -> bool {
        match self {
            Self::Family { .. } => voice.for_families,
            Self::YoungPerson { .. } | Self::YoungPeople => voice.for_young_people,
        }
    }

    /// Whether a guest with this place in the group reads such a version.
    pub(crate) fn is_for(&self, strand: &str, adult: bool) -> bool {
        match self {
            Self::YoungPerson { strand: of } => !adult && of.to_string() == strand,
            Self::Family { strand: of } => adult && of.to_string() == strand,
            Self::YoungPeople => !adult,
        }
    }
}
