//! The framework: sides, dimensions and prompts, as data with a version (design 4, R26, R27).

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The framework that Kith ships: three sides, dimensions 1.1 to 3.8, in our words.
const PEER_DEFAULT_1: &str = include_str!("../frameworks/peer-default-1.json");

/// The largest framework, in bytes of JSON: the genesis change holds it and must fit in one record (protocol "Smaller").
const LARGEST: usize = 40_000;

/// One heading with its prompts: a dimension, or a part of the analysis or the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Heading {
    /// Short and stable: "1.6", "weighting".
    pub id: String,
    /// What to call it.
    pub title: String,
    /// Questions that help to write; never required.
    #[serde(default)]
    pub prompts: Vec<String>,
    /// "sourced" or "proposed": whether published guidance has its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// One side of the triangle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Side {
    /// Short and stable: "1".
    pub id: String,
    /// What to call it.
    pub title: String,
    /// Its dimensions, in order.
    pub dimensions: Vec<Heading>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct Parts {
    version: String,
    title: String,
    #[serde(default)]
    language: String,
    sides: Vec<Side>,
    #[serde(default)]
    analysis: Vec<Heading>,
    #[serde(default)]
    plan: Vec<Heading>,
}

/// A framework that has been checked. A local authority can bring its own ([`Framework::from_json`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Framework {
    source: Arc<str>,
    parts: Arc<Parts>,
}

/// Why a text is not a framework.
#[derive(Debug, thiserror::Error)]
pub enum FrameworkError {
    /// Not JSON, or a field is missing.
    #[error("this is not a framework file: {0}")]
    Json(#[from] serde_json::Error),
    /// Larger than the genesis change can hold.
    #[error("this framework is {0} bytes long; the longest that fits in an assessment is {LARGEST} bytes. Shorten its prompts")]
    TooLong(usize),
    /// An id, version or title that cannot be used.
    #[error("this framework cannot be used: {0}")]
    Unusable(String),
}

impl Framework {
    /// The framework that Kith ships.
    #[allow(clippy::expect_used)] // A constant of this crate, read by a test.
    pub fn peer_default() -> Self {
        Self::from_json(PEER_DEFAULT_1).expect("the framework that ships with Kith is well formed")
    }

    /// Reads and checks a framework. Fields that this version does not know are kept (the text is stored whole).
    pub fn from_json(json: &str) -> Result<Self, FrameworkError> {
        if json.len() > LARGEST {
            return Err(FrameworkError::TooLong(json.len()));
        }
        let parts: Parts = serde_json::from_str(json)?;
        let unusable = |why: String| Err(FrameworkError::Unusable(why));
        if !is_id(&parts.version) || parts.title.trim().is_empty() {
            return unusable("it needs a version of small letters, digits, dots and hyphens, and a title".to_owned());
        }
        if parts.sides.is_empty() {
            return unusable("it has no sides".to_owned());
        }
        let mut seen = BTreeSet::new();
        let side_ids = parts.sides.iter().map(|side| (&side.id, &side.title));
        let dimension_ids = parts.sides.iter().flat_map(|side| &side.dimensions).map(|heading| (&heading.id, &heading.title));
        for (id, title) in side_ids.chain(dimension_ids) {
            if !is_id(id) || title.trim().is_empty() {
                return unusable(format!("\"{id}\" needs an id of small letters, digits, dots and hyphens, and a title"));
            }
            if !seen.insert(id.clone()) {
                return unusable(format!("\"{id}\" stands twice"));
            }
        }
        let mut seen = BTreeSet::new();
        for heading in parts.analysis.iter().chain(&parts.plan) {
            if !is_id(&heading.id) || !seen.insert(heading.id.clone()) {
                return unusable(format!("\"{}\" is not an id, or stands twice", heading.id));
            }
        }
        Ok(Self { source: json.into(), parts: Arc::new(parts) })
    }

    /// Its version, such as "peer-default-1". Every entry remembers the version under which it was written.
    pub fn version(&self) -> &str {
        &self.parts.version
    }

    /// What it is called.
    pub fn title(&self) -> &str {
        &self.parts.title
    }

    /// The language of its words (BCP 47), or empty.
    pub fn language(&self) -> &str {
        &self.parts.language
    }

    /// Its sides, in order.
    pub fn sides(&self) -> &[Side] {
        &self.parts.sides
    }

    /// Headings of the analysis.
    pub fn analysis(&self) -> &[Heading] {
        &self.parts.analysis
    }

    /// Headings of the plan.
    pub fn plan(&self) -> &[Heading] {
        &self.parts.plan
    }

    /// The text that it was read from, as stored in the document.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether something can be written there: a dimension, or a side as a whole.
    pub fn has_place(&self, id: &str) -> bool {
        self.place(id).is_some()
    }

    /// The title of a dimension or side.
    pub fn place(&self, id: &str) -> Option<&str> {
        self.sides().iter().find_map(|side| {
            if side.id == id {
                return Some(side.title.as_str());
            }
            side.dimensions.iter().find(|heading| heading.id == id).map(|heading| heading.title.as_str())
        })
    }
}

fn is_id(id: &str) -> bool {
    (1..=40).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn the_framework_that_ships_has_every_dimension_with_prompts() {
        let framework = Framework::peer_default();
        assert_eq!(framework.version(), "peer-default-1");
        let ids: Vec<&str> = framework.sides().iter().flat_map(|s| &s.dimensions).map(|d| d.id.as_str()).collect();
        let expected = "1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 2.1 2.2 2.3 2.4 2.5 2.6 3.1 3.2 3.3 3.4 3.5 3.6 3.7 3.8";
        assert_eq!(ids.join(" "), expected);
        assert!(framework.sides().iter().flat_map(|s| &s.dimensions).all(|d| !d.prompts.is_empty() && d.evidence.is_some()));
        assert_eq!(framework.analysis().len() + framework.plan().len(), 5);
        assert_eq!(framework.place("2"), Some("Guardianship capacity"));
        assert!(!framework.has_place("4.1"));
    }

    #[test]
    fn an_unusable_framework_is_refused_with_what_is_wrong() {
        let twice = PEER_DEFAULT_1.replace("\"1.2\"", "\"1.1\"");
        assert!(Framework::from_json(&twice).unwrap_err().to_string().contains("stands twice"));
        assert!(Framework::from_json("{}").is_err());
        assert!(Framework::from_json(&" ".repeat(50_000)).unwrap_err().to_string().contains("50000 bytes"));
        assert!(Framework::from_json(&PEER_DEFAULT_1.replace("\"3.8\"", "\"a/b\"")).is_err());
    }
}
