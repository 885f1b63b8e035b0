"""How well two cities suit each other: factors (factors.py), published weights (weights.toml), joined (score.py)."""

from services.matching.score.factors import Listed, Measure, Seeker
from services.matching.score.score import Score
from services.matching.score.weights import Factor, Side, Weights, checked_weights, published

__all__ = [
    "Factor",
    "Listed",
    "Measure",
    "Score",
    "Seeker",
    "Side",
    "Weights",
    "checked_weights",
    "published",
]
