//! The window: eframe's app, which draws the wizard's latest screen and hands touches over.

use eframe::{App, CreationContext, Frame};
use egui::{Context, Event, Key, RawInput, ViewportCommand};
use muwajaha_core::provisioning::Touch;

use super::Running;
use crate::system::clock::boot_now;
use crate::ui::{Fingers, WizardUi, filter_input};

/// The app on main.
pub(super) struct WizardWindow {
    ui: WizardUi,
    fingers: Fingers,
    running: Running,
}

impl WizardWindow {
    pub(super) fn new(context: &CreationContext<'_>, running: Running) -> Self {
        let waker = context.egui_ctx.clone();
        running.screen.set_repaint(move || waker.request_repaint());
        Self { ui: WizardUi::new(&context.egui_ctx), fingers: Fingers::default(), running }
    }
}

impl App for WizardWindow {
    fn logic(&mut self, context: &Context, _frame: &mut Frame) {
        self.running.heartbeat.beat(boot_now());
        if self.running.is_over() {
            context.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        self.running.frames.pass_begins();
        let screen = self.running.screen.latest();
        let running = &self.running;
        self.ui.draw(ui, &screen, boot_now(), &mut |touch| running.touch(touch));
        if self.fingers.are_waiting() {
            ui.ctx().request_repaint();
        }
    }

    /// Nothing but touches passes, until the wizard is over, and what a technician's keyboard types.
    fn raw_input_hook(&mut self, _context: &Context, raw: &mut RawInput) {
        if !self.running.is_over() {
            raw.events.iter().flat_map(typed).for_each(|touch| self.running.touch(touch));
            filter_input(raw);
            self.fingers.hand_over(raw);
        }
    }
}

/// A keyboard's keys, as those on the screen; the image lets one in as long as the machine is no kiosk.
fn typed(event: &Event) -> Vec<Touch> {
    if let Event::Text(text) = event {
        // Addresses are made small again, codes have large letters alone.
        text.chars().map(|letter| Touch::Key(letter.to_ascii_uppercase())).collect()
    } else if let Event::Key { key: Key::Backspace, pressed: true, .. } = event {
        vec![Touch::Erase]
    } else if let Event::Key { key: Key::Enter, pressed: true, repeat: false, .. } = event {
        vec![Touch::Next]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use egui::Modifiers;

    use super::*;

    fn key(key: Key, pressed: bool, repeat: bool) -> Vec<Touch> {
        typed(&Event::Key { key, physical_key: None, pressed, repeat, modifiers: Modifiers::NONE })
    }

    #[test]
    fn a_keyboard_types_as_the_screen_does() {
        assert_eq!(typed(&Event::Text("a-7".to_owned())), ["A", "-", "7"].map(|key| Touch::Key(key.parse().unwrap())));
        assert_eq!(key(Key::Backspace, true, true), [Touch::Erase]);
        assert_eq!(key(Key::Enter, true, false), [Touch::Next]);
        for nothing in [key(Key::Enter, false, false), key(Key::Enter, true, true), key(Key::Escape, true, false)] {
            assert_eq!(nothing, []);
        }
    }
}
