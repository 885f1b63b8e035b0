"""Letters about the shortlist: cities are proposed, or to be chosen anew, and what was chosen."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from services.intake.domain.search import Search
from shared.application import Service
from shared.mail import Effect, Letter
from shared.meeting_letters import everybody

MOST_NAMED = 20
IN_OUTREACH = (
    "Our staff write to embassies, consulates and associations about them now. Answers often take weeks; you hear from"
    " us when a city is interested. What you know of these cities, and whom you know there, helps: answer this mail."
)


def of_research(event: Search.ResearchAdvanced) -> Iterator[Letter]:
    """The administrator and the committee have the word; what they chose is the owner's to write about."""
    news, about = event.news, event.originator_id
    if news is None:
        return
    named = [*news.cities[:MOST_NAMED]]
    left = len(news.cities) - len(named)
    facts = {
        "what": news.what,
        "cities": [*named, *([f"and {left} more"] if left > 0 else [])],
        "due_on": f"{event.ball.due_on:%Y-%m-%d}" if event.ball.due_on else "",
    }
    if news.what == "chosen":
        readers, kind = everybody((event.community_id,), news.owner), "shortlist_chosen"
    else:
        readers, kind = [event.community_id, *news.committee], "cities_proposed"
    for each in readers:
        yield Letter(kind, about, each, facts)


def proposed(_: Service, effect: Effect, reader: Mapping[str, Any]) -> dict[str, str]:
    is_new = effect.facts["what"] == "proposed"
    by = _by(effect)
    if reader["role"] == "administrator":
        step = f"Please choose three, four or five of them{by}. Your committee can say what it thinks before that."
    else:
        step = f"Please tell your administrator what you think of them: they choose three, four or five{by}."
    return {
        "news": "Cities are proposed" if is_new else "The shortlist is open again",
        "what": "Our staff propose these cities to you:"
        if is_new
        else "The shortlist is open again, so that other cities can be chosen. The page shows those that are proposed.",
        "cities": _listed(effect),
        "next": step,
    }


def chosen(_: Service, effect: Effect, reader: Mapping[str, Any]) -> dict[str, str]:
    is_staff = reader["role"] == "staff"
    to_write = (
        f"Each of them has a pair in outreach: the first letters are yours to write{_by(effect)}."
    )
    return {
        "cities": _listed(effect),
        "next": to_write if is_staff else IN_OUTREACH,
        "button": "What is due" if is_staff else "How your search stands",
        "page": "/digest" if is_staff else "/sign-in",
    }


def _listed(effect: Effect) -> str:
    return "\n".join(f"- {each}" for each in effect.facts["cities"])


def _by(effect: Effect) -> str:
    told = effect.facts["due_on"]
    return f", by {date.fromisoformat(told):%A %-d %B %Y}" if told else ""
