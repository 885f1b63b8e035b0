"""How far two places lie apart."""

from math import asin, cos, radians, sin, sqrt

from shared.values import Place


def distance_km(one: Place, other: Place) -> float:
    """Great-circle distance (haversine), kilometres."""
    south, north = radians(one.latitude), radians(other.latitude)
    east = sin(radians(other.longitude - one.longitude) / 2) ** 2
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * east
    return 12_742 * asin(sqrt(min(half, 1)))
