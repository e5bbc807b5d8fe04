//! The visitor: a real Chromium with a false camera and microphone, driven through chromedriver.
//!
//! Knows the page only by what a person finds on it (`#join`, `#remote`, `body[data-state]`) and
//! watches it by an injected script of its own. Never talks to the kiosk.

mod browser;
mod camera;
mod certificate;
mod microphone;
mod observed;
mod plan;

pub use browser::VisitorBrowser;
pub use camera::{CameraFile, FIRST_VISITOR_COUNTER, PictureFormat};
pub use certificate::public_key_hash;
pub use microphone::write_microphone;
pub use observed::{Carried, CarriedVideo, Observation, ObservedFrame};
pub use plan::{BrowserPlan, BrowserTrick, VisitorThings};
