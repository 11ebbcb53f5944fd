//! Cron expressions, held to what EventBridge Scheduler documents while they are compiled.

use smol_str::SmolStr;
use std::{error, fmt};

/// An EventBridge Scheduler cron expression of six fields: minutes, hours, day of month, month, day
/// of week, year. Constants are written with [`cron!`](crate::cron), others made by [`Cron::new`].
///
/// | field | values | besides |
/// |---|---|---|
/// | minutes | 0 to 59 | `,` `-` `*` `/` |
/// | hours | 0 to 23 | `,` `-` `*` `/` |
/// | day of month | 1 to 31 | `,` `-` `*` `/` `?`, or alone `L`, `LW`, `15W` |
/// | month | 1 to 12, JAN to DEC | `,` `-` `*` `/` |
/// | day of week | 1 to 7, SUN to SAT | `,` `-` `*` `?`, or alone `L`, `6L`, `6#2` |
/// | year | 1970 to 2199 | `,` `-` `*` `/` |
///
/// Exactly one of the two days is `?` ("Schedule types in EventBridge Scheduler", EventBridge
/// Scheduler User Guide). Also refused is what AWS would take and never do as it says: a range that
/// goes down, a step longer than its field, and an expression that never fires, as on 30 February or
/// in years that are over. Years before 2026 count as over, whatever the clock says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cron {
    expression: SmolStr,
}

/// Why a text is not a [`Cron`] expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidCron(&'static str);

impl fmt::Display for InvalidCron {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl error::Error for InvalidCron {}

impl Cron {
    /// The expression, if it is one. O(length).
    ///
    /// # Errors
    /// [`InvalidCron`] says what is wrong with it.
    ///
    /// ```
    /// # use net_dsl::entity::schedule::Cron;
    /// assert!(Cron::new("0/15 8-17 ? * MON-FRI *").is_ok());
    /// assert!(Cron::new("0 25 * * ? *").is_err());
    /// let never = Cron::new("0 0 30 FEB ? *").unwrap_err();
    /// assert!(never.to_string().contains("never fires"));
    /// ```
    pub fn new(expression: &str) -> Result<Cron, InvalidCron> {
        match Fields::parse(expression.as_bytes()) {
            Ok(_) => Ok(Cron { expression: SmolStr::new(expression) }),
            Err(fault) => Err(InvalidCron(fault)),
        }
    }

    #[doc(hidden)]
    #[track_caller]
    pub const fn literal(expression: &'static str) -> Cron {
        if let Err(fault) = Fields::parse(expression.as_bytes()) {
            panic!("{}", fault)
        }
        Cron { expression: SmolStr::new_static(expression) }
    }

    /// The six fields, without `cron(…)` around them.
    pub fn as_str(&self) -> &str {
        &self.expression
    }

    /// A time that no two ticks are closer than, in seconds; ticks of different days are taken to be
    /// of days that follow each other.
    ///
    /// ```
    /// # use net_dsl::cron;
    /// assert_eq!(cron!("*/15 * * * ? *").shortest_gap(), 900);
    /// assert_eq!(cron!("0 8,20 * * ? *").shortest_gap(), 43_200);
    /// assert_eq!(cron!("0,59 3 * * ? *").shortest_gap(), 3_540);
    /// assert_eq!(cron!("0 3 * * ? *").shortest_gap(), 86_400);
    /// ```
    pub fn shortest_gap(&self) -> u64 {
        const DAY: u64 = 24 * 60;
        let Ok(fields) = Fields::parse(self.expression.as_bytes()) else { return DAY * 60 };
        let ticks: Vec<u64> = (0..DAY)
            .filter(|minute| fields.hours.has(minute / 60) && fields.minutes.has(minute % 60))
            .collect();
        let after = ticks.iter().skip(1).copied().chain(ticks.first().map(|first| first + DAY));
        let gaps = ticks.iter().zip(after).map(|(now, next)| next - now);
        gaps.min().unwrap_or(DAY) * 60
    }
}

impl Cron {
    /// The first tick after a second since 1970, in seconds since 1970 and UTC; none if there is none
    /// any more. O(days until then).
    ///
    /// ```
    /// # use net_dsl::cron;
    /// // 1 January 2026 was a Thursday.
    /// let new_year = 1_767_225_600;
    /// let hours = |cron: net_dsl::entity::schedule::Cron| {
    ///     cron.next_after(new_year).map(|next| (next - new_year) / 3_600)
    /// };
    /// assert_eq!(hours(cron!("0 3 * * ? *")), Some(3));
    /// assert_eq!(hours(cron!("0 0 ? * MON *")), Some(4 * 24));
    /// assert_eq!(hours(cron!("0 0 L * ? *")), Some(30 * 24));
    /// assert_eq!(hours(cron!("0 12 ? * FRI#2 *")), Some(8 * 24 + 12));
    /// assert_eq!(hours(cron!("0 0 15W * ? *")), Some(14 * 24));
    /// ```
    pub fn next_after(&self, second: u64) -> Option<u64> {
        let fields = Fields::parse(self.expression.as_bytes()).ok()?;
        let (mut year, mut month, mut start) = (1970, 1, 0);
        while year <= YEARS.last {
            let length = days_in(year, month);
            let is_meant = fields.years.has(year - YEARS.first) && fields.months.has(month);
            if is_meant && (start + length) * 86_400 > second {
                for day in (1..=length).filter(|day| fields.days.has(year, month, *day)) {
                    let midnight = (start + day - 1) * 86_400;
                    let ticks = (0..24 * 60).filter(|minute| {
                        fields.hours.has(minute / 60) && fields.minutes.has(minute % 60)
                    });
                    let mut ticks = ticks.map(|minute| midnight + minute * 60);
                    if let Some(next) = ticks.find(|tick| *tick > second) {
                        return Some(next);
                    }
                }
            }
            start += length;
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
        }
        None
    }
}

/// A cron expression checked while compiling.
///
/// ```compile_fail
/// net_dsl::cron!("0 25 * * ? *");
/// ```
///
/// ```compile_fail
/// net_dsl::cron!("0 3 * * ? 1999");
/// ```
#[macro_export]
macro_rules! cron {
    ($expression:expr $(,)?) => {{
        // Without a name, so that none of the user's is hidden.
        const _: $crate::entity::schedule::Cron =
            $crate::entity::schedule::Cron::literal($expression);
        $crate::entity::schedule::Cron::literal($expression)
    }};
    ($($wrong:tt)*) => {
        ::core::compile_error!("`cron!` takes one text, as in `cron!(\"0 3 * * ? *\")`")
    };
}

const SHAPE: &str = "a cron expression has six fields with one space between: minutes, hours, day of month, month, day of week, year";
const DAYS_ALONE: &str =
    "`L`, `W` and `#` in a cron expression stand alone in their field, as in `L`, `15W` or `6#2`";
const RANGE: &str = "a range in a cron expression goes up, as in `10-50`; one that goes round is written as two, as in `22-23,0-6`";
const STEP: &str =
    "a step in a cron expression is 1 or more and no longer than its field, as in `0/15`";
const NEVER: &str =
    "this cron expression never fires: from 2026 on, no year and month it names has such a day";

/// What a field may hold.
#[derive(Clone, Copy)]
struct Rule {
    first: u64,
    last: u64,
    /// What stands for its numbers, three letters each.
    names: &'static [u8],
    steps: bool,
    fault: &'static str,
}

const MINUTES: Rule = Rule {
    first: 0,
    last: 59,
    names: b"",
    steps: true,
    fault: "a cron expression's minutes are 0 to 59, `*`, lists, ranges and steps",
};
const HOURS: Rule = Rule {
    first: 0,
    last: 23,
    names: b"",
    steps: true,
    fault: "a cron expression's hours are 0 to 23, `*`, lists, ranges and steps",
};
const MONTH_DAYS: Rule = Rule {
    first: 1,
    last: 31,
    names: b"",
    steps: true,
    fault: "a cron expression's days of the month are 1 to 31, `*`, `?`, lists, ranges and steps, or `L`, `LW` or `15W`",
};
const MONTHS: Rule = Rule {
    first: 1,
    last: 12,
    names: b"JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC",
    steps: true,
    fault: "a cron expression's months are 1 to 12 or JAN to DEC, `*`, lists, ranges and steps",
};
const WEEK_DAYS: Rule = Rule {
    first: 1,
    last: 7,
    names: b"SUNMONTUEWEDTHUFRISAT",
    steps: false,
    fault: "a cron expression's days of the week are 1 to 7 or SUN to SAT, `*`, `?`, lists and ranges, or `L`, `6L` or `6#2`",
};
const YEARS: Rule = Rule {
    first: 1970,
    last: 2199,
    names: b"",
    steps: true,
    fault: "a cron expression's years are 1970 to 2199, `*`, lists, ranges and steps",
};

/// The first year that may have ticks to come.
const THIS_YEAR: u64 = 2026;

/// A set of numbers up to 255.
#[derive(Clone, Copy)]
struct Set([u128; 2]);

impl Set {
    const fn has(self, number: u64) -> bool {
        number < 256 && self.0[(number / 128) as usize] >> (number % 128) & 1 == 1
    }

    const fn with(mut self, number: u64) -> Set {
        self.0[(number / 128) as usize] |= 1 << (number % 128);
        self
    }
}

/// The days of a month that match.
#[derive(Clone, Copy)]
enum Days {
    /// Days of the month.
    OfMonth(Set),
    /// The working day next to a day of the month.
    NearestTo(u64),
    /// A number of a day of the week in the month: day, number.
    Nth(u64, u64),
    /// Days of the week, from 1 for Sunday.
    OfWeek(Set),
    /// The last day of the month.
    Last,
    /// The last working day of the month.
    LastWorking,
    /// The last of a day of the week in the month.
    LastOf(u64),
}

/// What a cron expression says.
struct Fields {
    minutes: Set,
    hours: Set,
    months: Set,
    /// From 1970.
    years: Set,
    days: Days,
}

impl Fields {
    const fn parse(bytes: &[u8]) -> Result<Fields, &'static str> {
        if bytes.len() > 240 {
            return Err("a cron expression is at most 240 characters long");
        }
        let (mut fields, mut count, mut i): ([&[u8]; 6], _, _) = ([&[]; 6], 0, 0);
        while count < 6 {
            let rest = bytes.split_at(i).1;
            let mut length = 0;
            while length < rest.len() && rest[length] != b' ' {
                length += 1;
            }
            fields[count] = rest.split_at(length).0;
            count += 1;
            if length == 0 || (count == 6) != (length == rest.len()) {
                return Err(SHAPE);
            }
            i += length + 1;
        }
        let [minutes, hours, month_days, months, week_days, years] = fields;
        let parsed = Fields {
            minutes: match set(minutes, MINUTES) {
                Ok(set) => set,
                Err(fault) => return Err(fault),
            },
            hours: match set(hours, HOURS) {
                Ok(set) => set,
                Err(fault) => return Err(fault),
            },
            days: match (month_days, week_days) {
                (b"?", b"?") => return Err(ONE_DAY),
                (days, b"?") => match days_of_month(days) {
                    Ok(days) => days,
                    Err(fault) => return Err(fault),
                },
                (b"?", days) => match days_of_week(days) {
                    Ok(days) => days,
                    Err(fault) => return Err(fault),
                },
                _ => return Err(ONE_DAY),
            },
            months: match set(months, MONTHS) {
                Ok(set) => set,
                Err(fault) => return Err(fault),
            },
            years: match set(years, YEARS) {
                Ok(set) => set,
                Err(fault) => return Err(fault),
            },
        };
        if parsed.fires() { Ok(parsed) } else { Err(NEVER) }
    }

    /// Whether there is a day that matches, from [`THIS_YEAR`] on.
    const fn fires(&self) -> bool {
        let mut year = THIS_YEAR;
        while year <= YEARS.last {
            let mut month = 1;
            while month <= 12 && self.years.has(year - YEARS.first) {
                if self.months.has(month) && self.days.are_in(year, month) {
                    return true;
                }
                month += 1;
            }
            year += 1;
        }
        false
    }
}

const ONE_DAY: &str =
    "exactly one of day of month and day of week is `?`: they would contradict each other";

impl Days {
    const fn are_in(self, year: u64, month: u64) -> bool {
        let length = days_in(year, month);
        match self {
            Days::OfMonth(days) => {
                let mut day = 1;
                while day <= length {
                    if days.has(day) {
                        return true;
                    }
                    day += 1;
                }
                false
            }
            Days::NearestTo(day) => day <= length,
            Days::Nth(day, number) => {
                let first = (day + 7 - first_week_day(year, month)) % 7 + 1;
                first + (number - 1) * 7 <= length
            }
            Days::OfWeek(_) | Days::Last | Days::LastWorking | Days::LastOf(_) => true,
        }
    }
}

impl Days {
    /// Whether a day of a month matches.
    fn has(self, year: u64, month: u64, day: u64) -> bool {
        let length = days_in(year, month);
        let week_day = |day: u64| (first_week_day(year, month) + day - 2) % 7 + 1;
        // The working day nearest to a day, which stays in its month (Sunday is 1, Saturday 7).
        let nearest = |day: u64| match week_day(day) {
            7 if day > 1 => day - 1,
            7 => day + 2,
            1 if day < length => day + 1,
            1 => day - 2,
            _ => day,
        };
        match self {
            Days::OfMonth(days) => days.has(day),
            Days::NearestTo(wanted) => wanted <= length && nearest(wanted) == day,
            Days::Nth(wanted, number) => week_day(day) == wanted && (day - 1) / 7 + 1 == number,
            Days::OfWeek(days) => days.has(week_day(day)),
            Days::Last => day == length,
            Days::LastWorking => {
                let last = match week_day(length) {
                    7 => length - 1,
                    1 => length - 2,
                    _ => length,
                };
                day == last
            }
            Days::LastOf(wanted) => week_day(day) == wanted && day + 7 > length,
        }
    }
}

const fn days_in(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The day of the week that a month starts on, from 1 for Sunday (Sakamoto's method).
const fn first_week_day(year: u64, month: u64) -> u64 {
    const SHIFTS: [u64; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let year = if month < 3 { year - 1 } else { year };
    (year + year / 4 - year / 100 + year / 400 + SHIFTS[month as usize - 1] + 1) % 7 + 1
}

const fn days_of_month(field: &[u8]) -> Result<Days, &'static str> {
    match field {
        b"L" => Ok(Days::Last),
        b"LW" => Ok(Days::LastWorking),
        [day @ .., b'W'] if is_number(day) => match value(day, 0, MONTH_DAYS) {
            Some((day, _)) => Ok(Days::NearestTo(day)),
            None => Err(MONTH_DAYS.fault),
        },
        _ if holds(field, b'L') || holds(field, b'W') || holds(field, b'#') => Err(DAYS_ALONE),
        _ => match set(field, MONTH_DAYS) {
            Ok(days) => Ok(Days::OfMonth(days)),
            Err(fault) => Err(fault),
        },
    }
}

const fn days_of_week(field: &[u8]) -> Result<Days, &'static str> {
    // The last day of the week.
    if let [b'L'] = field {
        return Ok(Days::OfWeek(Set([0; 2]).with(7)));
    }
    if let Some((day, next)) = value(field, 0, WEEK_DAYS) {
        match field.split_at(next).1 {
            b"L" => return Ok(Days::LastOf(day)),
            [b'#', number @ b'1'..=b'5'] => return Ok(Days::Nth(day, (*number - b'0') as u64)),
            _ => {}
        }
    }
    match set(field, WEEK_DAYS) {
        Ok(days) => Ok(Days::OfWeek(days)),
        Err(_) if holds(field, b'#') => Err(DAYS_ALONE),
        Err(fault) => Err(fault),
    }
}

const fn holds(field: &[u8], letter: u8) -> bool {
    let mut i = 0;
    while i < field.len() {
        if field[i] == letter {
            return true;
        }
        i += 1;
    }
    false
}

const fn is_number(field: &[u8]) -> bool {
    let mut i = 0;
    while i < field.len() {
        if !field[i].is_ascii_digit() {
            return false;
        }
        i += 1;
    }
    i > 0
}

/// A list of terms: `*`, a value or a range, each with an optional step. Years count from 1970.
const fn set(field: &[u8], rule: Rule) -> Result<Set, &'static str> {
    let offset = if rule.last > 255 { rule.first } else { 0 };
    let (mut set, mut i) = (Set([0; 2]), 0);
    loop {
        let (first, mut last);
        if i < field.len() && field[i] == b'*' {
            (first, last, i) = (rule.first, rule.last, i + 1);
        } else {
            (first, i) = match value(field, i, rule) {
                Some(found) => found,
                None => return Err(rule.fault),
            };
            last = first;
            if i < field.len() && field[i] == b'-' {
                (last, i) = match value(field, i + 1, rule) {
                    Some(found) => found,
                    None => return Err(rule.fault),
                };
                if last < first {
                    return Err(RANGE);
                }
            } else if i < field.len() && field[i] == b'/' {
                last = rule.last;
            }
        }
        let mut step = 1;
        if i < field.len() && field[i] == b'/' {
            if !rule.steps {
                return Err(rule.fault);
            }
            (step, i) = match number(field, i + 1) {
                Some(found) => found,
                None => return Err(STEP),
            };
            if step == 0 || step > rule.last - rule.first {
                return Err(STEP);
            }
        }
        let mut number = first;
        while number <= last {
            set = set.with(number - offset);
            number += step;
        }
        if i == field.len() {
            return Ok(set);
        }
        if field[i] != b',' {
            return Err(rule.fault);
        }
        i += 1;
    }
}

/// A number or a name that stands for one, and where it ends.
const fn value(field: &[u8], start: usize, rule: Rule) -> Option<(u64, usize)> {
    if let Some((number, next)) = number(field, start) {
        let fits = rule.first <= number && number <= rule.last;
        return if fits { Some((number, next)) } else { None };
    }
    let mut i = 0;
    while i < rule.names.len() && start + 3 <= field.len() {
        if rule.names[i] == field[start]
            && rule.names[i + 1] == field[start + 1]
            && rule.names[i + 2] == field[start + 2]
        {
            return Some((rule.first + i as u64 / 3, start + 3));
        }
        i += 3;
    }
    None
}

const fn number(field: &[u8], start: usize) -> Option<(u64, usize)> {
    let (mut i, mut value) = (start, 0);
    while i < field.len() && field[i].is_ascii_digit() && i - start < 5 {
        value = value * 10 + (field[i] - b'0') as u64;
        i += 1;
    }
    if i == start { None } else { Some((value, i)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_right() {
        // 1 January 2026 is a Thursday, 1 March 2100 a Monday, 1 February 2096 a Wednesday.
        assert_eq!(first_week_day(2026, 1), 5);
        assert_eq!(first_week_day(2100, 3), 2);
        assert_eq!(first_week_day(2096, 2), 4);
        assert_eq!((days_in(2028, 2), days_in(2100, 2), days_in(2000, 2)), (29, 28, 29));
    }

    #[test]
    fn what_fires_is_taken() {
        for expression in [
            "* * * * ? *",
            "0/15 8-17 ? * MON-FRI *",
            "5,35 0,12 L * ? 2030-2040",
            "0 0 LW * ? *",
            "0 0 15W * ? *",
            "0 0 31W JAN ? *",
            "0 0 ? * L *",
            "0 0 ? * 6L *",
            "0 0 ? * FRIL *",
            "0 0 ? * 6#5 *",
            "0 0 ? FEB SUN#5 *",
            "0 0 29 2 ? *",
            "0 0 29-31 2 ? 2028",
            "0 0 1/2 JAN,JUL ? 2020-2030",
            "0 0 ? * SUN,TUE-THU 2026/2",
            "59 23 31 12 ? 2199",
        ] {
            assert!(Cron::new(expression).is_ok(), "{expression}: {:?}", Cron::new(expression));
        }
    }

    #[test]
    fn what_is_none_or_never_fires_is_refused_with_its_reason() {
        for (expression, fault) in [
            ("", SHAPE),
            ("0 0 * * ?", SHAPE),
            ("0 0 * * ? * *", SHAPE),
            ("0  0 * * ? *", SHAPE),
            (" 0 0 * * ? *", SHAPE),
            ("0 0 * * ? * ", SHAPE),
            ("60 0 * * ? *", MINUTES.fault),
            ("? 0 * * ? *", MINUTES.fault),
            ("1,, 0 * * ? *", MINUTES.fault),
            ("-5 0 * * ? *", MINUTES.fault),
            ("50-10 0 * * ? *", RANGE),
            ("0 22-6 * * ? *", RANGE),
            ("0 0 ? * FRI-MON *", RANGE),
            ("0 0 * * ? 2030-2027", RANGE),
            ("0/0 0 * * ? *", STEP),
            ("*/60 0 * * ? *", STEP),
            ("0/ 0 * * ? *", STEP),
            ("0 0/24 * * ? *", STEP),
            ("0 24 * * ? *", HOURS.fault),
            ("0 L * * ? *", HOURS.fault),
            ("0 0 32 * ? *", MONTH_DAYS.fault),
            ("0 0 0 * ? *", MONTH_DAYS.fault),
            ("0 0 MON * ? *", MONTH_DAYS.fault),
            ("0 0 32W * ? *", MONTH_DAYS.fault),
            ("0 0 W * ? *", DAYS_ALONE),
            ("0 0 L,15 * ? *", DAYS_ALONE),
            ("0 0 L-3 * ? *", DAYS_ALONE),
            ("0 0 1-5W * ? *", DAYS_ALONE),
            ("0 0 3#2 * ? *", DAYS_ALONE),
            ("0 0 * 13 ? *", MONTHS.fault),
            ("0 0 * jan ? *", MONTHS.fault),
            ("0 0 ? * 0 *", WEEK_DAYS.fault),
            ("0 0 ? * 8 *", WEEK_DAYS.fault),
            ("0 0 ? * MON/2 *", WEEK_DAYS.fault),
            ("0 0 ? * 15W *", WEEK_DAYS.fault),
            ("0 0 ? * 3#1,6#3 *", DAYS_ALONE),
            ("0 0 ? * MON#6 *", DAYS_ALONE),
            ("0 0 ? * #2 *", DAYS_ALONE),
            ("0 0 * * * *", ONE_DAY),
            ("0 0 ? * ? *", ONE_DAY),
            ("0 0 1 * MON *", ONE_DAY),
            ("0 0 * * ? 1969", YEARS.fault),
            ("0 0 * * ? 2200", YEARS.fault),
            ("0 0 * * ? 1999", NEVER),
            ("0 0 * * ? 1970-2025", NEVER),
            ("0 0 30 2 ? *", NEVER),
            ("0 0 31 FEB,APR,JUN,SEP,NOV ? *", NEVER),
            ("0 0 29 2 ? 2027", NEVER),
            ("0 0 29 2 ? 2100", NEVER),
            ("0 0 31W 4 ? *", NEVER),
            ("0 0 ? 2 MON#5 2026-2027", NEVER),
        ] {
            let refused = Cron::new(expression).expect_err(expression);
            assert_eq!(refused, InvalidCron(fault), "{expression}");
        }
    }
}
