"""A thousand marked values of three hundred people go in through every door; the people are forgotten; none is left."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg

from cli.traces import Search, mails_with, search_databases, search_files
from deploy.local.platform import Platform
from services.intake.personal import HOLDINGS as IN_INTAKE
from services.matching.personal import HOLDINGS as IN_MATCHING
from services.outreach.personal import HOLDINGS as IN_OUTREACH
from shared.context import Role
from tests.clients import Client, Clients, eventually, today, vault
from tests.intake.authenticator import Authenticator
from tests.intake.people import INTAKE, Member, a_member, a_place
from tests.intake.test_sign_in import Browser
from tests.outreach.pairs import OUTREACH, TalksWith, letter
from tests.privacy.test_erasing import HOLDERS

MATCHING = "/api/matching/v1"
MARK, PHONE = "qcanaryq", "+1 555 787"
ROUNDS, GUESTS, COMMITTEE, VALUES = 10, 24, 6, 1_000
HOLDINGS = {"intake": IN_INTAKE, "matching": IN_MATCHING, "outreach": IN_OUTREACH}
CHANCE = random.Random(4)


@dataclass
class Canaries:
    """Every value that was handed out, and the people whose it is."""

    values: list[str] = field(default_factory=list)
    people: set[str] = field(default_factory=set)

    def value(self, shape: str) -> str:
        made = shape.format(f"{MARK}{len(self.values):05}")
        self.values.append(made)
        return made

    def phone(self) -> str:
        self.values.append(f"{PHONE} {len(self.values):05}")
        return self.values[-1]

    def contact(self) -> dict[str, str]:
        return {
            "name": self.value("Zora {} Ng"),
            "email": self.value("{}@example.org"),
            "office": self.value("Office of {}"),
        }


@dataclass
class Round:
    """One search with all who take part in it."""

    clients: Clients
    canaries: Canaries
    staff: Client

    def play(self) -> None:
        administrator = self.canaries.contact()
        member = a_member(self.clients, administrator=administrator)
        city = a_place(is_abroad=True)
        case = member.says_yes(named_cities=[city.geoname_id])
        self.canaries.people.add(member.administrator.caller.subject)
        guests = self.debrief(member, case, administrator)
        self.conversation(member, case, administrator, guests)
        self.listing()
        self.outreach(TalksWith(member, case, city, self.staff), guests)
        self.mail_comes_in(case, guests)
        self.staff_are_appointed()
        self.matching(member, case, administrator)
        self.staged_rows(guests)

    def debrief(
        self, member: Member, case: str, administrator: dict[str, str]
    ) -> list[dict[str, str]]:
        committee = [self.canaries.contact() for _ in range(COMMITTEE)]
        for each in committee:
            member.administrator.does(f"{INTAKE}/communities/{member.id}/committee", each)
        guests = [self.canaries.contact() for _ in range(GUESTS)]
        form = {"starts_at": "2199-03-20T15:00:00Z", "attendees": [*guests, administrator]}
        member.administrator.does(f"{INTAKE}/cases/{case}/debrief/schedule", form)
        notes = f"{guests[0]['name']} ({guests[1]['email']}) knows a school abroad."
        told = {"held_on": today(), "notes": notes, "demographics": f"Ask {guests[2]['name']}."}
        self.staff.does(f"{INTAKE}/cases/{case}/debrief/complete", told)
        view = self.staff.reads(f"{INTAKE}/communities/{member.id}")
        self.canaries.people |= {each["person_id"] for each in view["people"]}
        return guests

    def conversation(
        self,
        member: Member,
        case: str,
        administrator: dict[str, str],
        guests: list[dict[str, str]],
    ) -> None:
        path = f"{INTAKE}/cases/{case}"
        own = {"text": self.canaries.value("My telephone is on my card, {}.")}
        member.administrator.does(f"{path}/messages", own)
        theirs = f"Dear {administrator['name']}, please ask {guests[3]['name'].upper()}."
        self.staff.does(f"{path}/messages", {"text": theirs})
        work = {"kind": "meeting", "happened_on": today(), "text": self.canaries.value("I met {}.")}
        member.administrator.does(f"{path}/local-work", work)

    def listing(self) -> None:
        contact = self.canaries.contact()
        form = {
            "geoname_id": a_place(is_abroad=True).geoname_id,
            "profile": {"seeks": f"Write to {contact['name']}", "themes": ["education"]},
            **{f"contact_{name}": value for name, value in contact.items()},
        }
        number = self.clients.public().does(f"{INTAKE}/listings", form)["id"]
        # Staff see nobody before the address is confirmed; a service that has to write does.
        outreach = self.clients.who(Role.SERVICE, "outreach")
        (official,) = outreach.reads(f"{INTAKE}/people", listing_id=number)
        self.canaries.people.add(official["person_id"])
        self.proof(number, contact["name"])
        self.saved_form()

    def proof(self, listing: str, name: str) -> None:
        """What staff write down, and a letter whose file and text name the official."""
        path = f"{INTAKE}/listings/{listing}"
        told = {"spoke_with": f"{name} herself", "number_source": f"A card of {name}"}
        self.staff.does(f"{path}/proofs", {"kind": "call_back", **told})
        domain = {"country": "EE", "domain": f"{uuid4().hex}.example", "note": f"Says {name}."}
        assert self.staff.post(f"{INTAKE}/official-domains", domain).is_success
        content = f"%PDF-1.7\n{name} may speak for us.\n%%EOF\n".encode()
        sent = self.staff.http.post(
            f"{self.staff.base_url}{path}/letters",
            files={"file": (f"{name}.pdf", content)},
            headers=self.staff._headers(path),
        )
        assert sent.is_success, sent.text

    def saved_form(self) -> None:
        contact = {f"contact_{name}": value for name, value in self.canaries.contact().items()}
        public = self.clients.public()
        public.does(f"{INTAKE}/listings/saved", {**contact, **public.fresh_form()})
        asked = {"who": contact["contact_email"]}
        found = self.staff.post(f"{INTAKE}/people/find", asked).json()
        assert len(found) == 1
        self.canaries.people.add(found[0]["person_id"])

    def outreach(self, pair: TalksWith, guests: list[dict[str, str]]) -> None:
        assert eventually(lambda: self.staff.get(pair.path).is_success)
        thread = pair.writes(channel="foreign_consulate")
        found = self.canaries.contact()
        answer = f"{found['name']}, {found['email']}; they met {guests[4]['name']}."
        pair.does(f"threads/{thread}/reply", {"summary": answer})
        pair.does("contact", found)
        note = {"decided_by": "council", "note": f"Says {found['name']}."}
        pair.does("governance", note)
        person = {
            **self.canaries.contact(),
            "phone": self.canaries.phone(),
            "website": self.canaries.value("https://example.org/{}"),
            "channel": "city_office",
            "country": "JP",
            "is_person": True,
        }
        registered = self.staff.does(f"{OUTREACH}/contacts", person)["id"]
        mayor = {"name": found["name"], "office": "Mayor", "is_highest_official": True}
        details = {"us_signer": mayor | {"name": guests[7]["name"]}, "foreign_signer": mayor}
        pair.does("documents", {"kind": "letter_of_intent", "details": details})
        answered = (
            f"From: {found['name']} <{found['email']}>\nSubject: Re: {guests[8]['name']}\n\nYes."
        )
        pasted = {"message": answered, "about": "thread", "subject_id": thread}
        self.staff.does(f"{OUTREACH}/inbound/pasted", pasted)
        text = letter(self.canaries.value("For {} alone"))
        form = {"channel": "city_office", "contact_id": registered, "letter": text}
        pair.does("threads", form)
        met = f"Its mayor signs, as {guests[11]['name']} did."
        fact = {"text": met, "source": "A letter", "checked_on": today()}
        self.staff.does(f"{OUTREACH}/playbooks/KI/corrected", {"who_signs": fact})
        self.canaries.people |= {registered, pair.now()["contact"]["contact_id"]}

    def matching(self, member: Member, case: str, administrator: dict[str, str]) -> None:
        city = a_place(is_abroad=True)
        form = {"geoname_id": city.geoname_id, "note": f"{administrator['name']} was there."}
        assert eventually(
            lambda: self.staff.post(f"{MATCHING}/cases/{case}/prospects", form).is_success
        )

    def mail_comes_in(self, case: str, guests: list[dict[str, str]]) -> None:
        """About the case, and one that nobody can match to anything."""
        said = f"From: {guests[9]['email']}\nSubject: Hello\n\n{guests[10]['name']} will come too."
        form = {"message": said, "about": "case", "subject_id": case}
        self.staff.does(f"{INTAKE}/inbound/pasted", form)
        self.staff.does(f"{INTAKE}/inbound/pasted", {"message": said + " Goodbye."})

    def staff_are_appointed(self) -> None:
        form = self.canaries.contact() | {"role": "staff"}
        answer = self.staff.post(f"{INTAKE}/staff", form)
        assert answer.is_success, answer.text
        self.canaries.people.add(answer.json()["person_id"])
        asked = self.clients.public().post(f"{INTAKE}/sign-in/links", {"email": form["email"]})
        assert asked.is_success, asked.text

    def staged_rows(self, guests: list[dict[str, str]]) -> None:
        """A file that was given up names people who are known otherwise."""
        cells = {"contact_name": guests[5]["name"], "contact_email": guests[5]["email"]}
        rows = [{"line": 2, "values": cells | {"geoname_id": "1"}}]
        self.staff.does(f"{INTAKE}/imports/listings/{uuid4()}/rows", {"rows": rows})


def a_passkey(clients: Clients, canaries: Canaries) -> None:
    """Somebody of staff signs in, registers one and gives it a name."""
    form, browser = canaries.contact(), Browser(clients)
    canaries.people.add(clients.staff().does(f"{INTAKE}/staff", form)["person_id"])
    browser.signs_in(form["email"])
    own = f"{INTAKE}/session/passkeys"
    options = browser.http.post(f"{own}/challenge", json={}).json()["public_key"]
    made = Authenticator(clients.base_url).makes(options)
    named = {"name": canaries.value("The laptop of {}"), "credential": made}
    assert browser.http.post(own, json=named).status_code == 201


def test_of_a_thousand_values_none_is_left(clients: Clients, platform: Platform) -> None:
    """What is forgotten stands in no row, no file of a database or its log, no stream, no log and no mail any more."""
    canaries, staff = Canaries(), clients.staff()
    for _ in range(ROUNDS):
        Round(clients, canaries, staff).play()
    a_passkey(clients, canaries)
    assert len(canaries.values) >= VALUES
    eventually(lambda: _letters_under_way(platform) == 0, 20)
    before = "\n".join(_everything_that_opens(platform))
    missing = [value for value in canaries.values if value not in before]
    assert missing == [], "the doors took every value, and the search sees it"

    for person in canaries.people:
        clients.operator().does(f"{INTAKE}/people/{person}/erase", {})
    for service in HOLDERS:
        assert eventually(lambda s=service: _left_to_do(platform, s, canaries.people) == 0, 90)  # type: ignore[misc]
    eventually(lambda: _letters_under_way(platform) == 0, 20)
    for box, key in mails_with([MARK], platform.mail_dir):
        box.discard(key)

    left = [text for text in _everything_that_opens(platform) if MARK in text.lower()]
    assert left == [], "nothing that opens holds a value"
    search = Search([MARK, PHONE])
    search_databases(search, lambda *of: _connect(platform, *of))
    search_files(search, platform.folder.path)
    assert search.found == []


def test_the_search_finds_what_is_there(platform: Platform, tmp_path: Path) -> None:
    """A value in a row, across the border of two parts of a file, or encoded in a mail, is found."""
    value = f"planted-{CHANCE.randrange(10**9)}"
    name = f"planted_{uuid4().hex[:8]}"
    with _connect(platform, "intake", "postgres") as connection:
        connection.execute(f"CREATE TABLE {name} (id int, said text, raw bytea)".encode())
        connection.execute(
            f"INSERT INTO {name} VALUES (1, %s, ''), (2, '', %s)".encode(),  # noqa: S608  # ours
            [value.upper(), value.encode()],
        )
        search = Search([value])
        search_databases(search, lambda *of: _connect(platform, *of))
        connection.execute(f"DROP TABLE {name}".encode())
    assert search.found == [f"2 rows of intake.public.{name}"]
    (tmp_path / "a").write_bytes(b"x" * (16 * 1024 * 1024 - 3) + value.encode())
    search = Search([value])
    search_files(search, tmp_path)
    assert search.found == [str(tmp_path / "a")]


def _letters_under_way(platform: Platform) -> int:
    return sum(
        _count(
            platform,
            service,
            "SELECT count(*) FROM effects WHERE state IN ('due', 'sending') AND due_at <= now()",
        )
        for service in ("intake", "outreach")
    )


def _left_to_do(platform: Platform, service: str, people: set[str]) -> int:
    done = _count(
        platform,
        service,
        "SELECT count(*) FROM erasures WHERE finished_at IS NOT NULL AND sealed IS NULL AND person_id = ANY(%s)",
        [UUID(each) for each in people],
    )
    waiting = _count(platform, service, "SELECT count(*) FROM given_up")
    return len(people) - done + waiting


def _count(platform: Platform, database: str, query: str, *values: Any) -> int:
    with psycopg.connect(platform.postgres_dsn(database)) as connection:
        found = connection.execute(query.encode(), values).fetchone()
    return int(found[0]) if found else 0


def _everything_that_opens(platform: Platform) -> Iterator[str]:
    """Each sealed text of each service whose key is still there."""
    for service, holdings in HOLDINGS.items():
        keys = vault(platform, service)
        tables = [(holding.table, column) for holding in holdings for column in holding.sealed]
        with psycopg.connect(platform.postgres_dsn(service)) as connection:
            for table, column in [*tables, ("erasures", "sealed")]:
                query = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608  # ours
                sealed = [row[0] for row in connection.execute(query.encode()).fetchall()]
                for opened in keys.open_all_bytes(sealed):
                    yield (opened or b"").decode(errors="replace")
        keys.close()


def _connect(platform: Platform, database: str, role: str) -> psycopg.Connection[Any]:
    return psycopg.connect(platform.postgres_dsn(database, role), autocommit=True)
