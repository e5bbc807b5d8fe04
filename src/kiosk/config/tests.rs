//! What a technician who edits the file is told.

use std::path::Path;

use muwajaha_core::badge::{CardKind, Pn532Settings, ReaderProtocol, Twn4Settings};

use super::*;
use crate::badge::ReaderKind;

fn refused(text: &str) -> String {
    let (place, problem) = KioskConfig::parse(text, Path::new("/etc/muwajaha")).unwrap_err();
    format!("{place}: {problem}")
}

const SHORTEST: &str = r#"
[service]
url = "https://visits.example:8444"
[reader]
port = "/dev/kiosk-reader"
protocol = "rdm6300"
"#;

#[test]
fn the_example_is_accepted_and_says_what_the_defaults_are() {
    let example = KioskConfig::parse(EXAMPLE, Path::new("/etc/muwajaha")).unwrap();
    let shortest = KioskConfig::parse(SHORTEST, Path::new("/etc/muwajaha")).unwrap();
    assert_eq!(KioskConfig { authority: None, ..example.clone() }, shortest);
    assert_eq!(example.authority.as_deref(), Some(Path::new("/etc/muwajaha/ca.pem")));
    assert_eq!(example.identity_file, Path::new("/etc/muwajaha/identity.toml"));
}

#[test]
fn an_unknown_key_is_refused_at_its_line_and_column_with_those_that_exist() {
    let told = refused(&SHORTEST.replace("protocol", "protokol"));
    assert!(told.starts_with("6:1: unknown field `protokol`, expected"), "{told}");
    let told = refused(&format!("{SHORTEST}\n[recorder]\non = true\n"));
    assert!(told.starts_with("8:2: unknown field `recorder`"), "{told}");
}

#[test]
fn wrong_values_are_refused_where_they_stand_with_the_remedy() {
    for (from, to, told) in [
        (
            "rdm6300",
            "wiegand",
            "6:12: unknown variant `wiegand`, expected one of `rdm6300`, `id12la`, `twn4`, `pn532`, `text`",
        ),
        ("https://visits.example:8444", "visits", "3:7: `visits` is no address"),
        ("https://visits.example:8444", "http://visits.example", "3:7: the service is reached by https"),
        ("/dev/kiosk-reader", "", "5:8: name the reader's serial port"),
    ] {
        let heard = refused(&SHORTEST.replace(from, to));
        assert!(heard.starts_with(told), "{heard}");
    }
    let heard = refused(&format!("{SHORTEST}[camera]\nwidth = 5\n"));
    assert!(heard.starts_with("8:9: camera.width is 5"), "{heard}");
    let heard = refused(&format!("{SHORTEST}[screen]\nsize = [1, 800]\n"));
    assert!(heard.starts_with("8:8: a window is"), "{heard}");
}

#[test]
fn a_missing_table_and_broken_text_are_refused() {
    assert!(refused("[service]\nurl = \"https://v\"\n").contains("missing field `reader`"));
    assert!(refused("[service\n").starts_with("1:9: "), "{}", refused("[service\n"));
}

#[test]
fn a_reader_is_found_by_its_port_or_by_its_usb_device() {
    let given = |port: &str| SHORTEST.replace("port = \"/dev/kiosk-reader\"", port);
    let usb = given("usb = { vendor = \"0403\", product = \"6001\", serial = \"A5005XYZ\" }");
    let port = KioskConfig::parse(&usb, Path::new("/etc/muwajaha")).unwrap().reader.port;
    assert_eq!(port.to_string(), "the USB device 0403:6001 A5005XYZ");
    for (port, told) in [
        ("", "4:1: name the reader's serial port"),
        ("port = \"/dev/ttyUSB0\"\nusb = { vendor = \"0403\", product = \"6001\" }", "6:7: a reader is found by"),
        ("usb = { vendor = \"403\", product = \"6001\" }", "5:7: `vendor` and `product` are four"),
        ("usb = { vendor = \"0403\", product = \"6001\", serial = \" \" }", "5:7: `serial` is empty"),
        ("usb = { vendor = \"0403\" }", "5:7: missing field `product`"),
    ] {
        let heard = refused(&given(port));
        assert!(heard.starts_with(told), "{heard}");
    }
}

fn reader(protocol: &str) -> Result<ReaderSettings, String> {
    let text = SHORTEST.replace("protocol = \"rdm6300\"", protocol);
    let parsed = KioskConfig::parse(&text, Path::new("/etc/muwajaha"));
    parsed.map(|config| config.reader).map_err(|(place, problem)| format!("{place}: {problem}"))
}

#[test]
fn every_reader_has_its_settings_and_its_usual_speed() {
    let twn4 = "protocol = \"twn4\"\n[reader.twn4]\ncrc = true\nreversed = [\"iso14443a\"]";
    let expected = Twn4Settings { crc: true, reversed: vec![CardKind::Iso14443a], ..Twn4Settings::default() };
    assert_eq!(reader(twn4).unwrap().protocol, ReaderKind::Serial(ReaderProtocol::Twn4(expected)));
    let pn532 = reader("protocol = \"pn532\"").unwrap();
    assert_eq!(
        (pn532.protocol, pn532.baud),
        (ReaderKind::Serial(ReaderProtocol::Pn532(Pn532Settings::default())), 115_200)
    );
    let text = "protocol = \"text\"\nbaud = 19200\n[reader.text]\nprefix = \"\\u0002\"\nlength = 10\nmeans = \"em4100-decimal\"";
    let text = reader(text).unwrap();
    let ReaderKind::Serial(ReaderProtocol::Text(settings)) = text.protocol else { panic!("{text:?}") };
    assert_eq!((settings.prefix.as_str(), settings.suffix.as_str(), text.baud), ("\u{2}", "\r", 19200));
}

#[test]
fn a_reader_that_speaks_nothing_known_can_be_probed_and_no_more() {
    assert!(reader("").unwrap_err().contains("check reader --config FILE --probe"));
    assert!(reader("protocol = \"wiegand\"").unwrap_err().contains("unknown variant"));
}

#[test]
fn an_osdp_readers_key_lies_beside_the_configuration() {
    let osdp = reader("protocol = \"osdp\"\n[reader.osdp]\naddress = 5").unwrap();
    let ReaderKind::Osdp(settings) = osdp.protocol else { panic!("{osdp:?}") };
    assert_eq!((settings.address, settings.key_file.as_path()), (5, Path::new("/etc/muwajaha/reader.key")));
    assert_eq!(settings.program.file_name().unwrap(), "muwajaha-reader");
    assert!(reader("protocol = \"osdp\"\n[reader.osdp]\naddress = 127").unwrap_err().contains("`address` is 0 to 126"));
}

#[test]
fn a_readers_wrong_settings_are_refused_where_they_stand() {
    for (given, told) in [
        ("protocol = \"text\"", "6:12: a plain-text reader needs `[reader.text]`"),
        ("protocol = \"rdm6300\"\n[reader.pn532]", "7:1: this table is for another protocol"),
        ("protocol = \"pn532\"\n[reader.pn532]\npoll_milliseconds = 5", "7:1: poll_milliseconds is 20 to 400"),
        ("protocol = \"twn4\"\nbaud = 1", "7:8: a serial line runs at"),
        ("protocol = \"twn4\"\n[reader.twn4]\nloud = 1", "8:1: unknown field `loud`"),
        (
            "protocol = \"rdm6300\"\n[[reader.badges.formats]]\nbits = 200\nmeans = \"uid\"\nnumber = { from = 0, count = 32 }",
            "7:10: reader.badges.formats: bits = 200",
        ),
    ] {
        let heard = reader(given).unwrap_err();
        assert!(heard.starts_with(told), "{heard}");
    }
}
