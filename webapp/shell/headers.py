"""What every answer tells the browser to refuse: inline code, other sites' frames, guesses about types."""

from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from core.config import Settings
from webapp.shell.identity import me

#: No nonce and no exception: nothing is inline.
POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "frame-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}

#: What browsers lend to pages, and no page of ours asks.
UNUSED = ", ".join(
    f"{name}=()"
    for name in ("camera", "display-capture", "geolocation", "microphone", "midi", "payment", "serial", "usb")
)


def init_app(app: Flask, settings: Settings) -> None:
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    policy = _policy(settings)

    @app.after_request
    def protect(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        # The name of a space or of a tool is nobody else's business.
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", UNUSED)
        if settings.secure:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if "Cache-Control" not in headers and not request.path.startswith("/static/"):
            # A shared computer's « back » button must not show the pages of whoever left.
            headers["Cache-Control"] = "private, no-store" if me() else "private, no-cache"
            response.vary.add("Cookie")
        return response


def _policy(settings: Settings) -> str:
    parts = dict(POLICY)
    # Browsers hold redirections of a form to the same list: signing in by OpenID Connect leaves for the provider.
    issuers = sorted({f"{urlsplit(p.issuer).scheme}://{urlsplit(p.issuer).netloc}" for p in settings.oidc})
    parts["form-action"] = " ".join(["'self'", *issuers])
    # Safari before 15.4 does not count websockets in « self ».
    scheme = "wss" if settings.secure else "ws"
    parts["connect-src"] = f"'self' {scheme}://{urlsplit(settings.base_url).netloc}"
    return "; ".join(f"{name} {value}" for name, value in parts.items())
