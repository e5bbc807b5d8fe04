//! Nothing on keyboard, mouse or touch screen leaves or disturbs the app.

use egui::{Event, Key, Modifiers, PointerButton, RawInput, TouchDeviceId, TouchId, TouchPhase, ViewportEvent, pos2};

use crate::ui::{filter_input, native_options};

fn key(key: Key, modifiers: Modifiers) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers }
}

fn button(button: PointerButton) -> Event {
    Event::PointerButton { pos: pos2(10.0, 10.0), button, pressed: true, modifiers: Modifiers::CTRL }
}

#[test]
fn keys_text_clipboard_zoom_and_other_buttons_are_dropped() {
    let mut raw = RawInput {
        events: vec![
            key(Key::Q, Modifiers::CTRL),
            key(Key::Tab, Modifiers::NONE),
            key(Key::Enter, Modifiers::NONE),
            Event::Text("x".to_owned()),
            Event::Copy,
            Event::Cut,
            Event::Paste("x".to_owned()),
            Event::Zoom(2.0),
            Event::Rotate(1.0),
            button(PointerButton::Secondary),
            button(PointerButton::Middle),
            button(PointerButton::Extra1),
        ],
        hovered_files: vec![egui::HoveredFile::default()],
        ..RawInput::default()
    };
    raw.viewports.entry(egui::ViewportId::ROOT).or_default().events.push(ViewportEvent::Close);
    filter_input(&mut raw);
    assert_eq!(raw.events, []);
    assert!(raw.dropped_files.is_empty() && raw.hovered_files.is_empty());
    assert!(raw.viewports.values().all(|viewport| viewport.events.is_empty()));
}

#[test]
fn touches_and_the_primary_button_pass() {
    let touch = Event::Touch {
        device_id: TouchDeviceId(0),
        id: TouchId(0),
        phase: TouchPhase::Start,
        pos: pos2(10.0, 10.0),
        force: None,
    };
    let mut raw = RawInput {
        events: vec![Event::PointerMoved(pos2(1.0, 1.0)), touch, button(PointerButton::Primary), Event::PointerGone],
        ..RawInput::default()
    };
    filter_input(&mut raw);
    assert_eq!(raw.events.len(), 4);
    assert!(raw.events.iter().all(|event| !matches!(event, Event::PointerButton { modifiers, .. } if modifiers.any())));
}

#[test]
fn the_window_offers_no_way_out() {
    let options = native_options(true, None);
    assert_eq!(options.viewport.fullscreen, Some(true));
    assert_eq!(options.viewport.decorations, Some(false));
    assert_eq!(options.viewport.close_button, Some(false));
    assert_eq!(options.viewport.drag_and_drop, Some(false));
    assert!(!options.clipboard_shortcuts && !options.system_font_fallback && !options.glow_options.vsync);
    assert_eq!(native_options(false, Some([1280, 800])).viewport.inner_size, Some(egui::vec2(1280.0, 800.0)));
}

#[test]
fn eguis_own_shortcuts_are_gone() {
    let context = egui::Context::default();
    crate::ui::Ui::new(&context, None, Default::default(), Default::default());
    context.options(|options| assert!(!options.zoom_with_keyboard && options.quit_shortcuts.is_empty()));
    assert!(!context.global_style().interaction.selectable_labels);
}
