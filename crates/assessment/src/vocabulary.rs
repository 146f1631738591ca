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

        impl Default for $name {
            /// Nothing chosen: refused as a choice by every command.
            fn default() -> Self {
                Self::Newer(String::new())
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
choice!(
    /// What was done with what somebody said (R50; sample-and-words 4, "Coming back").
    Outcome {
        /// It was used.
        Used = "used", "We used it";
        /// Not yet.
        NotYet = "not-yet", "Not yet";
        /// It was not used, because.
        NotUsed = "not-used", "We did not use it";
        /// The team wants to ask more.
        AskMore = "ask-more", "We want to ask you more";
    }
);
choice!(
    /// "Is that fair?", as the person who was answered says it (R50).
    Fair {
        /// Yes.
        Yes = "yes", "Yes";
        /// Not really.
        NotReally = "not-really", "Not really";
        /// No.
        No = "no", "No";
    }
);
choice!(
    /// When a side must change, for safety to rise (R35). Words, never numbers.
    Turn {
        /// It must change first.
        First = "first", "first";
        /// After that.
        Next = "next", "next";
        /// Then.
        Then = "then", "then";
    }
);
choice!(
    /// How an action stands (R39). "Overdue" is not among them: that is computed from the date.
    Status {
        /// Nobody has started.
        NotStarted = "not-started", "not started";
        /// Its owner agreed.
        Agreed = "agreed", "agreed";
        /// Under way.
        Started = "started", "started";
        /// Done.
        Done = "done", "done";
        /// Given up, or no longer wanted.
        Stopped = "stopped", "stopped";
    }
);
choice!(
    /// Whether somebody sees a thing the same way (R44: agreement among adults, then and now).
    Position {
        /// The same way.
        Same = "same", "sees it the same way";
        /// Otherwise.
        Differently = "differently", "sees it differently";
        /// Not sure.
        NotSure = "not-sure", "is not sure";
    }
);
choice!(
    /// What colleagues see of a young person's and their parents' agreement (R8). Who said what stays in the strand's record.
    Agreement {
        /// Asked; no answer yet.
        Asked = "asked", "asked";
        /// Yes.
        Yes = "yes", "yes";
        /// Yes to some of it.
        InPart = "in-part", "in part";
        /// No.
        No = "no", "no";
        /// After a no: holder and lead are deciding.
        BeingDecided = "being-decided", "being decided";
    }
);
choice!(
    /// What holder and lead decide after a no (sample-and-words 5). A no takes nobody out by itself.
    AfterNo {
        /// The young person is taken out.
        TakeOut = "take-out", "take out";
        /// Go on with the part that was agreed.
        InPart = "in-part", "go on in part";
        /// Go on, because.
        GoOn = "go-on", "go on";
    }
);
choice!(
    /// What becomes of a young person's words when they are taken out: their own choice (R4).
    TheirWords {
        /// They stay, as "a young person".
        Stay = "stay", "stay as \"a young person\"";
        /// They go.
        Go = "go", "go";
    }
);
choice!(
    /// Whether parents and young people have been asked, at the start (sample-and-words 1.6).
    AskedAll {
        /// All of them.
        All = "all", "yes, all";
        /// Some of them.
        Some = "some", "some of them";
        /// Nobody yet.
        NotYet = "not-yet", "not yet";
        /// It was decided not to ask somebody yet.
        DecidedNot = "decided-not", "we have decided not to ask someone yet";
    }
);
choice!(
    /// "Still true?", asked once per side at a review (R31).
    StillTrue {
        /// Yes.
        Yes = "yes", "still true";
        /// In part.
        Partly = "partly", "partly true";
        /// No.
        No = "no", "no longer true";
    }
);
choice!(
    /// Whether families were told that the work has ended (R59).
    Told {
        /// They were told.
        Told = "told", "told";
        /// It was decided not to tell them, because.
        NotTold = "not-told", "not told";
    }
);
choice!(
    /// Whom one asks: each stands apart (R8).
    Whom {
        /// The young person.
        YoungPerson = "young-person", "the young person";
        /// A parent or carer.
        Parent = "parent", "a parent or carer";
    }
);
choice!(
    /// What somebody is asked about: never one tick (R7, sample-and-words 5).
    AgreementAbout {
        /// That they know of it.
        Openness = "openness", "what this is";
        /// Taking part.
        Work = "work", "taking part";
        /// Being drawn, and written about under a label. By a link somebody can object to that alone.
        Mapped = "mapped", "being drawn, or written about under a label";
    }
);
choice!(
    /// What somebody said when asked (sample-and-words 5).
    Said {
        /// They have read what this is; that is not agreement.
        HasRead = "has-read", "has read this";
        /// Yes.
        Yes = "yes", "yes";
        /// Yes, but not to all of it.
        YesBut = "yes-but-not", "yes, but not all";
        /// No.
        No = "no", "no";
        /// They want to talk first.
        WantsToTalk = "wants-to-talk", "wants to talk first";
        /// They said yes before, and take it back.
        Withdrawn = "withdrawn", "withdrawn";
        /// Not now. That is no answer yet.
        AskLater = "ask-later", "asks to be asked later";
    }
);
choice!(
    /// Whether somebody can make one decision (practice 2.3). It may be otherwise for another one.
    Competent {
        /// They can.
        Able = "able", "able to decide this";
        /// They cannot.
        NotAble = "not-able", "not able to decide this yet";
        /// It is not clear.
        NotSure = "not-sure", "not sure";
    }
);

choice!(
    /// What kind of place it is (the cards of sample-and-words 4.3). Never which one.
    PlaceKind {
        /// Somebody's home.
        Home = "home", "a home";
        /// A friend's home.
        FriendsHome = "friends-home", "a friend's home";
        /// School or college.
        School = "school", "school or college";
        /// On the way there and back.
        Way = "way", "on the way";
        /// A park, water, a street.
        Outdoors = "outdoors", "outdoors";
        /// Shops.
        Shops = "shops", "shops";
        /// Bus or station.
        Station = "station", "bus or station";
        /// A club, a hub, sport.
        Club = "club", "club, hub or sport";
        /// A library, a clinic, another service.
        Service = "service", "a service";
        /// Online.
        Online = "online", "online";
        /// Somewhere else.
        Elsewhere = "elsewhere", "somewhere else";
    }
);
choice!(
    /// How a place is for young people, as they say it (sample-and-words 4.3). A place, never a person.
    PlaceIs {
        /// They feel OK there.
        Ok = "ok", "OK";
        /// It depends.
        Depends = "depends", "it depends";
        /// They do not.
        NotOk = "not-ok", "not OK";
        /// Nobody has asked, or nobody knows.
        NotKnown = "not-known", "not known";
    }
);
choice!(
    /// What kind of tie it is (R33; maps 5.2).
    TieKind {
        /// Friends.
        Friendship = "friendship", "friendship";
        /// Family.
        Family = "family", "family";
        /// One is there for the other.
        Support = "support", "support";
        /// Something between them is a worry.
        Worry = "worry", "worry";
    }
);
choice!(
    /// How strong a tie is, in the words of those who described it.
    Strength {
        /// Strong.
        Strong = "strong", "strong";
        /// In the middle.
        Middling = "middling", "middling";
        /// Light.
        Light = "light", "light";
    }
);
choice!(
    /// Which way a tie goes; nothing at all unless somebody said so.
    Direction {
        /// Both ways.
        Both = "both", "both ways";
        /// From the first to the second.
        OneWay = "one-way", "one way";
    }
);
choice!(
    /// What kind of meeting it is (R40; practice 2.5 and 7).
    MeetingKind {
        /// About this group, with the agencies that know it: the usual one.
        PeerGroupConference = "peer-group-conference", "Peer group conference";
        /// About places and the adults in them.
        ContextConference = "context-conference", "Context conference";
        /// When a child may be in danger of significant harm.
        Strategy = "strategy", "Strategy meeting";
        /// Is it still true?
        Review = "review", "Review";
    }
);
choice!(
    /// For what a young person's own map is made: one of two, and no third (R32).
    MapPurpose {
        /// With them, to see who matters to them for their safety plan.
        SafetyPlan = "safety-plan", "with the young person, to see who matters to them for their safety plan";
        /// To bring together what social care already holds, so that work with linked young people fits together.
        BringTogether = "bring-together", "to bring together what social care already holds, so that work with linked young people fits together";
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
choice!(
    /// "Would anyone be in danger if this lay on the kitchen table?", answered by a person before a version goes to families.
    KitchenTable {
        /// Nobody.
        Nobody = "nobody", "nobody would be in danger";
        /// Somebody.
        Somebody = "somebody", "somebody would be in danger";
        /// It is not clear.
        NotSure = "not-sure", "not sure";
    }
);
