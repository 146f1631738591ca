//! What a guest may say: the inside of an item.

use minicbor::{Decode, Encode};

use super::drawn::{Attachment, Drawing};
use crate::{Digest, GuestItemId};

const MAX_ANSWERS: usize = 64;
const MAX_CHOICES: usize = 64;
/// More than a voice note and a drawing to each of the six steps.
const MAX_ATTACHMENTS: usize = 16;
/// The longest text of one answer, in bytes of UTF-8.
const MAX_WORDS: usize = 16 * 1024;
pub(super) const MAX_NAME: usize = 512;

/// Who may see an answer, as the guest chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum Audience {
    /// The holder and the stand-in only.
    #[n(0)]
    Holder,
    /// The team, without the guest's name.
    #[n(1)]
    Team,
}

/// A card that was pressed.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Choice {
    /// Its name in every language: `listen`.
    #[n(0)]
    pub code: String,
    /// What stood on it, as the guest read it.
    #[n(1)]
    pub words: String,
}

/// What was said to one question.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Answer {
    /// The question's name: `friends`, `together`, `places`, … (`client/guest/src/steps.ts`).
    #[n(0)]
    pub question: String,
    /// The cards that were pressed.
    #[n(1)]
    pub choices: Vec<Choice>,
    /// In their own words; empty if nothing was typed.
    #[n(2)]
    pub words: String,
    /// Whether they pressed Skip: not the same as choosing nothing.
    #[n(3)]
    pub skipped: bool,
    /// Who may see it.
    #[n(4)]
    pub audience: Audience,
}

/// "Is that fair?", of one thing that was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum IsFair {
    /// Yes.
    #[n(0)]
    Yes,
    /// Not really.
    #[n(1)]
    NotReally,
    /// No.
    #[n(2)]
    No,
}

/// What a guest says of one answer of the team ([`crate::Point`]).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OnPoint {
    /// The point's name ([`crate::Point::id`]).
    #[n(0)]
    pub point: String,
    /// Whether it is fair; none: not said.
    #[n(1)]
    pub fair: Option<IsFair>,
    /// Why; empty if nothing was typed.
    #[n(2)]
    pub why: String,
    /// They ask to have what they had said taken out.
    #[n(3)]
    pub take_out: bool,
}

/// "Is that right?", of a part of the summary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum IsRight {
    /// "That is right."
    #[n(0)]
    Right,
    /// "Partly."
    #[n(1)]
    Partly,
    /// "Not right."
    #[n(2)]
    NotRight,
    /// "I do not know."
    #[n(3)]
    NotKnown,
}

/// What a guest says of one part of the summary.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OnPart {
    /// The part's name ([`crate::SharedPart::id`], [`crate::SharedAction::id`]).
    #[n(0)]
    pub part: String,
    /// Whether it is right.
    #[n(1)]
    pub right: IsRight,
    /// Why; empty if nothing was typed.
    #[n(2)]
    pub why: String,
}

/// A reply to the summary, which stands beside it from then on (right of reply, R17).
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OnSummary {
    /// Which version they read ([`crate::SharedSummary::version`]).
    #[n(0)]
    pub version: String,
    /// Part by part.
    #[n(1)]
    pub parts: Vec<OnPart>,
    /// "What did we miss?"
    #[n(2)]
    pub missed: String,
    /// Their reply, in their own words.
    #[n(3)]
    pub reply: String,
    /// They agree that other families read the reply too.
    #[n(4)]
    pub other_families: bool,
}

/// "Are you happy to take part?"
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(index_only)]
pub enum TakingPart {
    /// Yes.
    #[n(0)]
    Yes,
    /// "Yes, but not" what [`OnAgreement::but_not`] says.
    #[n(1)]
    InPart,
    /// No. Also a yes that is taken back.
    #[n(2)]
    No,
    /// "I want to talk first."
    #[n(3)]
    TalkFirst,
    /// "Ask me later."
    #[n(4)]
    Later,
}

/// What a young person or a parent answers to what agreement asks (R7 to R9). Openness and taking part are two things.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OnAgreement {
    /// "I have read this": openness, not agreement.
    #[n(0)]
    pub read: bool,
    /// Taking part; none: not answered.
    #[n(1)]
    pub taking_part: Option<TakingPart>,
    /// What they do not want: `picture`, `links`, `agency:…`.
    #[n(2)]
    pub but_not: Vec<Choice>,
    /// They object to being drawn or written about in the group's picture.
    #[n(3)]
    pub object: bool,
    /// In their own words.
    #[n(4)]
    pub words: String,
    /// Every word that they were shown before they answered, in their language. Whoever takes it in keeps it with its digest.
    #[n(5)]
    pub shown: String,
}

/// What link and code word together open (protocol 14): made on the phone, kept by nobody but the readers of the item.
#[derive(Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct CodeWord {
    /// What the relay is to know, while a window is open: the digest of a token made from link and code word.
    #[n(0)]
    pub verifier: Digest,
    /// The key under which an answer is sealed for this guest.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub key: [u8; 32],
}

impl std::fmt::Debug for CodeWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CodeWord(…)")
    }
}

/// What an item is for.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub enum Saying {
    /// This was said.
    #[n(0)]
    Said(#[n(0)] Vec<Answer>),
    /// The item that [`Said::replaces`] names is withdrawn; once it was read, they ask to have it taken out.
    #[n(1)]
    Withdrawn,
    /// They would like to read what there is for them, and have chosen a code word: [`Said::code`].
    #[n(2)]
    WantsToRead,
    /// What they say of the team's answers.
    #[n(3)]
    OnPoints(#[n(0)] Vec<OnPoint>),
    /// What they say of the summary.
    #[n(4)]
    OnSummary(#[n(0)] OnSummary),
    /// What they answer to what agreement asks.
    #[n(5)]
    OnAgreement(#[n(0)] OnAgreement),
    /// Who matters to them, as much of it as they chose to send (R32). For the strand record only.
    #[n(6)]
    Circle(#[n(0)] Drawing),
}

/// What is in an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The language in which it was said.
    pub language: String,
    /// An item of the same link, in the place of which this one stands if nobody has read that one yet.
    pub replaces: Option<GuestItemId>,
    /// What is said.
    pub saying: Saying,
    /// How it can be read again, if the guest chose a code word.
    pub code: Option<CodeWord>,
    /// Voice notes and drawings. For the strand record only, whatever the audience of the answers.
    pub attached: Vec<Attachment>,
}

impl Said {
    pub(super) fn is_within_limits(&self) -> bool {
        let short = |text: &String| text.len() <= MAX_NAME;
        let text = |text: &String| text.len() <= MAX_WORDS;
        let choices = |choices: &Vec<Choice>| {
            choices.len() <= MAX_CHOICES && choices.iter().all(|choice| short(&choice.code) && short(&choice.words))
        };
        let saying = match &self.saying {
            Saying::Said(answers) => {
                answers.len() <= MAX_ANSWERS
                    && answers.iter().all(|answer| short(&answer.question) && text(&answer.words) && choices(&answer.choices))
            }
            Saying::Withdrawn => self.replaces.is_some(),
            Saying::WantsToRead => self.code.is_some(),
            Saying::OnPoints(points) => {
                points.len() <= MAX_ANSWERS && points.iter().all(|point| short(&point.point) && text(&point.why))
            }
            Saying::OnSummary(on) => {
                on.parts.len() <= MAX_ANSWERS
                    && on.parts.iter().all(|part| short(&part.part) && text(&part.why))
                    && short(&on.version)
                    && text(&on.missed)
                    && text(&on.reply)
            }
            Saying::OnAgreement(on) => choices(&on.but_not) && text(&on.words) && text(&on.shown),
            Saying::Circle(drawing) => drawing.is_within_limits(),
        };
        let attached = self.attached.len() <= MAX_ATTACHMENTS && self.attached.iter().all(Attachment::is_within_limits);
        saying && attached && short(&self.language)
    }

    /// Takes out what cannot be seen and would change how other words look (see [`visible`]).
    pub(super) fn cleaned(mut self) -> Self {
        let clean = |text: &mut String| *text = visible(text);
        clean(&mut self.language);
        let choices = |choices: &mut Vec<Choice>| {
            for choice in choices {
                clean(&mut choice.code);
                clean(&mut choice.words);
            }
        };
        match &mut self.saying {
            Saying::Said(answers) => answers.iter_mut().for_each(|answer| choices(&mut answer.choices)),
            Saying::OnAgreement(on) => choices(&mut on.but_not),
            _ => {}
        }
        match &mut self.saying {
            Saying::Said(answers) => {
                for answer in answers {
                    clean(&mut answer.question);
                    clean(&mut answer.words);
                }
            }
            Saying::Withdrawn | Saying::WantsToRead => {}
            Saying::OnPoints(points) => {
                for point in points {
                    clean(&mut point.point);
                    clean(&mut point.why);
                }
            }
            Saying::OnSummary(on) => {
                for part in &mut on.parts {
                    clean(&mut part.part);
                    clean(&mut part.why);
                }
                clean(&mut on.version);
                clean(&mut on.missed);
                clean(&mut on.reply);
            }
            Saying::OnAgreement(on) => {
                clean(&mut on.words);
                clean(&mut on.shown);
            }
            Saying::Circle(drawing) => drawing.clean(clean),
        }
        for attached in &mut self.attached {
            attached.clean(clean);
        }
        self
    }
}

/// A text without control characters (but line breaks), without marks that turn the direction of what stands beside them, and
/// without characters of no width other than the joiners that some scripts and emoji need.
pub(super) fn visible(text: &str) -> String {
    text.chars()
        .filter(|c| match c {
            '\n' => true,
            '\u{200B}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{00AD}' | '\u{180E}' => false,
            '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{206F}' => false,
            '\u{2028}' | '\u{2029}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}' => false,
            c => !c.is_control(),
        })
        .collect()
}
