//! Orders of the service: each is taken once, recorded, and answered once its row is on disk.
//!
//! | order | open, nobody in a call | in a call | locked | out of service | maintenance |
//! |---|---|---|---|---|---|
//! | lock | locks | locks after the visit; `now` ends it | stays | stays | ends it |
//! | out of service | goes out | goes out after the visit; `now` ends it | goes out | stands beneath | ends it, then goes out |
//! | back in service | nothing | takes a waiting order back | nothing | ends the service's own order | ends the service's own order beneath, and with that itself |
//! | look over | says anew how it is, whatever it is doing | | | | |
//!
//! Ending a visit is for whoever sees it: an order ends one only where it says `now`. Out of service by
//! the service's order ends by the service's order or by a guard on the spot; a guard's own order ends by
//! a guard alone. Either outlives every other cause, and a restart.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::audit::AuditKind;
use super::defect::planted;
use super::effect::Effect;
use super::ledger::RowKind;
use super::mode::KioskMode;
use super::recovery::Interrupted;
use super::visit::Visit;
use super::{OutOfServiceCause, Session};
use crate::domain::{EndReason, OrderId, RecordId, StaffEndReason, StaffId};

/// The service tells an order again until it is answered, which takes no thousand orders.
const MOST_ORDERS_KNOWN: usize = 1024;

/// An order of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceOrder {
    /// Its name, by which it is known again.
    pub id: OrderId,
    /// Who gave it.
    pub staff: StaffId,
    /// What is to be done.
    pub action: OrderedAction,
}

/// What is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum OrderedAction {
    /// Lock; a guard opens it again.
    Lock {
        /// A running visit ends by it.
        now: bool,
    },
    /// Out of service.
    TakeOutOfService {
        /// Why; its code stands on the screen.
        reason: OrderReason,
        /// A running visit ends by it.
        now: bool,
    },
    /// The service's own order to be out of service is over; the kiosk comes back locked.
    ReturnToService,
    /// Look at everything and say how it is.
    LookOver,
}

/// Why the service takes a kiosk out of service: coded, so that the screen has no free text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderReason {
    /// Something about it does not work.
    Fault,
    /// Planned work on it.
    Maintenance,
    /// The security of the prison.
    Security,
    /// Its room is closed.
    RoomClosed,
    /// Another reason, or one of a later version.
    #[serde(other)]
    Other,
}

impl OrderReason {
    /// All reasons.
    pub const ALL: [Self; 5] = [Self::Fault, Self::Maintenance, Self::Security, Self::RoomClosed, Self::Other];
}

/// Orders that stand until they are taken back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StandingOrders {
    /// A guard took the kiosk out of service.
    pub by_staff: bool,
    /// The service did: why, and by whose word.
    pub by_service: Option<(OrderReason, StaffId)>,
}

impl StandingOrders {
    /// What a kiosk that is out by nothing else is out by: a guard's word goes before.
    pub(super) fn cause(&self) -> Option<OutOfServiceCause> {
        match &self.by_service {
            _ if self.by_staff => Some(OutOfServiceCause::ByStaff),
            Some((reason, _)) => Some(OutOfServiceCause::ByService(*reason)),
            None => None,
        }
    }
}

/// Orders that were taken, oldest first, each with its row while that may be on its way.
#[derive(Debug, Default)]
pub(super) struct Orders {
    known: VecDeque<(OrderId, Option<RecordId>)>,
}

impl Orders {
    pub(super) fn recover(taken: &[OrderId]) -> Self {
        Self { known: taken.iter().map(|order| (order.clone(), None)).collect() }
    }

    fn row_of(&self, order: &OrderId) -> Option<Option<RecordId>> {
        self.known.iter().find(|(known, _)| known == order).map(|(_, row)| *row)
    }

    fn add(&mut self, order: OrderId, row: RecordId) {
        self.known.push_back((order, Some(row)));
        if self.known.len() > MOST_ORDERS_KNOWN {
            self.known.pop_front();
        }
    }

    /// The order whose row this is.
    pub(super) fn committed(&mut self, row: RecordId) -> Option<OrderId> {
        let (order, awaited) = self.known.iter_mut().find(|(_, awaited)| *awaited == Some(row))?;
        *awaited = None;
        Some(order.clone())
    }
}

impl Session {
    /// The service ordered something, perhaps for the second time.
    pub(super) fn service_ordered(&mut self, order: ServiceOrder) {
        let ServiceOrder { id, staff, action } = order;
        match self.orders.row_of(&id) {
            Some(_) if planted!(OrderTakenTwice) => {}
            Some(None) => return self.effects.push_back(Effect::AnswerOrder { order: id }),
            Some(Some(row)) if self.ledger.is_on_its_way(row) || self.ledger.is_lost() => return,
            // What could not be written has been written since, under another name.
            Some(Some(_)) => return self.effects.push_back(Effect::AnswerOrder { order: id }),
            None => {}
        }
        let taken = AuditKind::ServiceOrderTaken { order: id.clone(), staff: staff.clone(), action };
        let row = self.record(RowKind::Fact, taken);
        self.orders.add(id, row);
        match action {
            OrderedAction::Lock { now } => {
                self.end_maintenance_by_order();
                let ends = self.ends_call_by_order(now, &staff);
                self.lock(Some(staff), ends);
            }
            OrderedAction::TakeOutOfService { reason, now } => {
                self.end_maintenance_by_order();
                self.standing.by_service = Some((reason, staff.clone()));
                self.ends_call_by_order(now, &staff);
                self.show_order_beneath(reason);
            }
            OrderedAction::ReturnToService => self.return_by_order(staff),
            OrderedAction::LookOver => self.effects.push_back(Effect::LookOver),
        }
    }

    /// Whoever shuts a kiosk from afar has nobody stay at it.
    fn end_maintenance_by_order(&mut self) {
        if !planted!(MaintenanceOutlivesOrder) {
            self.leave_maintenance();
        }
    }

    /// Ends a running call where the order says so; whether it did.
    fn ends_call_by_order(&mut self, now: bool, staff: &StaffId) -> bool {
        let ends = (now || planted!(OrderEndsVisitUnasked)) && self.call().is_some();
        if ends {
            self.end_visit(EndReason::StaffEnded(StaffEndReason::Operational), Some(staff.clone()));
        }
        ends
    }

    /// A kiosk that is out by an earlier order of the service shows the newer reason; one that was about
    /// to come back stays.
    fn show_order_beneath(&mut self, reason: OrderReason) {
        if let KioskMode::OutOfService { cause, returning } = &mut self.mode {
            *returning = None;
            if matches!(cause, OutOfServiceCause::ByService(_)) {
                *cause = OutOfServiceCause::ByService(reason);
            }
        }
    }

    fn return_by_order(&mut self, staff: StaffId) {
        let cause = match &self.mode {
            KioskMode::OutOfService { cause, .. } => Some(*cause),
            KioskMode::Maintenance(maintenance) => maintenance.cause_beneath(),
            KioskMode::Locked { .. } | KioskMode::Open(_) => None,
        };
        let is_by_service = match cause {
            Some(OutOfServiceCause::ByService(_)) => true,
            Some(OutOfServiceCause::ByStaff) => planted!(OrderEndsGuardsOrder),
            Some(_) | None => false,
        };
        if is_by_service {
            self.leave_maintenance();
            self.ask_to_return(staff);
        } else {
            self.standing.by_service = None;
        }
    }

    /// Out of service by the service's order, once nobody's visit stands in the way.
    pub(super) fn heed_standing_order(&mut self) {
        let Some((reason, staff)) = self.standing.by_service.clone() else { return };
        let waits = match &self.mode {
            // Maintenance permits nothing to anybody; once it is left, the order is heeded.
            KioskMode::OutOfService { .. } | KioskMode::Maintenance(_) => true,
            // A visit that was cut off may still come back.
            KioskMode::Locked { .. } => self.interrupted.as_ref().and_then(Interrupted::resumable).is_some(),
            KioskMode::Open(open) => match &open.visit {
                Visit::Call(_) | Visit::Ended(_) => true,
                Visit::Identified(identified) => identified.is_resumed,
                Visit::Idle | Visit::Refused(_) | Visit::Notice(_) => false,
            },
        };
        if !waits && !planted!(StandingOrderIgnored) {
            self.take_out_of_service(OutOfServiceCause::ByService(reason), Some(staff));
        }
    }
}
