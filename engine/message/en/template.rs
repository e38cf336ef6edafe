//! What is wrong with a template, in English.

use book::{ImageTrouble, TemplateTrouble};

use crate::Telling;

pub(crate) fn trouble(trouble: &TemplateTrouble) -> Telling {
    match trouble {
        TemplateTrouble::NoValue { mark, near: Some(near) } => Telling::new(
            format!("nothing is given for the mark \"{mark}\"; there is a name like it, \"{near}\""),
            "let the template and the script use the same name",
        ),
        TemplateTrouble::NoValue { mark, near: None } => Telling::new(
            format!("nothing is given for the mark \"{mark}\""),
            "take the mark out of the template or give it a value in the script",
        ),
        TemplateTrouble::Unused { name } => Telling::new(
            format!("the template has no mark for \"{name}\""),
            format!("write {{{{{name}}}}} into the template or take it out of the script"),
        ),
        TemplateTrouble::Open { text } => Telling::new(format!("the mark \"{{{{{text}\" is not closed"), "close it with \"}}\""),
        TemplateTrouble::NoMark { text } => {
            Telling::new(format!("\"{{{{{text}}}}}\" is no mark"), "write it as the reference shows (jitan doc)")
        }
        TemplateTrouble::Unclosed { name } => Telling::new(
            format!("the block \"{name}\" begins and does not end"),
            format!("write {{{{/{name}}}}} into its last row"),
        ),
        TemplateTrouble::NeverOpened { name } => Telling::new(
            format!("{{{{/{name}}}}} stands there, and no beginning"),
            format!("write {{{{#{name}}}}} into its first row"),
        ),
        TemplateTrouble::SharedRow { name, other } => Telling::new(
            format!("the blocks \"{name}\" and \"{other}\" share a row"),
            "rows are repeated as a whole: put them into rows of their own",
        ),
        TemplateTrouble::NotAList { name } => {
            Telling::new(format!("\"{name}\" is to be repeated and is no list"), "give it a table or an array of maps")
        }
        TemplateTrouble::NoRecords { name } => Telling::new(
            format!("\"{name}\" has no record, so there is no sheet to make"),
            "do not fill the template where there is nothing",
        ),
        TemplateTrouble::NotAValue { name } => Telling::new(
            format!("the mark \"{name}\" wants one value and gets a list"),
            "repeat it with {{#…}} or choose with @1",
        ),
        TemplateTrouble::ImageAsValue { name } => Telling::new(
            format!("\"{name}\" is an image, and its mark wants a value"),
            format!("write {{{{画像:{name}}}}} into the template"),
        ),
        TemplateTrouble::NotAnImage { name } => Telling::new(
            format!("the mark \"画像:{name}\" gets something that is no image"),
            "hand it over with 画像(…) in the script",
        ),
        TemplateTrouble::ImageAmongText { name } => Telling::new(
            format!("the mark of the image \"{name}\" stands beside other text in its cell"),
            "give the image a cell of its own",
        ),
        TemplateTrouble::NoRoom { name } => Telling::new(
            format!("the cell of the image \"{name}\" is hidden or too small"),
            "show its rows and columns, and make them larger",
        ),
        TemplateTrouble::TooMany { name, places, given } => Telling::new(
            format!("\"{name}\" has {given} values, the template {places} places"),
            format!("add places up to \"{name}@{given}\""),
        ),
        TemplateTrouble::TooManyRows => Telling::new("the sheet would have more than 1,048,576 rows", "split what is filled in"),
        TemplateTrouble::Refused(error) => super::edit::refused(error),
    }
}

pub(crate) fn image(trouble: &ImageTrouble) -> Telling {
    let again = "save it as PNG or JPEG and drop it again";
    match trouble {
        ImageTrouble::Foreign { format: Some(format) } => {
            Telling::new(format!("this is no PNG and no JPEG, but {format}"), again)
        }
        ImageTrouble::Foreign { format: None } => Telling::new("this is no PNG and no JPEG", again),
        ImageTrouble::Damaged => {
            Telling::new("the image is cut off or broken", "look whether it opens, copy it again and drop it again")
        }
        ImageTrouble::TooLarge { bytes, limit } => Telling::new(
            format!("the image has {} MB, {} are allowed", bytes >> 20, limit >> 20),
            "make it smaller and drop it again",
        ),
        ImageTrouble::TooManyDots { width, height, side } => Telling::new(
            format!("the image has {width} x {height} dots; {side} along a side and 100 million in all are allowed"),
            "make it smaller and drop it again",
        ),
    }
}

pub(crate) fn turned() -> Telling {
    Telling::new(
        "the camera was not held upright, so the photo may lie on its side in the workbook",
        "turn it in a picture program and save it again",
    )
}
