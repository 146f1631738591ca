//! "Put it in my caseload instead": what leads to one person leaves the text, and is kept in the strand record of one whom the writer
//! holds (R10). What it is kept as there, and which neutral words stay in the text, is decided here.

use super::finding::{Finding, Identifier, Kind};

/// What becomes of a word that moves to a strand record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moves {
    /// Under what it stands among the references of the record; `None`: it stands in the caseload already, and only leaves the text.
    pub kept_as: Option<&'static str>,
    /// What stands in the text from then on.
    pub leaves: &'static str,
}

impl Finding {
    /// How it moves, if it is something that leads to one person. Words of intelligence work and words that blame move nowhere.
    pub fn moves(&self) -> Option<Moves> {
        let moves = |kept_as, leaves| Some(Moves { kept_as, leaves });
        match (self.kind, self.identifier) {
            (Kind::CaseloadName, _) => moves(None, "a friend"),
            (Kind::PossibleName, _) => moves(Some("Name"), "a friend"),
            (Kind::Identifier, Some(which)) => {
                let (kept_as, leaves) = of_identifier(which);
                moves(Some(kept_as), leaves)
            }
            (Kind::Identifier | Kind::IntelligenceMarker | Kind::VictimBlaming | Kind::Adultifying, _) => None,
        }
    }
}

fn of_identifier(which: Identifier) -> (&'static str, &'static str) {
    match which {
        Identifier::NhsNumber => ("NHS number", "a health number"),
        Identifier::NationalInsurance => ("National Insurance number", "a number"),
        Identifier::PupilNumber => ("Pupil's number (UPN)", "a school number"),
        Identifier::PncId => ("Police (PNC) number", "a police reference"),
        Identifier::LearnerNumber => ("Learner's number (ULN)", "a school number"),
        Identifier::SchoolNumber => ("School's number", "the school"),
        Identifier::CustodyRecord => ("Number from police custody", "a police reference"),
        Identifier::CrimeReference => ("Crime or incident reference", "a police reference"),
        Identifier::SystemNumber => ("Number in a case system", "a reference"),
        Identifier::Postcode => ("Postcode", "a place near here"),
        Identifier::Vehicle => ("Number plate", "a car"),
        Identifier::Phone => ("Telephone", "a phone number"),
        Identifier::Email => ("E-mail address", "an e-mail address"),
        Identifier::WebAddress => ("Web address", "a web page"),
        Identifier::Handle => ("Account", "an account"),
        Identifier::DateOfBirth => ("Date of birth, as written", "their birthday"),
        Identifier::Address => ("Address", "somebody's home"),
        Identifier::Passport => ("Passport", "a passport"),
        Identifier::DrivingLicence => ("Driving licence", "a licence"),
        Identifier::BankDetails => ("Bank details", "an account"),
        Identifier::InternetAddress => ("Internet address", "an internet address"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Checker, Lists, Words};
    use super::*;

    #[test]
    fn what_stays_in_the_text_leads_to_nobody_and_is_no_hint_itself() {
        let checker = Checker::new(Lists::shipped(), &[]);
        for leaves in Identifier::ALL.map(|which| of_identifier(which).1).into_iter().chain(["a friend"]) {
            let text = format!("We met at {leaves} on Thursday, and {leaves} was there.");
            assert!(checker.check(&text, Words::Professional).unwrap().is_empty(), "{text}");
        }
    }

    #[test]
    fn each_identifier_and_each_name_has_a_place_and_nothing_else_moves() {
        let checker = Checker::new(Lists::shipped(), &[]);
        let text = "Her NHS number is 943 476 5919, she lives at 14 Brook Row. They put themselves at risk. Keziah said so.";
        let found = checker.check(text, Words::Professional).unwrap();
        let moves: Vec<_> = found.iter().map(|one| one.moves().and_then(|moves| moves.kept_as)).collect();
        assert_eq!(moves, [Some("NHS number"), Some("Address"), None, Some("Name")], "{found:?}");
    }
}
