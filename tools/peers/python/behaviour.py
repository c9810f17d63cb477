"""What a key makes the provider do: `name[:N][,name[:N]…][#tag]`."""

import asyncio

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2
from grpc_status import rpc_status

from provider.v1 import provider_pb2
from counters import Counters
from supervisor import Supervisor

STATUS_BY_NUMBER = {status.value[0]: status for status in grpc.StatusCode}
UNKNOWN = grpc.StatusCode.UNKNOWN


class Behaviour:
    def __init__(self, counters: Counters, supervisor: Supervisor) -> None:
        self._counters = counters
        self._supervisor = supervisor

    async def of(self, key: str, context: grpc.aio.ServicerContext) -> bytes:
        """Does it, step by step. Returns the value to answer with: the key itself, unless a step says otherwise."""
        with self._counters.call(key, context.peer()):
            value = key.encode()
            for step in key.split("#", 1)[0].split(","):
                name, _, argument = step.partition(":")
                number = int(argument) if argument.isdecimal() else 0
                match name:
                    case "size":
                        value = b"x" * number
                    case "sleep":
                        await asyncio.sleep(number / 1_000)
                    case "code":
                        await context.abort(STATUS_BY_NUMBER.get(number, UNKNOWN), step)
                    case "bigmsg":
                        await context.abort(UNKNOWN, "m" * number)
                    case "bigdetail":
                        await context.abort_with_status(with_detail(number))
                    case "manytrailers":
                        context.set_trailing_metadata(tuple((f"x-peer-{index}", "v") for index in range(number)))
                    case "gzip":
                        # Whatever the client has announced. Only headers that are sent by hand carry the choice.
                        context.set_compression(grpc.Compression.Gzip)
                        await context.send_initial_metadata(())
                    case "goaway":
                        self._supervisor.go_away()
                    case "restart":
                        if not self._supervisor.restart():
                            await context.abort(grpc.StatusCode.UNAVAILABLE, "restarted a moment ago")
                        await asyncio.Event().wait()  # the connection is cut
                    case "age":
                        self._supervisor.limit_age(number)
            return value


def with_detail(size: int) -> grpc.Status:
    detail = any_pb2.Any()
    detail.Pack(provider_pb2.Error(code="BIG", message="d" * size))
    return rpc_status.to_status(status_pb2.Status(code=UNKNOWN.value[0], message="big detail", details=[detail]))
