"""Days as they stand in addresses."""

from datetime import date


class BadDayError(ValueError):
    pass


def day_of(text: str) -> date:
    """The day written as YYYY-MM-DD. Raises BadDayError, with a sentence for a person."""
    try:
        day = date.fromisoformat(text)
    except ValueError as e:
        raise BadDayError(
            f"“{text}” is not a day; write it as year-month-day, like 2026-01-31."
        ) from e
    if not 2000 <= day.year < 2100:
        raise BadDayError(f"There is nothing about the year {day.year} here.")
    return day
