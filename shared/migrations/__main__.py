"""`python -m shared.migrations intake [matching ...]`, as the owner named by <NAME>_OWNER_DATABASE_URL."""

import sys

from shared.migrations import migrate
from shared.settings import database_url

for service in sys.argv[1:]:
    applied = migrate(service, database_url(f"{service}_owner"))
    print(f"{service}: {', '.join(applied) or 'nothing to do'}", flush=True)
