"""The words that several commands take: region, quarter, provider, prison."""

from typing import Annotated

import typer

RegionName = Annotated[str, typer.Argument(help="A region, by its code or name.")]
QuarterName = Annotated[str, typer.Option(help="A quarter, such as 2026-27-Q2.")]
ProviderCode = Annotated[str, typer.Option(help="A provider's code in the register.")]
SiteCode = Annotated[str, typer.Option(help="A prison's code in the register.")]
