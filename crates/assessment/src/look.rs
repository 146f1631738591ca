//! Building the view from the document, with what rules say about merged state computed on the way (design 4).

use std::collections::BTreeMap;

use automerge::{Automerge, ObjId, ObjType, ROOT, ReadDoc};

use crate::entry::{Reader, places};
use crate::framework::{Framework, Heading};
use crate::ids::{EntryId, InviteId};
use crate::people::{Owners, People};
use crate::read::{Chosen, described, entries, integer, objects, scalars, text_scalar};
use crate::schema::{PURPOSE_TEXTS, ROOT_KEYS, SCHEMA, framework};
use crate::view::{
    Answered, AssessmentView, DifferingView, DimensionView, EntryView, InviteView, Mark, NewerField, PurposeView, SideView,
};
use crate::vocabulary::{Answer, Trigger};
use crate::voices::{self, Labels, VoiceView};
use crate::{families, life, meetings, openness, picture, plan, positions, strands, weighting};

/// What a person sees of an assessment. Each device says whose it is.
pub fn view(doc: &Automerge) -> AssessmentView {
    view_with(doc, None)
}

/// The same, with the group's own knowledge of which device is whose, which outweighs what devices say of themselves.
pub fn view_with(doc: &Automerge, owners: Option<&Owners>) -> AssessmentView {
    let people = People::of(doc, owners);
    let reader = Reader { doc, people: &people };
    let mut marks = Vec::new();
    let mut newer = Vec::new();
    let framework = framework(doc);
    if framework.is_none() {
        let value = text_scalar(doc, &ROOT, "framework").unwrap_or_default();
        newer.push(NewerField { field: "framework".to_owned(), value });
    }
    let schema = crate::read::number(doc, &ROOT, "schema").unwrap_or(SCHEMA);
    if schema > SCHEMA {
        newer.push(NewerField { field: "schema".to_owned(), value: schema.to_string() });
    }
    newer_at_root(doc, &mut newer);

    let mut title_versions = Vec::new();
    reader.two_versions(&ROOT, "title", "title", "the title", &mut title_versions);
    marks.extend(title_versions.into_iter().map(Mark::TwoVersions));
    let purpose = purpose(&reader, &mut marks, &mut newer);
    let (mut views, loose_views) = views_by_entry(&reader);
    let mut all = all_entries(&reader, &mut views);
    let known_strands = strands::all(&reader, &mut marks, &mut newer);
    rest_on_strands(&mut all, &known_strands, framework.as_ref(), &mut marks);
    let planned = plan::plan(&reader, &mut views, &mut marks, &mut newer);
    let headings: Vec<String> = framework.iter().flat_map(Framework::analysis).map(|heading| heading.id.clone()).collect();
    let on_weighting = views.remove(positions::WEIGHTING).unwrap_or_default();
    let (weighting, summary) = weighting::analysis(&reader, &headings, on_weighting, &mut marks, &mut newer);
    let places = all.iter().map(|entry| (entry.id.clone(), entry.dimension.clone())).collect();
    let labels = Labels { framework: framework.as_ref(), entries: places, plan: &planned };
    let voices = voices::voices(&reader, &labels, &known_strands, &mut marks, &mut newer);
    let positions = positions::subjects(&reader, &positions::all_differing(&reader), |to| labels.of(to), &mut marks, &mut newer);
    let findings: Vec<Vec<String>> =
        planned.goals.iter().map(|goal| goal.findings.iter().map(|f| f.to.clone()).collect()).collect();
    let findings: Vec<_> = findings.iter().map(|findings| labels.pointed(findings)).collect();
    let mut planned = planned.clone();
    for (goal, findings) in planned.goals.iter_mut().zip(findings) {
        goal.findings = findings;
        for finding in &mut goal.findings {
            if let Some(voice) = voices.iter().find(|voice| voice.kept.id == finding.to) {
                finding.label = format!("what {} said", voice.speaker);
            }
        }
    }
    let picture = picture::picture(&reader, &known_strands, &mut marks, &mut newer);
    let meetings = meetings::meetings(&reader, &mut marks, &mut newer);
    let openness = openness::openness(&reader, &mut marks, &mut newer);
    let life = life::life(&reader, &mut marks, &mut newer);
    let for_families = families::read(&reader, &known_strands, &mut marks, &mut newer);
    let hint_reviews = crate::hint_review::reviews(&reader);
    let loose_views = loose_views.into_iter().chain(views.into_values().flatten()).collect::<Vec<_>>();
    for entry in &all {
        entry_marks(entry, framework.as_ref(), &mut marks);
        newer.extend(entry.newer.iter().cloned());
        entry.differing.iter().for_each(|view| view_marks(view, &mut marks));
    }
    loose_views.iter().for_each(|view| view_marks(view, &mut marks));
    let beside = planned.goals.iter().flat_map(|goal| &goal.differing);
    let beside = beside.chain(planned.actions.iter().flat_map(|action| &action.differing)).chain(&weighting.differing);
    beside.for_each(|view| view_marks(view, &mut marks));
    let (sides, elsewhere) = lay_out(&reader, framework.as_ref(), all, &voices, &mut marks);
    let invites = invite_views(&reader, &mut marks);
    let title = text_scalar(doc, &ROOT, "title");
    let people = people.views();
    for person in &people {
        marks.extend(person.two_versions.iter().cloned().map(Mark::TwoVersions));
        if !person.written_by_somebody_else.is_empty() {
            marks.push(Mark::NotTheirOwn { person: person.person.clone(), by: person.written_by_somebody_else.clone() });
        }
    }
    let mut shown = AssessmentView {
        schema,
        title,
        framework: text_scalar(doc, &ROOT, "framework").unwrap_or_default(),
        framework_title: framework.as_ref().map(|framework| framework.title().to_owned()).unwrap_or_default(),
        purpose,
        sides,
        elsewhere,
        analysis: framework.as_ref().map(|framework| framework.analysis().to_vec()).unwrap_or_default(),
        plan: framework.as_ref().map(|framework| framework.plan().to_vec()).unwrap_or_default(),
        voices,
        weighting,
        summary,
        planned,
        meetings,
        picture,
        positions,
        strands: known_strands.into_iter().filter(|strand| !strand.detached).map(|strand| strand.view).collect(),
        openness,
        life,
        families: families::FamiliesView::default(),
        hint_reviews,
        people,
        loose_views,
        invites,
        marks,
        newer,
    };
    shown.families = families::view(for_families, &shown);
    shown
}

/// One entry, for refreshing one field of a screen: the winner where several stand at one id.
pub fn view_entry(doc: &Automerge, id: &EntryId) -> Option<EntryView> {
    view_entry_with(doc, id, None)
}

/// The same, with the group's own knowledge of which device is whose.
pub fn view_entry_with(doc: &Automerge, id: &EntryId, owners: Option<&Owners>) -> Option<EntryView> {
    let object = crate::write::object(doc, "entries", id)?;
    let people = People::of(doc, owners);
    let reader = Reader { doc, people: &people };
    let mut entry = reader.entry(&id.to_string(), &object);
    let (mut views, _) = views_by_entry(&reader);
    entry.differing = views.remove(&entry.id).unwrap_or_default();
    Some(entry)
}

/// Strands that were taken out are no longer named by entries; what rested on one of them alone waits for a lead to look (R4).
fn rest_on_strands(all: &mut [EntryView], known: &[strands::Known], framework: Option<&Framework>, marks: &mut Vec<Mark>) {
    for entry in all {
        let before = entry.rests_on.len();
        entry.rests_on.retain(|id| known.iter().any(|strand| !strand.detached && strand.view.kept.id == *id));
        let hidden = entry.retired.as_ref().is_some_and(|retired| !retired.edited_since);
        if before > 0 && entry.rests_on.is_empty() && !hidden {
            let label = places(framework, &entry.dimension);
            marks.push(Mark::RestsOnOneTakenOut { id: entry.id.clone(), label });
        }
    }
}

/// Whatever stands at the root and is not of this schema.
fn newer_at_root(doc: &Automerge, newer: &mut Vec<NewerField>) {
    for entry in entries(doc, &ROOT) {
        if !ROOT_KEYS.contains(&entry.key.as_str()) {
            newer.push(NewerField { value: described(doc, &entry.id, &entry.value), field: entry.key });
        }
    }
}

fn purpose(reader: &Reader<'_>, marks: &mut Vec<Mark>, newer: &mut Vec<NewerField>) -> PurposeView {
    const LABELS: [&str; 5] = [
        "Why now",
        "What should be better for these young people",
        "How we find out",
        "What could go wrong for them because we looked",
        "What asks less of them",
    ];
    let doc = reader.doc;
    let maps = objects(doc, &ROOT, "purpose", ObjType::Map);
    let mut answers: Vec<Answered> = Vec::new();
    let mut not_yet_written = Vec::new();
    for (key, label) in PURPOSE_TEXTS.iter().zip(LABELS) {
        let texts: Vec<String> = maps
            .iter()
            .flat_map(|map| objects(doc, map, key, ObjType::Text))
            .filter_map(|text| doc.text(text).ok())
            .filter(|text| !text.is_empty())
            .collect();
        let text = texts.join("\n\n");
        let edited_apart = maps.first().map(|map| reader.edited_apart(map, &format!("edited-{key}"))).unwrap_or_default();
        if !edited_apart.is_empty() {
            let field = format!("purpose/{key}");
            marks.push(Mark::EditedApart { field, label: label.to_owned(), by: edited_apart.clone() });
        }
        // "Why now" in words is optional beside the trigger.
        if text.trim().is_empty() && *key != "why-now" {
            not_yet_written.push(label.to_owned());
        }
        answers.push(Answered { text, edited_apart });
    }
    let mut versions = Vec::new();
    let (mut trigger, mut lead_agency) = (None, None);
    if let Some(map) = maps.first() {
        reader.two_versions(map, "trigger", "purpose/trigger", "what made you look now", &mut versions);
        reader.two_versions(map, "lead-agency", "purpose/lead-agency", "the lead agency", &mut versions);
        trigger = text_scalar(doc, map, "trigger").map(|word| Trigger::from(word.as_str()));
        lead_agency = text_scalar(doc, map, "lead-agency");
        for entry in entries(doc, map) {
            let known = ["trigger", "lead-agency", "act-today"].contains(&entry.key.as_str())
                || PURPOSE_TEXTS.contains(&entry.key.as_str())
                || entry.key.starts_with("edited-");
            if !known {
                let field = format!("purpose/{}", entry.key);
                newer.push(NewerField { value: described(doc, &entry.id, &entry.value), field });
            }
        }
    }
    if let Some(Trigger::Newer(word)) = &trigger {
        newer.push(NewerField { field: "purpose/trigger".to_owned(), value: word.clone() });
    }
    if trigger.is_none() {
        not_yet_written.insert(0, "What made you look at this group now".to_owned());
    }
    marks.extend(versions.into_iter().map(Mark::TwoVersions));
    let better = answers.get(1).map(|better| better.text.trim().replace('\n', " ")).unwrap_or_default();
    let mut answers = answers.into_iter();
    let mut next = || answers.next().unwrap_or_default();
    let act_today = life::act_today_since(reader);
    let written = not_yet_written.is_empty();
    let head = if better.is_empty() { "Why: not yet written".to_owned() } else { better };
    let no_version = "the questions of why this group are not all answered: answer them first";
    PurposeView {
        trigger,
        why_now: next(),
        better: next(),
        find_out: next(),
        could_go_wrong: next(),
        less_intrusive: next(),
        lead_agency,
        act_today,
        head,
        no_version_for_families: (!written).then(|| no_version.to_owned()),
        not_yet_written,
    }
}

/// Every entry object in the document, with its differing views.
fn all_entries(reader: &Reader<'_>, views: &mut BTreeMap<String, Vec<DifferingView>>) -> Vec<EntryView> {
    let doc = reader.doc;
    let mut all = Vec::new();
    for map in objects(doc, &ROOT, "entries", ObjType::Map) {
        for item in entries(doc, &map) {
            // Usually there is one object; where several stand at one id, each is shown (protocol 6).
            let found = if item.conflict { objects(doc, &map, &item.key, ObjType::Map) } else { vec![item.id.clone()] };
            match item.value {
                Chosen::Object(ObjType::Map) => {}
                _ if found.is_empty() || !item.conflict => continue,
                _ => {}
            }
            for (index, object) in found.iter().rev().enumerate() {
                let mut entry = reader.entry(&item.key, object);
                if index == 0 {
                    entry.differing = views.remove(&item.key).unwrap_or_default();
                }
                all.push(entry);
            }
        }
    }
    all.sort_by(|a, b| (a.kind.rank(), a.at, &a.id).cmp(&(b.kind.rank(), b.at, &b.id)));
    all
}

/// Differing views by the entry that they are about, answers within what they answer; and those about nothing that is here.
fn views_by_entry(reader: &Reader<'_>) -> (BTreeMap<String, Vec<DifferingView>>, Vec<DifferingView>) {
    let doc = reader.doc;
    let mut all: BTreeMap<String, DifferingView> = BTreeMap::new();
    for map in objects(doc, &ROOT, "differing", ObjType::Map) {
        for item in entries(doc, &map) {
            for object in objects(doc, &map, &item.key, ObjType::Map) {
                let view = reader.differing(&item.key, &object);
                all.insert(view.id.clone(), view);
            }
        }
    }
    // Newest first, so that an answer is placed in its view before that view is placed.
    let mut order: Vec<(Option<i64>, String)> = all.values().map(|view| (view.at, view.id.clone())).collect();
    order.sort();
    let mut by_entry: BTreeMap<String, Vec<DifferingView>> = BTreeMap::new();
    let mut loose = Vec::new();
    for (_, id) in order.into_iter().rev() {
        let Some(view) = all.remove(&id) else { continue };
        if let Some(parent) = all.get_mut(&view.about) {
            parent.answers.insert(0, view);
        } else if view.about.is_empty() {
            loose.push(view);
        } else {
            by_entry.entry(view.about.clone()).or_default().insert(0, view);
        }
    }
    (by_entry, loose)
}

fn view_marks(view: &DifferingView, marks: &mut Vec<Mark>) {
    marks.extend(view.two_versions.iter().cloned().map(Mark::TwoVersions));
    if !view.changed_by_others.is_empty() {
        marks.push(Mark::ViewChangedByOthers { id: view.id.clone(), by: view.changed_by_others.clone() });
    }
    view.answers.iter().for_each(|answer| view_marks(answer, marks));
}

fn entry_marks(entry: &EntryView, framework: Option<&Framework>, marks: &mut Vec<Mark>) {
    let label = places(framework, &entry.dimension);
    marks.extend(entry.two_versions.iter().cloned().map(Mark::TwoVersions));
    if !entry.edited_apart.is_empty() {
        let field = format!("entries/{}/text", entry.id);
        marks.push(Mark::EditedApart { field, label: label.clone(), by: entry.edited_apart.clone() });
    }
    if let Some(retired) = entry.retired.as_ref().filter(|retired| retired.edited_since) {
        let (why, by) = (retired.why.clone(), retired.by.clone());
        marks.push(Mark::RetiredAndEdited { id: entry.id.clone(), label, why, by });
    }
}

/// Entries at their places. What has no place in this framework stays visible "elsewhere".
fn lay_out(
    reader: &Reader<'_>,
    framework: Option<&Framework>,
    all: Vec<EntryView>,
    voices: &[VoiceView],
    marks: &mut Vec<Mark>,
) -> (Vec<SideView>, Vec<EntryView>) {
    let mut by_place: BTreeMap<String, (Vec<EntryView>, Vec<EntryView>)> = BTreeMap::new();
    for entry in all {
        let (shown, retired) = by_place.entry(entry.dimension.clone()).or_default();
        let hidden = entry.retired.as_ref().is_some_and(|retired| !retired.edited_since);
        if hidden { retired.push(entry) } else { shown.push(entry) }
    }
    let mut sides = Vec::new();
    for side in framework.map(Framework::sides).unwrap_or_default() {
        let mut dimensions = Vec::new();
        for heading in &side.dimensions {
            let (entries, retired) = by_place.remove(&heading.id).unwrap_or_default();
            dimensions.push(dimension(reader, heading, entries, retired, marks));
        }
        let (entries, retired) = by_place.remove(&side.id).unwrap_or_default();
        let [young_people, parents] = ["young-people", "parents"].map(|whose| {
            let key = format!("asked-{whose}");
            let said = answer(reader, "sides", &side.id, &key, marks).unwrap_or(Answer::NotYetAsked);
            // Where somebody's words stand, somebody was asked.
            let spoke =
                voices.iter().any(|voice| voice.side == side.id && voice.whose.as_str() == whose && voice.withdrawn.is_none());
            if spoke && said == Answer::NotYetAsked { Answer::Asked } else { said }
        });
        let ranks: Vec<u8> = dimensions.iter().flat_map(|d| &d.entries).chain(&entries).map(|entry| entry.kind.rank()).collect();
        let only_worries = ranks.contains(&1) && !ranks.contains(&0);
        let empty = ranks.is_empty();
        if only_worries {
            marks.push(Mark::OnlyWorries { side: side.id.clone(), label: side.title.clone() });
        }
        for (words, answer) in [("Young people's view", &young_people), ("Parents' and carers' view", &parents)] {
            if *answer == Answer::NotYetAsked {
                let label = format!("{words} of {}: not yet asked", side.title);
                marks.push(Mark::NotYetAsked { side: side.id.clone(), label });
            }
        }
        let (id, title) = (side.id.clone(), side.title.clone());
        sides.push(SideView { id, title, dimensions, entries, retired, young_people, parents, only_worries, empty });
    }
    let elsewhere = by_place.into_values().flat_map(|(shown, retired)| shown.into_iter().chain(retired)).collect();
    (sides, elsewhere)
}

fn dimension(
    reader: &Reader<'_>,
    heading: &Heading,
    entries: Vec<EntryView>,
    retired: Vec<EntryView>,
    marks: &mut Vec<Mark>,
) -> DimensionView {
    let state = answer(reader, "dimensions", &heading.id, "state", marks);
    DimensionView {
        id: heading.id.clone(),
        title: heading.title.clone(),
        prompts: heading.prompts.clone(),
        state,
        entries,
        retired,
    }
}

fn answer(reader: &Reader<'_>, collection: &str, place: &str, key: &str, marks: &mut Vec<Mark>) -> Option<Answer> {
    let maps = objects(reader.doc, &ROOT, collection, ObjType::Map);
    let map: ObjId = maps.iter().find_map(|map| objects(reader.doc, map, place, ObjType::Map).into_iter().next())?;
    let mut versions = Vec::new();
    reader.two_versions(&map, key, &format!("{collection}/{place}/{key}"), "whether this was asked", &mut versions);
    marks.extend(versions.into_iter().map(Mark::TwoVersions));
    text_scalar(reader.doc, &map, key).map(|word| Answer::from(word.as_str()))
}

/// The role of an invitation by which another lead's device comes into the summary without a second comparing of words.
pub const SUMMARY_LEAD: &str = "summary-lead";

fn invite_views(reader: &Reader<'_>, marks: &mut Vec<Mark>) -> Vec<InviteView> {
    let doc = reader.doc;
    let mut views = Vec::new();
    for map in objects(doc, &ROOT, "invites", ObjType::Map) {
        for item in entries(doc, &map) {
            if item.key.parse::<InviteId>().is_err() {
                continue;
            }
            for object in objects(doc, &map, &item.key, ObjType::Map) {
                // How leads come into the summary is between their devices.
                if text_scalar(doc, &object, "role").as_deref() == Some(SUMMARY_LEAD) {
                    continue;
                }
                let mut used: Vec<String> = scalars(doc, &object, "used").iter().map(crate::read::Held::shown).collect();
                used.dedup();
                if used.len() > 1 {
                    marks.push(Mark::InviteUsedTwice { invite: item.key.clone() });
                }
                views.push(InviteView {
                    invite: item.key.clone(),
                    role: text_scalar(doc, &object, "role").unwrap_or_default(),
                    expires: crate::read::scalar(doc, &object, "expires").as_ref().and_then(integer).unwrap_or_default(),
                    for_whom: text_scalar(doc, &object, "for"),
                    by: reader.people.who(crate::read::author(&object)),
                    used: used.iter().filter_map(|id| id.parse().ok()).map(|id| reader.people.by_id(id)).collect(),
                    stopped: !scalars(doc, &object, "stopped").is_empty(),
                });
            }
        }
    }
    views.sort_by(|a, b| (a.expires, &a.invite).cmp(&(b.expires, &b.invite)));
    views
}
