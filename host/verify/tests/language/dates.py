"""Dates, times and differences between them."""

import datetime as dt
from datetime import date, datetime, timedelta


def made():
    day = date(2024, 2, 29)
    assert day.year == 2024 and day.month == 2 and day.day == 29  # verdict: proved
    assert day.isoformat() == "2024-02-29"  # verdict: proved
    assert f"{day}" == "2024-02-29" and str(day) == "2024-02-29"  # verdict: proved
    assert day.toordinal() == 738945  # verdict: proved
    assert day.weekday() == 3 and day.isoweekday() == 4  # verdict: proved
    assert day + timedelta(days=1) == date(2024, 3, 1)  # verdict: proved
    assert date(2024, 3, 1) - day == timedelta(1)  # verdict: proved
    assert (date(2025, 1, 1) - date(2024, 1, 1)).days == 366  # verdict: proved
    assert day < date(2024, 3, 1) and day <= day and date(2024, 3, 1) > day  # verdict: proved
    assert day.replace(day=1) == date(2024, 2, 1)  # verdict: proved
    assert date.fromordinal(738945) == day  # verdict: proved
    assert day.strftime("%d/%m/%Y") == "29/02/2024"  # verdict: proved
    assert f"{day:%Y%m%d}" == "20240229"  # verdict: proved
    assert day != date(2024, 2, 28)  # verdict: proved
    assert isinstance(day, date) and not isinstance(day, datetime)  # verdict: proved
    assert day == date(2023, 2, 28)  # verdict: refuted


def moments():
    moment = datetime(2024, 12, 31, 23, 59, 30)
    later = moment + timedelta(minutes=1)
    assert later == datetime(2025, 1, 1, 0, 0, 30)  # verdict: proved
    assert later - moment == timedelta(seconds=60)  # verdict: proved
    assert moment.isoformat() == "2024-12-31T23:59:30"  # verdict: proved
    assert str(later) == "2025-01-01 00:00:30"  # verdict: proved
    assert moment.date() == date(2024, 12, 31)  # verdict: proved
    assert isinstance(moment, date)  # verdict: proved
    assert moment.replace(hour=0).strftime("%H:%M:%S") == "00:59:30"  # verdict: proved
    assert (later - moment).total_seconds() == 60.0  # verdict: proved


def lengths(n: int):
    one = timedelta(hours=25, minutes=-1)
    assert one.days == 1 and one.seconds == 3540  # verdict: proved
    assert str(one) == "1 day, 0:59:00"  # verdict: proved
    assert -timedelta(1) == timedelta(-1) and abs(timedelta(-2)) == timedelta(2)  # verdict: proved
    assert timedelta(seconds=90) // timedelta(minutes=1) == 1  # verdict: proved
    assert timedelta(weeks=1) == 7 * timedelta(1)  # verdict: proved
    if 0 <= n <= 1000:
        length = timedelta(days=n)
        assert length.days == n  # verdict: proved
        assert length < timedelta(days=1001)  # verdict: proved
        assert length.days != 365  # verdict: refuted


def chosen(year: int, month: int, day: int):
    try:
        made = date(year, month, day)
    except ValueError:
        return
    assert 1 <= made.month <= 12 and 1 <= made.day <= 31  # verdict: proved
    assert made.day != 31 or made.month != 4  # verdict: proved
    assert not (made.month == 2 and made.day == 29) or made.year % 4 == 0  # verdict: proved
    assert made.month != 2 or made.day <= 28  # verdict: refuted


def read(text: str):
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return
    assert 1 <= day.month <= 12  # verdict: proved
    assert "'" not in str(day)  # verdict: proved
    assert day.year != 2024  # verdict: unknown


def parsed(text: str):
    try:
        moment = datetime.strptime(text, "%Y-%m-%d %H:%M")
    except ValueError:
        return
    assert 0 <= moment.hour < 24  # verdict: proved
    assert moment.second == 0  # verdict: proved
    assert len(text) >= 12  # verdict: proved


def known_texts():
    assert date.fromisoformat("2024-05-06") == date(2024, 5, 6)  # verdict: proved
    assert datetime.strptime("6/5/2024", "%d/%m/%Y") == datetime(2024, 5, 6)  # verdict: proved
    assert datetime.fromisoformat("2024-05-06T07:08:09").hour == 7  # verdict: proved
    try:
        date.fromisoformat("2024-13-01")
        failed = False
    except ValueError:
        failed = True
    assert failed  # verdict: proved


def clock():
    now = datetime.now()
    assert 1 <= now.month <= 12 and 0 <= now.hour <= 23  # verdict: proved
