"""A service's own documentation in the browser: Swagger UI, all of it from this origin and without inline scripts."""

from html import escape
from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

SHIPPED = Path(fastapi_offline.__file__).parent / "static"
"""swagger-ui-bundle.js and swagger-ui.css; FastAPI's own page would load them from elsewhere."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
BEGIN = """const page = document.getElementById("swagger-ui");
SwaggerUIBundle({ url: page.dataset.document, dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });
"""


def add_documentation(app: FastAPI, prefix: str) -> None:
    """`prefix`/docs, over the document at `prefix`/openapi.json."""
    page = _page(app.title, prefix)

    async def docs(_: Request) -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    async def begin(_: Request) -> Response:
        return Response(BEGIN, media_type="text/javascript; charset=utf-8")

    app.add_route(f"{prefix}/docs", docs)
    app.add_route(f"{prefix}/docs/begin.js", begin)
    app.mount(f"{prefix}/docs", StaticFiles(directory=SHIPPED))


def _page(title: str, prefix: str) -> str:
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - how it is called</title>
<link rel="stylesheet" href="{prefix}/docs/swagger-ui.css">
</head>
<body>
<div id="swagger-ui" data-document="{prefix}/openapi.json"></div>
<script src="{prefix}/docs/swagger-ui-bundle.js"></script>
<script src="{prefix}/docs/begin.js"></script>
</body>
</html>
"""
