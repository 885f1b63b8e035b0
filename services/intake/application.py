"""What intake can do: communities, searches, foreign cities' listings, and what it hears about them."""

import base64
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from psycopg import Cursor

from services.intake import audit, reading, rows
from services.intake.debriefings import Debriefings
from services.intake.domain.ball import Ball, Milestone
from services.intake.domain.calendar import noon_of
from services.intake.domain.community import Community, Membership
from services.intake.domain.form import FormRules
from services.intake.domain.listing import Listing, guard_label, undo_everywhere
from services.intake.domain.listing_facts import ListingState
from services.intake.domain.listing_proofs import guard_codes
from services.intake.domain.person import Person
from services.intake.domain.places import known
from services.intake.domain.proof import Proof, official_among
from services.intake.domain.search import Search
from services.intake.domain.search_facts import Answers, ShortlistNews
from services.intake.domain.wishes import check_wishes
from services.intake.letters import Addresses, letters_of
from services.intake.letters.readers import of_closing, of_withdrawal
from services.intake.limits import confirming
from services.intake.owners import Owners
from services.intake.personal import HOLDINGS
from services.intake.rows import Contact
from shared import erasing
from shared.aggregates import Aggregate, DomainEvent
from shared.application import Clock, Receipt, utc_now
from shared.context import Caller, Role
from shared.erasing import names_of
from shared.gazetteer import Gazetteer
from shared.mail import Effect, Letter, cancel_letters
from shared.recorder import Write
from shared.refusals import NotFound
from shared.values import (
    ClosingReason,
    CommunityKind,
    NextStep,
    Party,
    Place,
    Preferences,
    PublicProfile,
    community_id,
    person_of,
)
from shared.vault import Vault


class Intake(Debriefings, Owners):
    name = "intake"

    def __init__(
        self,
        database_url: str,
        vault: Vault,
        gazetteer: Gazetteer,
        clock: Clock = utc_now,
        addresses: Addresses | None = None,
        form_rules: FormRules | None = None,
    ) -> None:
        super().__init__(database_url, clock, vault)
        self.gazetteer, self.addresses = gazetteer, addresses or Addresses()
        self.form_rules = form_rules or FormRules()

    def letters(self, event: DomainEvent) -> Iterable[Letter]:
        return letters_of(event)

    def rows_of(self, aggregate: Aggregate) -> Iterable[Write]:
        yield from rows.list_row(aggregate)
        if isinstance(aggregate, Community):
            yield from audit.of_roles(self, aggregate)

    def place_of(self, geoname_id: int) -> Place:
        """Raises UnknownPlace."""
        return known(self.gazetteer.find(geoname_id), geoname_id)

    # communities

    def register(
        self,
        geoname_id: int,
        kind: CommunityKind,
        membership: Membership,
        administrator: Contact | None,
        *,
        is_demonstration: bool,
    ) -> Receipt:
        place = self.place_of(geoname_id)
        if (earlier := self.find(Community, place.community_id)) is not None:
            earlier.register_again()
        now = self.clock()
        community = Community.register(
            place, now, kind, membership, is_demonstration=is_demonstration
        )
        also = [] if administrator is None else self._appoint(community, administrator, now)
        return self.record(community, also=also)

    def appoint_administrator(self, of: UUID, contact: Contact) -> Receipt:
        community = self.load(Community, of)
        return self.record(community, also=self._appoint(community, contact, self.clock()))

    def _appoint(self, community: Community, contact: Contact, at: datetime) -> list[Write]:
        person_id, before = self.person_id(community.id, contact), community.administrator_id
        community.appoint_administrator(person_id, at)
        return [
            self._retire(community, before) if before else rows.forget_administrator(community.id),
            rows.person(self.vault, person_id, "administrator", contact, community_id=community.id),
        ]

    def _retire(self, community: Community, administrator_id: UUID) -> Write:
        """The row of whoever leaves waits for the letter that tells so."""
        if administrator_id in community.committee:
            return rows.keep_on_committee(community.id)
        return rows.keep_attendee(administrator_id)

    def letter_settled(self, effect: Effect, state: str, write: Write) -> None:
        """An administrator of before who has been told so, and takes part in nothing else, is kept no longer."""
        left: list[Write] = []
        if effect.kind == "handed_over" and state != "unknown":
            community = self.load(Community, effect.subject_id)
            if not self._attends(community, effect.recipient_id):
                left = [rows.forget_attendee(effect.recipient_id)]

        def settle(curs: Cursor[Any]) -> None:
            for each in (write, *left):
                each(curs)

        super().letter_settled(effect, state, settle)

    def _attends(self, community: Community, person_id: UUID) -> bool:
        """A debrief of the community, still to come or held."""
        found = self.rows("SELECT case_id FROM cases WHERE community_id = %(id)s", id=community.id)
        return any(person_id in self.load(Search, row["case_id"]).attendees for row in found)

    def people_with(self, email: str) -> list[dict[str, Any]]:
        """In each of the roles in which it is somebody's address, administrators first."""
        return self.rows(
            "SELECT person_id, role, community_id, listing_id FROM people"
            " WHERE email_digest = %(digest)s ORDER BY role = 'administrator' DESC, person_id",
            digest=self.vault.digest(email),
        )

    def invite_committee_member(self, caller: Caller, of: UUID, contact: Contact) -> Receipt:
        community = self.load(Community, of)
        person_id = self.person_id(of, contact)
        community.invite_committee_member(caller, person_id, self.clock())
        is_administrator = person_id == community.administrator_id
        role = "administrator" if is_administrator else "committee_member"
        return self.record(
            community, also=[rows.person(self.vault, person_id, role, contact, community_id=of)]
        )

    def remove_committee_member(self, caller: Caller, of: UUID, person_id: UUID) -> Receipt:
        community = self.load(Community, of)
        community.remove_committee_member(caller, person_id, self.clock())
        if person_id == community.administrator_id:
            return self.record(community)
        attends = self._attends(community, person_id)
        leaves = (rows.keep_attendee if attends else rows.forget_person)(person_id)
        return self.record(community, also=[leaves])

    def update_profile(self, caller: Caller, of: UUID, profile: PublicProfile) -> Receipt:
        """Staff's word is assessed; the administrator's waits for them."""
        community = self.load(Community, of)
        community.admit(caller)
        if caller.role is Role.STAFF:
            place = self.place_of(community.place.geoname_id)
            community.update_profile(place, profile, self.clock())
            return self.record(community, also=[rows.forget_draft(of)])
        community.propose_profile(self.clock())
        return self.record(community, also=[rows.draft(self.vault, of, profile)])

    def approve_profile(self, of: UUID) -> Receipt:
        community = self.load(Community, of)
        place = self.place_of(community.place.geoname_id)
        community.approve_profile(place, self.draft(of), self.clock())
        return self.record(community, also=[rows.forget_draft(of)])

    def record_membership(self, of: UUID, changes: dict[str, Any]) -> Receipt:
        community = self.load(Community, of)
        membership = Membership.model_validate(community.membership.model_dump() | changes)
        community.record_membership(membership, self.clock())
        return self.record(community)

    def merge(self, of: UUID, into_geoname_id: int) -> Receipt:
        """Both records in one transaction: whoever merges one of them elsewhere meanwhile is told so."""
        community, now = self.load(Community, of), self.clock()
        remains = self.load(Community, community_id(into_geoname_id))
        community.merge_into(remains, now)
        remains.take_in(community, now)
        return self.record(community, remains, also=[rows.one_by_one(community.id, remains.id)])

    # searches

    def request_search(
        self,
        caller: Caller,
        of: UUID,
        preferences: Preferences,
        named_cities: Sequence[int],
        is_shown_publicly: bool,
    ) -> Receipt:
        """The administrator says Yes."""
        community, now, case_id = self.load(Community, of), self.clock(), uuid4()
        community.begin_search(caller, case_id, self.addresses.info, now)
        check_wishes(preferences, self.gazetteer.continents)
        answers = self._answers(preferences, named_cities, is_shown_publicly)
        search = Search.request(case_id, community.place, answers, now)
        return self.record(search, community)

    def amend_answers(
        self,
        caller: Caller,
        case_id: UUID,
        preferences: Preferences | None,
        named_cities: Sequence[int] | None,
        is_shown_publicly: bool | None,
    ) -> Receipt:
        """What is left out stays as it was."""
        search, _ = self._admitted(caller, case_id)
        was = search.answers
        if preferences is not None:
            check_wishes(preferences, self.gazetteer.continents)
        answers = self._answers(
            was.preferences if preferences is None else preferences,
            [p.geoname_id for p in was.named_cities] if named_cities is None else named_cities,
            was.is_shown_publicly if is_shown_publicly is None else is_shown_publicly,
        )
        search.amend(answers, self.clock())
        return self.record(search)

    def _answers(
        self, preferences: Preferences, named_cities: Sequence[int], is_shown_publicly: bool
    ) -> Answers:
        return Answers(
            preferences=preferences,
            named_cities=tuple(map(self.place_of, named_cities)),
            is_shown_publicly=is_shown_publicly,
        )

    def complete_debrief(
        self,
        case_id: UUID,
        held_on: date,
        preferences: Preferences | None,
        profile: PublicProfile | None,
        private: tuple[str | None, str | None],
    ) -> Receipt:
        """What is wanted, and what the city has to offer; `private` is demographics and notes, which stay here.

        What is left out stays as it was, also a profile that waits for staff.
        """
        search, now = self.load(Search, case_id), self.clock()
        community = self.load(Community, search.community_id)
        is_past = held_on <= now.date()
        at = max(noon_of(held_on, now), search.requested_at) if is_past else now
        wanted = search.answers.preferences if preferences is None else preferences
        if preferences is not None:
            check_wishes(preferences, self.gazetteer.continents)
        search.complete_debrief(held_on, wanted, profile or community.profile, at)
        also = [rows.debrief(self.vault, case_id, *private)]
        if profile is not None:
            community.update_profile(self.place_of(community.place.geoname_id), profile, at)
            also.append(rows.forget_draft(community.id))
        return self.record(search, community, also=also)

    def pause(self, caller: Caller, case_id: UUID, until: date | None) -> Receipt:
        search, _ = self._admitted(caller, case_id)
        search.pause(until, self.clock())
        return self.record(search)

    def resume(self, caller: Caller, case_id: UUID) -> Receipt:
        search, _ = self._admitted(caller, case_id)
        search.resume(self.clock())
        return self.record(search)

    def withdraw_search(self, caller: Caller, case_id: UUID) -> Receipt:
        search, community = self._admitted(caller, case_id)
        search.withdraw(self.clock())
        by = person_of(caller.subject)
        return self._end(search, community, told=of_withdrawal(search, by))

    def close_case(self, case_id: UUID, reason: ClosingReason) -> Receipt:
        search = self.load(Search, case_id)
        search.close(reason, self.clock())
        community = self.load(Community, search.community_id)
        return self._end(search, community, told=of_closing(search, reason))

    def _end(
        self,
        search: Search,
        community: Community,
        *others: Aggregate,
        told: Sequence[Write] = (),
    ) -> Receipt:
        """Letters about a search that has ended, and have not gone out, do not go out."""
        community.end_search(search.id, self.clock())
        off = self.uninvited(search)
        return self.record(
            search, community, *others, also=[cancel_letters(search.id), *off, *told]
        )

    def set_next_step(self, case_id: UUID, step: NextStep, holder: Party, due_on: date) -> Receipt:
        search = self.load(Search, case_id)
        search.set_next_step(step, holder, due_on, self.clock())
        return self.record(search)

    def log_local_work(
        self, caller: Caller, case_id: UUID, kind: str, happened_on: date, text: str
    ) -> Receipt:
        search, _ = self._admitted(caller, case_id)
        entry_id = uuid4()
        search.log_local_work(entry_id, happened_on, self.clock())
        entry = rows.local_work(
            self.vault, entry_id, case_id, kind, happened_on, text, caller.subject
        )
        return self.record(search, also=[entry])

    def leave_message(self, caller: Caller, case_id: UUID, text: str) -> Receipt:
        search, _ = self._admitted(caller, case_id)
        message_id, now, is_from_staff = uuid4(), self.clock(), caller.role is Role.STAFF
        search.leave_message(message_id, is_from_staff, now)
        message = rows.message(
            self.vault,
            message_id,
            case_id,
            text,
            now,
            caller.subject,
            "staff" if is_from_staff else "administrator",
        )
        return self.record(search, also=[message])

    # foreign cities

    def submit_request(
        self,
        caller: Caller,
        geoname_id: int,
        contact: Contact,
        profile: PublicProfile,
        *,
        is_demonstration: bool = False,
        guard: Callable[[], Sequence[Write]] = lambda: (),
    ) -> Receipt:
        """A city abroad fills in the form; it is told by mail how to go on.

        `guard` stands before the public form. Where the place is listed already nobody but staff is told so: once the
        address is proved, the request is a claim.
        """
        guard_label(caller, is_demonstration=is_demonstration)
        place, listing_id, contact_id = self.place_of(geoname_id), uuid4(), uuid4()
        is_staff = caller.role is Role.STAFF
        listing = Listing.submit(
            listing_id,
            place,
            contact_id,
            self.clock(),
            is_demonstration=is_demonstration,
            by_staff=is_staff,
        )
        if (community := self.find(Community, place.community_id)) is not None:
            community.guard_not_listed(None if is_staff else community.listing_id)
        also = [
            *guard(),
            rows.counted_codes(self.vault.digest(contact.email), self.clock(), guard_codes),
            rows.person(self.vault, contact_id, "official", contact, listing_id=listing_id),
            rows.draft(self.vault, listing_id, profile),
            rows.code(self.vault, listing_id, _fresh_code()),
        ]
        return self.record(listing, also=also)

    def renew_code(self, listing_id: UUID) -> Receipt:
        listing = self.load(Listing, listing_id)
        listing.renew_code(self.clock())
        known = self.rows(
            "SELECT email_digest FROM people WHERE listing_id = %(id)s", id=listing_id
        )
        counted = [
            rows.counted_codes(row["email_digest"], self.clock(), guard_codes) for row in known
        ]
        return self.record(
            listing, also=[*counted, rows.code(self.vault, listing_id, _fresh_code())]
        )

    def replace_contact(self, listing_id: UUID, contact: Contact) -> Receipt:
        """The person before is forgotten; a code that is still out no longer works."""
        listing, contact_id = self.load(Listing, listing_id), uuid4()
        listing.replace_contact(contact_id, self.clock())
        also = [
            rows.forget_official(listing_id),
            rows.person(self.vault, contact_id, "official", contact, listing_id=listing_id),
        ]
        if listing.state is ListingState.SUBMITTED:
            also.insert(
                0, rows.counted_codes(self.vault.digest(contact.email), self.clock(), guard_codes)
            )
            also.append(rows.code(self.vault, listing_id, _fresh_code()))
        return self.record(listing, also=also)

    def verify(self, listing_id: UUID, code: str) -> Receipt:
        listing = self.load(Listing, listing_id)
        now = self.clock()
        listing.verify(code, reading.code(self, listing_id) or "", now)
        if not listing.is_known_to_staff:
            confirming(self, self.form_rules, listing.place.country)
        self.look_up_claim(listing, now)
        if self._is_official(listing):
            listing.record_proof(Proof.OFFICIAL_DOMAIN, now)
        return self.record(listing, also=[rows.forget_code(listing_id)])

    def look_up_claim(self, listing: Listing, at: datetime) -> None:
        """A place that somebody else has listed is claimed by whoever proves an address for it."""
        listing.claim(self.listed_at(listing.community_id), at)

    def listed_at(self, of: UUID) -> UUID | None:
        """The listing that the place has now."""
        community = self._remaining(of)
        return community.listing_id if community else None

    def _is_official(self, listing: Listing) -> bool:
        """Its address is on a domain that staff have listed for the country."""
        listed = self.rows(
            "SELECT domain FROM official_domains WHERE country = %(country)s",
            country=listing.place.country,
        )
        domains = [row["domain"] for row in listed]
        contacts = reading.people(self, "listing_id", listing.id)
        is_new = Proof.OFFICIAL_DOMAIN not in listing.proofs
        return is_new and any(official_among(each.email, domains) for each in contacts)

    def list_city(self, listing_id: UUID, profile: PublicProfile | None) -> Receipt:
        """Post it on the map with the texts that staff have assessed, mended by them where need be."""
        listing, now = self.load(Listing, listing_id), self.clock()
        place = self.place_of(listing.place.geoname_id)
        assessed = profile or self.draft(listing_id) or listing.profile
        listing.list_city(place, assessed, now, listed=self.listed_at(listing.community_id))
        community = self._city_of(listing, now)
        community.take_listing(listing_id, now)
        others = self._other_requests(listing)
        for each in others:
            each.claim(listing_id, now)
        return self.record(listing, community, *others, also=[rows.forget_draft(listing_id)])

    def _other_requests(self, listing: Listing) -> list[Listing]:
        """Of the same place, which wait to be assessed too."""
        found = self.rows(
            "SELECT listing_id FROM listings WHERE community_id = %(of)s AND listing_id <> %(id)s"
            " AND state IN ('verified', 'more_information_asked')",
            of=listing.community_id,
            id=listing.id,
        )
        return [self.load(Listing, row["listing_id"]) for row in found]

    def _city_of(self, listing: Listing, at: datetime) -> Community:
        """A city abroad joins the records when it is listed."""
        return self.find(Community, listing.community_id) or Community.register(
            listing.place, at, is_demonstration=listing.is_demonstration
        )

    def ask(self, listing_id: UUID, question: str) -> Receipt:
        listing, now = self.load(Listing, listing_id), self.clock()
        listing.ask(now)
        return self.record(
            listing, also=[rows.remark(self.vault, listing_id, "question", question, now)]
        )

    def answer(
        self, caller: Caller, listing_id: UUID, text: str, profile: PublicProfile | None
    ) -> Receipt:
        listing, now = self.load(Listing, listing_id), self.clock()
        listing.answer(caller, now)
        draft = [] if profile is None else [rows.draft(self.vault, listing_id, profile)]
        return self.record(
            listing,
            also=[rows.remark(self.vault, listing_id, "answer", text, now, caller.subject), *draft],
        )

    def decline(self, listing_id: UUID, reason: str) -> Receipt:
        listing, now = self.load(Listing, listing_id), self.clock()
        listing.decline(now)
        return self.record(
            listing, also=[rows.remark(self.vault, listing_id, "decline_reason", reason, now)]
        )

    def edit(self, caller: Caller, listing_id: UUID, profile: PublicProfile) -> Receipt:
        """The official's text waits for staff; staff's own is assessed."""
        listing, now = self.load(Listing, listing_id), self.clock()
        listing.propose_edit(caller, now)
        if caller.role is Role.STAFF and listing.is_confirmable:
            listing.approve_edit(profile, now)
            return self.record(listing, also=[rows.forget_draft(listing_id)])
        return self.record(listing, also=[rows.draft(self.vault, listing_id, profile)])

    def approve_edit(self, listing_id: UUID) -> Receipt:
        listing = self.load(Listing, listing_id)
        listing.approve_edit(self.draft(listing_id), self.clock())
        return self.record(listing, also=[rows.forget_draft(listing_id)])

    def refuse_edit(self, listing_id: UUID, reason: str) -> Receipt:
        listing, now = self.load(Listing, listing_id), self.clock()
        listing.refuse_edit(now)
        remark = rows.remark(self.vault, listing_id, "edit_reason", reason, now)
        return self.record(listing, also=[remark, rows.forget_draft(listing_id)])

    def reconfirm(self, caller: Caller, listing_id: UUID) -> Receipt:
        listing = self.load(Listing, listing_id)
        listing.reconfirm(caller, self.clock())
        return self.record(listing)

    def withdraw_listing(self, caller: Caller, listing_id: UUID) -> Receipt:
        listing, now = self.load(Listing, listing_id), self.clock()
        listing.withdraw(caller, now)
        return self.record(listing, *self._left_by(listing, now), also=[cancel_letters(listing_id)])

    def _left_by(self, listing: Listing, at: datetime) -> list[Community]:
        """The city, free for another request."""
        community = self._remaining(listing.community_id)
        if community is None:
            return []
        community.leave_listing(listing.id, at)
        return [community]

    def _remaining(self, of: UUID) -> Community | None:
        """The record that is in use, where this one was merged into another."""
        community = self.find(Community, of)
        while community is not None and community.merged_into is not None:
            community = self.find(Community, community.merged_into)
        return community

    def _records(self, remaining: Community) -> set[UUID]:
        """All records of one place."""
        found, left = set[UUID](), {remaining.id}
        while left:
            number = left.pop()
            found.add(number)
            community = self.find(Community, number)
            left |= community.doubles - found if community else set()
        return found

    def draft(self, subject_id: UUID) -> PublicProfile | None:
        """The texts that wait for staff."""
        text = reading.draft(self, subject_id)
        return PublicProfile.model_validate_json(text) if text else None

    # persons

    def roles_of(self, person_id: UUID) -> list[str]:
        found = self.rows("SELECT role FROM people WHERE person_id = %(id)s", id=person_id)
        return [row["role"] for row in found]

    def forget_person(self, person_id: UUID, also_known_as: Sequence[str] = ()) -> Receipt:
        """Erased here at once; the event asks the other services to do the same. Data may come back: ask again.

        Names of the person, and those given, are looked for in other people's texts, here and by the others.
        """
        now = self.clock()
        names = [*names_of(self, HOLDINGS, person_id), *also_known_as]
        repeats = next(
            n for n in count() if self.find(Person, Person.create_id(person_id, n)) is None
        )
        of = self.rows(
            "SELECT community_id FROM people WHERE person_id = %(id)s AND community_id IS NOT NULL",
            id=person_id,
        )
        communities = [self.load(Community, row["community_id"]) for row in of]
        for community in communities:
            community.forget(person_id, now)
        searches, none_besides = self.let_go(person_id, now)
        sealed = self.vault.seal(json.dumps(names, ensure_ascii=False))
        return self.record(
            Person(person_id, now, repeats),
            *communities,
            *searches,
            also=[erasing.asked(HOLDINGS, person_id, now, sealed), none_besides],
        )

    # what intake hears

    def note_research(
        self, case_id: UUID, ball: Ball, at: datetime, news: ShortlistNews | None = None
    ) -> None:
        search = self.find(Search, case_id)
        if search is None:
            return
        if news is not None:
            committee = self.load(Community, search.community_id).committee
            readers = {"committee": tuple(sorted(committee)), "owner": search.staff}
            news = news.model_copy(update=readers)
        search.note_research(ball, at, news)
        # What was proposed before is told with what is proposed now, or no longer a question.
        self.record(search, also=[cancel_letters(case_id, "cities_proposed")] if news else [])

    def note_pair(
        self, case_id: UUID, pair_id: UUID, milestone: Milestone, ball: Ball, at: datetime
    ) -> None:
        search = self.find(Search, case_id)
        if search is not None:
            search.note_pair(pair_id, milestone, ball, at)
            self.record(search)

    def note_introduction(
        self,
        case_id: UUID,
        pair_id: UUID,
        milestone: Milestone,
        ball: Ball,
        listing_id: UUID | None,
        at: datetime,
    ) -> None:
        """The pair moves on, and a listed city is in conversation from now on."""
        self._note(
            case_id,
            listing_id,
            lambda search: search.note_pair(pair_id, milestone, ball, at),
            lambda listing: listing.begin_conversation(pair_id, at),
        )

    def note_reopening(
        self, case_id: UUID, pair_id: UUID, ball: Ball, listing_id: UUID | None, at: datetime
    ) -> None:
        """The pair goes on, and a listed city that it had been introduced to is in conversation again."""
        self._note(
            case_id,
            listing_id,
            lambda search: search.regain_pair(pair_id, ball, at),
            lambda listing: listing.begin_conversation(pair_id, at),
        )

    def note_retraction(self, case_id: UUID, pair_id: UUID, at: datetime) -> None:
        """The only first contact of the pair was put down by mistake."""
        search = self.find(Search, case_id)
        if search is not None:
            search.unmake_pair(pair_id, at)
            self.record(search)

    def note_hand_over_retraction(
        self, case_id: UUID, pair_id: UUID, ball: Ball, at: datetime
    ) -> None:
        """Staff write on."""
        search = self.find(Search, case_id)
        if search is not None:
            search.take_back_hand_over(pair_id, ball, at)
            self.record(search)

    def note_lost_introduction(
        self, case_id: UUID, pair_id: UUID, ball: Ball, at: datetime
    ) -> None:
        """It was called off or missed; a listed city stays in conversation, as another date is looked for."""
        search = self.find(Search, case_id)
        if search is not None:
            search.lose_introduction(pair_id, ball, at)
            self.record(search)

    def note_failure(
        self, case_id: UUID, pair_id: UUID, listing_id: UUID | None, at: datetime
    ) -> None:
        """The pair is out of the case, and a listed city looks again."""
        self._note(
            case_id,
            listing_id,
            lambda search: search.drop_pair(pair_id, at),
            lambda listing: listing.end_conversation(pair_id, at),
        )

    def _note(
        self,
        case_id: UUID,
        listing_id: UUID | None,
        of_search: Callable[[Search], object],
        of_listing: Callable[[Listing], object],
    ) -> None:
        search = self.find(Search, case_id)
        listing = self.find(Listing, listing_id) if listing_id else None
        if search is not None:
            of_search(search)
        if listing is not None:
            of_listing(listing)
        touched: list[Aggregate] = [x for x in (search, listing) if x is not None]
        if touched:
            self.record(*touched)

    def note_partnership(
        self,
        partnership_id: UUID,
        case_id: UUID | None,
        listing_id: UUID | None,
        foreign_community_id: UUID,
        pair_id: UUID | None,
        at: datetime,
    ) -> None:
        """The search closes, a waiver ends with it, and the listed city is partnered."""
        search = self.find(Search, case_id) if case_id else None
        if search is None:
            return
        touched: list[Aggregate] = []
        for listing in self._listings(foreign_community_id, listing_id):
            listing.partner(partnership_id, at, pair_id=pair_id)
            touched += [listing, *self._left_by(listing, at)]
        if search.is_open:
            search.close_partnered(at)
            self._end(search, self.load(Community, search.community_id), *touched)
        elif touched:
            self.record(*touched)

    def note_end_of_partnership(
        self, partnership_id: UUID, foreign_community_id: UUID, at: datetime
    ) -> None:
        """The city stays off the map; only a partnership that goes on keeps it there when another is retracted."""
        touched = self._listings(foreign_community_id)
        for listing in touched:
            listing.end_partnership(partnership_id, at)
        if touched:
            self.record(*touched)

    def note_partnership_retraction(
        self,
        partnership_id: UUID,
        listing_id: UUID | None,
        foreign_community_id: UUID,
        pair_id: UUID | None,
        at: datetime,
    ) -> None:
        """The city that was taken off the map looks again; the search that was closed stays so."""
        listings = [
            each
            for each in self._listings(foreign_community_id, listing_id)
            if each.is_partnered_by(partnership_id, is_named=each.id == listing_id)
        ]
        if not listings:
            return
        city = self._remaining(listings[0].community_id)
        is_free = city is not None and city.listing_id is None
        back = undo_everywhere(
            listings, partnership_id, at, is_free=is_free, named=listing_id, pair_id=pair_id
        )
        touched: list[Aggregate] = [*listings]
        if city is not None and back is not None:
            city.take_listing(back.id, at)
            touched.append(city)
        withdrawn = [each.id for each in listings if each.state is ListingState.WITHDRAWN]
        self.record(*touched, also=[cancel_letters(each) for each in withdrawn])

    def _listings(self, foreign_community_id: UUID, named: UUID | None = None) -> list[Listing]:
        """The one that is named, that of the record that remains of the city, and those that are partnered."""
        city = self._remaining(foreign_community_id)
        records = self._records(city) if city else {foreign_community_id}
        partnered = self.rows(
            "SELECT listing_id FROM listings WHERE community_id = ANY(%(ids)s) AND state = 'partnered'",
            ids=list(records),
        )
        numbers = [named, city.listing_id if city else None, *(r["listing_id"] for r in partnered)]
        found = (self.find(Listing, number) for number in dict.fromkeys(numbers) if number)
        return [listing for listing in found if listing is not None]

    # time

    def on_deadline(self, kind: str, subject_id: UUID, now: datetime) -> None:
        """Whatever the kind, the aggregate knows what is due by now."""
        found: object = self.repository.get(subject_id)
        if not isinstance(found, Community | Search | Listing):
            raise NotFound(thing=kind, id=subject_id)
        found.time_passes(now)
        is_lapsed = isinstance(found, Listing) and found.state is ListingState.LAPSED
        also = [cancel_letters(subject_id), rows.forget_request(subject_id)] if is_lapsed else []
        self.record(found, also=also)


def _fresh_code() -> str:
    """Eighty bits in sixteen letters and digits that can be read out on the telephone."""
    return base64.b32encode(secrets.token_bytes(10)).decode()
