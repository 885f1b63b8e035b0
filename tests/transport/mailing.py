"""A mailer in a process of its own, to be killed: `python -m tests.transport.mailing`, settings in MAILING."""

import asyncio
import json
import os

from shared.mail import Mailer
from shared.settings import MailServer, NatsSettings
from tests.transport.town import Towns, compose


def main() -> None:
    told = json.loads(os.environ["MAILING"])
    nats = NatsSettings(told["nats_url"], "intake", told["nats_password"], 1)
    mailer = Mailer(Towns(told["database_url"]), compose, MailServer(told["smtp_url"]), nats)
    asyncio.run(mailer.run())


if __name__ == "__main__":
    main()
