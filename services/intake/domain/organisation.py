"""Signing in with the account of one's organisation (OpenID Connect): whom we believe, and whom we know."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from services.intake.domain.passkeys import FOR
from shared.refusals import Refusal

WITHIN = timedelta(minutes=10)
"""Between being sent to the organisation and coming back."""


class NoOrganisation(Refusal):
    """Signing in with an organisation's account is not set up here."""

    status = 404
    next_step = "Sign in with a link by e-mail at /sign-in."


class OrganisationAway(Refusal):
    """The sign-in service of your organisation cannot be reached at the moment."""

    status = 503
    next_step = "Try again in a few minutes, or sign in with a link by e-mail."


class OrganisationNotBelieved(Refusal):
    """What came back from your organisation's sign-in does not fit what was asked, took too long, or was a no."""

    status = 403
    next_step = "Begin again at /sign-in, in one browser and without the Back button."


class AddressNotVerified(Refusal):
    """Your organisation does not say that the e-mail address of your account is verified."""

    status = 403
    next_step = "Have it verified there, or sign in with a link by e-mail."


class NotStaffHere(Refusal):
    """Nobody of our staff has the e-mail address of this account."""

    status = 403
    next_step = (
        "Ask a person of staff to add you with this address, or sign in with a link by e-mail."
    )


def verified_address(claims: Mapping[str, Any]) -> str:
    """Raises AddressNotVerified."""
    address = claims.get("email")
    if not isinstance(address, str) or claims.get("email_verified") is not True:
        raise AddressNotVerified
    return address.strip().lower()


def check_staff(roles: set[str]) -> None:
    """Raises NotStaffHere."""
    if not roles & FOR:
        raise NotStaffHere
