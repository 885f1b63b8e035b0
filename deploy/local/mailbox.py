"""The local mail catcher: takes every mail by SMTP and keeps it in a Maildir."""

import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.supervisor import Program, accepts


@dataclass(frozen=True)
class Mailbox:
    folder: Path
    port: int

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def program(self) -> Program:
        return Program(
            name="mailbox",
            command=[
                *(sys.executable, "-m", "aiosmtpd", "--nosetuid"),
                *("--listen", f"127.0.0.1:{self.port}"),
                *("--class", "aiosmtpd.handlers.Mailbox", self.folder),
            ],
            ready=lambda: accepts(self.port),
        )
