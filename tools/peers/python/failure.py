"""Errors as the contract has them."""

from dataclasses import dataclass

import grpc
from google.protobuf import any_pb2
from google.rpc import status_pb2
from grpc_status import rpc_status

from provider.v1 import provider_pb2 as pb


@dataclass(frozen=True)
class Code:
    """One of the contract's: with what status it goes, what to do, and whether it ends by itself."""

    name: str
    status: grpc.StatusCode
    next_step: str
    retryable: bool = False


_S = grpc.StatusCode
SECRET_NOT_FOUND = Code("SECRET_NOT_FOUND", _S.NOT_FOUND, "create the secret")
VERSION_NOT_FOUND = Code("VERSION_NOT_FOUND", _S.FAILED_PRECONDITION, "correct remoteRef.version")
PROPERTY_NOT_FOUND = Code("PROPERTY_NOT_FOUND", _S.FAILED_PRECONDITION, "correct remoteRef.property")
NOT_AN_OBJECT = Code("NOT_AN_OBJECT", _S.FAILED_PRECONDITION, "extract from a JSON object")
CONFIG_NOT_FOUND = Code("CONFIG_NOT_FOUND", _S.FAILED_PRECONDITION, "create the config object")
STORE_NOT_FOUND = Code("STORE_NOT_FOUND", _S.FAILED_PRECONDITION, "create the store")
STORE_MISMATCH = Code("STORE_MISMATCH", _S.PERMISSION_DENIED, "ask for what the store says")
CREDENTIALS_UNUSABLE = Code("CREDENTIALS_UNUSABLE", _S.FAILED_PRECONDITION, "correct the credentials")
ACCESS_DENIED = Code("ACCESS_DENIED", _S.PERMISSION_DENIED, "grant the access")
NAMESPACE_NOT_ALLOWED = Code("NAMESPACE_NOT_ALLOWED", _S.PERMISSION_DENIED, "use objects of the own namespace")
INVALID_REQUEST = Code("INVALID_REQUEST", _S.INVALID_ARGUMENT, "correct the field that is named")
INVALID_REGEXP = Code("INVALID_REGEXP", _S.INVALID_ARGUMENT, "correct find.name.regexp")
UNSUPPORTED = Code("UNSUPPORTED", _S.UNIMPLEMENTED, "use what the provider serves")
ALREADY_EXISTS = Code("ALREADY_EXISTS", _S.ALREADY_EXISTS, "choose another remote key")
LIMIT_EXCEEDED = Code("LIMIT_EXCEEDED", _S.RESOURCE_EXHAUSTED, "ask for less at once")
BACKEND_THROTTLED = Code("BACKEND_THROTTLED", _S.RESOURCE_EXHAUSTED, "wait", retryable=True)
BACKEND_UNAVAILABLE = Code("BACKEND_UNAVAILABLE", _S.UNAVAILABLE, "check the backend", retryable=True)
INTERNAL = Code("INTERNAL", _S.INTERNAL, "look into the provider's log")


class Failed(Exception):
    """Ends a call with a status and, unless it is None, a detail."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.detail: pb.Error | None = pb.Error(
            code=code.name, message=message, retryable=code.retryable, details={"next_step": code.next_step}
        )

    def status(self) -> grpc.Status:
        details = []
        if self.detail is not None:
            details.append(any_pb2.Any())
            details[0].Pack(self.detail)
        message = self.detail.message if self.detail is not None else str(self)
        return rpc_status.to_status(
            status_pb2.Status(code=self.code.status.value[0], message=message, details=details)
        )
