"""A provider that keeps the contract, with a backend in memory; `--fault` breaks one rule of it. See README.md and ../README.md."""

import argparse
import asyncio
import signal
import tempfile
from pathlib import Path

import grpc
from google.protobuf.message import DecodeError, Message
from grpc_health.v1 import health_pb2
from grpc_health.v1.health import aio as health

from generator.v1 import generator_pb2 as gen
from provider.ext.v1alpha1 import ext_pb2 as ext
from provider.v1 import provider_pb2 as pb
from door import Door
from failure import INVALID_REQUEST, LIMIT_EXCEEDED, Failed
from faults import FAULTS, Fault
from memory import World
from methods import Methods

MIB = 1024 * 1024
MOST_ANSWER = 4 * MIB
# Time for whoever watches health to be told before connections are asked to go, and for the last answers to be written.
DRAIN_S = 0.2
# What calls under way may take then.
PATIENCE_S = 20
SERVICES = [
    (pb.DESCRIPTOR.services_by_name["SecretStoreProvider"], pb),
    (ext.DESCRIPTOR.services_by_name["StoreExtensionService"], ext),
    (gen.DESCRIPTOR.services_by_name["GeneratorProvider"], gen),
]
HEALTH = "/grpc.health.v1.Health/"


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", default="127.0.0.1:0", help="address of the provider, host:port")
    parser.add_argument("--cert-dir", help="directory with tls.crt, tls.key and ca.crt")
    parser.add_argument(
        "--client-uri", default="spiffe://external-secrets.io/core", help="URI in the certificate of the only client"
    )
    parser.add_argument("--world", help="file that says which objects and secrets there are (JSON)")
    parser.add_argument("--fault", default="", choices=["", *FAULTS], help="id of the rule to break; empty: none")
    parser.add_argument("--list-faults", action="store_true", help="print the ids that --fault takes, and end")
    return parser.parse_args()


class Handlers(grpc.GenericRpcHandler):
    """All methods, with the requests that each takes; those that are unknown are Unimplemented."""

    def __init__(self, methods: Methods, checks: health.HealthServicer, fault: Fault) -> None:
        self._fault = fault
        self._handlers: dict[str, grpc.RpcMethodHandler] = {}
        for service, module in SERVICES:
            for method in service.methods:
                take = self._answer(method.name, getattr(methods, method.name), getattr(module, method.input_type.name))
                kind = grpc.unary_stream_rpc_method_handler if method.name == "Watch" else grpc.unary_unary_rpc_method_handler
                self._handlers[f"/{service.full_name}/{method.name}"] = kind(take)
        serialize = health_pb2.HealthCheckResponse.SerializeToString
        parse = health_pb2.HealthCheckRequest.FromString
        self._handlers[HEALTH + "Check"] = grpc.unary_unary_rpc_method_handler(fault.check(checks), parse, serialize)
        self._handlers[HEALTH + "Watch"] = grpc.unary_stream_rpc_method_handler(fault.watch(checks), parse, serialize)

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        return self._handlers.get(details.method) or self._fault.unknown

    def _answer(self, name: str, method, request_type: type[Message]):
        async def answer(body: bytes, context: grpc.aio.ServicerContext) -> bytes:
            try:
                return serialized(await self._fault.answer(name, method, self._parsed(request_type, body), context))
            except Failed as error:
                await context.abort_with_status(error.status())

        async def answers(body: bytes, context: grpc.aio.ServicerContext):
            yield await answer(body, context)

        return answers if name == "Watch" else answer

    def _parsed(self, request_type: type[Message], body: bytes) -> Message:
        try:
            return request_type.FromString(body)
        except DecodeError:
            return self._fault.undecoded(request_type)


def serialized(answer: Message) -> bytes:
    body = answer.SerializeToString()
    if len(body) > MOST_ANSWER:
        raise Failed(LIMIT_EXCEEDED, "the answer is larger than 4 MiB")
    return body


async def main() -> None:
    options = read_options()
    if options.list_faults:
        print("\n".join(FAULTS))
        return
    world = World(options.world)
    fault = FAULTS[options.fault](world) if options.fault else Fault(world)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    checks = health.HealthServicer()
    for name in ("", *(service.full_name for service, _ in SERVICES)):
        await checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    with tempfile.TemporaryDirectory() as folder:
        behind = str(Path(folder) / "grpc")
        server = grpc.aio.server(options=[
            ("grpc.max_receive_message_length", fault.most_request),
            ("grpc.max_send_message_length", -1),
            # Clients that ping a connection before they use it again are let do so.
            ("grpc.http2.max_ping_strikes", 0),
            ("grpc.keepalive_permit_without_calls", 1),
        ])
        server.add_generic_rpc_handlers([Handlers(Methods(world), checks, fault)])
        server.add_insecure_port(f"unix:{behind}")
        await server.start()
        door = Door(options.listen, options.cert_dir, options.client_uri, behind)
        fault.change_door(door)
        door.start()
        print(f"serves on 127.0.0.1:{door.port}", flush=True)
        await ended.wait()
        if not fault.quiet:
            await checks.enter_graceful_shutdown()
        await asyncio.sleep(DRAIN_S)
        await door.close()
        await server.stop(PATIENCE_S)
        await asyncio.sleep(DRAIN_S)


if __name__ == "__main__":
    asyncio.run(main())
