//! Which parts of a workbook are other than in the workbook that it was made from, and what they are to a person.

use std::collections::BTreeMap;

use super::{Package, Types};

/// What differs between two packages, as their parts lie in the zip.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Changes {
    /// The sheets in their order, then the other parts.
    pub parts: Vec<Change>,
    /// How many parts are the same, byte for byte.
    pub same: usize,
}

/// One part that is not what it was.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Change {
    /// What it is.
    pub what: Part,
    /// Its name within the package.
    pub part: String,
    /// What became of it.
    pub how: How,
}

/// What became of a part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum How {
    /// It is another.
    Changed,
    /// It was not there before.
    Added,
    /// It is no longer there.
    Removed,
}

/// What a part of a workbook is.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Part {
    /// A sheet: its place among the sheets, its name.
    Sheet(usize, String),
    /// The texts that cells share.
    Texts,
    /// Fonts, colours, number formats.
    Styles,
    /// The order in which formulas were calculated last.
    Chain,
    /// The list of the sheets, names and settings.
    Book,
    /// Comments on cells.
    Comments,
    /// What lies over the cells of a sheet, the boxes of comments among it.
    Drawing,
    /// A picture.
    Image,
    /// A table (Excel's own).
    Table,
    /// A pivot table, or what it was made from.
    Pivot,
    /// Author, title, dates.
    Properties,
    /// Which part points to which.
    Links,
    /// The list of what the parts are.
    Types,
    /// Something else.
    Other,
}

impl Changes {
    /// Compares two packages part by part, as they lie in the zip: a part that was packed anew counts as changed.
    pub fn between(before: &Package, after: &Package) -> Changes {
        let new: BTreeMap<&str, _> = after.archive.raw().map(|entry| (entry.name, entry)).collect();
        let mut changes = Changes::default();
        let (mut gone, mut other) = (Vec::new(), Vec::new());
        for entry in before.archive.raw() {
            match new.get(entry.name) {
                Some(now) if now.data == entry.data && now.crc == entry.crc => changes.same += 1,
                Some(_) => other.push((entry.name, How::Changed)),
                None => gone.push((entry.name, How::Removed)),
            }
        }
        other.extend(new.keys().filter(|name| !before.archive.has(name)).map(|name| (*name, How::Added)));
        changes.parts.extend(told(after, &other));
        changes.parts.extend(told(before, &gone));
        changes.parts.sort();
        changes
    }

    /// Takes out the names of sheets that were added: they may be what stands in a cell.
    pub fn hide_new_names(&mut self) {
        for change in self.parts.iter_mut().filter(|change| change.how == How::Added) {
            if let Part::Sheet(_, name) = &mut change.what {
                "…".clone_into(name);
            }
        }
    }
}

/// What parts of a package are.
fn told<'p>(package: &'p Package, parts: &'p [(&str, How)]) -> impl Iterator<Item = Change> + 'p {
    // Who cannot read the list of types still knows most parts by their names.
    let xml = if parts.is_empty() { Vec::new() } else { package.read(Types::PART).unwrap_or_default() };
    let kinds = Types::read(&xml).map(|types| parts.iter().map(|(part, _)| types.of(part).unwrap_or_default()).collect());
    let kinds: Vec<String> = kinds.unwrap_or_default();
    parts.iter().enumerate().map(move |(nth, (part, how))| {
        let kind = kinds.get(nth).map_or("", String::as_str);
        Change { what: what(package, part, kind), part: (*part).to_owned(), how: *how }
    })
}

fn what(package: &Package, part: &str, kind: &str) -> Part {
    if let Some(nth) = package.tabs.iter().position(|tab| tab.part == part) {
        return Part::Sheet(nth, package.tabs[nth].name.clone());
    }
    if part == package.main {
        return Part::Book;
    }
    if part.eq_ignore_ascii_case(Types::PART) {
        return Part::Types;
    }
    let lower = part.to_ascii_lowercase();
    // By what the package says that they are: names are each program's own.
    let kinds = [
        ("sharedstrings+xml", Part::Texts),
        ("styles+xml", Part::Styles),
        ("calcchain+xml", Part::Chain),
        ("comments+xml", Part::Comments),
        ("drawing+xml", Part::Drawing),
        ("table+xml", Part::Table),
        ("properties+xml", Part::Properties),
    ];
    let kind = kind.to_ascii_lowercase();
    if kind.contains("pivot") {
        return Part::Pivot;
    }
    if let Some((_, what)) = kinds.into_iter().find(|(end, _)| kind.ends_with(end)) {
        return what;
    }
    match lower.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "rels" => Part::Links,
        "vml" => Part::Drawing,
        "png" | "jpg" | "jpeg" | "gif" | "bmp" | "emf" | "wmf" | "tif" | "tiff" | "svg" => Part::Image,
        _ => Part::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Limits;
    use crate::edit::with_part;

    fn package(bytes: &[u8]) -> Package {
        Package::open("", bytes.to_vec(), &Limits::default()).unwrap()
    }

    fn workbook() -> Vec<u8> {
        let mut book = rust_xlsxwriter::Workbook::new();
        for name in ["表紙", "申請書"] {
            book.add_worksheet().set_name(name).unwrap().write_string(0, 0, name).unwrap();
        }
        book.save_to_buffer().unwrap()
    }

    #[test]
    fn each_part_that_changed_is_named_and_the_others_are_counted() {
        let bytes = workbook();
        let before = package(&bytes);
        assert_eq!(Changes::between(&before, &before), Changes { parts: vec![], same: before.parts().count() });
        let xml = String::from_utf8(before.read("xl/worksheets/sheet2.xml").unwrap()).unwrap();
        let bytes = with_part(&bytes, "xl/worksheets/sheet2.xml", xml.replace("<v>1</v>", "<v>0</v>").as_bytes());
        let bytes = with_part(&bytes, "xl/media/image1.png", b"x");
        let after = package(&bytes);
        let change = |what, part: &str, how| Change { what, part: part.to_owned(), how };
        let sheet = change(Part::Sheet(1, "申請書".to_owned()), "xl/worksheets/sheet2.xml", How::Changed);
        let image = |how| change(Part::Image, "xl/media/image1.png", how);
        let changes = Changes::between(&before, &after);
        assert_eq!(changes.parts, [sheet.clone(), image(How::Added)]);
        assert_eq!(changes.same, before.parts().count() - 1);
        assert_eq!(Changes::between(&after, &before).parts, [sheet, image(How::Removed)]);
    }

    #[test]
    fn parts_are_known_by_what_the_package_says_that_they_are() {
        let before = package(&workbook());
        let xml = String::from_utf8(before.read(Types::PART).unwrap()).unwrap();
        let types = Types::read(xml.as_bytes()).unwrap();
        let of = |part: &str| what(&before, part, &types.of(part).unwrap_or_default());
        assert_eq!(of("xl/sharedStrings.xml"), Part::Texts);
        assert_eq!(of("xl/styles.xml"), Part::Styles);
        assert_eq!(of("docProps/core.xml"), Part::Properties);
        assert_eq!(of("xl/workbook.xml"), Part::Book);
        assert_eq!(of("xl/_rels/workbook.xml.rels"), Part::Links);
        assert_eq!(of("[Content_Types].xml"), Part::Types);
        assert_eq!(of("xl/theme/theme1.xml"), Part::Other);
        let spread = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
        let said = |kind: &str| what(&before, "xl/その他.xml", &format!("{spread}{kind}+xml"));
        assert_eq!(
            ["calcChain", "comments", "table", "pivotTable", "pivotCacheDefinition"].map(said),
            [Part::Chain, Part::Comments, Part::Table, Part::Pivot, Part::Pivot]
        );
    }
}
