"""OpenID Connect: leading someone to a provider and reading what it proves; the doorkeeper of Authlib.

Discovery, PKCE (S256), state and nonce come from Authlib; what a provider may decide for us there is decided here:
its exact issuer, our own audience, and the signatures that are accepted.
"""

from dataclasses import dataclass
from typing import Any

import requests
import structlog
from authlib.integrations.base_client import OAuthError
from authlib.integrations.base_client.errors import MismatchingStateError
from authlib.integrations.flask_client import FlaskOAuth2App, OAuth
from flask import Flask, current_app, request, session
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from core import clock, links, text
from core.config import OidcProvider, Settings
from core.errors import NotFound, Refused
from core.locale import _
from webapp.identity import feature

log = structlog.get_logger(__name__)

#: Signed with the provider's own key: neither « none », nor HS256, which whoever knows the public key could make.
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
    "Ed25519",
)
#: Seconds to connect, then to wait for an answer: someone is looking at a page.
TIMEOUT = (4, 8)
#: Seconds by which two clocks may differ.
LEEWAY = 60
#: Seconds after which what a provider said of itself is asked again.
METADATA_LASTS = 24 * 3600


@dataclass(frozen=True)
class Proof:
    """Who a provider says is there: `subject` at `issuer` is who they are, `account` only how they call it."""

    provider: str
    label: str
    issuer: str
    subject: str
    account: str


class ProviderAway(Refused):
    """The provider does not answer, or answers nonsense about itself."""

    status = 503


class _Client(FlaskOAuth2App):
    """A provider, held to what our settings say of it."""

    issuer: str

    def load_server_metadata(self) -> dict[str, Any]:
        loaded_at = self.server_metadata.get("_loaded_at", 0)
        if clock.now().timestamp() - loaded_at > METADATA_LASTS:
            self.server_metadata.clear()
        metadata: dict[str, Any] = super().load_server_metadata()
        if metadata.get("issuer") != self.issuer:
            self.server_metadata.clear()
            raise ValueError(f"expected the issuer {self.issuer}, found {metadata.get('issuer')}")
        # Authlib accepts what the provider lists, or a default list when it lists nothing.
        metadata["id_token_signing_alg_values_supported"] = list(ALGORITHMS)
        return metadata


@feature.at_start
def register(app: Flask) -> None:
    """One client for each provider of the settings."""
    settings: Settings = app.config["MAILLAGE"]
    oauth: Any = OAuth(app)
    app.extensions["oidc"] = oauth
    for provider in settings.oidc:
        client = oauth.register(
            provider.name,
            client_cls=_Client,
            client_id=provider.client_id,
            client_secret=provider.client_secret,
            server_metadata_url=provider.issuer.rstrip("/") + "/.well-known/openid-configuration",
            client_kwargs={
                "scope": provider.scope,
                "code_challenge_method": "S256",
                "default_timeout": TIMEOUT,
            },
        )
        client.issuer = provider.issuer


def providers() -> tuple[OidcProvider, ...]:
    """The providers of this house, in the order of its settings."""
    settings: Settings = current_app.config["MAILLAGE"]
    return settings.oidc


def provider_named(name: str) -> OidcProvider:
    """Raises `NotFound`."""
    for provider in providers():
        if provider.name == name:
            return provider
    raise NotFound


def label_of(issuer: str) -> str:
    """How a provider is called here; its issuer when the settings know it no more."""
    return next((provider.label for provider in providers() if provider.issuer == issuer), issuer)


def lead_to(provider: OidcProvider) -> Response:
    """The redirection to the provider. Raises `ProviderAway`."""
    for key in [key for key in session if key.startswith("_state_")]:
        session.pop(key)  # one way at a time: the cookie has room for few
    try:
        answer: Response = _client(provider).authorize_redirect(_return_address(provider))
    except (requests.RequestException, ValueError, RuntimeError) as error:
        raise _away(provider, error) from error
    return answer


def read_proof(provider: OidcProvider) -> Proof:
    """What the provider's answer, in the current request, proves. Raises `Refused` with a sentence, or `ProviderAway`."""
    _refuse_other_issuer(provider)
    try:
        token = _client(provider).authorize_access_token(claims_options=_claims(provider), leeway=LEEWAY)
        return _proof(provider, token["userinfo"])
    except MismatchingStateError as error:
        log.warning("oidc.state", provider=provider.name)
        raise Refused(
            _("Cette demande ne vient pas de ce navigateur, ou elle est trop ancienne : recommencez.")
        ) from error
    except OAuthError as error:
        raise _refusal(provider, error) from error
    except requests.RequestException as error:
        raise _away(provider, error) from error
    except (JoseError, KeyError, ValueError, TypeError, RuntimeError) as error:
        raise _nonsense(provider, error) from error


def _client(provider: OidcProvider) -> Any:
    return current_app.extensions["oidc"].create_client(provider.name)


def _return_address(provider: OidcProvider) -> str:
    return links.url_to("identity.provider_answer", name=provider.name)


def _claims(provider: OidcProvider) -> dict[str, Any]:
    return {
        "iss": {"essential": True, "value": provider.issuer},
        "aud": {"essential": True, "value": provider.client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "nonce": {"essential": True},
    }


def _proof(provider: OidcProvider, claims: dict[str, Any]) -> Proof:
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or text.has_controls(subject):
        raise ValueError("sub")
    named = claims.get("email") or claims.get("preferred_username") or claims.get("name") or ""
    return Proof(provider.name, provider.label, provider.issuer, subject, text.one_line(str(named))[:254])


def _refuse_other_issuer(provider: OidcProvider) -> None:
    """RFC 9207: an answer that says it comes from elsewhere is another provider's, mixed up by someone."""
    said = request.args.get("iss")
    if said is not None and said != provider.issuer:
        raise _nonsense(provider, ValueError(f"iss={said[:200]}"))


def _refusal(provider: OidcProvider, error: OAuthError) -> Refused:
    if error.error == "access_denied":
        return Refused(_("Vous n’avez pas continué avec %(label)s.", label=provider.label))
    return _nonsense(provider, error)


def _nonsense(provider: OidcProvider, error: Exception) -> Refused:
    log.warning("oidc.refused", provider=provider.name, error=f"{type(error).__name__}: {error}"[:300])
    return Refused(
        _(
            "La réponse de %(label)s n’a pas pu être acceptée. Recommencez, ou connectez-vous par un lien.",
            label=provider.label,
        )
    )


def _away(provider: OidcProvider, error: Exception) -> ProviderAway:
    log.warning("oidc.away", provider=provider.name, error=f"{type(error).__name__}: {error}"[:300])
    return ProviderAway(
        _(
            "%(label)s ne répond pas pour le moment. Vous pouvez vous connecter par un lien.",
            label=provider.label,
        )
    )
