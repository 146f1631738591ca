//! What people do in a simulated world: write, invite, ask to join, compare words, let in, remove, and misbehave.

use kith_group::{
    Digest, InviteId, Link, RequestId, Role, SeededRandom, four_words, open_request, request_digest, voucher_digest,
};
use kith_sync::client::{ClientError, Intent, JoinDetails, JoinProgress};
use kith_sync::relay::RelayStore;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::hostile::Keys;
use super::peers::{CANARY, Saved, write_token};
use super::world::{Event, RELAY, World};

impl World {
    pub(super) fn edit(&mut self, index: usize) {
        let Some(document) = self.peers[index].document else { return };
        if !self.peers[index].is_member() {
            return;
        }
        self.peers[index].made += 1;
        let token = format!("{CANARY}{index}-{}", self.peers[index].made);
        let mut random = ChaCha20Rng::seed_from_u64(self.random.next_u64());
        let written = token.clone();
        let kept = self.step(index, |core, disk, now| {
            match core.edit(disk, now, &document, |doc, _| write_token(doc, &written, &mut random)) {
                Ok(((), effects)) => Ok(effects),
                Err(kith_sync::client::EditError::Client(error)) => Err(error),
                Err(kith_sync::client::EditError::Refused(error)) => Err(ClientError::Format(error.to_string())),
            }
        });
        if kept {
            self.peers[index].saved.push(Saved { token, at: self.now });
        }
    }

    pub(super) fn invite(&mut self, index: usize) {
        let Some(document) = self.peers[0].document else { return };
        if self.peers[0].core.is_none() {
            self.at(self.now + 5_000, Event::Invites(index));
            return;
        }
        let mut bytes = [0; 64];
        self.random.fill_bytes(&mut bytes);
        let mut random = SeededRandom::new(self.random.next_u64());
        let link = Link {
            relay: RELAY.into(),
            invite: InviteId::random(&mut random),
            secret: Digest::random(&mut random).0,
            voucher: RequestId::random(&mut random).0,
            document,
            role: if index == 1 { Role::Lead } else { Role::Contributor },
            expires: i64::MAX / 4,
        };
        let intent = Intent::Invite { invite: link.invite, voucher: voucher_digest(&link.voucher), expires: link.expires };
        let kept = self.step(0, |core, disk, now| core.add_intent(disk, now, &document, intent).map(|(_, effects)| effects));
        if !kept {
            self.at(self.now + 5_000, Event::Invites(index));
            return;
        }
        self.links.insert(link.invite, link.clone());
        self.peers[index].link = Some(link);
        self.at(self.now + 3_000, Event::Chores(index));
    }

    /// What a person does when they look at the screen: joiners use their link, leads let people in.
    pub(super) fn chores(&mut self, index: usize) {
        self.use_link(index);
        let Some(document) = self.peers[index].document else { return };
        let Some(core) = &self.peers[index].core else { return };
        let lead = core.documents().iter().any(|known| known.id == document && known.role == Some(Role::Lead));
        if !lead || index != 0 {
            return;
        }
        let disk = &self.peers[index].disk;
        let (Ok(waiting), Ok(intents)) = (core.waiting(disk, &document), core.intents(disk, &document)) else { return };
        for request in waiting {
            let Some(link) = self.links.get(&request.invite).cloned() else { continue };
            let busy = intents.iter().any(|(_, intent)| match intent {
                Intent::Reveal { request: id, .. } | Intent::Admit { request: id, .. } => *id == request.request,
                _ => false,
            });
            if busy {
                continue;
            }
            let intent = match request.nonce {
                None => Intent::Reveal {
                    request: request.request,
                    nonce: Digest::random(&mut SeededRandom::new(self.random.next_u64())),
                },
                Some(nonce) => {
                    let Ok(asked) = open_request(&link.secret, &link.invite, &request.request, &request.sealed) else {
                        self.wrong.push("a request does not open".into());
                        continue;
                    };
                    let words = four_words(&link.secret, &request_digest(&request.sealed), &nonce.0);
                    if !self.same_words(&link, words) {
                        continue;
                    }
                    let Some((_, key_package)) = asked.packages.into_iter().next() else { continue };
                    Intent::Admit { request: request.request, person: asked.person, role: link.role, key_package }
                }
            };
            self.step(index, |core, disk, now| core.add_intent(disk, now, &document, intent).map(|(_, effects)| effects));
            return;
        }
    }

    /// Both read their four words aloud; the joiner may not see theirs yet.
    fn same_words(&mut self, link: &Link, words: [&'static str; 4]) -> bool {
        for peer in &self.peers {
            if peer.link.as_ref() != Some(link) {
                continue;
            }
            let Some(core) = &peer.core else { return false };
            let Ok(joins) = core.joins(&peer.disk) else { return false };
            for join in joins {
                if matches!(join.progress, JoinProgress::Words { .. }) {
                    if join.words != Some(words) {
                        self.wrong.push("the four words differ".into());
                        return false;
                    }
                    return true;
                }
            }
        }
        false
    }

    fn use_link(&mut self, index: usize) {
        let peer = &self.peers[index];
        let (Some(link), Some(core), None) = (peer.link.clone(), peer.core.as_ref(), peer.document) else { return };
        if let Some(join) = core.joins(&peer.disk).ok().and_then(|joins| joins.into_iter().next()) {
            self.peers[index].request = Some(join.request);
            if join.progress == JoinProgress::Joined {
                self.peers[index].document = Some(join.document);
            }
            return;
        }
        let details = JoinDetails { name: format!("{CANARY} {index}"), agency: CANARY.into(), role_words: CANARY.into() };
        let mut made = None;
        let kept = self.step(index, |core, disk, now| {
            core.begin_join(disk, now, &link, &details).map(|(request, effects)| {
                made = Some(request);
                effects
            })
        });
        if kept {
            self.peers[index].request = made;
        } else {
            self.at(self.now + 5_000, Event::Chores(index));
        }
    }

    pub(super) fn remove(&mut self, index: usize) {
        let Some(document) = self.peers[0].document else { return };
        let Some(core) = &self.peers[0].core else {
            self.at(self.now + 5_000, Event::Removes(index));
            return;
        };
        let Some(identity) = self.peers[index].core.as_ref().and_then(|core| core.identity(&document)) else { return };
        if !core.members(&document).iter().any(|member| member.device == identity.device) {
            return;
        }
        self.peers[index].removing = true;
        let intent = Intent::Remove { devices: vec![identity.device] };
        self.step(0, |core, disk, now| core.add_intent(disk, now, &document, intent).map(|(_, effects)| effects));
    }

    /// A member sends what no honest client would, under keys that it has.
    pub(super) fn misbehave(&mut self, index: usize) {
        let (Some(document), Some(conn)) = (self.peers[index].document, self.peers[index].line) else { return };
        let Some(keys) = Keys::of(&self.peers[index].disk, document) else { return };
        let peer = &mut self.peers[index];
        let Some(core) = peer.core.as_mut() else { return };
        let Some(device) = core.identity(&document).map(|identity| identity.device) else { return };
        let others: Vec<Vec<u8>> = match core.read(&peer.disk, &document) {
            Ok(doc) => doc.get_changes(&[]).iter().map(|change| change.raw_bytes().to_vec()).collect(),
            Err(_) => return,
        };
        // The next number that the relay will take from this device; the device's own program never learns that it was used.
        let k = self.store.mark(&document, &device).unwrap_or(0) + 1;
        let mut random = ChaCha20Rng::seed_from_u64(self.random.next_u64());
        if let Some(frame) = keys.frame(k, &others, &mut random) {
            self.peers[index].hostile = true;
            self.up(conn, frame);
        }
    }
}
