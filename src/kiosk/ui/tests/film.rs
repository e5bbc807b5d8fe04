//! The shipped shader shows a picture's own colours, on GL and on GLES, for any size; and nothing
//! once the slot is empty.

use std::sync::Arc;

use egui::vec2;
use muwajaha_core::domain::Language;
use muwajaha_core::session::View;

use super::gl::{Api, Image};
use super::room::Room;
use super::screens::{call, screen};
use crate::picture::Picture;

/// A picture whose left half has one colour and whose right half another.
fn halves(width: u32, height: u32, left: [u8; 3], right: [u8; 3]) -> Picture {
    let row = |x: u32| if x * 2 < width { left } else { right };
    let pixels = (0..height).flat_map(|_| (0..width).map(row)).flat_map(|[red, green, blue]| [red, green, blue, 7]);
    Picture { width, height, pixels: pixels.collect(), sequence: 0 }
}

fn colour([red, green, blue]: [u8; 3]) -> [u8; 4] {
    [red, green, blue, 255]
}

fn is_near(seen: [u8; 4], expected: [u8; 4]) -> bool {
    seen.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 3)
}

const RED: [u8; 3] = [250, 10, 20];
const BLUE: [u8; 3] = [15, 20, 245];
const BLACK: [u8; 3] = [0, 0, 0];
const SIZE: egui::Vec2 = vec2(640.0, 400.0);

fn in_call(api: Api) -> Room {
    Room::with(screen(Language::Arabic, View::InCall(call(Language::Arabic))), SIZE, 1.0, api)
}

fn film(room: &mut Room) -> Image {
    room.harness.run_steps(1);
    room.picture()
}

/// Points in the middle of the left and of the right half of the visitor's picture.
const LEFT: (u32, u32) = (220, 190);
const RIGHT: (u32, u32) = (420, 190);

#[test]
fn colours_are_right_on_gl_and_gles_at_any_size() {
    for api in [Api::Desktop, Api::Embedded] {
        let mut room = in_call(api);
        for (width, height) in [(640, 360), (1280, 720), (321, 181), (33, 17), (2, 2)] {
            room.remote.put(halves(width, height, RED, BLUE));
            let image = film(&mut room);
            let (left, right) = (image.at(LEFT.0, LEFT.1), image.at(RIGHT.0, RIGHT.1));
            if width > 2 {
                assert!(is_near(left, colour(RED)), "{api:?} {width}×{height}: {left:?}");
                assert!(is_near(right, colour(BLUE)), "{api:?} {width}×{height}: {right:?}");
            }
        }
    }
}

#[test]
fn the_self_view_is_a_mirror() {
    let mut room = in_call(Api::Desktop);
    room.remote.put(halves(64, 36, BLACK, BLACK));
    room.own.put(halves(64, 36, RED, BLUE));
    let image = film(&mut room);
    let row: Vec<[u8; 4]> = (0..image.width).map(|x| image.at(x, 300)).collect();
    let first = |wanted| row.iter().position(|pixel| is_near(*pixel, wanted)).expect("the colour is on the screen");
    assert!(first(colour(BLUE)) < first(colour(RED)));
}

#[test]
fn only_the_latest_picture_is_shown() {
    let mut room = in_call(Api::Desktop);
    room.remote.put(halves(64, 36, RED, RED));
    room.remote.put(halves(64, 36, BLUE, BLUE));
    assert!(is_near(film(&mut room).at(LEFT.0, LEFT.1), colour(BLUE)));
}

#[test]
fn an_emptied_slot_leaves_nobodys_picture_behind() {
    let mut room = in_call(Api::Desktop);
    room.remote.put(halves(64, 36, RED, RED));
    film(&mut room);
    room.remote.clear();
    let image = film(&mut room);
    let traces = image.pixels.iter().filter(|pixel| is_near(**pixel, colour(RED))).count();
    assert_eq!((traces, image.at(LEFT.0, 260)), (0, [0, 0, 0, 255]));
}

#[test]
fn a_picture_whose_pixels_are_too_few_is_not_drawn() {
    let mut room = in_call(Api::Desktop);
    let mut torn = halves(64, 36, RED, RED);
    torn.pixels = Arc::from(vec![90; 3]);
    room.remote.put(torn);
    assert_eq!(film(&mut room).at(LEFT.0, 260), [0, 0, 0, 255]);
}

#[test]
fn a_new_picture_asks_for_a_repaint() {
    let room = in_call(Api::Desktop);
    let asked = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    room.harness.ctx.set_request_repaint_callback(move |_| {
        counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    });
    room.remote.put(halves(64, 36, RED, RED));
    assert!(asked.load(std::sync::atomic::Ordering::Relaxed) > 0);
}
