"""The local mail catcher: takes every mail by SMTP, keeps it in a Maildir, and shows it at /mailbox/."""

import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.local.supervisor import Program, accepts


@dataclass(frozen=True)
class Mailbox:
    folder: Path
    port: int
    http_port: int

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def program(self) -> Program:
        return Program(
            name="mailbox",
            command=[
                *(sys.executable, "-m", "deploy.mail.catcher"),
                *("--smtp", f"127.0.0.1:{self.port}", "--http", f"127.0.0.1:{self.http_port}"),
                self.folder,
            ],
            ready=lambda: accepts(self.port) and accepts(self.http_port),
        )
