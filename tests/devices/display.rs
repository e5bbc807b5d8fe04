use std::time::Duration;

use muwajaha_demo::detect::ChangeWatch;
use muwajaha_demo::stage::{Display, StageDirectory, wait_until};
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt};

fn paint(display: &Display, colour: u32) {
    let (connection, screen) = x11rb::connect(Some(display.name())).unwrap();
    let root = connection.setup().roots[screen].root;
    let background = ChangeWindowAttributesAux::new().background_pixel(colour);
    connection.change_window_attributes(root, &background).unwrap();
    connection.clear_area(false, root, 0, 0, 0, 0).unwrap().check().unwrap();
}

#[tokio::test]
async fn what_an_x_client_paints_is_read_from_the_framebuffer_file() {
    let directory = StageDirectory::create(None).unwrap();
    let display = Display::start(&directory, "screen").await.unwrap();
    let framebuffer = display.framebuffer().unwrap();
    paint(&display, 0x0020_4060);
    wait_until("the first colour", Duration::from_secs(2), Duration::from_millis(5), async || {
        Ok((framebuffer.read()?.at(640, 400) == Some([0x20, 0x40, 0x60])).then_some(()))
    })
    .await
    .unwrap();

    let watch = ChangeWatch::start(&framebuffer).unwrap();
    assert!(watch.changed_share(&framebuffer).unwrap() < f32::EPSILON);
    paint(&display, 0x00c0_4060);
    wait_until("the second colour", Duration::from_secs(2), Duration::from_millis(5), async || {
        Ok((watch.changed_share(&framebuffer)? > 0.9).then_some(()))
    })
    .await
    .unwrap();

    let mut moving = ChangeWatch::start(&framebuffer).unwrap();
    paint(&display, 0x0020_4060);
    wait_until("motion", Duration::from_secs(2), Duration::from_millis(5), async || {
        Ok((moving.changed_share(&framebuffer)? > 0.9).then_some(()))
    })
    .await
    .unwrap();
    moving.disregard_motion(&framebuffer).unwrap();
    assert!(moving.changed_share(&framebuffer).unwrap() < 0.1);
    display.stop().await;
}
