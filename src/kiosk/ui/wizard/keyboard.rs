//! The keyboards of the wizard: a machine in a visiting room has no other.

use egui::{Rect, Ui};
use muwajaha_core::provisioning::Touch;

use super::StepScene;
use crate::ui::scene::grid;
use crate::ui::theme;
use crate::ui::widgets::{Button, button_ui};

/// Keys, row by row, each by its letter.
pub(super) struct Keyboard {
    columns: usize,
    keys: &'static [&'static str],
}

/// What an address is made of.
pub(super) const ADDRESS: Keyboard = Keyboard {
    columns: 10,
    keys: &[
        "1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "q", "w", "e", "r", "t", "y", "u", "i", "o", "p", "a", "s",
        "d", "f", "g", "h", "j", "k", "l", "-", "z", "x", "c", "v", "b", "n", "m", ".", ":", "/",
    ],
};

/// What a code is made of.
pub(super) const CODE: Keyboard = Keyboard {
    columns: 8,
    keys: &[
        "A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M", "N", "P", "Q", "R", "S", "T", "U", "V", "W", "X",
        "Y", "Z", "2", "3", "4", "5", "6", "7", "8", "9",
    ],
};

impl StepScene<'_, '_> {
    pub(super) fn keyboard_ui(&mut self, ui: &mut Ui, rect: Rect, keyboard: &Keyboard) {
        let rows = keyboard.keys.len().div_ceil(keyboard.columns);
        let cells = grid(rect, keyboard.columns, rows, self.scene.units(8.0));
        for (key, cell) in keyboard.keys.iter().zip(cells) {
            let button = Button { key, words: key, picture: None, look: theme::PLAIN, size: theme::DIGIT * 0.8 };
            if button_ui(ui, self.scene, cell, button) {
                self.touched = key.chars().next().map(Touch::Key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use muwajaha_core::provisioning::CODE_ALPHABET;

    use super::*;

    #[test]
    fn each_letter_of_a_code_has_its_key() {
        assert_eq!(CODE.keys.concat(), CODE_ALPHABET);
        assert_eq!(ADDRESS.keys.len() % ADDRESS.columns, 0);
    }
}
