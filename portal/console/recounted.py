"""Each entry of the ledger told as a sentence, by name, for a region's own team."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any, get_args

from charter.chronicle import happened
from charter.commitments import CharterFile
from charter.policy import Policy
from charter.quarters import Quarter, say
from charter.steps import AnsweringStep, AskingStep, CheckingStep
from charter.words import letter_words
from providers import forgetting
from providers.naming_things import Named
from providers.record import Noted

ERASED = "somebody who was erased"
BY_ITSELF: Mapping[str, str] = {
    "engine": "This service, by itself",
    "scanner": "The scanner of files",
    "operator": "Whoever runs this service",
}
SAID: Mapping[str, str] = {
    "action_accepted": "{name}: the promise was taken on by the provider that came after.",
    "action_declined": "{name}: the promise was not taken on by the provider that came after.",
    "action_offered": "{name}: the promise was offered to the provider that came after.",
    "bulletin_published": "The families’ site was published.",
    "calendar_kept": "A list of bank holidays was put on record, known to {horizon}.",
    "charter_adopted": "The Charter version {charter} was adopted.",
    "charter_kept": "The Charter version {version} was put on record.",
    "contact_ended": "{contact} was taken off the contact list of {name}.",
    "contact_named": "{person} was put on the contact list of {name} as {role}.",
    "cycle_completed": "{name}: everybody is asked now, {expected} returns in all.",
    "cycle_grew": "{name}: {expected} returns are expected now.",
    "cycle_moved": "{name}: dates moved later for a bank holiday.",
    "cycle_opened": "{name} was opened.",
    "deputy_ended": "{person} stands in for {for} no longer, from {to} on.",
    "deputy_named": "{person} was named to approve in the place of {for}, from {from} to {to}.",
    "details_confirmed": "{name} said that their details are right.",
    "evidence_judged": "A file given as evidence was looked into: {verdict}.",
    "evidence_let_go": "A file given as evidence was taken out again: {return}.",
    "evidence_taken": "A file was given as evidence: {return}.",
    "family_call_made": "A call to a prison’s line for families was noted.",
    "family_call_struck_out": "A call to a prison’s line for families was struck out.",
    "letter_settled": "A letter in doubt was settled: did it arrive? {arrived}.",
    "listening_saved": "What families said was saved, as version {version}.",
    "numbers_checked": "The telephone numbers of {name} were changed or checked.",
    "opening_moved": "The opening of {quarter} was moved to {opens}.",
    "opening_moved_back": "{quarter} opens on its own day again.",
    "pack_kept": "A pack was kept as it stood.",
    "passed_on": "A request was passed on to a prison.",
    "paused": "{name} was paused.",
    "person_forgotten": "A person was erased from the record.",
    "plan_approved": "A plan of {quarter} was agreed to.",
    "plan_kept": "{name}: the plan that it opened with was kept.",
    "policy_kept": "The policy {version} was put on record.",
    "policy_taken_up": "The policy {policy} was taken up in the place of {before}.",
    "practice_shared": "A good practice was shared: {name}.",
    "practice_withdrawn": "A good practice was withdrawn: {name}.",
    "region_paused": "The whole region was paused.",
    "region_resumed": "The region runs again.",
    "register_imported": "A register was imported: {added} rows added, {changed} changed, {ended} "
    "ended.",
    "rendition_added": "A version that people made was put on record: {kind}, in {language}.",
    "rendition_ended": "A version that people made was taken off again.",
    "request_entered": "A request of families was entered.",
    "request_withdrawn": "A request of families was withdrawn.",
    "resumed": "{name} runs again.",
    "second_factor_allowed": "{name} was let set up a first second factor, within 24 hours.",
    "second_factor_reset": "The second factor of {name} was reset.",
    "second_factor_set": "{name} set up a second factor.",
    "sensitive_agreed": "A sensitive period was agreed to: {site}, {first} to {last}.",
    "sensitive_ended": "A sensitive period was ended: {site}, {first} to {last}.",
    "sensitive_set": "A sensitive period was set, for a second person to agree to: {site}, "
    "{first} to {last}.",
    "signatories_imported": "A list of who signed the Charter was imported.",
    "staff_added": "{person} was given the role of {role}, from {starts} on.",
    "staff_ended": "{person} holds the role of {role} no longer, from {ends} on.",
    "stand_in_ended": "{stand_in} stands in for nobody at {name} any more.",
    "stand_in_named": "{person} was named to stand in at {name} as {role}, from {first_day} to "
    "{last_day}.",
    "step_run_by_hand": "A step was run by hand: {step}.",
    "token_added": "A key for the programs of {name} was made.",
    "token_ended": "A key for the programs of {name} was ended.",
}
"""What each kind of entry that is no step of a return says; the names are of its body."""


def _kinds(union: Any) -> tuple[str, ...]:  # noqa: ANN401 - a union of steps
    return tuple(step.model_fields["kind"].default for step in get_args(union))


def _beginning(*starts: str) -> tuple[str, ...]:
    return tuple(kind for kind in SAID if kind.startswith(starts))


CHASING = ("reminded", "skipped", "unsent", "refused", "became_unreachable", "became_reachable")
RELEASING = ("approved", "published", "revised", "withdrawn", "hold_cleared", "bulletin_published")
GROUPS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "asking": (
        "Asking and due dates",
        tuple(kind for kind in _kinds(AskingStep) if kind not in CHASING),
    ),
    "chasing": ("Letters and the contact list", (*CHASING, "letter_settled")),
    "answering": ("What providers did", _kinds(AnsweringStep)),
    "checking": (
        "Checking and challenging",
        tuple(kind for kind in _kinds(CheckingStep) if kind not in RELEASING),
    ),
    "releasing": (
        "Approving and publishing",
        (*RELEASING, *_beginning("sensitive_", "pack_", "rendition_")),
    ),
    "promises": ("Promises at a change of provider", _beginning("action_")),
    "team": ("The team and signing in", _beginning("staff", "deputy", "second", "details")),
    "register": (
        "The register",
        _beginning("register", "signatories", "contact", "stand_in", "numbers", "token", "person"),
    ),
    "rules": (
        "Dates, plans, pauses and rules",
        _beginning("cycle", "plan", "opening", "policy", "charter", "calendar", "region", "paused")
        + _beginning("resumed", "step"),
    ),
    "families": (
        "Families’ voice and good practice",
        _beginning("request", "practice", "family_call", "listening", "passed"),
    ),
    "evidence": ("Files given as evidence", _beginning("evidence")),
}
"""Kinds of entries that people look for together, under words for them."""


class _Words(dict[str, str]):
    """The parts of a sentence; one that an older entry does not tell is left open."""

    def __missing__(self, key: str) -> str:
        return "(not told)"


def told(
    one: Noted,
    names: Mapping[str, Named],
    charters: Mapping[str, CharterFile],
    policies: Mapping[str, Policy],
) -> str:
    """What an entry says, with everything by its name."""
    if one.step is None:
        sentence = SAID.get(one.kind, one.kind.replace("_", " ").capitalize() + ".")
        said = sentence.format_map(_Words(_words(one, names)))
        return said[:1].upper() + said[1:]
    named = names.get(one.subject, Named(""))
    charter, policy = charters.get(named.charter), policies.get(named.policy)
    about = str(getattr(one.step, "commitment", ""))
    if charter and about in charter.ids:
        about = charter.find(about).short
    person = f"person:{getattr(one.step, 'person', 0)}"
    return happened(
        one.step,
        to=_name(names, person),
        about=f"“{about}”",
        letter=_letter(str(getattr(one.step, "rung", "")), policy),
    )


def who(by: str, names: Mapping[str, Named]) -> str:
    """Whoever an entry is by."""
    return BY_ITSELF.get(by) or _name(names, by)


def _words(one: Noted, names: Mapping[str, Named]) -> dict[str, str]:
    said = {key: _plain(value) for key, value in one.body.items()}
    for key in ("person", "for", "contact", "stand_in", "site", "return"):
        if key in one.body:
            kind = "person" if key == "for" else key
            said[key] = _name(names, f"{kind}:{one.body[key]}")
    said["name"] = _subject(one.subject, names)
    return said


def _subject(subject: str, names: Mapping[str, Named]) -> str:
    if subject == "pause:everything":
        return "everything, in every region,"
    if subject.startswith("pause:"):
        return _name(names, f"party:{subject.rpartition(':')[2]}")
    return _name(names, subject)


def _name(names: Mapping[str, Named], key: str) -> str:
    found = names.get(key)
    if key.startswith("person:"):
        return found.name if found and found.name != forgetting.NAME else ERASED
    return found.name if found else "something"


def _plain(value: object) -> str:
    """A value as people write it: a day, a quarter, a role."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    with suppress(ValueError):
        return say(date.fromisoformat(text))
    with suppress(ValueError):
        return Quarter.parse(text).in_words
    return text.replace("_", " ")


def _letter(rung: str, policy: Policy | None) -> str:
    labels = {one.id: one.letter for one in policy.rung} if policy else {}
    letter = labels.get(rung, rung)
    return letter_words(letter).lower() or "letter"
