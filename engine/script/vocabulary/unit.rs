//! 件: how much work was done.

use super::Vocabulary;
use crate::error::TroubleKind;
use crate::fault::{Fault, Said};

pub(super) fn register(v: &mut Vocabulary) {
    v.family("件", "unit");
    v.word(
        "処理件数",
        &["処理件数(数)"],
        "処理した件数。業務の「件」で数え、一度だけ言う。",
        "How many units of work were done; said once.",
    )
    .example("処理件数(表.行数)", "")
    .acting(|session| {
        move |units: i64| -> Said<()> {
            let units = u64::try_from(units).map_err(|_| Fault::new(TroubleKind::OutOfRange { length: 0, index: units }))?;
            match session.units.replace(Some(units)) {
                None => Ok(()),
                Some(_) => Err(Fault::new(TroubleKind::UnitsTwice).into()),
            }
        }
    });
}
