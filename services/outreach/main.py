"""Makes every part of outreach once and runs them: `python -m services.outreach.main`."""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

from services.outreach import (
    api,
    learning,
    letters,
    mail_in,
    outbox,
    personal,
    retention,
    subscribers,
)
from services.outreach.administrators import Administrators
from services.outreach.application import Outreach
from services.outreach.documents import languages
from services.outreach.imports import import_kinds
from services.outreach.letters import Addresses
from services.outreach.owners import FindPerson
from shared import catalogue, imports, inbox_doors, letter_words, operations, privacy
from shared.application import utc_now
from shared.deadlines import Timekeeper
from shared.forgetting import Forgetting
from shared.gazetteer import Gazetteer
from shared.http import create_app, name_roles
from shared.inbox import Inbox
from shared.letter_words import LetterWords
from shared.mail import Compose, Mailer
from shared.mailbox import polling
from shared.peers import Intake
from shared.process_manager import ProcessManager
from shared.relay import Relay
from shared.return_address import ReturnAddresses
from shared.service import Process
from shared.settings import (
    database_url,
    mail_server,
    mailbox,
    nats_settings,
    origins,
    required,
    retention_days,
    secret,
)
from shared.tokens import Verifier
from shared.values import person_of
from shared.vault import Vault


def build() -> Process:
    languages.check_all()
    url, nats = database_url("outreach"), nats_settings("outreach")
    outreach = Outreach(
        url,
        Vault(database_url("vault_outreach"), "outreach"),
        Gazetteer(Path(required("GAZETTEER"))),
        utc_now,
        _find_person(),
    )
    outreach.words = outbox.translate
    manager = ProcessManager(outreach, subscribers.handlers(outreach))
    app = create_app("outreach", "Outreach", api.ABOUT, origins())
    forgetting = _forgetting(outreach)
    mail = mail_in.inbox(outreach, _returns())
    process = Process(
        name="outreach",
        app=app,
        database_url=url,
        nats=nats,
        relay_with=lambda js: Relay(outreach, js),
        subscriber=manager,
        follows=("intake", "matching"),
        parts={
            "deadlines": Timekeeper(outreach, outreach),
            "forgetting": forgetting,
            "mail": Mailer(outreach, _composer(outreach), mail_server(), nats),
            **polling(mail, mailbox()),
        },
        prepare=lambda: _prepare(outreach, forgetting, mail),
    )
    app.state.service, app.state.halted = outreach, process.halted
    outreach.is_held = process.is_held
    app.state.verifier = Verifier("outreach", required("JWKS_URL"))
    app.include_router(api.routes(outreach))
    app.include_router(inbox_doors.routes(mail, "outreach"))
    app.include_router(letter_words.routes(LetterWords(outreach, letters.TEMPLATES), "outreach"))
    app.include_router(imports.routes(outreach, import_kinds(outreach)))
    app.include_router(privacy.routes(outreach, forgetting))
    app.include_router(operations.routes(process, outreach, manager))
    app.include_router(operations.health_routes(process))
    app.include_router(catalogue.routes("outreach"))
    name_roles(app)
    return process


def _forgetting(outreach: Outreach) -> Forgetting:
    intake = Intake(required("INTAKE_URL"), "outreach", secret("SERVICE_SECRET"))
    return Forgetting(outreach, personal.HOLDINGS, retention.rules(retention_days), intake)


def _find_person() -> FindPerson:
    intake = Intake(required("INTAKE_URL"), "outreach", secret("SERVICE_SECRET"))
    return lambda staff_id: (
        intake.get(f"/people/{person}") if (person := person_of(staff_id)) else None
    )


def _composer(outreach: Outreach) -> Compose:
    administrators = Administrators(required("INTAKE_URL"), secret("SERVICE_SECRET"))
    return letters.composer(outreach, administrators, _addresses())


def _prepare(outreach: Outreach, forgetting: Forgetting, mail: Inbox) -> None:
    forgetting.prepare()
    mail.prepare()
    learning.catch_up(outreach)


def _returns() -> ReturnAddresses:
    return ReturnAddresses(secret("SERVICE_SECRET"))


def _addresses() -> Addresses:
    default = Addresses()
    return Addresses(
        partnerships=os.environ.get("PARTNERSHIPS_ADDRESS", default.partnerships),
        public_url=os.environ.get("PUBLIC_URL", default.public_url),
        timezone=ZoneInfo(os.environ.get("PROGRAMME_TIMEZONE") or default.timezone).key,
        returns=_returns(),
    )


if __name__ == "__main__":
    build().run(os.environ.get("HTTP_HOST", "127.0.0.1"), int(os.environ.get("HTTP_PORT", "8003")))
