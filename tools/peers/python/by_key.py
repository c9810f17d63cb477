"""Answers every call that has a key by what the key says, and everything else with yes."""

import grpc

from provider.v1 import provider_pb2 as pb
from provider.v1 import provider_pb2_grpc
from behaviour import Behaviour
from counters import Counters
from supervisor import Supervisor


class Provider(provider_pb2_grpc.SecretStoreProviderServicer):
    def __init__(self, counters: Counters, supervisor: Supervisor) -> None:
        self._behaviour = Behaviour(counters, supervisor)

    async def GetSecret(self, request: pb.GetSecretRequest, context: grpc.aio.ServicerContext):
        return pb.GetSecretResponse(value=await self._behaviour.of(request.remote_ref.key, context))

    async def GetSecretMap(self, request: pb.GetSecretMapRequest, context: grpc.aio.ServicerContext):
        return pb.GetSecretMapResponse(secrets={"value": await self._behaviour.of(request.remote_ref.key, context)})

    async def GetAllSecrets(self, request: pb.GetAllSecretsRequest, context: grpc.aio.ServicerContext):
        return pb.GetAllSecretsResponse(secrets={"value": await self._behaviour.of(request.find.path, context)})

    async def PushSecret(self, request: pb.PushSecretRequest, context: grpc.aio.ServicerContext):
        await self._behaviour.of(request.push_secret_data.remote_key, context)
        return pb.PushSecretResponse()

    async def DeleteSecret(self, request: pb.DeleteSecretRequest, context: grpc.aio.ServicerContext):
        await self._behaviour.of(request.remote_ref.remote_key, context)
        return pb.DeleteSecretResponse()

    async def SecretExists(self, request: pb.SecretExistsRequest, context: grpc.aio.ServicerContext):
        await self._behaviour.of(request.remote_ref.remote_key, context)
        return pb.SecretExistsResponse(exists=True)

    async def Validate(self, request: pb.ValidateRequest, context: grpc.aio.ServicerContext):
        return pb.ValidateResponse(valid=True)

    async def Capabilities(self, request: pb.CapabilitiesRequest, context: grpc.aio.ServicerContext):
        return pb.CapabilitiesResponse(capabilities=pb.READ_WRITE)
