//! Images laid over cells: the drawing of a sheet, made if there is none, and each image kept once in the workbook.

use std::rc::Rc;

use super::EditError;
use super::sheet::SheetState;
use super::work::Work;
use crate::gate::broken;
use crate::package::{Node, Tree};
use crate::read::xlsx::resolve;
use crate::{Address, Image};

const TYPE: &str = "application/vnd.openxmlformats-officedocument.drawing+xml";
/// The namespaces of a drawing: its own, that of shapes, that of relationships. In the common form and in the strict one.
const SPACES: [&str; 3] = [
    "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing",
    "http://schemas.openxmlformats.org/drawingml/2006/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
];
const STRICT_SPACES: [&str; 3] = [
    "http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing",
    "http://purl.oclc.org/ooxml/drawingml/main",
    "http://purl.oclc.org/ooxml/officeDocument/relationships",
];

/// Where an image lies: the cell of its upper left corner, how far within that cell, and its size, in 1/914,400 inch.
/// It hangs on that cell alone, so rows that come above it move it and never stretch it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Spot {
    pub(crate) at: Address,
    pub(crate) offset: (i64, i64),
    pub(crate) size: (i64, i64),
}

/// An image at its spot.
#[derive(Clone)]
pub(crate) struct Picture {
    pub(crate) spot: Spot,
    pub(crate) image: Rc<Image>,
}

impl Picture {
    /// The same in another row.
    pub(crate) fn at_row(&self, row: u32) -> Picture {
        let at = Address::new(row, self.spot.at.column);
        Picture { spot: Spot { at, ..self.spot }, image: Rc::clone(&self.image) }
    }
}

/// The images that the workbook got so far, with their parts.
#[derive(Default)]
pub(crate) struct Media(Vec<(Rc<Image>, String)>);

impl Media {
    fn part(&mut self, work: &mut Work<'_>, image: &Rc<Image>) -> Result<String, EditError> {
        if let Some((_, part)) = self.0.iter().find(|(known, _)| Rc::ptr_eq(known, image) || known == image) {
            return Ok(part.clone());
        }
        let (extension, kind) = image.kind().names();
        let part = work.fresh("media/image", &format!(".{extension}"));
        work.put(&part, image.bytes().to_vec());
        work.types(|types| types.set_default(extension, kind))?;
        self.0.push((Rc::clone(image), part.clone()));
        Ok(part)
    }
}

/// Whether the workbook is written in the strict form.
pub(crate) fn is_strict(work: &Work<'_>) -> Result<bool, EditError> {
    let main = work.read(&work.package.main.clone())?;
    Ok(memchr::memmem::find(&main, STRICT_SPACES[2].as_bytes()).is_some())
}

/// The drawing of a sheet, with the relationship that leads to it; an empty one if the sheet has none.
pub(crate) fn drawing(work: &mut Work<'_>, sheet: &str) -> Result<(String, String), EditError> {
    let folder = sheet.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let found = work.relate(sheet, |relations| {
        let mut all = relations.all_mut().map(|relation| {
            let text = |name| relation.get(name).unwrap_or_default();
            (text("Type"), text("Id"), text("Target"))
        });
        all.find(|(kind, ..)| kind.ends_with("/drawing")).map(|(_, id, target)| (id, target))
    })?;
    if let Some((id, target)) = found {
        let part = work.spelled(&resolve(&folder, &target));
        if work.has(&part) {
            return Ok((id, part));
        }
    }
    let part = work.fresh("drawings/drawing", ".xml");
    let [own, shapes, _] = if is_strict(work)? { STRICT_SPACES } else { SPACES };
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
    let empty = format!("{head}<xdr:wsDr xmlns:xdr=\"{own}\" xmlns:a=\"{shapes}\"></xdr:wsDr>");
    work.put(&part, empty.into_bytes());
    work.set_type(&part, TYPE)?;
    let id = work.relate(sheet, |relations| relations.add("drawing", &part))?;
    Ok((id, part))
}

/// Lays the images of a sheet on its drawing, above everything that is there.
pub(crate) fn lay(work: &mut Work<'_>, state: &SheetState, media: &mut Media) -> Result<(), EditError> {
    if state.pictures.is_empty() {
        return Ok(());
    }
    let (_, part) = drawing(work, &state.part)?;
    let xml = work.read(&part)?;
    let strict = STRICT_SPACES.iter().any(|space| memchr::memmem::find(&xml, space.as_bytes()).is_some());
    let spaces = if strict { STRICT_SPACES } else { SPACES };
    let mut tree = Tree::read(&xml, &part)?;
    let mut highest = 0;
    tree.each(&mut |element| {
        if element.is("cNvPr") {
            highest = highest.max(element.number("id").unwrap_or(0));
        }
    });
    let (mut anchors, mut known): (String, Vec<(String, String)>) = (String::new(), Vec::new());
    for (picture, number) in state.pictures.iter().zip(highest + 1..) {
        let image = media.part(work, &picture.image)?;
        let id = match known.iter().find(|(part, _)| *part == image) {
            Some((_, id)) => id.clone(),
            None => {
                let id = work.relate(&part, |relations| relations.add("image", &image))?;
                known.push((image, id.clone()));
                id
            }
        };
        anchors.push_str(&anchor(&picture.spot, &id, number, spaces));
    }
    let root = tree.root_mut().ok_or_else(|| broken(part.clone()))?;
    root.push(Node::of(&anchors));
    let bytes = tree.write();
    work.put(&part, bytes);
    Ok(())
}

fn anchor(spot: &Spot, id: &str, number: u64, [own, shapes, relations]: [&str; 3]) -> String {
    let Spot { at, offset: (right, down), size: (width, height) } = spot;
    format!(
        "<xdr:oneCellAnchor xmlns:xdr=\"{own}\" xmlns:a=\"{shapes}\" xmlns:r=\"{relations}\">\
         <xdr:from><xdr:col>{}</xdr:col><xdr:colOff>{right}</xdr:colOff><xdr:row>{}</xdr:row><xdr:rowOff>{down}</xdr:rowOff>\
         </xdr:from><xdr:ext cx=\"{width}\" cy=\"{height}\"/><xdr:pic><xdr:nvPicPr><xdr:cNvPr id=\"{number}\" name=\"画像 {number}\"/>\
         <xdr:cNvPicPr><a:picLocks noChangeAspect=\"1\"/></xdr:cNvPicPr></xdr:nvPicPr>\
         <xdr:blipFill><a:blip r:embed=\"{id}\"/><a:stretch><a:fillRect/></a:stretch></xdr:blipFill>\
         <xdr:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm>\
         <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic><xdr:clientData/></xdr:oneCellAnchor>",
        at.column, at.row,
    )
}
