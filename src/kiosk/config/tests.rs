//! What a technician who edits the file is told.

use std::path::Path;

use super::*;

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
        ("rdm6300", "wiegand", "6:12: unknown variant `wiegand`, expected `rdm6300` or `id12la`"),
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
