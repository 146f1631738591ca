//! Going on from one's own copy (protocol 9, "no dead ends"): a new document with a group of its own, in which everything stands that
//! stood in the old one, with its authors and their signatures. The old one is as it was.
//!
//! The new log begins with what the old one held: the base at its very start. No record brings it, so nobody has to send again what
//! others wrote; whoever joins gets it in a snapshot like any other, and every author's statement with the document in which it was
//! made. Whoever goes on keeps their person, so that what is theirs stays theirs; the device is new, as in every document.

use kith_group::{
    AuthorRow as WireAuthor, Bundle, DeviceKey, DocumentId, DocumentKind, GroupName, PersonId, Rows, Seen, SignedStatement,
    member,
};

use super::document::Document;
use super::join::all_signed;
use super::rows::{self, AuthorRow, BaseRow, DocumentRow, HotRow};
use super::{ClientCore, ClientError, Effects, Identity, Standing, Step};
use crate::replica::{Replica, Rules, Stored};

/// What a new document takes from an old one.
struct Copy {
    kind: DocumentKind,
    person: PersonId,
    content: Vec<u8>,
    authors: Vec<WireAuthor>,
    edition: u64,
}

impl Document {
    /// Everything here that its authors signed. Own work is frozen and signed first, where this is still the device that wrote it.
    fn copy_to_continue(&mut self, step: &mut Step<'_>) -> Result<Copy, ClientError> {
        let copied = self.row.standing == Standing::Restored;
        if !copied {
            self.freeze(step)?;
        }
        self.load(step.rows)?;
        let mut authors = self.author_table();
        let own = self.key.id();
        let mut last: Option<SignedStatement> = None;
        rows::each(step.rows, rows::OUTBOX, &self.id, 0, |_, value| {
            last = Bundle::decode_for(&self.id, &own, &value).ok().map(|bundle| bundle.signed).or(last.take());
            Ok(())
        })?;
        if let (Some(last), Some(me)) = (last, authors.iter_mut().find(|author| author.device == own)) {
            me.last = Some(last);
        }
        let replica = self.load(step.rows)?;
        // A copy from a backup has no key: nobody could sign what was not sent when it was made.
        let content = if copied { replica.admitted().save() } else { replica.doc().save() };
        Ok(Copy { kind: DocumentKind(self.row.kind), person: self.row.person, content, authors, edition: self.hot.edition })
    }
}

impl ClientCore {
    /// Makes a new document that goes on from this device's copy of another, with this device as its only member, its lead.
    ///
    /// # Errors
    /// When something in the copy is not signed by who wrote it, or the store fails; nothing was changed then.
    pub fn continue_document(
        &mut self,
        rows: &mut dyn Rows,
        now_ms: i64,
        from: &DocumentId,
        relay: Option<&str>,
    ) -> Result<Identity, ClientError> {
        let mut out = Effects::default();
        let document = self.documents.get_mut(from).ok_or(ClientError::UnknownDocument)?;
        let rule = document.state.roster.rule;
        let copy = document.copy_to_continue(&mut Step { rows, random: self.random.as_mut(), now_ms, out: &mut out })?;
        let id = DocumentId::random(self.random.as_mut());
        let replica = Replica::load(Rules::new(id), &Stored { base: &copy.content, ..Stored::default() })?;
        if replica.heads().is_empty() {
            return Err(ClientError::MayNotWrite("nothing of it is here to go on from".into()));
        }
        all_signed(&replica, &copy.authors).map_err(|what| {
            ClientError::MayNotWrite(format!(
                "your copy holds {what}: it cannot be proved who wrote it, so nobody can go on from it. It can be read and exported"
            ))
        })?;
        let key = DeviceKey::generate(self.random.as_mut());
        let name = GroupName { document: id, generation: 0 };
        let (state, group_info) = member::create(rows, self.random.as_mut(), &key, name, copy.kind, rule, copy.person)?;
        let row = DocumentRow {
            kind: copy.kind.0,
            relay: relay.map(str::to_owned),
            person: copy.person,
            seed: key.seed(),
            standing: Standing::Member,
            group_info: Some(group_info),
            group: state.encode(),
            base: Seen::START,
            refreshed: now_ms.div_euclid(1000),
        };
        let hot = HotRow {
            seen: Seen::START,
            next_k: 1,
            accepted_k: 0,
            edition: copy.edition + 1,
            next_unsent: 0,
            receipt_seq: 0,
            receipt_at: 0,
            lasts: Vec::new(),
        };
        rows::put(rows, rows::DOCUMENT, &id.0, &row)?;
        rows::put(rows, rows::HOT, &id.0, &hot)?;
        rows::put(rows, rows::BASE, &id.0, &BaseRow { seq: 0, bytes: copy.content })?;
        for author in &copy.authors {
            let mut row = AuthorRow { public: author.public, person: author.person, last: None, k: 0, seen: 0, said_in: None };
            if let Some(last) = &author.last {
                row.set_last(&id, last);
            }
            rows::put(rows, rows::AUTHOR, &rows::below(&id, &author.device.0), &row)?;
        }
        let mut document = Document::new(rows, id, row, hot)?;
        document.adopt(rows, state)?;
        document.save_authors(rows)?;
        let identity = document.identity();
        self.documents.insert(id, document);
        Ok(identity)
    }
}
