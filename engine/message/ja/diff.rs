//! What `jitan diff` says of two files, in Japanese.

use book::{Difference, Visibility};

use super::book::{format_class, shown};
use super::label::{cell, number};
use super::list;

/// What differs; neither file is the right one.
pub(crate) fn contrast(difference: &Difference) -> String {
    match difference {
        Difference::SheetMissing { sheet } => format!("シート「{sheet}」は、前だけにあります。"),
        Difference::SheetExtra { sheet } => format!("シート「{sheet}」は、後だけにあります。"),
        Difference::SheetOrder { expected, actual } => {
            format!("シートの順番：前は{}、後は{}です。", list(expected), list(actual))
        }
        Difference::Hidden { sheet, expected, actual } => {
            format!("シート「{sheet}」：前は{}、後は{}です。", visibility(*expected), visibility(*actual))
        }
        Difference::Cell { sheet, cell: at, expected, actual } => {
            format!("{}：前は{}、後は{}です。", place(sheet, &at.to_string()), shown(expected), shown(actual))
        }
        Difference::Formula { sheet, cell: at, expected, actual } => {
            let name = |formula: bool| if formula { "計算式" } else { "値だけ" };
            format!("{}：前は{}、後は{}です（答えは同じ）。", place(sheet, &at.to_string()), name(*expected), name(*actual))
        }
        Difference::Encoding { expected, actual } => format!("文字コード：前は{expected}、後は{actual}です。"),
        Difference::Format { sheet, cell: at, expected, actual } => {
            let (before, after) = (format_class(*expected), format_class(*actual));
            format!("{}の表示形式：前は{before}、後は{after}です。", place(sheet, &at.to_string()))
        }
        Difference::MergeMissing { sheet, area } => {
            format!("{}：前だけで結合されています。", place(sheet, &area.to_string()))
        }
        Difference::MergeExtra { sheet, area } => {
            format!("{}：後だけで結合されています。", place(sheet, &area.to_string()))
        }
    }
}

/// The last line.
pub(crate) fn ending(total: u64) -> String {
    match total {
        0 => "違いはありません。".to_owned(),
        _ => format!("違いは{}件です。", number(total)),
    }
}

fn place(sheet: &str, at: &str) -> String {
    if sheet.is_empty() { cell(at) } else { format!("シート「{sheet}」の{}", cell(at)) }
}

fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Visible => "表示",
        Visibility::Hidden => "非表示",
        Visibility::VeryHidden => "非表示（マクロでだけ表示できる）",
    }
}
