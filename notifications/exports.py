"""What the bulletin's pages show, as tables and a feed that a machine can read."""

import csv
import io
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Page = Mapping[str, Any]

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


def guarded(cell: object) -> str:
    """A cell that no spreadsheet takes for a formula; empty for None, yes or no for a truth."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    text = str(cell)
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def table(columns: Iterable[str], rows: Iterable[Mapping[str, object]]) -> bytes:
    """RFC 4180 with a header, in UTF-8; every cell guarded."""
    names, out = list(columns), io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([guarded(row[name]) for name in names] for row in rows)
    return out.getvalue().encode()


def _kinds(pages: Mapping[str, Page], *kinds: str) -> Iterator[Page]:
    for key in sorted(pages):
        if pages[key]["kind"] in kinds:
            yield pages[key]


def _wording(page: Page) -> str:
    return "working wording" if page["notices"]["working_wording"] else "official wording"


def returns(pages: Mapping[str, Page]) -> list[dict[str, object]]:
    """Every return owed, once: how it stands by the timetable, and what its page says of it."""
    told = {
        one["source"]["return_id"]: (page, one)
        for page in _kinds(pages, "prison", "commissioner")
        for one in page["accounts"]
    }
    rows = []
    for timetable in _kinds(pages, "quarter"):
        for row in timetable["rows"]:
            _, account = told.pop(row["source"]["return_id"], (None, None))
            rows.append(_return_row(timetable, row, account))
    rows += [_return_row(page, {**page, **one}, one) for page, one in told.values()]
    return sorted(
        rows, key=lambda r: [str(r[k]) for k in ("region", "quarter", "site", "provider")]
    )


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


def returns_csv(pages: Mapping[str, Page]) -> bytes:
    """The returns, a line each."""
    return table(RETURN_COLUMNS, returns(pages))


def returns_json(pages: Mapping[str, Page]) -> bytes:
    """The returns with the counts of each quarter that they add up to, and each rating."""
    ratings: dict[object, dict[str, str]] = {}
    for page in _kinds(pages, "prison", "commissioner"):
        for row in page["commitments"]:
            for answer in row["answers"]:
                ratings.setdefault(answer["source"]["return_id"], {})[row["id"]] = answer["rating"]
    listed = [{**row, "ratings": ratings.get(row["return_id"], {})} for row in returns(pages)]
    counts = [
        {"region": page["region_code"], "quarter": page["quarter"], **page["counts"]}
        for page in _kinds(pages, "quarter")
    ]
    data = {"counts": counts, "returns": listed}
    return (json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def actions_csv(pages: Mapping[str, Page]) -> bytes:
    """Every action of every quarter, as it stood then."""
    rows = [
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
        for page in _kinds(pages, "prison", "commissioner")
        for action in page["actions"]
    ]
    return table(ACTION_COLUMNS, rows)


def feed(pages: Mapping[str, Page]) -> dict[str, object]:
    """The Atom feed's data: an entry for each revision of a published page, newest first."""
    entries = []
    for page in _kinds(pages, "prison", "commissioner"):
        days = [str(one["published_on"]) for one in page["accounts"] if one["published_on"]]
        if not days:
            continue
        revisions = [one["revision"] for one in page["accounts"] if one["revision"]]
        entries.append(
            {
                "id": _urn(f"{page['key']} {sorted(days)} {sorted(revisions)}"),
                "title": f"{page['site_name']}: {page['quarter_words']}",
                "updated": f"{max(days)}T00:00:00Z",
                "href": f"{page['key']}.html",
                "summary": page["news"][0]["words"] if page["news"] else "",
            }
        )
    entries.sort(key=lambda entry: entry["href"])
    entries.sort(key=lambda entry: entry["updated"], reverse=True)
    newest = entries[0]["updated"] if entries else "1970-01-01T00:00:00Z"
    return {"id": _urn("charter updates for families"), "updated": newest, "entries": entries}


def _urn(name: str) -> str:
    return uuid.uuid5(_SPACE, name).urn
