"""Which config a request may use: whatever its caller has decided before."""

from failure import (
    CONFIG_NOT_FOUND,
    CREDENTIALS_UNUSABLE,
    INVALID_REQUEST,
    NAMESPACE_NOT_ALLOWED,
    STORE_MISMATCH,
    STORE_NOT_FOUND,
    UNSUPPORTED,
    Failed,
)
from memory import Config, World

NAMESPACED = ("Provider", "SecretStore")
CLUSTER_SCOPED = ("ClusterProvider", "ClusterSecretStore")


def served(world: World, request) -> None:
    """Whether the kind is the provider's."""
    if not request.HasField("provider_ref"):
        raise Failed(INVALID_REQUEST, "provider_ref is required")
    if (request.provider_ref.api_version, request.provider_ref.kind) != (world.api_version, world.kind):
        raise Failed(UNSUPPORTED, "the kind is not served")


def resolve(world: World, request) -> Config:
    served(world, request)
    ref, source = request.provider_ref, request.source_namespace
    if ref.store_ref_kind not in NAMESPACED + CLUSTER_SCOPED:
        raise Failed(INVALID_REQUEST, "provider_ref.store_ref_kind is no kind of store")
    if not ref.store_name:
        raise Failed(INVALID_REQUEST, "provider_ref.store_name is required, which older cores do not send")
    namespace, scope = ref.namespace, ""
    if ref.store_ref_kind in NAMESPACED:
        namespace = scope = own_namespace(ref, source)
    named = world.stores.get((ref.store_ref_kind, scope, ref.store_name))
    if named is None:
        raise Failed(STORE_NOT_FOUND, "the store does not exist")
    if named != ref.name:
        raise Failed(STORE_MISMATCH, "the store names another config")
    config = world.configs.get((namespace, ref.name))
    if config is None:
        raise Failed(CONFIG_NOT_FOUND, "the config object does not exist")
    return config


def usable(world: World, request) -> Config:
    """`resolve` for a config that the backend has to accept."""
    config = resolve(world, request)
    if config.broken:
        raise Failed(CREDENTIALS_UNUSABLE, "the credentials of the config are incomplete")
    return config


def own_namespace(ref, source: str) -> str:
    if not source:
        raise Failed(INVALID_REQUEST, "source_namespace is required")
    for named in (ref.namespace, ref.auth_namespace):
        if named and named != source:
            raise Failed(NAMESPACE_NOT_ALLOWED, "a namespaced store reaches its own namespace only")
    return source


def resolve_generator(world: World, request) -> None:
    source = request.source_namespace
    if not request.HasField("generator_ref") or not source:
        raise Failed(INVALID_REQUEST, "generator_ref and source_namespace are required")
    ref = request.generator_ref
    if ref.namespace and ref.namespace != source:
        raise Failed(NAMESPACE_NOT_ALLOWED, "a generator is used in its own namespace only")
    if (ref.api_version, ref.kind, source, ref.name) not in world.generators:
        raise Failed(CONFIG_NOT_FOUND, "the generator does not exist")
