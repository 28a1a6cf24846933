"""A real OpenID Connect provider for the tests: HTTP on this machine, its own keys, and knobs to misbehave."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry

#: Made once: a new one takes half a second.
KEY = RSAKey.generate_key(2048, {"kid": "essai", "use": "sig"})
CLIENT_ID = "maillage"
CLIENT_SECRET = "secret de l’essai, partagé avec le fournisseur".encode().hex()


@dataclass
class Provider:
    """The provider, who is in front of it, and what it does wrong."""

    issuer: str = ""
    #: Who signs in there.
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "4711", "email": "nadege@liege.example"})
    #: Overrides the claims of the next ID tokens: `{"nonce": "autre"}`; None takes one away.
    lies: dict[str, Any] = field(default_factory=dict)
    #: "RS256", "none", or "HS256" with the public key as the secret.
    algorithm: str = "RS256"
    #: What discovery says of itself.
    said_issuer: str | None = None
    #: An `iss` in the answer's address (RFC 9207).
    answered_issuer: str | None = None
    #: "discovery" or "token": answers 500 there.
    broken: str = ""
    #: Whether the person in front of it refuses.
    denies: bool = False
    #: The key it publishes, and another to sign with.
    key: RSAKey = field(default_factory=lambda: KEY)
    signs_with: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    spent: list[str] = field(default_factory=list)

    def settings(self, name: str = "essai", label: str = "Essai") -> dict[str, str]:
        """What the house must be told to know it."""
        entry = {
            "name": name,
            "label": label,
            "issuer": self.issuer,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }
        return {"MAILLAGE_OIDC_PROVIDERS": json.dumps([entry])}

    # What it answers

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.said_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            # A provider that lists weak signatures must not make us accept them.
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back."""
        assert asked["client_id"] == CLIENT_ID
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert asked["nonce"]
        if self.denies:
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', 'state': asked['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"]}
        if self.answered_issuer is not None:
            answer["iss"] = self.answered_issuer
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, asked: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        kept = self.codes.pop(asked.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.get("code_verifier", "").encode()).digest())
        expected = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if (
            kept is None
            or authorization != f"Basic {expected}"
            or kept["code_challenge"] != challenge.decode().rstrip("=")
            or kept["redirect_uri"] != asked.get("redirect_uri")
        ):
            return 400, {"error": "invalid_grant"}
        self.spent.append(asked["code"])
        return 200, {
            "access_token": secrets.token_urlsafe(16),
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": self.id_token(kept["nonce"]),
        }

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "nonce": nonce}
        claims |= self.claims | self.lies
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm == "none":
            parts = ({"alg": "none"}, claims)
            words = [
                base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
            ]
            return ".".join([*words, ""])
        if self.algorithm == "HS256":
            public = OctKey.import_key(self.key.as_pem(private=False))
            registry = JWSRegistry(algorithms=["HS256"])
            return jwt.encode({"alg": "HS256", "kid": "essai"}, claims, public, registry=registry)
        return jwt.encode({"alg": "RS256", "kid": "essai"}, claims, self.signs_with or self.key)


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that listens on this machine until the end of the block."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _door_of(provider))
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _door_of(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration" and provider.broken != "discovery":
                self._answer(200, provider.discovery())
            elif parts.path == "/jwks":
                self._answer(200, {"keys": [provider.key.as_dict(private=False)]})
            elif parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(_flat(parts.query)))
                self.end_headers()
            else:
                self._answer(500, {})

        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            if provider.broken == "token":
                self._answer(500, {})
            else:
                self._answer(*provider.token(_flat(sent), self.headers.get("Authorization", "")))

        def log_message(self, *_what: object) -> None:
            """Silence."""

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            made = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(made)))
            self.end_headers()
            self.wfile.write(made)

    return Door


def _flat(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}
