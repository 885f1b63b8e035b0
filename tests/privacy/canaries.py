"""Marked values, and the doors through which they go in: names, addresses, texts and files of people."""

from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from uuid import uuid4

from shared.context import Role
from tests.clients import Client, Clients, eventually, today
from tests.intake.authenticator import Authenticator
from tests.intake.people import INTAKE, Member, a_member, a_place, mail_to
from tests.intake.test_sign_in import Browser
from tests.meetings.test_debriefs import in_days
from tests.outreach.pairs import AGREEMENT, MAYOR, OUTREACH, TalksWith, a_pair, letter
from tests.outreach.test_documents import DETAILS, draw_up, uploads
from tests.outreach.test_mail_in import post_mail

MATCHING = "/api/matching/v1"
MARK, PHONE = "qcanaryq", "+1 555 787"
GUESTS, COMMITTEE = 24, 6


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
        form = {
            "starts_at": "2199-03-20T15:00:00Z",
            "attendees": [*guests, administrator],
            "is_agreed": True,
        }
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
        """About the case, and from somebody on no record what nobody can match to anything."""
        said = f"From: {guests[9]['email']}\nSubject: Hello\n\n{guests[10]['name']} will come too."
        form = {"message": said, "about": "case", "subject_id": case}
        self.staff.does(f"{INTAKE}/inbound/pasted", form)
        name, email = self.canaries.value("Zora {} Ng"), self.canaries.value("{}@example.org")
        told = f"From: {name} <{email}>\nSubject: Hello\n\nI know a city."
        for service in ("intake", "outreach"):
            self.staff.does(f"/api/{service}/v1/inbound/pasted", {"message": told})
            found = self.staff.post(f"/api/{service}/v1/people/find", {"who": email})
            self.canaries.people |= {each["person_id"] for each in found.json()}

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


@dataclass
class Seldom:
    """What happens once in a search: meetings with minutes and promises, signatures, scans, mail with files."""

    clients: Clients
    canaries: Canaries
    staff: Client

    def play(self) -> None:
        self.debrief_and_mail()
        self.question()
        pair = a_pair(self.clients)
        pair.becomes_interested()
        self.introduction(pair)
        self.partnership(pair)
        self.mail_with_a_file(pair)
        self.session()

    def person(self) -> dict[str, str]:
        """In the registry, so that there is somebody to forget."""
        told = self.canaries.contact()
        form = {**told, "channel": "city_office", "country": "JP", "is_person": True}
        self.canaries.people.add(self.staff.does(f"{OUTREACH}/contacts", form)["id"])
        return told

    def meeting(self, who: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What is told before it, and after it."""
        promised = {"who": who["name"], "what": f"Asks {who['email']}", "due_on": in_days(20)[:10]}
        return (
            {"agenda": f"{who['name']} speaks first.", "place": who["email"]},
            {"minutes": f"{who['name']} was glad.", "actions": [promised]},
        )

    def debrief_and_mail(self) -> None:
        told = self.canaries.contact()
        member = a_member(self.clients, administrator=told)
        self.canaries.people.add(member.administrator.caller.subject)
        case = f"{INTAKE}/cases/{member.says_yes()}"
        about, minutes = self.meeting(told)
        form = {"starts_at": in_days(3), "attendees": [told], "about": about, "is_agreed": True}
        self.staff.does(f"{case}/debrief/schedule", form)
        why = {"reason": f"{told['name']} is ill; write to {told['email']}."}
        self.staff.does(f"{case}/debrief/call-off", why)
        self.staff.does(f"{case}/debrief/schedule", form)
        self.staff.does(f"{case}/debrief/complete", {"held_on": today()})
        self.staff.does(f"{case}/debrief/minutes", minutes)
        letter_of_ours = mail_to(self.clients, told["email"], "let us find a time")
        post_mail(self.staff, self.with_a_file(told, str(letter_of_ours["Reply-To"])), "intake")

    def question(self) -> None:
        contact = self.canaries.contact()
        form = {
            "geoname_id": a_place(is_abroad=True).geoname_id,
            **{f"contact_{name}": value for name, value in contact.items()},
        }
        number = self.staff.does(f"{INTAKE}/listings", form)["id"]
        call = {"kind": "call_back", "spoke_with": contact["name"], "number_source": "A card"}
        self.staff.does(f"{INTAKE}/listings/{number}/proofs", call)
        asked = {"question": f"Is {contact['name']} the mayor?"}
        self.staff.does(f"{INTAKE}/listings/{number}/ask", asked)
        outreach = self.clients.who(Role.SERVICE, "outreach")
        (official,) = outreach.reads(f"{INTAKE}/people", listing_id=number)
        self.canaries.people.add(official["person_id"])

    def introduction(self, pair: TalksWith) -> None:
        value = self.canaries.value
        guest = {"name": value("Zora {} Ng"), "email": value("{}@example.org")}
        about, minutes = self.meeting(guest)
        guests = [guest | {"timezone": "America/Denver"}]
        form = {"starts_at": in_days(12), "guests": guests, "about": about, "is_agreed": True}
        pair.does("introduction", form)
        found = self.staff.post(f"{OUTREACH}/people/find", {"who": guest["email"]}).json()
        self.canaries.people |= {each["person_id"] for each in found}
        assert found
        pair.does("introduction/held", {"held_on": today()})
        pair.does("introduction/minutes", minutes)

    def partnership(self, pair: TalksWith) -> None:
        signer, archivist = self.person(), self.person()
        path = draw_up(pair, "letter_of_intent", details=DETAILS)
        held = {"signed_on": "2026-03-01", "held_by": f"Archive of {archivist['name']}"}
        pair.member.administrator.does(f"{path}/originals/us", held)
        scan = f"%PDF-1.7 {archivist['name']}".encode()
        assert uploads(pair.member.administrator, f"{path}/originals/us/scan", scan).is_success
        pair.does("hand-over", {"handed_over_on": today()})
        mayor = MAYOR | {"name": signer["name"]}
        formed = pair.does("partnership", AGREEMENT | {"kind": "friendship", "us_signatory": mayor})
        shown = self.staff.reads(f"{OUTREACH}/partnerships/{formed['id']}")
        self.canaries.people |= {each["person_id"] for each in shown["signatories"]}

    def mail_with_a_file(self, pair: TalksWith) -> None:
        post_mail(self.staff, self.with_a_file(self.person(), "partnerships@sister-cities.org"))

    def with_a_file(self, who: dict[str, str], to: str) -> bytes:
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = who["email"], to, f"From {who['name']}"
        mail["Message-ID"] = f"<{uuid4()}@example.org>"
        mail.set_content(f"Regards, {who['name']}")
        mail.add_attachment(f"I am {who['name']}", filename=f"{who['name']}.txt")
        return mail.as_bytes()

    def session(self) -> None:
        form, browser = self.canaries.contact(), Browser(self.clients)
        self.canaries.people.add(self.staff.does(f"{INTAKE}/staff", form)["person_id"])
        browser.http.headers["User-Agent"] = f"The telephone of {form['name']}"
        browser.signs_in(form["email"])


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
