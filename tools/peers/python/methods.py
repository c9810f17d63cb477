"""What each method answers, over the backend in memory."""

import json
import re

from generator.v1 import generator_pb2 as gen
from provider.ext.v1alpha1 import ext_pb2 as ext
from provider.v1 import provider_pb2 as pb
from failure import (
    BACKEND_UNAVAILABLE,
    INVALID_REGEXP,
    INVALID_REQUEST,
    LIMIT_EXCEEDED,
    NOT_AN_OBJECT,
    PROPERTY_NOT_FOUND,
    SECRET_NOT_FOUND,
    UNSUPPORTED,
    Failed,
)
from memory import Config, World, object_of, plain
from references import resolve, resolve_generator, served, usable

FEATURES = ["get", "map", "findByName", "findByTags", "metadata", "push", "delete", "exists", "batch", "generate"]
MOST_REFERENCES = 1_000
# What Python's expressions have and RE2's lack: looking around, references back, conditions, and what gives nothing back.
NO_RE2 = re.compile(r"\(\?(?:[=!(>]|<[=!]|P=)|\\[1-9]|[*+?}]\+")


class Methods:
    def __init__(self, world: World) -> None:
        self._world = world

    async def Capabilities(self, request):
        served(self._world, request)
        return pb.CapabilitiesResponse(capabilities=pb.READ_WRITE, features=FEATURES, protocol_min=1, protocol_max=1)

    async def Validate(self, request):
        if resolve(self._world, request).broken:
            return pb.ValidateResponse(error="the credentials of the config are incomplete")
        return pb.ValidateResponse(valid=True)

    async def GetSecret(self, request):
        return pb.GetSecretResponse(value=await value_of(usable(self._world, request), request.remote_ref))

    async def GetSecretMap(self, request):
        members = object_of(await value_of(usable(self._world, request), request.remote_ref))
        if members is None:
            raise Failed(NOT_AN_OBJECT, "the secret is no JSON object")
        return pb.GetSecretMapResponse(secrets={name: plain(member) for name, member in members.items()})

    async def GetAllSecrets(self, request):
        config, find = usable(self._world, request), request.find
        if find.path:
            raise Failed(UNSUPPORTED, "find.path is not served")
        if not find.HasField("name") and not find.tags:
            raise Failed(INVALID_REQUEST, "find.name or find.tags is required")
        expression = compiled(find.name.regexp)
        found = {}
        for secret in config.secrets.values():
            if not expression.search(secret.key) or not find.tags.items() <= secret.tags.items():
                continue
            if config.partial_prefix and secret.key.startswith(config.partial_prefix):
                raise Failed(BACKEND_UNAVAILABLE, "the backend has given a part of what was found")
            if not secret.trouble:
                found[secret.key] = secret.newest
        return pb.GetAllSecretsResponse(secrets=found)

    async def PushSecret(self, request):
        config, push = usable(self._world, request), request.push_secret_data
        if not push.remote_key:
            raise Failed(INVALID_REQUEST, "push_secret_data.remote_key is required")
        value = pushed(request)
        config.write(push.remote_key, lambda before: with_property(before, push.property, value))
        return pb.PushSecretResponse()

    async def DeleteSecret(self, request):
        config, ref = usable(self._world, request), request.remote_ref
        if not ref.remote_key:
            raise Failed(INVALID_REQUEST, "remote_ref.remote_key is required")
        config.remove(ref.remote_key, ref.property)
        return pb.DeleteSecretResponse()

    async def SecretExists(self, request):
        ref = pb.ExternalSecretDataRemoteRef(key=request.remote_ref.remote_key, property=request.remote_ref.property)
        try:
            await value_of(usable(self._world, request), ref)
        except Failed as error:
            if error.code in (SECRET_NOT_FOUND, PROPERTY_NOT_FOUND):
                return pb.SecretExistsResponse()
            raise
        return pb.SecretExistsResponse(exists=True)

    async def BatchGet(self, request):
        config = usable(self._world, request)
        if not request.remote_refs:
            raise Failed(INVALID_REQUEST, "remote_refs is required")
        if len(request.remote_refs) > MOST_REFERENCES:
            raise Failed(LIMIT_EXCEEDED, "remote_refs has more than 1,000 references")
        return ext.BatchGetResponse(outcomes=[await outcome_of(config, ref) for ref in request.remote_refs])

    async def Watch(self, _request):
        raise Failed(UNSUPPORTED, "changes are not told")

    async def Generate(self, request):
        resolve_generator(self._world, request)
        state = json.dumps({"made": request.generator_ref.name}).encode()
        return gen.GenerateResponse(secrets={"password": b"made-up"}, state=state)

    async def Cleanup(self, request):
        """There is nothing to remove: what is made is written down nowhere."""
        resolve_generator(self._world, request)
        return gen.CleanupResponse()


async def value_of(config: Config, ref) -> bytes:
    """What a reference stands for: a secret, a property of it, or what is known about it."""
    if not ref.key:
        raise Failed(INVALID_REQUEST, "remote_ref.key is required")
    value, secret = await config.read(ref.key, ref.version)
    if ref.metadata_policy == "Fetch":
        return plain({"tags": secret.tags})
    for part in filter(None, ref.property.split(".")):
        members = object_of(value)
        if members is None or part not in members:
            raise Failed(PROPERTY_NOT_FOUND, "the secret has no such property")
        value = plain(members[part])
    return value


async def outcome_of(config: Config, ref):
    try:
        return ext.BatchGetOutcome(value=await value_of(config, ref))
    except Failed as error:
        return ext.BatchGetOutcome(error=error.detail)


def compiled(expression: str) -> re.Pattern:
    try:
        if not NO_RE2.search(expression):
            return re.compile(expression)
    except re.error:
        pass
    raise Failed(INVALID_REGEXP, "find.name.regexp is no RE2 expression")


def pushed(request) -> bytes:
    """The value that is named, or all of them as one object."""
    key = request.push_secret_data.secret_key
    if not key:
        return plain({name: value.decode() for name, value in request.secret_data.items()})
    if key not in request.secret_data:
        raise Failed(INVALID_REQUEST, "push_secret_data.secret_key names nothing")
    return request.secret_data[key]


def with_property(before: bytes | None, name: str, value: bytes) -> bytes:
    """The value, or what was there before with the value as one of its properties."""
    if not name:
        return value
    members = {} if before is None else object_of(before)
    if members is None:
        raise Failed(NOT_AN_OBJECT, "the secret is no JSON object")
    return plain(members | {name: value.decode()})
