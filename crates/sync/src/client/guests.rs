//! What guests sent, on its way from the relay into a strand record; and this device's wishes about links (protocol 14).
//!
//! Nothing that came is kept here beside the record: the relay holds an item until a device that has it *in the log* drops it. So the
//! device asks when it is live, hands on what it is told, and asks again once what was made of it is sent.

use kith_group::{DocumentKind, GuestCodeId, GuestItemId, GuestLinkId, Role};

use super::document::{Document, Phase};
use super::rows::Intent;
use super::{Notice, Standing, Step};
use crate::wire::{ClientMessage, GuestItem};

/// Where a document stands with what guests sent.
#[derive(Debug, Default)]
pub(super) struct Guests {
    /// The relay was asked and has not answered to the end.
    pub(super) asked: bool,
    /// Something was handed on and may be in the log soon.
    left: bool,
}

impl Document {
    /// Whether this device may make links here, and takes in what comes by them.
    pub(super) fn hosts_guests(&self) -> bool {
        let role = self.state.roster.member(&self.key.id()).map(|member| member.role);
        self.row.standing == Standing::Member
            && self.state.roster.kind == DocumentKind::STRAND
            && role.is_some_and(|role| role != Role::Reader)
    }

    /// Asks what guests sent, from the beginning.
    pub(super) fn ask_guests(&mut self, step: &mut Step<'_>) {
        if self.phase == Phase::Live && !self.guests.asked && self.hosts_guests() {
            self.guests = Guests { asked: true, left: false };
            self.send(step, &ClientMessage::GuestItems { document: self.id, after: None });
        }
    }

    /// Own work is at the relay: what was made of guests' items can be dropped there.
    pub(super) fn ask_guests_again(&mut self, step: &mut Step<'_>) {
        if self.guests.left && self.is_sent() {
            self.ask_guests(step);
        }
    }

    /// What the relay holds.
    pub(super) fn guest_items(&mut self, step: &mut Step<'_>, items: Vec<GuestItem>, more: bool) {
        if !self.hosts_guests() {
            return;
        }
        let next = items.last().filter(|_| more).map(|item| (item.link, item.item));
        self.guests.asked = next.is_some();
        if let Some(after) = next {
            self.send(step, &ClientMessage::GuestItems { document: self.id, after: Some(after) });
        }
        if !items.is_empty() {
            self.guests.left = true;
            let sent = self.is_sent();
            step.out.notices.push(Notice::GuestItems { document: self.id, items, sent });
        }
    }

    /// Whether everything that this device ever wrote here is on the relay's disk.
    fn is_sent(&self) -> bool {
        !self.has_unsent && self.hot.accepted_k + 1 == self.hot.next_k
    }
}

/// Whether a wish is about a guest's link, or about what came by one.
pub(super) fn is_about_guests(intent: &Intent) -> bool {
    matches!(
        intent,
        Intent::PutGuestLink { .. }
            | Intent::StopGuestLink { .. }
            | Intent::DropGuestItem { .. }
            | Intent::PutGuestReading { .. }
            | Intent::CloseGuestReading { .. }
            | Intent::PutGuestCode { .. }
    )
}

/// Whether a wish registers this link, or replaces its card.
pub(super) fn puts(intent: &Intent, link: &GuestLinkId) -> bool {
    matches!(intent, Intent::PutGuestLink { link: wanted, .. } if wanted == link)
}

/// Whether a wish stops this link.
pub(super) fn stops(intent: &Intent, link: &GuestLinkId) -> bool {
    matches!(intent, Intent::StopGuestLink { link: wanted } if wanted == link)
}

/// Whether a wish opens the link's window for reading again.
pub(super) fn opens(intent: &Intent, link: &GuestLinkId) -> bool {
    matches!(intent, Intent::PutGuestReading { link: wanted, .. } if wanted == link)
}

/// Whether a wish closes it, or is done with once it is closed: there is nothing to renew then.
pub(super) fn closes(intent: &Intent, link: &GuestLinkId) -> bool {
    matches!(
        intent,
        Intent::CloseGuestReading { link: wanted } | Intent::PutGuestReading { link: wanted, renews: true, .. } if wanted == link
    )
}

/// Whether a wish lets this code be typed.
pub(super) fn lets_type(intent: &Intent, code: &GuestCodeId) -> bool {
    matches!(intent, Intent::PutGuestCode { code: wanted, .. } if wanted == code)
}

/// Whether a wish drops this item.
pub(super) fn drops(intent: &Intent, item: &GuestItemId) -> bool {
    matches!(intent, Intent::DropGuestItem { item: wanted, .. } if wanted == item)
}
