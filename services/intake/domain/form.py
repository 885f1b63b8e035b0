"""The foreign city's form before anybody sees it: how old it may be, how often it may be sent, and what it refuses."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.refusals import Refusal

SAVED_FOR_DAYS = 30


@dataclass(frozen=True, slots=True)
class FormRules:
    """Settings: how old a form is when it is sent, how much work it is, and how many are taken in a day from where."""

    min_seconds: float = 2.0
    max_seconds: float = 3600.0
    work: int = 5000
    """Rounds of the key derivation for each try; a browser needs 256 tries on average."""
    per_network: int = 20
    per_country: int = 200
    """Of those whose address is confirmed."""
    min_seconds_without_work: float = 20.0
    per_network_without_work: int = 3
    """Without scripts there is no proof of work: such a form waits longer, and fewer are taken."""


def guard_age(issued_at: datetime, now: datetime, rules: FormRules, *, has_work: bool) -> None:
    """Raises SentTooSoon, FormTooOld."""
    age = (now - issued_at).total_seconds()
    least = (
        rules.min_seconds if has_work else max(rules.min_seconds, rules.min_seconds_without_work)
    )
    if age < least:
        raise SentTooSoon(seconds=f"{least:g}")
    if age > rules.max_seconds:
        raise FormTooOld(minutes=f"{rules.max_seconds / 60:g}")


def is_kept(saved_at: datetime, now: datetime) -> bool:
    """A form that was put by waits so long to be gone on with."""
    return now - saved_at < timedelta(days=SAVED_FOR_DAYS)


class HiddenFieldFilled(Refusal):
    """A field of the form that people do not see was filled in, as programs do."""

    status = 422
    next_step = "Leave the field `website` empty; a program that fills in forms may have done it. Then send it again."


class NotOurForm(Refusal):
    """This was not sent with a form of ours."""

    status = 422
    next_step = "Open the form again and send it from there; your text can be pasted in."


class SentTooSoon(Refusal):
    """This came within {seconds} seconds of the form being opened, sooner than anybody fills it in."""

    status = 429
    next_step = "Wait a few seconds and send it again; what you entered is still right."


class FormTooOld(Refusal):
    """The form was opened more than {minutes} minutes ago."""

    status = 409
    next_step = "Open it again; a form that was saved is filled in as you left it."


class FormUsed(Refusal):
    """This form was sent already."""

    next_step = "Look for our letter. For another city open the form again."


class WorkNotDone(Refusal):
    """The answer to the form's sum is not right, or belongs to another form."""

    status = 422
    next_step = "Open the form again and send it from there, or send it without scripts."


class TooManyFromHere(Refusal):
    """More forms came from your network today than we take."""

    status = 429
    next_step = "Send it tomorrow, or write to the programme: a person answers."


class TooManyFromThere(Refusal):
    """More requests from this country were confirmed today than our staff can look at; yours is kept."""

    status = 429
    next_step = (
        "Confirm it tomorrow, with the same letter: its link and its code work for {days} days."
    )


class NothingSaved(Refusal):
    """There is no saved form behind this link; it is kept for {days} days, and until it is sent."""

    status = 404
    next_step = "Open a fresh form. If you sent it already, look for our letter."


class NothingWritten(Refusal):
    """There is no answer in this yet, or it is longer than 4,000 characters."""

    status = 422
    next_step = "Write the answer in a few sentences and send it again."
