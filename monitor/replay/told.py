"""An answer as JSON and as tables for people. The same answer always reads the same."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from monitor.replay.answer import Answer, Compared
from monitor.replay.camera import Alert
from monitor.replay.limits import Search

MOMENT = "%Y-%m-%d %H:%M:%S"
MINUTE = "%Y-%m-%d %H:%M"


def as_json(answer: Answer) -> dict[str, Any]:
    """See docs/replay.md; times are UTC."""
    asked = answer.question
    return {
        "from": _iso(asked.since),
        "to": _iso(asked.until),
        "timezone": asked.zone.key,
        "cameras": list(asked.rules),
        "alerts": [_alert_json(alert) for alert in answer.alerts],
        "totals": [
            {
                "day": total.turn.day.isoformat(),
                "shift": total.turn.shift,
                "rule": total.rule,
                "alerts": total.alerts,
                "seconds": round(total.seconds, 3),
            }
            for total in answer.totals
        ],
        "watched": [
            {"day": turn.day.isoformat(), "shift": turn.shift, "seconds": round(seconds, 3)}
            for turn, seconds in answer.watched_s.items()
        ],
        "missing": [
            {"camera": gap.camera, "from": _iso(gap.since), "to": _iso(gap.until), "why": gap.why}
            for gap in answer.gaps
        ],
        "compared": _compared_json(answer.compared),
        "limits": _limits_json(answer.search),
    }


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _alert_json(alert: Alert) -> dict[str, Any]:
    return {
        "camera": alert.camera,
        "rule": alert.rule,
        "severity": alert.severity,
        "slot": alert.slot,
        "zone": alert.zone,
        "started_at": _iso(alert.started_at),
        "met_at": _iso(alert.met_at),
        "ended_at": None if alert.ended_at is None else _iso(alert.ended_at),
        "seconds": alert.duration_s,
        "peak": alert.peak,
        "peak_at": _iso(alert.peak_at),
        "unit": alert.unit,
    }


def _compared_json(compared: Compared | None) -> dict[str, Any] | None:
    if compared is None:
        return None
    return {
        "same": compared.same,
        "only_then": [_alert_json(alert) for alert in compared.only_then],
        "only_now": [_alert_json(alert) for alert in compared.only_now],
    }


def _limits_json(search: Search | None) -> dict[str, Any] | None:
    if search is None:
        return None
    return {
        "rule": search.rule.name,
        "moved": "enter",
        "unit": search.unit,
        "at_most": search.at_most,
        "chosen": search.chosen,
        "tried": [
            {"enter": tried.enter, "alerts": tried.alerts, "most_in_a_shift": tried.most}
            for tried in search.tried
        ],
    }


def as_text(answer: Answer) -> Iterator[str]:
    """Lines; times are those of the question's zone."""
    yield from _alerts_text(answer)
    yield from _totals_text(answer)
    if answer.compared is not None:
        yield from _compared_text(answer.compared, answer)
    if answer.search is not None:
        yield from _limits_text(answer.search)
    yield from _gaps_text(answer)


def _alerts_text(answer: Answer) -> Iterator[str]:
    zone = answer.question.zone
    begin, end = (f"{at.astimezone(zone):{MINUTE}}" for at in _span(answer))
    yield f"{begin} to {end} ({zone.key}), judged again: {_alerts(len(answer.alerts))}"
    if answer.alerts:
        yield ""
        head = ("camera", "rule", "started", "seconds", "peak")
        yield from _table(head, [_row(alert, answer) for alert in answer.alerts])


def _totals_text(answer: Answer) -> Iterator[str]:
    if not answer.totals:
        return
    yield ""
    yield from _table(
        ("day", "shift", "rule", "alerts", "seconds", "hours watched"),
        [
            (
                total.turn.day.isoformat(),
                total.turn.shift,
                total.rule,
                str(total.alerts),
                f"{total.seconds:.0f}",
                f"{answer.watched_s.get(total.turn, 0.0) / 3600:.2f}",
            )
            for total in answer.totals
        ],
    )


def _compared_text(compared: Compared, answer: Answer) -> Iterator[str]:
    yield ""
    then, now = len(compared.only_then), len(compared.only_now)
    yield f"as judged then: {compared.same} the same, {then} only then, {now} only now"
    listed = [("only then", a) for a in compared.only_then]
    listed += [("only now", a) for a in compared.only_now]
    if listed:
        head = ("", "camera", "rule", "started", "seconds", "peak")
        yield from _table(head, [(which, *_row(alert, answer)) for which, alert in listed])


def _limits_text(search: Search) -> Iterator[str]:
    yield ""
    yield (
        f"{search.rule.name}: enter at {search.chosen:g}{search.unit} gives at most "
        f"{_alerts(search.at_most)} in a shift (now {search.rule.enter:g}{search.unit}; leave "
        "keeps its distance, the hold stays)"
    )
    yield from _table(
        ("enter", "alerts", "most in a shift"),
        [(f"{t.enter:g}{search.unit}", str(t.alerts), str(t.most)) for t in sorted(search.tried)],
    )


def _gaps_text(answer: Answer) -> Iterator[str]:
    zone = answer.question.zone
    yield ""
    if not answer.gaps:
        yield "nothing is missing"
        return
    yield "not judged again:"
    yield from _table(
        ("camera", "from", "to", "why"),
        [
            (
                gap.camera,
                f"{gap.since.astimezone(zone):{MINUTE}}",
                f"{gap.until.astimezone(zone):{MINUTE}}",
                gap.why,
            )
            for gap in answer.gaps
        ],
    )


def _span(answer: Answer) -> tuple[datetime, datetime]:
    return answer.question.since, answer.question.until


def _row(alert: Alert, answer: Answer) -> tuple[str, ...]:
    return (
        alert.camera,
        alert.rule,
        f"{alert.started_at.astimezone(answer.question.zone):{MOMENT}}",
        f"{alert.duration_s:.1f}",
        _value(alert),
    )


def _value(alert: Alert) -> str:
    """`84°`, `12 cm`, `5`."""
    beside = alert.unit[:1] in ("°", "%", "/")
    return f"{alert.peak:.0f}{'' if beside else ' '}{alert.unit}".rstrip()


def _alerts(count: int) -> str:
    return "1 alert" if count == 1 else f"{count} alerts"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    lines = [head, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        yield "  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip()
