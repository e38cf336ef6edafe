//! Originals whose days of keeping are over go, each with an entry in the ledger that stands before the file goes. Of what was
//! handed back, the journal of names goes.

use jiff::ToSpan;
use jiff::civil::DateTime;
use task::Desk;

use super::disk::remove;
use super::house::{Halt, House, writing};
use crate::clock::now;

/// So many at a time: other work goes on between.
const MOST: usize = 200;

/// The days in which the office has to have worked, not counting the last one, before an original goes.
const LATELY: i64 = 31;

/// Removes originals whose days are over; whether there are more of them. What cannot be removed now is tried again later.
pub(crate) fn sweep<'d>(house: &House, desks: impl Iterator<Item = &'d Desk>) -> bool {
    match go(house, desks) {
        Ok(more) => more,
        Err(halt) => {
            tracing::warn!(code = halt.code(), "originals whose days are over could not be removed");
            false
        }
    }
}

/// Whether the clock may have leapt ahead: nothing was done in the month that ended a day ago. A battery that fails must not
/// cost the originals of years; where the office only rested, they go when it has worked for a day.
fn has_leapt(house: &House, now: DateTime) -> Result<bool, Halt> {
    let (Ok(yesterday), Ok(lately)) = (now.checked_sub(1.day()), now.checked_sub(LATELY.days())) else { return Ok(true) };
    let last = house.store().last_step_before(yesterday)?;
    Ok(last.is_none_or(|last| last < lately))
}

fn go<'d>(house: &House, desks: impl Iterator<Item = &'d Desk>) -> Result<bool, Halt> {
    let mut over = house.store().deleting()?;
    let has_leapt = has_leapt(house, now())?;
    let desks = desks.filter(|_| !has_leapt);
    for desk in desks {
        let Some(days) = desk.retention_days else { continue };
        let days = i64::try_from(days).unwrap_or(i64::MAX).min(1_000_000);
        let Ok(before) = now().checked_sub(days.days()) else { continue };
        over.extend(house.store().expired(&desk.task, before)?);
    }
    for job in over.iter().take(MOST) {
        if job.archive.is_none() {
            // The original was handed back: nothing is deleted but our own notes of its names.
            house.record(|store, now| store.renames_forgotten(&job.new.id, now))?;
            tracing::info!(job = job.new.id, task = job.new.task, code = "forgotten", "the days of taking back are over");
            continue;
        }
        house.record(|store, now| store.deleted(&job.new.id, now))?;
        if let Some(place) = &job.archive {
            let folder = house.layout.own().join(place);
            remove(&folder).map_err(writing(&folder))?;
        }
        house.record(|store, now| store.removed(&job.new.id, now))?;
        tracing::info!(job = job.new.id, task = job.new.task, code = "deleted", "the days of keeping are over");
    }
    Ok(over.len() > MOST)
}
