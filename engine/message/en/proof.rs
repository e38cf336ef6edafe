//! Which parts of a workbook changed, in English.

use book::Part;
use job::{How, Origin, Proven};

use super::count;
use crate::proof::{MOST_GROUPS, MOST_PARTS, lines as lines_of};
use crate::shown::shown;

pub(crate) fn part(part: &Part) -> String {
    match part {
        Part::Sheet(_, name) => format!("sheet \"{name}\""),
        Part::Texts => "shared texts".to_owned(),
        Part::Styles => "styles (fonts, colours, formats)".to_owned(),
        Part::Chain => "the order of calculation".to_owned(),
        Part::Book => "the list of sheets and the settings".to_owned(),
        Part::Comments => "comments".to_owned(),
        Part::Drawing => "what lies over the cells, boxes of comments among it".to_owned(),
        Part::Image => "a picture".to_owned(),
        Part::Table => "a table".to_owned(),
        Part::Pivot => "a pivot table".to_owned(),
        Part::Properties => "author and other properties".to_owned(),
        Part::Links => "which part points to which".to_owned(),
        Part::Types => "the list of the kinds of parts".to_owned(),
        Part::Other => "another part".to_owned(),
    }
}

/// For each group the outputs, the parts that changed, and that no other did.
pub(crate) fn proven(proven: &[Proven<'_>]) -> Vec<String> {
    let mut lines = Vec::new();
    for Proven { names, proof } in proven.iter().take(MOST_GROUPS) {
        let first = shown(names.first().copied().unwrap_or_default());
        let (who, verb) = match names.len() {
            0 | 1 => (format!("\"{first}\""), "is"),
            all => (format!("\"{first}\" and {}", count(all as u64 - 1, "other", "others")), "are"),
        };
        lines.push(match &proof.of {
            Origin::Template(name) => format!("{who} {verb} the template \"{}\", filled.", shown(name)),
            Origin::Arrival(name) => format!("{who} {verb} made from the file \"{}\" that you dropped.", shown(name)),
        });
        lines.push(match proof.same {
            0 => "These parts changed:".to_owned(),
            same => format!("Nothing but these parts changed; {}, byte for byte:", same_parts(same)),
        });
        let told = lines_of(&proof.changed);
        for (changed, count) in told.iter().take(MOST_PARTS) {
            let how = how(changed.how);
            let more = if *count > 1 { format!(" and {} more", count - 1) } else { String::new() };
            lines.push(format!("  - {}{how}  {}{more}", shown(&changed.what), shown(&changed.part)));
        }
        let rest: usize = told.iter().skip(MOST_PARTS).map(|(_, count)| count).sum();
        if rest > 0 {
            lines.push(format!("  and {rest} more"));
        }
    }
    let rest: usize = proven.iter().skip(MOST_GROUPS).map(|group| group.names.len()).sum();
    if rest > 0 {
        lines.push(format!("{} proved in the same way.", count(rest as u64, "other result was", "other results were")));
    }
    lines
}

fn same_parts(same: usize) -> String {
    count(same as u64, "other part is the same", "other parts are the same")
}

/// For each copy one line: whoever mends it needs no more, and the rest is in `--json`.
pub(crate) fn brief(proven: &[Proven<'_>]) -> Vec<String> {
    let line = |Proven { names, proof }: &Proven<'_>| {
        let name = shown(names.first().copied().unwrap_or_default());
        let told = lines_of(&proof.changed);
        let what = |(changed, _): &(&job::Changed, usize)| format!("{}{}", shown(&changed.what), how(changed.how));
        let all = told.iter().take(MOST_PARTS).map(what).collect::<Vec<_>>().join("; ");
        let more = if told.len() > MOST_PARTS { "; and others" } else { "" };
        match proof.same {
            0 => format!("In \"{name}\" these parts changed: {all}{more}."),
            same => format!("In \"{name}\" nothing but these parts changed: {all}{more}. {}, byte for byte.", same_parts(same)),
        }
    };
    proven.iter().take(MOST_GROUPS).map(line).collect()
}

fn how(how: How) -> &'static str {
    match how {
        How::Changed => "",
        How::Added => ", added",
        How::Removed => ", taken away",
    }
}
