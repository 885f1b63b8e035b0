"""One good instance of each public event; what the catalogue shows is what the tests use."""

from shared.examples import (
    ASHIKAGA,
    CASE,
    COIMBRA,
    EXAMPLES,
    LISTING,
    PAIR,
    PARTNERSHIP,
    SPRINGFIELD,
    TARTU,
    THREAD,
)

__all__ = [
    "ASHIKAGA",
    "CASE",
    "COIMBRA",
    "EXAMPLES",
    "LISTING",
    "PAIR",
    "PARTNERSHIP",
    "SPRINGFIELD",
    "TARTU",
    "THREAD",
]
