"""The published document says what the door takes, and leads nowhere that is not there."""

from collections.abc import Iterator
from typing import Any

from bot.intake.document_records import EXAMPLE, NotificationRecord
from bot.intake.follow_up import UpdateRecord, WithdrawalRecord
from tests.web.door import NOTIFICATIONS, Door

METHODS = {"get", "post", "put", "delete", "patch", "head", "options"}


def _refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _refs(inner)


def _found(document: dict[str, Any], ref: str) -> Any:
    assert ref.startswith("#/"), f"{ref} leads out of the document"
    place: Any = document
    for step in ref[2:].split("/"):
        place = place[step]
    return place


async def _document(door: Door) -> dict[str, Any]:
    answer = await door.http.get("/api/v1/openapi.json")  # no key
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    return dict(answer.json())


async def test_it_is_published_without_a_key_and_every_reference_in_it_resolves(
    door: Door,
) -> None:
    document = await _document(door)
    assert document["openapi"].startswith("3.")
    refs = set(_refs(document))
    assert refs >= {
        f"#/components/schemas/{record.__name__}"
        for record in (NotificationRecord, UpdateRecord, WithdrawalRecord)
    }
    for ref in refs:
        assert _found(document, ref)


async def test_it_names_every_endpoint_of_the_contract_with_every_answer(door: Door) -> None:
    document = await _document(door)
    one = NOTIFICATIONS + "/{reference}"
    partners = {
        ("post", NOTIFICATIONS): {"200", "202"},
        ("get", one): {"200"},
        ("post", f"{one}/updates"): {"202"},
        ("post", f"{one}/withdrawal"): {"202"},
    }
    named = {
        (method, path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
    assert set(named) >= {*partners, ("get", "/health/live"), ("get", "/health/ready")}
    ids = [operation["operationId"] for operation in named.values()]
    assert len(ids) == len(set(ids))
    refusals = {"400", "401", "403", "404", "409", "413", "422", "429", "503"}
    for place, accepted in partners.items():
        responses = named[place]["responses"]
        assert set(responses) >= accepted | refusals, place
        assert {s for s in responses if s.startswith("2")} >= accepted
        assert named[place]["security"] == [{"key": []}]
        for status in refusals:
            assert list(responses[status]["content"]) == ["application/problem+json"]
    assert document["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}


async def test_the_bodies_schemas_are_whole(door: Door) -> None:
    schemas = (await _document(door))["components"]["schemas"]
    notification = schemas["NotificationRecord"]
    assert notification["required"] == ["source_reference", "occurred_at", "children"]
    assert notification["examples"] == [EXAMPLE]
    assert set(schemas["UpdateRecord"]["properties"]) == {"text", "police_action", "closed"}
    assert schemas["WithdrawalRecord"]["required"] == ["reason"]
    answered, empty = schemas["ChildRecord"]["properties"]["seen"]["anyOf"]
    assert answered["enum"] == ["yes", "no", "not_recorded"]
    assert empty == {"$ref": "#/components/schemas/Empty"}
    assert "anyOf" not in schemas["NotificationRecord"]["properties"]["release"]


async def test_its_own_example_is_taken_in(door: Door) -> None:
    document = await _document(door)
    example = document["components"]["schemas"]["NotificationRecord"]["examples"][0]
    answer = await door.post(example | {"occurred_at": "2026-11-15T22:40:00Z", "sent_at": None})
    assert answer.status_code == 202
    assert "ignored" not in answer.json()
