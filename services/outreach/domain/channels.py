"""Which channel a mission or an association is, and which country it reaches."""

from services.outreach.domain import refusals as no
from shared.values import Channel

EMBASSIES = ("embassy", "high commission", "nunciature", "apostolic delegation")
CONSULATES = ("consulate", "consular")
OFFICES = ("office", "mission", "section")
"""Words in the kinds of missions; offices of countries without an embassy do what an embassy does."""

ASSOCIATIONS = {
    "national": Channel.MUNICIPAL_ASSOCIATION,
    "regional": Channel.MUNICIPAL_ASSOCIATION,
    "professional body": Channel.OTHER,
    "sister-city support body": Channel.TWINNING_ORGANISATION,
    "twinning organisation": Channel.TWINNING_ORGANISATION,
    "federal agency": Channel.FEDERAL_AGENCY,
}


def mission_reach(kind: str, sending: str, receiving: str) -> tuple[Channel, str]:
    """A U.S. mission reaches the country that it sits in, any other one its own. Raises KindUnknown."""
    is_ours, country = sending == "US", receiving if sending == "US" else sending
    word = kind.lower()
    if any(consulate in word for consulate in CONSULATES):
        return (Channel.US_CONSULATE if is_ours else Channel.FOREIGN_CONSULATE), country
    if any(embassy in word for embassy in (*EMBASSIES, *OFFICES)):
        return (Channel.US_EMBASSY if is_ours else Channel.FOREIGN_EMBASSY), country
    raise no.KindUnknown(kind=kind)


def association_channel(kind: str) -> Channel:
    """Raises KindUnknown."""
    if kind.lower() not in ASSOCIATIONS:
        raise no.KindUnknown(kind=kind)
    return ASSOCIATIONS[kind.lower()]
