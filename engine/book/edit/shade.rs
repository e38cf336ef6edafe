//! The colours of marks. Each remembers the fill that it covers, in a way that survives whoever saves the workbook next.
//!
//! A mark's colour comes in shades that no eye tells apart, one for each fill that it covers. Excel keeps the covered fill in the
//! mark's own background colour, exactly; LibreOffice writes something else there, but keeps the shade. Which fill a shade stands
//! for is said by hidden names of the workbook (see `mark::list`), which both of them keep.

use std::collections::BTreeMap;

use crate::package::{Element, Node, Tree};

/// Shades of one colour: the first covers no fill, the others one each.
pub(crate) const SHADES: u8 = 32;

/// What the shades cover, as words: `rgb FFFFFF00`, `indexed 13`, `theme 4 0.7999 FFDCE6F1` (with what that looks like).
pub(crate) type Covered = BTreeMap<u8, String>;

/// A shade of a colour.
pub(crate) fn shade([red, green, blue]: [u8; 3], number: u8) -> [u8; 3] {
    [red - (number & 7), green, blue + (number >> 3)]
}

/// Which shade of one of the colours a fill is.
fn shade_of(pattern: &Element<'_>, colours: &[[u8; 3]]) -> Option<u8> {
    let solid = pattern.get("patternType").as_deref() == Some("solid");
    let rgb = pattern.child("fgColor").filter(|_| solid)?.get("rgb")?;
    let all = colours.iter().flat_map(|colour| (0..SHADES).map(|number| (argb(shade(*colour, number)), number)));
    all.into_iter().find(|(known, _)| *known == rgb).map(|(_, number)| number)
}

/// What the shades of the marks in a stylesheet cover. `theme` is the workbook's theme.
pub(crate) fn covered(root: &Element<'_>, colours: &[[u8; 3]], theme: Option<&Tree<'_>>) -> Covered {
    let patterns = root.child("fills").into_iter().flat_map(Element::elements).filter_map(|fill| fill.child("patternFill"));
    let found = patterns.filter_map(|pattern| {
        let number = shade_of(pattern, colours).filter(|number| *number > 0)?;
        Some((number, words(pattern.child("bgColor")?, theme)?))
    });
    found.collect()
}

fn words(colour: &Element<'_>, theme: Option<&Tree<'_>>) -> Option<String> {
    if let Some(rgb) = colour.get("rgb") {
        return Some(format!("rgb {rgb}"));
    }
    if let Some(indexed) = colour.number("indexed") {
        return Some(format!("indexed {indexed}"));
    }
    let number = colour.number("theme")?;
    let tint = colour.get("tint").and_then(|tint| tint.parse::<f64>().ok()).unwrap_or(0.0);
    let looks = theme.and_then(|theme| of_theme(theme, number)).map(|rgb| format!(" {}", argb(tinted(rgb, tint))));
    Some(format!("theme {number} {tint}{}", looks.unwrap_or_default()))
}

/// Takes the colours of marks off the fills of a stylesheet; what they covered is there again. `known` is what the workbook's names
/// say of the shades; `trusted` is whether the background colours are those that we wrote. Answers whether there were any.
pub(crate) fn unmark(root: &mut Element<'_>, colours: &[[u8; 3]], known: &Covered, trusted: bool) -> bool {
    let mut any = false;
    let patterns =
        root.child_mut("fills").into_iter().flat_map(Element::elements_mut).filter_map(|fill| fill.child_mut("patternFill"));
    for pattern in patterns {
        let Some(number) = shade_of(pattern, colours) else { continue };
        any = true;
        let own = pattern.child("bgColor").filter(|colour| colour.number("indexed") != Some(64));
        let behind = match known.get(&number) {
            _ if number == 0 => None,
            Some(words) => restored(words, own),
            None => own.filter(|_| trusted).map(Element::attributes),
        };
        match behind {
            None => {
                pattern.set("patternType", "none");
                pattern.children.clear();
            }
            Some(behind) => {
                let p = pattern.prefix();
                pattern.children = Node::of(&format!("<{p}fgColor {behind}/><{p}bgColor indexed=\"64\"/>"));
            }
        }
    }
    any
}

/// The attributes of a covered colour. A theme's colour stays one only where the background says so too: whoever else saved the
/// workbook may have left the theme out.
fn restored(words: &str, own: Option<&Element<'_>>) -> Option<String> {
    let words: Vec<&str> = words.split(' ').collect();
    let sound = |rgb: &str| rgb.len() == 8 && rgb.bytes().all(|digit| digit.is_ascii_hexdigit());
    match words[..] {
        ["rgb", rgb] if sound(rgb) => Some(format!("rgb=\"{rgb}\"")),
        ["indexed", number] => number.parse::<u8>().ok().map(|number| format!("indexed=\"{number}\"")),
        ["theme", number, ..] if own.and_then(|own| own.get("theme")).as_deref() == Some(number) => own.map(Element::attributes),
        ["theme", _, _, rgb] if sound(rgb) => Some(format!("rgb=\"{rgb}\"")),
        _ => None,
    }
}

/// A colour of the theme by its number.
fn of_theme(theme: &Tree<'_>, number: u64) -> Option<[u8; 3]> {
    // Excel counts light before dark, the theme lists dark before light.
    const NAMES: [&str; 12] =
        ["lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink"];
    let scheme = theme.root()?.child("themeElements")?.child("clrScheme")?;
    let colour = scheme.child(NAMES.get(usize::try_from(number).ok()?)?)?;
    let value = colour.elements().find_map(|colour| colour.get("lastClr").or_else(|| colour.get("val")))?;
    let part = |at: usize| u8::from_str_radix(value.get(at..at + 2)?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// A colour made lighter (above zero) or darker (below), as Excel does it: by its lightness alone.
fn tinted(rgb: [u8; 3], tint: f64) -> [u8; 3] {
    let parts = rgb.map(|part| f64::from(part) / 255.0);
    let (most, least) = (parts.iter().copied().fold(0.0, f64::max), parts.iter().copied().fold(1.0, f64::min));
    let light = (most + least) / 2.0;
    let new = if tint < 0.0 { light * (1.0 + tint.max(-1.0)) } else { light * (1.0 - tint.min(1.0)) + tint.min(1.0) };
    let spread = |light: f64| 1.0 - (2.0 * light - 1.0).abs();
    // With hue and saturation kept, each part keeps its place between the darkest and the lightest one.
    let wide = if spread(light) > 0.0 { (most - least) / spread(light) * spread(new) } else { 0.0 };
    let place = |part: f64| if most > least { (part - least) / (most - least) } else { 0.5 };
    parts.map(|part| ((new - wide / 2.0 + wide * place(part)).clamp(0.0, 1.0) * 255.0).round() as u8)
}

pub(crate) fn argb([red, green, blue]: [u8; 3]) -> String {
    format!("FF{red:02X}{green:02X}{blue:02X}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tints_are_those_that_excel_shows() {
        // Accent 1 of the Office theme at 80 % lighter, 40 % lighter and 25 % darker. Excel rounds on its way, by one at most.
        let near = |tint: f64, wanted: [u8; 3]| {
            let found = tinted([0x4F, 0x81, 0xBD], tint);
            assert!(found.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) <= 1), "{found:?} {wanted:?}");
        };
        near(0.799_981_688_894_314_4, [0xDC, 0xE6, 0xF1]);
        near(0.399_975_585_192_419_2, [0x95, 0xB3, 0xD7]);
        near(-0.249_977_111_117_893, [0x36, 0x60, 0x92]);
        assert_eq!(tinted([0xFF; 3], -0.499_984_740_745_262), [0x80, 0x80, 0x80]);
    }

    #[test]
    fn shades_are_told_apart_and_none_is_a_style_of_excels() {
        let colours = [[0xFF, 0xC6, 0xC9], [0xFF, 0xE8, 0x9C], [0xD3, 0xE5, 0xF8]];
        let all: std::collections::BTreeSet<String> =
            colours.iter().flat_map(|colour| (0..SHADES).map(|number| argb(shade(*colour, number)))).collect();
        assert_eq!(all.len(), 3 * usize::from(SHADES));
        // 悪い, どちらでもない, 良い, and what the list of findings itself wears.
        for other in ["FFFFC7CE", "FFFFEB9C", "FFC6EFCE", "FFD9E1F2", "FFFBD5D5", "FFFFF2CC", "FFDDEBF7"] {
            assert!(!all.contains(other), "{other}");
        }
    }

    #[test]
    fn what_a_shade_covers_comes_back_whoever_saved() {
        let colours = [[0xFF, 0xC6, 0xC9]];
        let fill = |rgb: &str, behind: &str| {
            format!("<fill><patternFill patternType=\"solid\"><fgColor rgb=\"{rgb}\"/><bgColor {behind}/></patternFill></fill>")
        };
        let sheet = |fills: String| format!("<styleSheet><fills>{fills}</fills></styleSheet>").into_bytes();
        let ours = sheet(
            fill("FFFFC6C9", "indexed=\"64\"")
                + &fill("FFFEC6C9", "rgb=\"FFFFFF00\"")
                + &fill("FFFDC6C9", "theme=\"4\" tint=\"0.8\""),
        );
        let theme = b"<a:theme><a:themeElements><a:clrScheme><a:accent1><a:srgbClr val=\"4F81BD\"/></a:accent1></a:clrScheme></a:themeElements></a:theme>";
        let theme = Tree::read(theme, "theme").unwrap();
        let tree = Tree::read(&ours, "styles").unwrap();
        let known = covered(tree.root().unwrap(), &colours, Some(&theme));
        assert_eq!(known, Covered::from([(1, "rgb FFFFFF00".into()), (2, "theme 4 0.8 FFDCE6F2".into())]));
        let restored = |xml: &[u8], known: &Covered, trusted| {
            let mut tree = Tree::read(xml, "styles").unwrap();
            assert!(unmark(tree.root_mut().unwrap(), &colours, known, trusted));
            String::from_utf8(tree.write()).unwrap()
        };
        let excel = restored(&ours, &Covered::new(), true);
        assert_eq!(restored(&ours, &known, true), excel);
        assert!(excel.contains("<fgColor theme=\"4\" tint=\"0.8\"/>") && excel.contains("patternType=\"none\""), "{excel}");
        let other = sheet(["FFFFC6C9", "FFFEC6C9", "FFFDC6C9"].map(|rgb| fill(rgb, "rgb=\"FFBFBFBF\"")).concat());
        let libre = restored(&other, &known, false);
        assert!(libre.contains("<fgColor rgb=\"FFFFFF00\"/>") && libre.contains("<fgColor rgb=\"FFDCE6F2\"/>"), "{libre}");
        assert!(!restored(&other, &Covered::new(), false).contains("BFBFBF"), "a background that is not ours is not believed");
    }
}
