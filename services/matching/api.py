"""The HTTP door of matching."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import Field, TypeAdapter

from services.matching import brief, looking, rows, views
from services.matching.answers import Candidate, Look
from services.matching.application import Matching
from services.matching.comparison import Comparison
from services.matching.domain.research_file import Vote
from services.matching.score import Weights, published
from shared.application import Receipt
from shared.context import Caller, Role
from shared.forms import PROSE, Form, Moment
from shared.http import Administrator, Committee, Door, May, SignedIn, Staff
from shared.pages import Page, keys_of, page
from shared.values import MOST_PEOPLE, GeonameId, Party

ABOUT = "From a request to a shortlist of 3-5 cities abroad: listed cities first, prospects, votes, choice, interest."

NOBODYS = UUID(int=0)
Voter = Annotated[Caller, Depends(May(Role.ADMINISTRATOR, Role.COMMITTEE_MEMBER))]
Text = Annotated[str, Field(max_length=2000, pattern=PROSE)]


class ProspectForm(Form):
    geoname_id: GeonameId
    note: Annotated[Text, Field(examples=["Its museum has asked for a partner."])] = ""
    is_shown_to_member: Annotated[bool, Field(description="Else the note is for staff.")] = False


class RemovalForm(Form):
    reason: Annotated[Text, Field(min_length=1, examples=["It has a partner in Illinois."])]


class AnnotationForm(Form):
    note: Annotated[Text, Field(min_length=1, examples=["The mayor was in Chicago in May."])]
    is_shown_to_member: bool = False


class ProposalForm(Form):
    answer_by: Annotated[
        Moment | None,
        Field(description="Left out: 30 days.", examples=["2027-05-15T22:00:00Z"]),
    ] = None


class VoteForm(Form):
    geoname_id: GeonameId
    vote: Annotated[Vote, Field(examples=["for"])]
    comment: Annotated[Text, Field(examples=["Our schools know each other."])] = ""


class ShortlistForm(Form):
    geoname_ids: Annotated[
        list[GeonameId], Field(max_length=50, examples=[[1865005, 2740637, 588335]])
    ]
    is_only_checked: Annotated[
        bool, Field(description="Says whether these could be chosen now, and settles nothing.")
    ] = False


class InterestForm(Form):
    listing_id: Annotated[UUID, Field(examples=["c0a1d7b2-3e4f-4a5b-8c6d-7e8f9a0b1c2d"])]


def routes(matching: Matching) -> APIRouter:
    router = APIRouter(prefix="/api/matching/v1", tags=["matching"], route_class=Door)
    _reading(router, matching)
    _ranking(router, matching)
    _research(router, matching)
    _choice(router, matching)
    return router


def _reading(router: APIRouter, matching: Matching) -> None:
    @router.get("/cases")
    def cases(
        caller: Committee,
        state: Annotated[str | None, Query(pattern="^[a-z]+$")] = None,
        holder: Party | None = None,
        overdue: bool | None = None,
        cursor: Annotated[str | None, Query()] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Page[views.CaseRow]:
        """The oldest first; a member sees its own."""
        is_staff = caller.role is Role.STAFF
        last_at, last_id = keys_of(cursor, rows.CASES_KEYS) or (None, None)
        found = matching.rows(
            rows.CASES,
            community_id=None if is_staff else caller.community_id or NOBODYS,
            state=state,
            holder=holder,
            overdue=overdue,
            last_at=last_at,
            last_id=last_id,
            limit=limit + 1,
        )
        return page(views.CaseRow, found, limit, rows.CASES_KEYS)

    @router.get("/cases/{case_id}")
    def case(case_id: UUID, caller: Committee) -> views.CaseView:
        file = matching.case(case_id)
        file.check_insight(caller)
        return views.case(matching, file, caller)


def _ranking(router: APIRouter, matching: Matching) -> None:
    @router.get("/cases/{case_id}/candidates", response_model=Look)
    def candidates(
        case_id: UUID,
        caller: Staff,
        country: Annotated[str | None, Query(pattern="^[A-Z]{2}$")] = None,
        limit: Annotated[
            int, Query(ge=1, le=200, description="Of each tier, but for the named cities.")
        ] = 25,
        floor: Annotated[int, Query(ge=0, le=MOST_PEOPLE, description="People, at least.")] = 500,
        least: Annotated[float, Query(ge=0, le=1, description="Score, at least.")] = 0,
        diverse: Annotated[
            bool,
            Query(description="Spread over countries and regions; false: by wishes and score."),
        ] = True,
    ) -> Response:
        """Named cities, listed cities, then the world; each with its reasons, and what rules say of it.

        `country`, `floor` and `least` narrow the world's tier. A city that a rule bars stands in `blocked`, in no tier.
        """
        file = matching.case(case_id)
        found = looking.look(
            matching,
            file,
            country=country,
            limit=limit,
            floor=floor,
            least=least,
            is_diverse=diverse,
        )
        return _json(LOOK, found, file.version)

    @router.get("/cases/{case_id}/candidates/{geoname_id}", response_model=Candidate)
    def candidate(case_id: UUID, geoname_id: GeonameId, caller: Committee) -> Response:
        """One city in full, wherever it ranks; a member sees those that were proposed, listed or named."""
        file = matching.case(case_id)
        return _json(CANDIDATE, looking.candidate(matching, file, geoname_id, caller))

    @router.get("/cases/{case_id}/comparison", response_model=Comparison)
    def comparison(
        case_id: UUID,
        caller: Committee,
        geoname_ids: Annotated[
            list[GeonameId],
            Query(
                default_factory=list,
                max_length=50,
                description="Two to five: ?geoname_ids=1865005&geoname_ids=2740637",
            ),
        ],
    ) -> Response:
        """Cities side by side: a row for each thing one asks, a cell with its source for each city."""
        file = matching.case(case_id)
        return _json(COMPARISON, looking.compare(matching, file, geoname_ids, caller))

    @router.get(
        "/cases/{case_id}/brief",
        response_class=Response,
        responses={200: {"content": {"application/pdf": {}}}},
    )
    def council_brief(
        case_id: UUID,
        caller: Committee,
        geoname_ids: Annotated[
            list[GeonameId],
            Query(
                default_factory=list,
                max_length=50,
                description="Two to five cities; left out: those of the shortlist.",
            ),
        ],
    ) -> Response:
        """For council members, one PDF: the cities side by side, the reasons on both sides, and the sources."""
        made = brief.brief(matching, matching.case(case_id), geoname_ids, caller)
        headers = {
            "Content-Disposition": 'attachment; filename="council-brief.pdf"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
        return Response(made, media_type="application/pdf", headers=headers)

    @router.get("/weights")
    def weights(caller: SignedIn) -> Weights:
        """What counts, and how much, on each side; staff may have changed it for a case."""
        return published()


LOOK, CANDIDATE, COMPARISON = TypeAdapter(Look), TypeAdapter(Candidate), TypeAdapter(Comparison)
Answer = TypeVar("Answer")


def _json(kind: TypeAdapter[Answer], answer: Answer, version: int | None = None) -> Response:
    """Written straight from the values, once: fifty cities with their reasons are a third of a megabyte."""
    headers = {"ETag": f'"{version}"'} if version is not None else None
    return Response(kind.dump_json(answer), headers=headers, media_type="application/json")


def _research(router: APIRouter, matching: Matching) -> None:
    @router.post("/cases/{case_id}/prospects", status_code=201)
    def add_prospect(case_id: UUID, form: ProspectForm, caller: Staff) -> Receipt:
        return matching.add_prospect(
            case_id, form.geoname_id, form.note, caller, is_shown=form.is_shown_to_member
        )

    @router.post("/cases/{case_id}/prospects/{geoname_id}/remove")
    def remove_prospect(
        case_id: UUID, geoname_id: GeonameId, form: RemovalForm, caller: Staff
    ) -> Receipt:
        return matching.remove_prospect(case_id, geoname_id, form.reason, caller)

    @router.post("/cases/{case_id}/prospects/{geoname_id}/annotate")
    def annotate(
        case_id: UUID, geoname_id: GeonameId, form: AnnotationForm, caller: Staff
    ) -> Receipt:
        """A prospect, or a listed city that was looked at; these may be annotated before the debrief."""
        return matching.annotate(
            case_id, geoname_id, form.note, caller, is_shown=form.is_shown_to_member
        )

    @router.post("/cases/{case_id}/propose")
    def propose(case_id: UUID, form: ProposalForm, caller: Staff) -> Receipt:
        return matching.propose(case_id, form.answer_by)

    @router.post("/cases/{case_id}/reopen")
    def reopen(case_id: UUID, caller: Staff) -> Receipt:
        return matching.reopen(case_id)

    @router.post("/cases/{case_id}/exhausted")
    def exhausted(case_id: UUID, caller: Staff) -> Receipt:
        return matching.exhaust(case_id)


def _choice(router: APIRouter, matching: Matching) -> None:
    @router.post("/cases/{case_id}/votes")
    def vote(case_id: UUID, form: VoteForm, caller: Voter) -> Receipt:
        return matching.vote(case_id, form.geoname_id, form.vote, form.comment, caller)

    @router.post("/cases/{case_id}/shortlist")
    def select_shortlist(case_id: UUID, form: ShortlistForm, caller: Administrator) -> Receipt:
        """3, 4 or 5 of the proposed cities, all abroad (B6)."""
        return matching.select_shortlist(
            case_id, form.geoname_ids, caller, is_only_checked=form.is_only_checked
        )

    @router.post("/interests", status_code=201)
    def express_interest(form: InterestForm, caller: Administrator) -> Receipt:
        """Your city is interested in a listed city: staff contact it and guide both (B14)."""
        return matching.express_interest(form.listing_id, caller)
