//! The picture as a person sees it: places, adults, parts of the group and ties, which are the rows of the table too.

use automerge::Automerge;
use serde::{Deserialize, Serialize};

use super::{FRIEND, GROUP, rules, summary, write};
use crate::entry::Reader;
use crate::record::{Kept, Record};
use crate::strands::Known;
use crate::view::{Answered, Mark, NewerField, Who};
use crate::vocabulary::{Agreed, Direction, PlaceIs, PlaceKind, Strength, TieKind};

/// A young person who may be drawn: by label, never paused after a no, never taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct Young {
    /// Their strand.
    pub id: String,
    /// "A".
    pub label: String,
    /// Where they stand round the picture, if they are drawn. It means nothing.
    pub turn: i64,
}

/// How somebody said a place is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct SaidOfPlace {
    /// How.
    pub how: PlaceIs,
    /// When it is so: "Thursdays".
    pub times: Option<String>,
    /// Who said so, in words.
    pub said_by: String,
    /// On which day.
    pub date: String,
    /// Who wrote it down.
    pub by: Who,
}

/// What people do at a place that harms young people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct ConductView {
    /// Who wrote it down, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// The place's id.
    pub place: String,
    /// By role only.
    pub who: String,
    /// What they do.
    pub what: String,
    /// Who said so, in words.
    pub said_by: String,
    /// Whether they agreed to its standing in the picture.
    pub agreed: Option<Agreed>,
    /// Since when it is known.
    pub since: String,
    /// Since when it is no longer so.
    pub ended: Option<String>,
    /// Why.
    pub ended_why: Option<String>,
}

/// A place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PlaceView {
    /// Who wrote it down, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// A short name.
    pub name: String,
    /// What kind of place.
    pub place_kind: PlaceKind,
    /// How it is, as said on the last day on which anybody said so: all of it, where they differ.
    pub now: Vec<SaidOfPlace>,
    /// What was said before, oldest first.
    pub before: Vec<SaidOfPlace>,
    /// A safe place that no shared version shows. Said by one and denied by another, it is, until somebody chooses.
    pub not_shared: bool,
    /// What people do there that harms young people.
    pub conduct: Vec<ConductView>,
    /// Who put it there, in words.
    pub said_by: String,
    /// Since when it is in the picture.
    pub since: String,
    /// Since when it is no longer.
    pub ended: Option<String>,
    /// Why.
    pub ended_why: Option<String>,
    /// Where it stands round the picture. It means nothing.
    pub turn: i64,
}

/// A trusted adult, by role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct AdultView {
    /// Who wrote it down, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// Their role.
    pub role: String,
    /// Who trusts them: ids of strands, "group", "friend".
    pub trusted_by_ids: Vec<String>,
    /// The same in words; `None`: not known whose.
    pub trusted_by: Option<String>,
    /// At which place, by id.
    pub place: Option<String>,
    /// The place's name.
    pub place_name: Option<String>,
    /// Who said so, in words.
    pub said_by: String,
    /// Since when they are in the picture.
    pub since: String,
    /// Since when they are no longer.
    pub ended: Option<String>,
    /// Why.
    pub ended_why: Option<String>,
    /// Where they stand round the picture. It means nothing.
    pub turn: i64,
}

/// A part of the group, or one young person without a strand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct PartView {
    /// Who wrote it down, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// What it is called.
    pub name: String,
    /// Whether it is one young person without a strand.
    pub one: bool,
    /// A few words.
    pub note: Option<String>,
    /// Strands in it, by label; those that may not be drawn are not among them.
    pub members: Vec<Young>,
    /// Who said so, in words.
    pub said_by: String,
    /// Since when it is in the picture.
    pub since: String,
    /// Since when it is no longer.
    pub ended: Option<String>,
    /// Why.
    pub ended_why: Option<String>,
    /// Where it stands round the picture, if it does. It means nothing.
    pub turn: i64,
}

/// One end of a tie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct EndView {
    /// A strand's, part's or adult's id, or "group".
    pub to: String,
    /// "strand", "friend", "part", "adult" or "group".
    pub what: String,
    /// In words: "A", "a fourth friend", "the group".
    pub words: String,
}

/// A tie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TieView {
    /// Who wrote it down, when, what waits.
    #[serde(flatten)]
    pub kept: Kept,
    /// What kind.
    pub tie_kind: TieKind,
    /// From.
    pub from: EndView,
    /// To.
    pub to: EndView,
    /// How strong; `None`: not known.
    pub strength: Option<Strength>,
    /// Which way; `None`: nobody said so.
    pub direction: Option<Direction>,
    /// Who described it: ids of strands, "group", "friend".
    pub said_by_ids: Vec<String>,
    /// The same in words, adults too.
    pub said_by: String,
    /// Whether those young people agreed to its being drawn. Of two answers set apart, a no holds.
    pub agreed: Option<Agreed>,
    /// A few words.
    pub note: Option<String>,
    /// Since when it is in the picture.
    pub since: String,
    /// Since when it is no longer so.
    pub ended: Option<String>,
    /// Why.
    pub ended_why: Option<String>,
    /// Why it is not drawn and stands in the table alone; `None`: it is drawn.
    pub not_drawn: Option<String>,
}

/// Something that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ts_rs::TS)]
pub struct TakenBack {
    /// Its id.
    pub id: String,
    /// What it was, in words.
    pub what: String,
    /// Why.
    pub why: String,
}

/// The picture of the group. Those who were taken out are nowhere in it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ts_rs::TS)]
pub struct PictureView {
    /// Young people who may be drawn, by label.
    pub young: Vec<Young>,
    /// How many are not drawn until their holder and a lead have decided.
    pub paused: usize,
    /// Places.
    pub places: Vec<PlaceView>,
    /// Trusted adults.
    pub adults: Vec<AdultView>,
    /// Parts of the group.
    pub parts: Vec<PartView>,
    /// Ties, drawn or not: the rows of the table.
    pub ties: Vec<TieView>,
    /// What was taken back.
    pub taken_back: Vec<TakenBack>,
    /// The picture in sentences, made by rule.
    pub summary: Vec<String>,
    /// The same in people's own words: "picture/words".
    pub words: Answered,
    /// Days on which something in it changed, oldest first: moments to compare.
    pub moments: Vec<String>,
}

impl PictureView {
    /// Whether nobody has put anything into it.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty() && self.adults.is_empty() && self.parts.is_empty() && self.ties.is_empty()
    }
}

impl PlaceView {
    /// How it is now, in words: "OK, Thursdays".
    pub(crate) fn how_words(&self) -> String {
        summary::how_words(&self.now.iter().collect::<Vec<_>>())
    }
}

/// Whether anything of the picture is to be shown beside the rest.
pub(crate) fn anything_written(picture: &PictureView) -> bool {
    !picture.is_empty() || !picture.words.text.trim().is_empty()
}

/// Who may be named, and in which words those are named who may not.
struct Names<'k> {
    known: &'k [Known],
}

impl Names<'_> {
    fn strand(&self, id: &str) -> Option<&Known> {
        self.known.iter().find(|strand| strand.view.kept.id == id && !strand.detached)
    }

    /// Somebody by label, if they may be named.
    fn young(&self, reader: &Reader<'_>, id: &str) -> Option<Young> {
        let strand = self.strand(id).filter(|strand| strand.view.may_be_drawn())?;
        Some(Young { id: id.to_owned(), label: strand.view.label.clone(), turn: write::turn(reader.doc, id) })
    }

    /// A set of young people in words: labels first, then everybody else.
    fn people(&self, reader: &Reader<'_>, ids: &[String], words: Option<String>) -> String {
        let mut labels: Vec<String> = ids.iter().filter_map(|id| self.young(reader, id)).map(|young| young.label).collect();
        labels.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        let unnamed = ids.iter().any(|id| id != GROUP && id != FRIEND && self.young(reader, id).is_none());
        let more = [
            (unnamed, "a young person".to_owned()),
            (ids.iter().any(|id| id == FRIEND), "a friend".to_owned()),
            (ids.iter().any(|id| id == GROUP), "the group".to_owned()),
        ];
        labels.extend(more.into_iter().filter(|(is, _)| *is).map(|(_, words)| words));
        labels.extend(words);
        listed(&labels)
    }
}

/// "A, B and C".
pub(super) fn listed(words: &[String]) -> String {
    match words.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// Who said that something is so, and how long it is: the same for everything in the picture.
struct Lasting {
    said_by: String,
    since: String,
    ended: Option<String>,
    ended_why: Option<String>,
}

/// An end is believed only if nobody who spoke last says that it goes on: what is shown cannot be lost.
fn ended(record: &Record<'_>) -> Option<String> {
    let said = record.words("ended");
    if said.iter().any(String::is_empty) { None } else { said.into_iter().next_back() }
}

/// Of a yes and a no that were set apart, the no holds until somebody chooses.
fn agreed(record: &Record<'_>) -> Option<Agreed> {
    let said: Vec<Agreed> = record.words("agreed").iter().map(|word| Agreed::from(word.as_str())).collect();
    let other = said.iter().find(|agreed| **agreed != Agreed::Agreed).cloned();
    other.or_else(|| said.into_iter().next())
}

fn label(key: &str) -> Option<&'static str> {
    match key {
        "name" => Some("what a place or part in the picture is called"),
        "place-kind" => Some("what kind of place it is"),
        "not-shared" => Some("whether a place stays out of shared versions"),
        "role" => Some("the role of an adult in the picture"),
        "place" => Some("at which place it is"),
        "who" | "what" => Some("what people do at a place"),
        "tie-kind" => Some("what kind of tie it is"),
        "strength" => Some("how strong a tie is"),
        "direction" => Some("which way a tie goes"),
        "agreed" => Some("whether they agreed to its being drawn"),
        "note" => Some("a note in the picture"),
        "since" | "date" | "ended" | "ended-why" => Some("since when something in the picture is so"),
        "from" | "to" | "one" | "how" | "times" | "said-words" => Some("the picture"),
        key if ["said.", "trusted.", "member."].iter().any(|set| key.starts_with(set)) => Some("the picture"),
        _ => None,
    }
}

struct Looker<'r> {
    reader: &'r Reader<'r>,
    names: Names<'r>,
    taken_back: Vec<TakenBack>,
}

impl Looker<'_> {
    fn said_by(&self, record: &Record<'_>) -> String {
        self.names.people(self.reader, &record.set("said"), record.word("said-words"))
    }

    fn lasting(&self, record: &Record<'_>) -> Lasting {
        Lasting {
            said_by: self.said_by(record),
            since: record.word("since").unwrap_or_default(),
            ended: ended(record),
            ended_why: record.word("ended-why"),
        }
    }

    /// The group, a friend without a strand, or somebody who may be named.
    fn is_nameable(&self, id: &str) -> bool {
        id == GROUP || id == FRIEND || self.names.young(self.reader, id).is_some()
    }

    /// What is to be shown of a record; what was taken back goes to its list.
    fn kept(&mut self, record: &Record<'_>, what: &str, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> Option<Kept> {
        let kept = record.kept(label);
        kept.collect(marks, newer, "the picture");
        if kept.is_gone() {
            let why = kept.retired.as_ref().map(|retired| retired.why.clone()).unwrap_or_default();
            self.taken_back.push(TakenBack { id: kept.id, what: what.to_owned(), why });
            return None;
        }
        Some(kept)
    }

    fn places(&mut self, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> Vec<PlaceView> {
        let mut places = Vec::new();
        for record in Record::all(self.reader, "picture/places") {
            let name = record.word("name").unwrap_or_default();
            let Some(kept) = self.kept(&record, &name, marks, newer) else { continue };
            let Lasting { said_by, since, ended, ended_why } = self.lasting(&record);
            places.push(PlaceView {
                turn: write::turn(self.reader.doc, &kept.id),
                kept,
                name,
                place_kind: record.choice("place-kind").unwrap_or_default(),
                now: Vec::new(),
                before: Vec::new(),
                not_shared: record.any_yes("not-shared"),
                conduct: Vec::new(),
                said_by,
                since,
                ended,
                ended_why,
            });
        }
        for record in Record::all(self.reader, "picture/said") {
            let kept = record.kept(label);
            kept.collect(marks, newer, "how a place is");
            let of = record.word("place");
            let Some(place) = places.iter_mut().find(|place| Some(&place.kept.id) == of.as_ref()) else { continue };
            place.before.push(SaidOfPlace {
                how: record.choice("how").unwrap_or_default(),
                times: record.word("times"),
                said_by: self.said_by(&record),
                date: record.word("date").unwrap_or_default(),
                by: kept.by,
            });
        }
        for place in &mut places {
            place.before.sort_by(|a, b| a.date.cmp(&b.date));
            let now: Vec<SaidOfPlace> = summary::said_by_then(place, summary::NOW).into_iter().cloned().collect();
            place.before.retain(|said| !now.contains(said));
            place.now = now;
        }
        for record in Record::all(self.reader, "picture/conduct") {
            let (who, what) = (record.word("who").unwrap_or_default(), record.word("what").unwrap_or_default());
            let Some(kept) = self.kept(&record, &format!("{who}: {what}"), marks, newer) else { continue };
            let of = record.word("place").unwrap_or_default();
            let Some(place) = places.iter_mut().find(|place| place.kept.id == of) else { continue };
            let Lasting { said_by, since, ended, ended_why } = self.lasting(&record);
            place.conduct.push(ConductView {
                kept,
                place: of,
                who,
                what,
                said_by,
                agreed: agreed(&record),
                since,
                ended,
                ended_why,
            });
        }
        places
    }

    fn adults(&mut self, places: &[PlaceView], marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> Vec<AdultView> {
        let mut adults = Vec::new();
        for record in Record::all(self.reader, "picture/adults") {
            let role = record.word("role").unwrap_or_default();
            let Some(kept) = self.kept(&record, &role, marks, newer) else { continue };
            // Who was taken out trusts nobody here any longer: not even "a young person" does.
            let mut trusted_by_ids = record.set("trusted");
            trusted_by_ids.retain(|id| id == GROUP || id == FRIEND || self.names.strand(id).is_some());
            let words = self.names.people(self.reader, &trusted_by_ids, None);
            let place = places.iter().find(|place| Some(&place.kept.id) == record.word("place").as_ref());
            trusted_by_ids.retain(|id| self.is_nameable(id));
            let Lasting { said_by, since, ended, ended_why } = self.lasting(&record);
            adults.push(AdultView {
                turn: write::turn(self.reader.doc, &kept.id),
                kept,
                role,
                trusted_by_ids,
                trusted_by: Some(words).filter(|words| !words.is_empty()),
                place: place.map(|place| place.kept.id.clone()),
                place_name: place.map(|place| place.name.clone()),
                said_by,
                since,
                ended,
                ended_why,
            });
        }
        adults
    }

    fn parts(&mut self, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> Vec<PartView> {
        let mut parts = Vec::new();
        for record in Record::all(self.reader, "picture/parts") {
            let name = record.word("name").unwrap_or_default();
            let Some(kept) = self.kept(&record, &name, marks, newer) else { continue };
            let members = record.set("member");
            let mut members: Vec<Young> = members.iter().filter_map(|id| self.names.young(self.reader, id)).collect();
            members.sort_by(|a, b| a.label.cmp(&b.label));
            let Lasting { said_by, since, ended, ended_why } = self.lasting(&record);
            parts.push(PartView {
                turn: write::turn(self.reader.doc, &kept.id),
                kept,
                name,
                one: record.any_yes("one"),
                note: record.word("note"),
                members,
                said_by,
                since,
                ended,
                ended_why,
            });
        }
        parts
    }

    /// One end in words; `None`: whoever it was is not in this picture any longer.
    fn end(&self, to: &str, parts: &[PartView], adults: &[AdultView]) -> Option<EndView> {
        let end = |what: &str, words: &str| EndView { to: to.to_owned(), what: what.to_owned(), words: words.to_owned() };
        if to == GROUP {
            return Some(end("group", "the group"));
        }
        if let Some(part) = parts.iter().find(|part| part.kept.id == to) {
            return Some(end(if part.one { "friend" } else { "part" }, &part.name));
        }
        if let Some(adult) = adults.iter().find(|adult| adult.kept.id == to) {
            return Some(end("adult", &adult.role));
        }
        self.names.strand(to)?;
        // Paused after a no: no label, until their holder and a lead have decided.
        let label = self.names.young(self.reader, to).map(|young| young.label);
        Some(end("strand", label.as_deref().unwrap_or("a young person")))
    }

    fn ties(
        &mut self,
        parts: &[PartView],
        adults: &[AdultView],
        marks: &mut Vec<Mark>,
        newer: &mut Vec<NewerField>,
    ) -> Vec<TieView> {
        let mut ties = Vec::new();
        for record in Record::all(self.reader, "picture/ties") {
            let ends = ["from", "to"].map(|key| self.end(&record.word(key).unwrap_or_default(), parts, adults));
            // Nothing is left of a tie to somebody who was taken out, not even what waits to be chosen.
            let [Some(from), Some(to)] = ends else { continue };
            let tie_kind: TieKind = record.choice("tie-kind").unwrap_or_default();
            let what = format!("{} and {}: {}", from.words, to.words, tie_kind.words());
            let Some(kept) = self.kept(&record, &what, marks, newer) else { continue };
            let mut said_by_ids = record.set("said");
            let Lasting { said_by, since, ended, ended_why } = self.lasting(&record);
            said_by_ids.retain(|id| self.is_nameable(id));
            let mut tie = TieView {
                kept,
                tie_kind,
                from,
                to,
                strength: record.choice("strength"),
                direction: record.choice("direction"),
                said_by_ids,
                said_by,
                agreed: agreed(&record),
                note: record.word("note"),
                since,
                ended,
                ended_why,
                not_drawn: None,
            };
            let may = |id: &str| self.names.young(self.reader, id).is_some();
            tie.not_drawn = rules::not_drawn(&tie, may);
            ties.push(tie);
        }
        ties
    }
}

/// The picture, from the document. Only what the view shows leaves a mark.
pub(crate) fn picture(reader: &Reader<'_>, known: &[Known], marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> PictureView {
    let Some(root) = Record::standing(reader, "picture") else { return PictureView::default() };
    let mut looker = Looker { reader, names: Names { known }, taken_back: Vec::new() };
    let places = looker.places(marks, newer);
    let adults = looker.adults(&places, marks, newer);
    let parts = looker.parts(marks, newer);
    let ties = looker.ties(&parts, &adults, marks, newer);
    let young = known.iter().filter(|strand| !strand.detached && strand.view.may_be_drawn());
    let mut young: Vec<Young> = young.filter_map(|strand| looker.names.young(reader, &strand.view.kept.id)).collect();
    young.sort_by(|a, b| (a.label.len(), &a.label).cmp(&(b.label.len(), &b.label)));
    let mut view = PictureView {
        young,
        paused: known.iter().filter(|strand| !strand.detached && strand.view.paused).count(),
        places,
        adults,
        parts,
        ties,
        taken_back: looker.taken_back,
        words: root.marked_prose("words", "the picture in words", marks),
        summary: Vec::new(),
        moments: Vec::new(),
    };
    view.summary = summary::written_summary(&view);
    view.moments = summary::moments(&view);
    view
}

/// The beginnings of ids about which history has no line, because one of a tie's ends was taken out (R4).
pub(crate) fn left_no_trace(doc: &Automerge, gone: &[String]) -> Vec<String> {
    let Ok(map) = crate::write::standing_map(doc, "picture/ties") else { return Vec::new() };
    let of_them = |id: &String| {
        let objects = crate::read::objects(doc, &map, id, automerge::ObjType::Map);
        objects.iter().any(|object| {
            ["from", "to"].iter().filter_map(|key| crate::read::text_scalar(doc, object, key)).any(|end| gone.contains(&end))
        })
    };
    automerge::ReadDoc::keys(doc, &map).filter(of_them).map(|id| id.chars().take(6).collect()).collect()
}
