"""The journey on the embedded platform."""

from pathlib import Path

from deploy.local.platform import Platform
from shared.tokens import Signer
from tests.journey.journey import run_journey


def test_from_yes_to_the_map(platform: Platform) -> None:
    """A search goes Yes -> debrief -> prospects -> shortlist -> outreach -> introduction -> hand-over -> agreement ->
    partnership on the map, over HTTP alone."""
    signer = Signer(Path(platform.secrets_dir) / "signing_key.json")
    result = run_journey(platform.base_url, signer.token)
    assert result.positions
