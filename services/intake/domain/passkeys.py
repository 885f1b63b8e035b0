"""Passkeys: who may have them, and what they may do to each other."""

from datetime import datetime, timedelta

from shared.refusals import Refusal

MOST = 10
"""Of one address."""
ANSWERED_WITHIN = timedelta(minutes=5)
FRESH = timedelta(minutes=30)
"""Since signing in: who finds an open browser changes no passkeys in it."""
FOR = frozenset({"staff", "operator"})


class PasskeysAreForStaff(Refusal):
    """Passkeys are for people of staff and for operators; everybody else signs in with a link by e-mail."""

    status = 403
    next_step = "Go on signing in with the link that we send you."


class PasskeyNotAccepted(Refusal):
    """This passkey is not known here, or its answer does not fit what was asked."""

    status = 403
    next_step = "Try again, choose another passkey, or sign in with a link by e-mail at /sign-in."


class PasskeyKnownAlready(Refusal):
    """This passkey is registered already."""

    next_step = "Use it to sign in, or register one of another device."


class TooManyPasskeys(Refusal):
    """At most {most} passkeys can be registered for one address."""

    next_step = "Remove one that you no longer use, then register the new one."


class NoPasskeyYet(Refusal):
    """A passkey can be required only once there is one."""

    next_step = "Register a passkey first."


class LastPasskey(Refusal):
    """This is the only passkey of an account that signs in with passkeys alone."""

    next_step = "Register another one first, or stop requiring a passkey."


class PasskeyNeeded(Refusal):
    """Signing in to this account takes a passkey; that is how its owner set it."""

    status = 403
    next_step = "Use the passkey at /sign-in; an operator removes it if the device is lost."


class SignInAnew(Refusal):
    """Passkeys are changed within half an hour after signing in, and you signed in longer ago."""

    status = 403
    next_step = "Sign out, sign in again, and do it then."


def check_fresh(began_at: datetime, now: datetime) -> None:
    """Raises SignInAnew."""
    if now - began_at > FRESH:
        raise SignInAnew


def may_hold(roles: set[str]) -> bool:
    return bool(roles & FOR)


def check_holder(roles: set[str]) -> None:
    """Raises PasskeysAreForStaff."""
    if not may_hold(roles):
        raise PasskeysAreForStaff


def check_number(registered: int) -> None:
    """Raises TooManyPasskeys."""
    if registered >= MOST:
        raise TooManyPasskeys(most=MOST)


def check_requiring(registered: int) -> None:
    """Raises NoPasskeyYet."""
    if registered == 0:
        raise NoPasskeyYet


def check_removing(registered: int, *, is_required: bool) -> None:
    """Raises LastPasskey."""
    if is_required and registered <= 1:
        raise LastPasskey


class NoPasskeys(Refusal):
    """There is no passkey on record for this person, so none was removed."""

    next_step = "Check the person with `csc people list`; the link by e-mail signs in."
