//! Which states were reached and which transitions taken.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::session::admission::Refusal;
use crate::session::call::{Call, Link, Phase};
use crate::session::mode::KioskMode;
use crate::session::staff::StaffDialog;
use crate::session::visit::{Shown, Visit};
use crate::session::{OutOfServiceCause, Session};

macro_rules! listed {
    ($(#[$doc:meta])* $kind:ident: $($name:ident),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum $kind { $($name),+ }

        impl $kind {
            pub(super) const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

listed! {
    /// A state, as the diagrams name it.
    Place:
    Locked, Opening, Idle, UnknownBadge, NoVisitToday, AtAnotherKiosk, TooEarly, TimeUnknown,
    Identified, Resuming, Notice, Accepting, Preparing, JoinRetry, Waiting, BeforeSlot, Connecting,
    Connected, Reconnecting, VisitorAway, Ended,
    OutByStaff, OutByService, OutRecordLost, OutMediaFailed, OutRevoked, OutNoSchedule, Returning,
    Maintenance, TouchTest,
}

listed! {
    /// What lies over the screen.
    Dialog: NoDialog, NumberPad, PinPad, PinChecking, Panel,
}

/// The diagrams' arrows; each must be taken.
pub(super) const ARROWS: &[(Place, Place)] = {
    use Place::*;
    &[
        (Locked, Opening),
        (Opening, Idle),
        (Opening, Locked),
        (Opening, OutRecordLost),
        (Locked, Resuming),
        (Resuming, Preparing),
        (Resuming, OutRecordLost),
        (Idle, Locked),
        (Idle, UnknownBadge),
        (Idle, NoVisitToday),
        (Idle, AtAnotherKiosk),
        (Idle, TooEarly),
        (Idle, TimeUnknown),
        (UnknownBadge, Idle),
        (NoVisitToday, Idle),
        (AtAnotherKiosk, Idle),
        (TooEarly, Idle),
        (TimeUnknown, Idle),
        (UnknownBadge, Identified),
        (Idle, Identified),
        (Identified, Notice),
        (Identified, Locked),
        (Identified, OutRecordLost),
        (Notice, Idle),
        (Notice, Accepting),
        (Notice, Ended),
        (Notice, Locked),
        (Accepting, Preparing),
        (Accepting, OutRecordLost),
        (Preparing, JoinRetry),
        (JoinRetry, Preparing),
        (Preparing, Waiting),
        (Preparing, BeforeSlot),
        (Preparing, Ended),
        (JoinRetry, Ended),
        (BeforeSlot, Waiting),
        (BeforeSlot, Connecting),
        (BeforeSlot, Ended),
        (Waiting, Connecting),
        (Waiting, Ended),
        (Connecting, Connected),
        (Connecting, Waiting),
        (Connecting, Ended),
        (Connected, Reconnecting),
        (Connected, VisitorAway),
        (Connected, Ended),
        (Reconnecting, Connected),
        (Reconnecting, VisitorAway),
        (Reconnecting, Ended),
        (VisitorAway, Reconnecting),
        (VisitorAway, Ended),
        (Ended, Idle),
        (Ended, Locked),
        (Ended, OutRecordLost),
        (Ended, Identified),
        (Idle, OutByStaff),
        (Connected, OutByStaff),
        (Connected, OutMediaFailed),
        (Connected, OutRevoked),
        (Idle, OutRecordLost),
        (Locked, OutRecordLost),
        (Locked, OutNoSchedule),
        (OutNoSchedule, Locked),
        (OutRevoked, Locked),
        (Locked, OutByService),
        (Idle, OutByService),
        (Notice, OutByService),
        (Ended, OutByService),
        (OutRevoked, OutByService),
        (OutByService, Returning),
        (OutByStaff, Returning),
        (OutMediaFailed, Returning),
        (OutRecordLost, Returning),
        (Returning, Locked),
        (Returning, OutRecordLost),
        (Locked, Maintenance),
        (Idle, Maintenance),
        (OutByStaff, Maintenance),
        (Maintenance, Locked),
        (Maintenance, OutByStaff),
        (Maintenance, OutMediaFailed),
        (Maintenance, OutRevoked),
        (Maintenance, OutRecordLost),
        (OutByService, Maintenance),
        (Maintenance, OutByService),
        (Maintenance, Returning),
        (Maintenance, TouchTest),
        (TouchTest, Maintenance),
    ]
};

/// The guard's arrows.
pub(super) const DIALOG_ARROWS: &[(Dialog, Dialog)] = {
    use Dialog::*;
    &[
        (NoDialog, NumberPad),
        (NumberPad, NoDialog),
        (NumberPad, PinPad),
        (NoDialog, PinPad),
        (PinPad, NoDialog),
        (PinPad, PinChecking),
        (PinChecking, PinPad),
        (PinChecking, Panel),
        (PinChecking, NoDialog),
        (Panel, NoDialog),
        (Panel, PinPad),
    ]
};

/// How often each was seen.
#[derive(Default)]
pub(super) struct Coverage {
    places: BTreeMap<Place, u64>,
    arrows: BTreeMap<(Place, Place), u64>,
    dialogs: BTreeMap<Dialog, u64>,
    dialog_arrows: BTreeMap<(Dialog, Dialog), u64>,
    last: Option<(Place, Dialog)>,
}

impl Coverage {
    pub(super) fn visit(&mut self, session: &Session) {
        let (place, dialog) = (place(session), dialog(session));
        *self.places.entry(place).or_default() += 1;
        *self.dialogs.entry(dialog).or_default() += 1;
        if let Some((last_place, last_dialog)) = self.last.replace((place, dialog)) {
            if last_place != place {
                *self.arrows.entry((last_place, place)).or_default() += 1;
            }
            if last_dialog != dialog {
                *self.dialog_arrows.entry((last_dialog, dialog)).or_default() += 1;
            }
        }
    }

    /// A new process: what follows is no transition.
    pub(super) fn forget_last(&mut self) {
        self.last = None;
    }

    pub(super) fn add(&mut self, other: &Self) {
        fn sum<K: Ord + Copy>(into: &mut BTreeMap<K, u64>, from: &BTreeMap<K, u64>) {
            from.iter().for_each(|(key, count)| *into.entry(*key).or_default() += count);
        }
        sum(&mut self.places, &other.places);
        sum(&mut self.arrows, &other.arrows);
        sum(&mut self.dialogs, &other.dialogs);
        sum(&mut self.dialog_arrows, &other.dialog_arrows);
    }

    /// States and arrows of the diagrams that were never seen.
    pub(super) fn missing(&self) -> Vec<String> {
        let places = Place::ALL.iter().filter(|place| !self.places.contains_key(place));
        let dialogs = Dialog::ALL.iter().filter(|dialog| !self.dialogs.contains_key(dialog));
        let arrows = ARROWS.iter().filter(|arrow| !self.arrows.contains_key(arrow));
        let dialog_arrows = DIALOG_ARROWS.iter().filter(|arrow| !self.dialog_arrows.contains_key(arrow));
        let arrow_text = |from: &dyn std::fmt::Debug, to: &dyn std::fmt::Debug| format!("{from:?} -> {to:?}");
        places
            .map(|place| format!("{place:?}"))
            .chain(dialogs.map(|dialog| format!("{dialog:?}")))
            .chain(arrows.map(|(from, to)| arrow_text(from, to)))
            .chain(dialog_arrows.map(|(from, to)| arrow_text(from, to)))
            .collect()
    }

    pub(super) fn report(&self) -> String {
        let mut text = String::from("states reached:\n");
        for (place, count) in &self.places {
            let _ = writeln!(text, "  {count:>8}  {place:?}");
        }
        for (dialog, count) in &self.dialogs {
            let _ = writeln!(text, "  {count:>8}  {dialog:?}");
        }
        text.push_str("transitions taken (* named in the diagrams):\n");
        for ((from, to), count) in &self.arrows {
            let star = if ARROWS.contains(&(*from, *to)) { '*' } else { ' ' };
            let _ = writeln!(text, "  {count:>8} {star} {from:?} -> {to:?}");
        }
        for ((from, to), count) in &self.dialog_arrows {
            let _ = writeln!(text, "  {count:>8} * {from:?} -> {to:?}");
        }
        text
    }
}

fn dialog(session: &Session) -> Dialog {
    match &session.dialog {
        StaffDialog::Closed => Dialog::NoDialog,
        StaffDialog::NumberPad(_) => Dialog::NumberPad,
        StaffDialog::PinPad(pad) if pad.checking.is_some() => Dialog::PinChecking,
        StaffDialog::PinPad(_) => Dialog::PinPad,
        StaffDialog::Panel(_) => Dialog::Panel,
    }
}

pub(super) fn place(session: &Session) -> Place {
    match &session.mode {
        KioskMode::Locked { opening: None } => Place::Locked,
        KioskMode::Locked { opening: Some(_) } => Place::Opening,
        KioskMode::OutOfService { returning: Some(_), .. } => Place::Returning,
        KioskMode::OutOfService { cause, returning: None, .. } => match cause {
            OutOfServiceCause::ByStaff => Place::OutByStaff,
            OutOfServiceCause::ByService(_) => Place::OutByService,
            OutOfServiceCause::RecordLost => Place::OutRecordLost,
            OutOfServiceCause::MediaFailed => Place::OutMediaFailed,
            OutOfServiceCause::Revoked => Place::OutRevoked,
            OutOfServiceCause::NoSchedule => Place::OutNoSchedule,
        },
        KioskMode::Maintenance(maintenance) if maintenance.is_touch_test() => Place::TouchTest,
        KioskMode::Maintenance(_) => Place::Maintenance,
        KioskMode::Open(open) => match &open.visit {
            Visit::Idle => Place::Idle,
            Visit::Refused(refused) => match &refused.why {
                Shown::UnknownBadge => Place::UnknownBadge,
                Shown::Refusal(Refusal::NoVisitToday) => Place::NoVisitToday,
                Shown::Refusal(Refusal::AtAnotherKiosk { .. }) => Place::AtAnotherKiosk,
                Shown::Refusal(Refusal::TooEarly { .. }) => Place::TooEarly,
                Shown::Refusal(Refusal::TimeUnknown) => Place::TimeUnknown,
            },
            Visit::Identified(identified) if identified.is_resumed => Place::Resuming,
            Visit::Identified(_) => Place::Identified,
            Visit::Notice(notice) if notice.accepting.is_some() => Place::Accepting,
            Visit::Notice(_) => Place::Notice,
            Visit::Call(call) => place_of_call(call, session.now.boot),
            Visit::Ended(_) => Place::Ended,
        },
    }
}

fn place_of_call(call: &Call, now: crate::domain::BootTime) -> Place {
    match &call.phase {
        Phase::Preparing(preparing) if preparing.failed_tries == 0 => Place::Preparing,
        Phase::Preparing(preparing) if preparing.is_pausing() => Place::JoinRetry,
        Phase::Preparing(_) => Place::Preparing,
        Phase::Joined(joined) => match &joined.link {
            Link::Waiting if call.plan.begins_at > now => Place::BeforeSlot,
            Link::Waiting => Place::Waiting,
            Link::Connecting => Place::Connecting,
            Link::Connected(_) => Place::Connected,
            Link::Reconnecting { .. } => Place::Reconnecting,
            Link::VisitorAway => Place::VisitorAway,
        },
    }
}
