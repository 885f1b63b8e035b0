"""The HTTP door of the rules that stand outside the score, and of what staff change about one case's ranking."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, computed_field
from pydantic.config import JsonDict

from services.matching import adjusting, rows, screening
from services.matching.application import Matching
from services.matching.domain.rules import Slug, Terms, WrittenTerms
from services.matching.views import Remark
from shared.answers import leave_no_receipt
from shared.application import Receipt
from shared.context import Role
from shared.forms import SAID, Day, Form
from shared.http import Committee, Door, Staff, StaffOrAdministrator
from shared.pages import Page, keys_of, page
from shared.values import GeonameId, Place

EXAMPLE: JsonDict = {
    "slug": "texas-gov-code-795",
    "title": "Texas Government Code ch. 795",
    "kind": "state_law",
    "states": ["TX"],
    "bars": "countries",
    "countries": ["CN", "IR", "KP", "RU"],
    "effect": "block",
    "in_force_from": "2025-09-01",
    "citation": "Tex. Gov't Code § 795.003",
    "link": "https://statutes.capitol.texas.gov/Docs/GV/htm/GV.795.htm",
    "checked_on": "2026-11-28",
    "is_example": True,
    "sentence": "Texas law forbids agreements with communities in China, Iran, North Korea or Russia.",
}
Reason = Annotated[str, Field(min_length=1, max_length=2000, pattern=SAID)]


class RuleForm(WrittenTerms):
    """All that a rule says."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": EXAMPLE})

    in_force_from: Day | None = None
    in_force_until: Day | None = None
    checked_on: Day | None = None


class RulesForm(Form):
    """A file of rules as it is, or one rule in a list."""

    about: Annotated[str, Field(max_length=2000)] = ""
    rules: Annotated[list[RuleForm], Field(max_length=1000, examples=[[EXAMPLE]])]


class RetirementForm(Form):
    on: Annotated[
        Day, Field(description="From this day on it binds nobody.", examples=["2027-07-01"])
    ]


class RuleView(BaseModel):
    terms: Annotated[Terms, Field(description="As they bind: retirement is counted in.")]
    is_built_in: Annotated[bool, Field(description="Of the programme itself: always in force.")]
    retired_on: date | None = None
    version: Annotated[int, Field(description="For If-Match.")] = 0

    def without_note(self) -> "RuleView":
        """What staff noted for themselves is for staff alone."""
        return self.model_copy(update={"terms": self.terms.model_copy(update={"note": ""})})

    changed_at: datetime | None = None
    is_checking: Annotated[
        bool, Field(description="Open cases are being held against its last change.")
    ] = False

    @computed_field  # type: ignore[prop-decorator]  # pydantic's way
    @property
    def is_void(
        self,
    ) -> Annotated[bool, Field(description="Retired before its first day: it never is in force.")]:
        return self.terms.is_void


class RecheckedCase(BaseModel):
    """An open case whose cities a change of a rule has touched: GeoNames ids, as of the check."""

    case_id: UUID
    community_id: UUID
    place: Place
    blocked: list[int]
    warned: list[int]
    held: Annotated[list[int], Field(description="Named cities that a rule keeps from outreach.")]
    cities: Annotated[list[Place], Field(description="All of these, with their names.")]
    rule: Annotated[str, Field(description="The rule whose change was the last to matter.")]
    title: str
    citation: str
    rechecked_at: datetime


class CaseFindings(BaseModel):
    """What the rules say today: of the member itself, and of the cities of its case."""

    own: list[str]
    cities: list[screening.CityFindings]


class WeightsForm(Form):
    weights: Annotated[
        dict[str, StrictFloat],
        Field(
            max_length=12,
            description="Factor -> 0 to 100, beside those changed before; none: as published again.",
            examples=[{"themes": 40, "size": 0}],
        ),
    ]
    reason: Annotated[Reason, Field(examples=["The council cares for schools, not for size."])]


class ExclusionForm(Form):
    geoname_id: GeonameId
    reason: Annotated[Reason, Field(examples=["Its mayor told us that it cannot take a partner."])]


class ReadmissionForm(Form):
    reason: Annotated[Reason, Field(examples=["A new council was elected."])]


class AdjustmentsView(BaseModel):
    """What staff changed about the ranking of a case, and why."""

    version: Annotated[int, Field(description="For If-Match; 0 where nothing was changed yet.")]
    weights: Annotated[dict[str, float], Field(description="Those that differ from the published.")]
    excluded: list[Place]
    remarks: list[Remark]


def routes(matching: Matching) -> APIRouter:
    router = APIRouter(prefix="/api/matching/v1", tags=["rules"], route_class=Door)
    _rules(router, matching)
    _checks(router, matching)
    _adjustments(router, matching)
    return router


def _rules(router: APIRouter, matching: Matching) -> None:
    @router.get("/rules")
    def rules(caller: StaffOrAdministrator) -> list[RuleView]:
        """Every rule, also those that are retired or not in force yet; the built-in ones first."""
        built_in = [RuleView(terms=terms, is_built_in=True) for terms in screening.BUILT_IN]
        kept = [RuleView.model_validate(row | BUILT_BY_STAFF) for row in matching.rows(rows.RULES)]
        if caller.role is not Role.STAFF:
            kept = [each.without_note() for each in kept]
        return [*built_in, *kept]

    @router.post("/rules", status_code=201)
    def import_rules(form: RulesForm, caller: Staff) -> screening.Imported:
        """A file of rules, or a single one: all or none; what is here already in these words records nothing."""
        leave_no_receipt()
        return screening.import_rules(matching, [each.terms() for each in form.rules])

    @router.post("/rules/{slug}/change")
    def change(slug: Slug, form: RuleForm, caller: Staff) -> Receipt:
        """All that it says from now on; one that was retired is in force again as its dates say."""
        return screening.change_rule(matching, slug, form.terms())

    @router.post("/rules/{slug}/retire")
    def retire(slug: Slug, form: RetirementForm, caller: Staff) -> Receipt:
        """Open cases are held against it again on that day."""
        return screening.retire_rule(matching, slug, form.on)


def _checks(router: APIRouter, matching: Matching) -> None:
    @router.get("/rechecks")
    def rechecks(
        caller: Staff,
        rule: Annotated[str | None, Query(max_length=80)] = None,
        cursor: Annotated[str | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Page[RecheckedCase]:
        """Open cases that a change of a rule has touched, the longest ago first."""
        last_at, last_id = keys_of(cursor, rows.SCREENINGS_KEYS) or (None, None)
        found = matching.rows(
            rows.SCREENINGS, rule=rule, last_at=last_at, last_id=last_id, limit=limit + 1
        )
        return page(RecheckedCase, [_named(each) for each in found], limit, rows.SCREENINGS_KEYS)

    def _named(row: dict[str, Any]) -> dict[str, Any]:
        ids = dict.fromkeys((*row["blocked"], *row["warned"], *row["held"]))
        return row | {"cities": [matching.stored_place(each) for each in ids]}

    @router.get("/cases/{case_id}/findings")
    def findings(case_id: UUID, caller: Committee) -> CaseFindings:
        """Each city of the case about which a rule says something, with the rule; what blocks comes first."""
        file = matching.case(case_id)
        file.check_insight(caller)
        return CaseFindings(
            own=[found.sentence for found in matching.verdicts(file).own],
            cities=screening.findings(matching, file, for_staff=caller.role is Role.STAFF),
        )


def _adjustments(router: APIRouter, matching: Matching) -> None:
    @router.get("/cases/{case_id}/adjustments")
    def adjustments(case_id: UUID, caller: Staff) -> AdjustmentsView:
        file, known = matching.case(case_id), matching.adjustments(case_id)
        remarks = (
            Remark.model_validate(row | {"by": row["author_role"]})
            for row in rows.notes(matching, file.id)
            if row["kind"] in adjusting.KINDS
        )
        return AdjustmentsView(
            version=known.version if known else 0,
            weights=adjusting.changed(known) if known else {},
            excluded=[matching.stored_place(*each) for each in sorted(known.excluded.items())]
            if known
            else [],
            remarks=list(remarks),
        )

    @router.post("/cases/{case_id}/weights")
    def weights(case_id: UUID, form: WeightsForm, caller: Staff) -> Receipt:
        """For this case alone; the version is that of its adjustments."""
        return adjusting.change_weights(matching, case_id, form.weights, form.reason, caller)

    @router.post("/cases/{case_id}/exclusions")
    def exclude(case_id: UUID, form: ExclusionForm, caller: Staff) -> Receipt:
        """The ranking of this case leaves the city out; a prospect is taken off its list first."""
        return adjusting.exclude(matching, case_id, form.geoname_id, form.reason, caller)

    @router.post("/cases/{case_id}/exclusions/{geoname_id}/readmit")
    def readmit(
        case_id: UUID, geoname_id: GeonameId, form: ReadmissionForm, caller: Staff
    ) -> Receipt:
        return adjusting.readmit(matching, case_id, geoname_id, form.reason, caller)


BUILT_BY_STAFF = {"is_built_in": False}
