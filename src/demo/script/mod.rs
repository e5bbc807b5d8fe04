//! The scripted visit: a whole visit with nobody present, measured from outside.
//!
//! Plays guard, inmate and visitor, looks at the kiosk's framebuffer, the visitor's canvas and both
//! sounds, and reports. What it does not see did not happen.

mod alone;
mod ears;
mod eye;
mod failure;
mod report;
mod screens;
mod visit;

pub use alone::{AlonePlan, visit_alone};
pub use eye::{KioskEye, Seen};
pub use failure::{Failure, InPart, Part};
pub use report::{BadgeFigures, KioskFigures, Report, VisitFigures, VisitorFigures};
pub use screens::{KioskScreen, Look, Tapped};
pub use visit::{Break, VisitPlan, play};
