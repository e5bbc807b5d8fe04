//! A PN532, by the bytes of its manual and of traces that others published.

use std::time::{Duration, Instant};

use super::*;

/// libnfc's preamble.
const WAKE_UP: [u8; 16] = [0x55, 0x55, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const ACK: [u8; 6] = [0x00, 0x00, 0xff, 0x00, 0xff, 0x00];
const NACK: [u8; 6] = [0x00, 0x00, 0xff, 0xff, 0x00, 0x00];
const ERROR: [u8; 8] = [0x00, 0x00, 0xff, 0x01, 0xff, 0x7f, 0x81, 0x00];
const GET_FIRMWARE: [u8; 9] = [0x00, 0x00, 0xff, 0x02, 0xfe, 0xd4, 0x02, 0x2a, 0x00];
/// nfcpy, issue 131.
const FIRMWARE: [u8; 13] = [0x00, 0x00, 0xff, 0x06, 0xfa, 0xd5, 0x03, 0x32, 0x01, 0x06, 0x07, 0xe8, 0x00];
/// libnfc, issue 355.
const CONFIGURE: [u8; 10] = [0x00, 0x00, 0xff, 0x03, 0xfd, 0xd4, 0x14, 0x01, 0x17, 0x00];
const CONFIGURED: [u8; 9] = [0x00, 0x00, 0xff, 0x02, 0xfe, 0xd5, 0x15, 0x16, 0x00];
/// libnfc, issue 86.
const LIST_ONE: [u8; 11] = [0x00, 0x00, 0xff, 0x04, 0xfc, 0xd4, 0x4a, 0x01, 0x00, 0xe1, 0x00];
const LISTED_NONE: [u8; 10] = [0x00, 0x00, 0xff, 0x03, 0xfd, 0xd5, 0x4b, 0x00, 0xe0, 0x00];
const LIST_TWO: [u8; 11] = [0x00, 0x00, 0xff, 0x04, 0xfc, 0xd4, 0x4a, 0x02, 0x00, 0xe0, 0x00];
/// RFConfiguration: one retry.
const ONE_RETRY: [u8; 13] = [0x00, 0x00, 0xff, 0x06, 0xfa, 0xd4, 0x32, 0x05, 0xff, 0x01, 0x01, 0xf4, 0x00];
const RF_CONFIGURED: [u8; 9] = [0x00, 0x00, 0xff, 0x02, 0xfe, 0xd5, 0x33, 0xf8, 0x00];
const CLASSIC: [u8; 4] = [0xfb, 0x0e, 0xe2, 0x0b];
/// A MIFARE Classic 1K in a published PN532 walk-through.
const LISTED_CLASSIC: [u8; 19] =
    [0x00, 0x00, 0xff, 0x0c, 0xf4, 0xd5, 0x4b, 0x01, 0x01, 0x00, 0x04, 0x08, 0x04, 0xfb, 0x0e, 0xe2, 0x0b, 0xd8, 0x00];

fn after_ack(answer: &[u8]) -> Vec<u8> {
    [&ACK, answer].concat()
}

/// A reader that was woken and configured.
fn ready() -> Desk {
    let mut desk = Desk::with(ReaderModel::Pn532);
    desk.far_end.expect(&[&WAKE_UP[..], &CONFIGURE].concat(), &after_ack(&CONFIGURED));
    desk
}

fn with_one_retry() -> Desk {
    let mut desk = ready();
    desk.far_end.expect(&ONE_RETRY, &after_ack(&RF_CONFIGURED));
    desk
}

#[test]
fn it_sleeps_until_it_is_woken() {
    let mut desk = Desk::with(ReaderModel::Pn532);
    desk.far_end.send(&GET_FIRMWARE);
    assert_eq!(desk.far_end.overhear(), b"");

    let mut desk = Desk::with(ReaderModel::Pn532);
    desk.far_end.expect(&[&WAKE_UP[..], &GET_FIRMWARE].concat(), &after_ack(&FIRMWARE));
    desk.far_end.expect(&GET_FIRMWARE, &after_ack(&FIRMWARE));

    // RevK's and Adafruit's shorter preamble.
    let mut desk = Desk::with(ReaderModel::Pn532);
    desk.far_end.expect(&[&WAKE_UP[..5], &GET_FIRMWARE].concat(), &after_ack(&FIRMWARE));
}

#[test]
fn wrong_checksums_are_ignored_and_unknown_commands_are_an_error() {
    let mut desk = ready();
    let mut wrong = GET_FIRMWARE;
    wrong[7] ^= 1;
    desk.far_end.send(&wrong);
    let mut wrong_length = GET_FIRMWARE;
    wrong_length[4] ^= 1;
    desk.far_end.send(&wrong_length);
    assert_eq!(desk.far_end.overhear(), b"");
    desk.far_end.expect(&GET_FIRMWARE, &after_ack(&FIRMWARE));
    // `D4 FE`, and InListPassiveTarget for three cards.
    desk.far_end.expect(&[0x00, 0x00, 0xff, 0x02, 0xfe, 0xd4, 0xfe, 0x2e, 0x00], &after_ack(&ERROR));
    desk.far_end.expect(&[0x00, 0x00, 0xff, 0x04, 0xfc, 0xd4, 0x4a, 0x03, 0x00, 0xdf, 0x00], &after_ack(&ERROR));
}

#[test]
fn the_last_answer_is_sent_again_for_a_nack() {
    let mut desk = ready();
    desk.far_end.expect(&GET_FIRMWARE, &after_ack(&FIRMWARE));
    desk.far_end.expect(&NACK, &FIRMWARE);
    desk.far_end.send(&ACK);
    assert_eq!(desk.far_end.overhear(), b"");
}

#[test]
fn no_card_is_told_after_the_retries_and_not_at_all_without_end() {
    let mut desk = with_one_retry();
    let asked = Instant::now();
    desk.far_end.expect(&LIST_ONE, &after_ack(&LISTED_NONE));
    assert!(asked.elapsed() >= Duration::from_millis(20));

    let mut desk = ready();
    desk.far_end.expect(&LIST_ONE, &ACK);
    assert_eq!(desk.far_end.overhear(), b"");
    desk.reader.put(Iso14443a::classic(CLASSIC));
    assert_eq!(desk.far_end.hear(19), LISTED_CLASSIC);
}

#[test]
fn an_ack_or_another_command_ends_a_search() {
    for end in [ACK.to_vec(), GET_FIRMWARE.to_vec()] {
        let mut desk = ready();
        desk.far_end.expect(&LIST_ONE, &ACK);
        desk.far_end.send(&end);
        let expected = if end == ACK { Vec::new() } else { after_ack(&FIRMWARE) };
        assert_eq!(desk.far_end.hear(expected.len()), expected);
        desk.reader.put(Iso14443a::classic(CLASSIC));
        assert_eq!(desk.far_end.overhear(), b"");
    }
}

#[test]
fn before_sam_configuration_nothing_is_found() {
    let mut desk = Desk::with(ReaderModel::Pn532);
    desk.reader.put(Iso14443a::classic(CLASSIC));
    desk.far_end.expect(&[&WAKE_UP[..], &ONE_RETRY].concat(), &after_ack(&RF_CONFIGURED));
    desk.far_end.expect(&LIST_ONE, &after_ack(&LISTED_NONE));
    desk.far_end.expect(&CONFIGURE, &after_ack(&CONFIGURED));
    desk.far_end.expect(&LIST_ONE, &after_ack(&LISTED_CLASSIC));
}

#[test]
fn resting_cards_of_every_length_and_two_at_once() {
    let mut desk = with_one_retry();
    desk.reader.put(Iso14443a::classic(CLASSIC));
    for _ in 0..3 {
        desk.far_end.expect(&LIST_ONE, &after_ack(&LISTED_CLASSIC));
        let release = [0x00, 0x00, 0xff, 0x03, 0xfd, 0xd4, 0x52, 0x00, 0xda, 0x00];
        desk.far_end.expect(&release, &after_ack(&[0x00, 0x00, 0xff, 0x03, 0xfd, 0xd5, 0x53, 0x00, 0xd8, 0x00]));
    }
    desk.reader.put(Iso14443a::desfire([4, 1, 2, 3, 4, 5, 6]));
    let classic = [1, 0x00, 0x04, 0x08, 4, 0xfb, 0x0e, 0xe2, 0x0b];
    let desfire = [2, 0x03, 0x44, 0x20, 7, 4, 1, 2, 3, 4, 5, 6, 0x06, 0x75, 0x77, 0x81, 0x02, 0x80];
    expect_listed(&mut desk, &LIST_TWO, &[&[2], &classic[..], &desfire].concat());
    expect_listed(&mut desk, &LIST_ONE, &[&[1], &classic[..]].concat());

    desk.reader.lift();
    desk.reader.put(Iso14443a::with_ten_bytes([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]));
    let ten = [1, 1, 0x00, 0x84, 0x00, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
    expect_listed(&mut desk, &LIST_TWO, &ten);
    desk.reader.lift();
    desk.reader.put([0x3e, 0x00, 0x45, 0xdc, 0x95]);
    desk.far_end.expect(&LIST_ONE, &after_ack(&LISTED_NONE));
}

fn expect_listed(desk: &mut Desk, question: &[u8], targets: &[u8]) {
    let length = u8::try_from(targets.len() + 2).unwrap();
    let sum = targets.iter().fold(0xd5_u8.wrapping_add(0x4b), |sum, byte| sum.wrapping_add(*byte));
    let head = [0x00, 0x00, 0xff, length, length.wrapping_neg(), 0xd5, 0x4b];
    let answer = [&head, targets, &[sum.wrapping_neg(), 0x00]].concat();
    desk.far_end.expect(question, &after_ack(&answer));
}

#[test]
fn a_pulled_plug_puts_it_to_sleep_again() {
    let mut desk = ready();
    desk.reader.unplug().unwrap();
    assert!(desk.far_end.is_hung_up());
    desk.reader.plug().unwrap();
    let mut far_end = FarEnd::open(desk.reader.path());
    far_end.send(&GET_FIRMWARE);
    assert_eq!(far_end.overhear(), b"");
}
