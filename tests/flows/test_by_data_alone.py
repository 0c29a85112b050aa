"""A new region and a new Charter version are data: two files, and no code knows of either."""

import re
from pathlib import Path

from flows.wiring import shipped
from tests.flows.test_commands import CHARTER, Charter, charter, running
from tests.support.programme import QUARTER, SMALL

__all__ = ["charter", "running"]

NEXT = "2026-27-Q3"
WOLD = """\
region,site_code,site_name,provider_code,provider_name,party,service_role,service_from,service_to,\
contact_name,contact_email,contact_role
Wold,WDB,HMP Woldbridge,WOLD,Wold Health,provider,prime,2024-04-01,,Wil,wil@wold.example,lead
Wold,WDB,HMP Woldbridge,WOLD,Wold Health,provider,prime,2024-04-01,,Win,win@wold.example,signer
"""


def own_charter(version: str, *, only: bool) -> str:
    """A Charter of three commitments, its version sorting after every one that ships."""
    text = shipped(CHARTER).replace('version = "working-0.1"', f'version = "{version}"')
    if only:
        text = text.replace("[[commitments]]", "only_where_adopted = true\n\n[[commitments]]", 1)
    return "[[commitments]]".join(re.split(r"\[\[commitments\]\]", text)[:4])


def asked(running: Charter, provider: str, site: str, quarter: str) -> tuple[str, int]:
    """The Charter version of a return, and how many commitments it asks about."""
    which = ("--provider", provider, "--site", site, "--quarter", quarter)
    document = running("return", "template", *which).json
    return document["charter_version"], len(document["answers"])


def test_a_new_region_and_its_own_charter_need_no_code_and_change_nothing_elsewhere(
    running: Charter, tmp_path: Path
) -> None:
    register, wording = tmp_path / "wold.csv", tmp_path / "wold.toml"
    register.write_text(WOLD, "utf-8")
    wording.write_text(own_charter("wold-1", only=True), "utf-8")
    now = ("--now", "2026-10-05T09:00")
    assert running(*now, "register", "import", register, "--json").json["new_regions"] == ["wold"]
    said = running(*now, "cycle", "adopt", "wold", wording, "--json").json
    assert (said["charter"], said["changed"], said["also_asked"]) == ("wold-1", True, [])
    assert running("--now", "2027-01-04T09:00", "round").code == 0
    assert asked(running, "WOLD", "WDB", NEXT) == ("wold-1", 3)
    assert asked(running, "AVON", "AVB", NEXT) == ("working-0.1", 9)
    assert asked(running, "AVON", "AVB", QUARTER) == ("working-0.1", 9)
    assert "WOLD" not in SMALL


def test_a_version_that_reaches_regions_which_adopted_none_says_so(
    running: Charter, tmp_path: Path
) -> None:
    register, wording = tmp_path / "wold.csv", tmp_path / "sample.toml"
    register.write_text(WOLD, "utf-8")
    wording.write_text(own_charter("zest-1", only=False), "utf-8")
    now = ("--now", "2026-10-05T09:00")
    assert running(*now, "register", "import", register).code == 0
    said = running(*now, "cycle", "adopt", "sample", wording)
    assert "Wold adopted none, and so will be asked about zest-1 too" in said.out
    assert "only_where_adopted = true" in said.out
