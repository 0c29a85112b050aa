"""What a letter says of each return, by its kind, its standing and who reads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

CHASERS = ("request", "notice", "reminder", "overdue", "warning")
DIGESTS = (
    *CHASERS,
    "not_returned",
    "receipt",
    "question",
    "reply_window",
    "published",
    "unreachable",
    "refused",
    "name_contact",
    "answer",
    "moved",
    "confirm",
    "promise_overdue",
    "promise_offered",
    "dispute",
    "decided",
)
SIGN_IN = "sign_in"
KINDS = (*DIGESTS, SIGN_IN)
"""Every kind of letter there is; each has a folder of templates."""

ROLES = {
    "lead": "a provider lead",
    "deputy": "a deputy lead",
    "signer": "a signing director",
    "contract_manager": "a contract manager",
    "commissioner": "a commissioner",
    "listening_partner": "a listening partner",
    "arbiter": "an arbiter from outside the region",
}

_THE = {
    "lead": "the lead",
    "deputy": "the deputy lead",
    "signer": "the signing director",
    "contract_manager": "the contract manager",
    "commissioner": "the commissioner",
    "listening_partner": "the listening partner",
    "arbiter": "the arbiter",
}

LABELS = {
    "request": "return wanted",
    "notice": "return to come",
    "reminder": "reminder",
    "overdue": "overdue",
    "warning": "not signed",
    "not_returned": "not returned",
    "receipt": "received",
    "question": "question",
    "reply_window": "ready to check",
    "published": "published",
    "unreachable": "contact list",
    "refused": "address refused",
    "name_contact": "contact wanted",
    "answer": "more time",
    "moved": "new due date",
    "confirm": "your details",
    "promise_overdue": "promise past its date",
    "promise_offered": "promise to take on",
    "dispute": "rating to decide",
    "decided": "dispute decided",
}

_STANDS = {
    "not_started": "This return has not been started.",
    "in_progress": "This return has been started, and is not finished.",
    "with_signer": "This return is waiting for the signing director.",
    "extended": "More time has been agreed for this return.",
    "received": "We have received the signed return.",
    "received_late": "We have received the signed return. It came after the due date.",
    "nil": "We have received the signed return. It says that the service did not run.",
    "not_returned": "No signed return has come.",
}
STANDINGS = tuple(_STANDS)
"""How a return may stand: the seven states, and `with_signer` for one that is only unsigned."""


@dataclass(frozen=True)
class Item:
    """One return in a digest; dates are in words, as they are to be read.

    `kind` is the letter this item would be by itself, `role` what the reader is to the service.
    `recorded_on` and `publishes` are needed by a warning, `due` by all that ask for a return.
    `about` names the commitments a question or a dispute is about, `changed_stands` and
    `own_stands` those of which it was decided which rating stands; `note` is any sentence more;
    `quarter_words` is given when it is not the letter's own quarter. `answer` is what was said to a
    request for more time; `refused` are the roles whose addresses turned letters away, and
    `instead` the role written to now; `quarters` counts those in which nobody could be reached.
    `promises` counts those that the item is about, `since` is the earliest of their dates.
    """

    kind: str
    prison: str
    provider: str
    role: str = "lead"
    standing: str = "not_started"
    due: str = ""
    recorded_on: str = ""
    publishes: str = ""
    about: str = ""
    changed_stands: str = ""
    own_stands: str = ""
    revision: int = 1
    note: str = ""
    quarter_words: str = ""
    answer: Literal["", "yes", "no"] = ""
    refused: tuple[str, ...] = ()
    instead: str = ""
    quarters: int = 0
    promises: int = 0
    since: str = ""

    def __post_init__(self) -> None:
        for what, value, known in (
            ("kind", self.kind, DIGESTS),
            ("role", self.role, tuple(ROLES)),
            ("standing", self.standing, STANDINGS),
        ):
            if value not in known:
                raise ValueError(f"an item's {what} is one of {', '.join(known)}; not '{value}'")
        if self.kind in CHASERS and not self.due:
            raise ValueError(f"a {self.kind} needs the due date")
        if self.kind == "answer" and not (self.answer and self.due):
            raise ValueError("an answer says yes or no, and the due date")
        if self.kind == "warning" and not (self.recorded_on and self.publishes):
            raise ValueError("a warning says when it will be recorded and when published")

    @property
    def heading(self) -> str:
        """The line it stands under: prison, provider, and the quarter when it is another one."""
        place = f"{self.prison} ({self.provider})" if self.provider else self.prison
        return f"{place}, {self.quarter_words}" if self.quarter_words else place

    @property
    def label(self) -> str:
        """What it is, in a letter about other things."""
        return LABELS[self.kind]

    @property
    def words(self) -> str:
        """What is to be said of it."""
        return item_words(self)


def item_words(item: Item) -> str:
    """A few short sentences: how the return stands for this reader, and what comes next."""
    said = [_chaser(item)] if item.kind in CHASERS else [_news(item)]
    return " ".join([*said, item.note.strip()]).strip()


def _chaser(item: Item) -> str:
    for_signature = item.role == "signer" and item.standing == "with_signer"
    stands = "This return is waiting for you to sign." if for_signature else _STANDS[item.standing]
    due = f"It is due by the end of {item.due}."
    was_due = f"It was due by the end of {item.due}."
    fresh = item.standing == "not_started"
    match item.kind:
        case "request":
            ask = f"Please send this return by the end of {item.due}."
            if fresh:
                return ask
            return f"{stands} {due if item.standing == 'with_signer' else ask}"
        case "notice":
            return f"This return is due by the end of {item.due}." if fresh else f"{stands} {due}"
        case "overdue":
            return f"{stands} {was_due}"
        case "warning":
            return (
                f"{stands[:-1]}; it was due by the end of {item.due}. "
                f"If it is not signed before {item.recorded_on}, "
                "we will record it as not returned. "
                f"Families will be able to read that from {item.publishes}."
            )
    return f"{stands} {due}"


def _news(item: Item) -> str:
    return _NEWS[item.kind](item)


def _by(item: Item) -> str:
    return f" by the end of {item.due}" if item.due else ""


def _not_returned(item: Item) -> str:
    publishes = f" from {item.publishes}" if item.publishes else ""
    return (
        f"No signed return came{_by(item)}. It is now recorded as not returned. "
        f"Families will be able to read that{publishes}."
    )


def _question(item: Item) -> str:
    about = f"The question is about {item.about}. " if item.about else ""
    return f"{about}Please answer it{_by(item)}."


def _dispute(item: Item) -> str:
    about = f" of {item.about}" if item.about else ""
    return f"The changed rating{about} is disputed. Please decide{_by(item)}."


def _decided(item: Item) -> str:
    said = [
        f"{whose} stands for {about}."
        for whose, about in (
            ("The changed rating", item.changed_stands),
            ("The provider’s own rating", item.own_stands),
        )
        if about
    ]
    return " ".join(said) or "Somebody from outside the region has decided."


def _reply_window(item: Item) -> str:
    if item.role == "listening_partner":
        return f"Please say whether the replies to families are faithful{_by(item)}."
    return f"Please check the page{_by(item)}."


def _published(item: Item) -> str:
    if item.revision > 1:
        return f"Revision {item.revision} of the page is published."
    return "The page is published."


def _answer(item: Item) -> str:
    if item.answer == "yes":
        return f"The answer is yes. The due date is now {item.due}."
    return f"The answer is no. The due date is still {item.due}. You can read why when you sign in."


def _refused(item: Item) -> str:
    who = " and ".join(_THE[role] for role in item.refused) or "somebody on our list"
    said = f"Mail to {who} was turned away."
    if not item.instead:
        return f"{said} Nobody else on our list can be asked in their place."
    same = "another person in that role" if item.instead in item.refused else _THE[item.instead]
    return f"{said} We now write to {same}."


def _name_contact(item: Item) -> str:
    how_long = f" for {item.quarters} quarters running" if item.quarters > 1 else ""
    return f"Nobody on our list could be reached{how_long}. Please name a contact."


def _promise_overdue(item: Item) -> str:
    if item.promises == 1:
        return f"One promise is past its date and still open. Its date was {item.since}."
    return (
        f"{item.promises} promises are past their dates and still open. "
        f"The first of the dates was {item.since}."
    )


_NEWS: Mapping[str, Callable[[Item], str]] = {
    "not_returned": _not_returned,
    "receipt": lambda item: _STANDS[item.standing],
    "question": _question,
    "reply_window": _reply_window,
    "published": _published,
    "answer": _answer,
    "moved": lambda item: f"This return is now due{_by(item)}.",
    "confirm": lambda item: f"Our list names you as {ROLES[item.role]} here.",
    "refused": _refused,
    "name_contact": _name_contact,
    "promise_overdue": _promise_overdue,
    "dispute": _dispute,
    "decided": _decided,
    "promise_offered": lambda item: (
        f"Promises that wait for your answer here: {item.promises}. They were made before you came."
    ),
    "unreachable": lambda _: (
        "Letters to the people on our list for this service could not be delivered."
    ),
}


def why_you(items: Sequence[Item]) -> str:
    """The sentence that says why this person is written to."""
    roles = list(dict.fromkeys(_named(item) for item in items))
    named = roles[0] if len(roles) == 1 else f"{', '.join(roles[:-1])} and {roles[-1]}"
    return f"Our contact list names you as {named}."


def _named(item: Item) -> str:
    """What the reader is; a commissioner's own return has no provider, and a lead all the same."""
    return ROLES[item.role] if item.provider or item.role != "lead" else "a lead"
