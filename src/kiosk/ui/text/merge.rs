//! Lines of text out of shaped pieces: breaks lines on the logical string and merges the pieces into
//! one galley whose text is that string.
//!
//! Lives on main, inside egui's font lock. Shapes nothing by itself.

use std::ops::Range;
use std::sync::Arc;

use egui::epaint::text::{FontsView, PlacedRow, Row};
use egui::text::{LayoutJob, TextFormat};
use egui::{Align, Color32, FontId, Galley, Pos2, Rect, Vec2, pos2, vec2};
use unicode_bidi::{BidiInfo, Level, ParagraphInfo};

use super::order::{Face, pieces};
use super::{TextFrame, TextStyle, family};

/// A line, shaped: its pieces from left to right with their widths, its width, its direction.
struct Line {
    pieces: Vec<(Arc<Galley>, f32)>,
    width: f32,
    right_to_left: bool,
}

/// Lays `text` out, uncached.
pub(super) fn lay_out(fonts: &mut FontsView<'_>, ppp: f32, text: &str, style: TextStyle, frame: TextFrame) -> Galley {
    let level = if frame.right_to_left { Level::rtl() } else { Level::ltr() };
    let bidi = BidiInfo::new(text, Some(level));
    let lines: Vec<Line> = bidi
        .paragraphs
        .iter()
        .flat_map(|paragraph| break_lines(fonts, &bidi, paragraph, style, frame.max_width))
        .collect();
    merge(fonts, ppp, text, style, frame, &lines)
}

fn break_lines(
    fonts: &mut FontsView<'_>,
    bidi: &BidiInfo<'_>,
    paragraph: &ParagraphInfo,
    style: TextStyle,
    max_width: f32,
) -> Vec<Line> {
    let start_of = paragraph.range.start;
    let text = bidi.text.get(paragraph.range.clone()).unwrap_or_default().trim_end_matches('\n');
    let mut lines = Vec::new();
    if text.is_empty() {
        return vec![Line { pieces: Vec::new(), width: 0.0, right_to_left: paragraph.level.is_rtl() }];
    }
    let mut start = start_of;
    let mut fitting: Option<(usize, Line)> = None;
    for (offset, _) in unicode_linebreak::linebreaks(text) {
        let end = start_of + offset;
        let candidate = shape_line(fonts, bidi, paragraph, start..end, style);
        match fitting.take() {
            Some((fitting_end, line)) if candidate.width > max_width + 0.5 => {
                lines.push(line);
                start = fitting_end;
                fitting = Some((end, shape_line(fonts, bidi, paragraph, start..end, style)));
            }
            Some(_) | None => fitting = Some((end, candidate)),
        }
    }
    lines.extend(fitting.map(|(_, line)| line));
    lines
}

fn shape_line(
    fonts: &mut FontsView<'_>,
    bidi: &BidiInfo<'_>,
    paragraph: &ParagraphInfo,
    range: Range<usize>,
    style: TextStyle,
) -> Line {
    let text = bidi.text.get(range.clone()).unwrap_or_default().trim_end();
    let range = range.start..range.start + text.len();
    let right_to_left = paragraph.level.is_rtl();
    if range.is_empty() {
        return Line { pieces: Vec::new(), width: 0.0, right_to_left };
    }
    let font = |face: Face| FontId::new(style.size, family(face, style.weight));
    let ordered = pieces(bidi, paragraph, range, &mut |face, character| fonts.has_glyph(&font(face), character));
    let pieces: Vec<_> =
        ordered.into_iter().map(|piece| shape_piece(fonts, piece.text, font(piece.face), style.color)).collect();
    let width = pieces.iter().map(|(_, width)| width).sum();
    Line { pieces, width, right_to_left }
}

fn shape_piece(fonts: &mut FontsView<'_>, text: String, font_id: FontId, color: Color32) -> (Arc<Galley>, f32) {
    let mut job = LayoutJob::single_section(text, TextFormat { font_id, color, ..TextFormat::default() });
    job.break_on_newline = false;
    job.wrap.max_width = f32::INFINITY;
    job.round_output_to_gui = false;
    job.keep_trailing_whitespace = true;
    let galley = fonts.layout_job(job);
    let width = galley.rows.iter().flat_map(|row| row.glyphs.iter()).map(|glyph| glyph.advance_width).sum();
    (galley, width)
}

fn merge(
    fonts: &mut FontsView<'_>,
    ppp: f32,
    text: &str,
    style: TextStyle,
    frame: TextFrame,
    lines: &[Line],
) -> Galley {
    let widest = lines.iter().map(|line| line.width).fold(0.0, f32::max);
    let width = if frame.max_width.is_finite() && lines.len() > 1 { frame.max_width } else { widest };
    let width = (width * ppp).ceil() / ppp;
    let font = |face| FontId::new(style.size, family(face, style.weight));
    let row_height = fonts.row_height(&font(Face::Arabic)).max(fonts.row_height(&font(Face::Latin)));
    let format = TextFormat { font_id: font(Face::Latin), color: style.color, ..TextFormat::default() };
    // Some of a galley's fields are private to egui: a real one of egui's is the mould.
    let mould = fonts.layout_job(LayoutJob::single_section("x".to_owned(), format.clone()));
    let mut merged = Galley::clone(&mould);
    let blank = merged.rows.first().map(|placed| Row::clone(&placed.row));
    merged.job = Arc::new(LayoutJob::single_section(text.to_owned(), format));
    merged.rows.clear();
    merged.num_vertices = 0;
    merged.num_indices = 0;
    merged.mesh_bounds = Rect::NOTHING;
    let Some(mut blank) = blank else { return merged };
    blank.glyphs.clear();
    blank.visuals = Default::default();
    blank.size = vec2(width, row_height);
    let snap = |value: f32| (value * ppp).round() / ppp;
    let mut top = 0.0;
    for line in lines {
        let mut row = blank.clone();
        let left = match (frame.align, line.right_to_left) {
            (Align::Center, _) => (width - line.width) / 2.0,
            (Align::Min, false) | (Align::Max, true) => 0.0,
            (Align::Min, true) | (Align::Max, false) => width - line.width,
        };
        fill_row(&mut row, line, left, snap);
        merged.num_vertices += row.visuals.mesh.vertices.len();
        merged.num_indices += row.visuals.mesh.indices.len();
        let pos: Pos2 = pos2(0.0, snap(top));
        merged.mesh_bounds |= row.visuals.mesh_bounds.translate(pos.to_vec2());
        merged.rows.push(PlacedRow { pos, row: Arc::new(row), ends_with_newline: false });
        top += snap(row_height);
    }
    merged.rect = Rect::from_min_size(Pos2::ZERO, Vec2::new(width, top));
    merged
}

/// Moves the glyphs of a line's pieces into one row, on one baseline.
fn fill_row(row: &mut Row, line: &Line, left: f32, snap: impl Fn(f32) -> f32) {
    let baseline_of = |galley: &Galley| galley.rows.first().and_then(|row| row.glyphs.first()).map(|glyph| glyph.pos.y);
    let baseline = line.pieces.iter().filter_map(|(galley, _)| baseline_of(galley)).fold(0.0, f32::max);
    let mut x = left;
    for (galley, width) in &line.pieces {
        let offset = vec2(snap(x), snap(baseline - baseline_of(galley).unwrap_or(baseline)));
        for source in &galley.rows {
            let first_vertex = u32::try_from(row.visuals.mesh.vertices.len()).unwrap_or(u32::MAX);
            row.glyphs.extend(source.glyphs.iter().map(|glyph| {
                let mut glyph = *glyph;
                glyph.pos += offset;
                glyph.first_vertex += first_vertex;
                glyph
            }));
            let mesh = &source.visuals.mesh;
            row.visuals.mesh.indices.extend(mesh.indices.iter().map(|index| index + first_vertex));
            row.visuals.mesh.vertices.extend(mesh.vertices.iter().map(|vertex| {
                let mut vertex = *vertex;
                vertex.pos += offset;
                vertex
            }));
            row.visuals.mesh_bounds |= source.visuals.mesh_bounds.translate(offset);
        }
        x += width;
    }
    row.visuals.glyph_vertex_range = 0..row.visuals.mesh.vertices.len();
}
