//! The fleet by commands: `muwajaha-service admin fleet`, and orders to kiosks.

use clap::Subcommand;
use muwajaha_wire::admin::{KioskWire, Listing};
use reqwest::Method;
use serde_json::{Value, json};

use super::table::table;

/// What the office does about the fleet.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "the fields are the words of the command line")]
pub enum FleetCommand {
    /// Shows how every kiosk is, and what somebody should see to.
    Fleet {
        /// Everything that is known, as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Orders a kiosk to do something; one that is not connected is told when it comes back.
    OrderKiosk {
        kiosk: String,
        #[arg(value_parser = ["lock", "take-out-of-service", "return-to-service", "look-over"])]
        action: String,
        /// By whose order: the id of a member of staff.
        #[arg(long)]
        by: String,
        /// Why it goes out of service.
        #[arg(long, value_parser = ["fault", "maintenance", "security", "room-closed", "other"])]
        reason: Option<String>,
        /// A visit that is under way ends by it.
        #[arg(long)]
        now: bool,
        /// How long it waits for a kiosk that is not connected.
        #[arg(long)]
        within_minutes: Option<u32>,
    },
    /// Lists the orders of a kiosk, the newest first.
    ListOrders { kiosk: String },
    /// Takes back an order that its kiosk has not taken.
    WithdrawOrder { kiosk: String, order: String },
}

impl FleetCommand {
    /// The one request of the admin API that carries it out.
    pub(crate) fn request(&self) -> (Method, String, Option<Value>) {
        match self {
            Self::Fleet { .. } => (Method::GET, "kiosks".to_owned(), None),
            Self::OrderKiosk { kiosk, action, by, reason, now, within_minutes } => {
                let snake_case = |word: &String| word.replace('-', "_");
                let order = json!({ "staff": by, "action": snake_case(action), "now": now,
                    "reason": reason.as_ref().map(snake_case), "within_minutes": within_minutes });
                (Method::POST, format!("kiosks/{kiosk}/orders"), Some(order))
            }
            Self::ListOrders { kiosk } => (Method::GET, format!("kiosks/{kiosk}/orders"), None),
            Self::WithdrawOrder { kiosk, order } => (Method::DELETE, format!("kiosks/{kiosk}/orders/{order}"), None),
        }
    }

    /// What is printed of the answer.
    pub(crate) fn shown(&self, answer: Value) -> anyhow::Result<Value> {
        match self {
            Self::Fleet { json: false } => {
                let kiosks: Listing<KioskWire> = serde_json::from_value(answer)?;
                Ok(Value::String(table(&kiosks.items)))
            }
            Self::Fleet { json: true }
            | Self::OrderKiosk { .. }
            | Self::ListOrders { .. }
            | Self::WithdrawOrder { .. } => Ok(answer),
        }
    }
}
