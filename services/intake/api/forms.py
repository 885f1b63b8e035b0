"""What is common to intake's doors: the service, texts and days as people give them."""

from typing import Annotated, Any

from fastapi import Depends, Query, Request
from pydantic import ConfigDict, Field, StringConstraints, model_validator

from services.intake.application import Intake
from shared.values import PublicProfile


def _intake(request: Request) -> Intake:
    intake: Intake = request.app.state.service
    return intake


Abilities = Annotated[Intake, Depends(_intake)]
"""The service behind the door."""


Text = Annotated[
    str,
    StringConstraints(strip_whitespace=True),
    Field(min_length=1, max_length=4000, pattern=r"^[^\x00]+$"),
]
OptionalText = Annotated[str, Field(max_length=4000, pattern=r"^[^\x00]*$")]
Limit = Annotated[int, Query(ge=1, le=500)]
Cursor = Annotated[str | None, Query(max_length=300, pattern=r"^[^\x00]+$")]
Waiting = Annotated[bool, Query(description="Only what waits for staff to look at it.")]
Wanted = Annotated[str | None, Query(max_length=100, pattern=r"^[^\x00]+$")]


class ProfileForm(PublicProfile):
    """A public profile as somebody fills it in; staff assess it before it is published."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="after")
    def _is_text(self) -> "ProfileForm":
        texts = (self.seeks, *self.industries, *self.universities)
        if any("\x00" in text for text in texts):
            raise ValueError("a text holds a character that is none")
        return self


PROFILE: Any = {
    "seeks": "A university city of similar size, for exchanges in digital government",
    "themes": ["education", "technology"],
    "industries": ["software", "biotechnology"],
    "universities": ["University of Tartu"],
    "languages": ["et", "en"],
}
PREFERENCES: Any = {
    "countries": ["JP", "PT"],
    "continents": ["EU"],
    "languages": ["pt"],
    "themes": ["education", "trade"],
    "priority_project": "education",
    "population_min": 50000,
    "population_max": 500000,
}
CONTACT: Any = {"name": "Ann Lee", "email": "ann.lee@example.org", "office": "Mayor's office"}
