"""The two quarters before the one in the demo, told at fewer moments but through the same functions."""

from datetime import date

from charter.policy import Dates
from charter.quarters import Calendar
from charter.steps import Rating
from flows.sample.acts import FlowCall, Story, plainly, together
from flows.sample.checking import APPROVER, COMMISSIONER, approve, change, confirm, judge
from flows.sample.founding import REGISTER, enter, import_register
from flows.sample.checking import PARTNER
from flows.sample.returning import Owed, submit

FIRST, SECOND = "2025-26-Q4", "2026-27-Q1"
AVON = [("avon", site) for site in ("larkmoor", "marlspike", "quillhaven", "thistlemere")]
BROOK = [("brook", site) for site in ("fernhollow", "otterstone", "willowfen")]
COPPERDALE = ("brook", "copperdale")
CLYDE = [("clyde", site) for site in ("brindlebeck", "harrowgrove", "saltmarrow")]
TEAM = ("sample-commissioning", "REGION")
"""The commissioner's own return."""
