//! The register as a workbook that can be imported again without any change.

use std::rc::Rc;

use book::{Column, Data, Day, NewSheet, NewWorkbook, Origin, Shelf, Table, Value, WriteError};
use message::Lang;
use rust_decimal::Decimal;

use super::entry::{Consultation, Target, hours};
use super::read::{COVID, measure_name, status_name};
use super::sheets::{Label, REGISTER, REMARK, ROW, TARGET, TARGETS};

/// The bytes of the workbook.
pub fn export(rows: &[Consultation], targets: &[Target], lang: Lang) -> Result<Vec<u8>, WriteError> {
    let shelf = Shelf::new();
    let mut book = NewWorkbook::new();
    let register: Vec<Vec<Value>> = rows.iter().map(|row| cells(row, &shelf)).collect();
    let sheet = book.add(NewSheet::of_table(
        lang.pick(REGISTER[0], REGISTER[1]),
        &table(&shelf, ROW.iter().chain([&REMARK]), lang, &register),
    ))?;
    dress(sheet);
    let goals: Vec<Vec<Value>> = targets.iter().map(|target| target_cells(target, &shelf)).collect();
    let sheet = book.add(NewSheet::of_table(lang.pick(TARGETS[0], TARGETS[1]), &table(&shelf, TARGET.iter(), lang, &goals)))?;
    dress(sheet);
    book.to_bytes().map(|(bytes, _)| bytes)
}

fn dress(sheet: &mut NewSheet) {
    sheet.page.landscape = Some(true);
    if let Some(table) = sheet.table_mut() {
        table.filter = true;
    }
}

fn table<'a>(shelf: &Rc<Shelf>, labels: impl Iterator<Item = &'a Label>, lang: Lang, rows: &[Vec<Value>]) -> Table {
    let column = |(at, label): (usize, &Label)| {
        let data = Data::of(rows.iter().map(|row| row[at]));
        Rc::new(Column::new(label.name(lang), data))
    };
    Table::new(shelf, labels.enumerate().map(column).collect(), Rc::new(vec![Origin::COMPUTED; rows.len()]))
}

fn cells(row: &Consultation, shelf: &Rc<Shelf>) -> Vec<Value> {
    let text = |text: &str| Value::Text(shelf.texts.intern(text));
    let maybe = |text: &Option<String>| text.as_deref().map_or(Value::Blank, |text| Value::Text(shelf.texts.intern(text)));
    let yes = |yes: bool| if yes { text("○") } else { Value::Blank };
    let count = match &row.departments[..] {
        [(_, count)] => Value::Integer(i64::try_from(*count).unwrap_or(i64::MAX)),
        several => several.first().map_or(Value::Blank, |(_, count)| text(&format!("各{count}"))),
    };
    let flags: Vec<&str> = row.flags.iter().map(String::as_str).filter(|flag| *flag != COVID).collect();
    let hours = |of: fn(&super::Hours) -> i64| row.hours.as_ref().map_or(Value::Blank, |kept| number(hours(of(kept))));
    vec![
        maybe(&row.number),
        Value::Date(Day::of(row.date)),
        text(&row.department()),
        count,
        text(&row.title),
        maybe(&row.kind),
        yes(row.flags.iter().any(|flag| flag == COVID)),
        if flags.is_empty() { Value::Blank } else { text(&flags.join("、")) },
        text(status_name(row.status)),
        row.improved.map_or(Value::Blank, |day| Value::Date(Day::of(day))),
        maybe(&row.task),
        yes(row.specialist),
        hours(|kept| kept.before),
        hours(|kept| kept.after),
        yes(row.main),
        maybe(&row.remark),
    ]
}

fn target_cells(target: &Target, shelf: &Rc<Shelf>) -> Vec<Value> {
    let text = |text: &str| Value::Text(shelf.texts.intern(text));
    let maybe = |text: &Option<String>| text.as_deref().map_or(Value::Blank, |text| Value::Text(shelf.texts.intern(text)));
    let amount = |amount: Option<Decimal>| amount.map_or(Value::Blank, number);
    vec![
        text(&target.name),
        maybe(&target.unit),
        amount(target.present),
        text(&japan::fiscal_year_name(target.year).unwrap_or_else(|| target.year.to_string())),
        number(target.goal),
        amount(target.result),
        target.measure.map_or(Value::Blank, |measure| text(measure_name(measure))),
        maybe(&target.remark),
    ]
}

/// A whole number where it is one.
fn number(exact: Decimal) -> Value {
    let exact = exact.normalize();
    match i64::try_from(exact) {
        Ok(whole) if exact.is_integer() => Value::Integer(whole),
        _ => Value::Decimal(exact),
    }
}
