//! The small parts of an xlsx: content types, relationships and the list of sheets.

use crate::gate::{Archive, Limits, broken, hostile};
use crate::read::xlsx::feed::Feed;
use crate::read::xlsx::token::{Token, append, yes};
use crate::read::xlsx::walk::{get, walk};
use crate::{Refusal, Visibility};

/// What the content types call the main part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum MainKind {
    Workbook,
    MacroWorkbook,
    BinaryWorkbook,
    Word,
    PowerPoint,
    Visio,
    Other,
}

/// One relationship of a part.
pub(crate) struct Relation {
    pub(crate) id: String,
    /// The last word of its type: `worksheet`, `styles`…
    pub(crate) kind: String,
    /// The part it points to, from the root of the package; none for a place outside.
    pub(crate) target: Option<String>,
}

/// A sheet as the workbook lists it.
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) visibility: Visibility,
    pub(crate) part: String,
}

/// What `workbook.xml` and its relationships say.
#[derive(Default)]
pub(crate) struct Listing {
    pub(crate) sheets: Vec<Listed>,
    pub(crate) date1904: bool,
    /// The writer asks for a new calculation: it did not calculate itself.
    pub(crate) uncalculated: bool,
    pub(crate) strings: Option<String>,
    pub(crate) styles: Option<String>,
    pub(crate) macros: bool,
    pub(crate) external: bool,
}

/// The main part of the package and what it is.
pub(crate) fn main_part(archive: &Archive) -> Result<Option<(String, MainKind)>, Refusal> {
    const TYPES: &str = "[Content_Types].xml";
    if !archive.has(TYPES) {
        return Ok(None);
    }
    let (mut named, mut default) = (Vec::new(), Vec::new());
    walk(Feed::new(archive.part(TYPES)?), |token| {
        let Token::Open { name, attributes, .. } = token else { return Ok(()) };
        let wrong = |_| broken(TYPES.to_owned());
        let Some(kind) = get(attributes, "ContentType").map_err(wrong)? else { return Ok(()) };
        match name {
            b"Override" => named.extend(get(attributes, "PartName").map_err(wrong)?.map(|part| (part, kind))),
            b"Default" => default.extend(get(attributes, "Extension").map_err(wrong)?.map(|extension| (extension, kind))),
            _ => {}
        }
        Ok(())
    })?;
    let root = relations(archive, "")?;
    let main = root.into_iter().find(|relation| relation.kind == "officeDocument").and_then(|relation| relation.target);
    let typed = |part: &str| {
        let over = named.iter().find(|(name, _)| name.trim_start_matches('/').eq_ignore_ascii_case(part)).map(|(_, kind)| kind);
        let extension = part.rsplit_once('.').map_or("", |(_, extension)| extension);
        over.or_else(|| default.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension)).map(|(_, kind)| kind))
            .map_or(MainKind::Other, |kind| kind_of(kind))
    };
    // A package without a root relationship still names its main part by its type.
    let main = main.or_else(|| {
        let found = named.iter().find(|(_, kind)| kind_of(kind) != MainKind::Other);
        found.map(|(part, _)| part.trim_start_matches('/').to_owned())
    });
    Ok(main.map(|part| (part.clone(), typed(&part))))
}

fn kind_of(content_type: &str) -> MainKind {
    let lower = content_type.to_ascii_lowercase();
    let main = lower.contains(".main");
    if lower.contains("wordprocessingml") || lower.contains("ms-word") {
        MainKind::Word
    } else if lower.contains("presentationml") || lower.contains("ms-powerpoint") {
        MainKind::PowerPoint
    } else if lower.contains("visio") {
        MainKind::Visio
    } else if main && lower.contains("sheet.binary") {
        MainKind::BinaryWorkbook
    } else if main && lower.contains("ms-excel") {
        MainKind::MacroWorkbook
    } else if main && lower.contains("spreadsheetml") {
        MainKind::Workbook
    } else {
        MainKind::Other
    }
}

/// The relationships of a part; none if it has no such list.
pub(crate) fn relations(archive: &Archive, part: &str) -> Result<Vec<Relation>, Refusal> {
    let (folder, file) = part.rsplit_once('/').unwrap_or(("", part));
    let slash = if folder.is_empty() { "" } else { "/" };
    let list = format!("{folder}{slash}_rels/{file}.rels");
    let mut found = Vec::new();
    if !archive.has(&list) {
        return Ok(found);
    }
    walk(Feed::new(archive.part(&list)?), |token| {
        let Token::Open { name: b"Relationship", attributes, .. } = token else { return Ok(()) };
        let text = |name| get(attributes, name).map_err(|_| broken(list.clone())).map(Option::unwrap_or_default);
        let kind = text("Type")?;
        let target = (text("TargetMode")? != "External").then(|| text("Target")).transpose()?;
        found.push(Relation {
            id: text("Id")?,
            kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
            target: target.map(|target| resolve(folder, &target)),
        });
        Ok(())
    })?;
    Ok(found)
}

/// A target as a name from the root of the package.
pub(crate) fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut steps: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    steps.retain(|step| !step.is_empty());
    steps.join("/")
}

/// Reads the list of sheets.
pub(crate) fn listing(archive: &Archive, main: &str, limits: &Limits) -> Result<Listing, Refusal> {
    let relations = relations(archive, main)?;
    let first = |kind: &str| relations.iter().find(|relation| relation.kind == kind).and_then(|relation| relation.target.clone());
    let mut listing = Listing {
        strings: first("sharedStrings").filter(|part| archive.has(part)),
        styles: first("styles").filter(|part| archive.has(part)),
        macros: archive.names().any(|name| name.to_ascii_lowercase().ends_with("vbaproject.bin")),
        external: relations.iter().any(|relation| relation.kind == "externalLink"),
        ..Listing::default()
    };
    let mut all = 0;
    let (mut at_mark, mut marks) = (false, String::new());
    walk(Feed::new(archive.part(main)?), |token| {
        let Token::Open { name, attributes, .. } = token else {
            // Damaged text names no sheet.
            if let (true, Token::Text(raw)) = (std::mem::take(&mut at_mark), token) {
                let _ = append(raw, &mut marks);
            }
            return Ok(());
        };
        let flag = |name| {
            Ok::<_, Refusal>(get(attributes, name).map_err(|_| broken(main.to_owned()))?.is_some_and(|v| yes(v.as_bytes())))
        };
        match name {
            // Newer programs say more under the same names in extensions (x15:workbookPr): what was said before stays said.
            b"workbookPr" => listing.date1904 |= flag("date1904")?,
            b"definedName" => at_mark = get(attributes, "name").ok().flatten().as_deref() == Some(crate::mark::NAME),
            b"calcPr" => listing.uncalculated |= flag("fullCalcOnLoad")?,
            b"sheet" => {
                all += 1;
                if all > limits.sheets {
                    return Err(hostile(format!("more than {} sheets", limits.sheets)));
                }
                listing.sheets.extend(listed(attributes, &relations, main)?);
            }
            _ => {}
        }
        Ok(())
    })?;
    if all == 0 {
        return Err(broken(format!("{main} lists no sheet")));
    }
    // The list of findings of a copy that we marked is none of the person's sheets.
    if let Some(own) = crate::mark::sheet_of(&marks).filter(|_| listing.sheets.len() > 1) {
        listing.sheets.retain(|sheet| sheet.name != own);
    }
    Ok(listing)
}

/// One `<sheet>`; none for a chart sheet, which has no cells.
fn listed(attributes: &[u8], relations: &[Relation], main: &str) -> Result<Option<Listed>, Refusal> {
    let text = |name| get(attributes, name).map_err(|_| broken(main.to_owned())).map(Option::unwrap_or_default);
    let (name, id) = (text("name")?, text("id")?);
    if id.is_empty() {
        // A module of an old macro has no part.
        return Ok(None);
    }
    let relation = relations.iter().find(|relation| relation.id == id);
    let relation = relation.ok_or_else(|| broken(format!("{main}: sheet {name} points nowhere")))?;
    if matches!(relation.kind.as_str(), "chartsheet" | "dialogsheet") {
        return Ok(None);
    }
    let part = relation.target.clone().ok_or_else(|| broken(format!("{main}: sheet {name} lies outside")))?;
    let visibility = match text("state")?.as_str() {
        "hidden" => Visibility::Hidden,
        "veryHidden" => Visibility::VeryHidden,
        _ => Visibility::Visible,
    };
    Ok(Some(Listed { name, visibility, part }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_from_anywhere() {
        assert_eq!(resolve("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("xl", "/xl/styles.xml"), "xl/styles.xml");
        assert_eq!(resolve("xl/a", "../b.xml"), "xl/b.xml");
        assert_eq!(resolve("", "../../etc/passwd"), "etc/passwd");
        assert_eq!(resolve("xl", "worksheets\\sheet1.xml"), "xl/worksheets/sheet1.xml");
    }
}
