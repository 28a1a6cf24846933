"""The API keeps to its own description, whatever it is sent: no call breaks, every answer is one that it announced."""

import random
import time

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.specs.openapi import checks

from core import sessions
from core.db import transaction

load_all_checks()

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
#: Seconds for all the calls of one mode together; each gets its share, and stops at the end of a round.
BUDGET = 30
ROUNDS, A_ROUND = 6, 4
#: What exists in the village, so that calls go further than « not found ».
KNOWN = {
    "slug": {"type": "string", "enum": ["fle", "citoyennete", "ssde", "nulle-part"]},
    "id": {"type": "integer", "minimum": 1, "maximum": 6},
}


@pytest.mark.slow
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_call_breaks_and_every_answer_was_announced(app, village, mode):
    app.config.update(API_TOKEN_RATE="1000000/minute", API_VISITOR_RATE="1000000/minute")
    operations = [found.ok() for found in schema_of(app).get_all_operations()]
    assert operations
    people = [village.helene, village.nadege, village.beatrice, village.ines]
    for operation in operations:
        fuzz(operation, mode, random.Random(operation.label).choice(people), seconds=BUDGET / len(operations))


def schema_of(app):
    document = app.test_client().get("/api/v1/openapi.json").json
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation["parameters"]:
                if parameter["in"] == "path" and parameter["name"] in KNOWN:
                    parameter["schema"] = KNOWN[parameter["name"]]
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    return schema


def fuzz(operation, mode, person, *, seconds):
    """Send a call what hypothesis thinks of, as `person`, for a while."""
    if mode is GenerationMode.NEGATIVE and not operation.body and not operation.query:
        return  # only a number to get wrong, and one beyond those known here may well exist
    try:
        cases = operation.as_strategy(generation_mode=mode)
    except Exception as error:
        if "negative" in str(error).lower():
            return  # a call without anything to get wrong
        raise
    give_up = time.monotonic() + seconds
    for number in range(ROUNDS):
        if number and time.monotonic() > give_up:
            return
        hypothesis.seed(number)(one_round(cases, person))()


def one_round(cases, person):
    @hypothesis.settings(
        max_examples=A_ROUND,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=cases)
    def send(case):
        case.call_and_validate(headers=fresh_key(person), checks=CHECKS)

    return send


def fresh_key(person):
    """A key of their own for each call: one of them revokes keys."""
    with transaction():
        scopes = [scope for scope in sessions.SCOPES if scope != "staff" or person.is_staff]
        _token, secret = sessions.create_token(person, name="essai", scopes=scopes)
    return {"Authorization": f"Bearer {secret}"}
