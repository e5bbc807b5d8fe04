//! The window: eframe's app, which draws the latest screen and hands touches to the session.

use std::sync::Arc;

use eframe::{App, CreationContext, Frame};
use egui::{Context, RawInput, ViewportCommand};

use super::running::{Running, Stopping};
use crate::ui::{Fingers, Ui, filter_input};

/// The app on main.
pub(super) struct Window {
    ui: Ui,
    fingers: Fingers,
    running: Running,
    stopping: Stopping,
}

impl Window {
    pub(super) fn new(context: &CreationContext<'_>, running: Running) -> Self {
        let [remote, own] = running.pictures();
        let ui = Ui::new(&context.egui_ctx, context.gl.as_ref().map(Arc::clone), remote, own);
        let waker = context.egui_ctx.clone();
        running.screen().set_repaint(move || waker.request_repaint());
        let stopping = running.stopping();
        Self { ui, fingers: Fingers::default(), running, stopping }
    }
}

impl App for Window {
    fn logic(&mut self, context: &Context, _frame: &mut Frame) {
        self.running.ui_heartbeat().beat(self.running.now().boot);
        if self.stopping.is_asked() {
            context.send_viewport_cmd(ViewportCommand::Close);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        self.running.first_frames().pass_begins();
        let screen = self.running.screen().latest();
        let now = self.running.now();
        let running = &self.running;
        self.ui.draw(ui, &screen, now.boot, now.best_utc(), &mut |action| running.act(action));
        if self.fingers.are_waiting() {
            ui.ctx().request_repaint();
        }
    }

    /// Black is what a picture's edge may show.
    fn clear_color(&self, _visuals: &egui::Visuals) -> [f32; 4] {
        [0.0, 0.0, 0.0, 1.0]
    }

    /// Nothing but touches passes, until the process was asked to stop.
    fn raw_input_hook(&mut self, _context: &Context, raw: &mut RawInput) {
        if !self.stopping.is_asked() {
            filter_input(raw);
            self.fingers.hand_over(raw);
        }
    }
}
