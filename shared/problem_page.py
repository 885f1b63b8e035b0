"""A refusal as a page, for who came with a browser: the same sentence and next step as in the problem document."""

from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse

POLICY = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEAD = (
    '<header class="top"><a class="name" href="/">Cities Seeking Cities</a><nav aria-label="Pages"><ul>'
    '<li><a href="/">Directory</a></li><li><a href="/how-it-works">How it works</a></li>'
    '<li><a href="/list-your-city">List your city</a></li></ul></nav>'
    '<a class="in" href="/sign-in">Sign in</a></header>'
)


def wants_page(request: Request) -> bool:
    """Browsers ask so for what they show; scripts and programs do not."""
    return "text/html" in request.headers.get("accept", "")


def problem_page(status: int, title: str, sentence: str, next_step: str) -> HTMLResponse:
    further = f"<p>{escape(next_step)}</p>" if next_step else ""
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{escape(title)} - Cities Seeking Cities</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="/icon.svg">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
{HEAD}
<main id="content" class="page">
<h1>{escape(title)}</h1>
<div class="problem" role="alert"><p><strong>{escape(sentence)}</strong></p>{further}</div>
<p><a href="/">To the start page</a></p>
</main>
</body>
</html>
"""
    return HTMLResponse(page, status, {"Content-Security-Policy": POLICY})
