"""What the bulletin's pages show, as tables and a feed that a machine can read."""

import csv
import heapq
import io
import uuid
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

Page = Mapping[str, Any]

MOST = 100
"""Entries in the feed of the whole site; that of each prison has all of its own."""
_SPACE = uuid.UUID("6f0e7a52-6a0f-5b0c-9a51-2f6f3f0b8b11")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
RETURN_COLUMNS = (
    *("region", "quarter", "site", "site_name", "provider", "provider_name", "state", "due"),
    *("received_on", "days_late", "unreachable", "published_on", "revision", "checked"),
    *("kept", "partly_kept", "not_kept", "does_not_apply", "ratings_withheld"),
    *("wording", "sample", "return_id"),
)
ACTION_COLUMNS = (
    *("region", "quarter", "site", "site_name", "provider_name", "action", "request"),
    *("commitment", "title", "status", "first_promised", "due", "times_moved", "because"),
    *("wording", "sample", "return_id"),
)

CORRECTION_COLUMNS = (
    *("date", "region", "page", "site_name", "provider_name", "quarter", "correction"),
    *("revision", "reason", "wording", "sample", "return_id"),
)


def guarded(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula; empty for None, yes or no for a truth."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    text = str(cell)
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def table(
    columns: Iterable[str], rows: Iterable[Mapping[str, object]], *, header: bool = True
) -> bytes:
    """RFC 4180 in UTF-8, with its header or to go on from one; every cell guarded."""
    names, out = list(columns), io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    if header:
        writer.writerow(names)
    writer.writerows([guarded(row[name]) for name in names] for row in rows)
    return out.getvalue().encode()


def corrections(page: Page) -> list[dict[str, Any]]:
    """The rows of a page of corrections; none of one that only names where they all stand."""
    if page["kind"] != "corrections" or "parts" in page:
        return []
    return [
        {
            "date": row["on"],
            "region": row["region_name"],
            "page": row["page"],
            "site_name": row["site_name"],
            "provider_name": row["party_name"],
            "quarter": row["page"].rpartition("/")[2],
            "correction": row["kind"],
            "revision": row["revision"],
            "reason": row["because"],
            "wording": _wording(page),
            "sample": page["notices"]["sample"],
            "return_id": row["source"]["return_id"],
        }
        for row in page["rows"]
    ]


def _kinds(pages: Mapping[str, Page], *kinds: str) -> Iterator[Page]:
    for key in sorted(pages):
        if pages[key]["kind"] in kinds:
            yield pages[key]


def _wording(page: Page) -> str:
    return "working wording" if page["notices"]["working_wording"] else "official wording"


def returns(timetable: Page, pages: Iterable[Page]) -> list[dict[str, object]]:
    """Every return of a timetable, once: how it stands there, and what its own page says of it."""
    told = {one["source"]["return_id"]: one for page in pages for one in page["accounts"]}
    rows = [
        _return_row(timetable, row, told.get(row["source"]["return_id"]))
        for row in timetable["rows"]
    ]
    return sorted(rows, key=lambda r: [str(r[k]) for k in ("site", "provider")])


def _return_row(page: Page, row: Page, account: Page | None) -> dict[str, object]:
    shown = account or {}
    tally = shown.get("tally") or {}
    return {
        "region": page["region_code"],
        "quarter": page["quarter"],
        "site": row["site_code"],
        "site_name": row["site_name"],
        "provider": row["party_code"],
        "provider_name": row["party_name"],
        "state": row["state"],
        "due": row["due"],
        "received_on": shown.get("received_on"),
        "days_late": shown.get("days_late"),
        "unreachable": row["unreachable"],
        "published_on": shown.get("published_on"),
        "revision": shown.get("revision"),
        "checked": shown.get("checked"),
        "kept": tally.get("kept"),
        "partly_kept": tally.get("partly"),
        "not_kept": tally.get("not_kept"),
        "does_not_apply": tally.get("not_applicable"),
        "ratings_withheld": shown.get("withheld", ""),
        "wording": _wording(page),
        "sample": page["notices"]["sample"],
        "return_id": row["source"]["return_id"],
    }


def rated(rows: Iterable[Mapping[str, object]], pages: Iterable[Page]) -> list[dict[str, object]]:
    """The returns with each rating that their pages show, by commitment."""
    ratings: dict[object, dict[str, str]] = {}
    for page in pages:
        for row in page["commitments"]:
            for answer in row["answers"]:
                ratings.setdefault(answer["source"]["return_id"], {})[row["id"]] = answer["rating"]
    return [{**row, "ratings": ratings.get(row["return_id"], {})} for row in rows]


def counts_of(timetable: Page) -> dict[str, object]:
    """The counts of a quarter in a region, which its returns have to add up to."""
    where = {"region": timetable["region_code"], "quarter": timetable["quarter"]}
    return {**where, **timetable["counts"]}


def actions_csv(pages: Mapping[str, Page]) -> bytes:
    """Every action of every quarter, as it stood then."""
    return table(ACTION_COLUMNS, actions(_kinds(pages, "prison", "commissioner")))


def actions(pages: Iterable[Page]) -> list[dict[str, object]]:
    """Every action on these pages, as it stood then."""
    return [
        {
            "region": page["region_code"],
            "quarter": page["quarter"],
            "site": page["site_code"],
            "site_name": page["site_name"],
            "provider_name": action["party_name"],
            "action": action["source"]["action"],
            "request": action["source"]["request"],
            "commitment": action["commitment"],
            "title": action["title"],
            "status": action["status"],
            "first_promised": action["first_promised"],
            "due": action["due"],
            "times_moved": len(action["slips"]),
            "because": action["because"] or "; ".join(s["because"] for s in action["slips"]),
            "wording": _wording(page),
            "sample": page["notices"]["sample"],
            "return_id": action["source"]["return_id"],
        }
        for page in pages
        for action in page["actions"]
    ]


def feed(pages: Mapping[str, Page]) -> dict[str, object]:
    """The Atom feed's data: an entry for each revision of a published page, newest first."""
    return feed_of(entries(_kinds(pages, "prison", "commissioner")))


def entries(pages: Iterable[Page]) -> list[dict[str, str]]:
    """An entry of a feed for each of these pages that is out, under an id of its own for ever."""
    found = []
    for page in pages:
        days = [str(one["published_on"]) for one in page["accounts"] if one["published_on"]]
        if not days:
            continue
        revisions = [one["revision"] for one in page["accounts"] if one["revision"]]
        found.append(
            {
                "id": _urn(f"{page['key']} {sorted(days)} {sorted(revisions)}"),
                "title": f"{page['site_name']}: {page['quarter_words']}",
                "updated": f"{max(days)}T00:00:00Z",
                "href": f"{page['key']}.html",
                "summary": page["news"][0]["words"] if page["news"] else "",
            }
        )
    return found


def feed_of(found: Iterable[Mapping[str, str]], most: int = MOST) -> dict[str, object]:
    """The data of a feed with the newest of these entries, so many at most."""
    listed = heapq.nsmallest(most, found, key=lambda one: (_backwards(one["updated"]), one["href"]))
    newest = listed[0]["updated"] if listed else "1970-01-01T00:00:00Z"
    return {"id": _urn("charter updates for families"), "updated": newest, "entries": listed}


def _backwards(moment: str) -> float:
    return -datetime.fromisoformat(moment).timestamp()


def _urn(name: str) -> str:
    return uuid.uuid5(_SPACE, name).urn
