//! Links for young people and families: made in a strand record, kept true at the relay, and what arrives by them taken in (protocol 14).
//!
//! Every device of the holder and the stand-in does this, and each by itself: what arrived stands in the record under the guest's own
//! id for it, the same from every device, and the relay forgets it once the log holds it.

use kith_assessment::{
    Command, EntryId, GuestLinkKeys, HeardWaits, MakeGuestLink, Refusal, SayHeardWaits, Secret, StopGuestLink, StrandCommand,
    StrandRecordView, agency_of, heard_waits, role_in, team_line, to_take_in,
};
use kith_group::{
    DocumentId, DocumentKind, FormatError, GuestCard, GuestKey, GuestLink, ItemError, Rights, SystemRandom, Team, open_item,
    seal_card,
};
use kith_sync::client::{Intent, IntentId};
use kith_sync::wire::GuestItem;
use sha2::Digest as _;

use super::EngineError;
use super::arrived::arrived;
use super::kept::CARD;
use super::work::Work;

/// A link to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToLink {
    /// In which strand record.
    pub record: DocumentId,
    /// What it is called there.
    pub name: String,
    /// For how many seconds.
    pub seconds: i64,
    /// The language to begin with.
    pub language: String,
    /// For a parent or carer.
    pub adult: bool,
    /// The young person's answer to "Is it safe to send to this phone?"; none: it is shown in person.
    pub safe_to_send: Option<bool>,
    /// Who agreed that they take part.
    pub agreed_by: String,
    /// What it may be used for.
    pub may: Rights,
}

/// A code to type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeToType {
    /// The code: "lumon-bidih-bojih".
    pub code: String,
    /// The page on which it is typed.
    pub page: String,
    /// Until when it works, in Unix seconds.
    pub until: i64,
    /// It works once this is done.
    pub wanted: IntentId,
}

/// A link that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkMade {
    /// In the record.
    pub id: EntryId,
    /// The address to send or to show.
    pub address: String,
    /// Until when, in Unix seconds.
    pub expires: i64,
    /// It works once this is done.
    pub wanted: IntentId,
}

impl Work<'_> {
    /// Makes a link and wants it at the record's relay.
    pub fn make_link(&mut self, asked: &ToLink) -> Result<LinkMade, EngineError> {
        let relay = self.summary(&asked.record).and_then(|summary| summary.relay);
        let relay =
            relay.ok_or(Refusal::Rule("this record has no relay yet, and a page needs one: set one, then make the link"))?;
        let link = GuestLink::random(&page_of(&relay), &mut SystemRandom);
        let key = GuestKey::random(&mut SystemRandom);
        let expires = self.now().saturating_add(asked.seconds);
        let make = MakeGuestLink {
            name: asked.name.clone(),
            secret: Secret(link.secret()),
            key: Secret(key.to_bytes()),
            origin: link.origin.clone(),
            language: asked.language.clone(),
            expires,
            adult: asked.adult,
            safe_to_send: asked.safe_to_send,
            agreed_by: asked.agreed_by.clone(),
            say: asked.may.say,
            summary: asked.may.summary,
            agree: asked.may.agree,
        };
        let done = self.record_command(&asked.record, &StrandCommand::MakeGuestLink(make))?;
        let id = done.id.ok_or(EngineError::Unreadable("the link that was just made"))?;
        let view = self.record(&asked.record)?;
        let made = self.link_keys(&asked.record)?.into_iter().find(|keys| keys.id == id);
        let made = made.ok_or(EngineError::Unreadable("the link that was just made"))?;
        let wanted = self.put_card(&asked.record, &view, &made)?.ok_or(EngineError::Unreadable("the link that was just made"))?;
        Ok(LinkMade { id, address: link.to_string(), expires, wanted })
    }

    /// A code to type for a link that is handed over in person, good for a quarter of an hour; what the relay keeps for it takes a second
    /// to make, so that is done between two steps ([`super::Engine::code_to_type`]).
    pub(super) fn guest_link(&mut self, record: &DocumentId, id: &EntryId) -> Result<GuestLink, EngineError> {
        let keys = self.link_keys(record)?.into_iter().find(|keys| keys.id == *id);
        let keys = keys.ok_or_else(|| Refusal::Unknown { what: "link", id: id.to_string() })?;
        if keys.stopped || keys.expires <= self.now() {
            return Err(Refusal::Rule("this link opens nothing any more: make another one").into());
        }
        Ok(opened(&keys).0)
    }

    /// Stops a link, here and at the relay.
    pub fn stop_link(&mut self, record: &DocumentId, id: &EntryId) -> Result<IntentId, EngineError> {
        self.record_command(record, &StrandCommand::StopGuestLink(StopGuestLink { id: *id }))?;
        let keys = self.link_keys(record)?.into_iter().find(|keys| keys.id == *id);
        let (link, _) = keys.as_ref().map(opened).ok_or(EngineError::Unreadable("a link"))?;
        self.intend(record, Intent::StopGuestLink { link: link.id() })
    }

    /// What a record calls for after it came, or changed, or a day went by: cards at the relay as they are true today, in open
    /// windows what was done by now, and in the assessments how much waits. Does nothing where nothing differs.
    pub fn tend_record(&mut self, record: &DocumentId) -> Result<(), EngineError> {
        if !self.is_mine_to_write(record) {
            return Ok(());
        }
        let waits = heard_waits(&self.record_now(record)?);
        self.say_heard_waits(record, &waits)?;
        self.refresh_links(record, false)?;
        self.renew_windows(Some(record)).map(drop)
    }

    /// The same for every record.
    pub fn tend_records(&mut self) -> Result<(), EngineError> {
        let records: Vec<DocumentId> =
            self.documents().into_iter().filter(|one| one.kind == DocumentKind::STRAND).map(|one| one.id).collect();
        records.iter().try_for_each(|record| self.tend_record(record))
    }

    /// Says in each assessment how much waits to be read and since when, never what it is.
    fn say_heard_waits(&mut self, record: &DocumentId, waits: &HeardWaits) -> Result<(), EngineError> {
        for joined in self.record_now(record)?.joined.into_iter().filter(|joined| joined.detached.is_none()) {
            let (Ok(assessment), Ok(strand)) = (joined.assessment.parse(), joined.strand.parse()) else { continue };
            if !self.is_mine_to_write(&assessment) {
                continue;
            }
            let there = self.view_now(&assessment)?.strands.into_iter().find(|one| one.kept.id == joined.strand);
            if there.is_none_or(|there| there.heard_waits == *waits) {
                continue;
            }
            let say = Command::SayHeardWaits(SayHeardWaits { strand, waits: waits.clone() });
            match self.command(&assessment, &say) {
                Ok(_) | Err(EngineError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Tells the relay of every open link whose card is not what it was, or of all of them. The holder's devices do so: the card speaks
    /// of them.
    pub(super) fn refresh_links(&mut self, record: &DocumentId, all: bool) -> Result<(), EngineError> {
        let open = self.link_keys(record)?.into_iter().filter(|keys| !keys.stopped && keys.expires > self.now());
        let open: Vec<GuestLinkKeys> = open.collect();
        if open.is_empty() {
            return Ok(());
        }
        let view = self.record_now(record)?;
        let me = self.core.identity(record).map(|me| me.person.to_string());
        if view.holder.as_ref().and_then(|holder| holder.person.clone()) != me {
            return Ok(());
        }
        for keys in open {
            let (_, key) = opened(&keys);
            let card = self.card(&view, &keys, &key)?;
            let row = [record.0.as_slice(), &keys.id.0].concat();
            if all || self.rows().row(CARD, &row)? != Some(digest(&card)) {
                self.put_card(record, &view, &keys)?;
            }
        }
        Ok(())
    }

    /// Takes in what the record does not have yet; lets the relay forget what the log holds, and what nobody can ever open.
    pub(super) fn take_in(&mut self, record: &DocumentId, items: &[GuestItem], sent: bool) -> Result<(), EngineError> {
        let links: Vec<_> = self.link_keys(record)?.iter().map(|keys| (keys.id, opened(keys))).collect();
        for item in items {
            let id = EntryId(item.item.0);
            // A link that another device made a moment ago: the item waits until its link is here.
            let Some((made, (link, key))) = links.iter().find(|(_, (link, _))| link.id() == item.link) else { continue };
            let forget = Intent::DropGuestItem { link: item.link, item: item.item };
            if kith_assessment::arrived(self.read(record)?, &id).is_some() {
                if sent {
                    self.intend(record, forget)?;
                }
                continue;
            }
            match open_item(link, &item.item, key, &item.sealed) {
                Ok(said) => {
                    let (said, sounds) = arrived(*made, said);
                    for take in to_take_in(id, said, &sounds) {
                        match self.record_command(record, &take) {
                            Ok(_) | Err(EngineError::Refused(_)) => {}
                            Err(error) => return Err(error),
                        }
                    }
                }
                // A newer page made it: a newer Kith will open it.
                Err(ItemError::Format(FormatError::UnknownVersion { .. })) => {}
                Err(_) => {
                    self.intend(record, forget)?;
                }
            }
        }
        self.tend_record(record)
    }

    pub(super) fn link_keys(&mut self, record: &DocumentId) -> Result<Vec<GuestLinkKeys>, EngineError> {
        Ok(kith_assessment::guest_link_keys(self.read(record)?))
    }

    fn put_card(
        &mut self,
        record: &DocumentId,
        view: &StrandRecordView,
        keys: &GuestLinkKeys,
    ) -> Result<Option<IntentId>, EngineError> {
        let (link, key) = opened(keys);
        let card = self.card(view, keys, &key)?;
        let Ok(sealed) = seal_card(&link, &card, &mut SystemRandom) else { return Ok(None) };
        self.put(CARD, &[record.0.as_slice(), &keys.id.0].concat(), &digest(&card))?;
        let put = Intent::PutGuestLink { link: link.id(), verifier: link.verifier(), expires: keys.expires, card: sealed };
        self.intend(record, put).map(Some)
    }

    /// What the page says before anything is said to it. Items are sealed to the link's key, which the record keeps: so they open for
    /// whoever made the link and whoever stands in, and for nobody else.
    fn card(&mut self, view: &StrandRecordView, keys: &GuestLinkKeys, key: &GuestKey) -> Result<GuestCard, EngineError> {
        let profile = self.profile()?;
        let made = view.links.iter().find(|link| link.kept.id == keys.id.to_string());
        let language = made.map_or_else(|| "en".to_owned(), |made| made.language.clone());
        let (area, plain) = (self.area_words(&language)?, self.area_words("en")?);
        let (team, agencies) = self.team(view, &language)?;
        let today = kith_assessment::day_of(self.now());
        Ok(GuestCard {
            holder: cut(&first(&profile.name)),
            role: cut(&role_in(&profile.role, &language)),
            stand_in: view.stand_in.as_deref().map(first).filter(|name| !name.is_empty()).map(|name| cut(&name)),
            team,
            read_by: kith_assessment::read_by(self.now()),
            rights: Rights {
                say: made.is_none_or(|made| made.say),
                summary: made.is_some_and(|made| made.summary),
                agree: made.is_some_and(|made| made.agree),
            },
            expires: keys.expires,
            recipients: vec![key.public()],
            adult: made.is_some_and(|made| made.adult),
            call: profile.phone,
            // A number and a name are as good in any language; words about danger are not.
            helpline: area.helpline.or(plain.helpline),
            danger: area.danger,
            complain: area.complain.or(plain.complain),
            agencies,
            late: heard_waits(view).is_late(&today),
            language,
        })
    }

    /// The team line, from who is in the assessments, and the agencies that write there.
    pub(super) fn team(&mut self, view: &StrandRecordView, language: &str) -> Result<(Team, Vec<String>), EngineError> {
        let (mut roles, mut agencies, mut police) = (Vec::new(), Vec::new(), 0);
        let me = self.profile()?.name;
        for joined in view.joined.iter().filter(|joined| joined.detached.is_none()) {
            let Ok(assessment) = joined.assessment.parse() else { continue };
            if self.summary(&assessment).is_none() {
                continue;
            }
            for person in self.view_now(&assessment)?.people {
                agencies.extend(agency_of(&person).map(|agency| cut(&agency)));
                if person.name.as_ref() == Some(&me) {
                    continue;
                }
                if is_police(&person.agency, &person.role) {
                    police = 2;
                } else {
                    roles.extend(person.role);
                }
            }
            if let Some(summary) = self.summary_of(&assessment)?
                && self.summary_view(&summary)?.people.iter().any(|person| is_police(&person.agency, &person.role))
            {
                police = police.max(1);
            }
        }
        agencies.sort();
        agencies.dedup();
        agencies.truncate(MOST_AGENCIES);
        Ok((Team { line: cut(&team_line(&roles, language)), police }, agencies))
    }
}

/// What was last put at the relay, to know whether it differs. The day by which it is read changes every day; that is what it is for.
pub(super) fn digest(of: &impl minicbor::Encode<()>) -> Vec<u8> {
    let mut plain = Vec::new();
    if minicbor::encode(of, &mut plain).is_err() {
        return Vec::new();
    }
    sha2::Sha256::digest(&plain).to_vec()
}

/// The most agencies that a card names.
const MOST_AGENCIES: usize = 16;
/// The longest text of a card, in bytes.
const LONGEST: usize = 500;

/// A text that fits into a card: a page with a shorter word is better than no page.
fn cut(text: &str) -> String {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().to_owned()
}

fn is_police(agency: &Option<String>, role: &Option<String>) -> bool {
    [agency, role].into_iter().flatten().any(|words| words.to_lowercase().contains("police"))
}

pub(super) fn first(name: &str) -> String {
    name.split_whitespace().next().unwrap_or_default().to_owned()
}

/// Where the relay serves its page: the same host, by HTTP.
fn page_of(relay: &str) -> String {
    let at = relay.split_once("://").map_or(relay, |(_, rest)| rest);
    if relay.starts_with("wss://") { format!("https://{at}") } else { format!("http://{at}") }
}

/// Link and key from what a record keeps.
pub(super) fn opened(keys: &GuestLinkKeys) -> (GuestLink, GuestKey) {
    (GuestLink::from_secret(&keys.origin, keys.secret.0), GuestKey::from_bytes(keys.key.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_for_a_card_is_cut_between_characters() {
        assert_eq!(cut("Priya"), "Priya");
        assert_eq!(cut(&"ŵ".repeat(400)), "ŵ".repeat(250));
    }

    #[test]
    fn the_page_is_where_the_relay_is() {
        assert_eq!(page_of("wss://relay.example:8443"), "https://relay.example:8443");
        assert_eq!(page_of("ws://127.0.0.1:4480"), "http://127.0.0.1:4480");
    }
}
