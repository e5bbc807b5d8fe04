//! What keeps people inside the app: window options, egui options and a filter for raw input.
//!
//! A kiosk is worked by touch alone. Only touches, pointer moves and the primary button pass.

use eframe::NativeOptions;
use egui::{Event, Modifiers, PointerButton, RawInput, ViewportBuilder, ViewportEvent};

/// Window options without a frame, drag and drop, clipboard or ways to close it. `size` in pixels is
/// for a window on a developer's desk; full screen ignores it.
pub fn native_options(fullscreen: bool, size: Option<[u32; 2]>) -> NativeOptions {
    let mut viewport = ViewportBuilder::default()
        .with_title("Muwajaha")
        .with_app_id("muwajaha")
        .with_decorations(false)
        .with_fullscreen(fullscreen)
        .with_resizable(false)
        .with_drag_and_drop(false)
        .with_close_button(false)
        .with_minimize_button(false)
        .with_maximize_button(false);
    if let Some([width, height]) = size {
        viewport = viewport.with_inner_size([width as f32, height as f32]);
    }
    NativeOptions {
        viewport,
        renderer: eframe::Renderer::Glow,
        // There are no gradients, and without a graphics card every pixel would pay for it.
        dithering: false,
        // A hidden Wayland window can block the swap, and with it the watchdog's answer.
        glow_options: eframe::egui_glow::GlowConfiguration { vsync: false, ..Default::default() },
        clipboard_shortcuts: false,
        system_font_fallback: false,
        persist_window: false,
        ..NativeOptions::default()
    }
}

/// Drops all input that could leave or disturb the app: keys, text, clipboard, zoom, files, wheel,
/// every button but the primary one, and requests to close. For `App::raw_input_hook`.
pub fn filter_input(raw: &mut RawInput) {
    for viewport in raw.viewports.values_mut() {
        viewport.events.retain(|event| !matches!(event, ViewportEvent::Close));
    }
    raw.dropped_files.clear();
    raw.hovered_files.clear();
    raw.events.retain_mut(|event| {
        if let Event::PointerButton { modifiers, .. } = event {
            *modifiers = Modifiers::NONE;
        }
        may_pass(event)
    });
}

fn may_pass(event: &Event) -> bool {
    matches!(
        event,
        Event::PointerMoved(_)
            | Event::PointerGone
            | Event::PointerButton { button: PointerButton::Primary, .. }
            | Event::Touch { .. }
            | Event::WindowFocused(_)
    )
}

/// An unsteady finger slides by less, in points; where it is lifted still decides.
const FINGER_SLIDES_BY: f32 = 60.0;

/// Takes egui's own shortcuts away, and has a finger press its button however long it rests there.
pub(crate) fn harden(context: &egui::Context) {
    context.options_mut(|options| {
        options.zoom_with_keyboard = false;
        options.quit_shortcuts.clear();
        options.input_options.max_click_duration = f64::INFINITY;
        options.input_options.max_click_dist = FINGER_SLIDES_BY;
    });
}
