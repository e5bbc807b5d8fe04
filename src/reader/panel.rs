//! One session of libosdp's control panel with one reader.
//!
//! Told to tick often, it says what happened: the secure channel is up, a card, the reader's
//! condition, the loss of it all. A card counts only while the guard saw the channel up, whatever
//! libosdp says. It never waits and never opens anything.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use libosdp::{
    ControlPanel, ControlPanelBuilder, OsdpCardFormats, OsdpCommand, OsdpCommandBuzzer, OsdpCommandLed, OsdpEvent,
    OsdpEventCardRead, OsdpFlag, OsdpLedColor, OsdpLedParams, OsdpStatusReportType, PdCapEntity, PdCapability,
    PdInfoBuilder,
};
use muwajaha_core::badge::osdp::{Begin, CardFormat, FromPanel, Loss, Purpose, ReaderIdentity, ReaderKey, ToldCard};
use muwajaha_core::badge::{Latency, LatencyMeter, ReaderCondition, ReaderFeedback};
use muwajaha_core::domain::{BootTime, Redacted};

use crate::line::Line;

/// The only reader of this panel.
const READER: i32 = 0;
/// libosdp steps its state machine once a call.
const STEPS_A_TICK: u32 = 4;
/// libosdp asks again 0.2 s after a lost answer, and then each second.
const LONGEST_SILENCE: Duration = Duration::from_millis(2500);
/// Between an answer that libosdp took and its next command lies one poll interval, 50 ms.
const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// A session, from the first command to the loss of the reader.
#[derive(Debug)]
pub struct Panel {
    control: ControlPanel,
    line: Line,
    purpose: Purpose,
    told: Arc<Mutex<Vec<FromPanel>>>,
    is_secured: bool,
    answered_at: BootTime,
    is_asked: bool,
    meter: LatencyMeter,
}

impl Panel {
    /// A session that begins with the first tick.
    ///
    /// # Errors
    /// Where the key is none, or libosdp takes none of it.
    pub fn new(begin: &Begin, line: Line, now: BootTime) -> anyhow::Result<Self> {
        let key = ReaderKey::from_hex(begin.key.reveal())?;
        let flags = match begin.purpose {
            Purpose::Read => OsdpFlag::EnforceSecure,
            Purpose::InstallKey => OsdpFlag::empty(),
        };
        let reader = PdInfoBuilder::new()
            .address(begin.address.into())?
            .baud_rate(begin.baud.try_into()?)?
            .flag(flags)
            .secure_channel_key(*key.reveal());
        let mut control = ControlPanelBuilder::new()
            .add_channel(Box::new(line.clone()), vec![reader])
            .build()
            .context("libosdp does not begin")?;
        let told = Arc::new(Mutex::new(Vec::new()));
        let (heard, guarded, purpose) = (Arc::clone(&told), line.clone(), begin.purpose);
        control.set_event_callback(move |_, event| {
            if purpose == Purpose::Read && guarded.guard().is_secured() {
                heard.lock().unwrap_or_else(PoisonError::into_inner).extend(in_our_words(event));
            }
            0
        });
        Ok(Self {
            control,
            line,
            purpose,
            told,
            is_secured: false,
            answered_at: now,
            is_asked: false,
            meter: LatencyMeter::default(),
        })
    }

    /// Takes what the line brought, and lets libosdp go on.
    pub fn tick(&mut self, is_answered: bool, now: BootTime) {
        if is_answered {
            self.answered_at = now;
            self.is_asked = false;
            self.meter.framed(now);
        }
        for _ in 0..STEPS_A_TICK {
            self.control.refresh();
        }
        if !self.is_asked && !self.line.guard().is_waiting_for_command() {
            self.is_asked = true;
            self.meter.asked(now);
        }
        let is_secured = self.control.is_online(READER) && self.control.is_sc_active(READER);
        if is_secured && !self.is_secured {
            let identity = FromPanel::Secured(self.identity());
            self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(0, identity);
        }
        if let Some(loss) = self.loss(is_secured, now) {
            self.told.lock().unwrap_or_else(PoisonError::into_inner).push(FromPanel::Lost(loss));
        }
        self.is_secured = is_secured;
    }

    /// What happened since it was last asked.
    pub fn told(&self) -> Vec<FromPanel> {
        std::mem::take(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How fast the reader answers commands.
    pub fn latency(&self) -> Option<Latency> {
        self.meter.latency()
    }

    /// Light and buzzer, as far as the reader has them: a reader asked for what it has not ends the
    /// session.
    pub fn show(&mut self, feedback: ReaderFeedback) {
        if !self.is_secured {
            return;
        }
        if self.has(PdCapability::LedControl) {
            // A command that finds no place is a light that stays as it is.
            let _ = self.control.send_command(READER, OsdpCommand::Led(light(feedback)));
        }
        if let Some(buzzer) = sound(feedback)
            && self.has(PdCapability::AudibleOutput)
        {
            let _ = self.control.send_command(READER, OsdpCommand::Buzzer(buzzer));
        }
    }

    fn loss(&self, is_secured: bool, now: BootTime) -> Option<Loss> {
        let guard = self.line.guard();
        let since_answer = now.since(self.answered_at);
        let was_secured = self.is_secured && !is_secured;
        let is_stuck = guard.is_waiting_for_command() && since_answer > LONGEST_PAUSE;
        let is_over = guard.distrust().is_some() || was_secured || is_stuck || since_answer > LONGEST_SILENCE;
        let is_restarting_by_itself = self.purpose == Purpose::InstallKey && was_secured;
        (is_over && !is_restarting_by_itself).then(|| guard.loss())
    }

    fn has(&self, capability: impl FnOnce(PdCapEntity) -> PdCapability) -> bool {
        let asked = capability(PdCapEntity::new(0, 0));
        match self.control.get_capability(READER, asked) {
            Ok(PdCapability::LedControl(has) | PdCapability::AudibleOutput(has)) => has != PdCapEntity::new(0, 0),
            Ok(_) | Err(_) => false,
        }
    }

    fn identity(&self) -> ReaderIdentity {
        let id = self.control.get_pd_id(READER).unwrap_or_default();
        ReaderIdentity {
            vendor: [id.vendor_code.0, id.vendor_code.1, id.vendor_code.2],
            model: id.model,
            version: id.version,
            serial: id.serial_number,
            firmware: [id.firmware_version.0, id.firmware_version.1, id.firmware_version.2],
            capabilities: self.line.guard().capabilities().to_vec(),
        }
    }
}

fn in_our_words(event: OsdpEvent) -> Option<FromPanel> {
    match event {
        OsdpEvent::CardRead(card) => card_bits(&card).map(FromPanel::Card),
        OsdpEvent::Status(report) if report.type_ == OsdpStatusReportType::Local => {
            let [tampered, power_failing, ..] = report.report;
            let condition = ReaderCondition { tampered: tampered != 0, power_failing: power_failing != 0 };
            Some(FromPanel::Condition(condition))
        }
        OsdpEvent::Status(_) | OsdpEvent::KeyPress(_) | OsdpEvent::MfgReply(_) => None,
    }
}

fn card_bits(card: &OsdpEventCardRead) -> Option<ToldCard> {
    let format = match card.format {
        OsdpCardFormats::Unspecified => CardFormat::Unspecified,
        OsdpCardFormats::Wiegand => CardFormat::Wiegand,
    };
    let bits = u16::try_from(card.nr_bits).ok()?;
    Some(ToldCard { format, bits, hex: Redacted::new(hex::encode(&card.data)) })
}

fn light(feedback: ReaderFeedback) -> OsdpCommandLed {
    let (colour, on, off, tenths) = match feedback {
        ReaderFeedback::Accepted => (OsdpLedColor::Green, 10, 0, 15),
        ReaderFeedback::Refused => (OsdpLedColor::Red, 10, 0, 15),
        ReaderFeedback::Wait => (OsdpLedColor::Amber, 3, 3, 50),
    };
    let temporary = OsdpLedParams {
        control_code: 2,
        on_count: on,
        off_count: off,
        on_color: colour,
        off_color: OsdpLedColor::None,
        timer_count: tenths,
    };
    OsdpCommandLed { temporary, ..OsdpCommandLed::default() }
}

fn sound(feedback: ReaderFeedback) -> Option<OsdpCommandBuzzer> {
    let (on_count, off_count, rep_count) = match feedback {
        ReaderFeedback::Accepted => (1, 0, 1),
        ReaderFeedback::Refused => (1, 1, 3),
        ReaderFeedback::Wait => return None,
    };
    Some(OsdpCommandBuzzer { reader: 0, control_code: 2, on_count, off_count, rep_count })
}
