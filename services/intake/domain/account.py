"""Signing in: what a link must be, how long a session lasts, and who may hand which role to whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.context import Role
from shared.refusals import Refusal

LINK_MINUTES = 10
MOST_TRIES = 5
RANK = ("staff", "operator", "administrator", "official", "committee_member")
"""Whoever has several roles signs in as the first of these."""
ROLES = {
    "staff": Role.STAFF,
    "operator": Role.OPERATOR,
    "administrator": Role.ADMINISTRATOR,
    "official": Role.FOREIGN_OFFICIAL,
    "committee_member": Role.COMMITTEE_MEMBER,
}
"""Of a person on record; an attendee of a debrief has none."""


class LinkIsOver(Refusal):
    """This link no longer works: it was used, ten minutes have passed, or a newer one was asked for."""

    status = 410
    next_step = "Ask for a new link; the newest mail is the one that counts."


class CodeNeeded(Refusal):
    """The link was opened in another browser than the one that asked for it, and the code is not right."""

    status = 403
    next_step = "Enter the code of six signs that the first browser shows, or ask for a link here."


class NoAddress(Refusal):
    """This is not a whole e-mail address."""

    status = 422
    next_step = "Write it as in ann.lee@example.org."


class TooManyLinks(Refusal):
    """Too many links were asked for from here in the last ten minutes."""

    status = 429
    next_step = (
        "Wait ten minutes and ask again; the newest link that you have still works. A browser in which you signed in"
        " before is counted by itself."
    )


class NoSession(Refusal):
    """Nobody is signed in in this browser, or the session has ended."""

    status = 401
    next_step = "Sign in again at /sign-in; nothing that you entered is lost."


class NotFromHere(Refusal):
    """This was asked for by another site than ours."""

    status = 403
    next_step = "Open our pages in this browser and try again there."


class ForStaff(Refusal):
    """This page is for our staff: it shows what waits for them in all cases."""

    status = 403
    next_step = "Go on to what your own role can do, or choose another role there."


class NotYourRole(Refusal):
    """That role is not one of yours."""

    status = 403
    next_step = "Choose one of the roles that your session lists."


class OnlyOperatorsAppoint(Refusal):
    """Operators are appointed by operators alone."""

    status = 403
    next_step = "Ask an operator; `csc people add` on the machine of the programme does it too."


class IsAdministratorAlready(Refusal):
    """This person is the administrator of {place} already."""

    next_step = "Nothing needs to be done."


@dataclass(frozen=True, slots=True)
class Link:
    """A link as it was asked for, and where it is opened."""

    ends_at: datetime
    is_over: bool
    tries: int
    is_same_browser: bool

    def check(self, now: datetime) -> None:
        """Raises LinkIsOver."""
        if self.is_over or self.tries >= MOST_TRIES or now >= self.ends_at:
            raise LinkIsOver

    def check_browser(self, *, is_code_right: bool) -> None:
        """Raises CodeNeeded."""
        if not self.is_same_browser and not is_code_right:
            raise CodeNeeded


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts: without a sign of life, and at most."""

    idle: timedelta = timedelta(hours=12)
    most: timedelta = timedelta(days=14)

    def is_over(self, began_at: datetime, seen_at: datetime, now: datetime) -> bool:
        return now - seen_at >= self.idle or now - began_at >= self.most


def check_appointment(role: str, by: Role) -> None:
    """Raises OnlyOperatorsAppoint."""
    if role == "operator" and by is not Role.OPERATOR:
        raise OnlyOperatorsAppoint
