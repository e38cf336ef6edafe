//! Full-width signs where the language wants half-width ones: found before the compiler stumbles over them.

use crate::error::{Trouble, TroubleKind};

/// Every full-width sign outside texts and comments, with what to type instead, and texts and comments never closed.
pub(crate) fn scan(file: &str, source: &str) -> Vec<Trouble> {
    let mut scanner = Scanner { file, chars: source.chars().collect(), at: 0, line: 1, column: 1, found: Vec::new() };
    scanner.code(false);
    scanner.found
}

/// What to type instead of a full-width sign.
fn half(sign: char) -> Option<&'static str> {
    Some(match sign {
        '（' => "(",
        '）' => ")",
        '［' | '【' | '〔' => "[",
        '］' | '】' | '〕' => "]",
        '｛' => "{",
        '｝' => "}",
        '；' => ";",
        '：' => ":",
        '，' | '、' => ",",
        '．' | '。' => ".",
        '＝' => "=",
        '＋' => "+",
        '－' | '−' | '–' | '—' => "-",
        '＊' | '×' => "*",
        '／' | '÷' => "/",
        '％' => "%",
        '＜' => "<",
        '＞' => ">",
        '≦' | '≤' => "<=",
        '≧' | '≥' => ">=",
        '≠' => "!=",
        '！' => "!",
        '？' => "?",
        '＆' => "&",
        '｜' => "|",
        '＃' => "#",
        '＄' => "$",
        '＠' => "@",
        '＾' => "^",
        '＼' => "\\",
        '｀' => "`",
        '“' | '”' | '„' | '＂' | '「' | '」' | '『' | '』' => "\"",
        '‘' | '’' | '＇' => "'",
        '\u{3000}' | '\u{a0}' => " ",
        '０' => "0",
        '１' => "1",
        '２' => "2",
        '３' => "3",
        '４' => "4",
        '５' => "5",
        '６' => "6",
        '７' => "7",
        '８' => "8",
        '９' => "9",
        _ => return None,
    })
}

struct Scanner<'a> {
    file: &'a str,
    chars: Vec<char>,
    at: usize,
    line: u32,
    column: u32,
    found: Vec<Trouble>,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn step(&mut self) -> Option<char> {
        let sign = self.peek(0)?;
        self.at += 1;
        if sign == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(sign)
    }

    /// Code up to the end, or up to the `}` that closes an interpolation.
    fn code(&mut self, inside: bool) {
        let mut depth = 0usize;
        let mut before = ' ';
        while let Some(sign) = self.peek(0) {
            let (line, column) = (self.line, self.column);
            match (sign, self.peek(1)) {
                ('/', Some('/')) => {
                    while self.peek(0).is_some_and(|c| c != '\n') {
                        self.step();
                    }
                }
                ('/', Some('*')) => self.comment(line, column),
                ('"', _) => self.text(line, column),
                ('`', _) => self.template(line, column),
                ('\'', _) => self.character(),
                ('#', Some('"' | '#')) if self.raw_text() => {}
                ('{', _) => {
                    depth += 1;
                    self.step();
                }
                ('}', _) if inside && depth == 0 => return,
                ('}', _) => {
                    depth = depth.saturating_sub(1);
                    self.step();
                }
                _ => {
                    let digit = ('０'..='９').contains(&sign) && (before.is_alphanumeric() || before == '_');
                    if let (Some(half), false) = (half(sign), digit) {
                        let kind = TroubleKind::FullWidth { found: sign, half };
                        self.found.push(Trouble::at(self.file, line, column, kind).word(&sign.to_string()));
                    }
                    self.step();
                }
            }
            before = sign;
        }
    }

    /// Comments nest.
    fn comment(&mut self, line: u32, column: u32) {
        let mut depth = 0usize;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => {
                    depth += 1;
                    self.step();
                    self.step();
                }
                (Some('*'), Some('/')) => {
                    depth -= 1;
                    self.step();
                    self.step();
                    if depth == 0 {
                        return;
                    }
                }
                (Some(_), _) => {
                    self.step();
                }
                (None, _) => {
                    self.found.push(Trouble::at(self.file, line, column, TroubleKind::UnclosedComment).word("/*"));
                    return;
                }
            }
        }
    }

    /// `"…"`, which ends with its line.
    fn text(&mut self, line: u32, column: u32) {
        self.step();
        // A quote that an input method made full-width, where the text was to end.
        let mut wide = None;
        loop {
            match self.peek(0) {
                Some('"') => {
                    self.step();
                    return;
                }
                Some('\\') => {
                    // A backslash at the end of a line continues the text there.
                    self.step();
                    if self.peek(0) == Some('\r') {
                        self.step();
                    }
                    self.step();
                }
                None | Some('\n') => {
                    self.unclosed((line, column), wide);
                    return;
                }
                Some(sign) => {
                    if wide.is_none() && matches!(sign, '“' | '”' | '„' | '＂') {
                        wide = Some((self.column, sign));
                    }
                    self.step();
                }
            }
        }
    }

    /// A text that its line does not end. If one of its quotes is a full-width one, that is what is wrong.
    fn unclosed(&mut self, (line, column): (u32, u32), wide: Option<(u32, char)>) {
        let opened =
            |trouble: &Trouble| trouble.line == line && matches!(trouble.kind, TroubleKind::FullWidth { half: "\"", .. });
        if self.found.iter().any(opened) {
            return;
        }
        self.found.push(match wide {
            Some((column, found)) => {
                let kind = TroubleKind::FullWidth { found, half: "\"" };
                Trouble::at(self.file, line, column, kind).word(&found.to_string())
            }
            None => Trouble::at(self.file, line, column, TroubleKind::UnclosedText).word("\""),
        });
    }

    /// `` `…${code}…` `` over several lines.
    fn template(&mut self, line: u32, column: u32) {
        self.step();
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('`'), Some('`')) => {
                    self.step();
                    self.step();
                }
                (Some('`'), _) => {
                    self.step();
                    return;
                }
                (Some('$'), Some('{')) => {
                    self.step();
                    self.step();
                    self.code(true);
                    self.step();
                }
                (Some(_), _) => {
                    self.step();
                }
                (None, _) => {
                    self.found.push(Trouble::at(self.file, line, column, TroubleKind::UnclosedText).word("`"));
                    return;
                }
            }
        }
    }

    fn character(&mut self) {
        self.step();
        if self.step() == Some('\\') {
            self.step();
        }
        while self.peek(0).is_some_and(|c| c != '\'' && c != '\n') {
            self.step();
        }
        self.step();
    }

    /// `#"…"#` with any number of `#`.
    fn raw_text(&mut self) -> bool {
        let hashes = self.chars[self.at..].iter().take_while(|c| **c == '#').count();
        if self.peek(hashes) != Some('"') {
            return false;
        }
        for _ in 0..=hashes {
            self.step();
        }
        while let Some(sign) = self.step() {
            if sign == '"' && (0..hashes).all(|n| self.peek(n) == Some('#')) {
                for _ in 0..hashes {
                    self.step();
                }
                break;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(source: &str) -> Vec<(u32, u32, &'static str)> {
        let found = scan("main.rhai", source);
        let places = found.into_iter().map(|trouble| match trouble.kind {
            TroubleKind::FullWidth { half, .. } => (trouble.line, trouble.column, half),
            TroubleKind::UnclosedText => (trouble.line, trouble.column, "text"),
            TroubleKind::UnclosedComment => (trouble.line, trouble.column, "comment"),
            other => panic!("{other:?}"),
        });
        places.collect()
    }

    #[test]
    fn full_width_signs_are_found_where_they_stand() {
        assert_eq!(places("let 合計 ＝ 1;"), [(1, 8, "=")]);
        assert_eq!(places("let a = 1；\nlet　b = （a）;"), [(1, 10, ";"), (2, 4, " "), (2, 9, "("), (2, 11, ")")]);
        assert_eq!(places("文字の列(“名”)"), [(1, 6, "\""), (1, 8, "\"")]);
        assert_eq!(places("let 第１回 = １;"), [(1, 11, "1")]);
    }

    #[test]
    fn texts_and_comments_may_hold_them() {
        assert_eq!(places("\"（全角）\\\"；\" // ；\n/* （ /* ） */ ； */ '；'"), []);
        assert_eq!(places("`件数（${a（}）`"), [(1, 8, "(")]);
        assert_eq!(places("#\"（\"#"), []);
    }

    #[test]
    fn what_is_never_closed_is_said() {
        assert_eq!(places("let a = \"あ;\nlet b = 1；"), [(1, 9, "text"), (2, 10, ";")]);
        assert_eq!(places("/* あ"), [(1, 1, "comment")]);
    }

    #[test]
    fn one_full_width_quote_is_said_once() {
        assert_eq!(places("文字の列(“名\"),\nlet b = 1;"), [(1, 6, "\"")]);
        assert_eq!(places("文字の列(\"名”),\nlet b = 1；"), [(1, 8, "\""), (2, 10, ";")]);
        assert_eq!(places("文字の列(\"“名”\")"), []);
    }
}
