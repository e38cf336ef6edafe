//! 日付: days, weeks, months and times.

use book::Value;
use jiff::ToSpan;
use jiff::civil::{self, Date};
use rhai::{Array, Dynamic, ImmutableString};

use super::read::moment;
use super::{Entry, Vocabulary};
use crate::error::TroubleKind;
use crate::fault::{Fault, Said, kind_of};
use crate::handle::{Day, Moment};
use crate::operators;
use crate::outcome::LimitKind;
use crate::session::Session;

const MS_OF_DAY: i64 = 86_400_000;

pub(super) fn register(v: &mut Vocabulary) {
    v.family("日付", "date");
    making(v);
    parts_of_days(v);
    moving(v);
    showing(v);
    times(v);
}

fn day(date: Date) -> Dynamic {
    Dynamic::from(Day(book::Day::of(date).0))
}

/// A day out of a day or a date and time.
fn date_of(value: &Dynamic) -> Said<Date> {
    if let Some(day) = value.read_lock::<Day>() {
        return day.date();
    }
    match value.read_lock::<Moment>().map(|moment| moment.0) {
        Some(Value::DateTime(ms)) => Day(ms.div_euclid(MS_OF_DAY) as i32).date(),
        _ => Err(Fault::wrong_type(&[value]).into()),
    }
}

fn making(v: &mut Vocabulary) {
    v.word(
        "日付",
        &["日付(2024, 4, 1)", "日付(\"令和6年4月1日\")", "日付(\"4月3日\", 2024)"],
        "日付を作る、読む。読めなければ空欄。二つ目は、年のない日付の年度。",
        "Makes or reads a date; blank if it cannot be read. The second value is the fiscal year for a date without a year.",
    )
    .example("日付(\"令和6年4月1日\")", "2024-04-01")
    .form(|year: i64, month: i64, of_month: i64| -> Said<Dynamic> {
        let made = match (i16::try_from(year), i8::try_from(month), i8::try_from(of_month)) {
            (Ok(year), Ok(month), Ok(of_month)) => Date::new(year, month, of_month).ok(),
            _ => None,
        };
        match made {
            Some(date) => Ok(day(date)),
            None => {
                let private = format!("{year}-{month}-{of_month}");
                Err(Fault::new(TroubleKind::CannotRead { wanted: crate::Wanted::Date, private }).into())
            }
        }
    })
    .form(|value: Dynamic| read_day(&value, None))
    .form(|value: Dynamic, year: i64| read_day(&value, i32::try_from(year).ok()));
    v.word("今日", &["今日()"], "処理の日。", "The day of the job.")
        .example("今日()", "2022-08-05")
        .acting(|session| move || day(session.context.now.date()));
    v.word(
        "期間",
        &["期間(日付, 日付)"],
        "初めの日から終わりの日までの日付の配列。",
        "The days from one to another, both included.",
    )
    .example("期間(日付(2022, 4, 1), 日付(2022, 4, 3)).len()", "3")
    .acting(|session| {
        move |from: Dynamic, to: Dynamic| -> Said<Array> {
            if from.is_unit() || to.is_unit() {
                return Ok(Array::new());
            }
            let (from, to) = (book::Day::of(date_of(&from)?).0, book::Day::of(date_of(&to)?).0);
            if i64::from(to) - i64::from(from) >= session.context.limits.made_rows as i64 {
                return Err(Fault::Limit(LimitKind::Rows).into());
            }
            Ok((from..=to).map(|number| Dynamic::from(Day(number))).collect())
        }
    });
}

fn read_day(value: &Dynamic, fiscal_year: Option<i32>) -> Said<Dynamic> {
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(japan::read_date(&text, fiscal_year).map_or(Dynamic::UNIT, |(date, _)| day(date)));
    }
    if value.is_unit() {
        return Ok(Dynamic::UNIT);
    }
    if value.is_int() || value.is_decimal() {
        // A number in a cell that should be a date is Excel's day number.
        let serial = operators::Number::of(value).and_then(|number| f64::try_from(number.decimal()).ok());
        let found = serial.filter(|serial| *serial >= 1_000.0).and_then(|serial| book::Day::from_serial(serial, false));
        return Ok(found.map_or(Dynamic::UNIT, |found| Dynamic::from(Day(found.0))));
    }
    date_of(value).map(day)
}

type DayPart = (Entry, fn(Date) -> Dynamic);

fn parts_of_days(v: &mut Vocabulary) {
    let parts: [DayPart; 9] = [
        (("年", &["d.年"], "西暦の年。", "The year.", "日付(2022, 4, 1).年", "2022"), |date| {
            i64::from(date.year()).into()
        }),
        (("月", &["d.月"], "月。", "The month.", "日付(2022, 4, 1).月", "4"), |date| i64::from(date.month()).into()),
        (("日", &["d.日"], "日。", "The day of the month.", "日付(2022, 4, 1).日", "1"), |date| {
            i64::from(date.day()).into()
        }),
        (("曜日", &["d.曜日"], "曜日（月～日）。", "The weekday.", "日付(2022, 4, 1).曜日", "金"), |date| {
            ImmutableString::from(japan::weekday(date).to_string()).into()
        }),
        (
            ("年度", &["d.年度"], "年度（4月から3月）。", "The fiscal year.", "日付(2022, 3, 31).年度", "2021"),
            |date| i64::from(japan::fiscal_year(date)).into(),
        ),
        (
            ("週", &["d.週"], "ISOの週（月曜から日曜）。", "The ISO week.", "日付(2022, 1, 3).週", "2022-W01"),
            |date| {
                let (year, week) = japan::iso_week(date);
                ImmutableString::from(format!("{year:04}-W{week:02}")).into()
            },
        ),
        (
            ("週初め", &["d.週初め"], "週の月曜日。", "The Monday of the week.", "日付(2022, 1, 5).週初め", "2022-01-03"),
            |date| day(japan::week_start(date)),
        ),
        (
            ("月初め", &["d.月初め"], "月の初めの日。", "The first day of the month.", "日付(2022, 1, 5).月初め", "2022-01-01"),
            |date| day(date.first_of_month()),
        ),
        (
            ("月末", &["d.月末"], "月の終わりの日。", "The last day of the month.", "日付(2022, 2, 5).月末", "2022-02-28"),
            |date| day(date.last_of_month()),
        ),
    ];
    for (entry, part) in parts {
        v.entry(entry)
            .property(move |of: &mut Day| Ok(part(of.date()?)))
            .property(move |of: &mut Moment| Ok(part(date_of(&Dynamic::from(*of))?)));
    }
}

fn moving(v: &mut Vocabulary) {
    v.word("日を足す", &["日を足す(日付, 7)"], "何日か後（負の数なら前）の日。", "A day some days later, or earlier.")
        .example("日を足す(日付(2022, 4, 1), -1)", "2022-03-31")
        .form(|from: Dynamic, days: i64| -> Said<Dynamic> {
            if from.is_unit() {
                return Ok(Dynamic::UNIT);
            }
            Ok(Dynamic::from(operators::shift(Day(book::Day::of(date_of(&from)?).0), Some(days))?))
        });
    v.word(
        "月を足す",
        &["月を足す(日付, 1)"],
        "何か月か後の同じ日（なければ月末）。",
        "The same day some months later, or the last of that month.",
    )
    .example("月を足す(日付(2022, 1, 31), 1)", "2022-02-28")
    .form(|from: Dynamic, months: i64| -> Said<Dynamic> {
        let moved = i32::try_from(months).ok().filter(|months| months.abs() < 200_000).map(|months| months.months());
        let moved = moved.and_then(|span| date_of(&from).ok()?.checked_add(span).ok());
        moved.map(day).ok_or_else(|| Fault::new(TroubleKind::TooLarge).into())
    });
    v.word("日数", &["日数(初め, 終わり)"], "初めから終わりまでの日数の差。", "How many days lie between two days.")
        .example("日数(日付(2022, 4, 1), 日付(2022, 5, 1))", "30")
        .form(|from: Dynamic, to: Dynamic| -> Said<i64> {
            Ok(i64::from(book::Day::of(date_of(&to)?).0) - i64::from(book::Day::of(date_of(&from)?).0))
        });
    v.word(
        "次の営業日",
        &["次の営業日(日付)"],
        "その日が開庁日ならその日、閉庁日なら次の開庁日。祝日の表にない年なら空欄。",
        "The day itself if offices are open, else the next working day; blank outside the years whose holidays are known.",
    )
    .example("次の営業日(日付(2022, 4, 29))", "2022-05-02")
    .form(|from: Dynamic| -> Said<Dynamic> { Ok(japan::next_business_day(date_of(&from)?).map_or(Dynamic::UNIT, day)) });
    v.word(
        "前の営業日",
        &["前の営業日(日付)"],
        "その日が開庁日ならその日、閉庁日なら前の開庁日。祝日の表にない年なら空欄。",
        "The day itself if offices are open, else the working day before; blank outside the years whose holidays are known.",
    )
    .example("前の営業日(日付(2022, 5, 1))", "2022-04-28")
    .form(|from: Dynamic| -> Said<Dynamic> { Ok(japan::previous_business_day(date_of(&from)?).map_or(Dynamic::UNIT, day)) });
    v.word(
        "祝日か",
        &["祝日か(日付)"],
        "国民の祝日か。祝日の表にない年なら空欄。",
        "Whether a day is a national holiday; blank outside the known years.",
    )
    .example("祝日か(日付(2022, 4, 29))", "TRUE")
    .form(|of: Dynamic| -> Said<Dynamic> { Ok(japan::is_holiday(date_of(&of)?).map_or(Dynamic::UNIT, Dynamic::from_bool)) });
}

fn showing(v: &mut Vocabulary) {
    v.word("和暦", &["和暦(日付)"], "和暦で書く。", "A date in the Japanese era.")
        .example("和暦(日付(2024, 4, 1))", "令和6年4月1日")
        .acting(|session| {
            move |value: Dynamic| -> Said<ImmutableString> {
                if value.is_unit() {
                    return Ok(ImmutableString::new());
                }
                let date = date_of(&value)?;
                Ok(japan::era_name(date).unwrap_or_else(|| session.show(&value)).into())
            }
        });
    v.word(
        "日付文字",
        &["日付文字(日付, \"yyyy年m月d日\")", "日付文字(日時, \"m月d日 H:mm\")"],
        "書き方を決めて書く。yyyy yy mm m dd d aaa（曜日）ggge（令和4）、時刻は H HH と、: の後の mm。",
        "A date or time by a pattern of Excel's letters.",
    )
    .example("日付文字(日付(2022, 4, 1), \"m月d日(aaa)\")", "4月1日(金)")
    .form(|value: Dynamic, pattern: ImmutableString| -> Said<ImmutableString> {
        if value.is_unit() {
            return Ok(ImmutableString::new());
        }
        let ms = match value.read_lock::<Moment>().map(|moment| moment.0) {
            Some(Value::DateTime(ms)) => Some(ms.rem_euclid(MS_OF_DAY)),
            Some(Value::Time(ms)) => {
                return Ok(japan::format_date(civil::date(1970, 1, 1), &with_time(&pattern, i64::from(ms))).into());
            }
            Some(Value::Duration(ms)) => {
                return Ok(japan::format_date(civil::date(1970, 1, 1), &with_time(&pattern, ms.max(0))).into());
            }
            _ => None,
        };
        let date = date_of(&value)?;
        Ok(japan::format_date(date, &with_time(&pattern, ms.unwrap_or(0))).into())
    });
}

/// The pattern with its hours and minutes filled in as quoted text. `mm` are minutes behind a colon or an hour, and before 分.
fn with_time(pattern: &str, ms: i64) -> String {
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let chars: Vec<char> = pattern.chars().collect();
    let mut filled = String::with_capacity(pattern.len() + 8);
    let mut quoted = false;
    let mut at = 0;
    while at < chars.len() {
        let sign = chars[at];
        let run = chars[at..].iter().take_while(|next| **next == sign).count();
        let before = at.checked_sub(1).map(|at| chars[at]);
        let behind = chars.get(at + run);
        let number = match sign {
            _ if quoted => None,
            'H' | 'h' => Some(hour),
            'm' if matches!(before, Some(':' | '時')) || matches!(behind, Some('分')) => Some(minute),
            's' => Some(second),
            _ => None,
        };
        match number {
            Some(number) if run >= 2 => filled.push_str(&format!("\"{number:02}\"")),
            Some(number) => filled.push_str(&format!("\"{number}\"")),
            None => filled.extend(std::iter::repeat_n(sign, run)),
        }
        if sign == '"' && run % 2 == 1 {
            quoted = !quoted;
        }
        at += run;
    }
    filled
}

fn times(v: &mut Vocabulary) {
    v.word(
        "日時",
        &["日時(\"2022-04-02 10:42\")", "日時(2022, 4, 2, 10, 42)"],
        "日時を作る、読む。読めなければ空欄。",
        "Makes or reads a date with time; blank if it cannot be read.",
    )
    .example("日時(2022, 4, 2, 10, 42)", "2022-04-02 10:42")
    .acting(|session| move |value: Dynamic| read_moment(&session, &value))
    .form(|year: i64, month: i64, of_month: i64, hour: i64, minute: i64| -> Said<Dynamic> {
        let date = Date::new(small(year)?, small(month)?, small(of_month)?);
        let time = civil::Time::new(small(hour)?, small(minute)?, 0, 0);
        match (date, time) {
            (Ok(date), Ok(time)) => Ok(Dynamic::from(Moment(moment(date.to_datetime(time))))),
            _ => Err(Fault::new(TroubleKind::CannotRead { wanted: crate::Wanted::Date, private: String::new() }).into()),
        }
    });
    let ms_of = |moment: &Moment| match moment.0 {
        Value::DateTime(ms) => Ok(ms.rem_euclid(MS_OF_DAY)),
        Value::Time(ms) => Ok(i64::from(ms)),
        Value::Duration(ms) => Ok(ms),
        _ => Err(Fault::wrong_type(&[&Dynamic::from(*moment)])),
    };
    v.word("時", &["t.時"], "時刻の時。時間では、時間の部分。", "The hour; of a length of time its whole hours.")
        .example("日時(2022, 4, 2, 10, 42).時", "10")
        .property(move |of: &mut Moment| Ok(ms_of(of)? / 3_600_000));
    v.word("分", &["t.分"], "時刻の分。時間では、残りの分。", "The minute; of a length of time the minutes left over.")
        .example("日時(2022, 4, 2, 10, 42).分", "42")
        .property(move |of: &mut Moment| Ok(ms_of(of)? / 60_000 % 60));
    v.word("時間数", &["t.時間数"], "時間の長さを時間で（8:30 は 8.5）。", "A length of time in hours: 8:30 is 8.5.")
        .example("時間(\"41:15\").時間数", "41.25")
        .property(move |of: &mut Moment| {
            let ms = rust_decimal::Decimal::from(ms_of(of)?);
            Ok(operators::tidy(ms / rust_decimal::Decimal::from(3_600_000)))
        });
    v.word(
        "時間",
        &["時間(\"8:30\")", "時間(\"8時間30分\")"],
        "時間の長さを読む。読めなければ空欄。",
        "Reads a length of time; blank if it cannot be read.",
    )
    .example("時間(\"8時間30分\")", "8:30")
    .form(|value: Dynamic| -> Dynamic {
        match value.as_immutable_string_ref() {
            Ok(text) => japan::read_duration(&text).map_or(Dynamic::UNIT, |ms| Dynamic::from(Moment(Value::Duration(ms)))),
            Err(_) => value.clone(),
        }
    });
}

fn small<T: TryFrom<i64>>(number: i64) -> Said<T> {
    T::try_from(number)
        .map_err(|_| Fault::new(TroubleKind::CannotRead { wanted: crate::Wanted::Date, private: number.to_string() }).into())
}

fn read_moment(session: &Session, value: &Dynamic) -> Said<Dynamic> {
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(japan::read_datetime(&text, None).map_or(Dynamic::UNIT, |(at, _)| Dynamic::from(Moment(moment(at)))));
    }
    match session.value(value) {
        Ok(Value::Blank) => Ok(Dynamic::UNIT),
        Ok(same @ Value::DateTime(_)) => Ok(Dynamic::from(Moment(same))),
        Ok(Value::Date(day)) => Ok(Dynamic::from(Moment(Value::DateTime(i64::from(day.0) * MS_OF_DAY)))),
        _ => Err(Fault::new(TroubleKind::WrongType { got: vec![kind_of(value)], takes: Vec::new() }).into()),
    }
}
