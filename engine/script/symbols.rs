//! 個人情報保護分類記号 in file names: found whatever their width and brackets, written in one way only.
//!
//! Two laws hold for every name: taking off what was put on gives the name back, and putting on twice changes nothing.

use regex::{Regex, RegexSet};

/// Brackets that people use for symbols, opening and closing.
const BRACKETS: [(char, char); 8] =
    [('(', ')'), ('（', '）'), ('[', ']'), ('［', '］'), ('【', '】'), ('〔', '〕'), ('「', '」'), ('『', '』')];

/// Where the symbol stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Position {
    /// 先頭.
    Head,
    /// 末尾, before the extension.
    Tail,
}

/// Where a rule looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Look {
    /// ファイル名.
    Name,
    /// フォルダー.
    Folder,
    /// 内容.
    Content,
}

/// One rule: where one of these words is, this symbol belongs.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub look: Look,
    /// As written, and as compared.
    pub words: Vec<(String, String)>,
    pub symbol: String,
}

/// How symbols are written, and where which belongs.
#[derive(Debug)]
pub(crate) struct Rules {
    /// Symbols and how they are compared, the longest first.
    symbols: Vec<(String, String)>,
    position: Position,
    open: String,
    close: String,
    delimiter: String,
    /// The delimiter as it is compared.
    delimiter_key: String,
    pub rules: Vec<Rule>,
    /// Names that fit, and the text that is put in front of them. All patterns are tried in one pass over the name.
    pub patterns: (RegexSet, Vec<String>),
    /// What is taken off, where that is said as a pattern.
    pub strip: Option<Regex>,
}

impl Rules {
    pub fn new(symbols: Vec<String>, position: Position, brackets: (&str, &str), delimiter: &str) -> Rules {
        let mut symbols: Vec<(String, String)> =
            symbols.into_iter().filter(|symbol| !symbol.is_empty()).map(|symbol| (symbol.clone(), key(&symbol))).collect();
        symbols.sort_by(|a, b| b.1.chars().count().cmp(&a.1.chars().count()).then_with(|| a.0.cmp(&b.0)));
        symbols.dedup();
        Rules {
            symbols,
            position,
            open: brackets.0.to_owned(),
            close: brackets.1.to_owned(),
            delimiter: delimiter.to_owned(),
            delimiter_key: key(delimiter),
            rules: Vec::new(),
            patterns: (RegexSet::empty(), Vec::new()),
            strip: None,
        }
    }

    /// The symbol that a name has now.
    pub fn of<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        if let Some(strip) = &self.strip {
            return strip.find(name).map(|found| found.as_str());
        }
        self.find(name).map(|(symbol, _)| symbol)
    }

    /// The name with a symbol. A name that has one already stays as it is, and so does one that could not be given back.
    pub fn add(&self, name: &str, symbol: &str) -> String {
        if symbol.is_empty() || self.of(name).is_some() {
            return name.to_owned();
        }
        let new = match self.position {
            Position::Head => format!("{}{symbol}{}{}{name}", self.open, self.close, self.delimiter),
            Position::Tail => {
                let (stem, extension) = split(name);
                format!("{stem}{}{}{symbol}{}{extension}", self.delimiter, self.open, self.close)
            }
        };
        if self.remove(&new) == name { new } else { name.to_owned() }
    }

    /// The name without its symbol; a name that has none, or is nothing else, stays as it is.
    pub fn remove(&self, name: &str) -> String {
        let without = match &self.strip {
            Some(strip) => strip.replace(name, "").into_owned(),
            None => match self.find(name) {
                Some((_, span)) => format!("{}{}", &name[..span.start], &name[span.end..]),
                None => return name.to_owned(),
            },
        };
        if without.is_empty() { name.to_owned() } else { without }
    }

    /// The text that the first fitting pattern puts in front.
    pub fn by_pattern(&self, name: &str) -> Option<&str> {
        let (patterns, texts) = &self.patterns;
        let first = if texts.is_empty() { None } else { patterns.matches(name).iter().next() };
        first.map(|first| texts[first].as_str())
    }

    /// The symbol of a name, and the part that holds it.
    fn find(&self, name: &str) -> Option<(&str, std::ops::Range<usize>)> {
        match self.position {
            Position::Head => self.head(name),
            Position::Tail => self.tail(name),
        }
    }

    fn head(&self, name: &str) -> Option<(&str, std::ops::Range<usize>)> {
        let first = name.chars().next()?;
        if let Some((_, close)) = BRACKETS.iter().find(|(open, _)| *open == first) {
            let inner = &name[first.len_utf8()..];
            if let Some(end) = inner.find(*close)
                && let Some(symbol) = self.same(&inner[..end])
            {
                let after = first.len_utf8() + end + close.len_utf8();
                return Some((symbol, 0..after + self.delimiter_at(&name[after..]).unwrap_or(0)));
            }
        }
        if self.delimiter.is_empty() {
            return self.bare_head(name);
        }
        // Without brackets a symbol needs its delimiter: 機2歯車.xlsx has none.
        let longest = self.symbols.first()?.1.chars().count() * 3;
        for (at, _) in name.char_indices().skip(1).take(longest) {
            if let Some(width) = self.delimiter_at(&name[at..])
                && let Some(symbol) = self.same(&name[..at])
            {
                return Some((symbol, 0..at + width));
            }
        }
        None
    }

    /// A symbol without brackets and delimiter, written exactly so.
    fn bare_head(&self, name: &str) -> Option<(&str, std::ops::Range<usize>)> {
        if !self.open.is_empty() {
            return None;
        }
        self.symbols
            .iter()
            .find(|(symbol, _)| name.starts_with(symbol.as_str()))
            .map(|(symbol, _)| (symbol.as_str(), 0..symbol.len()))
    }

    fn tail(&self, name: &str) -> Option<(&str, std::ops::Range<usize>)> {
        let (stem, _) = split(name);
        let last = stem.chars().next_back()?;
        if let Some((open, _)) = BRACKETS.iter().find(|(_, close)| *close == last) {
            let inner_end = stem.len() - last.len_utf8();
            if let Some(start) = stem[..inner_end].rfind(*open)
                && let Some(symbol) = self.same(&stem[start + open.len_utf8()..inner_end])
            {
                return Some((symbol, self.delimiter_before(&stem[..start]).unwrap_or(start)..stem.len()));
            }
        }
        if self.delimiter.is_empty() {
            if !self.open.is_empty() {
                return None;
            }
            let found = self.symbols.iter().find(|(symbol, _)| stem.ends_with(symbol.as_str()));
            return found.map(|(symbol, _)| (symbol.as_str(), stem.len() - symbol.len()..stem.len()));
        }
        let longest = self.symbols.first()?.1.chars().count() * 3;
        for (at, _) in stem.char_indices().rev().take(longest) {
            if let Some(begin) = self.delimiter_before(&stem[..at])
                && let Some(symbol) = self.same(&stem[at..])
            {
                return Some((symbol, begin..stem.len()));
            }
        }
        None
    }

    /// The symbol that is written so, widths aside.
    fn same(&self, text: &str) -> Option<&str> {
        let text = key(text);
        self.symbols.iter().find(|(_, known)| *known == text).map(|(symbol, _)| symbol.as_str())
    }

    /// How many bytes the delimiter takes here, whatever its width.
    fn delimiter_at(&self, text: &str) -> Option<usize> {
        if self.delimiter.is_empty() {
            return None;
        }
        if text.starts_with(&self.delimiter) {
            return Some(self.delimiter.len());
        }
        // Letters and digits are never a delimiter in another width: most places are done here.
        if text.chars().next().is_none_or(char::is_alphanumeric) && !self.delimiter_key.starts_with(char::is_alphanumeric) {
            return None;
        }
        let length = self.delimiter.chars().count();
        let end = text.char_indices().nth(length).map_or(text.len(), |(at, _)| at);
        (key(&text[..end]) == self.delimiter_key && end > 0).then_some(end)
    }

    /// Where the delimiter at the end of a text begins.
    fn delimiter_before(&self, text: &str) -> Option<usize> {
        if self.delimiter.is_empty() {
            return None;
        }
        if text.ends_with(&self.delimiter) {
            return Some(text.len() - self.delimiter.len());
        }
        let length = self.delimiter.chars().count();
        let begin = text.char_indices().rev().nth(length.checked_sub(1)?)?.0;
        (key(&text[begin..]) == self.delimiter_key).then_some(begin)
    }
}

/// How symbols and words are compared.
pub(crate) fn key(text: &str) -> String {
    japan::match_key(text).to_lowercase()
}

/// The stem and the extension with its point. A name that begins with its only point has no extension.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 => name.split_at(at),
        _ => (name, ""),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rules(position: Position, brackets: (&str, &str), delimiter: &str) -> Rules {
        Rules::new(["機3", "機2", "個", "個A"].map(str::to_owned).to_vec(), position, brackets, delimiter)
    }

    #[test]
    fn symbols_are_found_whatever_their_width_and_brackets() {
        let head = rules(Position::Head, ("", ""), "_");
        for name in
            ["機2_名簿.xlsx", "機２＿名簿.xlsx", "【機2】名簿.xlsx", "〔機２〕_名簿.xlsx", "[機2]名簿.xlsx", "(機2)名簿.xlsx"]
        {
            assert_eq!(head.of(name), Some("機2"), "{name}");
            assert_eq!(head.remove(name), "名簿.xlsx", "{name}");
        }
        for name in ["機2歯車.xlsx", "個人情報一覧.xlsx", "名簿_機2.xlsx", "【重要】機2_名簿.xlsx", "", "機2"]
        {
            assert_eq!(head.of(name), None, "{name}");
            assert_eq!(head.remove(name), name);
        }
        assert_eq!(head.add("名簿.xlsx", "機2"), "機2_名簿.xlsx");
        assert_eq!(head.add("機2_名簿.xlsx", "機2"), "機2_名簿.xlsx");
        assert_eq!(head.add("機3_名簿.xlsx", "機2"), "機3_名簿.xlsx");
        let tail = rules(Position::Tail, ("〔", "〕"), "");
        assert_eq!(tail.add("名簿.xlsx", "機2"), "名簿〔機2〕.xlsx");
        assert_eq!(tail.of("名簿（機２）.xlsx"), Some("機2"));
        assert_eq!(tail.remove("名簿【機2】"), "名簿");
        let written_so = Rules::new(vec!["【個A】".to_owned()], Position::Head, ("", ""), "");
        assert_eq!(written_so.add("名簿.xlsx", "【個A】"), "【個A】名簿.xlsx");
        assert_eq!(
            (written_so.of("【個A】名簿.xlsx"), written_so.remove("【個A】名簿.xlsx").as_str()),
            (Some("【個A】"), "名簿.xlsx")
        );
        let tail = rules(Position::Tail, ("", ""), "_");
        assert_eq!((tail.of("名簿_機2.tar.gz"), tail.of("名簿.tar_機2.gz")), (None, Some("機2")));
    }

    fn names() -> impl Strategy<Value = String> {
        let parts = [
            "機2", "機３", "個", "個A", "_", "＿", "【", "】", "〔", "〕", "(", ")", ".", "名簿", "ガ", "ﾊﾟ", "a", " ",
            "\u{3099}", "歯",
        ];
        proptest::collection::vec(proptest::sample::select(parts.to_vec()), 0..8).prop_map(|parts| parts.concat())
    }

    fn schemes() -> impl Strategy<Value = Rules> {
        let brackets = proptest::sample::select(vec![("", ""), ("【", "】"), ("〔", "〕"), ("(", ")")]);
        let delimiters = proptest::sample::select(vec!["_", "", "＿", "-", "__"]);
        let positions = proptest::sample::select(vec![Position::Head, Position::Tail]);
        (brackets, delimiters, positions).prop_map(|(brackets, delimiter, position)| rules(position, brackets, delimiter))
    }

    proptest! {
        #[test]
        fn taking_off_gives_the_name_back_and_putting_on_twice_changes_nothing(rules in schemes(), name in names(), symbol in proptest::sample::select(vec!["機2", "機3", "個", "個A"])) {
            let with = rules.add(&name, symbol);
            prop_assert_eq!(rules.add(&with, symbol), with.clone());
            if rules.of(&name).is_none() {
                prop_assert_eq!(rules.remove(&with), name.clone());
                if with != name {
                    prop_assert_eq!(rules.of(&with), Some(symbol));
                }
            }
            rules.remove(&name);
        }
    }
}
