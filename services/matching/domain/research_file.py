"""The research file of a case: the listed cities looked at, the prospects, the votes, and the shortlist of 3-5."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from services.matching.domain import refusals as no
from services.matching.domain.listed_cities import ListedCity
from services.matching.domain.rules import NO_VERDICTS, Verdicts
from shared.aggregates import Aggregate
from shared.context import Caller, Role
from shared.place_names import full_name
from shared.values import (
    FailureReason,
    Lane,
    NextStep,
    Party,
    Place,
    Preferences,
    PublicProfile,
    Standing,
    community_id,
)
from shared.working_days import on_working_day

SHORTLIST_SIZES = (3, 4, 5)
MOST_LISTED_AT_ONCE = 1000
"""One event carries no more listings, so that its message stays far below what NATS takes (1 MB)."""
PATIENCE = timedelta(days=30)
"""How long research, the member's answer, or the decision after an exhausted search may take by default."""

A_WEEK = timedelta(days=7)
"""So much is left at least once a search is resumed."""


class Stage(StrEnum):
    REQUESTED = "requested"
    DEBRIEFED = "debriefed"
    PROPOSED = "proposed"
    SHORTLISTED = "shortlisted"
    REOPENED = "reopened"
    EXHAUSTED = "exhausted"
    ENDED = "ended"


class Vote(StrEnum):
    FOR = "for"
    AGAINST = "against"


DEADLINES = {
    NextStep.RESEARCH: "unfinished_research",
    NextStep.CHOOSE_SHORTLIST: "unanswered_prospects",
    NextStep.REVIEW: "undecided_search",
}


class ResearchFile(Aggregate):
    """One case as matching sees it; its id is the case's."""

    class ResearchFileOpened(Aggregate.Created):
        case_id: UUID
        community_id: UUID
        place: Place
        preferences: Preferences
        at: datetime

    class ListedCitiesReviewed(Aggregate.Event):
        community_id: UUID
        listing_ids: tuple[UUID, ...]
        at: datetime

    class PreferencesNoted(Aggregate.Event):
        preferences: Preferences
        at: datetime

    class ResearchBegun(Aggregate.Event):
        preferences: Preferences
        profile: PublicProfile
        at: datetime

    class CitiesNamed(Aggregate.Event):
        """All that the member has in mind from now on, whether or not they can go to outreach."""

        cities: tuple[Place, ...]
        at: datetime

    class ProspectsBarred(Aggregate.Event):
        """All prospects that rules bar now, by GeoNames id."""

        geoname_ids: tuple[int, ...]
        at: datetime

    class CommunityCorrected(Aggregate.Event):
        community_id: UUID
        place: Place
        at: datetime

    class ProspectAdded(Aggregate.Event):
        prospect: Place
        at: datetime

    class ProspectRemoved(Aggregate.Event):
        geoname_id: int
        at: datetime

    class ProspectsProposed(Aggregate.Event):
        community_id: UUID
        prospects: tuple[Place, ...]
        answer_by: datetime
        at: datetime

    class VoteCast(Aggregate.Event):
        voter_id: str
        geoname_id: int
        vote: Vote
        at: datetime

    class ShortlistSelected(Aggregate.Event):
        community_id: UUID
        place: Place
        choices: tuple[Place, ...]
        lane: Lane
        at: datetime

    class ShortlistReopened(Aggregate.Event):
        community_id: UUID
        at: datetime

    class SearchExhausted(Aggregate.Event):
        community_id: UUID
        at: datetime

    class InterestExpressed(Aggregate.Event):
        community_id: UUID
        place: Place
        listing_id: UUID
        foreign_place: Place
        at: datetime

    # pair_id, None: told before the pairs of one city were told apart; all of them are meant.

    class PairLost(Aggregate.Event):
        foreign_community_id: UUID
        reason: FailureReason
        at: datetime
        pair_id: UUID | None = None

    class PairRegained(Aggregate.Event):
        foreign_community_id: UUID
        at: datetime
        pair_id: UUID | None = None

    class CityWrittenTo(Aggregate.Event):
        foreign_community_id: UUID
        at: datetime
        pair_id: UUID | None = None

    class ForeignRecordsMerged(Aggregate.Event):
        community_id: UUID
        into_community_id: UUID
        at: datetime

    class StepFoundOverdue(Aggregate.Event):
        step: NextStep
        at: datetime

    class ResearchPaused(Aggregate.Event):
        at: datetime

    class ResearchResumed(Aggregate.Event):
        at: datetime

    class ResearchEnded(Aggregate.Event):
        at: datetime

    # The request, and what is heard of it later.

    @event(ResearchFileOpened)
    def __init__(
        self,
        case_id: UUID,
        community_id: UUID,
        place: Place,
        preferences: Preferences,
        at: datetime,
    ) -> None:
        self.community_id, self.place = community_id, place
        self.preferences, self.profile = preferences, PublicProfile()
        self.requested_at = at
        self.stage = Stage.REQUESTED
        self.listings: tuple[UUID, ...] = ()
        self.prospects: dict[int, Place] = {}
        self.proposed: tuple[int, ...] = ()
        self.shortlist: tuple[int, ...] = ()
        self.votes: dict[int, dict[str, Vote]] = {}
        # By the record as it was chosen, as outreach's pairs are: two records of one city may have a pair each.
        self.open_pairs: dict[UUID, Place] = {}
        self.lost_pairs: dict[UUID, FailureReason] = {}
        self.tried: dict[UUID, Place] = {}
        # Named, of interest, or written to: they are in outreach whatever the shortlist says.
        self.beside_shortlist: set[UUID] = set()
        # Those that the member had in mind itself (B8): in outreach, and as it told them last.
        self.named: dict[UUID, Place] = {}
        self.in_mind: tuple[Place, ...] = ()
        # Prospects that rules barred when they were last held against them.
        self.barred: frozenset[int] = frozenset()
        # Records of cities abroad that are no longer used, and those that remain.
        self.merged: dict[UUID, UUID] = {}
        self.due_at: datetime | None = None
        self.paused_at: datetime | None = None
        self.is_overdue = False

    @staticmethod
    def create_id(case_id: UUID) -> UUID:
        return case_id

    def review_listed(self, listing_ids: Sequence[UUID], at: datetime) -> None:
        """Staff are shown these listed cities, best first (B7); an empty look is a look too.

        At most the best 1,000 at once; what is left is looked at when what the member wants changes.
        """
        shown = tuple(listing_ids[:MOST_LISTED_AT_ONCE])
        self._review_listed(self.community_id, shown, at)

    @event(ListedCitiesReviewed)
    def _review_listed(
        self, community_id: UUID, listing_ids: tuple[UUID, ...], at: datetime
    ) -> None:
        self.listings += tuple(each for each in listing_ids if each not in self.listings)

    def note_named(self, cities: Sequence[Place], at: datetime) -> None:
        """What the member has in mind, said once more or otherwise than before."""
        abroad = tuple(city for city in cities if city.is_abroad)
        if self.stage is not Stage.ENDED and abroad != self.in_mind:
            self._note_named(abroad, at)

    @event(CitiesNamed)
    def _note_named(self, cities: tuple[Place, ...], at: datetime) -> None:
        self.in_mind = cities

    @property
    def asked_for(self) -> dict[int, Place]:
        """By GeoNames id: every city that the member named and that was not tried in vain, barred ones too (B8)."""
        known = (*self.named.values(), *self.in_mind)
        return {city.geoname_id: city for city in known if self._is_choosable(city)}

    def newly_named(self, cities: Iterable[Place]) -> list[Place]:
        """Those of them that the member did not have in mind before, under any of their records."""
        before = {self._id_of(city) for city in (*self.in_mind, *self.named.values())}
        return [city for city in cities if city.is_abroad and self._id_of(city) not in before]

    def name_cities(
        self,
        cities: Sequence[Place],
        *,
        partners: Collection[UUID],
        at: datetime,
        verdicts: Verdicts = NO_VERDICTS,
    ) -> tuple[Place, ...]:
        """Cities that the member has in mind go straight to outreach, without a shortlist of 3-5 (B8).

        Its sister cities are passed over: the member has been heard already, nobody waits for an answer. Those that a
        rule bars are given back.
        """
        if self.stage is Stage.ENDED:
            return ()
        fresh = self._one_of_each(
            city
            for city in cities
            if city.is_abroad and self._is_new(city) and city.community_id not in partners
        )
        barred = tuple(city for city in fresh if verdicts.barrier(city))
        choices = tuple(self._as_opened(city) for city in fresh if city not in barred)
        if choices:
            self._select(self.community_id, self.place, choices, Lane.NAMED, at)
        return barred

    def note_preferences(self, preferences: Preferences, at: datetime) -> None:
        if self.stage is not Stage.ENDED and preferences != self.preferences:
            self._note_preferences(preferences, at)

    @event(PreferencesNoted)
    def _note_preferences(self, preferences: Preferences, at: datetime) -> None:
        self.preferences = preferences

    def begin_research(
        self, preferences: Preferences, profile: PublicProfile, at: datetime
    ) -> None:
        """The debrief took place; said again, its record was corrected."""
        if self.stage is not Stage.ENDED:
            self._begin_research(preferences, profile, at)

    @event(ResearchBegun)
    def _begin_research(
        self, preferences: Preferences, profile: PublicProfile, at: datetime
    ) -> None:
        self.preferences, self.profile = preferences, profile
        if self.stage is Stage.REQUESTED:
            self._move_to(Stage.DEBRIEFED, on_a_working_day(at + PATIENCE))

    def correct_community(self, community_id: UUID, place: Place, at: datetime) -> None:
        """The member had two records, and the search was begun under the one that is no longer used."""
        if community_id != self.community_id:
            self._correct_community(community_id, place, at)

    @event(CommunityCorrected)
    def _correct_community(self, community_id: UUID, place: Place, at: datetime) -> None:
        self.community_id, self.place = community_id, place

    # Prospects: staff's research.

    def add_prospect(
        self,
        prospect: Place,
        *,
        is_partner: bool,
        at: datetime,
        verdicts: Verdicts = NO_VERDICTS,
        taken: Collection[UUID] = (),
    ) -> None:
        """`taken`: records of cities that have found a partner elsewhere."""
        self._must_not_have_ended()
        self._must_be_debriefed()
        if not prospect.is_abroad:
            raise no.NotAbroad(name=prospect.name)
        if is_partner:
            raise no.AlreadyPartners(name=prospect.name)
        if self._id_of(prospect) in {self._id_of(each) for each in self.prospects.values()}:
            raise no.AlreadyAProspect(name=prospect.name)
        if not self._is_choosable(prospect):
            raise no.AlreadyTried(name=prospect.name)
        self._must_not_be_taken(prospect, taken)
        must_not_be_barred(prospect, verdicts)
        self._add_prospect(prospect, at)

    @event(ProspectAdded)
    def _add_prospect(self, prospect: Place, at: datetime) -> None:
        self.prospects[prospect.geoname_id] = prospect

    def remove_prospect(self, geoname_id: int, at: datetime) -> None:
        self._must_not_have_ended()
        prospect = self._prospect(geoname_id)
        if self._pairs_of(prospect, self.open_pairs):
            raise no.OutreachUnderWay(name=prospect.name)
        self._remove_prospect(geoname_id, at)

    @event(ProspectRemoved)
    def _remove_prospect(self, geoname_id: int, at: datetime) -> None:
        del self.prospects[geoname_id]
        self.proposed = tuple(each for each in self.proposed if each != geoname_id)

    def check_exclusion(self, city: Place) -> None:
        """A city that is worked on, or that the member has in mind, is not left out of the ranking at the same time.

        Raises OutreachUnderWay, StillNamed or StillAProspect.
        """
        if self._pairs_of(city, self.live_pairs):
            raise no.OutreachUnderWay(name=city.name)
        if self._id_of(city) in {self._id_of(each) for each in self.asked_for.values()}:
            raise no.StillNamed(name=city.name)
        if self._id_of(city) in {self._id_of(each) for each in self.offerable}:
            raise no.StillAProspect(name=city.name)

    def note_barred(
        self,
        verdicts: Verdicts,
        at: datetime,
        partners: Collection[UUID] = (),
        *,
        taken: Collection[UUID] = (),
    ) -> None:
        """Which prospects the member cannot choose as the rules stand; what its own pair has signed bars no pair.

        `partners`: its sister cities, `taken`: cities that have found another, both under each of their records.
        """
        barred = {
            city.geoname_id
            for city in self.prospects.values()
            if verdicts.barrier(city)
            or self.is_taken(city, taken)
            or self._is_partner(city, partners)
        }
        if self.stage is not Stage.ENDED and barred != self.barred:
            self._note_barred(tuple(sorted(barred)), at)

    @event(ProspectsBarred)
    def _note_barred(self, geoname_ids: tuple[int, ...], at: datetime) -> None:
        self.barred = frozenset(geoname_ids)

    def check_annotation(self, geoname_id: int, *, is_listed: bool) -> None:
        """A note is a row, no event: here stands only whether one may be made. Listed cities can have notes at once."""
        self._must_not_have_ended()
        if not is_listed:
            self._prospect(geoname_id)

    def propose(
        self,
        answer_by: datetime | None,
        at: datetime,
        verdicts: Verdicts = NO_VERDICTS,
        partners: Collection[UUID] = (),
        *,
        taken: Collection[UUID] = (),
    ) -> None:
        """Put the prospects to the member, who narrows them to 3-5 (B6); proposed again, the list replaces the last."""
        self._must_go_on()
        self._must_be_debriefed()
        if self.stage is Stage.SHORTLISTED:
            raise no.ShortlistStands(name=full_name(self.place))
        if len(self.offerable) < min(SHORTLIST_SIZES):
            raise no.TooFewProspects(count=len(self.offerable))
        for prospect in self.offerable:
            self._must_not_be_partner(prospect, partners)
            self._must_not_be_taken(prospect, taken)
            must_not_be_barred(prospect, verdicts)
        answer_by = answer_by or on_a_working_day(at + PATIENCE)
        if answer_by <= at:
            raise no.AnswerByPassed(answer_by=answer_by.date())
        self._propose(self.community_id, self.offerable, answer_by, at)

    @event(ProspectsProposed)
    def _propose(
        self,
        community_id: UUID,
        prospects: tuple[Place, ...],
        answer_by: datetime,
        at: datetime,
    ) -> None:
        self.proposed = tuple(prospect.geoname_id for prospect in prospects)
        self._move_to(Stage.PROPOSED, answer_by)

    # The member's answer.

    def cast_vote(self, caller: Caller, geoname_id: int, vote: Vote, at: datetime) -> None:
        """Each person has one vote on each proposed city; a later one replaces it."""
        self.check_insight(caller)
        self._must_go_on()
        self._must_be_choosing()
        if geoname_id not in self.proposed:
            known = self.prospects.get(geoname_id)
            raise no.NotProposed(name=known.name if known else f"City number {geoname_id}")
        if self.votes.get(geoname_id, {}).get(caller.subject) is not vote:
            self._cast_vote(caller.subject, geoname_id, vote, at)

    @event(VoteCast)
    def _cast_vote(self, voter_id: str, geoname_id: int, vote: Vote, at: datetime) -> None:
        self.votes.setdefault(geoname_id, {})[voter_id] = vote

    def select_shortlist(
        self,
        caller: Caller,
        choices: Sequence[Place],
        standing: Standing,
        *,
        partners: Collection[UUID],
        at: datetime,
        verdicts: Verdicts = NO_VERDICTS,
        taken: Collection[UUID] = (),
    ) -> None:
        """The member narrows the proposed list to 3, 4 or 5 communities, all abroad, none twice (B6)."""
        self.check_shortlist(
            caller, choices, standing, partners=partners, verdicts=verdicts, taken=taken
        )
        chosen = tuple(self._as_opened(choice) for choice in choices)
        self._select(self.community_id, self.place, chosen, Lane.SHORTLIST, at)

    def check_shortlist(
        self,
        caller: Caller,
        choices: Sequence[Place],
        standing: Standing,
        *,
        partners: Collection[UUID],
        verdicts: Verdicts = NO_VERDICTS,
        taken: Collection[UUID] = (),
    ) -> None:
        """Whether these could be chosen now, which settles nothing."""
        self.check_insight(caller)
        self._must_go_on()
        self._must_be_choosing()
        self._must_be_in_good(standing)
        check_choices(choices, self._id_of)
        proposed = self._cities(self.proposed)
        for choice in choices:
            if self._id_of(choice) not in proposed:
                raise no.NotProposed(name=choice.name)
            self._must_not_be_partner(choice, partners)
            if not self._is_choosable(choice):
                raise no.AlreadyTried(name=choice.name)
            self._must_not_be_taken(choice, taken)
            must_not_be_barred(choice, verdicts)

    @event(ShortlistSelected)
    def _select(
        self,
        community_id: UUID,
        place: Place,
        choices: tuple[Place, ...],
        lane: Lane,
        at: datetime,
    ) -> None:
        chosen = [self._open(choice) for choice in choices]
        if lane is Lane.SHORTLIST:
            self.shortlist = tuple(choice.geoname_id for choice in choices)
            self._move_to(Stage.SHORTLISTED, None)
        else:
            self.beside_shortlist |= set(chosen)
        if lane is Lane.NAMED:
            self.named |= {choice.community_id: choice for choice in choices}

    def express_interest(
        self,
        caller: Caller,
        listing: ListedCity,
        standing: Standing,
        *,
        partners: Collection[UUID],
        at: datetime,
        verdicts: Verdicts = NO_VERDICTS,
    ) -> None:
        """The member is interested in a listed city: staff contact it, whatever else the search is doing (B14)."""
        self.check_insight(caller)
        self._must_go_on()
        self._must_be_in_good(standing)
        if self._pairs_of(listing.place, self.live_pairs):
            raise no.AlreadyInOutreach(name=listing.place.name)
        self._must_not_be_partner(listing.place, partners)
        if not self._is_choosable(listing.place):
            raise no.AlreadyTried(name=listing.place.name)
        must_not_be_barred(listing.place, verdicts)
        city = self._as_opened(listing.place)
        self._express_interest(self.community_id, self.place, listing.listing_id, city, at)

    @event(InterestExpressed)
    def _express_interest(
        self,
        community_id: UUID,
        place: Place,
        listing_id: UUID,
        foreign_place: Place,
        at: datetime,
    ) -> None:
        self.beside_shortlist.add(self._open(foreign_place))

    # Back from outreach.

    def lose_pair(
        self,
        foreign_community_id: UUID,
        reason: FailureReason,
        at: datetime,
        pair_id: UUID | None = None,
        others_open: Collection[UUID] | None = None,
    ) -> None:
        """A city will not be the partner; with the last of the shortlist the member chooses again, or nobody can.

        A city with two pairs, for it had two records, is lost with the last of them. Where outreach heard of the
        merge first it opened one pair for both: `others_open`, its other pairs, tells.
        """
        lost = self._records(self.open_pairs, foreign_community_id, pair_id)
        if others_open is not None:
            lost += [
                each for each in self._ghosts(foreign_community_id, others_open) if each not in lost
            ]
        if self.stage is Stage.ENDED or not lost:
            return
        for record in lost:
            self._lose_pair(foreign_community_id, reason, at, pair_id_of(self.id, record))
        is_choosing = self.stage in (Stage.PROPOSED, Stage.REOPENED)
        if not is_choosing and (self.stage is not Stage.SHORTLISTED or self._is_shortlist_at_work):
            return
        if not self.offerable and not self.live_pairs:
            self._exhaust(self.community_id, at)
        elif self.stage is Stage.SHORTLISTED:
            self._reopen(self.community_id, at)

    @event(PairLost)
    def _lose_pair(
        self,
        foreign_community_id: UUID,
        reason: FailureReason,
        at: datetime,
        pair_id: UUID | None,
    ) -> None:
        for record in self._records(self.open_pairs, foreign_community_id, pair_id):
            self.tried[record] = self.open_pairs.pop(record)
            self.lost_pairs[record] = reason

    def regain_pair(
        self, foreign_community_id: UUID, at: datetime, pair_id: UUID | None = None
    ) -> None:
        """A pair that had failed goes on, in whatever stage the case has come to meanwhile."""
        regained = self._records(self.lost_pairs, foreign_community_id, pair_id)
        if self.stage is not Stage.ENDED and regained:
            self._regain_pair(foreign_community_id, at, pair_id)

    @event(PairRegained)
    def _regain_pair(self, foreign_community_id: UUID, at: datetime, pair_id: UUID | None) -> None:
        for record in self._records(self.lost_pairs, foreign_community_id, pair_id):
            self.open_pairs[record] = self.tried.pop(record)
            del self.lost_pairs[record]

    def note_outreach(
        self, foreign_community_id: UUID, at: datetime, pair_id: UUID | None = None
    ) -> None:
        """Outreach has written to a city, or goes on with it: it does so whatever becomes of the shortlist."""
        written_to = self._records(self.open_pairs, foreign_community_id, pair_id)
        is_new = not self.beside_shortlist.issuperset(written_to)
        if self.stage is not Stage.ENDED and is_new:
            self._note_outreach(foreign_community_id, at, pair_id)

    @event(CityWrittenTo)
    def _note_outreach(
        self, foreign_community_id: UUID, at: datetime, pair_id: UUID | None
    ) -> None:
        self.beside_shortlist.update(self._records(self.open_pairs, foreign_community_id, pair_id))

    def merge_foreign(self, community_id: UUID, into_community_id: UUID, at: datetime) -> None:
        """Two records of a city abroad proved to be one: what was done with the one was done with the other."""
        if not self.known_records.isdisjoint((community_id, into_community_id)):
            self.follow_merge(community_id, into_community_id, at)

    def follow_merge(self, community_id: UUID, into_community_id: UUID, at: datetime) -> None:
        """The same of a city that the file may not know yet, for it is about to come into it."""
        is_news = self.merged.get(community_id) != into_community_id
        if self.stage is not Stage.ENDED and is_news:
            self._merge_foreign(community_id, into_community_id, at)

    @event(ForeignRecordsMerged)
    def _merge_foreign(self, community_id: UUID, into_community_id: UUID, at: datetime) -> None:
        for known, remains in self.merged.items():
            if remains == community_id:
                self.merged[known] = into_community_id
        self.merged[community_id] = into_community_id

    def reopen(self, at: datetime) -> None:
        """Staff open the choice again: the member changed its mind, or too little is left of the shortlist."""
        self._must_go_on()
        if self.stage is not Stage.SHORTLISTED:
            raise no.NoShortlist
        self._reopen(self.community_id, at)

    @event(ShortlistReopened)
    def _reopen(self, community_id: UUID, at: datetime) -> None:
        self._move_to(Stage.REOPENED, on_a_working_day(at + PATIENCE))

    def exhaust(self, at: datetime) -> None:
        """Staff see no city left to propose; staff and member decide whether to widen the search or to end it."""
        self._must_go_on()
        self._must_be_debriefed()
        if self.stage is Stage.EXHAUSTED:
            raise no.AlreadyExhausted
        if self.live_pairs:
            raise no.PairsStillOpen(count=len(self.live_pairs))
        self._exhaust(self.community_id, at)

    @event(SearchExhausted)
    def _exhaust(self, community_id: UUID, at: datetime) -> None:
        self._move_to(Stage.EXHAUSTED, on_a_working_day(at + PATIENCE))

    # Rest, end, and time.

    def pause(self, at: datetime) -> None:
        if self.stage is not Stage.ENDED and self.paused_at is None:
            self._pause(at)

    @event(ResearchPaused)
    def _pause(self, at: datetime) -> None:
        self.paused_at = at

    def resume(self, at: datetime) -> None:
        if self.stage is not Stage.ENDED and self.paused_at is not None:
            self._resume(at)

    @event(ResearchResumed)
    def _resume(self, at: datetime) -> None:
        if self.due_at is not None and self.paused_at is not None:
            rest = max(at.date() - self.paused_at.date(), timedelta())
            due_at = max(self.due_at + rest, at + A_WEEK)
            self.due_at, self.is_overdue = on_a_working_day(due_at), False
        self.paused_at = None

    def end(self, at: datetime) -> None:
        """The search was withdrawn or closed."""
        if self.stage is not Stage.ENDED:
            self._end(at)

    @event(ResearchEnded)
    def _end(self, at: datetime) -> None:
        self.paused_at = None
        self._move_to(Stage.ENDED, None)

    def deadlines(self) -> dict[str, datetime]:
        if self.due_at is None or self.is_overdue or self.is_paused:
            return {}
        return {DEADLINES[self.step]: self.due_at}

    def meet_deadline(self, kind: str, now: datetime) -> None:
        """Whoever has the ball is late: the case says so until it moves on."""
        due_at = self.deadlines().get(kind)
        if due_at is not None and due_at <= now:
            self._find_overdue(self.step, now)

    @event(StepFoundOverdue)
    def _find_overdue(self, step: NextStep, at: datetime) -> None:
        self.is_overdue = True

    # Who has the ball.

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def state(self) -> str:
        return "paused" if self.is_paused else self.stage.value

    @property
    def is_open(self) -> bool:
        return self.stage is not Stage.ENDED

    @property
    def live_pairs(self) -> dict[UUID, Place]:
        """Those that outreach works on; a city that was taken off the shortlist before its first letter rests there."""
        return {
            record: city
            for record, city in self.open_pairs.items()
            if record in self.beside_shortlist or self.is_shortlisted(city)
        }

    @property
    def _is_shortlist_at_work(self) -> bool:
        return any(map(self.is_shortlisted, self.open_pairs.values()))

    def is_shortlisted(self, city: Place) -> bool:
        """Under whichever of its records it was chosen."""
        return self._id_of(city) in self._cities(self.shortlist)

    @property
    def offerable(self) -> tuple[Place, ...]:
        """The prospects that were not tried in vain, each city once."""
        return self._one_of_each(filter(self._is_choosable, self.prospects.values()))

    @property
    def choosable(self) -> tuple[int, ...]:
        """The proposed cities that the member can still choose, each city once; none that a rule bars."""
        proposed = (self.prospects[each] for each in self.proposed if each not in self.barred)
        left = self._one_of_each(filter(self._is_choosable, proposed))
        return tuple(city.geoname_id for city in left)

    def is_taken(self, city: Place, taken: Collection[UUID]) -> bool:
        """It found a partner; but a pair that goes on is for staff to end, and may have made the partnership itself."""
        return city.community_id in taken and not self._pairs_of(city, self.live_pairs)

    @property
    def prospect_records(self) -> set[UUID]:
        return {city.community_id for city in self.prospects.values()}

    @property
    def known_records(self) -> set[UUID]:
        """Of cities abroad that the case has, or had, to do with."""
        prospects, merged = self.prospect_records, self.merged
        return {*self.open_pairs, *self.lost_pairs, *prospects, *merged, *merged.values()}

    @property
    def step(self) -> NextStep:
        """What the case waits for, as far as matching can tell."""
        if self.is_paused:
            return NextStep.RESUME
        if self.stage in (Stage.PROPOSED, Stage.REOPENED):
            can_choose = len(self.choosable) >= min(SHORTLIST_SIZES)
            return NextStep.CHOOSE_SHORTLIST if can_choose else NextStep.RESEARCH
        return {
            Stage.REQUESTED: NextStep.BOOK_DEBRIEF,
            Stage.DEBRIEFED: NextStep.RESEARCH,
            Stage.SHORTLISTED: NextStep.WRITE_TO_CHANNELS,
            Stage.EXHAUSTED: NextStep.REVIEW,
            Stage.ENDED: NextStep.NONE,
        }[self.stage]

    @property
    def holder(self) -> Party:
        if self.step is NextStep.NONE:
            return Party.NOBODY
        is_members = self.step in (
            NextStep.BOOK_DEBRIEF,
            NextStep.CHOOSE_SHORTLIST,
            NextStep.RESUME,
        )
        return Party.MEMBER if is_members else Party.STAFF

    def _move_to(self, stage: Stage, due_at: datetime | None) -> None:
        self.stage, self.due_at, self.is_overdue = stage, due_at, False

    # Guards.

    def check_insight(self, caller: Caller) -> None:
        """Staff see every case, a member its own."""
        if caller.role is not Role.STAFF and not caller.acts_for(self.community_id):
            raise no.NotYours(name=full_name(self.place))

    def check_open(self) -> None:
        """Raises SearchEnded."""
        self._must_not_have_ended()

    def _is_new(self, city: Place) -> bool:
        """A city of the shortlist that is named as well is to stay whatever becomes of the shortlist."""
        is_beside = not self.beside_shortlist.isdisjoint(self._pairs_of(city, self.open_pairs))
        return self._is_choosable(city) and not is_beside

    def _is_choosable(self, city: Place) -> bool:
        """It was not tried, or one of its pairs is open still."""
        is_tried = bool(self._pairs_of(city, self.lost_pairs))
        return not is_tried or bool(self._pairs_of(city, self.open_pairs))

    # One city may have several records.

    def city_of(self, record: UUID) -> UUID:
        """The record that remains of it, by which cities are compared."""
        return self.merged.get(record, record)

    def _id_of(self, city: Place) -> UUID:
        return self.city_of(city.community_id)

    def _cities(self, geoname_ids: Iterable[int]) -> set[UUID]:
        return {self.city_of(community_id(each)) for each in geoname_ids}

    def _one_of_each(self, cities: Iterable[Place]) -> tuple[Place, ...]:
        found: dict[UUID, Place] = {}
        for city in cities:
            found.setdefault(self._id_of(city), city)
        return tuple(found.values())

    def _pairs_of(self, city: Place, pairs: Iterable[UUID]) -> list[UUID]:
        """Those of the pairs that are the city's, by the records that were chosen."""
        return [record for record in pairs if self.city_of(record) == self._id_of(city)]

    def _records(
        self, pairs: Collection[UUID], foreign_community_id: UUID, pair_id: UUID | None
    ) -> list[UUID]:
        """Which of the pairs outreach speaks of; of a pair that is not known by its id, each of the city's."""
        known = {pair_id_of(self.id, each): each for each in (*self.open_pairs, *self.lost_pairs)}
        if pair_id in known:
            return [each for each in pairs if each == known[pair_id]]
        city = self.city_of(foreign_community_id)
        return [each for each in pairs if self.city_of(each) == city]

    def _ghosts(self, foreign_community_id: UUID, others_open: Collection[UUID]) -> list[UUID]:
        """Records of the city whose pairs outreach does not have."""
        city = self.city_of(foreign_community_id)
        return [
            record
            for record in self.open_pairs
            if self.city_of(record) == city and pair_id_of(self.id, record) not in others_open
        ]

    def _as_opened(self, city: Place) -> Place:
        """By the record under which outreach has its pair: it opens no second one, whenever it hears of the merge."""
        opened = self._pairs_of(city, self.open_pairs)
        is_itself = not opened or city.community_id in opened
        return city if is_itself else self.open_pairs[opened[0]]

    def _open(self, city: Place) -> UUID:
        """The record of the city's pair; one that is open already stays as it is."""
        opened = self._as_opened(city)
        self.open_pairs[opened.community_id] = opened
        return opened.community_id

    def _prospect(self, geoname_id: int) -> Place:
        if geoname_id not in self.prospects:
            raise no.NotAProspect(geoname_id=geoname_id)
        return self.prospects[geoname_id]

    def _must_not_have_ended(self) -> None:
        if self.stage is Stage.ENDED:
            raise no.SearchEnded(name=full_name(self.place))

    def _must_go_on(self) -> None:
        self._must_not_have_ended()
        if self.is_paused:
            raise no.SearchPaused(name=full_name(self.place))

    def _must_be_debriefed(self) -> None:
        if self.stage is Stage.REQUESTED:
            raise no.NotDebriefed(name=full_name(self.place))

    def _must_be_choosing(self) -> None:
        if self.stage is Stage.SHORTLISTED:
            raise no.ShortlistStands(name=full_name(self.place))
        if self.stage not in (Stage.PROPOSED, Stage.REOPENED):
            raise no.NothingProposed

    def _must_not_be_partner(self, city: Place, partners: Collection[UUID]) -> None:
        if self._is_partner(city, partners):
            raise no.AlreadyPartners(name=city.name)

    def _is_partner(self, city: Place, partners: Collection[UUID]) -> bool:
        """What the case's own pair has signed on its way does not stand in that pair's way."""
        is_one = city.community_id in partners or self._id_of(city) in partners
        return is_one and not self._pairs_of(city, self.live_pairs)

    def _must_not_be_taken(self, city: Place, taken: Collection[UUID]) -> None:
        if self.is_taken(city, taken):
            raise no.HasFoundAPartner(name=city.name)

    def _must_be_in_good(self, standing: Standing) -> None:
        if not standing.is_good:
            raise no.NotInGoodStanding(name=full_name(self.place))


def on_a_working_day(due_at: datetime) -> datetime:
    """On which staff and members work, as every date of theirs."""
    day = due_at.astimezone(UTC).date()
    return due_at + (on_working_day(day) - day)


def must_not_be_barred(city: Place, verdicts: Verdicts) -> None:
    if found := verdicts.barrier(city):
        citation = f": {found.citation}" if found.citation else ""
        raise no.BarredByRule(
            name=city.name, sentence=found.sentence, title=found.title, citation=citation
        )


def pair_id_of(case_id: UUID, record: UUID) -> UUID:
    """A pair's id everywhere, by the record of the city as it was chosen."""
    return uuid5(case_id, str(record))


def check_choices(choices: Sequence[Place], id_of: Callable[[Place], UUID]) -> None:
    """The shortlist rule of B6, as far as the cities themselves go; `id_of`: by the record that remains.

    Raises CityRepeated, NotAbroad, WrongNumberOfCities.
    """
    seen: set[UUID] = set()
    for choice in choices:
        if id_of(choice) in seen:
            raise no.CityRepeated(name=choice.name)
        if not choice.is_abroad:
            raise no.NotAbroad(name=choice.name)
        seen.add(id_of(choice))
    if len(choices) not in SHORTLIST_SIZES:
        raise no.WrongNumberOfCities(count=len(choices))


def known_place(found: Place | None, geoname_id: int) -> Place:
    """Raises NoSuchPlace."""
    if found is None:
        raise no.NoSuchPlace(geoname_id=geoname_id)
    return found


def unknown_place(geoname_id: int) -> Place:
    """By its number alone: for one that was stored once, and that a newer gazetteer has dropped."""
    return Place(
        geoname_id=geoname_id,
        name=f"City number {geoname_id}",
        country="ZZ",
        admin1="",
        latitude=0,
        longitude=0,
        population=0,
        timezone="UTC",
    )


def open_search(found: ResearchFile) -> ResearchFile:
    """Raises NoOpenSearch."""
    if not found.is_open:
        raise no.NoOpenSearch
    return found
