//! `styles.xml`: which number format stands behind a cell's style number.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::Refusal;
use crate::gate::{broken, hostile};
use crate::read::format::{Shows, builtin};
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::token::Token;
use crate::read::xlsx::walk::{get, get_number, walk};

/// Excel allows 65,490 styles and some hundreds of formats.
const MOST_STYLES: usize = 65_536;
const MOST_FORMATS: usize = 4_096;

/// The styles of a workbook, as far as they say what a number is.
#[derive(Default)]
pub(crate) struct Styles {
    /// For each style number the place of its format.
    cells: Vec<u16>,
    formats: Vec<(Rc<str>, Shows)>,
}

impl Styles {
    /// Reads `styles.xml`.
    pub(crate) fn read(feed: Feed<'_>) -> Result<Styles, Refusal> {
        let (mut codes, mut ids) = (FxHashMap::default(), Vec::new());
        let part = feed.name().to_owned();
        let mut within = Vec::new();
        walk(feed, |token| {
            match token {
                Token::Open { name, attributes, empty } => {
                    match (within.last().map(Vec::as_slice), name) {
                        (Some(b"numFmts"), b"numFmt") => {
                            let code = get(attributes, "formatCode").map_err(|_| broken(part.clone()))?.unwrap_or_default();
                            codes.insert(get_number(attributes, "numFmtId").unwrap_or(0), code);
                        }
                        (Some(b"cellXfs"), b"xf") => ids.push(get_number(attributes, "numFmtId").unwrap_or(0)),
                        _ => {}
                    }
                    if ids.len() > MOST_STYLES || codes.len() > MOST_FORMATS || within.len() > 64 {
                        return Err(hostile(format!("{part}: too many styles")));
                    }
                    if !empty {
                        within.push(name.to_vec());
                    }
                }
                Token::Close { .. } => drop(within.pop()),
                _ => {}
            }
            Ok(())
        })?;
        Ok(Styles::build(&codes, &ids))
    }

    /// The styles that have these format numbers, with the formats of the workbook's own.
    pub(crate) fn build(codes: &FxHashMap<u64, String>, ids: &[u64]) -> Styles {
        let mut styles = Styles::default();
        let mut places = FxHashMap::default();
        for &id in ids {
            let at = *places.entry(id).or_insert_with(|| {
                let own = codes.get(&id).map(String::as_str);
                let code = own.or_else(|| builtin(u32::try_from(id).ok()?)).unwrap_or_default();
                let code = if code.eq_ignore_ascii_case("general") { "" } else { code };
                styles.formats.push((code.into(), Shows::of(code)));
                styles.formats.len() as u16 - 1
            });
            styles.cells.push(at);
        }
        styles
    }

    /// The number format behind a style number; none for a number that is no style's.
    pub(crate) fn code(&self, style: u32) -> Option<&str> {
        let at = self.cells.get(style as usize)?;
        self.formats.get(usize::from(*at)).map(|(code, _)| &**code)
    }

    /// For each style number what it shows and the number that `name` gives its format.
    /// A workbook without styles has one: General.
    pub(crate) fn table(&self, mut name: impl FnMut(&str) -> u16) -> Vec<(Shows, u16)> {
        let named: Vec<_> = self.formats.iter().map(|(code, shows)| (*shows, name(code))).collect();
        if self.cells.is_empty() {
            return vec![(Shows::Number, 0)];
        }
        self.cells.iter().map(|at| named[usize::from(*at)]).collect()
    }
}
