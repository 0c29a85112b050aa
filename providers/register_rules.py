"""What the rows of a register must be to one another, and what they leave unknown."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import date

from charter.policy import Role
from charter.quarters import say
from providers.register_rows import OF_PLACE, Gap, Row
from providers.tabular import Problem

ANSWERS = {Role.LEAD.value, Role.DEPUTY.value, Role.SIGNER.value}
"""The contact roles that can prepare a return."""


def between_rows(rows: Iterable[Row]) -> list[Problem]:
    """Every way in which these rows contradict or repeat one another, in line order."""
    rows = list(rows)
    found = [*_contradictions(rows), *_duplicates(rows), *_overlaps(rows)]
    return sorted(found, key=lambda problem: problem.line)


def gaps(rows: Iterable[Row]) -> list[Gap]:
    """Where a service that still runs has no provider, nobody to ask, or nobody to sign."""
    services: dict[tuple[object, ...], list[Row]] = defaultdict(list)
    for row in rows:
        services[(*row.offer, row.service_from)].append(row)
    found = []
    for lines in services.values():
        first = lines[0]
        what = _gap(first, {row.contact_role for row in lines if row.contact_email})
        if what:
            found.append(Gap(first.line, first.region, first.site_name, what))
    return found


def _gap(first: Row, roles: set[str]) -> str:
    line = f" ({first.service_line})" if first.service_line else ""
    if not first.provider_code:
        until = f" to {say(first.service_to)}" if first.service_to else ""
        since = f"from {say(first.service_from)}{until}"
        return f"nobody is named as provider at {first.site_name}{line} {since}"
    if first.service_to or first.service_role == "sub":
        return ""
    service = f"{first.provider_name} at {first.site_name}{line}"
    if not roles:
        return f"{service} has no contact, so nobody can be asked"
    if not roles & ANSWERS:
        return f"{service} has no lead, deputy or signer, so nobody can answer"
    if Role.SIGNER.value not in roles:
        return f"{service} has no signer, so nobody can sign"
    return ""


Telling = tuple[str, Callable[[Row], Hashable], Callable[[Row], object], str]

_MUST_AGREE: tuple[Telling, ...] = (
    ("region", lambda r: r.region_code, lambda r: r.region, "the region"),
    (
        "site_code",
        lambda r: (r.region_code, r.site_code.casefold()),
        lambda r: r.site_code,
        "the code",
    ),
    ("site_name", lambda r: r.place, lambda r: r.site_name, "the site"),
    ("provider_code", lambda r: r.provider_code.casefold(), lambda r: r.provider_code, "the code"),
    ("provider_name", lambda r: r.provider_code, lambda r: r.provider_name, "the provider"),
    ("party", lambda r: r.provider_code or r.line, lambda r: r.party, "the provider"),
    ("contact_name", lambda r: r.contact_email, lambda r: r.contact_name, "this address"),
)
_MAY_BE_BLANK = (
    *((column, "the prison") for column in OF_PLACE),
    *((column, "the service") for column in ("source", "source_date", "note")),
)


def _contradictions(rows: list[Row]) -> Iterator[Problem]:
    for column, key, value, what in _MUST_AGREE:
        yield from _differing(rows, column, key, value, what)
    for column, what in _MAY_BE_BLANK:
        told = [row for row in rows if getattr(row, column)]

        def of_service(row: Row) -> Hashable:
            return (*row.offer, row.service_from)

        def value_of(row: Row, column: str = column) -> object:
            return getattr(row, column)

        key = of_service if what == "the service" else _place
        yield from _differing(told, column, key, value_of, what)


def _place(row: Row) -> Hashable:
    return row.place


def _differing(
    rows: list[Row],
    column: str,
    key: Callable[[Row], Hashable],
    value: Callable[[Row], object],
    what: str,
) -> Iterator[Problem]:
    first: dict[Hashable, Row] = {}
    for row in rows:
        told = first.setdefault(key(row), row)
        if value(row) != value(told):
            yield Problem(
                row.line,
                column,
                f"is '{value(row)}' here, and line {told.line} says '{value(told)}' of {what}; "
                "make the two alike",
            )


def _duplicates(rows: list[Row]) -> Iterator[Problem]:
    first: dict[Hashable, Row] = {}
    for row in rows:
        told = first.setdefault(
            (*row.offer, row.service_from, row.contact_email, row.contact_role), row
        )
        if told is row:
            continue
        if row.contact_email:
            what = (
                f"{row.contact_email} is {row.contact_role} of this service on line {told.line} "
                "already; take one out"
            )
            yield Problem(row.line, "contact_email", what)
        else:
            what = f"says the same as line {told.line}; take one out"
            yield Problem(row.line, "", what)


def _overlaps(rows: list[Row]) -> Iterator[Problem]:
    offers: dict[Hashable, dict[tuple[date, date], Row]] = defaultdict(dict)
    for row in rows:
        offers[row.offer].setdefault((row.service_from, row.ends), row)
    for spans in offers.values():
        ordered = sorted(spans.items(), key=lambda item: (item[0], item[1].line))
        widest = ordered[0]
        for (starts, ends), row in ordered[1:]:
            if starts <= widest[0][1]:
                yield _overlap(*sorted((row, widest[1]), key=lambda r: r.line))
            if ends > widest[0][1]:
                widest = ((starts, ends), row)


def _overlap(first: Row, second: Row) -> Problem:
    who = second.provider_name or "a service with no provider"
    return Problem(
        second.line,
        "service_from",
        f"{who} at {second.site_name} has dates that overlap those on line {first.line} "
        f"({_span(second)}, and {_span(first)}); give both the same dates, or end one before "
        "the other begins",
    )


def _span(row: Row) -> str:
    return f"{row.service_from} to {row.service_to or 'no end'}"
