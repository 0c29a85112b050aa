"""Steps of the programme that a person had done at once: the ledger says whose wish it was."""

from datetime import datetime

from sqlmodel import Session

from providers import ledger

KIND = "step_run_by_hand"


def note(session: Session, region: str, step: str, now: datetime, by: str) -> None:
    """Put on record that somebody of a region had a step done; BeforeLastEntry for an early now."""
    ledger.append(session, now, by, KIND, f"region:{region}", {"step": step})
