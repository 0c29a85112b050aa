"""Charts as data: what each bar, point and span says, and where it lies in hundredths of the width.

`shared/drawn.html` draws them as SVG, for the console and for families alike; a page puts the same
figures in a table below. Every place is a share of the width, so that a chart fits a telephone and
a poster with its words at one size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from charter.quarters import Quarter, say
from charter.words import Colour

DRAWINGS = Path(__file__).parent / "templates" / "shared"
"""The folder of the template that draws them."""
LABEL = 34
"""Letters of a name that stand in a drawing; the table has the whole."""
ROOM_FOR_A_NUMBER = 9
"""Hundredths of the width below which a part has no number in it."""


def _short(name: str) -> str:
    return name if len(name) <= LABEL else name[: LABEL - 1].rstrip() + "…"


def _share(part: float, whole: float) -> float:
    """Hundredths, to one decimal place; nought of nothing."""
    return round(100 * part / whole, 1) if whole else 0.0


@dataclass(frozen=True)
class Bar:
    """One bar; `value` is None where there is nothing to measure, `says` is its figure in words."""

    name: str
    value: int | None
    says: str = ""
    colour: Colour = "blue"
    href: str = ""

    @property
    def label(self) -> str:
        """The name as it stands in the drawing."""
        return _short(self.name)

    @property
    def words(self) -> str:
        """What stands at its end."""
        return self.says or ("–" if self.value is None else str(self.value))


@dataclass(frozen=True)
class Bars:
    """Bars under one another, drawn by `bar`; `most` is the value of a full width.

    `id` is unique on its page. `said` is what somebody who cannot see it is told beside the title.
    """

    id: str
    title: str
    said: str
    bars: tuple[Bar, ...]
    most: int | None = None
    of: str = ""
    counted: str = "Number"

    def width(self, bar: Bar) -> float:
        """How far a bar reaches, in hundredths."""
        most = self.most or max((b.value or 0 for b in self.bars), default=0)
        return min(100.0, _share(bar.value or 0, most))


@dataclass(frozen=True)
class Key:
    """What one colour of a stacked bar stands for."""

    words: str
    colour: Colour


@dataclass(frozen=True)
class Stack:
    """One stacked bar: a count for each key, in the order of the keys."""

    name: str
    parts: tuple[int, ...]
    href: str = ""

    @property
    def label(self) -> str:
        """The name as it stands in the drawing."""
        return _short(self.name)


@dataclass(frozen=True)
class Part:
    """A part of a stacked bar, with the number in it where there is room for one."""

    colour: Colour
    starts: float
    width: float
    number: str


@dataclass(frozen=True)
class Stacks:
    """Stacked bars, drawn by `stacked_bar`: each whole is the full width."""

    id: str
    title: str
    said: str
    keys: tuple[Key, ...]
    stacks: tuple[Stack, ...]
    of: str = ""

    def parts(self, stack: Stack) -> Iterator[Part]:
        """The parts that are there, from left to right."""
        whole, before = sum(stack.parts), 0
        for key, count in zip(self.keys, stack.parts, strict=True):
            if count:
                width = _share(count, whole)
                number = str(count) if width >= ROOM_FOR_A_NUMBER else ""
                yield Part(key.colour, _share(before, whole), width, number)
            before += count


@dataclass(frozen=True)
class Point:
    """A quarter's figure; None where there is none.

    No line leads to a point that `breaks`: it cannot be set beside the one before.
    """

    quarter: Quarter
    value: int | None
    says: str = ""
    breaks: bool = False
    href: str = ""

    @property
    def words(self) -> str:
        """What stands over it."""
        return self.says or ("–" if self.value is None else str(self.value))


@dataclass(frozen=True)
class Placed:
    """A point in the drawing: across in hundredths, down in hundredths of the height.

    `before` is the point that a line leads from; `year` is written under a year's first point.
    """

    point: Point
    across: float
    down: float
    tick: str
    year: str
    before: tuple[float, float] | None


@dataclass(frozen=True)
class Sparkline:
    """A figure over the quarters, oldest first, drawn by `sparkline`; `most` is the top."""

    id: str
    title: str
    said: str
    points: tuple[Point, ...]
    most: int = 100
    counted: str = "Figure"
    why_breaks: str = ""

    def placed(self) -> list[Placed]:
        """Every point with a place for it, those without a figure on the ground."""
        found: list[Placed] = []
        step = 100 / max(1, len(self.points))
        for i, point in enumerate(self.points):
            across = round(step * (i + 0.5), 1)
            down = 100 - min(100.0, _share(point.value or 0, self.most))
            last = found[-1] if found else None
            gap = last is None or last.point.value is None or point.value is None or point.breaks
            before = None if gap or last is None else (last.across, last.down)
            tick = f"Q{point.quarter.number}"
            found.append(Placed(point, across, down, tick, self._year(i), before))
        return found

    def _year(self, i: int) -> str:
        """A year's name has room under two points and more."""
        years = [str(p.quarter)[:7] for p in self.points]
        starts = i == 0 or years[i] != years[i - 1]
        return years[i] if starts and (years.count(years[i]) > 1 or i == len(years) - 1) else ""

    @property
    def has_break(self) -> bool:
        """Two of its quarters are not joined, because they cannot be compared."""
        return any(point.breaks for point in self.points)


@dataclass(frozen=True)
class Span:
    """Days from the first to the last, both counted; a single day is both."""

    name: str
    first: date
    last: date
    colour: Colour = "blue"
    href: str = ""

    @property
    def label(self) -> str:
        """The name as it stands in the drawing."""
        return _short(self.name)

    @property
    def words(self) -> str:
        """`1 October 2026 to 28 October 2026`, or the one day."""
        return say(self.first) if self.first == self.last else f"{say(self.first)} to {self.until}"

    @property
    def until(self) -> str:
        """The last day."""
        return say(self.last)


@dataclass(frozen=True)
class Timeline:
    """Spans of days under one another, drawn by `timeline`, with a line where `today` is."""

    id: str
    title: str
    said: str
    spans: tuple[Span, ...]
    today: date | None = None
    of: str = ""
    counted: str = ""

    @property
    def first(self) -> date:
        """The drawing's left edge; ValueError where there is no span."""
        return min(span.first for span in self.spans)

    @property
    def last(self) -> date:
        """The drawing's right edge; ValueError where there is no span."""
        return max(span.last for span in self.spans)

    def across(self, day: date) -> float:
        """Where a day begins, in hundredths."""
        return _share((day - self.first).days, (self.last - self.first).days + 1)

    def width(self, span: Span) -> float:
        """How wide a span is, in hundredths, wide enough to be seen."""
        days = (span.last - span.first).days + 1
        return max(1.0, _share(days, (self.last - self.first).days + 1))

    @property
    def now(self) -> float | None:
        """Where today is, when it is within."""
        if self.today is None or not self.first <= self.today <= self.last:
            return None
        return self.across(self.today)
