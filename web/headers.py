"""Security headers of every answer. Nothing inline runs: scripts come from files of this server only.

The BPMN viewer writes style attributes, so pages that show a diagram allow those, and only those.
"""

from __future__ import annotations

from flask import Flask, Response, g

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
_DIAGRAMS = _POLICY | {"style-src-attr": "'unsafe-inline'"}


def shows_diagrams() -> None:
    """Called by a view whose page shows a diagram."""
    g.shows_diagrams = True


def init_app(app: Flask, secure: bool) -> None:
    @app.after_request
    def _headers(response: Response) -> Response:
        policy = _DIAGRAMS if g.get("shows_diagrams") else _POLICY
        headers = response.headers
        headers.setdefault("Content-Security-Policy", "; ".join(f"{k} {v}" for k, v in policy.items()))
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        headers.setdefault("Cache-Control", "no-store")
        if secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
