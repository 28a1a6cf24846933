"""The API's own description: OpenAPI 3.1 made from what the features declared, and a page for whoever reads it."""

import functools
import re
from http import HTTPStatus
from typing import Any

import pydantic
from flask import Flask, Response, jsonify, render_template

from core import links, sessions
from core.config import Settings
from core.locale import lazy_
from webapp.shell import idempotency
from webapp.shell.api import LARGEST_ID, PREFIX, Call, calls
from webapp.shell.problems import KINDS, MEDIA_TYPE, Problem

VERSION = "1"
REFERENCE = "#/components/schemas/{model}"
#: What each scope lets a token do.
SCOPE_NOTES = {
    "read": lazy_("lire ce que vous pouvez lire"),
    "write": lazy_("écrire en votre nom"),
    "moderate": lazy_("décider dans les espaces que vous modérez"),
    "staff": lazy_("agir sur tout le réseau, pour l’équipe"),
}


def init_app(app: Flask, settings: Settings) -> None:
    del settings
    app.add_url_rule(f"{PREFIX}/openapi.json", "api_document", _document, methods=["GET"])
    app.add_url_rule("/api", "api_page", _page, methods=["GET"])


def _document() -> Response:
    return jsonify({**_description(), "servers": [{"url": links.base_url()}]})


def _page() -> str:
    by_feature: dict[Any, list[Call]] = {}
    for call in calls():
        by_feature.setdefault(call.feature, []).append(call)
    return render_template(
        "shell/api.html",
        features=sorted(by_feature.items(), key=lambda pair: str(pair[0].label or pair[0].name)),
        problems=KINDS,
        scopes=[(scope, SCOPE_NOTES[scope]) for scope in sessions.SCOPES],
        base=links.base_url() + PREFIX,
        open_path=open_path,
    )


def open_path(call: Call) -> str:
    """The path as OpenAPI writes it: `/tools/{id}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", call.path)


@functools.cache
def _description() -> dict[str, Any]:
    """Made once: what features declare does not change while the house runs."""
    schemas, components = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for call in calls():
        paths.setdefault(open_path(call), {})[call.method.lower()] = _operation(call, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Maillage",
            "version": VERSION,
            "description": "Bearer tokens; cursor pagination (`limit`, `after`, `next`); errors as "
            "`application/problem+json`; `Idempotency-Key` on writes.",
        },
        "paths": paths,
        "tags": sorted(
            ({"name": name} for name in {call.feature.name for call in calls()}), key=lambda tag: tag["name"]
        ),
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"token": []}],
    }


def _schemas() -> tuple[dict[Any, Any], dict[str, Any]]:
    """The schema of each model by (model, mode), and the components they refer to."""
    wanted: dict[Any, Any] = {(Problem, "serialization"): pydantic.TypeAdapter(Problem)}
    for call in calls():
        if call.body is not None:
            wanted[call.body, "validation"] = pydantic.TypeAdapter(call.body)
        if call.answer is not None:
            wanted[call.answer, "serialization"] = call.answer_type
    schemas, definitions = pydantic.TypeAdapter.json_schemas(
        [(model, mode, adapter) for (model, mode), adapter in wanted.items()], ref_template=REFERENCE
    )
    return dict(schemas), definitions.get("$defs", {})


def _operation(call: Call, schemas: dict[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": call.name.replace(".", "_"),
        "tags": [call.feature.name],
        "summary": call.summary,
        "description": _description_of(call),
        "parameters": [*_path_parameters(call), *_query_parameters(call), *_header_parameters(call)],
        "responses": {str(call.status): _success(call, schemas)}
        | {str(status): _problem(status, schemas) for status in _error_statuses(call)},
        "security": [{"token": []}] if call.scope else [{}, {"token": []}],
    }
    content = _content(call, schemas)
    if content:
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _description_of(call: Call) -> str:
    told = (call.function.__doc__ or "").strip().split("\n")[0]
    scope = f"Scope: `{call.scope}`." if call.scope else "Open: no token is needed."
    return f"{told} {scope}".strip()


def _path_parameters(call: Call) -> list[dict[str, Any]]:
    found = re.findall(r"<(?:(\w+):)?(\w+)>", call.path)
    schema = {"int": {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema.get(kind, {"type": "string"})}
        for kind, name in found
    ]


def _query_parameters(call: Call) -> list[dict[str, Any]]:
    if call.query is None:
        return []
    schema = call.query.model_json_schema(mode="validation")
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": _as_query(shape)}
        | ({"description": shape["description"]} if "description" in shape else {})
        for name, shape in schema.get("properties", {}).items()
    ]


def _as_query(shape: dict[str, Any]) -> dict[str, Any]:
    """An address cannot say null: what may be left out is simply left out."""
    kinds = [kind for kind in shape.get("anyOf", []) if kind.get("type") != "null"]
    if "anyOf" not in shape:
        return {name: value for name, value in shape.items() if name not in ("title", "description")}
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def _header_parameters(call: Call) -> list[dict[str, Any]]:
    if not call.writes or call.scope is None:
        return []
    text = "The same key gives a repeated request the first one's answer, for 24 hours."
    schema = {
        "type": "string",
        "minLength": 1,
        "maxLength": idempotency.LONGEST,
        "pattern": f"^{idempotency.VISIBLE}+$",
    }
    return [
        {"name": idempotency.HEADER, "in": "header", "required": False, "description": text, "schema": schema}
    ]


def _content(call: Call, schemas: dict[Any, Any]) -> dict[str, Any]:
    if call.files:
        files = {"type": "array", "items": {"type": "string", "format": "binary"}}
        shape = {"type": "object", "properties": {"files": files}, "required": ["files"]}
        return {"multipart/form-data": {"schema": shape}}
    if call.body is not None:
        return {"application/json": {"schema": schemas[call.body, "validation"]}}
    return {}


def _success(call: Call, schemas: dict[Any, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": HTTPStatus(call.status).phrase}
    if call.answer is not None:
        answer["content"] = {"application/json": {"schema": schemas[call.answer, "serialization"]}}
    return answer


def _problem(status: int, schemas: dict[Any, Any]) -> dict[str, Any]:
    return {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": schemas[Problem, "serialization"]}},
    }


def _error_statuses(call: Call) -> list[int]:
    statuses = {401, 422, 429, *call.errors}
    if call.scope is not None:
        statuses.add(403)
    if "<" in call.path:
        statuses.add(405)  # a number too large for this call may be read as another call's word
    if "<" in call.path or call.query is not None:
        statuses.add(404)  # what is named in the address may not exist, or not for this caller
    if call.writes:
        statuses |= {400, 403, 404, 409, 413, 415}
    return sorted(statuses)
