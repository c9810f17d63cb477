"""The backend: what a file says there is (../go/conforming/world.go), and what has been pushed since."""

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path

from failure import (
    ACCESS_DENIED,
    ALREADY_EXISTS,
    BACKEND_THROTTLED,
    BACKEND_UNAVAILABLE,
    INTERNAL,
    SECRET_NOT_FOUND,
    VERSION_NOT_FOUND,
    Code,
    Failed,
)

TROUBLES: dict[str, tuple[Code, str]] = {
    "forbidden": (ACCESS_DENIED, "the backend does not allow this access"),
    "throttled": (BACKEND_THROTTLED, "the backend limits the rate of requests"),
    "unavailable": (BACKEND_UNAVAILABLE, "the backend cannot be reached"),
    "garbled": (INTERNAL, "the answer of the backend makes no sense"),
}


class Secret:
    """One entry; `versions` are by id, the newest last."""

    def __init__(self, given: dict, managed: bool) -> None:
        self.key: str = given["key"]
        self.versions = {one["id"]: base64.b64decode(one["value"]) for one in given.get("versions", [])}
        self.tags: dict[str, str] = given.get("tags", {})
        self.trouble: str = given.get("trouble", "")
        self.slow_s: float = given.get("slowMs", 0) / 1_000
        self.managed = managed

    @property
    def newest(self) -> bytes:
        return list(self.versions.values())[-1]

    def add(self, value: bytes) -> None:
        self.versions[f"v{len(self.versions) + 1}"] = value


class Config:
    """An object of the provider's kind, with the secrets that can be reached by it. Only the event loop's thread uses it."""

    def __init__(self, given: dict) -> None:
        self.namespace: str = given["namespace"]
        self.name: str = given["name"]
        self.broken: bool = given.get("broken", False)
        self.partial_prefix: str = given.get("partialPrefix", "")
        self.secrets = {one["key"]: Secret(one, managed=False) for one in given["secrets"]}

    async def read(self, key: str, version: str = "") -> tuple[bytes, Secret]:
        """The newest version where none is named."""
        secret = self.secrets.get(key)
        if secret is None:
            raise Failed(SECRET_NOT_FOUND, "the secret does not exist in the backend")
        if secret.trouble:
            raise Failed(*TROUBLES[secret.trouble])
        await asyncio.sleep(secret.slow_s)
        if not version:
            return secret.newest, secret
        if version not in secret.versions:
            raise Failed(VERSION_NOT_FOUND, "the secret has no such version")
        return secret.versions[version], secret

    def write(self, key: str, change: Callable[[bytes | None], bytes]) -> None:
        """Makes a value the newest version of a secret that is managed, or that is not there."""
        secret = self.secrets.get(key)
        if secret is not None and not secret.managed:
            raise Failed(ALREADY_EXISTS, "the secret exists, and is not managed here")
        value = change(secret.newest if secret else None)
        if secret is None:
            secret = self.secrets[key] = Secret({"key": key}, managed=True)
        secret.add(value)

    def remove(self, key: str, name: str) -> None:
        """Removes a secret that is managed, or one property of it where more is left; another one stays."""
        secret = self.secrets.get(key)
        if secret is None or not secret.managed:
            return
        rest = object_of(secret.newest) if name else None
        if rest is not None:
            rest.pop(name, None)
        if rest:
            secret.add(json.dumps(rest, ensure_ascii=False).encode())
        else:
            del self.secrets[key]


class World:
    """Kubernetes objects and configs."""

    def __init__(self, file: str) -> None:
        given = json.loads(Path(file).read_text(encoding="utf-8"))
        self.api_version: str = given["apiVersion"]
        self.kind: str = given["kind"]
        self.stores = {(one["kind"], one.get("namespace", ""), one["name"]): one["config"] for one in given["stores"]}
        self.configs = {(one["namespace"], one["name"]): Config(one) for one in given["configs"]}
        self.generators = {
            (one["apiVersion"], one["kind"], one["namespace"], one["name"]) for one in given["generators"]
        }


def object_of(value: bytes) -> dict | None:
    """None where it is no JSON object."""
    try:
        parsed = json.loads(value)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None


def plain(member: object) -> bytes:
    """A text without its quotes, and everything else as JSON."""
    if isinstance(member, str):
        return member.encode()
    return json.dumps(member, ensure_ascii=False, separators=(",", ":")).encode()
