//! What a check finds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of hint it is, most important first (R10, R11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A name from the practitioner's own caseload, in whatever form.
    CaseloadName,
    /// A number, address, handle or date that leads to one person (identifiers 4.2).
    Identifier,
    /// A grade, word or form of intelligence work (practice 5.2).
    IntelligenceMarker,
    /// Words that put the blame on a young person (practice 5.3).
    VictimBlaming,
    /// Words that make a child sound older or less in need of protection (practice 3.6).
    Adultifying,
    /// A word that may be somebody's name.
    PossibleName,
}

impl Kind {
    /// All, most important first.
    pub const ALL: [Self; 6] = [
        Self::CaseloadName,
        Self::Identifier,
        Self::IntelligenceMarker,
        Self::VictimBlaming,
        Self::Adultifying,
        Self::PossibleName,
    ];

    /// What it is, for a person who looks through them before sharing: "a name from your caseload".
    pub fn words(self) -> &'static str {
        match self {
            Self::CaseloadName => "a name from your caseload",
            Self::Identifier => "something that leads to one person",
            Self::IntelligenceMarker => "a word of intelligence work",
            Self::VictimBlaming => "words that put the blame on a young person",
            Self::Adultifying => "words that make a child sound older",
            Self::PossibleName => "what may be a name",
        }
    }

    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CaseloadName => "caseload-name",
            Self::Identifier => "identifier",
            Self::IntelligenceMarker => "intelligence-marker",
            Self::VictimBlaming => "victim-blaming",
            Self::Adultifying => "adultifying",
            Self::PossibleName => "possible-name",
        }
    }
}

/// Which identifier (identifiers 4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identifier {
    /// NHS number (or Scotland's CHI number): ten digits, modulo 11.
    NhsNumber,
    /// National Insurance number: its prefix is a lawful one.
    NationalInsurance,
    /// Unique Pupil Number, lasting or temporary: check letter, modulo 23.
    PupilNumber,
    /// Police National Computer identity: check letter, modulo 23.
    PncId,
    /// Unique Learner Number, beside its name.
    LearnerNumber,
    /// A school's URN or establishment number, beside its name.
    SchoolNumber,
    /// Custody record, arrest summons or criminal record office number, beside its name.
    CustodyRecord,
    /// Crime, incident or CAD reference.
    CrimeReference,
    /// A number of a case system, beside its name.
    SystemNumber,
    /// A postcode; half of one only beside the word.
    Postcode,
    /// A vehicle's plate; older forms only beside a word for a vehicle.
    Vehicle,
    /// A telephone number; helplines are none.
    Phone,
    /// An e-mail address.
    Email,
    /// A web address; those of public bodies are none.
    WebAddress,
    /// The name of an account: @name, or beside the name of a platform.
    Handle,
    /// A date of birth: a day beside a word for birth.
    DateOfBirth,
    /// A number and a street, or a flat.
    Address,
    /// A passport's number, beside its name.
    Passport,
    /// A driving licence's number.
    DrivingLicence,
    /// Sort code or account number, beside their names.
    BankDetails,
    /// An internet (IP) address.
    InternetAddress,
}

impl Identifier {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::NhsNumber,
        Self::NationalInsurance,
        Self::PupilNumber,
        Self::PncId,
        Self::LearnerNumber,
        Self::SchoolNumber,
        Self::CustodyRecord,
        Self::CrimeReference,
        Self::SystemNumber,
        Self::Postcode,
        Self::Vehicle,
        Self::Phone,
        Self::Email,
        Self::WebAddress,
        Self::Handle,
        Self::DateOfBirth,
        Self::Address,
        Self::Passport,
        Self::DrivingLicence,
        Self::BankDetails,
        Self::InternetAddress,
    ];

    /// Whether a check digit or letter, or the rule for National Insurance prefixes, tells it from other numbers.
    pub fn is_checked(self) -> bool {
        matches!(self, Self::NhsNumber | Self::NationalInsurance | Self::PupilNumber | Self::PncId)
    }

    /// The word in JSON.
    pub fn as_str(self) -> &'static str {
        self.texts().0
    }

    /// The word in JSON, what it is, and what to do instead.
    fn texts(self) -> (&'static str, &'static str, &'static str) {
        const CASELOAD: &str = "Leave it out here; if you need it, it belongs in your caseload.";
        const POLICE: &str =
            "Leave it out here; the police know their own references. Say what happened and what the friends need.";
        match self {
            Self::NhsNumber => ("nhs-number", "an NHS number", CASELOAD),
            Self::NationalInsurance => ("national-insurance", "a National Insurance number", CASELOAD),
            Self::PupilNumber => ("pupil-number", "a pupil's number (UPN)", CASELOAD),
            Self::PncId => ("pnc-id", "a police (PNC) number", POLICE),
            Self::LearnerNumber => ("learner-number", "a learner's number (ULN)", CASELOAD),
            Self::SchoolNumber => ("school-number", "a school's number", "Say \"the school\"."),
            Self::CustodyRecord => ("custody-record", "a number from police custody", POLICE),
            Self::CrimeReference => ("crime-reference", "a crime or incident reference", POLICE),
            Self::SystemNumber => ("system-number", "a number from a case system", CASELOAD),
            Self::Postcode => ("postcode", "a postcode", "Say what kind of place it is, for example \"near the station\"."),
            Self::Vehicle => {
                ("vehicle", "a vehicle's number plate", "Leave it out here; who drives what goes by your agency's police route.")
            }
            Self::Phone => ("phone", "a telephone number", CASELOAD),
            Self::Email => ("email", "an e-mail address", CASELOAD),
            Self::WebAddress => ("web-address", "a web address", "Say what kind of page it is, without the address."),
            Self::Handle => {
                ("handle", "the name of somebody's account", "Say which kind of place online it is, without the account.")
            }
            Self::DateOfBirth => {
                ("date-of-birth", "a date of birth", "Say roughly how old the friends are, or their school year.")
            }
            Self::Address => ("address", "an address", "Say what kind of place it is, for example \"a friend's home\"."),
            Self::Passport => ("passport", "a passport's number", CASELOAD),
            Self::DrivingLicence => ("driving-licence", "a driving licence's number", CASELOAD),
            Self::BankDetails => ("bank-details", "bank details", CASELOAD),
            Self::InternetAddress => ("internet-address", "an internet address", "Leave it out here."),
        }
    }
}

/// What a word is known by when somebody has chosen to keep it: compared without capitals, accents and possessives. It is text that
/// a person wrote: it stays on this machine, and is not printed by accident.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WordKey(pub(crate) String);

impl fmt::Debug for WordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WordKey(…)")
    }
}

/// One hint. It holds no text but [`Finding::key`]; the words are those of the span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Which identifier, if it is one.
    pub identifier: Option<Identifier>,
    /// Where it begins, in UTF-16 code units.
    pub start: usize,
    /// Where it ends, in UTF-16 code units; greater than `start`, never within a character.
    pub end: usize,
    /// Why, in one or two plain sentences.
    pub reason: String,
    /// What to do instead, in a sentence.
    pub suggestion: String,
    /// Words to put in its place by one press, where some fit.
    pub instead: Option<String>,
    /// What the word is known by, for choices that stay on this machine.
    pub key: WordKey,
}

/// A finding while rules still look; positions in characters.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) identifier: Option<Identifier>,
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) reason: String,
    pub(crate) suggestion: String,
    pub(crate) instead: Option<String>,
}

impl Found {
    pub(crate) fn identifier(which: Identifier, start: usize, end: usize) -> Self {
        let (_, what, suggestion) = which.texts();
        Self {
            kind: Kind::Identifier,
            identifier: Some(which),
            start,
            end,
            reason: format!("This looks like {what}. This text is about the group, so that families can read it."),
            suggestion: suggestion.to_owned(),
            instead: None,
        }
    }

    pub(crate) fn caseload_name(start: usize, end: usize) -> Self {
        Self::name(
            Kind::CaseloadName,
            start,
            end,
            "This looks like a name from your caseload. This text is about the group, so that families can read it.",
        )
    }

    pub(crate) fn possible_name(start: usize, end: usize) -> Self {
        let why = "This may be somebody's name. This text is about the group, so that families can read it.";
        Self::name(Kind::PossibleName, start, end, why)
    }

    fn name(kind: Kind, start: usize, end: usize, reason: &str) -> Self {
        Self {
            kind,
            identifier: None,
            start,
            end,
            reason: reason.to_owned(),
            suggestion: "Say \"a friend\", or put it in your caseload instead.".to_owned(),
            instead: Some("a friend".to_owned()),
        }
    }

    /// Whether two stand on one character.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}
