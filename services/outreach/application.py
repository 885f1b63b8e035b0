"""What outreach can do: open pairs, keep their threads and letters, record partnerships, and stop when it must."""

import dataclasses
import json
from collections.abc import Container, Iterable, Sequence
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID, uuid4, uuid5

from psycopg import Cursor

from services.outreach import learning, rows
from services.outreach.domain import contacts
from services.outreach.domain.case_file import CaseFile
from services.outreach.domain.pair import Pair
from services.outreach.domain.pair_facts import ContactProof, Governance, Sides, pair_id
from services.outreach.domain.partnership import (
    Agreement,
    Origin,
    Partnership,
    known_place,
)
from services.outreach.domain.seats import sits_in
from services.outreach.domain.steps import StopReason
from services.outreach.introductions import Introductions
from services.outreach.letters import AFTER_HAND_OVER, CORRESPONDENCE, WHILE_WRITING, letters_of
from services.outreach.merged import known_partnership, remaining, remaining_id
from services.outreach.owners import FindPerson, Owners
from services.outreach.personal import HOLDINGS
from services.outreach.playbooks import Playbooks
from services.outreach.registry import Registry
from services.outreach.rows import Contact, LetterText
from shared import erasing
from shared import events as heard
from shared.aggregates import Aggregate, DomainEvent
from shared.application import Clock, Receipt, utc_now
from shared.context import Caller, current_command
from shared.gazetteer import Gazetteer
from shared.mail import Effect, Letter, cancel_letters
from shared.recorder import Write
from shared.refusals import ChangedMeanwhile, HappenedAtOnce
from shared.values import (
    Channel,
    FailureReason,
    Interest,
    Lane,
    Place,
    Standing,
)
from shared.vault import Vault
from shared.working_days import Seat

ATTEMPTS = 10


class Outreach(Introductions, Registry, Owners, Playbooks):
    name = "outreach"

    def __init__(
        self,
        database_url: str,
        vault: Vault,
        gazetteer: Gazetteer,
        clock: Clock = utc_now,
        find_person: FindPerson = lambda _: None,
    ) -> None:
        self.gazetteer, self.find_person = gazetteer, find_person
        super().__init__(database_url, clock, vault)

    def letters(self, event: DomainEvent) -> Iterable[Letter]:
        return letters_of(event)

    def rows_of(self, aggregate: Aggregate) -> Iterable[Write]:
        threads = [learning.threads_of(aggregate)] if isinstance(aggregate, Pair) else []
        return [*rows.list_rows(aggregate), *threads]

    # Cases and their pairs, as intake and matching tell them.

    def open_case(self, request: heard.CitySeekingRequested) -> None:
        case = self._case(request.case_id, request.place, request.happened_at)
        case.hear_request(request.happened_at)
        fields = rows.case_fields(request.case_id, request.preferences.themes)
        if case.pending_events:
            self.record(case, also=[fields])
        else:
            self.keep(fields)

    def note_fields(self, told: heard.CitySeekingAmended | heard.DebriefCompleted) -> None:
        """What the member hopes for now; documents begin with it."""
        self.keep(rows.case_fields(told.case_id, told.preferences.themes))

    def _case(self, case_id: UUID, place: Place, at: datetime) -> CaseFile:
        """Matching may be heard before intake: whoever tells of a case first opens its file."""
        known = self.find(CaseFile, case_id)
        if known is not None:
            return known
        community = remaining_id(self, place.community_id)
        case = CaseFile(case_id, community, place, at)
        if not self._is_in_good_standing(community):
            case.stop(StopReason.LAPSED, at)
        return case

    def _is_in_good_standing(self, community_id: UUID) -> bool:
        """Where nothing was heard, standing is good."""
        found = self.rows(
            "SELECT standing FROM communities WHERE community_id = %(id)s", id=community_id
        )
        return not found or Standing(found[0]["standing"]).is_good

    def open_pairs(self, selected: heard.ShortlistSelected) -> None:
        """A pair for each choice that has none; what is no longer chosen and was not written to rests."""
        at = selected.happened_at
        case = self._case(selected.case_id, selected.place, at)
        before, choices = self._pairs(case), self._by_record(selected.choices)
        opened = self._add_pairs(case, choices, selected.lane, None, at)
        if not case.is_over:
            for pair in before:
                _settle_choice(pair, selected.lane, choices, at)
        self.record(case, *before, *opened)

    def _by_record(self, places: Iterable[Place]) -> dict[UUID, Place]:
        """Each city by the id of the record that remains of it."""
        merged = remaining(self)
        return {merged.get(place.community_id, place.community_id): place for place in places}

    def _add_pairs(
        self,
        case: CaseFile,
        choices: dict[UUID, Place],
        lane: Lane,
        listing_id: UUID | None,
        at: datetime,
    ) -> list[Pair]:
        fresh = case.add_pairs(choices, at)
        return [
            self._new_pair(case, city, place, lane, listing_id, at) for city, place in fresh.items()
        ]

    def open_pair_of_interest(self, expressed: heard.InterestExpressed) -> None:
        """A member is interested in a listed city (B14)."""
        case = self._case(expressed.case_id, expressed.place, expressed.happened_at)
        at, listing = expressed.happened_at, expressed.listing_id
        before, choices = self._pairs(case), self._by_record((expressed.foreign_place,))
        opened = self._add_pairs(case, choices, Lane.INTEREST, listing, at)
        if not case.is_over:
            for pair in before:
                _settle_choice(pair, Lane.INTEREST, choices, at)
        self.record(case, *before, *opened)

    def _new_pair(
        self,
        case: CaseFile,
        city: UUID,
        place: Place,
        lane: Lane,
        listing_id: UUID | None,
        at: datetime,
    ) -> Pair:
        sides = Sides(case_id=case.id, community_id=case.community_id, foreign_community_id=city)
        listing, is_off_map = self._listing(listing_id, city)
        pair = Pair(sides, case.place, place, lane, listing, at)
        if is_off_map:
            pair.lose_listing(at)
        pair.follow_owner(case.owner, at)
        for reason, stop in case.stops.items():
            pair.stop(reason, at, stop.until)
        return pair

    def _listing(self, listing_id: UUID | None, city: UUID) -> tuple[UUID | None, bool]:
        """A city's listing, and whether it is on record as off the map; one that is on it goes before the given one."""
        found = self.rows(
            "SELECT listing_id, is_on_map FROM listings"
            " WHERE (foreign_community_id = %(city)s AND is_on_map) OR listing_id = %(given)s"
            " ORDER BY is_on_map DESC, listing_id = %(given)s DESC NULLS LAST",
            city=city,
            given=listing_id,
        )
        if not found:
            return listing_id, False
        return found[0]["listing_id"], not found[0]["is_on_map"]

    def hold_shortlist(self, case_id: UUID, at: datetime) -> None:
        """While the shortlist is chosen again, cities of it that were not written to wait."""
        case = self.find(CaseFile, case_id)
        if case is None:
            return
        waiting = [
            pair
            for pair in self._pairs(case)
            if pair.lane is Lane.SHORTLIST
            and not pair.threads
            and StopReason.NOT_CHOSEN not in pair.stops
        ]
        for pair in waiting:
            pair.stop(StopReason.SHORTLIST_REOPENED, at)
        self.record(case, *waiting)

    def _pairs(self, case: CaseFile) -> list[Pair]:
        """Those that are open."""
        return [pair for pair in self._all_pairs(case) if pair.is_open]

    def _all_pairs(self, case: CaseFile) -> list[Pair]:
        ids = [pair_id(case.id, foreign) for foreign in case.foreign_community_ids]
        return [self.load(Pair, each) for each in ids]

    # What stops the writing, and what lets it go on.

    def stop_case(
        self, case_id: UUID, reason: StopReason, at: datetime, until: date | None = None
    ) -> None:
        case = self.find(CaseFile, case_id)
        if case is not None:
            self._stop([case], reason, at, until)

    def release_case(self, case_id: UUID, reason: StopReason, at: datetime) -> None:
        case = self.find(CaseFile, case_id)
        if case is not None:
            self._release([case], reason, at)

    def note_standing(
        self,
        community_id: UUID,
        standing: Standing,
        at: datetime,
        is_demonstration: bool | None = None,
    ) -> None:
        row = rows.community(community_id, standing, is_demonstration)
        cases = self._cases_of(community_id)
        if not cases:
            self.keep(row)
        elif standing.is_good:
            self._release(cases, StopReason.LAPSED, at, row)
        else:
            self._stop(cases, StopReason.LAPSED, at, None, row)

    def _cases_of(self, community_id: UUID) -> list[CaseFile]:
        found = self.rows("SELECT case_id FROM cases WHERE community_id = %(id)s", id=community_id)
        return [self.load(CaseFile, row["case_id"]) for row in found]

    def _stop(
        self,
        cases: Sequence[CaseFile],
        reason: StopReason,
        at: datetime,
        until: date | None = None,
        *also: Write,
    ) -> None:
        """Letters that have not gone out are taken back in the same transaction."""
        pairs = [pair for case in cases for pair in self._pairs(case)]
        touched: list[CaseFile | Pair] = [*cases, *pairs]
        for stopped in touched:
            stopped.stop(reason, at, until)
        taken_back = [cancel_letters(pair.id, *WHILE_WRITING) for pair in pairs]
        if reason is StopReason.SEARCH_ENDED:
            taken_back += [off for pair in pairs for off in self.uninvited(pair)]
        self.record(*cases, *pairs, also=[*also, *taken_back])

    def _release(
        self, cases: Sequence[CaseFile], reason: StopReason, at: datetime, *also: Write
    ) -> None:
        pairs = [pair for case in cases for pair in self._pairs(case)]
        touched: list[CaseFile | Pair] = [*cases, *pairs]
        for released in touched:
            released.release(reason, at)
        self.record(*cases, *pairs, also=also)

    def find_listing(self, listed: heard.ForeignCityListed | heard.ListingReconfirmed) -> None:
        """The city is on the map, or on it again."""
        city = remaining_id(self, listed.community_id)
        pairs = self._open_pairs_to("foreign_community_id", city)
        for pair in pairs:
            pair.find_listing(listed.listing_id, listed.happened_at)
        self._note_listing(listed.listing_id, city, pairs, is_on_map=True)

    def lose_listing(self, ended: heard.ListingExpired | heard.ListingWithdrawn) -> None:
        pairs = self._open_pairs_to("listing_id", ended.listing_id)
        for pair in pairs:
            pair.lose_listing(ended.happened_at)
        city = remaining_id(self, ended.community_id)
        self._note_listing(ended.listing_id, city, pairs, is_on_map=False)

    def _note_listing(
        self, listing_id: UUID, community_id: UUID, pairs: Sequence[Pair], *, is_on_map: bool
    ) -> None:
        row = rows.listing(listing_id, community_id, is_on_map=is_on_map)
        if not pairs:
            self.keep(row)
            return
        taken_back = [
            cancel_letters(pair.id, *WHILE_WRITING)
            for pair in pairs
            if StopReason.LISTING_ENDED in pair.stops
        ]
        self.record(*pairs, also=[row, *taken_back])

    def _open_pairs_to(self, column: str, value: UUID) -> list[Pair]:
        found = self.rows(
            f"SELECT pair_id FROM pairs WHERE {column} = %(id)s AND is_open",  # noqa: S608  # our columns
            id=value,
        )
        return [self.load(Pair, row["pair_id"]) for row in found]

    def merge_communities(self, merge: heard.CommunitiesMerged) -> None:
        """Searches, pairs and listings of a record that is no longer used belong to the one that remains."""
        of, into, at = merge.community_id, merge.into_community_id, merge.happened_at
        searching, sought = self._cases_of(of), self._cases_to(of)
        pairs = {pair.id: pair for case in searching for pair in self._all_pairs(case)}
        pairs |= {pair.id: pair for pair in self._pairs_to(of)}
        listed = self._open_pairs_to("foreign_community_id", into)
        for case in searching:
            case.correct_community(into, at)
        for case in sought:
            case.correct_city(of, into, at)
        for pair in pairs.values():
            pair.correct_community(of, into, at)
        self._follow_standing(searching, pairs, into, at)
        pairs |= {pair.id: pair for pair in listed if pair.id not in pairs}
        self._share_listing(pairs.values(), of, into, at)
        touched = [*searching, *sought, *pairs.values()]
        moved = [rows.merge(of, into)]
        moved += [cancel_letters(pair.id, *WHILE_WRITING) for pair in pairs.values() if pair.stops]
        if touched:
            self.record(*touched, also=moved)
        else:
            self.keep(*moved)

    def _share_listing(self, pairs: Iterable[Pair], of: UUID, into: UUID, at: datetime) -> None:
        """The city under two records is on the map with the listing of either; a pair that has one of them keeps it."""
        found = self.rows(
            "SELECT listing_id FROM listings WHERE foreign_community_id = ANY(%(cities)s) AND is_on_map"
            " ORDER BY foreign_community_id = %(into)s DESC, listing_id",
            cities=[of, into],
            into=into,
        )
        listings = [row["listing_id"] for row in found]
        for pair in pairs if listings else ():
            if pair.sides.foreign_community_id == into:
                own = [each for each in listings if each == pair.listing_id]
                pair.find_listing((own or listings)[0], at)

    def _cases_to(self, city: UUID) -> list[CaseFile]:
        found = self.rows(
            "SELECT DISTINCT case_id FROM pairs WHERE foreign_community_id = %(id)s", id=city
        )
        return [self.load(CaseFile, row["case_id"]) for row in found]

    def _pairs_to(self, city: UUID) -> list[Pair]:
        """Also those that have ended."""
        found = self.rows("SELECT pair_id FROM pairs WHERE foreign_community_id = %(id)s", id=city)
        return [self.load(Pair, row["pair_id"]) for row in found]

    def _follow_standing(
        self, cases: Sequence[CaseFile], pairs: dict[UUID, Pair], community_id: UUID, at: datetime
    ) -> None:
        """A search that moved to another record stops or goes on with that one's dues."""
        ids = {case.id for case in cases}
        moved = [pair for pair in pairs.values() if pair.sides.case_id in ids]
        is_good = self._is_in_good_standing(community_id)
        touched: list[CaseFile | Pair] = [*cases, *moved]
        for each in touched:
            if is_good:
                each.release(StopReason.LAPSED, at)
            else:
                each.stop(StopReason.LAPSED, at)

    def forget_person(self, person_id: UUID, asked_at: datetime) -> None:
        """Rows, letters and what was due go at once; names in other texts follow."""
        names = json.dumps(erasing.names_of(self, HOLDINGS, person_id), ensure_ascii=False)
        asked = erasing.asked(HOLDINGS, person_id, asked_at, self.vault.seal(names))
        self.let_go(person_id, asked_at, also=[asked])

    def _case_of(self, pair: Pair) -> CaseFile:
        return self.load(CaseFile, pair.sides.case_id)

    # Threads.

    def contact(
        self,
        pair_id: UUID,
        channel: Channel,
        contact_id: UUID | None,
        contacted_at: datetime | None,
        letter: LetterText | None,
    ) -> Receipt:
        """The first contact through a channel; a letter goes out by itself."""
        pair, now = self.load(Pair, pair_id), self.clock()
        country = self._check_contact(contact_id, channel, letter, pair.foreign_place.country)
        seat = self._seat(contact_id, channel, pair.foreign_place)
        letter_id = uuid4() if letter is not None else None
        at = contacted_at or now
        thread = pair.contact(
            channel,
            contact_id,
            country,
            letter_id,
            at,
            now,
            seat=seat,
            in_office_hours=letter is not None and letter.in_office_hours,
        )
        self._case_of(pair).check_word(at.date())
        return self.record(pair, also=self._letter(pair, thread, contact_id, letter_id, letter))

    def _check_contact(
        self, contact_id: UUID | None, channel: Channel, letter: LetterText | None, country: str
    ) -> str:
        """The contact's country. Raises NoSuchContact, WrongChannel, NobodyToWriteTo, NoAddress."""
        if contact_id is None:
            contacts.check_addressee(letter is not None)
            return country
        found = self.registered(contact_id)
        contacts.check_channel(channel, Channel(found["channel"]))
        if letter is not None:
            contacts.check_address(found["name"], found["email"])
        return str(found["country"])

    def _seat(self, contact_id: UUID | None, channel: Channel, city: Place) -> Seat:
        """Where the contact sits; of one that nobody registered, where such a channel works."""
        found = self.rows(
            "SELECT seat_country, city, geoname_id FROM contacts WHERE contact_id = %(id)s",
            id=contact_id,
        )
        country = found[0]["seat_country"] if found else sits_in(channel, city.country)
        if not found and country == city.country:
            return Seat(country=country, timezone=city.timezone)
        place = self.sits_at(found[0]) if found else None
        zone = place.timezone if place else self.gazetteer.main_timezone(country)
        return Seat(country=country, timezone=zone)

    def _letter(
        self,
        pair: Pair,
        thread_id: UUID,
        contact_id: UUID | None,
        letter_id: UUID | None,
        letter: LetterText | None,
    ) -> list[Write]:
        if letter is None or letter_id is None or contact_id is None:
            return []
        return [
            rows.letter(self.vault, letter_id, pair.id, thread_id, contact_id, letter, self.clock())
        ]

    def follow_up(self, pair_id: UUID, thread_id: UUID, letter: LetterText | None) -> Receipt:
        """A letter that goes out by itself, or else the note that staff followed up themselves."""
        pair, now = self.load(Pair, pair_id), self.clock()
        if letter is None:
            pair.note_own_follow_up(thread_id, now, now)
            return self.record(pair)
        letter_id = uuid4()
        pair.write_follow_up(thread_id, letter_id, now, in_office_hours=letter.in_office_hours)
        contact_id = pair.threads[thread_id].contact_id
        if contact_id is not None:
            found = self.registered(contact_id)
            contacts.check_address(found["name"], found["email"])
        return self.record(pair, also=self._letter(pair, thread_id, contact_id, letter_id, letter))

    def receive_reply(
        self, pair_id: UUID, thread_id: UUID, received_at: datetime | None, summary: str
    ) -> Receipt:
        """The thread's first letter, the pair's follow-ups and the question to the member do not go out any more."""
        pair, now = self.load(Pair, pair_id), self.clock()
        at, reply_id = received_at or now, uuid4()
        pair.receive_reply(thread_id, reply_id, at, now)
        self._case_of(pair).check_word(at.date())
        text = rows.reply(self.vault, reply_id, pair_id, thread_id, summary, at)
        needless = cancel_letters(pair_id, "follow_up", "member_asked")
        return self.record(pair, also=[text, needless, rows.cancel_first_letter(thread_id)])

    def retract_reply(self, pair_id: UUID, thread_id: UUID) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.retract_reply(thread_id, self.clock())
        return self.record(pair, also=[rows.retract_reply(thread_id)])

    def retract_contact(self, pair_id: UUID, thread_id: UUID) -> Receipt:
        """Letters of the thread that have not gone out are taken back; once one has, this is refused."""
        pair = self.load(Pair, pair_id)
        pair.retract_contact(thread_id, self.clock())
        return self.record(pair, also=[lambda curs: _take_back_letters(curs, thread_id)])

    def report_bounce(self, pair_id: UUID, thread_id: UUID) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.report_bounce(thread_id, self.clock())
        return self.record(pair)

    def replace_contact(self, pair_id: UUID, thread_id: UUID, contact_id: UUID) -> Receipt:
        pair = self.load(Pair, pair_id)
        found = self.registered(contact_id)
        seat = self._seat(contact_id, Channel(found["channel"]), pair.foreign_place)
        pair.replace_contact(thread_id, contact_id, self.clock(), seat)
        contacts.check_channel(pair.threads[thread_id].channel, Channel(found["channel"]))
        return self.record(pair)

    def letter_settled(self, effect: Effect, state: str, write: Write) -> None:
        """What became of a letter is known to its thread in the transaction of the ledger's row."""
        if effect.kind not in CORRESPONDENCE or state == "unknown":
            super().letter_settled(effect, state, write)
            return
        for attempt in range(ATTEMPTS):
            pair = self.load(Pair, effect.subject_id)
            self._tell_thread(pair, effect, state)
            if not pair.pending_events:
                super().letter_settled(effect, state, write)
                return
            try:
                self.record(pair, also=[write])
            except HappenedAtOnce:
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                return

    def _tell_thread(self, pair: Pair, effect: Effect, state: str) -> None:
        """Of a letter that the thread does not know, or has heard of, nothing is recorded."""
        thread, letter = UUID(effect.facts["thread_id"]), UUID(effect.facts["letter_id"])
        now = self.clock()
        if state == "sent":
            pair.letter_went_out(thread, letter, now, is_first=effect.kind == "contact")
        elif state == "refused":
            pair.letter_was_refused(thread, letter, now)
        else:
            pair.letter_was_dropped(thread, letter, now)

    # What is learned of the city.

    def find_contact(
        self,
        pair_id: UUID,
        name: str,
        office: str,
        email: str | None,
        language: str,
        proof: ContactProof | None,
    ) -> Receipt:
        """Said again with the same address, it corrects name and office; with another one, it replaces the contact."""
        pair = self.load(Pair, pair_id)
        contact_id = uuid5(pair_id, email or name)
        pair.find_contact(contact_id, proof, self.clock())
        contact = Contact(
            channel=Channel.CITY_OFFICE,
            country=pair.foreign_place.country,
            seat_country=pair.foreign_place.country,
            city=pair.foreign_place.name,
            geoname_id=pair.foreign_place.geoname_id,
            name=name,
            office=office,
            email=email,
            language=language,
            is_person=True,
        )
        return self.record(pair, also=[rows.contacts(self.vault, [(contact_id, contact)])])

    def gauge_interest(self, pair_id: UUID, interest: Interest) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.gauge_interest(interest, self.clock())
        return self.record(pair)

    def learn_governance(self, pair_id: UUID, governance: Governance, note: str) -> Receipt:
        pair, now = self.load(Pair, pair_id), self.clock()
        pair.learn_governance(governance, now)
        return self.record(pair, also=rows.note(self.vault, pair_id, "governance", note, now))

    # From the introduction to the signatures.

    def hold_introduction(self, pair_id: UUID, held_on: date) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.hold_introduction(held_on, self.clock())
        self._case_of(pair).check_fact(held_on)
        return self.record(pair)

    def hand_over(self, pair_id: UUID, handed_over_on: date) -> Receipt:
        """The administrator gets a letter with the contact; follow-ups of ours that wait are taken back."""
        pair = self.load(Pair, pair_id)
        pair.hand_over(handed_over_on, self.clock())
        self._case_of(pair).check_fact(handed_over_on)
        return self.record(pair, also=[cancel_letters(pair_id, *CORRESPONDENCE)])

    def retract_hand_over(self, pair_id: UUID) -> Receipt:
        """What has not gone out to the member does not go out."""
        pair = self.load(Pair, pair_id)
        pair.retract_hand_over(self.clock())
        return self.record(pair, also=[cancel_letters(pair_id, *AFTER_HAND_OVER)])

    def call_member(self, pair_id: UUID) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.call_member(self.clock())
        return self.record(pair, also=[cancel_letters(pair_id, "member_asked")])

    def send_invitation(self, caller: Caller, pair_id: UUID, sent_on: date) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.send_invitation(caller, sent_on, self.clock())
        self._case_of(pair).check_fact(sent_on)
        # Who has written already is not asked to write.
        return self.record(pair, also=[cancel_letters(pair_id, *AFTER_HAND_OVER)])

    def sign_letter_of_intent(self, caller: Caller, pair_id: UUID, signed_on: date) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.sign_letter_of_intent(caller, signed_on, self.clock())
        self._case_of(pair).check_fact(signed_on)
        return self.record(pair)

    def adopt_resolution(self, caller: Caller, pair_id: UUID, adopted_on: date) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.adopt_resolution(caller, adopted_on, self.clock())
        self._case_of(pair).check_fact(adopted_on)
        return self.record(pair)

    def fail(self, pair_id: UUID, reason: FailureReason) -> Receipt:
        pair = self.load(Pair, pair_id)
        others = [each.id for each in self._pairs(self._case_of(pair)) if each.id != pair_id]
        pair.fail(reason, others, self.clock())
        off = self.uninvited(pair)
        return self.record(pair, also=[cancel_letters(pair_id, *WHILE_WRITING), *off])

    def reopen(self, pair_id: UUID) -> Receipt:
        """A pair that failed goes on where it stood, stopped by what stops its case and its listing now."""
        pair, now = self.load(Pair, pair_id), self.clock()
        listing_id, is_off_map = self._listing(pair.listing_id, pair.sides.foreign_community_id)
        case = self._case_of(pair)
        pair.reopen(case.stops, listing_id, now)
        pair.follow_owner(case.owner, now)
        _follow_listing(pair, listing_id, is_off_map=is_off_map, at=now)
        return self.record(pair)

    def set_listing_aside(self, pair_id: UUID) -> Receipt:
        pair = self.load(Pair, pair_id)
        pair.set_listing_aside(self.clock())
        return self.record(pair)

    # Partnerships.

    def form_partnership(
        self,
        caller: Caller,
        pair_id: UUID,
        agreement: Agreement,
        names: tuple[str, str],
        *,
        ends_search: bool,
    ) -> Receipt:
        """`names`: who signed for the U.S. side and for the other. The receipt names the partnership."""
        pair, now = self.load(Pair, pair_id), self.clock()
        expect(pair)
        pair.sign_agreement(caller, agreement, ends_search=ends_search, at=now)
        link = known_partnership(self, pair.sides.community_id, pair.sides.foreign_community_id)
        partnership = self.find(Partnership, link) if link is not None else None
        if partnership is None:
            partnership = Partnership(pair.place, pair.foreign_place, now)
        origin = self._origin(pair, ends_search=ends_search)
        partnership.form(agreement.kind, agreement.signed_on, origin, now)
        us, foreign = agreement.us_signatory, agreement.foreign_signatory
        day = agreement.signed_on
        signed = [
            rows.signatory(self.vault, partnership.id, "us", names[0], us.office, day),
            rows.signatory(self.vault, partnership.id, "foreign", names[1], foreign.office, day),
        ]
        if ends_search:
            signed.append(cancel_letters(pair_id, *WHILE_WRITING))
        return self.record(partnership, pair, also=signed)

    def _origin(self, pair: Pair, *, ends_search: bool) -> Origin:
        """A stepping stone leaves the listing as it is, for others too."""
        demonstration = self.rows(
            "SELECT is_demonstration FROM communities WHERE community_id = %(id)s",
            id=pair.sides.community_id,
        )
        return Origin(
            case_id=pair.sides.case_id,
            pair_id=pair.id,
            listing_id=pair.listing_id if ends_search else None,
            ends_search=ends_search,
            is_demonstration=bool(demonstration and demonstration[0]["is_demonstration"]),
        )

    def correct_partnership(self, partnership: UUID, told: dict[str, Any]) -> Receipt:
        """`told`: what is right, by its name in the particulars; what is left out stays."""
        found = self.load(Partnership, partnership)
        found.correct(told, self.clock())
        return self.record(found)

    def end_partnership(self, partnership: UUID, ended_on: date | None, reason: str) -> Receipt:
        found, now = self.load(Partnership, partnership), self.clock()
        found.end(ended_on, now)
        return self.record(
            found, also=rows.note(self.vault, partnership, "end_reason", reason, now)
        )

    def retract_partnership(self, partnership: UUID, reason: str) -> Receipt:
        """The pair that it came from stands where it stood before, in the same transaction; names of signatories go."""
        found, now = self.load(Partnership, partnership), self.clock()
        origin = found.origin
        found.retract(now)
        pair = self.find(Pair, origin.pair_id) if origin.pair_id is not None else None
        if pair is not None:
            self._take_agreement_back(pair, now)
        gone = [rows.forget_signatories(partnership), cancel_letters(partnership, "check_in")]
        told = rows.note(self.vault, partnership, "retract_reason", reason, now)
        return self.record(found, *([pair] if pair is not None else []), also=[*gone, *told])

    def _take_agreement_back(self, pair: Pair, now: datetime) -> None:
        """Stopped by what stops its case and its listing now."""
        listing_id, is_off_map = self._listing(pair.listing_id, pair.sides.foreign_community_id)
        pair.retract_agreement(self._case_of(pair).stops, now)
        _follow_listing(pair, listing_id, is_off_map=is_off_map, at=now)

    def place_of(self, geoname_id: int) -> Place:
        """Raises NotInTheGazetteer."""
        return known_place(self.gazetteer.find(geoname_id), geoname_id)

    # Time.

    def on_deadline(self, kind: str, subject_id: UUID, now: datetime) -> None:
        of = Partnership if kind == "check_in" else Pair
        found = cast(Partnership | Pair, self.load(of, subject_id))
        found.time_passes(now)
        self.record(found)


def _settle_choice(pair: Pair, lane: Lane, choices: Container[UUID], at: datetime) -> None:
    """A city that is chosen goes on; one of the shortlist that is not, and was not written to, rests."""
    is_chosen = pair.sides.foreign_community_id in choices
    if is_chosen:
        pair.change_lane(lane, at)
        pair.release(StopReason.NOT_CHOSEN, at)
    if is_chosen or lane is Lane.SHORTLIST:
        pair.release(StopReason.SHORTLIST_REOPENED, at)
    is_of_shortlist = lane is pair.lane is Lane.SHORTLIST
    if is_of_shortlist and not is_chosen and not pair.threads:
        pair.stop(StopReason.NOT_CHOSEN, at)


def _follow_listing(pair: Pair, listing_id: UUID | None, *, is_off_map: bool, at: datetime) -> None:
    """A pair that goes on, with the city's listing as it is now."""
    if is_off_map:
        pair.lose_listing(at)
    elif listing_id is not None:
        pair.find_listing(listing_id, at)


def _take_back_letters(curs: Cursor[Any], thread_id: UUID) -> None:
    """In the transaction of the ledger: a letter goes out, or it is taken back."""
    rows.cancel_thread(thread_id)(curs)
    contacts.check_unsent(rows.letter_states(curs, thread_id))
    rows.forget_letters(thread_id)(curs)


def expect(pair: Pair) -> None:
    """If-Match speaks of the pair that was read, though the receipt will name the partnership."""
    command = current_command.get()
    if command is None or command.expected_version is None:
        return
    if command.expected_version != pair.version:
        raise ChangedMeanwhile
    current_command.set(dataclasses.replace(command, expected_version=None))
