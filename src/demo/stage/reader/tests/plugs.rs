//! Plugging and unplugging, over and over.

use super::*;

#[tokio::test]
async fn the_far_end_reads_the_card_and_notices_the_pulled_plug() {
    let mut desk = Desk::with(ReaderModel::Rdm6300);
    desk.reader.tap([0, 1, 2, 3, 4]).await.unwrap();
    assert_eq!(desk.far_end.hear(14), frame([0, 1, 2, 3, 4]));

    desk.reader.unplug().unwrap();
    assert!(!desk.reader.path().exists());
    assert!(desk.far_end.is_hung_up());
    assert!(desk.reader.tap([0; 5]).await.is_err());

    desk.reader.plug().unwrap();
    let mut far_end = FarEnd::open(desk.reader.path());
    desk.reader.write(b"again").unwrap();
    assert_eq!(far_end.hear(5), b"again");
}

#[test]
fn a_card_stays_where_it_lies_when_the_plug_is_pulled() {
    let mut desk = Desk::with(ReaderModel::Id12la);
    desk.reader.unplug().unwrap();
    desk.reader.put([0x0c, 0x00, 0x06, 0x21, 0xa5]);
    desk.reader.plug().unwrap();
    assert_eq!(FarEnd::open(desk.reader.path()).hear(16), b"\x020C000621A58E\r\n\x03");
}

#[test]
fn what_is_sent_while_nobody_has_the_port_open_is_lost() {
    let mut desk = Desk::with(ReaderModel::Id12la);
    desk.reader.put([0; 5]);
    desk.far_end.hear(16);
    drop(desk.far_end);
    desk.reader.lift();
    desk.reader.put([1; 5]);
    std::thread::sleep(std::time::Duration::from_millis(50));
    let mut far_end = FarEnd::open(desk.reader.path());
    assert_eq!(far_end.overhear(), b"");
    desk.reader.lift();
    desk.reader.put([2; 5]);
    assert_eq!(far_end.hear_text(16), "\x02020202020202\r\n\x03");
}

#[tokio::test]
async fn a_line_that_nobody_reads_is_told() {
    let desk = Desk::with(ReaderModel::Rdm6300);
    // The kernel moves bytes on in its own time, which makes room again.
    for _ in 0..10 {
        while desk.reader.write(&[0; 64]).is_ok() {}
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(desk.reader.tap([0; 5]).await.is_err());
}

#[tokio::test]
async fn a_card_goes_with_the_hand_that_is_stopped() {
    let mut desk = Desk::with(ReaderModel::Rdm6300);
    let tap = tokio::time::timeout(std::time::Duration::from_millis(20), desk.reader.tap([0; 5]));
    assert!(tap.await.is_err());
    desk.far_end.overhear();
    assert_eq!(desk.far_end.overhear(), b"");
}

#[test]
fn a_plug_is_pulled_although_the_host_writes_without_end() {
    let mut desk = Desk::with(ReaderModel::Twn4Simple { has_crc: false });
    let mut far_end = std::fs::OpenOptions::new().write(true).open(desk.reader.path()).unwrap();
    let host = std::thread::spawn(move || while std::io::Write::write_all(&mut far_end, &[b'0'; 4096]).is_ok() {});
    std::thread::sleep(std::time::Duration::from_millis(100));
    desk.reader.unplug().unwrap();
    drop(desk.far_end);
    host.join().unwrap();
}

#[test]
fn a_thousand_plugs_leave_nothing_behind() {
    for model in models() {
        let mut desk = Desk::with(model);
        let (files, threads) = (open_files(), threads_now());
        for _ in 0..1000 {
            desk.reader.unplug().unwrap();
            desk.reader.plug().unwrap();
        }
        // Other tests of this process come and go meanwhile.
        assert!(open_files() < files + 300, "{files} files before, {} after", open_files());
        assert!(threads_now() < threads + 300, "{threads} threads before, {} after", threads_now());
    }
}

fn models() -> Vec<ReaderModel> {
    vec![
        ReaderModel::Rdm6300,
        ReaderModel::Id12la,
        ReaderModel::Text(TextFormat::default()),
        ReaderModel::Twn4Simple { has_crc: true },
        ReaderModel::Twn4Standard,
        ReaderModel::Pn532,
        ReaderModel::Osdp(OsdpSettings::default()),
    ]
}

fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

fn threads_now() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}
