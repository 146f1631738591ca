//! Doing a command: check, then one transaction, one change.

use automerge::transaction::{CommitOptions, Transactable, Transaction};
use automerge::{ActorId, Automerge, ChangeHash, ObjId, ObjType, PatchLog, ROOT, ReadDoc, ScalarValue};

use crate::command::{Command, Context, Done, Refusal};
use crate::ids::{EntryId, InviteId, PersonId, to_base32};
use crate::limits::{self, NAME_LIMIT, TEXT_LIMIT, TITLE_LIMIT, WHY_LIMIT};
use crate::people::People;
use crate::read::{self, objects, scalars, text_scalar};
use crate::schema::change_bytes;
use crate::vocabulary::{Agreed, Answer, Basis, Heard, Kind, Trigger, Whose};
use crate::write::{
    Written, fresh, known, mark, object, place, refuse_not_mine, rewrite, room_for, root_map, settle, short, under,
};
use crate::{
    dates, digest, families, life, meetings, openness, picture, plan, positions, sharing, strands, texts, together, voices,
    weighting,
};

/// Does a command as exactly one Automerge change, by the context's device at the context's time.
///
/// On a refusal the document is as it was, byte for byte. The change is in the document when this returns; keeping its bytes and
/// sending them is the caller's work.
pub fn apply(doc: &mut Automerge, command: &Command, ctx: &mut Context<'_>) -> Result<Done, Refusal> {
    let heads = match command {
        Command::SpliceEntry { heads: Some(heads), .. }
        | Command::SpliceText { heads: Some(heads), .. }
        | Command::UpdateText { base: heads, .. } => {
            // Automerge would commit a change that depends on what nobody has (notes: bogus heads).
            if heads.0.is_empty() || heads.0.iter().any(|head| doc.get_change_meta_by_hash(head).is_none()) {
                return Err(Refusal::UnknownHeads);
            }
            Some(heads.0.as_slice())
        }
        _ => None,
    };
    if let Command::SpliceEntry { id, delete, insert, heads: Some(_), .. } = command {
        // At older heads the text may be shorter than it is now.
        let length = crate::text_object(doc, id).map_or(0, |text| doc.length(text));
        room_for(length, *delete, insert)?;
    }
    if let Command::SpliceText { field, delete, insert, heads: Some(_), .. } = command {
        let length = crate::text_object_at(doc, field).map_or(0, |text| doc.length(text));
        room_for(length, *delete, insert)?;
    }
    if let Command::UpdateText { field, text, base } = command {
        // The text as it stands now, with what the draft changed, has to be within its limit too.
        let object = crate::text_object_at(doc, field);
        let now = object.as_ref().map_or(0, |object| doc.length(object));
        let before = object.as_ref().map_or(0, |object| doc.length_at(object, &base.0));
        room_for(now, before, text)?;
    }
    // What goes to families is made from the whole, by the same rules as its preview.
    match command {
        Command::ConfirmTwin(given) => {
            let view = crate::view(doc);
            return transact(doc, None, ctx, |tx, ctx| families::confirm(tx, ctx, &view, given));
        }
        Command::PublishVersion(given) => {
            let view = crate::view(doc);
            return transact(doc, None, ctx, |tx, ctx| families::publish(tx, ctx, &view, given));
        }
        _ => {}
    }
    // Whose words they are matters to some commands only; a keystroke does not pay for it.
    let people = match command {
        Command::SpliceEntry { .. }
        | Command::SpliceText { .. }
        | Command::UpdateText { .. }
        | Command::AddEntry { .. }
        | Command::EditEntry { .. } => People::default(),
        _ => People::of(doc, None),
    };
    transact(doc, heads, ctx, |tx, ctx| write(tx, command, ctx, &people))
}

/// One transaction, one change; on a refusal nothing.
pub(crate) fn transact<'r>(
    doc: &mut Automerge,
    heads: Option<&[ChangeHash]>,
    ctx: &mut Context<'r>,
    write: impl FnOnce(&mut Transaction<'_>, &mut Context<'r>) -> Result<Written, Refusal>,
) -> Result<Done, Refusal> {
    let actor = ActorId::from(ctx.device);
    if *doc.get_actor() != actor {
        doc.set_actor(actor);
    }
    let before = doc.get_heads();
    let mut tx = match heads {
        Some(heads) => doc.transaction_at(PatchLog::inactive(), heads).map_err(|error| Refusal::Document(error.to_string()))?,
        None => doc.transaction(),
    };
    let written = match write(&mut tx, ctx) {
        Ok(written) => written,
        Err(refusal) => {
            tx.rollback();
            return Err(refusal);
        }
    };
    let (id, message) = written;
    let options = CommitOptions::default().with_time(ctx.now).with_message(message);
    let (Some(hash), _) = tx.commit_with(options) else {
        return Err(Refusal::AlreadySo("that is how it already stands: nothing was changed"));
    };
    // What was added since: our one change (measured faster than asking for it by its hash).
    let change = doc.get_changes(&before).into_iter().find(|change| change.hash() == hash);
    let change = change.map(|change| change.raw_bytes().to_vec()).or_else(|| change_bytes(doc, &hash));
    let change = change.ok_or_else(|| Refusal::Document("the change that was just made".to_owned()))?;
    Ok(Done { id, change, hash })
}

fn write(tx: &mut Transaction<'_>, command: &Command, ctx: &mut Context<'_>, people: &People) -> Result<Written, Refusal> {
    match command {
        Command::SetTitle { title } => {
            let title = limits::line("title", title, TITLE_LIMIT)?;
            settle(tx, &ROOT, "title", title.as_str().into())?;
            Ok((None, "title".to_owned()))
        }
        Command::AnswerPurpose { trigger, why_now, better, find_out, could_go_wrong, less_intrusive, lead_agency } => {
            let texts = [why_now, better, find_out, could_go_wrong, less_intrusive];
            purpose(tx, ctx, trigger.as_ref(), &texts, lead_agency.as_deref())
        }
        Command::IntroduceMyself { name, agency, role } => introduce(tx, ctx, name, agency, role),
        Command::SetSummary { document } => {
            let map = root_map(tx, "life")?;
            settle(tx, &map, "summary", ScalarValue::Bytes(document.0.to_vec()))?;
            Ok((None, "summary".to_owned()))
        }
        Command::StateSummaryDevice { device } => {
            let map = root_map(tx, "people")?;
            let key = format!("{}.summary", PersonId(ctx.person));
            settle(tx, &map, &key, ScalarValue::Bytes(device.0.to_vec()))?;
            Ok((None, "summary-device".to_owned()))
        }
        Command::ConfirmPerson { person, name, agency, because } => {
            let map = root_map(tx, "confirmed")?;
            let name = limits::line("name", name, NAME_LIMIT)?;
            let agency = limits::line("agency", agency, NAME_LIMIT)?;
            settle(tx, &map, &format!("{person}.name"), name.as_str().into())?;
            settle(tx, &map, &format!("{person}.agency"), agency.as_str().into())?;
            if let Some(because) = because {
                let because = limits::prose("reason", because, WHY_LIMIT)?;
                settle(tx, &map, &format!("{person}.because"), because.as_str().into())?;
            }
            Ok((None, format!("confirm:{person}")))
        }
        Command::AddEntry { dimension, kind, text, said_by, first_hand_or_passed_on, basis, date, agreed } => {
            let provenance = Given { said_by, heard: first_hand_or_passed_on, basis, date, agreed };
            add_entry(tx, ctx, dimension, kind, text, &provenance)
        }
        Command::EditEntry { id, text } => {
            let text = limits::prose("text", text, TEXT_LIMIT)?;
            let entry = entry(tx, id)?;
            refuse_taken_back(tx, &entry)?;
            if !rewrite(tx, &entry, "text", &text)? {
                return Err(Refusal::AlreadySo("the text already reads so: nothing was changed"));
            }
            mark(tx, &entry, "edited", ctx.now)?;
            Ok((Some(*id), format!("edit:{}", short(id))))
        }
        Command::SpliceEntry { id, at, delete, insert, .. } => splice(tx, ctx, id, *at, *delete, insert),
        Command::SetEntryKind { id, kind } => {
            known(kind.is_known(), "kind of entry", kind.as_str(), Kind::CHOICES)?;
            let entry = entry(tx, id)?;
            settle(tx, &entry, "kind", kind.as_str().into())?;
            Ok((Some(*id), format!("kind:{}:{kind}", short(id))))
        }
        Command::MoveEntry { id, dimension } => {
            place(tx, dimension)?;
            let entry = entry(tx, id)?;
            settle(tx, &entry, "dimension", dimension.as_str().into())?;
            Ok((Some(*id), format!("move:{}:{dimension}", short(id))))
        }
        Command::SetProvenance { id, said_by, first_hand_or_passed_on, basis, date, agreed } => {
            let entry = entry(tx, id)?;
            let given = Given { said_by, heard: first_hand_or_passed_on, basis, date, agreed };
            given.check()?;
            given.put(tx, &entry)?;
            Ok((Some(*id), format!("source:{}", short(id))))
        }
        Command::Choose { field, value } => crate::choose::choose(tx, ctx, people, field, value),
        Command::LookedAt { id } => {
            let entry = entry(tx, id)?;
            if scalars(tx, &entry, "edited").len() < 2 {
                return Err(Refusal::AlreadySo("nobody has edited this apart since somebody last looked"));
            }
            mark(tx, &entry, "edited", ctx.now)?;
            Ok((Some(*id), format!("look:{}", short(id))))
        }
        Command::RetireEntry { id, why } => {
            let why = limits::prose("reason", why, WHY_LIMIT)?;
            let entry = entry(tx, id)?;
            let saw = digest::of_entry(tx, &entry);
            let settled = scalars(tx, &entry, "retired");
            let same = scalars(tx, &entry, "retired-saw").iter().any(|held| held.value == saw);
            if same && settled.len() == 1 && settled.iter().all(|held| held.value != ScalarValue::Null) {
                return Err(Refusal::AlreadySo("this entry has been taken back already"));
            }
            settle(tx, &entry, "retired", why.as_str().into())?;
            settle(tx, &entry, "retired-saw", saw)?;
            Ok((Some(*id), format!("retire:{}", short(id))))
        }
        Command::RestoreEntry { id } => {
            let entry = entry(tx, id)?;
            if scalars(tx, &entry, "retired").iter().all(|held| held.value == ScalarValue::Null) {
                return Err(Refusal::AlreadySo("this entry has not been taken back"));
            }
            settle(tx, &entry, "retired", ScalarValue::Null)?;
            Ok((Some(*id), format!("restore:{}", short(id))))
        }
        Command::AddDifferingView { about, text } => {
            let text = limits::prose("differing view", text, TEXT_LIMIT / 5)?;
            limits::at_once(std::iter::once(text.as_str()))?;
            positions::refuse_no_subject(tx, about)?;
            let (id, view) = fresh(tx, ctx, "differing")?;
            tx.put(&view, "about", ScalarValue::Bytes(about.0.to_vec()))?;
            tx.put(&view, "at", ctx.now)?;
            tx.put(&view, "text", text)?;
            Ok((Some(id), format!("differ:{}", short(about))))
        }
        Command::EditDifferingView { id, text } => {
            let text = limits::prose("differing view", text, TEXT_LIMIT / 5)?;
            limits::at_once(std::iter::once(text.as_str()))?;
            let view = own_view(tx, ctx, people, id)?;
            settle(tx, &view, "text", text.as_str().into())?;
            Ok((Some(*id), "differ-edit".to_owned()))
        }
        Command::WithdrawDifferingView { id, why } => {
            let why = limits::prose("reason", why, WHY_LIMIT)?;
            let view = own_view(tx, ctx, people, id)?;
            settle(tx, &view, "withdrawn", why.as_str().into())?;
            Ok((Some(*id), "differ-back".to_owned()))
        }
        Command::SetAsked { side, whose, answer } => {
            known(whose.is_known(), "view", whose.as_str(), Whose::CHOICES)?;
            known(answer.is_known(), "answer", answer.as_str(), Answer::CHOICES)?;
            let map = under(tx, "sides", side)?;
            settle(tx, &map, &format!("asked-{whose}"), answer.as_str().into())?;
            Ok((None, format!("asked:{side}:{whose}")))
        }
        Command::SetDimension { dimension, answer } => {
            known(answer.is_known(), "answer", answer.as_str(), Answer::CHOICES)?;
            let map = under(tx, "dimensions", dimension)?;
            settle(tx, &map, "state", answer.as_str().into())?;
            Ok((None, format!("dimension:{dimension}")))
        }
        Command::RecordInvite { invite, secret, role, expires, for_whom } => {
            let role = limits::line("role", role, NAME_LIMIT)?;
            let for_whom = for_whom.as_deref().map(|words| limits::line("name", words, TITLE_LIMIT)).transpose()?;
            let map = root_map(tx, "invites")?;
            let key = invite.to_string();
            if !objects(tx, &map, &key, ObjType::Map).is_empty() {
                return Err(Refusal::AlreadySo("this invitation is in the assessment already"));
            }
            let object = tx.put_object(&map, key, ObjType::Map)?;
            tx.put(&object, "secret", ScalarValue::Bytes(secret.0.to_vec()))?;
            tx.put(&object, "role", role)?;
            tx.put(&object, "expires", *expires)?;
            if let Some(words) = for_whom {
                tx.put(&object, "for", words)?;
            }
            Ok((None, "invite".to_owned()))
        }
        Command::UseInvite { invite, person } => {
            let object = open_invite(tx, invite)?;
            tx.put(&object, "used", ScalarValue::Bytes(person.0.to_vec()))?;
            Ok((None, format!("admit:{person}")))
        }
        Command::StopInvite { invite } => {
            let object = open_invite(tx, invite)?;
            tx.put(&object, "stopped", true)?;
            Ok((None, "stop".to_owned()))
        }
        Command::EditText { field, text } => texts::edit(tx, ctx, field, text),
        Command::UpdateText { field, text, .. } => texts::update(tx, ctx, field, text),
        Command::NoteHintReview(given) => crate::hint_review::note(tx, ctx, given),
        Command::SpliceText { field, at, delete, insert, .. } => texts::splice(tx, ctx, field, *at, *delete, insert),
        Command::LookedAtText { field } => texts::looked_at(tx, ctx, field),
        Command::WriteTogether(given) => together::write(tx, ctx, people, given),
        Command::AddVoice(given) => voices::add(tx, ctx, given),
        Command::TieVoice(given) => voices::tie(tx, given),
        Command::WithdrawVoice(given) => voices::withdraw(tx, ctx, people, given),
        Command::AnswerVoice(given) => voices::answer(tx, ctx, given),
        Command::UpdateAnswer(given) => voices::update_answer(tx, given),
        Command::RecordFair(given) => voices::fair(tx, ctx, given),
        Command::SetWeighting(given) => weighting::set(tx, ctx, given),
        Command::AddGoal(given) => plan::add_goal(tx, ctx, given),
        Command::UpdateGoal(given) => plan::update_goal(tx, given),
        Command::MeasureGoal(given) => plan::measure(tx, ctx, given),
        Command::AddAction(given) => plan::add_action(tx, ctx, given),
        Command::UpdateAction(given) => plan::update_action(tx, ctx, given),
        Command::TakeBack(given) => plan::take_back(tx, given),
        Command::PutBack(given) => plan::put_back(tx, given),
        Command::AddMeeting(given) => meetings::add(tx, ctx, people, given),
        Command::UpdateMeeting(given) => meetings::update(tx, people, given),
        Command::AgreeNotes(given) => meetings::agree(tx, ctx, given),
        Command::ReopenNotes(given) => meetings::reopen(tx, given),
        Command::TakePosition(given) => positions::take(tx, ctx, given),
        Command::DifferOnWeighting(given) => positions::differ(tx, ctx, given),
        Command::ConfirmForFamilies(given) => positions::confirm(tx, ctx, people, given),
        Command::AttachStrand(given) => strands::attach(tx, ctx, given),
        Command::HandOverStrand(given) => strands::hand_over(tx, ctx, people, given),
        Command::RelabelStrand(given) => strands::relabel(tx, given),
        Command::DetachStrand(given) => strands::detach(tx, ctx, people, given),
        Command::RestEntryOn(given) => strands::rest_entry_on(tx, given),
        Command::KeepAsTheme(given) => strands::keep_as_theme(tx, given),
        Command::SetAgreement(given) => strands::agreement(tx, ctx, given),
        Command::FollowAnswer(given) => strands::follow(tx, ctx, given),
        Command::SayHeardWaits(given) => strands::say_heard_waits(tx, given),
        Command::DecideAfterNo(given) => strands::decide(tx, given),
        Command::SetAskedAll(given) => openness::set_asked(tx, ctx, given),
        Command::SetLawfulBasis(given) => openness::set_basis(tx, given),
        Command::ActToday(_) => life::act_today(tx, ctx),
        Command::SetReview(given) => life::set_review(tx, given),
        Command::SayStillTrue(given) => life::still_true(tx, ctx, given),
        Command::LookAgainAt(given) => life::look_again_at(tx, given),
        Command::CloseAssessment(given) => life::close(tx, ctx, given),
        Command::ReopenAssessment(given) => life::reopen(tx, given),
        Command::AddPlace(given) => picture::add_place(tx, ctx, given),
        Command::SayOfPlace(given) => picture::say_of_place(tx, ctx, given),
        Command::UpdatePlace(given) => picture::update_place(tx, given),
        Command::AddConduct(given) => picture::add_conduct(tx, ctx, given),
        Command::UpdateConduct(given) => picture::update_conduct(tx, given),
        Command::AddAdult(given) => picture::add_adult(tx, ctx, given),
        Command::UpdateAdult(given) => picture::update_adult(tx, given),
        Command::AddPart(given) => picture::add_part(tx, ctx, given),
        Command::UpdatePart(given) => picture::update_part(tx, given),
        Command::AddTie(given) => picture::add_tie(tx, ctx, given),
        Command::UpdateTie(given) => picture::update_tie(tx, given),
        Command::EndInPicture(given) => picture::end(tx, ctx, given),
        Command::GoesOnInPicture(given) => picture::goes_on(tx, given),
        Command::MoveInPicture(given) => picture::move_next_to(tx, given),
        Command::NoteShared(given) => sharing::note(tx, ctx, "life", given),
        // These rest on the assessment as it is seen: `apply` has looked at it.
        Command::ConfirmTwin(_) | Command::PublishVersion(_) => Err(Refusal::Document("the view".to_owned())),
        Command::TakeBackVersion(given) => families::take_back(tx, given),
        Command::AddReply(given) => families::add_reply(tx, ctx, given),
        Command::LetRead(given) => voices::let_read(tx, ctx, people, given),
    }
}

fn purpose(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    trigger: Option<&Trigger>,
    texts: &[&Option<String>; 5],
    lead_agency: Option<&str>,
) -> Result<Written, Refusal> {
    if trigger.is_none() && lead_agency.is_none() && texts.iter().all(|text| text.is_none()) {
        return Err(Refusal::Empty { what: "answer" });
    }
    limits::at_once(texts.iter().filter_map(|text| text.as_deref()))?;
    let map = root_map(tx, "purpose")?;
    if let Some(trigger) = trigger {
        known(trigger.is_known(), "reason to begin", trigger.as_str(), Trigger::CHOICES)?;
        settle(tx, &map, "trigger", trigger.as_str().into())?;
    }
    if let Some(agency) = lead_agency {
        let agency = limits::line("lead agency", agency, NAME_LIMIT)?;
        settle(tx, &map, "lead-agency", agency.as_str().into())?;
    }
    for (key, text) in crate::schema::PURPOSE_TEXTS.iter().zip(texts) {
        if let Some(text) = text {
            let text = limits::prose("answer", text, TEXT_LIMIT)?;
            if rewrite(tx, &map, key, &text)? {
                mark(tx, &map, &format!("edited-{key}"), ctx.now)?;
            }
        }
    }
    Ok((None, "purpose".to_owned()))
}

fn introduce(tx: &mut Transaction<'_>, ctx: &Context<'_>, name: &str, agency: &str, role: &str) -> Result<Written, Refusal> {
    let person = PersonId(ctx.person);
    let devices = root_map(tx, "devices")?;
    settle(tx, &devices, &to_base32(&ctx.device), ScalarValue::Bytes(ctx.person.to_vec()))?;
    let people = root_map(tx, "people")?;
    for (what, key, words) in [("name", "name", name), ("agency", "agency", agency), ("role", "role", role)] {
        let words = limits::line(what, words, NAME_LIMIT)?;
        settle(tx, &people, &format!("{person}.{key}"), words.as_str().into())?;
    }
    Ok((None, "me".to_owned()))
}

/// Provenance as given with a command.
struct Given<'a> {
    said_by: &'a Option<String>,
    heard: &'a Option<Heard>,
    basis: &'a Option<Basis>,
    date: &'a Option<String>,
    agreed: &'a Option<Agreed>,
}

impl Given<'_> {
    fn check(&self) -> Result<(), Refusal> {
        if let Some(heard) = self.heard {
            known(heard.is_known(), "way of knowing", heard.as_str(), Heard::CHOICES)?;
        }
        if let Some(basis) = self.basis {
            known(basis.is_known(), "basis", basis.as_str(), Basis::CHOICES)?;
        }
        if let Some(agreed) = self.agreed {
            known(agreed.is_known(), "agreement", agreed.as_str(), Agreed::CHOICES)?;
        }
        match self.date {
            Some(date) if !dates::is_day(date) => Err(Refusal::NotADate(date.chars().take(40).collect())),
            _ => Ok(()),
        }
    }

    fn put(&self, tx: &mut Transaction<'_>, entry: &ObjId) -> Result<(), Refusal> {
        match self.said_by.as_deref() {
            Some("") => settle(tx, entry, "said-by", ScalarValue::Null)?,
            Some(words) => settle(tx, entry, "said-by", limits::line("\"said by\"", words, NAME_LIMIT)?.as_str().into())?,
            None => {}
        }
        let words = [
            ("heard", self.heard.as_ref().map(Heard::as_str)),
            ("basis", self.basis.as_ref().map(Basis::as_str)),
            ("date", self.date.as_deref()),
            ("agreed", self.agreed.as_ref().map(Agreed::as_str)),
        ];
        for (key, word) in words {
            if let Some(word) = word {
                settle(tx, entry, key, word.into())?;
            }
        }
        Ok(())
    }
}

fn add_entry(
    tx: &mut Transaction<'_>,
    ctx: &mut Context<'_>,
    dimension: &str,
    kind: &Kind,
    text: &str,
    given: &Given<'_>,
) -> Result<Written, Refusal> {
    place(tx, dimension)?;
    known(kind.is_known(), "kind of entry", kind.as_str(), Kind::CHOICES)?;
    let text = limits::prose("text", text, TEXT_LIMIT)?;
    limits::at_once(std::iter::once(text.as_str()))?;
    given.check()?;
    let framework = text_scalar(tx, &ROOT, "framework").unwrap_or_default();
    // What the screen says before anybody changes it: from you, seen or heard yourself, today; or passed on, if others said it.
    let others = given.said_by.as_deref().is_some_and(|words| !words.trim().is_empty());
    let heard = given.heard.clone().unwrap_or(if others { Heard::PassedOn } else { Heard::FirstHand });
    let observed = heard == Heard::FirstHand && *kind != Kind::NotKnown;
    let basis = given.basis.clone().or(observed.then_some(Basis::Observation));
    let date = given.date.clone().unwrap_or_else(|| dates::day(ctx.now));

    let (id, entry) = fresh(tx, ctx, "entries")?;
    tx.put(&entry, "dimension", dimension)?;
    tx.put(&entry, "kind", kind.as_str())?;
    tx.put(&entry, "at", ctx.now)?;
    tx.put(&entry, "framework", framework)?;
    let heard = (*kind != Kind::NotKnown || given.heard.is_some()).then_some(heard);
    let said_by = given.said_by.clone().filter(|words| !words.is_empty());
    let full = Given { said_by: &said_by, heard: &heard, basis: &basis, date: &Some(date), agreed: given.agreed };
    full.put(tx, &entry)?;
    let object = tx.put_object(&entry, "text", ObjType::Text)?;
    tx.splice_text(&object, 0, 0, &text)?;
    Ok((Some(id), format!("add:{}:{kind}:{dimension}", short(&id))))
}

fn splice(
    tx: &mut Transaction<'_>,
    ctx: &Context<'_>,
    id: &EntryId,
    at: usize,
    delete: usize,
    insert: &str,
) -> Result<Written, Refusal> {
    let entry = entry(tx, id)?;
    texts::splice_at(tx, ctx, (&entry, "text", "edited"), at, delete, insert)?;
    Ok((Some(*id), format!("s:{}", short(id))))
}

fn refuse_taken_back(tx: &Transaction<'_>, entry: &ObjId) -> Result<(), Refusal> {
    let retired = scalars(tx, entry, "retired");
    if !retired.is_empty() && retired.iter().all(|held| held.value != ScalarValue::Null) {
        return Err(Refusal::TakenBack { why: retired.last().map(read::Held::shown).unwrap_or_default() });
    }
    Ok(())
}

fn own_view(tx: &Transaction<'_>, ctx: &Context<'_>, people: &People, id: &EntryId) -> Result<ObjId, Refusal> {
    let view = object(tx, "differing", id).ok_or_else(|| Refusal::Unknown { what: "differing view", id: id.to_string() })?;
    refuse_not_mine(ctx, people, &view)?;
    Ok(view)
}

fn open_invite(tx: &Transaction<'_>, invite: &InviteId) -> Result<ObjId, Refusal> {
    let map = root_map(tx, "invites")?;
    let object = objects(tx, &map, &invite.to_string(), ObjType::Map)
        .pop()
        .ok_or_else(|| Refusal::Unknown { what: "invitation", id: invite.to_string() })?;
    if !scalars(tx, &object, "used").is_empty() {
        return Err(Refusal::Invite("has been used: it works once"));
    }
    if !scalars(tx, &object, "stopped").is_empty() {
        return Err(Refusal::Invite("has been stopped"));
    }
    Ok(object)
}

fn entry(tx: &Transaction<'_>, id: &EntryId) -> Result<ObjId, Refusal> {
    object(tx, "entries", id).ok_or_else(|| Refusal::Unknown { what: "entry", id: id.to_string() })
}
