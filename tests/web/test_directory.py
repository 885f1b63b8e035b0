"""The public directory in a browser."""

from collections.abc import Callable

import pytest

from tests.web.visitor import Visitor

Comes = Callable[..., Visitor]


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_directory_is_sound(comes: Comes, language: str) -> None:
    visitor = comes()
    visitor.opens(f"/?lang={language}")
    visitor.page.locator(".cities > li a").first.wait_for()
    visitor.rested_map()
    visitor.sound()
