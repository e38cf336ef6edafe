//! What a workbook says about its calculation.

use rustc_hash::FxHashMap;

use super::EditError;
use super::stale::Known;
use super::work::Work;
use crate::Area;
use crate::calc::TableShape;
use crate::package::{Element, Tree};
use crate::read::xlsx::relations;

/// Elements of `workbook.xml` that come behind `calcPr`.
const BEHIND_CALC: [&str; 9] = [
    "oleSize",
    "customWorkbookViews",
    "pivotCaches",
    "smartTagPr",
    "smartTagTypes",
    "webPublishing",
    "fileRecoveryPr",
    "webPublishObjects",
    "extLst",
];

/// Makes every program calculate the workbook when it is opened.
pub(crate) fn calculate_on_opening(work: &mut Work<'_>) -> Result<(), EditError> {
    let main = work.package.main.clone();
    let xml = work.read(&main)?;
    let mut tree = Tree::read(&xml, &main)?;
    if let Some(root) = tree.root_mut() {
        root.child_or_new("calcPr", &BEHIND_CALC).set("fullCalcOnLoad", "1");
    }
    let bytes = tree.write();
    work.put(&main, bytes);
    Ok(())
}

/// Takes the list away that names each formula in the order of calculation; Excel makes it anew.
pub(crate) fn drop_chain(work: &mut Work<'_>) -> Result<(), EditError> {
    let Some(part) = work.package.related("calcChain").map(str::to_owned) else { return Ok(()) };
    let main = work.package.main.clone();
    let chain = |element: &Element<'_>| element.get("Type").is_some_and(|kind| kind.ends_with("/calcChain"));
    work.relate(&main, |relations| relations.remove(chain))?;
    work.types(|types| types.remove(&part))?;
    work.remove(&part);
    Ok(())
}

/// What formulas can name beside cells.
pub(crate) fn known(work: &Work<'_>) -> Result<Known, EditError> {
    let main = &work.package.main;
    let xml = work.read(main)?;
    let tree = Tree::read(&xml, main)?;
    let mut names = FxHashMap::default();
    for name in tree.root().and_then(|root| root.child("definedNames")).into_iter().flat_map(Element::elements) {
        let sheet = name.number("localSheetId").and_then(|number| usize::try_from(number).ok());
        names.insert((name.get("name").unwrap_or_default().to_lowercase(), sheet), name.text());
    }
    let calculation = tree.root().and_then(|root| root.child("calcPr")).and_then(|calc| calc.get("fullCalcOnLoad"));
    let uncalculated = calculation.is_some_and(|value| matches!(value.as_str(), "1" | "true" | "on"));
    let (mut tables, mut shapes) = (Vec::new(), Vec::new());
    for (sheet, tab) in work.package.tabs.iter().enumerate().filter(|(_, tab)| tab.cells) {
        for relation in relations(&work.package.archive, &tab.part)?.iter().filter(|relation| relation.kind == "table") {
            let part = relation.target.as_deref().and_then(|part| work.package.archive.spelling(part));
            let Some(part) = part.map(str::to_owned) else { continue };
            let xml = work.read(&part)?;
            let tree = Tree::read(&xml, &part)?;
            let Some(table) = tree.root() else { continue };
            let area = table.get("ref").and_then(|text| text.parse::<Area>().ok());
            let name = table.get("displayName").or_else(|| table.get("name")).unwrap_or_default().to_lowercase();
            tables.extend(area.map(|area| (name.clone(), sheet, area)));
            shapes.extend(area.map(|area| shape(table, name, sheet, area)));
        }
    }
    let sheets = work.package.tabs.iter().map(|tab| tab.name.to_lowercase()).collect();
    Ok(Known { sheets, other_sheets: false, names, tables, shapes, uncalculated, volatile: false })
}

fn shape(table: &Element<'_>, name: String, sheet: usize, area: Area) -> TableShape {
    let rows = |attribute: &str, usual: u32| {
        table.number(attribute).map_or(usual, |count| u32::try_from(count).unwrap_or(u32::MAX).min(1_000))
    };
    let columns = table.child("tableColumns").into_iter().flat_map(Element::elements);
    let columns = columns.map(|column| column.get("name").unwrap_or_default()).collect();
    TableShape { name, sheet, area, header_rows: rows("headerRowCount", 1), total_rows: rows("totalsRowCount", 0), columns }
}
