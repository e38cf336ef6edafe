//! How much room a cell or merged range of a template has, so that an image can be fitted into it.
//!
//! Excel keeps the width of a column in digits of the workbook's own font, which is not at hand here: how wide they are is known
//! of the fonts that offices use, and taken narrow of others. An image that is a little too small is no harm.

use std::collections::BTreeMap;

use crate::edit::picture::Spot;
use crate::package::{Element, Tree};
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::walk::walk;
use crate::read::{Token, get};
use crate::{Address, Area, Package, Refusal};

/// A dot of the screen and a point of print, in 1/914,400 inch.
const DOT: i64 = 9_525;
const POINT: f64 = 12_700.0;
/// Left free on each side, so that the lines of the cell stay seen.
const MARGIN: i64 = 2 * DOT;

/// The widths and heights of a cell or merged range, column by column and row by row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Frame {
    widths: Vec<i64>,
    heights: Vec<i64>,
}

impl Frame {
    /// An image of that size (in any measure) in the middle of the frame whose first cell is at `at`, as large as fits, its
    /// proportion kept. None if there is no room.
    pub(super) fn fit(&self, (width, height): (u32, u32), at: Address) -> Option<Spot> {
        let (all, tall): (i64, i64) = (self.widths.iter().sum(), self.heights.iter().sum());
        let room = (all - 2 * MARGIN, tall - 2 * MARGIN);
        if room.0 <= 0 || room.1 <= 0 {
            return None;
        }
        let (width, height) = (i64::from(width), i64::from(height));
        let size = if room.0 * height <= room.1 * width {
            (room.0, (room.0 * height / width).max(1))
        } else {
            ((room.1 * width / height).max(1), room.1)
        };
        let (column, right) = within(&self.widths, (all - size.0) / 2);
        let (row, down) = within(&self.heights, (tall - size.1) / 2);
        Some(Spot { at: Address::new(at.row + row, at.column + column), offset: (right, down), size })
    }
}

/// In which of some pieces a distance ends, and how far within.
fn within(pieces: &[i64], mut distance: i64) -> (u32, i64) {
    for (at, piece) in (0..).zip(pieces) {
        if distance < *piece {
            return (at, distance);
        }
        distance -= piece;
    }
    (0, 0)
}

/// The sizes of a sheet's columns and rows.
pub(super) struct Sizes {
    /// From column to column.
    columns: Vec<(u32, u32, i64)>,
    column: i64,
    rows: BTreeMap<u32, i64>,
    row: i64,
}

impl Sizes {
    pub(super) fn read(package: &Package, sheet: &str) -> Result<Sizes, Refusal> {
        let digit = digit(package)?;
        let mut sizes = Sizes { columns: Vec::new(), column: usual_column(8.0, digit), rows: BTreeMap::new(), row: points(15.0) };
        let Some(tab) = package.tabs.iter().find(|tab| tab.name == sheet) else { return Ok(sizes) };
        let mut next = 0;
        walk(Feed::new(package.archive.part(&tab.part)?), |token| {
            let Token::Open { name, attributes, .. } = token else { return Ok(()) };
            let text = |name| get(attributes, name).ok().flatten();
            let number = |name| text(name).and_then(|text| text.trim().parse::<f64>().ok()).filter(|number| number.is_finite());
            let hidden = || matches!(text("hidden").as_deref(), Some("1" | "true"));
            match name {
                b"sheetFormatPr" => {
                    let own = number("defaultColWidth").map(|width| column(width, digit));
                    sizes.column = own.unwrap_or_else(|| usual_column(number("baseColWidth").unwrap_or(8.0), digit));
                    sizes.row = points(number("defaultRowHeight").unwrap_or(15.0));
                }
                b"col" => {
                    let width = if hidden() { 0 } else { number("width").map_or(sizes.column, |width| column(width, digit)) };
                    let place = |name| number(name).map_or(0, |place| place.clamp(1.0, 16_384.0) as u32 - 1);
                    sizes.columns.push((place("min"), place("max"), width));
                }
                b"row" => {
                    let row = number("r").map_or(next, |row| (row as u32).saturating_sub(1));
                    next = row + 1;
                    if hidden() {
                        sizes.rows.insert(row, 0);
                    } else if let Some(height) = number("ht") {
                        sizes.rows.insert(row, points(height));
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        Ok(sizes)
    }

    pub(super) fn frame(&self, area: Area) -> Frame {
        let column =
            |at| self.columns.iter().find(|(first, last, _)| (*first..=*last).contains(&at)).map_or(self.column, |found| found.2);
        Frame {
            widths: (area.first.column..=area.last.column).map(column).collect(),
            heights: (area.first.row..=area.last.row).map(|row| self.rows.get(&row).copied().unwrap_or(self.row)).collect(),
        }
    }
}

fn points(height: f64) -> i64 {
    (height.clamp(0.0, 409.5) * POINT) as i64
}

/// A column's width, as the file says it, on the screen.
fn column(width: f64, digit: f64) -> i64 {
    let dots = ((256.0 * width.clamp(0.0, 255.0) + (128.0 / digit).trunc()) / 256.0 * digit).trunc();
    dots as i64 * DOT
}

/// A column of that many digits with its usual edges, in steps of eight dots.
fn usual_column(digits: f64, digit: f64) -> i64 {
    ((digits.clamp(0.0, 255.0) * digit + 5.0) / 8.0).ceil() as i64 * 8 * DOT
}

/// How many dots a digit of the workbook's first font takes. 11 points: 7 for the narrow ones, 8 for Japanese ones.
fn digit(package: &Package) -> Result<f64, Refusal> {
    let Some(part) = package.related("styles") else { return Ok(7.0) };
    let xml = package.read(part)?;
    let tree = Tree::read(&xml, part)?;
    let font = tree.root().and_then(|root| root.child("fonts")).and_then(|fonts| fonts.elements().next());
    let of = |name: &str| font.and_then(|font: &Element<'_>| font.child(name)?.get("val"));
    let size = of("sz").and_then(|size| size.trim().parse::<f64>().ok()).unwrap_or(11.0).clamp(4.0, 72.0);
    let name = of("name").unwrap_or_default();
    let wide = ["游ゴシック", "Yu Gothic", "ＭＳ", "MS ", "メイリオ", "Meiryo"].iter().any(|known| name.starts_with(known));
    let eleven = if wide { 8.0 } else { 7.0 };
    Ok((eleven * size / 11.0).floor().max(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_keeps_its_proportion_in_the_middle_of_its_frame() {
        let frame = Frame { widths: vec![50 * DOT, 150 * DOT], heights: vec![40 * DOT; 3] };
        let at = Address::new(4, 2);
        let wide = frame.fit((1_000, 10), at).unwrap();
        assert_eq!((wide.size.0, wide.at, wide.offset.0), (196 * DOT, Address::new(5, 2), MARGIN));
        let square = frame.fit((30, 30), at).unwrap();
        assert_eq!(square.size, (116 * DOT, 116 * DOT));
        assert_eq!((square.at, square.offset), (at, (42 * DOT, MARGIN)));
        assert_eq!(Frame { widths: vec![0], heights: vec![40 * DOT] }.fit((1, 1), at), None);
    }

    #[test]
    fn a_column_is_as_wide_as_excel_shows_it() {
        // The usual column of Calibri and of 游ゴシック, and one of 20 digits.
        assert_eq!([usual_column(8.0, 7.0) / DOT, usual_column(8.0, 8.0) / DOT, column(20.7109375, 7.0) / DOT], [64, 72, 145]);
    }
}
