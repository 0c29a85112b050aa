"""The journal: a mailbox that gets a blind copy of every letter, and so can say what arrived."""

from collections.abc import Sequence
from dataclasses import dataclass

from notifications.channels.base import check_address
from notifications.channels.mailboxes import Mailbox, MailboxDown, read_mailbox

HEADER = "X-Charter-Letter"


@dataclass(frozen=True)
class Journal:
    """Where the copies go (`address`) and where they are read (`mailbox`)."""

    mailbox: Mailbox
    address: str

    def ask(self, key: str, known: Sequence[str] = ()) -> bool | None:
        """Did this letter arrive? True when its copy is here.

        `known` are letters that went by the same way, just before it and just after. False only
        when their copies are all here: a journal that lacks one of them, or has none to show, is
        late or broken, and then nobody knows (None).
        """
        try:
            with self.mailbox.open() as folder:
                if folder.holds(HEADER, key):
                    return True
                if not known or not all(folder.holds(HEADER, each) for each in known):
                    return None
                return folder.holds(HEADER, key)  # it may have come while the others were sought
        except MailboxDown:
            return None


def read_journal(url: str, address: str) -> Journal | None:
    """The journal as CHARTER_JOURNAL_URL and CHARTER_JOURNAL_ADDRESS name it; None without them.

    A ValueError says what is missing or wrong.
    """
    if not url.strip() and not address.strip():
        return None
    if not url.strip() or not address.strip():
        raise ValueError(
            "a journal needs both CHARTER_JOURNAL_URL, where the copies are read, and "
            "CHARTER_JOURNAL_ADDRESS, where they are sent"
        )
    try:
        to = check_address("address", address.strip()).addr_spec
    except ValueError as error:
        raise ValueError(f"CHARTER_JOURNAL_ADDRESS: {error}") from None
    return Journal(read_mailbox("CHARTER_JOURNAL_URL", url), to)
