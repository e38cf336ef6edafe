//! How cells look: fonts, fills and borders of every kind of cell we write.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use super::sheet::Tone;

/// The font of Japanese Excel since 2016; other programs replace it by theirs.
pub(super) const FONT: &str = "游ゴシック";
/// The height of a row in that font, in pixels.
pub(super) const ROW_PIXELS: u32 = 25;
/// The height of a row of so many lines, in pixels. Excel's highest row has 546.
pub(super) fn pixels(lines: usize) -> u32 {
    (ROW_PIXELS * lines.min(30) as u32).min(546)
}

/// The width of a column in that font, in pixels (a digit is eight pixels wide).
pub(super) const COLUMN_PIXELS: u32 = 72;

const LINE: Color = Color::RGB(0x00BF_BFBF);
const HEADER_FILL: Color = Color::RGB(0x00DC_E6F1);
const TOTAL_FILL: Color = Color::RGB(0x00F2_F2F2);
const NOTE: Color = Color::RGB(0x0059_5959);

/// What every cell starts from.
pub(super) fn base() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(11)
        .set_font_family(3)
        .set_font_charset(128)
        .set_align(FormatAlign::VerticalCenter)
}

pub(super) fn title(quoted: bool) -> Format {
    let format = base().set_bold().set_font_size(14);
    if quoted { format.set_quote_prefix() } else { format }
}

pub(super) fn line(quoted: bool, wrap: bool) -> Format {
    let format = if wrap { base().set_text_wrap() } else { base() };
    if quoted { format.set_quote_prefix() } else { format }
}

pub(super) fn note(quoted: bool) -> Format {
    let format = base().set_font_size(10).set_font_color(NOTE);
    if quoted { format.set_quote_prefix() } else { format }
}

pub(super) fn header(quoted: bool) -> Format {
    let format = base()
        .set_bold()
        .set_background_color(HEADER_FILL)
        .set_border(FormatBorder::Thin)
        .set_border_color(LINE)
        .set_align(FormatAlign::Center)
        .set_text_wrap();
    if quoted { format.set_quote_prefix() } else { format }
}

/// What makes one cell of a table look different from another.
#[derive(Clone, Copy, Default)]
pub(super) struct CellStyle<'a> {
    pub(super) number_format: &'a str,
    pub(super) quoted: bool,
    pub(super) wrap: bool,
    pub(super) centered: bool,
    pub(super) bordered: bool,
    pub(super) total: bool,
    pub(super) tone: Option<Tone>,
}

pub(super) fn cell(style: CellStyle<'_>) -> Format {
    let mut format = base();
    if !style.number_format.is_empty() {
        format = format.set_num_format(style.number_format);
    }
    if style.quoted {
        format = format.set_quote_prefix();
    }
    if style.wrap {
        format = format.set_text_wrap();
    }
    if style.centered {
        format = format.set_align(FormatAlign::Center);
    }
    if style.bordered || style.total {
        format = format.set_border(FormatBorder::Thin).set_border_color(LINE);
    }
    if style.total {
        format = format.set_bold().set_background_color(TOTAL_FILL).set_border_top(FormatBorder::Medium);
    }
    match style.tone {
        Some(tone) => format.set_background_color(fill(tone)),
        None => format,
    }
}

/// A pale fill behind black text.
fn fill(tone: Tone) -> Color {
    Color::RGB(match tone {
        Tone::Red => 0x00FF_C7CE,
        Tone::Yellow => 0x00FF_EB9C,
        Tone::Blue => 0x00DD_EBF7,
        Tone::Green => 0x00C6_EFCE,
        Tone::Grey => 0x00ED_EDED,
    })
}

/// The full colour, for tabs.
pub(super) fn tab(tone: Tone) -> Color {
    Color::RGB(match tone {
        Tone::Red => 0x00C0_0000,
        Tone::Yellow => 0x00FF_C000,
        Tone::Blue => 0x001F_4E79,
        Tone::Green => 0x0054_8235,
        Tone::Grey => 0x007F_7F7F,
    })
}
