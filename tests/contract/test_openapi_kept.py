"""The pages are typed by what the services say of themselves."""

import pytest

from deploy.local.secrets import SERVICES
from tests.clients import Clients
from tests.contract.openapi import document, kept


@pytest.mark.parametrize("service", SERVICES)
def test_the_pages_are_typed_by_what_the_service_says_of_itself_now(
    clients: Clients, service: str
) -> None:
    """Else `make openapi` writes the documents anew, and what does not fit any more fails the build of the pages."""
    assert document(str(clients.base_url), service) == kept(service)
