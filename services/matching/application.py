"""What matching can do: keep a research file for each case, and know which foreign cities look for a partner."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from services.matching import adjusting, exposure, looking, rows, screening
from services.matching.domain.adjustments import Adjustments, adjustments_id
from services.matching.domain.listed_cities import (
    Availability,
    ListedCity,
    fits,
    free_on_the_map,
)
from services.matching.domain.refusals import NoOpenSearch
from services.matching.domain.research_file import (
    ResearchFile,
    Vote,
    known_place,
    open_search,
    unknown_place,
)
from services.matching.domain.rules import Rule, Verdicts
from services.matching.domain.screening import Screening
from services.matching.ranking import Ranking
from services.matching.turns import Turns
from shared import events as heard
from shared.aggregates import Aggregate
from shared.application import Clock, Receipt, Service, utc_now
from shared.context import Caller
from shared.gazetteer import Gazetteer
from shared.recorder import Write
from shared.refusals import NotFound
from shared.values import Place, Preferences, Standing
from shared.vault import Vault

RULE_DEADLINES = ("rule_date", "check_cases")


class Matching(Service):
    name = "matching"

    def __init__(
        self,
        database_url: str,
        vault: Vault,
        gazetteer: Gazetteer,
        ranking: Ranking,
        clock: Clock = utc_now,
    ) -> None:
        self.gazetteer, self.ranking = gazetteer, ranking
        self.turns = Turns(database_url)
        super().__init__(database_url, clock, vault)

    def close(self) -> None:
        self.turns.close()
        super().close()

    @contextmanager
    def one_at_a_time(self, *community_ids: UUID) -> Iterator[None]:
        """What is read of these members within, under any of their records, holds until what follows is recorded."""
        known = self.rows(rows.RECORDS, ids=list(community_ids))
        with self.turns.of([*community_ids, *(row["id"] for row in known)]):
            yield

    def rows_of(self, aggregate: Aggregate) -> Iterable[Write]:
        match aggregate:
            case ResearchFile():
                return [rows.research_file(aggregate), *exposure.proposed(aggregate)]
            case Rule():
                return [rows.rule(aggregate)]
            case Screening():
                return [rows.screening(aggregate)]
            case _:
                return []

    # The search, as intake tells it.

    def open_file(self, request: heard.CitySeekingRequested) -> None:
        """Staff look at the listed cities at the moment of the request (B7); named cities go to outreach (B8)."""
        with self.one_at_a_time(request.community_id):
            self._open(request)

    def _open(self, request: heard.CitySeekingRequested) -> None:
        if self.find(ResearchFile, request.case_id) is not None:
            return
        file = ResearchFile(
            case_id=request.case_id,
            community_id=request.community_id,
            place=request.place,
            preferences=request.preferences,
            at=request.happened_at,
        )
        partners, at = self.partners(request.community_id), request.happened_at
        file.review_listed(self._listed_that_fit(file), at)
        file.note_named(request.named_cities, at)
        self.follow_merges(file, request.named_cities, at)
        self._save(file, *self._name_cities(file, request.named_cities, partners, at))

    def amend(self, change: heard.CitySeekingAmended) -> None:
        """Intake tells all wishes again: cities that the member had in mind before are not taken up once more."""
        with self.one_at_a_time(change.community_id):
            if file := self._open_file(change.case_id):
                self._amend(file, change)

    def _amend(self, file: ResearchFile, change: heard.CitySeekingAmended) -> None:
        partners, at = self.partners(file.community_id), change.happened_at
        file.note_preferences(change.preferences, at)
        self.follow_merges(file, change.named_cities, at)
        fresh = file.newly_named(change.named_cities)
        held = screening.held_of(self, file, change.named_cities)
        file.note_named(change.named_cities, at)
        screenings = self._name_cities(file, [*fresh, *held], partners, at)
        self._look_again(file, at)
        back, notes = adjusting.readmit_for_member(
            self, file, change.named_cities, adjusting.NAMED, None
        )
        self._save(file, *screenings, *back, also=notes)

    def _name_cities(
        self, file: ResearchFile, cities: Sequence[Place], partners: set[UUID], at: datetime
    ) -> list[Screening]:
        """Those that a rule bars are held back and noted (the member has been heard, nobody can be refused)."""
        found = self.verdicts(file)
        barred = file.name_cities(cities, partners=partners, verdicts=found, at=at)
        return screening.hold_named(self, file, barred, found, at)

    def begin_research(self, debrief: heard.DebriefCompleted) -> None:
        if file := self._open_file(debrief.case_id):
            file.begin_research(debrief.preferences, debrief.profile, debrief.happened_at)
            self._look_again(file, debrief.happened_at)
            self._save(file)

    def pause(self, case_id: UUID, at: datetime) -> None:
        if file := self._open_file(case_id):
            file.pause(at)
            self._save(file)

    def resume(self, case_id: UUID, at: datetime) -> None:
        if file := self._open_file(case_id):
            file.resume(at)
            self._save(file)

    def end(self, case_id: UUID, at: datetime) -> None:
        if file := self._open_file(case_id):
            file.end(at)
            self._save(file)

    def merge_communities(self, merge: heard.CommunitiesMerged) -> None:
        """Searches, listings, partners and pairs of a record that is no longer used belong to the one that remains."""
        gone, remains = merge.community_id, merge.into_community_id
        touched = self.rows(rows.CASES_OF_RECORDS, ids=[gone, remains])
        with self.one_at_a_time(gone, remains, *(row["community_id"] for row in touched)):
            self._merge(gone, remains, merge.happened_at)

    def _merge(self, gone: UUID, remains: UUID, at: datetime) -> None:
        """Partners may have become others, or the member one whom other rules bind: its open cases say what follows."""
        known = self.rows(rows.MEMBER, community_id=remains)
        into = Place.model_validate(known[0]["place"]) if known and known[0]["place"] else None
        moved = [rows.records_merged(gone, remains), rows.listing_moved(gone, remains)]
        touched: list[Aggregate] = []
        for row in self.rows(rows.CASES_OF_RECORDS, ids=[gone, remains]):
            file = self.load(ResearchFile, row["case_id"])
            before = screening.gates(self, file) if file.is_open else None
            if file.community_id == gone:
                file.correct_community(remains, into or file.place, at)
            file.merge_foreign(gone, remains, at)
            if before is not None:
                touched += screening.recheck_member(self, file, before, moved, self.clock())
            elif file.pending_events:
                touched.append(file)
        self._save(*touched, also=moved)

    def note_standing(self, community_id: UUID, standing: Standing) -> None:
        with self.one_at_a_time(community_id):
            self.keep(rows.member_standing(community_id, standing))

    # Listed cities: posted, changed, taken down, in conversation, free again.

    def post_listing(self, listed: heard.ForeignCityListed) -> None:
        city = ListedCity(
            listing_id=listed.listing_id,
            community_id=listed.community_id,
            place=listed.place,
            profile=listed.profile,
        )
        posted = rows.listing_posted(
            listed.listing_id,
            listed.place,
            listed.profile,
            listed.confirmed_on,
            listed.happened_at,
        )
        free = rows.listing_available(listed.listing_id, Availability.FREE, listed.happened_at)
        self._show(city, listed.happened_at, posted, free)

    def confirm_listing(self, confirmed: heard.ListingReconfirmed) -> None:
        write = rows.listing_shown(
            confirmed.listing_id, is_on_map=True, confirmed_on=confirmed.confirmed_on
        )
        self._show(self.listing(confirmed.listing_id), confirmed.happened_at, write)

    def release_listing(self, released: heard.ListingReleased) -> None:
        write = rows.listing_available(released.listing_id, Availability.FREE, released.happened_at)
        self._show(self.listing(released.listing_id), released.happened_at, write)

    def _show(self, city: ListedCity | None, at: datetime, *writes: Write) -> None:
        """A city that can be offered again is looked at for the open searches that it fits (B7)."""
        if city is None:
            self._save(also=writes)
            return
        files = self._searches_that_fit(city)
        for file in files:
            file.review_listed([city.listing_id], max(at, file.requested_at))
        self._save(*self._bar_taken(city.community_id, [*files], writes), also=writes)

    def _searches_that_fit(self, city: ListedCity) -> list[ResearchFile]:
        continent = self.gazetteer.continents.get(city.place.country, "")
        found = [
            self.load(ResearchFile, row["case_id"])
            for row in self.rows(rows.OPEN_CASES_WITHOUT, foreign=city.community_id)
            if fits(Preferences.model_validate(row["preferences"]), city.place, continent)
        ]
        return [file for file in found if city.listing_id not in file.listings]

    def _look_again(self, file: ResearchFile, at: datetime) -> None:
        """What the member wants has changed: listed cities that fit only now are looked at now."""
        fresh = [each for each in self._listed_that_fit(file) if each not in file.listings]
        if fresh:
            file.review_listed(fresh, at)

    def _listed_that_fit(self, file: ResearchFile) -> list[UUID]:
        partners = self.partners(file.community_id)
        fitting = [
            city
            for city in self.listed_cities()
            if city.looks
            and city.community_id not in partners
            and fits(
                file.preferences,
                city.place,
                self.gazetteer.continents.get(city.place.country, ""),
            )
        ]
        ranked = self.ranking.order_listed(looking.seeker(self, file), fitting, self.clock().date())
        return [city.listing_id for city in ranked]

    # Research: prospects, and the list that is proposed.

    def add_prospect(
        self, case_id: UUID, geoname_id: int, note: str, caller: Caller, *, is_shown: bool = False
    ) -> Receipt:
        with self._turn_of(case_id):
            return self._add_prospect(case_id, geoname_id, note, caller, is_shown)

    def _add_prospect(
        self, case_id: UUID, geoname_id: int, note: str, caller: Caller, is_shown: bool
    ) -> Receipt:
        file, now = self.case(case_id), self.clock()
        place = self.place(geoname_id)
        is_partner = place.community_id in self.partners(file.community_id)
        self.follow_merges(file, [place], now)
        if adjustments := self.adjustments(case_id):
            adjustments.check_prospect(place)
        found, taken = self.verdicts(file), self.taken([place.community_id])
        file.add_prospect(place, is_partner=is_partner, verdicts=found, taken=taken, at=now)
        note_row = rows.note(
            self.vault, case_id, geoname_id, "note", note, caller, now, is_shown_to_member=is_shown
        )
        return self.record(file, also=note_row)

    def remove_prospect(
        self, case_id: UUID, geoname_id: int, reason: str, caller: Caller
    ) -> Receipt:
        file, now = self.case(case_id), self.clock()
        file.remove_prospect(geoname_id, now)
        note_row = rows.note(self.vault, case_id, geoname_id, "removal", reason, caller, now)
        return self.record(file, *screening.forget_prospect(self, file, now), also=note_row)

    def annotate(
        self, case_id: UUID, geoname_id: int, note: str, caller: Caller, *, is_shown: bool
    ) -> Receipt:
        file, now = self.case(case_id), self.clock()
        looked_at = {c.place.geoname_id for c in self.listed_cities(file.listings)}
        file.check_annotation(geoname_id, is_listed=geoname_id in looked_at)
        note_row = rows.note(
            self.vault, case_id, geoname_id, "note", note, caller, now, is_shown_to_member=is_shown
        )
        return self.record(file, also=note_row)

    def propose(self, case_id: UUID, answer_by: datetime | None) -> Receipt:
        with self._turn_of(case_id):
            file, now = self.case(case_id), self.clock()
            self.follow_merges(file, [], now)
            partners, taken = self.partners(file.community_id), self.taken(file.prospect_records)
            file.propose(answer_by, now, self.verdicts(file), partners, taken=taken)
            return self.record(file)

    def reopen(self, case_id: UUID) -> Receipt:
        file = self.case(case_id)
        file.reopen(self.clock())
        return self.record(file)

    def exhaust(self, case_id: UUID) -> Receipt:
        file = self.case(case_id)
        file.exhaust(self.clock())
        return self.record(file)

    # The member's part.

    def vote(
        self, case_id: UUID, geoname_id: int, vote: Vote, comment: str, caller: Caller
    ) -> Receipt:
        file, now = self.case(case_id), self.clock()
        file.cast_vote(caller, geoname_id, vote, now)
        return self.record(
            file,
            also=rows.note(
                self.vault,
                case_id,
                geoname_id,
                "comment",
                comment,
                caller,
                now,
                is_shown_to_member=True,
            ),
        )

    def select_shortlist(
        self,
        case_id: UUID,
        geoname_ids: Sequence[int],
        caller: Caller,
        *,
        is_only_checked: bool = False,
    ) -> Receipt:
        with self._turn_of(case_id):
            return self._select(case_id, geoname_ids, caller, is_only_checked=is_only_checked)

    def _select(
        self, case_id: UUID, geoname_ids: Sequence[int], caller: Caller, *, is_only_checked: bool
    ) -> Receipt:
        file, now = self.case(case_id), self.clock()
        choices = [file.prospects.get(each) or self.place(each) for each in geoname_ids]
        gate, partners = screening.gates(self, file), self.partners(file.community_id)
        self.follow_merges(file, choices, now)
        known: dict[str, Any] = {
            "partners": partners,
            "verdicts": gate.verdicts(),
            "taken": self.taken(city.community_id for city in choices),
        }
        if is_only_checked:
            file.check_shortlist(caller, choices, gate.standing, **known)
        else:
            file.select_shortlist(caller, choices, gate.standing, **known, at=now)
        return self.record(file)

    def express_interest(self, listing_id: UUID, caller: Caller) -> Receipt:
        found = self.rows(rows.OPEN_CASE_OF, community_id=caller.community_id)
        if not found:
            raise NoOpenSearch
        with self._turn_of(found[0]["case_id"]):
            return self._express_interest(found[0]["case_id"], listing_id, caller)

    def _express_interest(self, case_id: UUID, listing_id: UUID, caller: Caller) -> Receipt:
        file = open_search(self.case(case_id))
        listing, now = free_on_the_map(self.listing(listing_id)), self.clock()
        gate, partners = screening.gates(self, file), self.partners(file.community_id)
        self.follow_merges(file, [listing.place], now)
        file.express_interest(
            caller, listing, gate.standing, partners=partners, verdicts=gate.verdicts(), at=now
        )
        readmitted, notes = adjusting.readmit_for_member(
            self, file, [listing.place], adjusting.OF_INTEREST, caller
        )
        return self.record(file, *readmitted, also=notes)

    # Back from outreach.

    def lose_pair(self, failed: heard.PairFailed) -> None:
        """The case moves on; whether a listed city is free again is intake's word, for others may talk with it."""
        if file := self.find(ResearchFile, failed.case_id):
            city, at = failed.foreign_community_id, failed.happened_at
            self.follow_merges(file, [], at)
            file.lose_pair(city, failed.reason, at, failed.pair_id, failed.others_open)
            self._save(file)

    def regain_pair(self, reopened: heard.PairReopened) -> None:
        """The pair goes on; a listed city that was introduced is in conversation again."""
        file, at = self.find(ResearchFile, reopened.case_id), reopened.happened_at
        if file is not None:
            self.follow_merges(file, [], at)
            file.regain_pair(reopened.foreign_community_id, at, reopened.pair_id)
            file.note_outreach(reopened.foreign_community_id, at, reopened.pair_id)
        talks = rows.listing_available(reopened.listing_id, Availability.IN_CONVERSATION, at)
        self._save(*([file] if file is not None else []), also=[talks])

    def note_outreach(self, contacted: heard.EmbassyContacted | heard.ChannelContacted) -> None:
        """From its first contact on outreach goes on with a city, also where the shortlist is chosen again."""
        if file := self._open_file(contacted.case_id):
            at = contacted.happened_at
            self.follow_merges(file, [], at)
            file.note_outreach(contacted.foreign_community_id, at, contacted.pair_id)
            self._save(file)

    def follow_merges(self, file: ResearchFile, coming: Iterable[Place], at: datetime) -> None:
        """Tell the file which records of its cities, and of those about to come into it, are no longer used."""
        ids = file.known_records | {city.community_id for city in coming}
        for row in self.rows(rows.MERGES, ids=list(ids)):
            file.follow_merge(row["community_id"], row["into_community_id"], at)

    def form_partnership(self, formed: heard.PartnershipFormed) -> None:
        """A link exists from now on; a listed city goes on looking where it is a stepping stone."""
        writes, city = [rows.partnership_formed(formed)], None
        if formed.ends_search and formed.listing_id:
            at, city = formed.happened_at, formed.foreign_community_id
            writes.append(rows.listing_available(formed.listing_id, Availability.PARTNERED, at))
        self._change_partners(formed.community_id, writes, city)

    def correct_partnership(self, corrected: heard.PartnershipCorrected) -> None:
        self._turn_partnership(corrected.partnership_id, rows.partnership_corrected(corrected))

    def end_partnership(self, partnership_id: UUID) -> None:
        """It has ended, or never was."""
        self._turn_partnership(partnership_id, rows.partnership_ended(partnership_id))

    def _turn_partnership(self, partnership_id: UUID, write: Write) -> None:
        found = self.rows(rows.MEMBER_OF_PARTNERSHIP, partnership_id=partnership_id)
        if found:
            self._change_partners(found[0]["community_id"], [write])
        else:
            self.keep(write)

    def _change_partners(
        self, community_id: UUID, writes: Sequence[Write], city: UUID | None = None
    ) -> None:
        """The member's open cases are held against the rules as they stand with these rows: a city may be free now."""
        with self.one_at_a_time(community_id):
            touched: list[Aggregate] = []
            for row in self.rows(rows.OPEN_CASES_OF, community_id=community_id):
                file = self.load(ResearchFile, row["case_id"])
                before = screening.gates(self, file)
                touched += screening.recheck_member(self, file, before, writes, self.clock())
            if city is not None:
                touched = self._bar_taken(city, touched, writes)
            self._save(*touched, also=writes)

    def _bar_taken(
        self, city: UUID, touched: Sequence[Aggregate], writes: Sequence[Write]
    ) -> list[Aggregate]:
        """And the other open cases that have this city, where with these rows it is free no more, or again."""
        if self.taken([city]) == self.taken([city], writes):
            return [*touched]
        known = {each.id: each for each in touched if isinstance(each, ResearchFile)}
        records = [row["id"] for row in self.rows(rows.RECORDS, ids=[city])]
        for row in self.rows(rows.CASES_OF_RECORDS, ids=records):
            file = known.get(row["case_id"]) or self.load(ResearchFile, row["case_id"])
            file.note_barred(
                screening.gates(self, file, writes).verdicts(),
                self.clock(),
                self.partners(file.community_id, writes),
                taken=self.taken(file.prospect_records, writes),
            )
            known[file.id] = file
        changed = [each for each in known.values() if each.pending_events]
        return [*(each for each in touched if each.id not in known), *changed]

    # Time.

    def on_deadline(self, kind: str, subject_id: UUID, now: datetime) -> None:
        if kind in RULE_DEADLINES:
            screening.on_deadline(self, kind, subject_id, now)
        else:
            file = self.load(ResearchFile, subject_id)
            file.meet_deadline(kind, now)
            self._save(file)

    # Rules and adjustments.

    def verdicts(self, file: ResearchFile) -> Verdicts:
        """What the rules find today for the member of this case; one read."""
        return screening.gates(self, file).verdicts()

    def adjustments(self, case_id: UUID) -> Adjustments | None:
        """What staff changed about the ranking of this case: `.weights` by name, and `.excluded` (GeoNames ids)."""
        return self.find(Adjustments, adjustments_id(case_id))

    # What is known.

    def case(self, case_id: UUID) -> ResearchFile:
        """Raises NotFound."""
        file = self.find(ResearchFile, case_id)
        if file is None:
            raise NotFound(thing="case", id=case_id)
        return file

    def listed_cities(self, listing_ids: Sequence[UUID] | None = None) -> list[ListedCity]:
        found = self.rows(
            f"{rows.LISTED} AND (%(ids)s::uuid[] IS NULL OR listing_id = ANY(%(ids)s)) ORDER BY listing_id",
            ids=None if listing_ids is None else list(listing_ids),
        )
        return [rows.listed_city(row) for row in found]

    def listing(self, listing_id: UUID) -> ListedCity | None:
        return next(iter(self.listed_cities([listing_id])), None)

    def standing(self, community_id: UUID) -> Standing:
        """A member that was never heard of before its Yes was in good standing then."""
        found = self.rows(rows.STANDING, community_id=community_id)
        return Standing(found[0]["standing"]) if found else Standing.GOOD

    def partners(self, community_id: UUID, after: Sequence[Write] = ()) -> set[UUID]:
        """Its sister cities, under each record that such a city has or had; `after`: once these rows are written."""
        found = self.rows_after(after, rows.PARTNERS, community_id=community_id)
        return {row["foreign_community_id"] for row in found}

    def availability(
        self, records: Iterable[UUID], after: Sequence[Write] = ()
    ) -> dict[UUID, Availability]:
        """Of the cities with a listing, by the record given; `after` as in `partners`."""
        ids = list(records)
        found = self.rows_after(after, rows.AVAILABLE, ids=ids) if ids else []
        return {row["id"]: Availability(row["availability"]) for row in found}

    def taken(self, records: Iterable[UUID], after: Sequence[Write] = ()) -> set[UUID]:
        """Those whose city has found a partner, as far as its listings tell; `after` as in `partners`."""
        found = self.availability(records, after).items()
        return {record for record, each in found if each is Availability.PARTNERED}

    def place(self, geoname_id: int) -> Place:
        """Raises NoSuchPlace."""
        return known_place(self.gazetteer.find(geoname_id), geoname_id)

    def stored_place(self, geoname_id: int, known: Place | None = None) -> Place:
        """As the gazetteer has it today; one that it has dropped as it was known when its number was stored."""
        return self.gazetteer.find(geoname_id) or known or unknown_place(geoname_id)

    def _turn_of(self, case_id: UUID) -> AbstractContextManager[None]:
        """Raises NotFound."""
        return self.one_at_a_time(self.case(case_id).community_id)

    def _open_file(self, case_id: UUID) -> ResearchFile | None:
        file = self.find(ResearchFile, case_id)
        return file if file is not None and file.is_open else None

    def _save(self, *files: Aggregate, also: Sequence[Write] = ()) -> None:
        """Files, and other rows; where no file is concerned, the rows alone."""
        if files:
            self.record(*files, also=also)
        else:
            self.keep(*also)
