"""The table of cases that Microsoft's own clients run against a vault, and what they run with.

Lines of JSON on standard input, each with the ids of cases to run ("*" for all); a line for each case on standard output, and one
that says that the run is over.
"""
import json
import os
import sys
import traceback
import urllib.request
import uuid

from azure.core.credentials import AccessToken
from azure.identity import ClientSecretCredential
from azure.keyvault.certificates import CertificateClient
from azure.keyvault.keys import KeyClient
from azure.keyvault.secrets import SecretClient

VAULT_URL = os.environ["AZURE_KEYVAULT_URL"]
TENANT = os.environ["AZURE_TENANT_ID"]
CLIENT_ID = os.environ["AZURE_CLIENT_ID"]
CLIENT_SECRET = os.environ["AZURE_CLIENT_SECRET"]
# Absent against a real vault: cases that need it are not run.
CONTROL = os.environ.get("JUDGE_CONTROL_URL")
VAULT = VAULT_URL.split("//")[1].split(".")[0]
RESOURCE = "https://" + VAULT_URL.split("//")[1].strip("/").split(".", 1)[1]

RUN = uuid.uuid4().hex[:6]
CLIENTS = {"secrets": SecretClient, "keys": KeyClient, "certificates": CertificateClient}
PERMISSIONS = {
    "secrets": ["get", "list", "set", "delete", "recover", "purge"],
    "keys": ["get", "list", "create", "import", "update", "delete", "recover", "purge"],
    "certificates": ["get", "list", "import", "update", "delete", "recover", "purge"],
}

_CASES = {}
_credential = ClientSecretCredential(TENANT, CLIENT_ID, CLIENT_SECRET)
_clients = {}
_counter = 0


def case(name, control=False):
    """Adds a function to the table. `control`: it needs the test server's own controls."""

    def add(run):
        if name in _CASES:
            raise ValueError(f"two cases {name}")
        _CASES[name] = (run, control)
        return run

    return add


def order(name, /, **body):
    """Asks the test server to arrange something."""
    request = urllib.request.Request(f"{CONTROL}/{name}", json.dumps(body).encode(), method="POST")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as response:
        return json.load(response)


def client(kind, credential=None, url=VAULT_URL, **options):
    """A client of one kind; the same one for those who ask for nothing special."""
    if credential is None and not options and url == VAULT_URL:
        if kind not in _clients:
            _clients[kind] = CLIENTS[kind](vault_url=url, credential=_credential, retry_total=0)
        return _clients[kind]
    return CLIENTS[kind](vault_url=url, credential=credential or _credential, **{"retry_total": 0, **options})


def new_name(hint):
    """A name that nothing has."""
    global _counter
    _counter += 1
    return f"{hint}-{RUN}-{_counter}"


class Shown:
    """A credential that shows a token that it was given."""

    def __init__(self, token):
        self.token = token

    def get_token(self, *scopes, **kwargs):
        return AccessToken(self.token, 2**40)


class NotRaised(AssertionError):
    pass


def raises(kind, run, status=None, code=None, inner=None, text=None):
    """Runs it, and looks at the error that has to come."""
    try:
        run()
    except kind as error:
        if status is not None:
            equal(getattr(error, "status_code", None), status, "status")
        body = getattr(error, "error", None)
        if code is not None:
            equal(body and body.code, code, "code")
        if inner is not None:
            equal(body and body.innererror and body.innererror.get("code"), inner, "inner code")
        if text is not None and text not in str(error):
            raise AssertionError(f"{text} is not in {error}")
        return error
    raise NotRaised(f"no {kind.__name__}")


def equal(found, wanted, what="value"):
    if found != wanted:
        raise AssertionError(f"{what} is {found!r}, and not {wanted!r}")


def _run(name):
    run, control = _CASES[name]
    if control and not CONTROL:
        return {"case": name, "outcome": "notRun"}
    try:
        run()
        return {"case": name, "outcome": "passed"}
    except Exception as error:  # The outcome is the result.
        where = traceback.extract_tb(error.__traceback__)[-1]
        reason = f"{type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"
        return {"case": name, "outcome": "failed", "reason": reason[:500]}


def clean_up():
    """Deletes and purges what this run left in the vault."""
    for kind in ("certificates", "keys", "secrets"):
        clients, one = client(kind, retry_total=3), kind[:-1]
        ours = lambda items: [each.name for each in items if f"-{RUN}-" in each.name and not getattr(each, "managed", None)]
        pollers = [getattr(clients, f"begin_delete_{one}")(name) for name in ours(getattr(clients, f"list_properties_of_{kind}")())]
        for poller in pollers:
            poller.wait(timeout=120)
        for name in ours(each.properties if hasattr(each, "properties") else each for each in getattr(clients, f"list_deleted_{kind}")()):
            getattr(clients, f"purge_deleted_{one}")(name)


def serve():
    for line in sys.stdin:
        wanted = json.loads(line)
        names = list(_CASES) if wanted == ["*"] else wanted
        for name in names:
            print(json.dumps(_run(name)), flush=True)
        print(json.dumps({"over": True}), flush=True)
    if not CONTROL:
        clean_up()
