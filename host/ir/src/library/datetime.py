"""Dates and times without time zones, in the proleptic Gregorian calendar; what has a zone is not modelled."""

import random
import re

import elsewhere

MINYEAR = 1
MAXYEAR = 9999


def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_in_month(year, month):
    if month == 2:
        return 29 if _is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def _ordinal(year, month, day):
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 + (367 * month - 362) // 12 + day
    if month <= 2:
        return days
    return days - 1 if _is_leap(year) else days - 2


def _civil(ordinal):
    """Gives year, month and day of a day's number; years are counted from March on, so that leap days come last."""
    shifted = ordinal + 305
    era = shifted // 146097
    day_of_era = shifted % 146097
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    place = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * place + 2) // 5 + 1
    month = place + 3 if place < 10 else place - 9
    year = year_of_era + era * 400
    return year + 1 if month <= 2 else year, month, day


def _check_date(year, month, day):
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError(f"year {year} is out of range")
    if not 1 <= month <= 12:
        raise ValueError("month must be in 1..12")
    if not 1 <= day <= _days_in_month(year, month):
        raise ValueError("day is out of range for month")


def _check_time(hour, minute, second, microsecond):
    if not 0 <= hour <= 23:
        raise ValueError("hour must be in 0..23")
    if not 0 <= minute <= 59:
        raise ValueError("minute must be in 0..59")
    if not 0 <= second <= 59:
        raise ValueError("second must be in 0..59")
    if not 0 <= microsecond <= 999999:
        raise ValueError("microsecond must be in 0..999999")


def _read(text, format):
    """Reads the numbers that a format asks for, as `strptime` does."""
    if re.fullmatch(r"(?:%[YmdHMS]|[-/:.,T ])*", format) is None:
        return elsewhere.datetime.strptime(text, format)
    pattern = re.escape(format).replace("\\ ", r"\s+")
    pattern = pattern.replace("%Y", r"(?P<Y>\d\d\d\d)").replace("%m", "(?P<m>1[0-2]|0[1-9]|[1-9])")
    pattern = pattern.replace("%d", r"(?P<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])")
    pattern = pattern.replace("%H", r"(?P<H>2[0-3]|[0-1]\d|\d)").replace("%M", r"(?P<M>[0-5]\d|\d)")
    pattern = pattern.replace("%S", r"(?P<S>6[0-1]|[0-5]\d|\d)")
    found = re.fullmatch(pattern, text, re.IGNORECASE)
    if found is None:
        raise ValueError("time data does not match format")
    year = int(found.group("Y")) if "%Y" in format else 1900
    month = int(found.group("m")) if "%m" in format else 1
    day = int(found.group("d")) if "%d" in format else 1
    hour = int(found.group("H")) if "%H" in format else 0
    minute = int(found.group("M")) if "%M" in format else 0
    second = int(found.group("S")) if "%S" in format else 0
    return datetime(year, month, day, hour, minute, second)


def _shown(format, moment, hour, minute, second, microsecond):
    """Writes what a format asks for, as `strftime` does."""
    if re.fullmatch(r"(?:%[YmdHMSfjF%]|[^%])*", format) is None or moment.year < 1000:
        return elsewhere.datetime.strftime(moment, format)
    text = format.replace("%%", "\0").replace("%F", "%Y-%m-%d")
    text = text.replace("%Y", str(moment.year)).replace("%m", f"{moment.month:02d}").replace("%d", f"{moment.day:02d}")
    text = text.replace("%H", f"{hour:02d}").replace("%M", f"{minute:02d}").replace("%S", f"{second:02d}")
    day_of_year = moment.toordinal() - _ordinal(moment.year, 1, 1) + 1
    text = text.replace("%f", f"{microsecond:06d}").replace("%j", f"{day_of_year:03d}")
    return text.replace("\0", "%")


class timedelta:
    def __init__(
        self, days=0, seconds=0, microseconds=0, milliseconds=0, minutes=0, hours=0, weeks=0
    ):
        given = (days, seconds, microseconds, milliseconds, minutes, hours, weeks)
        if not all(isinstance(one, int) for one in given):
            elsewhere.datetime.timedelta(self)
            return
        micro = microseconds + milliseconds * 1000
        rest = seconds + minutes * 60 + hours * 3600 + micro // 1000000
        whole = days + weeks * 7 + rest // 86400
        if not -999999999 <= whole <= 999999999:
            raise OverflowError(f"days={whole}; must have magnitude <= 999999999")
        self._days = whole
        self._seconds = rest % 86400
        self._microseconds = micro % 1000000

    @property
    def days(self):
        return self._days

    @property
    def seconds(self):
        return self._seconds

    @property
    def microseconds(self):
        return self._microseconds

    def _micro(self):
        return (self._days * 86400 + self._seconds) * 1000000 + self._microseconds

    def total_seconds(self):
        return self._micro() / 1000000

    def __add__(self, other):
        if isinstance(other, timedelta):
            return timedelta(0, 0, self._micro() + other._micro())
        return NotImplemented

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return timedelta(0, 0, self._micro() - other._micro())
        return NotImplemented

    def __neg__(self):
        return timedelta(0, 0, -self._micro())

    def __abs__(self):
        return -self if self._days < 0 else self

    def __mul__(self, other):
        if isinstance(other, int):
            return timedelta(0, 0, self._micro() * other)
        return NotImplemented

    def __rmul__(self, other):
        return self * other

    def __floordiv__(self, other):
        if isinstance(other, timedelta):
            return self._micro() // other._micro()
        if isinstance(other, int):
            return timedelta(0, 0, self._micro() // other)
        return NotImplemented

    def __mod__(self, other):
        if isinstance(other, timedelta):
            return timedelta(0, 0, self._micro() % other._micro())
        return NotImplemented

    def __truediv__(self, other):
        if isinstance(other, timedelta):
            return self._micro() / other._micro()
        return NotImplemented

    def __bool__(self):
        return self._micro() != 0

    def __eq__(self, other):
        return self._micro() == other._micro() if isinstance(other, timedelta) else NotImplemented

    def __lt__(self, other):
        return self._micro() < other._micro() if isinstance(other, timedelta) else NotImplemented

    def __le__(self, other):
        return self._micro() <= other._micro() if isinstance(other, timedelta) else NotImplemented

    def __gt__(self, other):
        return self._micro() > other._micro() if isinstance(other, timedelta) else NotImplemented

    def __ge__(self, other):
        return self._micro() >= other._micro() if isinstance(other, timedelta) else NotImplemented

    def __str__(self):
        minutes = self._seconds // 60
        text = f"{minutes // 60}:{minutes % 60:02d}:{self._seconds % 60:02d}"
        if self._days:
            word = "day" if self._days in (1, -1) else "days"
            text = f"{self._days} {word}, {text}"
        if self._microseconds:
            text = f"{text}.{self._microseconds:06d}"
        return text


class date:
    def __init__(self, year, month, day):
        _check_date(year, month, day)
        self._year = year
        self._month = month
        self._day = day

    @property
    def year(self):
        return self._year

    @property
    def month(self):
        return self._month

    @property
    def day(self):
        return self._day

    @classmethod
    def today(cls):
        year = random.randint(MINYEAR, MAXYEAR)
        month = random.randint(1, 12)
        return cls(year, month, random.randint(1, _days_in_month(year, month)))

    @classmethod
    def fromordinal(cls, ordinal, /):
        if not 1 <= ordinal <= 3652059:
            raise ValueError("ordinal must be in 1..3652059")
        year, month, day = _civil(ordinal)
        return cls(year, month, day)

    @classmethod
    def fromisoformat(cls, text, /):
        found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
        if found is None:
            found = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", text)
        if found is None:
            if re.fullmatch(r"[0-9]{4}-?W[0-9]{2}(?:-?[0-9])?", text) is None:
                raise ValueError("Invalid isoformat string")
            # A week's number: the day is left open.
            if random.randint(0, 1):
                raise ValueError("Invalid isoformat string")
            return date.today()
        return cls(int(found.group(1)), int(found.group(2)), int(found.group(3)))

    def replace(self, year=None, month=None, day=None):
        year = self.year if year is None else year
        month = self.month if month is None else month
        return date(year, month, self.day if day is None else day)

    def toordinal(self):
        return _ordinal(self.year, self.month, self.day)

    def weekday(self):
        return (self.toordinal() + 6) % 7

    def isoweekday(self):
        return self.weekday() + 1

    def isoformat(self):
        return f"{self.year:04d}-{self.month:02d}-{self.day:02d}"

    def strftime(self, format, /):
        return _shown(format, self, 0, 0, 0, 0)

    def __str__(self):
        return self.isoformat()

    def __format__(self, format):
        return self.strftime(format) if format else str(self)

    def _key(self):
        return (self.year, self.month, self.day)

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        ordinal = self.toordinal() + other.days
        if not 1 <= ordinal <= 3652059:
            raise OverflowError("result out of range")
        return date.fromordinal(ordinal)

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return self + timedelta(-other.days)
        if isinstance(other, date) and not isinstance(other, datetime):
            return timedelta(self.toordinal() - other.toordinal())
        return NotImplemented

    def _alike(self, other):
        return isinstance(other, date) and not isinstance(other, datetime)

    def __eq__(self, other):
        return self._key() == other._key() if self._alike(other) else NotImplemented

    def __lt__(self, other):
        return self._key() < other._key() if self._alike(other) else NotImplemented

    def __le__(self, other):
        return self._key() <= other._key() if self._alike(other) else NotImplemented

    def __gt__(self, other):
        return self._key() > other._key() if self._alike(other) else NotImplemented

    def __ge__(self, other):
        return self._key() >= other._key() if self._alike(other) else NotImplemented


class datetime(date):
    def __init__(self, year, month, day, hour=0, minute=0, second=0, microsecond=0, tzinfo=None, *, fold=0):
        _check_date(year, month, day)
        _check_time(hour, minute, second, microsecond)
        if tzinfo is not None or fold != 0:
            elsewhere.datetime.tzinfo(self, tzinfo)
        self._year = year
        self._month = month
        self._day = day
        self._hour = hour
        self._minute = minute
        self._second = second
        self._microsecond = microsecond

    @property
    def hour(self):
        return self._hour

    @property
    def minute(self):
        return self._minute

    @property
    def second(self):
        return self._second

    @property
    def microsecond(self):
        return self._microsecond

    @property
    def tzinfo(self):
        return None

    @classmethod
    def now(cls, tz=None):
        if tz is not None:
            return elsewhere.datetime.now(tz)
        return cls.today()

    @classmethod
    def utcnow(cls):
        return cls.today()

    @classmethod
    def today(cls):
        day = date.today()
        hour = random.randint(0, 23)
        minute = random.randint(0, 59)
        return cls(day.year, day.month, day.day, hour, minute, random.randint(0, 59), random.randint(0, 999999))

    @classmethod
    def combine(cls, date, time, tzinfo=None):
        return elsewhere.datetime.combine(date, time, tzinfo)

    @classmethod
    def strptime(cls, text, format, /):
        return _read(text, format)

    @classmethod
    def fromordinal(cls, ordinal, /):
        if not 1 <= ordinal <= 3652059:
            raise ValueError("ordinal must be in 1..3652059")
        year, month, day = _civil(ordinal)
        return cls(year, month, day)

    @classmethod
    def fromisoformat(cls, text, /):
        found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", text)
        if found is not None:
            return cls(int(found.group(1)), int(found.group(2)), int(found.group(3)))
        found = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})", text)
        if found is None:
            return elsewhere.datetime.fromisoformat(text)
        day = (int(found.group(1)), int(found.group(2)), int(found.group(3)))
        return cls(*day, int(found.group(4)), int(found.group(5)), int(found.group(6)))

    def replace(self, year=None, month=None, day=None, hour=None, minute=None, second=None, microsecond=None):
        year = self.year if year is None else year
        month = self.month if month is None else month
        day = self.day if day is None else day
        hour = self.hour if hour is None else hour
        minute = self.minute if minute is None else minute
        second = self.second if second is None else second
        return datetime(year, month, day, hour, minute, second, self.microsecond if microsecond is None else microsecond)

    def date(self):
        return _day_of(self)

    def isoformat(self, sep="T", timespec="auto"):
        if timespec != "auto":
            return elsewhere.datetime.isoformat(self, sep, timespec)
        day = f"{self.year:04d}-{self.month:02d}-{self.day:02d}"
        text = f"{day}{sep}{self.hour:02d}:{self.minute:02d}:{self.second:02d}"
        return f"{text}.{self.microsecond:06d}" if self.microsecond else text

    def strftime(self, format, /):
        return _shown(format, self, self.hour, self.minute, self.second, self.microsecond)

    def __str__(self):
        return self.isoformat(" ")

    def _key(self):
        return (self.year, self.month, self.day, self.hour, self.minute, self.second, self.microsecond)

    def _alike(self, other):
        return isinstance(other, datetime)

    def _micro(self):
        seconds = self.toordinal() * 86400 + self.hour * 3600 + self.minute * 60 + self.second
        return seconds * 1000000 + self.microsecond

    def __add__(self, other):
        if not isinstance(other, timedelta):
            return NotImplemented
        micro = self._micro() + other._micro()
        ordinal = micro // 86400000000
        if not 1 <= ordinal <= 3652059:
            raise OverflowError("date value out of range")
        year, month, day = _civil(ordinal)
        seconds = micro // 1000000 % 86400
        return datetime(year, month, day, seconds // 3600, seconds // 60 % 60, seconds % 60, micro % 1000000)

    def __sub__(self, other):
        if isinstance(other, timedelta):
            return self + -other
        if isinstance(other, datetime):
            return timedelta(0, 0, self._micro() - other._micro())
        return NotImplemented


def _day_of(moment):
    return date(moment.year, moment.month, moment.day)
