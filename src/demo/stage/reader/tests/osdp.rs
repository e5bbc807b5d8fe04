//! An OSDP reader: bare frames first, then `libosdp`'s control panel at the far end.

use std::os::unix::fs::OpenOptionsExt;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use libosdp::{
    ControlPanel, ControlPanelBuilder, OsdpCommand, OsdpCommandBuzzer, OsdpCommandLed, OsdpEvent, OsdpLedColor,
    OsdpLedParams, PdInfoBuilder,
};

use super::*;

const KEY: [u8; 16] = *b"a key of the lab";
const OTHER_KEY: [u8; 16] = *b"some other key..";

/// The serial line under the control panel.
struct Cable(std::fs::File);

impl Cable {
    fn to(reader: &Reader) -> Self {
        let flags = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
        let options = std::fs::OpenOptions::new().read(true).write(true).custom_flags(flags).open(reader.path());
        Self(options.unwrap())
    }
}

impl libosdp::Channel for Cable {
    fn get_id(&self) -> i32 {
        7
    }

    fn read(&mut self, buffer: &mut [u8]) -> Result<usize, libosdp::ChannelError> {
        Ok(std::io::Read::read(&mut self.0, buffer)?)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<usize, libosdp::ChannelError> {
        Ok(std::io::Write::write(&mut self.0, bytes)?)
    }

    fn flush(&mut self) -> Result<(), libosdp::ChannelError> {
        Ok(())
    }

    fn close(&mut self) -> Result<(), libosdp::ChannelError> {
        Ok(())
    }
}

struct Room {
    reader: Reader,
    panel: ControlPanel,
    events: Receiver<OsdpEvent>,
    _folder: tempfile::TempDir,
}

impl Room {
    fn with(readers: Option<[u8; 16]>, panels: [u8; 16]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let model = ReaderModel::Osdp(OsdpSettings { address: 0, key: readers });
        let reader = Reader::of_model(model, &folder.path().join("reader")).unwrap();
        let (panel, events) = panel(&reader, panels);
        Self { reader, panel, events, _folder: folder }
    }

    /// Refreshes the panel until `done`.
    fn until(&mut self, mut done: impl FnMut(&mut Self) -> bool) -> bool {
        let until = Instant::now() + Duration::from_secs(20);
        while Instant::now() < until {
            self.panel.refresh();
            if done(self) {
                return true;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        false
    }

    fn is_secured(&mut self) -> bool {
        self.until(|room| room.panel.is_sc_active(0) && room.reader.is_secure())
    }

    fn expects_no_channel(&mut self) {
        let until = Instant::now() + Duration::from_secs(2);
        assert!(self.until(|_| Instant::now() > until));
        assert!(!self.panel.is_sc_active(0) && !self.reader.is_secure());
    }

    fn event(&mut self) -> OsdpEvent {
        let mut event = None;
        self.until(|room| {
            event = room.events.try_recv().ok();
            event.is_some()
        });
        event.unwrap()
    }

    fn is_shown(&mut self, shown: Shown) -> bool {
        self.until(|room| room.reader.shown().contains(&shown))
    }
}

fn panel(reader: &Reader, key: [u8; 16]) -> (ControlPanel, Receiver<OsdpEvent>) {
    let info = PdInfoBuilder::new().address(0).unwrap().baud_rate(9600).unwrap();
    let info = info.secure_channel_key(key);
    let mut panel = ControlPanelBuilder::new().add_channel(Box::new(Cable::to(reader)), vec![info]).build().unwrap();
    let (sender, events) = channel();
    panel.set_event_callback(move |_reader, event| {
        sender.send(event).unwrap();
        0
    });
    (panel, events)
}

#[test]
fn bare_frames_are_answered_and_spoilt_ones_are_not() {
    let mut desk = Desk::with(ReaderModel::Osdp(OsdpSettings { address: 0x65, key: None }));
    // osdp_ID of sequence 0, and the reader's model, version, serial number.
    let ask = with_crc(&[0x53, 0x65, 0x09, 0x00, 0x04, 0x61, 0x00]);
    let mut spoilt = ask.clone();
    spoilt[7] ^= 1;
    desk.far_end.send(&spoilt);
    assert_eq!(desk.far_end.overhear().len(), 0);
    desk.far_end.send(&ask);
    let answer = desk.far_end.hear(20);
    let identity = [0x45, 0xa0, 0xb2, 0xfe, 0x23, 0x74, 0x01, 0x00, 0x00, 0x00];
    let start = answer.iter().position(|byte| *byte == 0x53).unwrap();
    assert_eq!(answer[start..start + 4], [0x53, 0xe5, 0x14, 0x00], "{answer:02x?}");
    assert_eq!(answer[start + 5..start + 8], identity[..3], "{answer:02x?}");
}

/// OSDP's CRC: polynomial 1021, beginning with 1D0F, low byte first.
fn with_crc(packet: &[u8]) -> Vec<u8> {
    let mut crc = 0x1d0f_u16;
    for byte in packet {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 };
        }
    }
    [packet, &crc.to_le_bytes()].concat()
}

#[test]
fn the_frame_of_libosdps_own_test_has_this_crc() {
    let poll = [0x53, 0x65, 0x08, 0x00, 0x04, 0x60, 0x60, 0x90];
    assert_eq!(with_crc(&poll[..6]), poll);
}

#[test]
fn cards_status_lights_and_sounds_go_over_the_secure_channel() {
    let mut room = Room::with(Some(KEY), KEY);
    assert!(room.is_secured());

    room.reader.put(Iso14443a::classic([0x66, 0xcf, 0x4d, 0xc2]));
    let OsdpEvent::CardRead(read) = room.event() else { panic!("a card was to be read") };
    assert_eq!((read.format, read.nr_bits), (libosdp::OsdpCardFormats::Unspecified, 32));
    assert_eq!(read.data, [0x66, 0xcf, 0x4d, 0xc2]);
    room.reader.put(Wiegand::h10301(1, 3));
    let OsdpEvent::CardRead(read) = room.event() else { panic!("a card was to be read") };
    assert_eq!((read.format, read.nr_bits), (libosdp::OsdpCardFormats::Wiegand, 26));
    assert_eq!(read.data, [0x80, 0x80, 0x01, 0xc0]);

    room.reader.set_status(Status { tampered: true, power_failed: false });
    let OsdpEvent::Status(report) = room.event() else { panic!("a status was to be told") };
    assert_eq!(report.report[..2], [1, 0]);

    let temporary = OsdpLedParams {
        control_code: 2,
        on_count: 5,
        off_count: 0,
        on_color: OsdpLedColor::Green,
        off_color: OsdpLedColor::None,
        timer_count: 20,
    };
    let order = OsdpCommandLed { temporary, ..OsdpCommandLed::default() };
    room.panel.send_command(0, OsdpCommand::Led(order)).unwrap();
    let lasting = Some(Duration::from_secs(2));
    assert!(room.is_shown(Shown::Light { colour: Colour::Green, is_blinking: false, lasting }));
    let order = OsdpCommandBuzzer { reader: 0, control_code: 2, on_count: 1, off_count: 1, rep_count: 2 };
    room.panel.send_command(0, OsdpCommand::Buzzer(order)).unwrap();
    assert!(room.is_shown(Shown::Sound { lasting: Some(Duration::from_millis(400)) }));
}

#[test]
fn a_wrong_key_opens_nothing() {
    let mut room = Room::with(Some(KEY), OTHER_KEY);
    room.expects_no_channel();
}

#[test]
fn a_key_that_is_set_in_install_mode_outlives_the_plug() {
    let mut room = Room::with(None, KEY);
    assert_eq!(room.reader.given_key(), None);
    // The panel opens the channel with the key that everybody knows and sets its own by itself.
    assert!(room.until(|room| room.reader.given_key() == Some(KEY)));

    room.reader.unplug().unwrap();
    assert!(!room.reader.is_secure());
    room.reader.plug().unwrap();
    (room.panel, room.events) = panel(&room.reader, KEY);
    assert!(room.is_secured());
    assert_eq!(room.reader.given_key(), Some(KEY));

    room.reader.unplug().unwrap();
    room.reader.plug().unwrap();
    (room.panel, room.events) = panel(&room.reader, OTHER_KEY);
    room.expects_no_channel();
}

#[test]
fn a_card_that_lies_there_is_told_after_power_on() {
    let mut room = Room::with(Some(KEY), KEY);
    room.reader.unplug().unwrap();
    room.reader.put([0x3e, 0x00, 0x45, 0xdc, 0x95]);
    room.reader.plug().unwrap();
    (room.panel, room.events) = panel(&room.reader, KEY);
    let OsdpEvent::CardRead(read) = room.event() else { panic!("a card was to be read") };
    assert_eq!((read.nr_bits, read.data.as_slice()), (40, &[0x3e, 0x00, 0x45, 0xdc, 0x95][..]));
}
