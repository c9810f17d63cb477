"""Operations x conditions: what each operation of the clients does when all is well, and when one thing is not."""
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.keyvault.keys import JsonWebKey

from material import PEM_POLICY, PFX, PEM, ec_key, rsa_key
from table import CLIENT_ID, PERMISSIONS, RESOURCE, TENANT, VAULT, Shown, case, client, equal, new_name, order, raises

LIMITED = "33333333-3333-4333-8333-333333333333"


class Operation:
    """`run(client, name)` needs an object of the name in the state `on`: `nothing`, `live`, `deleted`, or `any` where names do not matter."""

    def __init__(self, kind, verb, permission, on, run, check=None):
        self.kind, self.verb, self.permission, self.on, self.run, self.check = kind, verb, permission, on, run, check

    @property
    def id(self):
        return f"{self.kind}.{self.verb}"


def make(kind, name):
    clients = client(kind)
    if kind == "secrets":
        clients.set_secret(name, "value", tags={"a": "b"})
    elif kind == "keys":
        clients.create_ec_key(name, tags={"a": "b"})
    else:
        clients.import_certificate(name, PFX, tags={"a": "b"})


def delete(kind, name):
    singular = kind[:-1]
    poller = getattr(client(kind), f"begin_delete_{singular}")(name)
    poller.wait(timeout=60)
    equal(poller.done(), True, "whether it was deleted within a minute")


def arrange(kind, state):
    name = new_name(kind[0])
    if state in ("live", "deleted"):
        make(kind, name)
    if state == "deleted":
        delete(kind, name)
    return name


def common(kind):
    """What is there for secrets, keys and certificates alike."""
    one = kind[:-1]
    call = lambda method, *more: lambda clients, name: getattr(clients, method)(name, *more)
    named = lambda result, name: equal(result.name, name, "name")
    return [
        Operation(kind, "get", "get", "live", call(f"get_{one}"), named),
        Operation(kind, "list", "list", "any", lambda clients, name: list(getattr(clients, f"list_properties_of_{kind}")())),
        Operation(
            kind, "versions", "list", "live",
            lambda clients, name: list(getattr(clients, f"list_properties_of_{one}_versions")(name)),
            lambda result, name: equal(len(result), 1, "number of versions"),
        ),
        Operation(kind, "update", "set" if kind == "secrets" else "update", "live",
                  lambda clients, name: getattr(clients, f"update_{one}_properties")(name, tags={"c": "d"}),
                  lambda result, name: equal((result if kind == "secrets" else result.properties).tags, {"c": "d"}, "tags")),
        Operation(kind, "delete", "delete", "live", lambda clients, name: getattr(clients, f"begin_delete_{one}")(name).result(), named),
        Operation(kind, "listDeleted", "list", "any", lambda clients, name: list(getattr(clients, f"list_deleted_{kind}")())),
        Operation(kind, "getDeleted", "get", "deleted", call(f"get_deleted_{one}"), named),
        Operation(kind, "recover", "recover", "deleted",
                  lambda clients, name: getattr(clients, f"begin_recover_deleted_{one}")(name).result(), named),
        Operation(kind, "purge", "purge", "deleted", call(f"purge_deleted_{one}")),
    ]


OPERATIONS = [
    *common("secrets"),
    Operation("secrets", "set", "set", "nothing",
              lambda clients, name: clients.set_secret(name, "value", content_type="text/plain"),
              lambda result, name: equal((result.value, result.properties.content_type), ("value", "text/plain"))),
    *common("keys"),
    Operation("keys", "create", "create", "nothing", lambda clients, name: clients.create_rsa_key(name, size=2048),
              lambda result, name: equal(result.key_type, "RSA")),
    Operation("keys", "importRsa", "import", "nothing", lambda clients, name: clients.import_key(name, JsonWebKey(**rsa_key())),
              lambda result, name: equal(result.key.n, rsa_key()["n"], "modulus")),
    Operation("keys", "importEc", "import", "nothing", lambda clients, name: clients.import_key(name, JsonWebKey(**ec_key())),
              lambda result, name: equal((result.key.x, result.key.d), (ec_key()["x"], None))),
    *common("certificates"),
    Operation("certificates", "importPfx", "import", "nothing", lambda clients, name: clients.import_certificate(name, PFX),
              lambda result, name: equal(result.policy.content_type, "application/x-pkcs12")),
    Operation("certificates", "importPem", "import", "nothing",
              lambda clients, name: clients.import_certificate(name, PEM, policy=PEM_POLICY),
              lambda result, name: equal(result.policy.content_type, "application/x-pem-file")),
    Operation("certificates", "policy", "get", "live", lambda clients, name: clients.get_certificate_policy(name),
              lambda result, name: equal(result.issuer_name, "Unknown")),
]


def ok(operation):
    name = arrange(operation.kind, operation.on)
    result = operation.run(client(operation.kind), name)
    if operation.check:
        operation.check(result, name)


def forbidden(operation):
    name = arrange(operation.kind, operation.on)
    others = [each for each in PERMISSIONS[operation.kind] if each != operation.permission]
    order("access", vault=VAULT, clientId=LIMITED, access={**PERMISSIONS, operation.kind: others})
    token = order("sign", tenantId=TENANT, clientId=LIMITED, audience=RESOURCE)["token"]
    limited = client(operation.kind, Shown(token))
    raises(HttpResponseError, lambda: operation.run(limited, name), 403, "Forbidden", "ForbiddenByPolicy",
           f"{operation.kind} {operation.permission} permission")


def absent(operation):
    name = new_name("absent")
    noun = operation.kind[:-1].capitalize()
    raises(ResourceNotFoundError, lambda: operation.run(client(operation.kind), name), 404, f"{noun}NotFound")


def soft_deleted(operation):
    name = arrange(operation.kind, "deleted")
    run = lambda: operation.run(client(operation.kind), name)
    if operation.on == "nothing":
        raises(ResourceExistsError, run, 409, "Conflict", "ObjectIsDeletedButRecoverable")
    else:
        raises(ResourceNotFoundError, run, 404)


def throttled(operation):
    name = arrange(operation.kind, operation.on)
    order("throttle", vault=VAULT, calls=1, retryAfter=7)
    error = raises(HttpResponseError, lambda: operation.run(client(operation.kind), name), 429, "Throttled")
    equal(error.response.headers.get("Retry-After"), "7", "Retry-After")


def with_token(operation, **grant):
    name = arrange(operation.kind, operation.on)
    token = order("sign", **{"tenantId": TENANT, "clientId": CLIENT_ID, "audience": RESOURCE, **grant})["token"]
    raises(HttpResponseError, lambda: operation.run(client(operation.kind, Shown(token)), name), 401, "Unauthorized")


def paged(operation):
    kind, one = operation.kind, operation.kind[:-1]
    name = new_name("page")
    if operation.verb == "versions":
        for _ in range(3):
            make(kind, name)
        pages = getattr(client(kind), f"list_properties_of_{one}_versions")(name, max_page_size=2).by_page()
        counts = [len(list(page)) for page in pages]
        equal(counts, [2, 1], "versions per page")
        return
    names = [f"{name}-{number}" for number in range(3)]
    for each in names:
        make(kind, each)
        if operation.verb == "listDeleted":
            delete(kind, each)
    method = f"list_deleted_{kind}" if operation.verb == "listDeleted" else f"list_properties_of_{kind}"
    pages = [[item.name for item in page] for page in getattr(client(kind), method)(max_page_size=2).by_page()]
    found = [each for page in pages for each in page]
    equal(sorted(each for each in found if each.startswith(name)), names, "names")
    equal(len(found), len(set(found)), "number of names")
    equal(max(len(page) for page in pages), 2, "size of a page")


def add(operation, condition, run, control=False):
    case(f"{operation.id} {condition}", control)(lambda: run(operation))


for each in OPERATIONS:
    add(each, "ok", ok)
    add(each, "403", forbidden, True)
    if each.on in ("live", "deleted"):
        add(each, "404", absent)
    if each.on in ("live", "nothing"):
        add(each, "soft-deleted", soft_deleted)
    add(each, "429", throttled, True)
    add(each, "expired token", lambda operation: with_token(operation, lifeSeconds=-1), True)
    add(each, "wrong audience", lambda operation: with_token(operation, audience="https://management.azure.com"), True)
    if each.verb in ("list", "versions", "listDeleted"):
        add(each, "paging", paged)
