"""The matrix, one module a group of faults. Importing this package registers every row, in the table's order."""

from . import crashes, disk, receivers, tls, names, answers, clocks, crowds, requests  # noqa: F401
