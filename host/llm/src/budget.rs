//! What may be spent and what was. Invariant: spent and reserved amounts together never exceed a limit when a reservation is
//! made, and every reservation ends with what was really used.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Serialize;

use crate::{
    config::{BudgetsConfig, LimitConfig, PricesConfig},
    error::LlmError,
    meter::Meter,
    money::Money,
    request::Account,
};

/// How many scans, and how many keys, are kept account of.
const MOST_ACCOUNTS: usize = 10_000;
const SECONDS_PER_DAY: u64 = 86_400;

/// Whose budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One scan's.
    Scan,
    /// One key's of one day.
    Key,
    /// The day's.
    Day,
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Scan => "scan",
            Self::Key => "key",
            Self::Day => "day",
        })
    }
}

/// An amount of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// Tokens of prompts and answers together.
    pub tokens: u64,
    /// Their cost.
    pub cost: Money,
}

impl Spent {
    fn plus(self, other: Self) -> Self {
        Self { tokens: self.tokens.saturating_add(other.tokens), cost: self.cost.plus(other.cost) }
    }

    fn minus(self, other: Self) -> Self {
        Self { tokens: self.tokens.saturating_sub(other.tokens), cost: self.cost.minus(other.cost) }
    }
}

/// What an account has spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spending {
    /// By the scan.
    pub scan: Spent,
    /// By the key, today.
    pub key: Spent,
    /// By everyone, today.
    pub day: Spent,
}

#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    spent: Spent,
    reserved: Spent,
    /// The number of the last reservation.
    used: u64,
}

#[derive(Debug, Default)]
struct Books {
    day: u64,
    reservations: u64,
    scans: HashMap<String, Entry>,
    keys: HashMap<String, Entry>,
    today: Entry,
}

/// The books of one client.
#[derive(Debug)]
pub(crate) struct Ledger {
    limits: BudgetsConfig,
    books: Mutex<Books>,
}

/// A part of the budgets that is set aside for one attempt; dropping it books what the attempt's meter shows.
#[derive(Debug)]
pub(crate) struct Reservation {
    ledger: Arc<Ledger>,
    account: Account,
    day: u64,
    reserved: Spent,
    prices: PricesConfig,
    meter: Arc<Meter>,
}

impl Entry {
    fn check(&self, scope: Scope, limit: &LimitConfig, wanted: Spent) -> Result<(), LlmError> {
        let taken = self.spent.plus(self.reserved);
        let after = taken.plus(wanted);
        if let Some(most) = limit.tokens
            && after.tokens > most
        {
            let left = format!("{} tokens", most.saturating_sub(taken.tokens));
            return Err(LlmError::BudgetExhausted { scope, left, wanted: format!("{} tokens", wanted.tokens) });
        }
        if let Some(most) = limit.cost.map(Money::from_units)
            && after.cost > most
        {
            let left = format!("a cost of {}", most.minus(taken.cost));
            return Err(LlmError::BudgetExhausted { scope, left, wanted: wanted.cost.to_string() });
        }
        Ok(())
    }

    fn reserve(&mut self, wanted: Spent, number: u64) {
        self.reserved = self.reserved.plus(wanted);
        self.used = number;
    }

    fn settle(&mut self, reserved: Spent, used: Spent) {
        self.reserved = self.reserved.minus(reserved);
        self.spent = self.spent.plus(used);
    }
}

impl Books {
    fn turn_to(&mut self, day: u64) {
        if self.day != day {
            self.day = day;
            self.keys.clear();
            self.today = Entry::default();
        }
    }
}

/// Gives the entry, and room for it: the account that was idle longest goes, where one is idle.
fn entry<'a>(entries: &'a mut HashMap<String, Entry>, name: &str) -> &'a mut Entry {
    if entries.len() >= MOST_ACCOUNTS && !entries.contains_key(name) {
        let idle = entries.iter().filter(|(_, entry)| entry.reserved == Spent::default());
        if let Some(oldest) = idle.min_by_key(|(_, entry)| entry.used).map(|(name, _)| name.clone()) {
            entries.remove(&oldest);
        }
    }
    entries.entry(name.to_owned()).or_default()
}

impl Ledger {
    pub(crate) fn new(limits: BudgetsConfig) -> Arc<Self> {
        Arc::new(Self { limits, books: Mutex::default() })
    }

    /// Sets an amount aside in every budget of the account, or in none.
    pub(crate) fn reserve(
        self: &Arc<Self>,
        account: &Account,
        wanted: Spent,
        prices: PricesConfig,
        meter: Arc<Meter>,
    ) -> Result<Reservation, LlmError> {
        let day = today();
        let mut books = self.lock();
        books.turn_to(day);
        let known = |entries: &HashMap<String, Entry>, name: &Option<String>| {
            name.as_ref().and_then(|name| entries.get(name)).copied().unwrap_or_default()
        };
        if account.scan.is_some() {
            known(&books.scans, &account.scan).check(Scope::Scan, &self.limits.scan, wanted)?;
        }
        if account.key.is_some() {
            known(&books.keys, &account.key).check(Scope::Key, &self.limits.key, wanted)?;
        }
        books.today.check(Scope::Day, &self.limits.day, wanted)?;
        books.reservations += 1;
        let number = books.reservations;
        if let Some(scan) = &account.scan {
            entry(&mut books.scans, scan).reserve(wanted, number);
        }
        if let Some(key) = &account.key {
            entry(&mut books.keys, key).reserve(wanted, number);
        }
        books.today.reserve(wanted, number);
        drop(books);
        let ledger = Arc::clone(self);
        Ok(Reservation { ledger, account: account.clone(), day, reserved: wanted, prices, meter })
    }

    /// Gives what was spent.
    pub(crate) fn spending(&self, account: &Account) -> Spending {
        let mut books = self.lock();
        books.turn_to(today());
        let spent = |entries: &HashMap<String, Entry>, name: &Option<String>| {
            name.as_ref().and_then(|name| entries.get(name)).map(|entry| entry.spent).unwrap_or_default()
        };
        Spending {
            scan: spent(&books.scans, &account.scan),
            key: spent(&books.keys, &account.key),
            day: books.today.spent,
        }
    }

    /// Closes a scan's account.
    pub(crate) fn forget_scan(&self, scan: &str) {
        self.lock().scans.remove(scan);
    }

    fn lock(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let usage = self.meter.usage(&self.prices);
        let used = Spent { tokens: usage.input_tokens.saturating_add(usage.output_tokens), cost: usage.cost };
        let mut books = self.ledger.lock();
        if let Some(entry) = self.account.scan.as_ref().and_then(|scan| books.scans.get_mut(scan)) {
            entry.settle(self.reserved, used);
        }
        // What was reserved on an earlier day is in no book any more.
        if books.day == self.day {
            if let Some(entry) = self.account.key.as_ref().and_then(|key| books.keys.get_mut(key)) {
                entry.settle(self.reserved, used);
            }
            books.today.settle(self.reserved, used);
        }
    }
}

/// Gives the number of days since 1970 (UTC).
fn today() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() / SECONDS_PER_DAY)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::Arc;

    use super::*;
    use crate::stream::Tokens;

    fn ledger() -> Arc<Ledger> {
        let tokens = |tokens| LimitConfig { tokens: Some(tokens), cost: None };
        Ledger::new(BudgetsConfig { scan: tokens(100), key: tokens(150), day: tokens(180) })
    }

    fn account(scan: &str, key: &str) -> Account {
        Account { scan: Some(scan.to_owned()), key: Some(key.to_owned()) }
    }

    fn reserve(ledger: &Arc<Ledger>, account: &Account, tokens: u64) -> Result<(Reservation, Arc<Meter>), LlmError> {
        let meter = Arc::new(Meter::new(tokens));
        let wanted = Spent { tokens, cost: Money::default() };
        ledger
            .reserve(account, wanted, PricesConfig::default(), Arc::clone(&meter))
            .map(|reservation| (reservation, meter))
    }

    #[test]
    fn the_unused_part_is_given_back() {
        let (ledger, account) = (ledger(), account("s", "k"));
        let (first, meter) = reserve(&ledger, &account, 100).unwrap();
        let refused = reserve(&ledger, &account, 1).unwrap_err();
        assert!(matches!(refused, LlmError::BudgetExhausted { scope: Scope::Scan, .. }), "{refused}");
        meter.counted(Tokens { input: 10, output: 5, cached: 0 });
        drop(first);
        assert_eq!(ledger.spending(&account).scan.tokens, 15);
        assert!(reserve(&ledger, &account, 85).is_ok());
    }

    #[test]
    fn each_scope_has_its_limit() {
        let ledger = ledger();
        let _first = reserve(&ledger, &account("a", "k"), 90).unwrap();
        let key = reserve(&ledger, &account("b", "k"), 70).unwrap_err();
        assert!(matches!(key, LlmError::BudgetExhausted { scope: Scope::Key, .. }), "{key}");
        let _second = reserve(&ledger, &account("b", "other"), 80).unwrap();
        let day = reserve(&ledger, &account("c", "third"), 20).unwrap_err();
        assert!(matches!(day, LlmError::BudgetExhausted { scope: Scope::Day, .. }), "{day}");
    }

    #[test]
    fn a_new_day_begins_with_nothing_and_late_settlements_do_no_harm() {
        let (ledger, account) = (ledger(), account("s", "k"));
        let (held, meter) = reserve(&ledger, &account, 100).unwrap();
        ledger.lock().turn_to(1);
        meter.sent();
        drop(held);
        let books = ledger.lock();
        assert_eq!((books.today.spent, books.today.reserved), (Spent::default(), Spent::default()));
        assert_eq!(books.scans.get("s").unwrap().spent.tokens, 100);
    }
}
