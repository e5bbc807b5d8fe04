//! Every line reads as Pango would set it: `pango-reference.tsv` is Pango's own answer, made once by
//! `make-pango-reference` from the lines beside it.

use egui::{Align, Color32, Context, FontId, Galley};

use crate::ui::text::{TextFrame, TextStyle, Weight, install_fonts, layout};

const SIZE: f32 = 32.0;

struct Reference {
    right_to_left: bool,
    line: &'static str,
    seen: String,
    width: f32,
}

fn references() -> Vec<Reference> {
    let rows = include_str!("pango-reference.tsv").lines();
    rows.map(|row| {
        let columns: Vec<&str> = row.split('\t').collect();
        let [_, base, line, seen, width] = columns[..] else { panic!("a row has five columns: {row}") };
        let width = width.parse().expect("the width is a number");
        Reference { right_to_left: base == "rtl", line, seen: once(seen.chars()), width }
    })
    .collect()
}

/// A context whose fonts are there: they come in with a pass.
pub(super) fn context() -> Context {
    let context = Context::default();
    install_fonts(&context);
    context.set_missing_glyph_policy(egui::MissingGlyphPolicy::Panic);
    for _ in 0..2 {
        context.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
    }
    context
}

fn is_mark(character: char) -> bool {
    matches!(character, '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}')
}

/// The characters of a galley from left to right, without spaces and marks.
fn seen(galley: &Galley) -> String {
    // egui keeps an entry without pixels for each further character of a cluster.
    let with_pixels = |glyph: &&egui::epaint::text::Glyph| !glyph.uv_rect.is_nothing();
    let mut glyphs: Vec<_> = galley.rows.iter().flat_map(|row| row.glyphs.iter()).filter(with_pixels).collect();
    glyphs.sort_by(|a, b| a.pos.x.total_cmp(&b.pos.x));
    once(glyphs.iter().map(|glyph| glyph.chr).filter(|chr| !chr.is_whitespace() && !is_mark(*chr)))
}

/// The characters, each of a row of equal ones once: a mark's glyph bears its letter's character.
fn once(characters: impl Iterator<Item = char>) -> String {
    let mut kept: Vec<char> = characters.collect();
    kept.dedup();
    kept.into_iter().collect()
}

fn ours(context: &Context, reference: &Reference) -> std::sync::Arc<Galley> {
    let style = TextStyle { size: SIZE, weight: Weight::Regular, color: Color32::BLACK };
    let frame = TextFrame { max_width: f32::INFINITY, right_to_left: reference.right_to_left, align: Align::Min };
    layout(context, reference.line, style, frame)
}

#[test]
fn each_language_has_ten_reference_lines() {
    for language in ["ar", "ckb", "en"] {
        let lines = include_str!("pango-reference.tsv").lines().filter(|row| row.starts_with(language));
        assert!(lines.count() >= 10, "{language}");
    }
}

#[test]
fn lines_read_as_pango_sets_them() {
    let context = context();
    let wrong: Vec<String> = references()
        .iter()
        .filter_map(|reference| {
            let seen = seen(&ours(&context, reference));
            (seen != reference.seen).then(|| format!("{}\n  pango {}\n  ours  {seen}", reference.line, reference.seen))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Letters that did not join would make a line longer.
#[test]
fn letters_join_as_in_pango() {
    let context = context();
    for reference in references() {
        let width = ours(&context, &reference).size().x;
        let share = width / reference.width;
        assert!((0.97..=1.03).contains(&share), "{}: {width} instead of {}", reference.line, reference.width);
    }
}

#[test]
fn the_order_of_stock_egui_would_be_noticed() {
    let context = context();
    let wrong = references()
        .iter()
        .filter(|reference| {
            let font = FontId::proportional(SIZE);
            let line = super::super::text::without_bidi_controls(reference.line);
            let galley = context.fonts_mut(|fonts| fonts.layout_no_wrap(line, font, Color32::BLACK));
            seen(&galley) != reference.seen
        })
        .count();
    assert!(wrong >= 15, "only {wrong} lines of stock egui were found wrong");
}

#[test]
fn a_galley_tells_its_logical_words_and_breaks_them_in_order() {
    let context = context();
    let words = "ضع بطاقتك على القارئ لتبدأ زيارتك";
    let style = TextStyle { size: SIZE, weight: Weight::Bold, color: Color32::BLACK };
    let galley = layout(&context, words, style, TextFrame { max_width: 200.0, right_to_left: true, align: Align::Min });
    assert_eq!(galley.text(), words);
    assert!(galley.rows.len() >= 3);
    let first: String = galley.rows[0].glyphs.iter().map(|glyph| glyph.chr).collect();
    assert!(first.contains('ض'), "the first row starts with the first word: {first}");
    assert!(galley.mesh_bounds.right() > 195.0, "right-to-left rows start at the right");
}

#[test]
#[should_panic(expected = "No glyph")]
fn a_character_without_a_glyph_is_noticed() {
    let context = context();
    let style = TextStyle { size: SIZE, weight: Weight::Regular, color: Color32::BLACK };
    layout(&context, "中", style, TextFrame { max_width: 100.0, right_to_left: false, align: Align::Min });
}

/// egui rebuilds its glyph atlas when the scale changes; galleys from before point to nowhere.
#[test]
fn galleys_are_made_anew_with_the_atlas() {
    let context = context();
    let reference = &references()[0];
    let before = ours(&context, reference);
    assert!(std::sync::Arc::ptr_eq(&before, &ours(&context, reference)), "a galley is kept");
    install_fonts(&context);
    for _ in 0..2 {
        context.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
    }
    // The same fonts are no change; another set is.
    let mut fonts = egui::FontDefinitions::empty();
    context.fonts(|view| fonts.clone_from(view.definitions()));
    fonts.families.insert(egui::FontFamily::Monospace, vec!["latin-bold".to_owned()]);
    context.set_fonts(fonts);
    for _ in 0..2 {
        context.run_ui(egui::RawInput::default(), |_| {}).textures_delta.clear();
    }
    assert!(!std::sync::Arc::ptr_eq(&before, &ours(&context, reference)), "a galley of the old atlas is thrown away");
}
