//! The one way in which the name of a file, a sheet or a cell's text is shown to people.

use japan::NameTrouble;

/// A name as it may be shown: what cannot be seen, moves a cursor or turns the direction of writing is named instead of done.
/// An RLO in `exe.xlsx` would otherwise show a program as a workbook.
pub fn shown(name: &str) -> String {
    let mut text = name.to_owned();
    for trouble in japan::check_file_name(name, 0) {
        if let NameTrouble::Invisible { character } | NameTrouble::Direction { character } = trouble {
            text = text.replace(character, &format!("[U+{:04X}]", u32::from(character)));
        }
    }
    text
}

/// A text of a cell on one line.
pub(crate) fn one_line(text: &str) -> String {
    shown(&text.replace(['\r', '\n', '\t'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_shows_what_it_hides() {
        assert_eq!(shown("日報_令和6年.xlsx"), "日報_令和6年.xlsx");
        assert_eq!(shown("請求\u{202e}xslx.exe"), "請求[U+202E]xslx.exe");
        assert_eq!(shown("a\u{1b}[31m\nb"), "a[U+001B][31m[U+000A]b");
        assert_eq!(one_line("一行目\n二行目"), "一行目 二行目");
    }
}
