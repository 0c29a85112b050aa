"""The tables of steering: pauses, plans agreed to, promises that changed hands, morning briefs."""

from datetime import date, datetime

from sqlalchemy import Text
from sqlmodel import Field, SQLModel

from notifications.instant import Instant


class Pause(SQLModel, table=True):
    """Something that stands still while this row is there: `everything`, or `REGION:PROVIDER`."""

    scope: str = Field(primary_key=True)
    reason: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=Instant)
    by: str


class PlanApproval(SQLModel, table=True):
    """A commissioner's yes to one rehearsed plan, named by the fingerprint of all it holds."""

    __tablename__ = "plan_approval"
    region_code: str = Field(primary_key=True, foreign_key="region.code")
    quarter: str = Field(primary_key=True)
    fingerprint: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
    by: str


class ActionHandover(SQLModel, table=True):
    """An open promise offered to the provider that came after; taken on, or declined and why."""

    __tablename__ = "action_handover"
    action_id: str = Field(primary_key=True, foreign_key="action.id")
    from_service_id: int = Field(primary_key=True, foreign_key="service.id")
    to_service_id: int = Field(foreign_key="service.id", index=True)
    offered_at: datetime = Field(sa_type=Instant)
    accepted: bool | None = None
    reason: str = Field(default="", sa_type=Text)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    decided_by: str = ""
    salt: str = ""


class Brief(SQLModel, table=True):
    """A London date on which staff were given their morning brief."""

    day: date = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
