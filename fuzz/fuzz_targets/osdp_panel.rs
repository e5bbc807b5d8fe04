//! libosdp's control panel behind the guard, in virtual time, on a line that somebody bends: a reader
//! of libosdp's own speaks by the panel's key, by another or by none, and each of its replies may be
//! lost, changed, forged with a right check, said twice or preceded by noise. Whatever happens, a card
//! is told only over the secure channel, is one that was put to the reader, and is told once.

#![no_main]

use std::collections::VecDeque;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use libfuzzer_sys::fuzz_target;
use libosdp::{
    Channel, ChannelError, OsdpEvent, OsdpEventCardRead, OsdpFlag, PdCapEntity, PdCapability, PdId, PdInfoBuilder,
    PeripheralDevice,
};
use muwajaha_core::badge::ReaderFeedback;
use muwajaha_core::badge::osdp::{Begin, CardFormat, FromPanel, Purpose};
use muwajaha_core::domain::{BootTime, Redacted};
use muwajaha_fuzz::osdp::instead;
use muwajaha_reader::line::Line;
use muwajaha_reader::panel::Panel;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

const ADDRESS: u8 = 3;
const KEY: [u8; 16] = [0x94, 0x4b, 0x8e, 0xdd, 0xcb, 0xaa, 0x2b, 0x5f, 0xe2, 0xb0, 0x14, 0x8d, 0x1b, 0x2f, 0x95, 0xc9];
const TICK_MILLIS: i64 = 5;
/// A session that takes longer tells nothing new.
const MOST_TICKS: u32 = 2000;

static CLOCK: AtomicI64 = AtomicI64::new(0);
static RANDOM: AtomicU64 = AtomicU64::new(0);

/// The time of libosdp.
#[unsafe(no_mangle)]
extern "C" fn osdp_millis_now() -> i64 {
    CLOCK.load(Ordering::Relaxed)
}

/// libosdp's challenges: the same for the same input.
#[unsafe(no_mangle)]
extern "C" fn rand() -> i32 {
    let number = RANDOM.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    ((mixed >> 33) & 0x7fff_ff00) as i32
}

/// libosdp's Rust side lets go of channels and callbacks with the process only.
#[unsafe(no_mangle)]
extern "C" fn __asan_default_options() -> *const std::ffi::c_char {
    c"detect_leaks=0".as_ptr()
}

/// The panel's port and the line's other end, the same for all inputs.
fn port() -> &'static (Arc<OwnedFd>, OwnedFd) {
    static PORT: OnceLock<(Arc<OwnedFd>, OwnedFd)> = OnceLock::new();
    PORT.get_or_init(|| {
        let ends = socketpair(AddressFamily::UNIX, SocketType::STREAM, SocketFlags::NONBLOCK, None);
        let (port, far) = ends.expect("a socket pair");
        (Arc::new(port), far)
    })
}

fn drain(end: &OwnedFd) -> Vec<u8> {
    let (mut all, mut buffer) = (vec![], [0; 4096]);
    while let Ok(length @ 1..) = rustix::io::read(end, &mut buffer) {
        all.extend(&buffer[..length]);
    }
    all
}

/// The reader's side of the line.
#[derive(Clone, Default)]
struct Wires(Arc<Mutex<(VecDeque<u8>, Vec<u8>)>>);

impl Channel for Wires {
    fn get_id(&self) -> i32 {
        1
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, ChannelError> {
        let mut wires = self.0.lock().unwrap();
        let length = buffer.len().min(wires.0.len());
        buffer.iter_mut().zip(wires.0.drain(..length)).for_each(|(to, from)| *to = from);
        Ok(length)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, ChannelError> {
        self.0.lock().unwrap().1.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<(), ChannelError> {
        self.0.lock().unwrap().0.clear();
        Ok(())
    }

    fn close(&mut self) -> Result<(), ChannelError> {
        Ok(())
    }
}

fn reader(key: Option<[u8; 16]>, wires: &Wires) -> PeripheralDevice {
    let info = PdInfoBuilder::new().address(ADDRESS.into()).unwrap().baud_rate(9600).unwrap().id(&PdId::from_number(1));
    let info = info
        .capability(PdCapability::CardDataFormat(PdCapEntity::new(1, 0)))
        .capability(PdCapability::LedControl(PdCapEntity::new(1, 1)))
        .capability(PdCapability::AudibleOutput(PdCapEntity::new(1, 1)));
    let info = match key {
        Some(key) => info.secure_channel_key(key).flag(OsdpFlag::EnforceSecure),
        None => info.flag(OsdpFlag::InstallMode),
    };
    let mut device = PeripheralDevice::new(info, Box::new(wires.clone())).expect("libosdp's peripheral device");
    device.set_command_callback(|_| 0);
    device
}

/// What becomes of the reader's next replies.
#[derive(Clone, Copy)]
enum Bent<'a> {
    Not,
    Lost,
    Changed { at: u8, by: u8 },
    Forged { block: &'a [u8], body: &'a [u8] },
    Twice,
    Behind(&'a [u8]),
    Bytes(&'a [u8]),
}

struct Room<'a> {
    panel: Panel,
    line: Line,
    reader: PeripheralDevice,
    wires: Wires,
    knows_key: bool,
    purpose: Purpose,
    bent: Bent<'a>,
    is_secured: bool,
    put: VecDeque<u32>,
    cards: u32,
    ticks: u32,
    is_over: bool,
}

impl<'a> Room<'a> {
    fn new(how: u8) -> Self {
        let (near, far) = port();
        drain(near);
        drain(far);
        CLOCK.store(1_000_000, Ordering::Relaxed);
        RANDOM.store(how.into(), Ordering::Relaxed);
        let wires = Wires::default();
        let purpose = if how & 8 == 0 { Purpose::Read } else { Purpose::InstallKey };
        let knows_key = how & 3 < 2;
        let key = [Some(KEY), Some(KEY), Some([7; 16]), None][usize::from(how & 3)];
        let key_text: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
        let begin = Begin { address: ADDRESS, baud: 9600, key: Redacted::new(key_text), purpose };
        let line = Line::new(Arc::clone(near), ADDRESS, purpose);
        let panel = Panel::new(&begin, line.clone(), now()).expect("a panel");
        Self {
            panel,
            line,
            reader: reader(key, &wires),
            wires,
            knows_key,
            purpose,
            bent: Bent::Not,
            is_secured: false,
            put: VecDeque::new(),
            cards: 0,
            ticks: 0,
            is_over: false,
        }
    }

    fn tick(&mut self, millis: i64) {
        if self.is_over || self.ticks == MOST_TICKS {
            return;
        }
        CLOCK.fetch_add(millis, Ordering::Relaxed);
        self.ticks += 1;
        let (_, far) = port();
        self.wires.0.lock().unwrap().0.extend(drain(far));
        self.reader.refresh();
        let reply = std::mem::take(&mut self.wires.0.lock().unwrap().1);
        self.reply(&reply);
        let received = self.line.receive().expect("the line is there");
        self.panel.tick(received.is_answer, now());
        for word in self.panel.told() {
            if !self.is_over {
                self.check(&word);
            }
        }
    }

    /// What of the reader's reply reaches the panel.
    fn reply(&mut self, reply: &[u8]) {
        let start = reply.iter().position(|byte| *byte == 0x53);
        let Some(frame) = start.map(|start| &reply[start..]).filter(|frame| frame.len() > 6) else { return };
        let bytes = match std::mem::replace(&mut self.bent, Bent::Not) {
            Bent::Not => frame.to_vec(),
            Bent::Lost => return,
            Bent::Changed { at, by } => {
                let mut changed = frame.to_vec();
                changed[usize::from(at) % frame.len()] ^= by;
                changed
            }
            Bent::Forged { block, body } => instead(frame, block, body),
            Bent::Twice => frame.repeat(2),
            Bent::Behind(noise) => [noise, frame].concat(),
            Bent::Bytes(bytes) => bytes.to_vec(),
        };
        let (_, far) = port();
        // A line that is full loses what comes.
        let _ = rustix::io::write(far, &bytes);
    }

    fn check(&mut self, word: &FromPanel) {
        match word {
            FromPanel::Secured(_) => {
                assert!(self.knows_key || self.purpose == Purpose::InstallKey, "a channel with a stranger");
                self.is_secured = true;
            }
            FromPanel::Card(card) => {
                assert!(self.is_secured && self.knows_key && self.purpose == Purpose::Read);
                assert_eq!((card.format, card.bits), (CardFormat::Wiegand, 32));
                let told = u32::from_str_radix(card.hex.reveal(), 16).expect("32 bits");
                let passed_over = self.put.iter().position(|number| *number == told);
                self.put.drain(..=passed_over.expect("a card that nobody put there, or one told twice"));
            }
            FromPanel::Condition(_) => assert!(self.is_secured),
            FromPanel::Counts(_) | FromPanel::Latency(_) => {}
            FromPanel::Lost(_) => self.is_over = true,
        }
    }

    fn put(&mut self) {
        self.cards += 1;
        let number = 0x8000_0000 | self.cards;
        let card = OsdpEventCardRead::new_wiegand(32, number.to_be_bytes().to_vec()).unwrap();
        if self.reader.notify_event(OsdpEvent::CardRead(card)).is_ok() {
            self.put.push_back(number);
        }
    }

    fn run(&mut self, mut input: &'a [u8]) {
        while let Some((operation, rest)) = input.split_first()
            && !self.is_over
        {
            input = rest;
            match operation {
                0..=127 => {
                    for _ in 0..=operation % 32 {
                        self.tick(TICK_MILLIS);
                    }
                }
                128..=143 => self.tick(1 << (operation - 128).min(12)),
                144..=151 => self.put(),
                152..=159 => {
                    self.panel.show(if operation % 2 == 0 { ReaderFeedback::Accepted } else { ReaderFeedback::Wait })
                }
                160..=167 => self.bent = Bent::Lost,
                168..=175 => self.bent = Bent::Twice,
                176..=191 => {
                    let [at, by, rest @ ..] = input else { return };
                    (self.bent, input) = (Bent::Changed { at: *at, by: *by }, rest);
                }
                192..=239 => input = self.forge(*operation, input),
                240..=255 => {
                    let (bytes, rest) = input.split_at(usize::from((operation - 239) * 4).min(input.len()));
                    self.bent = if operation % 2 == 0 { Bent::Behind(bytes) } else { Bent::Bytes(bytes) };
                    input = rest;
                }
            }
        }
    }

    /// A block of up to three bytes, the length of a body, the body.
    fn forge(&mut self, operation: u8, input: &'a [u8]) -> &'a [u8] {
        let (block, input) = input.split_at(usize::from(operation % 4).min(input.len()));
        let block = if block.len() >= 2 && usize::from(block[0]) == block.len() { block } else { &[] };
        let Some((length, input)) = input.split_first() else { return input };
        let (body, rest) = input.split_at(usize::from(length % 128).min(input.len()));
        if !body.is_empty() {
            self.bent = Bent::Forged { block, body };
        }
        rest
    }
}

fn now() -> BootTime {
    BootTime::from_millis(CLOCK.load(Ordering::Relaxed).unsigned_abs())
}

fuzz_target!(|input: &[u8]| {
    let Some((how, input)) = input.split_first() else { return };
    Room::new(*how).run(input);
});
