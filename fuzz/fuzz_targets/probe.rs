//! Whatever arrives in whatever pieces and with whatever pauses, a listening probe finds at most one
//! reader, and that reader's own dialog reads the card; an OSDP probe asks a bounded number of times.

#![no_main]

use libfuzzer_sys::fuzz_target;
use muwajaha_core::badge::osdp::OsdpProbe;
use muwajaha_core::badge::{Finding, ListeningProbe, ReaderDialog};
use muwajaha_core::domain::BootTime;

fuzz_target!(|input: &[u8]| {
    let Some((piece, heard)) = input.split_first() else { return };
    let (mut listening, mut osdp) = (ListeningProbe::default(), OsdpProbe::new(piece & 0x7e));
    let (mut cards, mut questions, mut now) = (0, 0, 0);
    for bytes in heard.chunks(usize::from(*piece) + 1) {
        now += 40 * u64::from(bytes[0] & 7);
        let at = BootTime::from_millis(now);
        listening.handle_timeout(at, &mut |_| cards += 1);
        listening.receive(bytes, at, &mut |_| cards += 1);
        osdp.handle_timeout(at, &mut |_| {});
        questions += u32::from(osdp.poll_transmit().is_some());
        osdp.receive(bytes, at, &mut |_| {});
    }
    assert_eq!(cards, u32::from(listening.finding().is_some()));
    if let Some(Finding::Serial(protocol)) = listening.finding() {
        assert!(protocol.validate().is_ok() && !protocol.is_polled());
    }
    assert!(questions <= 4 + 127, "{questions}");
});
