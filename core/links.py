"""Addresses as a mail or a calendar needs them: whole, on our own site, without a request at hand."""

from typing import Any

from flask import current_app


def path_to(endpoint: str, **values: Any) -> str:
    """The path of a page on this site."""
    return current_app.url_map.bind("").build(endpoint, values, force_external=False)


def url_to(endpoint: str, **values: Any) -> str:
    """The whole address of a page, from the site's own setting: never from a request's Host header."""
    return base_url() + path_to(endpoint, **values)


def base_url() -> str:
    return str(current_app.config["MAILLAGE"].base_url)
