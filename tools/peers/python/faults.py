"""How one rule is broken: what is not said here is as it should be."""

from collections.abc import Callable

import grpc
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet
from grpc_health.v1 import health_pb2

from provider.ext.v1alpha1 import ext_pb2 as ext
from provider.v1 import provider_pb2 as pb
from failure import (
    ACCESS_DENIED,
    BACKEND_THROTTLED,
    BACKEND_UNAVAILABLE,
    CONFIG_NOT_FOUND,
    INTERNAL,
    INVALID_REGEXP,
    INVALID_REQUEST,
    LIMIT_EXCEEDED,
    NOT_AN_OBJECT,
    PROPERTY_NOT_FOUND,
    SECRET_NOT_FOUND,
    STORE_NOT_FOUND,
    UNSUPPORTED,
    VERSION_NOT_FOUND,
    Code,
    Failed,
)
from memory import World

MIB = 1024 * 1024
ON_PURPOSE = "broken on purpose"


class Fault:
    """Without a subclass nothing is broken."""

    most_request = 4 * MIB
    # Whether health says nothing at the end.
    quiet = False
    # Answers methods that nobody knows.
    unknown: grpc.RpcMethodHandler | None = None

    def __init__(self, world: World) -> None:
        self.world = world

    async def answer(self, name: str, method, request: Message, context: grpc.aio.ServicerContext) -> Message:
        return await method(request)

    def undecoded(self, request_type: type[Message]) -> Message:
        """What is made of a body that is no message."""
        raise Failed(INVALID_REQUEST, "the body is no message of the method")

    def check(self, checks):
        return checks.Check

    def watch(self, checks):
        return checks.Watch

    def change_door(self, door) -> None:
        """Of TLS."""


def calls(name: str, bend) -> Callable[[World], Fault]:
    """Breaks one method: `bend(request, answer)`, where `answer(request)` is right."""

    class Bent(Fault):
        async def answer(self, called, method, request, context):
            return await (bend(request, method) if called == name else method(request))

    return Bent


def says(name: str, right: Code, wrong: Code) -> Callable[[World], Fault]:
    """Answers with another code where this one is right."""

    async def bend(request, answer):
        try:
            return await answer(request)
        except Failed as error:
            raise Failed(wrong, ON_PURPOSE) if error.code is right else error

    return calls(name, bend)


def yields(name: str, right: Code, wrong: Message) -> Callable[[World], Fault]:
    """Answers where an error with this code is right."""

    async def bend(request, answer):
        try:
            return await answer(request)
        except Failed as error:
            if error.code is right:
                return wrong
            raise

    return calls(name, bend)


def answers(name: str, change: Callable[[Message, Message], None]) -> Callable[[World], Fault]:
    """Changes what is answered: `change(request, response)`."""

    async def bend(request, answer):
        response = await answer(request)
        change(request, response)
        return response

    return calls(name, bend)


def asks(name: str, change: Callable[[Message], None]) -> Callable[[World], Fault]:
    """Takes another request for the one that was made."""

    async def bend(request, answer):
        change(request)
        return await answer(request)

    return calls(name, bend)


def words(change: Callable[[pb.Error], pb.Error | None]) -> Callable[[World], Fault]:
    """Says it in other words that a secret is no object; without a detail where it returns none."""

    async def bend(request, answer):
        try:
            return await answer(request)
        except Failed as error:
            if error.code is NOT_AN_OBJECT:
                error.detail = change(error.detail)
            raise

    return calls("GetSecretMap", bend)


class UndecodedIsEmpty(Fault):
    """A body that is no message is answered."""

    async def answer(self, name, method, request, context):
        if request is None:
            return pb.CapabilitiesResponse()
        return await method(request)

    def undecoded(self, request_type):
        return None


class UnknownIsAbsent(Fault):
    """Methods that nobody knows find nothing."""

    def __init__(self, world: World) -> None:
        super().__init__(world)

        async def absent(_body, context):
            await context.abort(grpc.StatusCode.NOT_FOUND, ON_PURPOSE)

        self.unknown = grpc.unary_unary_rpc_method_handler(absent)


class RefusesHeaders(Fault):
    async def answer(self, name, method, request, context):
        if name == "GetSecret" and any(key.startswith("eso-") for key, _ in context.invocation_metadata()):
            raise Failed(INVALID_REQUEST, ON_PURPOSE)
        return await method(request)


class KindIsAbsent(Fault):
    """A kind that is not served is an absent secret."""

    async def answer(self, name, method, request, context):
        try:
            return await method(request)
        except Failed as error:
            if error.code is UNSUPPORTED and name != "Watch" and not getattr(getattr(request, "find", None), "path", ""):
                raise Failed(SECRET_NOT_FOUND, ON_PURPOSE) from None
            raise


def limited(most: int) -> Callable[[World], Fault]:
    class Limited(Fault):
        most_request = most

    return Limited


class Quiet(Fault):
    quiet = True


class Stale(Fault):
    """Certificates are read once."""

    def change_door(self, door) -> None:
        context = door.new_context()
        door.context_of = lambda: context


def not_serving(request, response) -> None:
    if not request.service:
        response.status = health_pb2.HealthCheckResponse.NOT_SERVING


class AllIsDown(Fault):
    def check(self, checks):
        async def check(request, context):
            response = await checks.Check(request, context)
            not_serving(request, response)
            return response

        return check


async def path_ignored(request, answer):
    """Of a path, nothing is found."""
    if request.find.path:
        return pb.GetAllSecretsResponse()
    return await answer(request)


async def watched(_request, _answer):
    """What is not claimed begins all the same."""
    return ext.WatchResponse()


async def older_is_absent(request, answer):
    ref = request.provider_ref
    if ref.store_ref_kind and not ref.store_name:
        raise Failed(SECRET_NOT_FOUND, ON_PURPOSE)
    return await answer(request)


async def newer_is_refused(request, answer):
    if len(UnknownFieldSet(request.remote_ref)) > 0:
        raise Failed(INVALID_REQUEST, ON_PURPOSE)
    return await answer(request)


def refused_key(name: str, field: str, key: str) -> Callable[[World], Fault]:
    """A reference without a key is an absent secret."""

    async def bend(request, answer):
        if not getattr(getattr(request, field), key) and request.HasField("provider_ref"):
            raise Failed(SECRET_NOT_FOUND, ON_PURPOSE)
        return await answer(request)

    return calls(name, bend)


def as_text(_request, response) -> None:
    response.value = response.value.decode(errors="replace").encode()


def without_version(request) -> None:
    if request.remote_ref.version == "v1":
        request.remote_ref.version = ""


def first_step(request) -> None:
    first, dot, rest = request.remote_ref.property.partition(".")
    if dot:
        request.remote_ref.property = first


def texts_only(_request, response) -> None:
    for name in [name for name, value in response.secrets.items() if value.isdigit()]:
        del response.secrets[name]


def first_page(request, response) -> None:
    if request.find.HasField("name"):
        for name in list(response.secrets)[2:]:
            del response.secrets[name]


async def nothing_is_absent(request, answer):
    response = await answer(request)
    if not response.secrets and request.find.HasField("name"):
        raise Failed(SECRET_NOT_FOUND, ON_PURPOSE)
    return response


async def no_criteria(request, answer):
    return await answer(request) if request.HasField("find") else pb.GetAllSecretsResponse()


async def absent_is_error(request, answer):
    response = await answer(request)
    if not response.exists:
        raise Failed(SECRET_NOT_FOUND, ON_PURPOSE)
    return response


async def all_or_nothing(request, answer):
    response = await answer(request)
    if any(one.HasField("error") for one in response.outcomes):
        raise Failed(SECRET_NOT_FOUND, ON_PURPOSE)
    return response


def reverse(_request, response) -> None:
    outcomes = list(response.outcomes)[::-1]
    del response.outcomes[:]
    response.outcomes.extend(outcomes)


def in_its_namespace(request) -> None:
    if request.generator_ref.namespace:
        request.source_namespace = request.generator_ref.namespace


def without_state_begin(_request, response) -> None:
    response.state = response.state[1:]


def read_only(_request, response) -> None:
    response.capabilities = pb.READ_ONLY


def newer_versions(_request, response) -> None:
    response.protocol_min, response.protocol_max = 2, 3


def valid(_request, response) -> None:
    response.CopyFrom(pb.ValidateResponse(valid=True))


def one_of_them(request) -> None:
    if not request.push_secret_data.secret_key:
        for name in list(request.secret_data)[1:]:
            del request.secret_data[name]


def another_key(request) -> None:
    if request.remote_ref.remote_key:
        request.remote_ref.remote_key = "another"


def never_there(_request, response) -> None:
    response.exists = False


def no_metadata(request) -> None:
    request.remote_ref.metadata_policy = ""


def repeated(error: pb.Error) -> pb.Error:
    error.message *= 100
    return error


def without_step(error: pb.Error) -> pb.Error:
    error.details.clear()
    return error


def retried(error: pb.Error) -> pb.Error:
    error.retryable = True
    return error


# By the rule that each breaks.
FAULTS: dict[str, Callable[[World], Fault]] = {
    "get.1": answers("GetSecret", as_text),
    "get.2": says("GetSecret", SECRET_NOT_FOUND, VERSION_NOT_FOUND),
    "get.3": says("GetSecret", PROPERTY_NOT_FOUND, SECRET_NOT_FOUND),
    "get.4": yields("GetSecret", VERSION_NOT_FOUND, pb.GetSecretResponse()),
    "get.5": asks("GetSecret", without_version),
    "get.6": asks("GetSecret", first_step),
    "get.7": asks("GetSecret", no_metadata),
    "get.8": refused_key("GetSecret", "remote_ref", "key"),
    "get.9": says("GetSecret", ACCESS_DENIED, SECRET_NOT_FOUND),
    "get.10": says("GetSecret", STORE_NOT_FOUND, SECRET_NOT_FOUND),
    "get.11": says("GetSecret", BACKEND_THROTTLED, BACKEND_UNAVAILABLE),
    "get.12": says("GetSecret", BACKEND_UNAVAILABLE, INTERNAL),
    "get.13": says("GetSecret", INTERNAL, SECRET_NOT_FOUND),
    "map.1": answers("GetSecretMap", texts_only),
    "map.2": yields("GetSecretMap", SECRET_NOT_FOUND, pb.GetSecretMapResponse()),
    "map.3": yields("GetSecretMap", NOT_AN_OBJECT, pb.GetSecretMapResponse()),
    "map.4": refused_key("GetSecretMap", "remote_ref", "key"),
    "map.5": says("GetSecretMap", STORE_NOT_FOUND, SECRET_NOT_FOUND),
    "find.1": answers("GetAllSecrets", first_page),
    "find.4": calls("GetAllSecrets", nothing_is_absent),
    "find.5": yields("GetAllSecrets", INVALID_REGEXP, pb.GetAllSecretsResponse()),
    "find.6": calls("GetAllSecrets", path_ignored),
    "find.7": calls("GetAllSecrets", no_criteria),
    "find.8": says("GetAllSecrets", STORE_NOT_FOUND, SECRET_NOT_FOUND),
    "find.9": yields("GetAllSecrets", BACKEND_UNAVAILABLE, pb.GetAllSecretsResponse()),
    "push.5": asks("PushSecret", one_of_them),
    "push.6": yields("PushSecret", INVALID_REQUEST, pb.PushSecretResponse()),
    "push.7": says("PushSecret", STORE_NOT_FOUND, SECRET_NOT_FOUND),
    "exists.1": answers("SecretExists", never_there),
    "exists.2": calls("SecretExists", absent_is_error),
    "exists.3": yields("SecretExists", ACCESS_DENIED, pb.SecretExistsResponse()),
    "exists.4": yields("SecretExists", INVALID_REQUEST, pb.SecretExistsResponse()),
    "delete.1": asks("DeleteSecret", another_key),
    "delete.4": yields("DeleteSecret", INVALID_REQUEST, pb.DeleteSecretResponse()),
    "batch.1": answers("BatchGet", reverse),
    "batch.2": calls("BatchGet", all_or_nothing),
    "batch.3": yields("BatchGet", INVALID_REQUEST, ext.BatchGetResponse()),
    "batch.4": yields("BatchGet", LIMIT_EXCEEDED, ext.BatchGetResponse()),
    "generate.1": answers("Generate", without_state_begin),
    "generate.3": says("Generate", CONFIG_NOT_FOUND, SECRET_NOT_FOUND),
    "generate.4": asks("Generate", in_its_namespace),
    "capabilities.1": answers("Capabilities", read_only),
    "capabilities.2": answers("Capabilities", newer_versions),
    "capabilities.4": calls("Watch", watched),
    "validate.2": answers("Validate", valid),
    "validate.3": yields("Validate", STORE_NOT_FOUND, pb.ValidateResponse()),
    "namespaces.7": KindIsAbsent,
    "versions.1": calls("GetSecret", older_is_absent),
    "versions.2": calls("GetSecret", newer_is_refused),
    "versions.3": UnknownIsAbsent,
    "versions.4": RefusesHeaders,
    "limits.1": limited(5 * MIB),
    "limits.2": limited(3 * MIB),
    "limits.5": UndecodedIsEmpty,
    "health.1": AllIsDown,
    "reload.1": Stale,
    "shutdown.1": Quiet,
    "words.1": words(lambda _error: None),
    "words.2": words(repeated),
    "words.4": words(without_step),
    "words.5": words(retried),
}
