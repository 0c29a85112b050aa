"""An outsider checks a bulletin with its folder and the public key, and is told what is wrong."""

import base64
import json
import shutil

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from notifications.drawing import Bulletin
from notifications.manifests import manifest, sha256
from notifications.site import build, put_in_place
from notifications.vouching import NotVouched, vouched
from providers.notary import Notary
from tests.support.drawn import bulletin
from tests.support.published import pages

SECRET = base64.b64encode(bytes(range(32))).decode()
PUBLIC = base64.b64encode(
    Ed25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()
).decode()
OTHER = base64.b64encode(bytes(range(1, 33))).decode()


@pytest.fixture(scope="module")
def whole_site(tmp_path_factory):
    """A site signed by our key, vouched for by entry 9 of the ledger; only copied."""
    return signed(tmp_path_factory.mktemp("home"), bulletin(pages()))


@pytest.fixture
def site(whole_site, tmp_path):
    """A copy of it."""
    return shutil.copytree(whole_site.resolve(), tmp_path / "site")


def signed(home, drawing: Bulletin):
    notary = Notary(home / "checkpoints", home / "key", SECRET)
    assert notary.public_key() == PUBLIC
    put_in_place(
        home,
        build(home, drawing),
        entries=8,
        head="ab" * 32,
        sign=lambda said: notary.bulletin(sha256(said), 9, "cd" * 32),
    )
    return home / "site"


def change(file, old, new):
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def reseal(site, entries=8):
    """Writes the manifest anew, as somebody would who changed a file and hides it."""
    names = json.loads((site / "manifest.json").read_bytes())["files"]
    shas = {name: sha256((site / name).read_bytes()) for name in names}
    (site / "manifest.json").write_bytes(manifest(shas, entries, "ab" * 32))


def test_an_untouched_site_holds_with_the_key_or_its_own(site, tmp_path):
    whole = vouched(site, PUBLIC)
    assert whole.given
    assert (whole.entries, whole.head, whole.key) == (9, "cd" * 32, PUBLIC)
    assert whole.returns == 7
    assert "the key that you gave" in " ".join(whole.in_words())
    (tmp_path / "their.pub").write_text(PUBLIC + "\n")
    assert vouched(site, str(tmp_path / "their.pub")) == whole
    alone = vouched(site)
    assert not alone.given
    assert "compare it" in alone.in_words()[-1]


def test_it_holds_wherever_the_folder_is_copied(site, tmp_path):
    copy = shutil.copytree(site.resolve(), tmp_path / "elsewhere")
    assert vouched(copy, PUBLIC).files == vouched(site, PUBLIC).files


def test_a_changed_page_is_named(site):
    change(site / "index.html", "Alder", "Elder")
    with pytest.raises(NotVouched, match=r"^index\.html has been changed$"):
        vouched(site, PUBLIC)


def test_a_manifest_made_to_match_a_changed_page_is_found(site):
    change(site / "index.html", "Alder", "Elder")
    reseal(site)
    with pytest.raises(NotVouched, match="vouches for another manifest"):
        vouched(site, PUBLIC)


def test_a_signature_by_somebody_else_is_found(site):
    with pytest.raises(NotVouched, match="another key than the one given"):
        vouched(site, OTHER)
    change(site / "index.html", "Alder", "Elder")
    reseal(site)
    theirs = Notary(site, site / "key", OTHER)
    whole = sha256((site / "manifest.json").read_bytes())
    (site / "signature.json").write_bytes(theirs.bulletin(whole, 9, "cd" * 32))
    with pytest.raises(NotVouched, match="another key than the one given"):
        vouched(site, PUBLIC)
    assert not vouched(site).given  # which is why it says that the key is the site's own


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('"entries": 9', '"entries": 10', "has been changed"),
        ('"entries": 9', '"entries": "x"', "cannot be read"),
        ('"signature": "', '"signature": "AAAA', "has been changed"),
        ("{", "[", "cannot be read"),
    ],
)
def test_a_changed_signature_is_found(site, old, new, named):
    change(site / "signature.json", old, new)
    with pytest.raises(NotVouched, match=named):
        vouched(site, PUBLIC)


def test_a_signature_that_is_gone_is_said_to_be(site):
    (site / "signature.json").unlink()
    with pytest.raises(NotVouched, match=r"^signature\.json is missing$"):
        vouched(site, PUBLIC)


def test_sums_that_do_not_add_up_are_found_though_everything_is_signed(tmp_path, site):
    change(site / "data" / "returns.json", '"received": 3', '"received": 4')
    reseal(site)
    ours = Notary(tmp_path, tmp_path / "key", SECRET)
    whole = sha256((site / "manifest.json").read_bytes())
    (site / "signature.json").write_bytes(ours.bulletin(whole, 9, "cd" * 32))
    with pytest.raises(NotVouched, match="do not add up to 7"):
        vouched(site, PUBLIC)


@pytest.mark.parametrize("key", ["nonsense", "AAAA", "/nowhere/key", "\x00"])
def test_what_is_no_key_is_told_what_one_is(site, key):
    with pytest.raises(NotVouched, match="give 32 bytes in base64"):
        vouched(site, key)


def test_what_is_no_site_is_said_to_be_none(tmp_path):
    with pytest.raises(NotVouched, match="no bulletin stands at"):
        vouched(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotVouched, match=r"manifest\.json is missing"):
        vouched(tmp_path / "empty")
