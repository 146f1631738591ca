//! What an area says on its guests' pages in place of the page's own words: about danger, a helpline, whom to tell if we got it wrong.
//! Drafts of the page are not law: whoever sets other words says who checked them.

use kith_assessment::Refusal;
use minicbor::{Decode, Encode};

use super::kept::{self, SETTING};
use super::{EngineError, Work};

/// The longest of these texts, in bytes: a card holds no more.
const LONGEST: usize = 500;

/// Words for the pages of one language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(array)]
pub struct AreaWords {
    /// In place of the page's own words for danger.
    #[n(0)]
    pub danger: Option<String>,
    /// A free helpline, with its number.
    #[n(1)]
    pub helpline: Option<String>,
    /// Whom to tell "if you think that we got it wrong".
    #[n(2)]
    pub complain: Option<String>,
    /// Who checked them for the area.
    #[n(3)]
    pub checked_by: String,
    /// When, "YYYY-MM-DD".
    #[n(4)]
    pub checked_on: String,
}

impl Work<'_> {
    /// The words of this area for pages in one language; empty ones if none are set.
    ///
    /// # Errors
    /// When the store fails.
    pub fn area_words(&self, language: &str) -> Result<AreaWords, EngineError> {
        Ok(self.rows().row(SETTING, &key(language))?.and_then(|bytes| kept::read(&bytes)).unwrap_or_default())
    }

    /// Sets them. Empty words take them away.
    ///
    /// # Errors
    /// [`EngineError::Refused`] where nobody has checked them or one is too long; when the store fails.
    pub fn set_area_words(&mut self, language: &str, words: &AreaWords) -> Result<(), EngineError> {
        let text = |what: &'static str, text: &Option<String>| -> Result<Option<String>, Refusal> {
            let Some(text) = text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
            if text.len() > LONGEST {
                return Err(Refusal::TooLong { what, length: text.len(), limit: LONGEST });
            }
            if text.chars().any(char::is_control) {
                return Err(Refusal::OneLine { what });
            }
            Ok(Some(text.to_owned()))
        };
        let words = AreaWords {
            danger: text("text about danger", &words.danger)?,
            helpline: text("helpline", &words.helpline)?,
            complain: text("text about whom to tell", &words.complain)?,
            checked_by: text("name of who checked it", &Some(words.checked_by.clone()))?.ok_or(Refusal::Rule(
                "say who checked these words for the area: young people read them when somebody is in danger",
            ))?,
            checked_on: words.checked_on.clone(),
        };
        self.put(SETTING, &key(language), &kept::written(&words))
    }
}

fn key(language: &str) -> Vec<u8> {
    format!("area {language}").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_format_of_an_areas_words_is_frozen() {
        let words = AreaWords {
            helpline: Some("0800 1111".into()),
            checked_by: "P".into(),
            checked_on: "2026-05-05".into(),
            ..AreaWords::default()
        };
        let bytes = kept::written(&words);
        insta::assert_snapshot!(data_encoding::HEXLOWER.encode(&bytes));
        assert_eq!(kept::read::<AreaWords>(&bytes), Some(words));
    }
}
