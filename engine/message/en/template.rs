//! What is wrong with a template, in English.

use book::TemplateTrouble;

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
        TemplateTrouble::TooMany { name, places, given } => Telling::new(
            format!("\"{name}\" has {given} values, the template {places} places"),
            format!("add places up to \"{name}@{given}\""),
        ),
        TemplateTrouble::TooManyRows => Telling::new("the sheet would have more than 1,048,576 rows", "split what is filled in"),
        TemplateTrouble::Refused(error) => super::edit::refused(error),
    }
}
