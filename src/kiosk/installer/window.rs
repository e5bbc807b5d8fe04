//! The window: eframe's app, which draws the installer's latest view and hands touches over.

use eframe::{App, CreationContext, Frame};
use egui::{Context, RawInput};

use super::{EACH_SECOND, InstallerView, Touches};
use crate::session_loop::Slot;
use crate::system::clock::boot_now;
use crate::ui::{Fingers, InstallerUi, filter_input};

/// The app on main.
pub(super) struct InstallerWindow {
    ui: InstallerUi,
    fingers: Fingers,
    view: Slot<InstallerView>,
    touches: Touches,
}

impl InstallerWindow {
    pub(super) fn new(context: &CreationContext<'_>, view: Slot<InstallerView>, touches: Touches) -> Self {
        let waker = context.egui_ctx.clone();
        view.set_repaint(move || waker.request_repaint());
        Self { ui: InstallerUi::new(&context.egui_ctx), fingers: Fingers::default(), view, touches }
    }
}

impl App for InstallerWindow {
    /// Beside what the thread asks for: of passes that it asks for one upon the other, the last can be lost.
    fn logic(&mut self, context: &Context, _frame: &mut Frame) {
        context.request_repaint_after(EACH_SECOND);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        let view = self.view.latest();
        let touches = &self.touches;
        self.ui.draw(ui, &view, boot_now(), &mut |touch| {
            // The thread ends with the process alone.
            let _ = touches.send(touch);
        });
        if self.fingers.are_waiting() {
            ui.ctx().request_repaint();
        }
    }

    fn raw_input_hook(&mut self, _context: &Context, raw: &mut RawInput) {
        filter_input(raw);
        self.fingers.hand_over(raw);
    }
}
