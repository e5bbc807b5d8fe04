//! The window: eframe's app, which draws the wizard's latest screen and hands touches over.

use eframe::{App, CreationContext, Frame};
use egui::{Context, RawInput, ViewportCommand};

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

    /// Nothing but touches passes, until the wizard is over.
    fn raw_input_hook(&mut self, _context: &Context, raw: &mut RawInput) {
        if !self.running.is_over() {
            filter_input(raw);
            self.fingers.hand_over(raw);
        }
    }
}
