//! Links for young people and families: made in a strand record, kept true at the relay, and what arrives by them taken in (protocol 14).
//!
//! Every device of the holder and the stand-in does this, and each by itself: what arrived stands in the record under the guest's own
//! id for it, the same from every device, and the relay forgets it once the log holds it.

use kith_assessment::{
    EntryId, GuestLinkKeys, LinkSecret, MakeGuestLink, Refusal, StopGuestLink, StrandCommand, StrandRecordView, TakeIn,
};
use kith_group::{
    DocumentId, FormatError, GuestCard, GuestKey, GuestLink, ItemError, Rights, SystemRandom, Team, from_base32, open_item,
    seal_card, to_base32,
};
use kith_sync::client::{Intent, IntentId};
use kith_sync::wire::GuestItem;

use super::EngineError;
use super::arrived::arrived;
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
            secret: LinkSecret(to_base32(&link.secret())),
            key: LinkSecret(to_base32(&key.to_bytes())),
            origin: link.origin.clone(),
            language: asked.language.clone(),
            expires,
            adult: asked.adult,
            safe_to_send: asked.safe_to_send,
            agreed_by: asked.agreed_by.clone(),
        };
        let done = self.record_command(&asked.record, &StrandCommand::MakeGuestLink(make))?;
        let id = done.id.ok_or(EngineError::Unreadable("the link that was just made"))?;
        let view = self.record(&asked.record)?;
        let made = self.link_keys(&asked.record)?.into_iter().find(|keys| keys.id == id);
        let made = made.ok_or(EngineError::Unreadable("the link that was just made"))?;
        let wanted = self.put_card(&asked.record, &view, &made)?.ok_or(EngineError::Unreadable("the link that was just made"))?;
        Ok(LinkMade { id, address: link.to_string(), expires, wanted })
    }

    /// Stops a link, here and at the relay.
    pub fn stop_link(&mut self, record: &DocumentId, id: &EntryId) -> Result<IntentId, EngineError> {
        self.record_command(record, &StrandCommand::StopGuestLink(StopGuestLink { id: *id }))?;
        let keys = self.link_keys(record)?.into_iter().find(|keys| keys.id == *id);
        let (link, _) = keys.as_ref().and_then(opened).ok_or(EngineError::Unreadable("a link"))?;
        self.intend(record, Intent::StopGuestLink { link: link.id() })
    }

    /// Tells the relay of every open link anew, with a card as it is true today. The holder's devices do so: the card speaks of them.
    pub(super) fn refresh_links(&mut self, record: &DocumentId) -> Result<(), EngineError> {
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
            self.put_card(record, &view, &keys)?;
        }
        Ok(())
    }

    /// Takes in what the record does not have yet; lets the relay forget what the log holds, and what nobody can ever open.
    pub(super) fn take_in(&mut self, record: &DocumentId, items: &[GuestItem], sent: bool) -> Result<(), EngineError> {
        let links: Vec<_> = self.link_keys(record)?.iter().filter_map(|keys| Some((keys.id, opened(keys)?))).collect();
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
                    let take = StrandCommand::TakeIn(TakeIn { item: id, arrived: arrived(*made, said) });
                    match self.record_command(record, &take) {
                        Ok(_) | Err(EngineError::Refused(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
                // A newer page made it: a newer Kith will open it.
                Err(ItemError::Format(FormatError::UnknownVersion { .. })) => {}
                Err(_) => {
                    self.intend(record, forget)?;
                }
            }
        }
        Ok(())
    }

    fn link_keys(&mut self, record: &DocumentId) -> Result<Vec<GuestLinkKeys>, EngineError> {
        Ok(kith_assessment::guest_link_keys(self.read(record)?))
    }

    fn put_card(
        &mut self,
        record: &DocumentId,
        view: &StrandRecordView,
        keys: &GuestLinkKeys,
    ) -> Result<Option<IntentId>, EngineError> {
        let Some((link, key)) = opened(keys) else { return Ok(None) };
        let card = self.card(view, keys, &key)?;
        let Ok(card) = seal_card(&link, &card, &mut SystemRandom) else { return Ok(None) };
        let put = Intent::PutGuestLink { link: link.id(), verifier: link.verifier(), expires: keys.expires, card };
        self.intend(record, put).map(Some)
    }

    /// What the page says before anything is said to it.
    fn card(&mut self, view: &StrandRecordView, keys: &GuestLinkKeys, key: &GuestKey) -> Result<GuestCard, EngineError> {
        let profile = self.profile()?;
        let made = view.links.iter().find(|link| link.kept.id == keys.id.to_string());
        Ok(GuestCard {
            holder: first(&profile.name),
            role: profile.role.clone(),
            stand_in: view.stand_in.as_deref().map(first).filter(|name| !name.is_empty()),
            team: self.team(view)?,
            read_by: kith_assessment::read_by(self.now()),
            rights: Rights { say: true, summary: false, agree: false },
            language: made.map_or_else(|| "en".to_owned(), |made| made.language.clone()),
            expires: keys.expires,
            recipients: vec![key.public()],
            adult: made.is_some_and(|made| made.adult),
            call: profile.phone,
            helpline: None,
            danger: None,
            complain: None,
            agencies: Vec::new(),
            late: false,
        })
    }

    /// The team line, from who is in the assessments.
    pub(super) fn team(&mut self, view: &StrandRecordView) -> Result<Team, EngineError> {
        let (mut roles, mut police) = (Vec::new(), 0);
        let me = self.profile()?.name;
        for joined in view.joined.iter().filter(|joined| joined.detached.is_none()) {
            let Ok(assessment) = joined.assessment.parse() else { continue };
            if self.summary(&assessment).is_none() {
                continue;
            }
            for person in self.view_now(&assessment)?.people.into_iter().filter(|person| person.name.as_ref() != Some(&me)) {
                if is_police(&person.agency, &person.role) {
                    police = 2;
                } else if let Some(role) = person.role.map(|role| role.trim().to_lowercase()).filter(|role| !role.is_empty()) {
                    roles.push(role);
                }
            }
            if let Some(summary) = self.summary_of(&assessment)?
                && self.summary_view(&summary)?.people.iter().any(|person| is_police(&person.agency, &person.role))
            {
                police = police.max(1);
            }
        }
        roles.sort();
        roles.dedup();
        Ok(Team { line: team_line(&roles), police })
    }
}

fn is_police(agency: &Option<String>, role: &Option<String>) -> bool {
    [agency, role].into_iter().flatten().any(|words| words.to_lowercase().contains("police"))
}

/// "There is a school nurse, a team manager and a youth worker." In English, whatever the page's language: it names what people wrote.
fn team_line(roles: &[String]) -> String {
    let with_article = |role: &String| {
        let article = if role.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        format!("{article} {role}")
    };
    let Some((last, others)) = roles.split_last() else { return String::new() };
    let others: Vec<String> = others.iter().map(with_article).collect();
    match others.is_empty() {
        true => format!("There is {}.", with_article(last)),
        false => format!("There is {} and {}.", others.join(", "), with_article(last)),
    }
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
fn opened(keys: &GuestLinkKeys) -> Option<(GuestLink, GuestKey)> {
    let bytes = |secret: &LinkSecret| from_base32(&secret.0)?.try_into().ok();
    Some((GuestLink::from_secret(&keys.origin, bytes(&keys.secret)?), GuestKey::from_bytes(bytes(&keys.key)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_team_is_said_in_one_sentence() {
        let roles = |roles: &[&str]| team_line(&roles.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(roles(&[]), "");
        assert_eq!(roles(&["youth worker"]), "There is a youth worker.");
        assert_eq!(
            roles(&["education officer", "school nurse", "youth worker"]),
            "There is an education officer, a school nurse and a youth worker."
        );
    }

    #[test]
    fn the_page_is_where_the_relay_is() {
        assert_eq!(page_of("wss://relay.example:8443"), "https://relay.example:8443");
        assert_eq!(page_of("ws://127.0.0.1:4480"), "http://127.0.0.1:4480");
    }
}
