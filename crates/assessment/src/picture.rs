//! The group picture (R33; practice 3; maps 5): the group in its places, adults by role, and the ties that those young people
//! described themselves and agreed to have drawn.
//!
//! What is not here is as much a rule as what is: no rank, no score, no colour for a risk, nothing computed from how many ties
//! somebody has. People causing harm are what they do at a place ([`AddConduct`]), in words: no command makes a point of them. A
//! tie that nobody at its ends described and agreed to is in the table and is not drawn. Who is paused after a no, or was taken
//! out, is not drawn; who was taken out is in no table either (R4).
//!
//! The picture is made in four steps, each its own file: [`look`] reads the document, [`rules`] says what may be drawn for whom,
//! [`layout`] gives everything its place, [`draw`] puts shapes, lines and legend together, [`svg`] writes them as text. A screen draws
//! the same [`Drawing`]. The table and the [`summary`] are the same things in words.
//!
//! ```text
//! picture/  words: Text, edited-words: mark
//!   places/{random id}/   name, kind, not-shared, since, ended, ended-why, said.{…}, said-words, at
//!   said/{random id}/     place, how, times, said.{…}, said-words, date, at             (how a place is, each time somebody says it)
//!   conduct/{random id}/  place, who, what, agreed, since, ended, …
//!   adults/{random id}/   role, place, trusted.{…}, since, ended, …
//!   parts/{random id}/    name, one, note, member.{…}, since, ended, …
//!   ties/{random id}/     kind, from, to, strength, direction, agreed, since, ended, …
//!   turns/ {id}: where it stands round the picture
//! ```

use serde::{Deserialize, Serialize};

use crate::ids::EntryId;
use crate::vocabulary::{Agreed, Direction, PlaceIs, PlaceKind, Strength, TieKind};

mod draw;
mod layout;
mod look;
mod rules;
mod summary;
mod svg;
#[cfg(test)]
mod tests;
mod text;
mod write;

pub use draw::{Arrow, Curve, Drawing, LegendLine, Shape, Sheet, TextLine, draw, draw_own_map};
pub use look::{AdultView, ConductView, EndView, PartView, PictureView, PlaceView, SaidOfPlace, TakenBack, TieView, Young};
pub(crate) use look::{anything_written, left_no_trace, picture};
pub use rules::{Audience, for_audience};
pub use summary::{PictureChange, PictureThenAndNow, picture_then_and_now};
pub use svg::{picture_svg, svg};
pub(crate) use text::picture_text;
pub(crate) use write::{
    add_adult, add_conduct, add_part, add_place, add_tie, end, goes_on, move_next_to, object_of, say_of_place, update_adult,
    update_conduct, update_part, update_place, update_tie,
};

/// Standing maps of the picture.
pub(crate) const MAPS: [&str; 7] = ["places", "said", "conduct", "adults", "parts", "ties", "turns"];

/// Where what has an id of its own in `kith show` stands.
pub(crate) const NAMED: [&str; 5] = ["picture/places", "picture/conduct", "picture/adults", "picture/parts", "picture/ties"];

/// The whole group, as the end of a tie, or as who said something.
pub(crate) const GROUP: &str = "group";
/// A young person who takes part without a strand, as who said something.
pub(crate) const FRIEND: &str = "friend";

/// Puts a place into the picture, with how it is for young people.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct AddPlace {
    /// A short name without anything that leads to one person: "canal steps", never an address.
    pub name: String,
    /// What kind of place.
    pub kind: PlaceKind,
    /// How it is for young people; "not known" if not given.
    pub how: Option<PlaceIs>,
    /// When it is so: "Thursdays", "not OK after seven".
    pub times: Option<String>,
    /// Who said so: strands, "group", "friend" (somebody without a strand).
    pub said_by: Vec<String>,
    /// The same for adults: "a youth worker". Never a name.
    pub said_by_words: Option<String>,
    /// When; today if not given.
    pub date: Option<String>,
    /// A safe place that no shared version shows. So by itself for a home.
    pub not_shared: Option<bool>,
}

/// Says again how a place is. What was said before stays as "then".
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct SayOfPlace {
    /// Which place.
    #[ts(type = "string")]
    pub place: Option<EntryId>,
    /// How it is.
    pub how: PlaceIs,
    /// When it is so.
    pub times: Option<String>,
    /// Who said so: strands, "group", "friend".
    pub said_by: Vec<String>,
    /// The same for adults.
    pub said_by_words: Option<String>,
    /// When; today if not given.
    pub date: Option<String>,
}

/// Changes a place. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct UpdatePlace {
    /// Which.
    pub id: EntryId,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// What kind.
    #[serde(default)]
    pub kind: Option<PlaceKind>,
    /// Whether no shared version shows it.
    #[serde(default)]
    pub not_shared: Option<bool>,
}

/// What people do at a place that harms young people: conduct and place (practice 12, 3.7). Who they are goes the usual police
/// route, never here; in the picture it is words at the place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct AddConduct {
    /// At which place.
    #[ts(type = "string")]
    pub place: Option<EntryId>,
    /// Who, by role only: "older men". No name, no description.
    pub who: String,
    /// What they do.
    pub what: String,
    /// Who said so: strands, "group", "friend".
    pub said_by: Vec<String>,
    /// The same for adults.
    pub said_by_words: Option<String>,
    /// Whether those who said it agreed to its standing in the picture.
    pub agreed: Option<Agreed>,
    /// When; today if not given.
    pub date: Option<String>,
}

/// Changes that. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateConduct {
    /// Which.
    pub id: EntryId,
    /// Who, by role only.
    #[serde(default)]
    pub who: Option<String>,
    /// What they do.
    #[serde(default)]
    pub what: Option<String>,
    /// Whether those who said it agreed.
    #[serde(default)]
    pub agreed: Option<Agreed>,
}

/// Puts a trusted adult into the picture, by role.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct AddAdult {
    /// "lunchtime supervisor". Never a name.
    pub role: String,
    /// Who trusts them: strands, "group", "friend"; empty: not known whose.
    pub trusted_by: Vec<String>,
    /// At which place of the picture, if at one.
    pub place: Option<EntryId>,
    /// Who said so: strands, "group", "friend".
    pub said_by: Vec<String>,
    /// The same for adults.
    pub said_by_words: Option<String>,
    /// When; today if not given.
    pub date: Option<String>,
}

/// Changes an adult. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateAdult {
    /// Which.
    pub id: EntryId,
    /// Their role.
    #[serde(default)]
    pub role: Option<String>,
    /// Who trusts them as well.
    #[serde(default)]
    pub trusted_by: Vec<String>,
    /// Who does not after all.
    #[serde(default)]
    pub not_trusted_by: Vec<String>,
    /// At which place.
    #[serde(default)]
    pub place: Option<EntryId>,
}

/// Names a part of the group ("the four", "holiday friends"), or one young person who takes part without a strand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct AddPart {
    /// What they call it, or "a fourth friend". Never a name.
    pub name: String,
    /// Whether it is one young person without a strand.
    pub one: bool,
    /// A few words: "come and go".
    pub note: Option<String>,
    /// Strands in it.
    pub members: Vec<EntryId>,
    /// Who said so: strands, "group", "friend".
    pub said_by: Vec<String>,
    /// The same for adults.
    pub said_by_words: Option<String>,
    /// When; today if not given.
    pub date: Option<String>,
}

/// Changes a part. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct UpdatePart {
    /// Which.
    pub id: EntryId,
    /// Its name.
    #[serde(default)]
    pub name: Option<String>,
    /// A few words; empty takes them away.
    #[serde(default)]
    pub note: Option<String>,
    /// Strands that are in it too.
    #[serde(default)]
    pub members: Vec<EntryId>,
    /// Strands that are not in it after all.
    #[serde(default)]
    pub not_members: Vec<EntryId>,
}

/// Writes down a tie. It is drawn if those at its ends described it and agreed; else it stays in the table.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
#[serde(default, deny_unknown_fields)]
pub struct AddTie {
    /// What kind.
    pub kind: TieKind,
    /// From: a strand, a part, an adult, or "group".
    pub from: String,
    /// To: the same.
    pub to: String,
    /// How strong, if somebody said so.
    pub strength: Option<Strength>,
    /// Which way, if somebody said so.
    pub direction: Option<Direction>,
    /// Who described it: strands, "group", "friend".
    pub said_by: Vec<String>,
    /// Which adult said so, by role.
    pub said_by_words: Option<String>,
    /// Whether those young people agreed to its being drawn.
    pub agreed: Option<Agreed>,
    /// A few words: "comes and goes".
    pub note: Option<String>,
    /// When; today if not given.
    pub date: Option<String>,
}

/// Changes a tie. What is not given stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct UpdateTie {
    /// Which.
    pub id: EntryId,
    /// What kind.
    #[serde(default)]
    pub kind: Option<TieKind>,
    /// How strong.
    #[serde(default)]
    pub strength: Option<Strength>,
    /// Which way.
    #[serde(default)]
    pub direction: Option<Direction>,
    /// Who described it as well.
    #[serde(default)]
    pub said_by: Vec<String>,
    /// Who did not after all.
    #[serde(default)]
    pub not_said_by: Vec<String>,
    /// Whether they agreed to its being drawn.
    #[serde(default)]
    pub agreed: Option<Agreed>,
    /// A few words; empty takes them away.
    #[serde(default)]
    pub note: Option<String>,
}

/// Something in the picture is no longer so. It stays as "then".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct EndInPicture {
    /// Which place, adult, part, tie or conduct.
    pub id: EntryId,
    /// Since when; today if not given.
    #[serde(default)]
    pub date: Option<String>,
    /// Why, in a few words.
    #[serde(default)]
    pub why: Option<String>,
}

/// It is so all the same: takes the end away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct GoesOnInPicture {
    /// Which.
    pub id: EntryId,
}

/// Puts something next to another thing in the picture, for everybody. Where a thing stands means nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
#[serde(deny_unknown_fields)]
pub struct MoveInPicture {
    /// What: a place, an adult, a part, or a strand that is drawn.
    pub id: EntryId,
    /// After what, with the clock.
    pub next_to: EntryId,
}
