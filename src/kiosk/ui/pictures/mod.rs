//! Drawn pictures: one for each thing that a screen has to say, for people who read little.
//!
//! Painted with egui's shapes, in the colours of the surface they stand on; no image files. They
//! hold no words, so that they are the same in every language, but for what points somewhere.

mod pen;
mod people;
mod signs;
mod things;

use egui::{Painter, Rect};

use super::theme::Palette;
use pen::Pen;

/// A picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Pictogram {
    /// A card on its way to the reader; 0 far away, 1 there.
    CardToReader(f32),
    /// A card nobody knows.
    UnknownCard,
    /// A card reader, crossed out.
    ReaderMissing,
    /// A closed padlock.
    Padlock,
    /// An open padlock.
    OpenPadlock,
    /// A kiosk, crossed out.
    KioskOff,
    /// A kiosk that works.
    KioskOn,
    /// A calendar without a mark.
    EmptyCalendar,
    /// A calendar, crossed out.
    CancelledCalendar,
    /// An arrow away from here, in reading direction.
    ArrowAway {
        /// Whether lines run from right to left.
        right_to_left: bool,
    },
    /// A clock.
    Clock,
    /// A clock whose time has run out.
    ClockAtEnd,
    /// Sand runs: wait.
    Hourglass,
    /// An eye: someone may look.
    Eye,
    /// An eye, crossed out: nobody looks.
    NobodyLooks,
    /// A record light, crossed out.
    NotRecorded,
    /// A guard.
    Guard,
    /// A guard with a raised hand.
    GuardStops,
    /// Two people who talk.
    Talk,
    /// A person who is not there yet.
    AwaitedPerson,
    /// A person who waves.
    Wave,
    /// A connection in two pieces.
    BrokenLink,
    /// A connection that is being made.
    Link,
    /// A shield.
    Shield,
    /// A sheet that was not agreed to.
    Declined,
    /// A camera, crossed out.
    CameraOff,
    /// A microphone, crossed out.
    MicrophoneOff,
    /// A line to the world, crossed out.
    NetworkOff,
    /// A tick.
    Tick,
    /// A cross.
    Cross,
    /// A key that erases.
    Erase {
        /// Whether lines run from right to left.
        right_to_left: bool,
    },
    /// A telephone receiver put down.
    HangUp,
}

/// Draws `pictogram` as large as `rect` allows, in its middle.
pub(crate) fn paint_pictogram(painter: &Painter, rect: Rect, pictogram: Pictogram, palette: Palette) {
    let pen = Pen::new(painter, rect, palette);
    match pictogram {
        Pictogram::CardToReader(share) => things::card_to_reader(&pen, share),
        Pictogram::UnknownCard => things::unknown_card(&pen),
        Pictogram::ReaderMissing => things::reader_missing(&pen),
        Pictogram::Padlock => things::padlock(&pen, false),
        Pictogram::OpenPadlock => things::padlock(&pen, true),
        Pictogram::KioskOff => things::kiosk(&pen, false),
        Pictogram::KioskOn => things::kiosk(&pen, true),
        Pictogram::EmptyCalendar => things::calendar(&pen, false),
        Pictogram::CancelledCalendar => things::calendar(&pen, true),
        Pictogram::Hourglass => things::hourglass(&pen),
        Pictogram::Clock => things::clock(&pen, false),
        Pictogram::ClockAtEnd => things::clock(&pen, true),
        Pictogram::CameraOff => things::camera_off(&pen),
        Pictogram::MicrophoneOff => things::microphone_off(&pen),
        Pictogram::Declined => things::declined(&pen),
        Pictogram::Shield => things::shield(&pen),
        Pictogram::Guard => people::guard(&pen, false),
        Pictogram::GuardStops => people::guard(&pen, true),
        Pictogram::Talk => people::talk(&pen),
        Pictogram::AwaitedPerson => people::awaited(&pen),
        Pictogram::Wave => people::wave(&pen),
        Pictogram::Eye => people::eye(&pen, false),
        Pictogram::NobodyLooks => people::eye(&pen, true),
        Pictogram::ArrowAway { right_to_left: true } => signs::arrow(&pen.mirrored()),
        Pictogram::ArrowAway { right_to_left: false } => signs::arrow(&pen),
        Pictogram::Erase { right_to_left: true } => signs::erase(&pen.mirrored()),
        Pictogram::Erase { right_to_left: false } => signs::erase(&pen),
        Pictogram::NotRecorded => signs::not_recorded(&pen),
        Pictogram::BrokenLink => signs::link(&pen, true),
        Pictogram::Link => signs::link(&pen, false),
        Pictogram::NetworkOff => signs::network_off(&pen),
        Pictogram::Tick => signs::tick(&pen),
        Pictogram::Cross => signs::cross(&pen),
        Pictogram::HangUp => signs::hang_up(&pen),
    }
}
