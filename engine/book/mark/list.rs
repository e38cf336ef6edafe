//! The first sheet of a marked copy: every finding, with a link to its cell.

use super::plan::Plan;
use super::{COLOURS, FILL, Mark, MarkWords, NAME};
use crate::edit::shade::{Covered, covered};
use crate::edit::work::Work;
use crate::gate::broken;
use crate::package::{Element, Node, Tree, escape};
use crate::{Address, EditError, Refusal, Severity};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const STRICT: &str = "http://purl.oclc.org/ooxml/spreadsheetml/main";
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const STRICT_RELATIONSHIPS: &str = "http://purl.oclc.org/ooxml/officeDocument/relationships";
const TYPE: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml";
/// In half-width characters: 重要度, シート, セル, 項目, 値, 問題, 対処.
const WIDTHS: [usize; 7] = [9, 16, 10, 16, 20, 46, 46];
const BEHIND_NAMES: [&str; 10] = [
    "calcPr",
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

/// The sheets of the workbook by their names, as marks and links know them.
pub(super) struct Names<'a> {
    /// Of the sheets with cells, in their order.
    pub(super) sheets: &'a [String],
}

/// Puts the list before all other sheets; answers its name.
pub(super) fn add(
    work: &mut Work<'_>,
    marks: &[Mark],
    plan: &Plan,
    words: &MarkWords,
    names: &Names<'_>,
) -> Result<String, EditError> {
    let main = work.package.main.clone();
    let xml = work.read(&main)?;
    let strict = memchr::memmem::find(&xml, STRICT.as_bytes()).is_some();
    let styles = Looks::add(work)?;
    let name = free_name(&words.sheet, &work.package.tabs.iter().map(|tab| tab.name.as_str()).collect::<Vec<_>>());
    let part = work.fresh("worksheets/sheet", ".xml");
    let sheet = Page { marks, plan, words, names, styles: &styles, space: if strict { STRICT } else { MAIN } };
    work.put(&part, sheet.write().into_bytes());
    work.set_type(&part, TYPE)?;
    let id = work.relate(&main, |relations| relations.add("worksheet", &part))?;
    let mut tree = Tree::read(&xml, &main)?;
    let root = tree.root_mut().ok_or_else(|| broken(main.clone()))?;
    let p = root.prefix();
    shift_names(root, 0, 1);
    let highest = root.child("sheets").into_iter().flat_map(Element::elements).filter_map(|sheet| sheet.number("sheetId")).max();
    let space = if strict { STRICT_RELATIONSHIPS } else { RELATIONSHIPS };
    let number = highest.unwrap_or(0) + 1;
    let new = format!("<{p}sheet xmlns:r=\"{space}\" name=\"{}\" sheetId=\"{number}\" r:id=\"{id}\"/>", escape(&name));
    if let Some(sheets) = root.child_mut("sheets") {
        drop(sheets.children.splice(0..0, Node::of(&new)));
    }
    if let Some(view) = root.child_mut("bookViews").and_then(|views| views.elements_mut().next()) {
        view.set("activeTab", "0");
        view.unset("firstSheet");
    }
    let definition = format!("<{p}definedName name=\"{NAME}\" hidden=\"1\">{}!$A$1</{p}definedName>", escape(&quoted(&name)));
    let hidden: String = fills(work)?
        .iter()
        .map(|(number, words)| format!("<{p}definedName name=\"{FILL}{number}\" hidden=\"1\">\"{words}\"</{p}definedName>"))
        .collect();
    root.child_or_new("definedNames", &BEHIND_NAMES).push(Node::of(&(definition + &hidden)));
    let bytes = tree.write();
    work.put(&main, bytes);
    Ok(name)
}

/// What the shades of the marks cover.
fn fills(work: &Work<'_>) -> Result<Covered, EditError> {
    let read =
        |kind: &str| work.package.related(kind).map(|part| Ok::<_, EditError>((work.read(part)?, part.to_owned()))).transpose();
    let (Some((styles, part)), theme) = (read("styles")?, read("theme")?) else { return Ok(Covered::new()) };
    let tree = Tree::read(&styles, &part)?;
    let theme = theme.as_ref().and_then(|(xml, part)| Tree::read(xml, part).ok());
    Ok(tree.root().map(|root| covered(root, &COLOURS, theme.as_ref())).unwrap_or_default())
}

/// Takes the list of an earlier round away, with the hidden names. Answers what they say of the shades; nothing if there are none.
pub(super) fn remove(work: &mut Work<'_>) -> Result<Option<Covered>, EditError> {
    let main = work.package.main.clone();
    let xml = work.read(&main)?;
    let mut tree = Tree::read(&xml, &main)?;
    let root = tree.root_mut().ok_or_else(|| broken(main.clone()))?;
    let Some(names) = root.child_mut("definedNames") else { return Ok(None) };
    let (mut known, mut target, mut any) = (Covered::new(), String::new(), false);
    names.children.retain(|node| {
        let Some(element) = node.element() else { return true };
        let name = element.get("name").unwrap_or_default();
        if name == NAME {
            target = element.text();
        } else if let Some(number) = name.strip_prefix(FILL) {
            known.extend(number.parse::<u8>().ok().map(|number| (number, element.text().trim_matches('"').to_owned())));
        } else {
            return true;
        }
        any = true;
        false
    });
    if !any {
        return Ok(None);
    }
    if names.elements().next().is_none() {
        root.children.retain(|node| !node.element().is_some_and(|element| element.is("definedNames")));
    }
    let name = sheet_of(&target).unwrap_or_default();
    let sheets = root.child("sheets").map(|sheets| sheets.elements().cloned().collect::<Vec<_>>()).unwrap_or_default();
    let at = sheets.iter().position(|sheet| sheet.get("name").as_deref() == Some(&*name));
    // The person may have taken the sheet away, or left no other.
    if let Some((at, id)) = at.and_then(|at| Some((at, sheets[at].get("id")?))).filter(|_| sheets.len() > 1) {
        let mut seen = 0;
        if let Some(list) = root.child_mut("sheets") {
            list.children.retain(|node| {
                let here = node.element().is_some();
                seen += usize::from(here);
                !(here && seen - 1 == at)
            });
        }
        shift_names(root, at as i64, -1);
        if let Some(view) = root.child_mut("bookViews").and_then(|views| views.elements_mut().next()) {
            let active = view.number("activeTab").unwrap_or(0);
            view.set("activeTab", &active.saturating_sub(u64::from(active >= at as u64)).to_string());
        }
        let part = work.package.tabs.get(at).map(|tab| tab.part.clone()).unwrap_or_default();
        work.relate(&main, |relations| relations.remove(|relation| relation.get("Id").as_deref() == Some(&*id)))?;
        work.types(|types| types.remove(&part))?;
        work.remove(&crate::package::list_of(&part));
        work.remove(&part);
    }
    let bytes = tree.write();
    work.put(&main, bytes);
    Ok(Some(known))
}

/// Names that belong to a sheet count the sheets: those from `from` on move by one. Those of a sheet that goes go with it.
fn shift_names(root: &mut Element<'_>, from: i64, by: i64) {
    let Some(names) = root.child_mut("definedNames") else { return };
    names.children.retain_mut(|node| {
        let Some(name) = node.element_mut() else { return true };
        let Some(at) = name.number("localSheetId").map(|at| at as i64) else { return true };
        if by < 0 && at == from {
            return false;
        }
        if at >= from {
            name.set("localSheetId", &(at + by).to_string());
        }
        true
    });
}

/// The sheet that `'指摘一覧'!$A$1` names.
pub(crate) fn sheet_of(target: &str) -> Option<String> {
    let (sheet, _) = target.rsplit_once('!')?;
    let inside = sheet.strip_prefix('\'').and_then(|sheet| sheet.strip_suffix('\''));
    Some(inside.map_or_else(|| sheet.to_owned(), |inside| inside.replace("''", "'")))
}

fn quoted(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

fn free_name(wanted: &str, taken: &[&str]) -> String {
    let candidate = |number: usize| if number == 1 { wanted.to_owned() } else { format!("{wanted} ({number})") };
    let is_free = |name: &String| !taken.iter().any(|taken| taken.to_lowercase() == name.to_lowercase());
    (1..).map(candidate).find(is_free).unwrap_or_default()
}

/// The styles of the list, by their numbers.
struct Looks {
    title: usize,
    plain: usize,
    header: usize,
    cell: usize,
    link: usize,
    weights: [usize; 3],
}

impl Looks {
    fn add(work: &mut Work<'_>) -> Result<Looks, EditError> {
        let Some(part) = work.package.related("styles").map(str::to_owned) else {
            return Ok(Looks { title: 0, plain: 0, header: 0, cell: 0, link: 0, weights: [0; 3] });
        };
        let xml = work.read(&part)?;
        let mut tree = Tree::read(&xml, &part)?;
        let root = tree.root_mut().ok_or_else(|| broken(part.clone()))?;
        let p = root.prefix();
        let font0 = root.child("fonts").and_then(|fonts| fonts.elements().next()).cloned();
        let of = |name: &str| font0.as_ref().and_then(|font| font.child(name)?.get("val"));
        let (name, size) = (of("name").unwrap_or_else(|| "Yu Gothic".to_owned()), of("sz").unwrap_or_else(|| "11".to_owned()));
        let font = |before: &str, size: &str, colour: &str| {
            format!("<{p}font>{before}<{p}sz val=\"{size}\"/>{colour}<{p}name val=\"{}\"/></{p}font>", escape(&name))
        };
        let bold = format!("<{p}b/>");
        let blue = format!("<{p}color rgb=\"FF0563C1\"/>");
        let fonts = [
            append(root, "fonts", &font("", &size, "")),
            append(root, "fonts", &font(&bold, &size, "")),
            append(root, "fonts", &font(&bold, "14", "")),
            append(root, "fonts", &font(&format!("<{p}u/>"), &size, &blue)),
        ];
        let mut fill = |rgb: &str| {
            let pattern = format!(
                "<{p}patternFill patternType=\"solid\"><{p}fgColor rgb=\"{rgb}\"/><{p}bgColor indexed=\"64\"/></{p}patternFill>"
            );
            append(root, "fills", &format!("<{p}fill>{pattern}</{p}fill>"))
        };
        // Not the colours of the marks themselves, which are looked for when the file comes back.
        let fills = [fill("FFD9E1F2"), fill("FFFBD5D5"), fill("FFFFF2CC"), fill("FFDDEBF7")];
        let side = |side: &str| format!("<{p}{side} style=\"thin\"><{p}color rgb=\"FFBFBFBF\"/></{p}{side}>");
        let sides: String = ["left", "right", "top", "bottom"].map(side).concat();
        let border = append(root, "borders", &format!("<{p}border>{sides}<{p}diagonal/></{p}border>"));
        let mut look = |font: usize, fill: usize, border: usize, wrap: bool| {
            let wrap = if wrap { format!("<{p}alignment vertical=\"top\" wrapText=\"1\"/>") } else { String::new() };
            let apply = "applyFont=\"1\" applyFill=\"1\" applyBorder=\"1\" applyAlignment=\"1\"";
            let xf = format!(
                "<{p}xf numFmtId=\"0\" fontId=\"{font}\" fillId=\"{fill}\" borderId=\"{border}\" xfId=\"0\" quotePrefix=\"1\" {apply}>{wrap}</{p}xf>"
            );
            append(root, "cellXfs", &xf)
        };
        let looks = Looks {
            title: look(fonts[2], 0, 0, false),
            plain: look(fonts[0], 0, 0, false),
            header: look(fonts[1], fills[0], border, true),
            cell: look(fonts[0], 0, border, true),
            link: look(fonts[3], 0, border, true),
            weights: [1, 2, 3].map(|at| look(fonts[1], fills[at], border, true)),
        };
        let bytes = tree.write();
        work.put(&part, bytes);
        Ok(looks)
    }
}

/// Appends to a list of the stylesheet, which every workbook with styles has; answers the number of what was appended.
fn append(root: &mut Element<'_>, list: &str, xml: &str) -> usize {
    let Some(list) = root.child_mut(list) else { return 0 };
    list.push(Node::of(xml));
    let count = list.elements().count();
    list.set("count", &count.to_string());
    count - 1
}

/// The list as XML.
struct Page<'a> {
    marks: &'a [Mark],
    plan: &'a Plan,
    words: &'a MarkWords,
    names: &'a Names<'a>,
    styles: &'a Looks,
    space: &'a str,
}

impl Page<'_> {
    fn write(&self) -> String {
        let header = self.words.lines.len() as u32 + 1;
        let (mut rows, mut links) = (String::new(), String::new());
        for (row, line) in self.words.lines.iter().enumerate() {
            let style = if row == 0 { self.styles.title } else { self.styles.plain };
            rows.push_str(&format!("<row r=\"{}\">{}</row>", row + 1, cell(row as u32, 0, style, line)));
        }
        let titles: String =
            (0..).zip(&self.words.header).map(|(column, title)| cell(header, column, self.styles.header, title)).collect();
        rows.push_str(&format!("<row r=\"{}\">{titles}</row>", header + 1));
        let mut sorted: Vec<usize> = (0..self.marks.len()).collect();
        sorted.sort_by_key(|nth| self.marks[*nth].severity);
        for (row, nth) in (header + 1..).zip(sorted) {
            self.row(row, nth, &mut rows, &mut links);
        }
        let last = header + self.marks.len() as u32 + 1;
        let links = if links.is_empty() { links } else { format!("<hyperlinks>{links}</hyperlinks>") };
        let columns: String = (1..)
            .zip(WIDTHS)
            .map(|(n, width)| format!("<col min=\"{n}\" max=\"{n}\" width=\"{width}.7\" customWidth=\"1\"/>"))
            .collect();
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{}\">\
             <sheetPr><tabColor rgb=\"FFC00000\"/><pageSetUpPr fitToPage=\"1\"/></sheetPr><dimension ref=\"A1:G{last}\"/>\
             <sheetViews><sheetView showGridLines=\"0\" tabSelected=\"1\" workbookViewId=\"0\">\
             <pane ySplit=\"{}\" topLeftCell=\"A{}\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews>\
             <cols>{columns}</cols><sheetData>{rows}</sheetData><autoFilter ref=\"A{}:G{last}\"/>{links}\
             <pageMargins left=\"0.4\" right=\"0.4\" top=\"0.5\" bottom=\"0.5\" header=\"0.3\" footer=\"0.3\"/>\
             <pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/></worksheet>",
            self.space,
            header + 1,
            header + 2,
            header + 1,
        )
    }

    fn row(&self, row: u32, nth: usize, rows: &mut String, links: &mut String) {
        let mark = &self.marks[nth];
        let weight = match mark.severity {
            Severity::Error => 0,
            Severity::Warning => 1,
            Severity::Note => 2,
        };
        let target = self.plan.targets[nth];
        let sheet = mark.sheet.as_deref().or_else(|| Some(self.names.sheets.get(target?.0)?.as_str()));
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let texts = [
            self.words.weights[weight].clone(),
            text(sheet),
            text(mark.cell.as_deref()),
            text(mark.column.as_deref()),
            text(mark.value.as_deref()),
            mark.problem.clone(),
            mark.remedy.clone(),
        ];
        let styles = [self.styles.weights[weight], self.styles.cell, self.styles.cell, self.styles.cell, self.styles.cell];
        let style = |column: usize| match column {
            2 if target.is_some() => self.styles.link,
            column => styles.get(column).copied().unwrap_or(self.styles.cell),
        };
        let lines = texts.iter().zip(WIDTHS).map(|(text, width)| lines(text, width)).max().unwrap_or(1).min(12);
        let cells: String =
            texts.iter().enumerate().map(|(column, text)| cell(row, column as u32, style(column), text)).collect();
        rows.push_str(&format!("<row r=\"{}\" ht=\"{}\" customHeight=\"1\">{cells}</row>", row + 1, lines * 19));
        if let Some((at, to)) = target
            && let Some(name) = self.names.sheets.get(at)
        {
            let location = escape(&format!("{}!{to}", quoted(name)));
            let from = Address::new(row, 2);
            links.push_str(&format!("<hyperlink ref=\"{from}\" location=\"{location}\" display=\"{to}\"/>"));
        }
    }
}

fn lines(text: &str, width: usize) -> usize {
    text.lines().map(|line| japan::width(line).div_ceil(width - 1).max(1)).sum::<usize>().max(1)
}

fn cell(row: u32, column: u32, style: usize, text: &str) -> String {
    if text.is_empty() {
        return format!("<c r=\"{}\" s=\"{style}\"/>", Address::new(row, column));
    }
    let shown: String = text.chars().take(4_000).collect();
    let at = Address::new(row, column);
    format!("<c r=\"{at}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escape(&shown))
}

impl From<Refusal> for super::MarkError {
    fn from(refusal: Refusal) -> super::MarkError {
        super::MarkError::Refused(refusal)
    }
}
