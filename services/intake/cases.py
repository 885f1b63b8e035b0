"""Cases and the people of their communities, as whatever acts in a case needs them."""

from uuid import UUID, uuid4

from services.intake.domain.community import Community
from services.intake.domain.search import Search
from services.intake.rows import Contact
from shared.application import Service
from shared.context import Caller


class Cases(Service):
    def _admitted(self, caller: Caller, case_id: UUID) -> tuple[Search, Community]:
        """The case and its community, for those who may act in it."""
        search = self.load(Search, case_id)
        community = self.load(Community, search.community_id)
        community.admit(caller)
        return search, community

    def person_id(self, of: UUID, contact: Contact) -> UUID:
        """The same address in the same community is the same person."""
        found = self.rows(
            "SELECT person_id FROM people WHERE community_id = %(of)s AND email_digest = %(email)s",
            of=of,
            email=self.vault.digest(contact.email),
        )
        return found[0]["person_id"] if found else uuid4()
