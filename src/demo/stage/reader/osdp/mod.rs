//! An OSDP v2.2 reader: a peripheral device of `libosdp`, as its makers wrote it.
//!
//! It speaks over the secure channel with its own key, or in install mode, where it has none, with the
//! key that everybody knows until it is given one; a given key outlives the plug. Sources: SIA OSDP v2.2
//! (osdp_RAW: format 0 is unspecified bits, 1 Wiegand; osdp_LED: temporary order 2 sets, permanent
//! order 1 sets, times in 100 ms; osdp_BUZ: tone 1 is silence; osdp_LSTATR: tamper, then power) as the
//! documentation and headers of libosdp 3.2.7 give it. A resting card is told once, when it comes.
//!
//! `libosdp` lets go of a device's channel and callback only with the process, so the channel holds
//! nothing but bytes: a few hundred of them are left behind for each time it is plugged in.

mod shown;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Context;
use libosdp::{
    Channel, ChannelError, OsdpCommand, OsdpEvent, OsdpEventCardRead, OsdpFlag, OsdpStatusReport, OsdpStatusReportType,
    PdCapEntity, PdCapability, PdId, PdInfoBuilder, PeripheralDevice,
};

use super::card::Card;
use super::device::{Device, Status, newcomers};
use super::shown::Observed;
use shown::{light, sound};

/// `libosdp` asks for at least one refresh in 50 ms.
const REFRESH_EVERY: Duration = Duration::from_millis(5);
const CARRIED_OUT: i32 = 0;
const REFUSED: i32 = -1;

/// How an OSDP reader is set up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OsdpSettings {
    /// Its address on the line, 0 to 126.
    pub address: u8,
    /// The key of its secure channel; without one it is in install mode.
    pub key: Option<[u8; 16]>,
}

/// The simulated reader.
#[derive(Debug)]
pub(super) struct Osdp {
    device: PeripheralDevice,
    wires: Wires,
    status: Arc<Mutex<Status>>,
    cards: Vec<Card>,
    refresh_at: Instant,
    observed: Observed,
}

impl Osdp {
    pub(super) fn new(settings: OsdpSettings, observed: Observed) -> anyhow::Result<Self> {
        let wires = Wires::default();
        let info = PdInfoBuilder::new()
            .address(settings.address.into())?
            .baud_rate(9600)?
            .id(&PdId::from_number(1))
            .capability(PdCapability::CardDataFormat(PdCapEntity::new(1, 0)))
            .capability(PdCapability::LedControl(PdCapEntity::new(1, 1)))
            .capability(PdCapability::AudibleOutput(PdCapEntity::new(1, 1)))
            .capability(PdCapability::Readers(PdCapEntity::new(0, 1)));
        let known_key = observed.lock().key.or(settings.key);
        let info = match known_key {
            Some(key) => info.secure_channel_key(key).flag(OsdpFlag::EnforceSecure),
            None => info.flag(OsdpFlag::InstallMode),
        };
        let mut device = PeripheralDevice::new(info, Box::new(wires.clone())).context("libosdp's peripheral device")?;
        let status = Arc::new(Mutex::new(Status::default()));
        let panel = Panel { status: Arc::clone(&status), observed: observed.clone() };
        device.set_command_callback(move |command| panel.carry_out(command));
        Ok(Self { device, wires, status, cards: Vec::new(), refresh_at: Instant::now(), observed })
    }

    fn tell(&mut self, event: OsdpEvent) {
        if let Err(error) = self.device.notify_event(event) {
            tracing::warn!("the simulated OSDP reader cannot tell: {error}");
        }
    }
}

impl Device for Osdp {
    fn receive(&mut self, bytes: &[u8], _now: Instant) {
        self.wires.lock().to_device.extend(bytes);
    }

    fn field_changed(&mut self, cards: &[Card], _now: Instant) {
        for card in newcomers(&self.cards, cards) {
            if let Some(read) = read(&card) {
                self.tell(OsdpEvent::CardRead(read));
            }
        }
        self.cards = cards.to_vec();
    }

    fn status_changed(&mut self, status: Status) {
        let before = std::mem::replace(&mut *lock(&self.status), status);
        if before != status {
            self.tell(OsdpEvent::Status(local_report(status)));
        }
    }

    fn advance(&mut self, now: Instant) {
        self.device.refresh();
        self.refresh_at = now + REFRESH_EVERY;
        self.observed.lock().is_secure = self.device.is_sc_active();
    }

    fn transmit(&mut self, _now: Instant) -> Option<Vec<u8>> {
        let bytes = std::mem::take(&mut self.wires.lock().from_device);
        (!bytes.is_empty()).then_some(bytes)
    }

    fn wake_at(&self) -> Option<Instant> {
        Some(self.refresh_at)
    }
}

impl Drop for Osdp {
    fn drop(&mut self) {
        self.observed.lock().is_secure = false;
    }
}

fn read(card: &Card) -> Option<OsdpEventCardRead> {
    match card {
        Card::Em4100(chip) => Some(OsdpEventCardRead::new_raw(chip.to_vec())),
        Card::Iso14443a(chip) => Some(OsdpEventCardRead::new_raw(chip.uid.clone())),
        Card::Wiegand(bits) => OsdpEventCardRead::new_wiegand(bits.count(), bits.left_aligned().to_vec()).ok(),
        Card::Text(_) => None,
    }
}

fn local_report(status: Status) -> OsdpStatusReport {
    let mut report = [0; 64];
    let [tamper, power, ..] = &mut report;
    (*tamper, *power) = (u8::from(status.tampered), u8::from(status.power_failed));
    OsdpStatusReport { type_: OsdpStatusReportType::Local, nr_entries: 2, report }
}

/// What the control panel's commands reach.
struct Panel {
    status: Arc<Mutex<Status>>,
    observed: Observed,
}

impl Panel {
    fn carry_out(&self, command: &mut OsdpCommand) -> i32 {
        match command {
            OsdpCommand::Led(order) => light(order).into_iter().for_each(|shown| self.observed.show(shown)),
            OsdpCommand::Buzzer(order) => sound(order).into_iter().for_each(|shown| self.observed.show(shown)),
            OsdpCommand::KeySet(order) => match <[u8; 16]>::try_from(order.data.as_slice()) {
                Ok(key) => self.observed.lock().key = Some(key),
                Err(_) => return REFUSED,
            },
            OsdpCommand::Status(asked) if asked.type_ == OsdpStatusReportType::Local => {
                *asked = local_report(*lock(&self.status));
            }
            OsdpCommand::ComSet(_) | OsdpCommand::ComSetDone(_) => {}
            OsdpCommand::Status(_)
            | OsdpCommand::Text(_)
            | OsdpCommand::Output(_)
            | OsdpCommand::Mfg(_)
            | OsdpCommand::FileTx(_) => return REFUSED,
        }
        CARRIED_OUT
    }
}

/// The bytes on their way between line and device.
#[derive(Debug, Default)]
struct Traffic {
    to_device: VecDeque<u8>,
    from_device: Vec<u8>,
}

#[derive(Debug, Clone, Default)]
struct Wires(Arc<Mutex<Traffic>>);

impl Wires {
    fn lock(&self) -> MutexGuard<'_, Traffic> {
        lock(&self.0)
    }
}

impl Channel for Wires {
    fn get_id(&self) -> i32 {
        0
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ChannelError> {
        let mut traffic = self.lock();
        let count = buffer.len().min(traffic.to_device.len());
        for (to, from) in buffer.iter_mut().zip(traffic.to_device.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, ChannelError> {
        self.lock().from_device.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// What was received and not looked at yet is to be forgotten.
    fn flush(&mut self) -> Result<(), ChannelError> {
        self.lock().to_device.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(), ChannelError> {
        *self.lock() = Traffic::default();
        Ok(())
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
