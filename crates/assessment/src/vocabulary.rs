//! The fixed choices of an assessment. Each is a short word in the document; a word that a newer Kith wrote is kept as it is
//! (`Newer`), shown as such, and never written by this version (design 4).

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$vdoc])* $variant,)+
            /// A word that this version does not know.
            Newer(String),
        }

        impl $name {
            /// Every word that this version knows, in the order in which to offer them.
            pub const CHOICES: &'static [&'static str] = &[$($code),+];

            /// The word in the document, in JSON and on the command line.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Newer(word) => word,
                }
            }

            /// The words to show a person.
            pub fn words(&self) -> &str {
                match self {
                    $(Self::$variant => $label,)+
                    Self::Newer(word) => word,
                }
            }

            /// Whether this version knows what it means.
            pub fn is_known(&self) -> bool {
                !matches!(self, Self::Newer(_))
            }
        }

        /// On a page it is one of the words, or one that a newer Kith wrote.
        impl ts_rs::TS for $name {
            type WithoutGenerics = Self;
            type OptionInnerType = Self;

            fn name(_: &ts_rs::Config) -> String {
                stringify!($name).to_owned()
            }

            fn inline(_: &ts_rs::Config) -> String {
                [$(concat!("\"", $code, "\"")),+, "(string & {})"].join(" | ")
            }

            fn decl(config: &ts_rs::Config) -> String {
                format!("type {} = {};", Self::name(config), Self::inline(config))
            }

            fn decl_concrete(config: &ts_rs::Config) -> String {
                Self::decl(config)
            }

            fn output_path() -> Option<std::path::PathBuf> {
                Some(concat!(stringify!($name), ".ts").into())
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                match word.replace('_', "-").as_str() {
                    $($code => Self::$variant,)+
                    _ => Self::Newer(word.to_owned()),
                }
            }
        }

        impl FromStr for $name {
            type Err = Infallible;

            fn from_str(word: &str) -> Result<Self, Infallible> {
                Ok(Self::from(word))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Ok(Self::from(String::deserialize(deserializer)?.as_str()))
            }
        }
    };
}

choice!(
    /// What an entry is. Strengths come first wherever they are shown (R28).
    Kind {
        /// What protects, and what is good.
        Strength = "strength", "Strength";
        /// What may harm.
        Worry = "worry", "Worry";
        /// What nobody has found out yet; not the same as "does not apply" (R30).
        NotKnown = "not-known", "Not known";
    }
);
choice!(
    /// Whether the person who says it saw or heard it themselves (R12).
    Heard {
        /// Seen or heard by whoever said it.
        FirstHand = "first-hand", "first-hand";
        /// Told to them by somebody else.
        PassedOn = "passed-on", "passed on";
    }
);
choice!(
    /// On what a statement rests (R12). There is no grade for reliability, and none will be added.
    Basis {
        /// A fact.
        Fact = "fact", "fact";
        /// Something observed.
        Observation = "observation", "observation";
        /// Something alleged.
        Allegation = "allegation", "allegation";
        /// A professional's opinion.
        Opinion = "opinion", "opinion";
    }
);
choice!(
    /// Whether the young people or parents whose words these are agreed to their being written.
    Agreed {
        /// They agreed.
        Agreed = "agreed", "agreed";
        /// They did not.
        NotAgreed = "not-agreed", "not agreed";
        /// Nobody asked them.
        NotAsked = "not-asked", "not asked whether they agree";
    }
);
choice!(
    /// What made somebody look at this group now (R16).
    Trigger {
        /// A panel or meeting.
        Panel = "panel", "A panel or meeting saw a pattern";
        /// An individual or neighbourhood assessment.
        Assessment = "assessment", "Another assessment showed young people at risk together";
        /// Several practitioners.
        OverTime = "over-time", "Several of us have noticed things over time";
        /// A school or service.
        Service = "service", "A school or other service asked";
    }
);
choice!(
    /// A standing question's state: three ways of having no answer, kept apart (R30).
    Answer {
        /// Nobody has asked.
        NotYetAsked = "not-yet-asked", "not yet asked";
        /// Somebody has asked.
        Asked = "asked", "asked";
        /// Asked, and nobody knows.
        NotKnown = "not-known", "asked; not known";
        /// The question does not fit this group.
        DoesNotApply = "does-not-apply", "does not apply";
    }
);
choice!(
    /// Whose view has a standing place on each side (R29).
    Whose {
        /// The young people.
        YoungPeople = "young-people", "Young people's view";
        /// Parents and carers.
        Parents = "parents", "Parents' and carers' view";
    }
);

impl Kind {
    /// With its article, within a sentence: "a strength".
    pub(crate) fn in_a_sentence(&self) -> &str {
        match self {
            Self::Strength => "a strength",
            Self::Worry => "a worry",
            Self::NotKnown => "something not known",
            Self::Newer(_) => "something newer",
        }
    }

    /// Strengths above worries above what is not known.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Self::Strength => 0,
            Self::Worry => 1,
            Self::NotKnown => 2,
            Self::Newer(_) => 3,
        }
    }
}
