//! Patterns of file names: `*` stands for anything, `?` for one character; case and Unicode form do not matter.

/// A pattern of file names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pattern {
    parts: Vec<char>,
}

impl Pattern {
    /// The pattern as written.
    pub fn new(written: &str) -> Pattern {
        Pattern { parts: fold(written) }
    }

    /// Whether a file name fits.
    pub fn fits(&self, name: &str) -> bool {
        // `*` and `*.xlsx`, by far the most common, without allocating.
        if let ['*', end @ ..] = self.parts.as_slice()
            && end.iter().all(|part| part.is_ascii() && !"*?".contains(*part))
        {
            let tail = &name.as_bytes()[name.len().saturating_sub(end.len())..];
            if tail.is_ascii() {
                let same = |(byte, part): (&u8, &char)| byte.to_ascii_lowercase() as char == *part;
                return tail.len() == end.len() && tail.iter().zip(end).all(same);
            }
        }
        fits(&self.parts, &fold(name))
    }
}

fn fold(text: &str) -> Vec<char> {
    japan::match_key(text).to_lowercase().chars().collect()
}

/// Greedy matching that returns to the last `*`: linear in practice, never exponential.
fn fits(pattern: &[char], name: &[char]) -> bool {
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, n));
                p += 1;
            }
            Some(&c) if c == '?' || c == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((after, from)) = star else { return false };
                star = Some((after, from + 1));
                p = after;
                n = from + 1;
            }
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_names() {
        for (pattern, name, fit) in [
            ("*.xlsx", "日報.xlsx", true),
            ("*.xlsx", "NIPPO.XLSX", true),
            ("*.xlsx", "日報.xls", false),
            ("*.xlsx", "x", false),
            ("*.xlsx", "日報．ＸＬＳＸ", true),
            ("*.xlsx", "表", false),
            ("*", "", true),
            ("*", "何でも", true),
            ("日報_?.csv", "日報_1.csv", true),
            ("日報_?.csv", "日報_12.csv", false),
            ("*報*.csv", "週報_日報_1.csv", true),
            ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ] {
            assert_eq!(Pattern::new(pattern).fits(name), fit, "{pattern} {name}");
        }
    }
}
