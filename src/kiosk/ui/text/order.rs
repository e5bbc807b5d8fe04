//! Which characters of a line stand where: pieces in visual order, each of one face and direction.
//!
//! Pure; knows egui only through the question whether a face has a character. egui shapes each piece
//! by itself, guessing its direction from its letters, so a piece never mixes directions.

use std::ops::Range;

use unicode_bidi::{BidiInfo, ParagraphInfo};
use unicode_script::{Script, UnicodeScript as _};
use unicode_segmentation::UnicodeSegmentation as _;

/// A font face, by the script it was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    /// Arabic letters and digits, without Latin and without brackets.
    Arabic,
    /// Latin letters and common signs.
    Latin,
}

/// Text of one face and one direction, in logical order within itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) face: Face,
}

/// Whether `character` only steers direction; it has no glyph.
pub(crate) fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// `text` without characters that only steer direction.
pub(crate) fn without_bidi_controls(text: &str) -> String {
    text.chars().filter(|character| !is_bidi_control(*character)).collect()
}

fn has_no_script(character: char) -> bool {
    matches!(character.script(), Script::Common | Script::Inherited)
}

fn is_arabic(character: char) -> bool {
    character.script() == Script::Arabic
}

fn is_bracket(character: char) -> bool {
    unicode_bidi_mirroring::get_mirrored(character).is_some()
}

/// The pieces of one line from left to right.
pub(super) fn pieces(
    bidi: &BidiInfo<'_>,
    paragraph: &ParagraphInfo,
    line: Range<usize>,
    has_glyph: &mut dyn FnMut(Face, char) -> bool,
) -> Vec<Piece> {
    let (levels, runs) = bidi.visual_runs(paragraph, line);
    let mut ordered = Vec::new();
    for run in runs {
        let right_to_left = levels.get(run.start).is_some_and(|level| level.is_rtl());
        let text = bidi.text.get(run).unwrap_or_default();
        let mut run_pieces = split_by_face(text, right_to_left, has_glyph);
        if right_to_left {
            run_pieces.reverse();
            run_pieces.iter_mut().for_each(mirror_if_neutral);
        }
        ordered.extend(run_pieces);
    }
    ordered
}

/// Splits a run of one direction by face, keeping grapheme clusters whole.
fn split_by_face(text: &str, right_to_left: bool, has_glyph: &mut dyn FnMut(Face, char) -> bool) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for cluster in text.graphemes(true) {
        let cluster: String = without_bidi_controls(cluster);
        let Some(first) = cluster.chars().next() else { continue };
        let preferred = if has_no_script(first) {
            let default = if right_to_left { Face::Arabic } else { Face::Latin };
            pieces.last().map_or(default, |piece| piece.face)
        } else if is_arabic(first) {
            Face::Arabic
        } else {
            Face::Latin
        };
        let other = if preferred == Face::Arabic { Face::Latin } else { Face::Arabic };
        let face = if has_glyph(preferred, first) || !has_glyph(other, first) { preferred } else { other };
        // A character of Arabic script in a left-to-right run (the decimal separator, some digits)
        // would make the shaper turn its whole piece around, and brackets are mirrored here, not by
        // the shaper: both stand alone.
        let stands_alone = |text: &str| {
            text.chars().any(|character| if right_to_left { is_bracket(character) } else { is_arabic(character) })
        };
        match pieces.last_mut() {
            Some(last) if last.face == face && !stands_alone(&last.text) && !stands_alone(&cluster) => {
                last.text.push_str(&cluster);
            }
            Some(_) | None => pieces.push(Piece { text: cluster, face }),
        }
    }
    pieces
}

/// Turns a right-to-left piece around where it holds no letter: the shaper would take it for
/// left-to-right and neither reverse nor mirror it.
fn mirror_if_neutral(piece: &mut Piece) {
    if !piece.text.chars().all(has_no_script) {
        return;
    }
    let mirrored = |cluster: &str| {
        cluster
            .chars()
            .map(|character| unicode_bidi_mirroring::get_mirrored(character).unwrap_or(character))
            .collect::<String>()
    };
    piece.text = piece.text.graphemes(true).rev().map(mirrored).collect();
}
