"""The catalogue and the AsyncAPI document say what the registry says."""

from html.parser import HTMLParser

import pytest
from fastapi.testclient import TestClient

from shared import catalogue
from shared.events import REGISTRY
from shared.http import create_app, name_roles
from tests.examples import EXAMPLES


class Page(HTMLParser):
    """Notes ids, links to them, headings, what comes from elsewhere, and tags left open."""

    VOID = ("meta", "link", "br", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.anchors: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name == "href" and str(value).startswith("#"):
                self.anchors.append(str(value)[1:])

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = create_app("intake", "Intake", "")
    app.include_router(catalogue.routes("intake"))
    name_roles(app)
    return TestClient(app)


def test_anyone_may_read_the_asyncapi_document(client: TestClient) -> None:
    """A service serves an AsyncAPI 3 document of all events, with each one's schema and example, to everybody."""
    document = client.get("/api/intake/asyncapi.json").json()
    assert document["asyncapi"].startswith("3.")
    assert {channel["address"] for channel in document["channels"].values()} == set(REGISTRY)
    schemas = document["components"]["schemas"]
    for subject, event in REGISTRY.items():
        message = document["components"]["messages"][f"{subject}:Message"]
        assert message["payload"] == {"$ref": f"#/components/schemas/{event.__name__}"}
        assert schemas[event.__name__]["properties"].keys() == event.model_fields.keys()
        assert event.model_validate(message["examples"][0]["payload"]) == EXAMPLES[subject]


def test_anyone_may_read_the_page(client: TestClient) -> None:
    """The catalogue page names every event with its sentence and fields, needs no script and nothing from elsewhere."""
    answer = client.get("/api/intake/events")
    assert answer.headers["content-type"].startswith("text/html")
    page = Page(answer.text)
    for subject, event in REGISTRY.items():
        assert subject in page.ids
        assert catalogue.sentence(event) in page.text
        assert all(name in page.text for name in event.model_fields)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)


def test_the_page_is_sound(client: TestClient) -> None:
    """Every tag is closed, ids are unique, and every link within the page leads somewhere."""
    page = Page(client.get("/api/intake/events").text)
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))
    assert set(page.anchors) <= set(page.ids)
    assert page.tags.count("h1") == 1
    assert page.tags.count("main") == 1
