//! Every screen in every language looks as it did when a person last looked at it.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test -p muwajaha-kiosk snapshots` writes them anew; look at each before
//! committing. A difference leaves `NAME.new.png` beside the snapshot.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use egui::vec2;
use muwajaha_core::domain::Language;

use super::gl::Image;
use super::room::{Room, portrait};
use super::screens;

/// Channel steps that a pixel may be off, for another version of the rasteriser.
const TOLERANCE: u8 = 24;
/// Pixels in a thousand that may be off by more.
const STRAY_PER_THOUSAND: usize = 1;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/snapshots")
}

fn write(path: &Path, image: &Image) {
    let file = BufWriter::new(File::create(path).expect("the snapshot can be written"));
    let mut encoder = png::Encoder::new(file, image.width, image.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::High);
    let bytes: Vec<u8> = image.pixels.iter().flat_map(|pixel| pixel[..3].to_vec()).collect();
    encoder.write_header().and_then(|mut writer| writer.write_image_data(&bytes)).expect("the snapshot is written");
}

fn read(path: &Path) -> Option<Image> {
    let decoder = png::Decoder::new(BufReader::new(File::open(path).ok()?));
    let mut reader = decoder.read_info().expect("the snapshot is a PNG");
    let mut bytes = vec![0; reader.output_buffer_size().expect("the snapshot has a size")];
    let info = reader.next_frame(&mut bytes).expect("the snapshot is whole");
    let pixels = bytes[..info.buffer_size()].chunks_exact(3).map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    Some(Image { width: info.width, height: info.height, pixels })
}

/// What differs between two pictures, in words.
pub(super) fn difference(expected: &Image, seen: &Image) -> Option<String> {
    if (expected.width, expected.height) != (seen.width, seen.height) {
        return Some("the size differs".to_owned());
    }
    let is_off = |(a, b): &(&[u8; 4], &[u8; 4])| a.iter().zip(*b).any(|(a, b)| a.abs_diff(*b) > TOLERANCE);
    let stray = expected.pixels.iter().zip(&seen.pixels).filter(is_off).count();
    (stray * 1000 > expected.pixels.len() * STRAY_PER_THOUSAND).then(|| format!("{stray} pixels differ"))
}

pub(super) fn compare(name: &str, seen: &Image) -> Result<(), String> {
    let path = folder().join(format!("{name}.png"));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        write(&path, seen);
        return Ok(());
    }
    let difference = match read(&path) {
        None => Some("there is no such snapshot".to_owned()),
        Some(expected) => difference(&expected, seen),
    };
    difference.map_or(Ok(()), |difference| {
        write(&path.with_extension("new.png"), seen);
        Err(format!("{name}: {difference}"))
    })
}

fn every_screen_of(language: Language) {
    let screens = screens::all(language);
    let mut room = Room::new(screens[0].1.clone(), vec2(960.0, 600.0));
    room.remote.put(portrait(640, 360, [110, 150]));
    room.own.put(portrait(320, 180, [145, 110]));
    let wrong: Vec<String> = screens
        .into_iter()
        .filter_map(|(name, screen)| {
            room.show(screen);
            compare(&format!("{}-{name}", language.tag()), &room.picture()).err()
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn arabic_screens_look_as_they_should() {
    every_screen_of(Language::Arabic);
}

#[test]
fn kurdish_screens_look_as_they_should() {
    every_screen_of(Language::Kurdish);
}

#[test]
fn english_screens_look_as_they_should() {
    every_screen_of(Language::English);
}

#[test]
fn a_changed_screen_is_noticed() {
    let screens = screens::all(Language::Arabic);
    let mut room = Room::new(screens[0].1.clone(), vec2(960.0, 600.0));
    let before = room.picture();
    room.show(screens[1].1.clone());
    assert!(difference(&before, &room.picture()).is_some());
}
