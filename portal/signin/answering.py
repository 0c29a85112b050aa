"""Answers requests for a link once the page has gone out, so that the page can tell nothing."""

import logging

from portal.desk import Desk
from portal.keys import code_for, code_hash, hash_of, new_secret
from providers import sessions

log = logging.getLogger(__name__)


def answer_waiting(desk: Desk) -> int:
    """Answer every request that waits, whoever left it, and give how many messages were sent.

    Each is looked up and committed by itself; the message is made and sent after that, and its
    text is kept nowhere. One that cannot be sent is lost: the person asks again.
    """
    now = desk.clock()
    with desk.database.reading() as session:
        waiting = sessions.waiting(session)
    sent = 0
    for request in waiting:
        token = new_secret()
        code = code_for(desk.secret_key, token)
        with desk.database.writing() as session:
            invited = sessions.answer(
                session, request, hash_of(token), code_hash(desk.secret_key, code), now
            )
        if invited is None:
            continue
        link = desk.address(f"/sign-in/link/{token}")
        try:
            desk.send_sign_in(invited.email, invited.name, link, code)
            sent += 1
        except Exception as error:  # whatever a mail system throws, the others still get theirs
            log.warning("a sign-in message could not be sent: %s", type(error).__name__)
    with desk.database.writing() as session:
        sessions.forget(session, now)
    return sent
