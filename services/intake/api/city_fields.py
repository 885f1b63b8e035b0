"""What somebody entered on the page of the form, and what is not right with it, field by field."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from babel import Locale
from pydantic import BaseModel, ValidationError

from services.intake.api.forms import ProfileForm
from services.intake.api.public_form import RequestForm, SavedForm
from shared.gazetteer import Gazetteer
from shared.languages import written_today
from shared.plain import in_plain_words
from shared.values import IN_THE_UNITED_STATES, Place, PublicProfile, Theme

A = TypeVar("A", bound=BaseModel)
MOST_SOUGHT, MOST_NAMED = 1000, 20
MOST_CHARACTERS = 20_000
"""Of all fields together."""
LABELS = {
    "country": "Country",
    "city": "City",
    "contact_name": "Your name",
    "contact_email": "Your e-mail address",
    "contact_office": "Your office",
    "contact_language": "The language",
    "seeks": "What you look for",
    "themes": "What you would like to do together",
    "industries": "Industries",
    "universities": "Universities and schools",
    "languages": "Languages",
}
NOWHERE = (
    "We know no place of that name there. Write it as it is written in the country, or in English."
)
SEVERAL = "We know several places of that name; choose yours below."


class ProfileEntered(BaseModel):
    """As typed, nothing refused: the page comes back with it."""

    seeks: str = ""
    themes: list[str] = []
    industries: str = ""
    universities: str = ""
    languages: str = ""

    def profile(self) -> tuple[dict[str, Any], dict[str, str]]:
        """For the form behind the page; and what is wrong with the languages."""
        codes, unknown = _codes(self.languages)
        told = {
            "seeks": self.seeks.strip(),
            "themes": self.themes,
            "industries": _lines(self.industries),
            "universities": _lines(self.universities),
            "languages": codes,
        }
        return told, {
            "languages": f"We do not know {unknown}; write it in English, e.g. Estonian."
        } if unknown else {}

    @classmethod
    def of(cls, profile: PublicProfile) -> dict[str, Any]:
        names = Locale("en").languages
        return {
            "seeks": profile.seeks,
            "themes": [theme.value for theme in profile.themes],
            "industries": "\n".join(profile.industries),
            "universities": "\n".join(profile.universities),
            "languages": ", ".join(str(names.get(code, code)) for code in profile.languages),
        }


class Entered(ProfileEntered):
    country: str = ""
    city: str = ""
    geoname_id: str = ""
    looked_up: str = ""
    contact_name: str = ""
    contact_email: str = ""
    contact_office: str = ""
    contact_language: str = ""
    form_token: str = ""
    work: str = ""
    website: str = ""
    saved: str = ""
    do: str = ""

    @property
    def is_too_long(self) -> bool:
        return sum(len(str(value)) for value in self.model_dump().values()) > MOST_CHARACTERS

    @property
    def query(self) -> str:
        """What the places that are shown were looked up by."""
        return f"{self.country} {self.city.strip()}"

    def kept(self) -> dict[str, Any]:
        """All that was typed, to be saved as it is."""
        passing = {"form_token", "work", "website", "saved", "do"}
        return self.model_dump(exclude=passing)

    def as_far_as_right(self, gazetteer: Gazetteer) -> SavedForm:
        """For a program that goes on with what was typed on the page."""
        place, _, _ = where(self, gazetteer)
        told, _ = self.profile()
        cut = {"seeks": told["seeks"][:MOST_SOUGHT], "themes": told["themes"]}
        cut |= {
            name: told[name][:MOST_NAMED] for name in ("universities", "industries", "languages")
        }
        profile, wrong = checked(ProfileForm, cut)
        if profile is None:
            profile = ProfileForm.model_validate({k: v for k, v in cut.items() if k not in wrong})
        return SavedForm(
            geoname_id=place.geoname_id if place else None,
            contact_name=self.contact_name[:120],
            contact_email=self.contact_email[:254],
            contact_office=self.contact_office[:120],
            contact_language=self.contact_language[:3],
            profile=profile,
        )

    @classmethod
    def resumed(cls, told: dict[str, Any], gazetteer: Gazetteer, saved: str) -> "Entered":
        """From the page itself, or from a program that saved the form for somebody."""
        if "page" in told:
            return cls(**told["page"], saved=saved)
        form = SavedForm.model_validate(told)
        place = gazetteer.find(form.geoname_id) if form.geoname_id else None
        told |= ProfileEntered.of(form.profile) | {
            "country": place.country if place else "",
            "city": place.name if place else "",
            "geoname_id": str(form.geoname_id or ""),
        }
        entered = cls.model_validate({**told, "saved": saved})
        return entered.model_copy(update={"looked_up": entered.query})


@dataclass
class Read:
    """The form that can be sent, or what is not right; the places that it may mean."""

    form: RequestForm | None = None
    errors: dict[str, str] = field(default_factory=dict)
    places: Sequence[Place] = ()


def read(entered: Entered, gazetteer: Gazetteer) -> Read:
    place, wrong, places = where(entered, gazetteer)
    profile, of_profile = entered.profile()
    told = {
        **entered.model_dump(include={name for name in LABELS if name.startswith("contact_")}),
        **entered.model_dump(include={"form_token", "work", "website", "saved"}),
        "geoname_id": place.geoname_id if place else 1,
        "profile": profile,
    }
    form, of_form = checked(RequestForm, told)
    errors = wrong | of_form | of_profile
    in_order = {name: errors[name] for name in LABELS if name in errors}
    return Read(None if errors else form, in_order, places)


def checked(form: type[A], told: dict[str, Any]) -> tuple[A | None, dict[str, str]]:
    """The first fault of each field, in plain words."""
    try:
        return form.model_validate(told), {}
    except ValidationError as invalid:
        errors: dict[str, str] = {}
        for error in invalid.errors():
            names = [part for part in error["loc"] if isinstance(part, str) and part != "profile"]
            errors.setdefault(names[0] if names else "seeks", in_plain_words(error))
        return None, errors


def where(
    entered: Entered, gazetteer: Gazetteer
) -> tuple[Place | None, dict[str, str], Sequence[Place]]:
    """The place that is meant, or why not, and the places to choose from."""
    name, missing = entered.city.strip(), {}
    if entered.country not in dict(countries(gazetteer)):
        missing["country"] = "Choose the country."
    if not name:
        missing["city"] = "Write the name of the place."
    if missing:
        return None, missing, ()
    places = gazetteer.search(name[:100], entered.country)
    is_chosen = entered.looked_up == entered.query
    chosen = [p for p in places if is_chosen and str(p.geoname_id) == entered.geoname_id]
    # Of several that begin so, the one of this very name is meant where it is the largest, too.
    same = [p for p in places if p.name.casefold() == name.casefold()]
    for found in (chosen, places, same if same == places[:1] else []):
        if len(found) == 1:
            return found[0], {}, places if len(places) > 1 else ()
    return None, {"city": SEVERAL if places else NOWHERE}, places


@cache
def countries(gazetteer: Gazetteer) -> Sequence[tuple[str, str]]:
    """Those abroad, by name."""
    names = Locale("en").territories
    abroad = gazetteer.continents.keys() - IN_THE_UNITED_STATES
    told = ((code, str(names.get(code, code))) for code in abroad)
    return sorted(told, key=lambda each: each[1])


TWO_LETTERS = 2


@cache
def languages() -> Sequence[tuple[str, str]]:
    """In which people write today, by name; those with a code of two letters."""
    told = ((code, name) for code, name in written_today().items() if len(code) == TWO_LETTERS)
    return sorted(told, key=lambda each: each[1])


def themes() -> Sequence[str]:
    return [theme.value for theme in Theme]


@cache
def _by_name() -> dict[str, str]:
    names = Locale("en").languages.items()
    told = {str(name).casefold(): code for code, name in names if len(code) in (2, 3)}
    return {code: code for code in told.values()} | told


def _codes(text: str) -> tuple[list[str], str]:
    """Codes of the languages that are named, and the first one that nobody knows."""
    named = [part.strip() for part in text.replace(";", ",").replace("\n", ",").split(",")]
    found = [(each, _by_name().get(each.casefold(), "")) for each in named if each]
    unknown = next((f"“{each[:40]}”" for each, code in found if not code), "")
    return list(dict.fromkeys(code for _, code in found if code)), unknown


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
