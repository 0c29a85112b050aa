"""A return as a workbook: written ready to fill in, and read back once it has been."""

from providers.workbook_cells import BadWorkbook
from providers.workbook_reading import Filled, read, read_placed
from providers.workbook_writing import write

__all__ = ["BadWorkbook", "Filled", "read", "read_placed", "write"]
