"""Makes every part of intake once and runs them: `python -m services.intake.main`."""

import json
import os
from dataclasses import fields, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from services.intake import api, audit, letters, mail_in, outbox, personal, retention, subscribers
from services.intake.api import digest as digest_doors
from services.intake.application import Intake
from services.intake.digest import DailyDigest, Digests
from services.intake.domain.account import Lifetime
from services.intake.domain.digest import MORNING
from services.intake.domain.form import FormRules
from services.intake.letters import Addresses
from services.intake.organisation import Organisation, Provider
from services.intake.passkeys import Passkeys
from services.intake.shortlist import Shortlist
from services.intake.sign_in import Limits, SignIn
from shared import catalogue, imports, inbox_doors, letter_words, operations, privacy
from shared.application import utc_now
from shared.context import Caller, Role
from shared.deadlines import Timekeeper
from shared.forgetting import Forgetting
from shared.gazetteer import Gazetteer
from shared.http import create_app, name_roles
from shared.inbox import Inbox
from shared.letter_words import LetterWords
from shared.mail import Mailer
from shared.mailbox import polling
from shared.peers import Peer
from shared.process_manager import ProcessManager
from shared.recorder import Write
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
from shared.tokens import Signer, Verifier
from shared.vault import Vault


def build() -> Process:
    url = database_url("intake")
    addresses = _addresses()
    vault, places = Vault(database_url("vault_intake"), "intake"), Path(required("GAZETTEER"))
    intake = Intake(url, vault, Gazetteer(places), utc_now, addresses, _form_rules())
    signer = Signer(Path(required("SIGNING_KEY_FILE")))
    signing = SignIn(intake, signer, _own_secret(), _limits(), _lifetime())
    passkeys = Passkeys(intake, signing, addresses.public_url, addresses.timezone)
    addresses = replace(addresses, link_token=signing.token)
    intake.words = outbox.translate
    manager = ProcessManager(intake, subscribers.handlers(intake))
    app = create_app("intake", "Intake", api.ABOUT, origins())
    forgetting = Forgetting(intake, personal.HOLDINGS, retention.rules(retention_days))
    mail = mail_in.inbox(intake, _returns())
    digests = _digests(intake, signer, addresses)
    process = Process(
        name="intake",
        app=app,
        database_url=url,
        nats=nats_settings("intake"),
        relay_with=lambda js: Relay(intake, js),
        subscriber=manager,
        follows=("matching", "outreach"),
        parts={
            "deadlines": Timekeeper(intake, intake),
            "forgetting": forgetting,
            "digest": DailyDigest(digests),
            "mail": _mailer(intake, addresses, digests),
            **polling(mail, mailbox()),
        },
        prepare=lambda: _prepare(forgetting, mail),
    )
    app.state.service, app.state.halted = intake, process.halted
    intake.is_held = process.is_held
    app.state.verifier = Verifier("intake", signer.public_keys())
    for doors in (
        api.routes(passkeys, _organisation(signing), _shortlist(signer), _secrets()),
        digest_doors.routes(digests, signing, addresses.public_url),
        inbox_doors.routes(mail, "intake"),
        letter_words.routes(_letter_words(intake), "intake"),
        imports.routes(intake, api.import_kinds(intake)),
        privacy.routes(intake, forgetting),
        operations.routes(process, intake, manager),
        operations.health_routes(process),
        catalogue.routes("intake"),
    ):
        app.include_router(doors)
    name_roles(app)
    return process


def _letter_words(intake: Intake) -> LetterWords:
    def trail(kind: str, language: str) -> Write:
        return audit.entry(intake, "letter_words_changed", detail=f"{kind}/{language}")

    return LetterWords(intake, letters.TEMPLATES, letters.FOR_OPERATORS, trail)


def _organisation(signing: SignIn) -> Organisation | None:
    """From OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET[_FILE] and OIDC_NAME; none where no issuer is named."""
    issuer = os.environ.get("OIDC_ISSUER", "")
    if not issuer:
        return None
    name = os.environ.get("OIDC_NAME") or "your organisation's account"
    provider = Provider(issuer, required("OIDC_CLIENT_ID"), secret("OIDC_CLIENT_SECRET"), name)
    signing.organisation = name
    return Organisation(provider, signing, _own_secret(), signing.intake.addresses.public_url)


def _shortlist(signer: Signer) -> Shortlist:
    return Shortlist(required("MATCHING_URL"), signer)


def _mailer(intake: Intake, addresses: Addresses, digests: Digests) -> Mailer:
    compose = letters.composer(intake, addresses, digests.facts)
    return Mailer(intake, compose, mail_server(), nats_settings("intake"))


def _prepare(forgetting: Forgetting, mail: Inbox) -> None:
    forgetting.prepare()
    mail.prepare()


def _digests(intake: Intake, signer: Signer, addresses: Addresses) -> Digests:
    """Intake makes its tokens for the others itself."""
    me = Caller("intake", Role.SERVICE)
    others = {
        name: Peer(name, required(f"{name.upper()}_URL"), partial(signer.token, me, name)).due
        for name in ("outreach", "matching")
    }
    morning = int(os.environ.get("DIGEST_HOUR") or MORNING)
    return Digests(intake, others, addresses.timezone, addresses.public_url, morning)


def _secrets() -> dict[str, str]:
    """What each service proves itself with."""
    return dict(json.loads(secret("SERVICE_SECRETS")))


def _own_secret() -> str:
    return _secrets()["intake"]


def _form_rules() -> FormRules:
    """Each of its fields is a setting: FORM_MIN_SECONDS and so on."""
    default = FormRules()
    told = {
        field.name: type(getattr(default, field.name))(value)
        for field in fields(FormRules)
        if (value := os.environ.get(f"FORM_{field.name.upper()}"))
    }
    return replace(default, **told)


def _returns() -> ReturnAddresses:
    """Signed with the secret by which intake proves itself to the others."""
    return ReturnAddresses(_own_secret())


def _limits() -> Limits:
    default = Limits()
    return Limits(
        per_address=int(os.environ.get("SIGN_IN_PER_ADDRESS", default.per_address)),
        per_address_here=int(os.environ.get("SIGN_IN_PER_ADDRESS_HERE", default.per_address_here)),
        per_network=int(os.environ.get("SIGN_IN_PER_NETWORK", default.per_network)),
    )


def _lifetime() -> Lifetime:
    default = Lifetime()
    return Lifetime(
        idle=timedelta(hours=float(os.environ["SESSION_IDLE_HOURS"]))
        if "SESSION_IDLE_HOURS" in os.environ
        else default.idle,
        most=timedelta(days=float(os.environ["SESSION_DAYS"]))
        if "SESSION_DAYS" in os.environ
        else default.most,
    )


def _addresses() -> Addresses:
    default = Addresses()
    return Addresses(
        info=os.environ.get("INFO_ADDRESS", default.info),
        partnerships=os.environ.get("PARTNERSHIPS_ADDRESS", default.partnerships),
        public_url=os.environ.get("PUBLIC_URL", default.public_url),
        timezone=ZoneInfo(os.environ.get("PROGRAMME_TIMEZONE") or default.timezone).key,
        returns=_returns(),
    )


if __name__ == "__main__":
    build().run(os.environ.get("HTTP_HOST", "127.0.0.1"), int(os.environ.get("HTTP_PORT", "8001")))
