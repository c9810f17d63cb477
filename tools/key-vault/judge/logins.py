"""Logins x conditions: every way to log in, and what each is refused for."""
import json
import os
import time

import jwt
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from azure.keyvault.secrets import SecretClient
from cryptography.hazmat.primitives.asymmetric import ec

from material import base64url, cert_pem, certificate, key_pem, new_rsa, number
from table import CLIENT_ID, CLIENT_SECRET, CONTROL, RESOURCE, TENANT, VAULT, VAULT_URL, case, client, equal, new_name, order, raises

SCOPE = f"{RESOURCE}/.default"
ROBOT = "66666666-6666-4666-8666-666666666666"
NOBODY = "77777777-7777-4777-8777-777777777777"
ISSUER = "https://issuer.judge.test"
SUBJECT = "system:serviceaccount:team:robot"
EXCHANGE = "api://AzureADTokenExchange"
OF_SYSTEM, OF_USER = "44444444-4444-4444-8444-444444444444", "55555555-5555-4555-8555-555555555555"
OF_USER_ID = "/subscriptions/s/userAssignedIdentities/judge"

KEY, OTHER_KEY = new_rsa(), new_rsa()
CERT, OTHER_CERT = certificate("robot", KEY), certificate("robot", OTHER_KEY)
ISSUER_KEY, FOREIGN_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def jwks():
    public = ISSUER_KEY.public_key().public_numbers()
    point = {"x": base64url(number(public.x, 32)), "y": base64url(number(public.y, 32))}
    return {"keys": [{"kty": "EC", "crv": "P-256", "kid": "issuer", "alg": "ES256", "use": "sig", **point}]}


if CONTROL:
    order("trust", issuer=ISSUER, keys=jwks())
    order("register", tenantId=TENANT, app={
        "clientId": ROBOT,
        "secrets": [{"value": "good"}, {"value": "old", "expiresAt": 1}],
        "certificates": [cert_pem(CERT).decode()],
        "federated": [{"issuer": ISSUER, "subject": SUBJECT}],
    })
    order("access", vault=VAULT, clientId=ROBOT, access="all")
    for identity in (OF_SYSTEM, OF_USER):
        order("access", vault=VAULT, clientId=identity, access="all")


def works(credential):
    """Not only a token: one that the vault takes."""
    clients = client("secrets", credential)
    name = new_name("login")
    client("secrets").set_secret(name, "value")
    equal(clients.get_secret(name).value, "value")


def refused(credential, number, error="invalid_client"):
    found = raises(ClientAuthenticationError, lambda: credential.get_token(SCOPE), text=f"AADSTS{number}:")
    equal(json.loads(found.response.text())["error"] if found.response else error, error, "OAuth2 error")


def by_secret(secret, client_id=ROBOT, tenant=TENANT, **options):
    return ClientSecretCredential(tenant, client_id, secret, **options)


def by_certificate(key, cert, **options):
    return CertificateCredential(TENANT, ROBOT, certificate_data=key_pem(key) + cert_pem(cert), **options)


def by_assertion(key=ISSUER_KEY, algorithm="ES256", headers=None, **claims):
    now = int(time.time())
    body = {"iss": ISSUER, "sub": SUBJECT, "aud": [EXCHANGE], "iat": now, "nbf": now, "exp": now + 600, **claims}
    token = jwt.encode(body, key, algorithm, headers=headers or {"kid": "issuer"})
    return ClientAssertionCredential(TENANT, ROBOT, lambda: token)


def own_assertion(**claims):
    """As the certificate's credential makes it, but for what is changed."""
    from hashlib import sha256
    from cryptography.hazmat.primitives.serialization import Encoding

    thumbprint = base64url(sha256(CERT.public_bytes(Encoding.DER)).digest())
    audience = f"https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token"
    own = {"iss": ROBOT, "sub": ROBOT, "aud": audience, "jti": new_name("jti"), **claims}
    return by_assertion(KEY, "PS256", {"x5t#S256": thumbprint}, **own)


def by_file(text):
    path = os.path.join(os.environ["JUDGE_DIR"], new_name("token"))
    with open(path, "w") as file:
        file.write(text)
    return WorkloadIdentityCredential(tenant_id=TENANT, client_id=ROBOT, token_file_path=path)


case("login.secret ok", True)(lambda: works(by_secret("good")))
case("login.secret wrong", True)(lambda: refused(by_secret("bad"), 7000215))
case("login.secret expired", True)(lambda: refused(by_secret("old"), 7000222))
case("login.secret foreign", True)(lambda: refused(by_secret(CLIENT_SECRET), 7000215))
case("login.secret unknown application")(lambda: refused(by_secret("good", NOBODY), 700016, "unauthorized_client"))
case("login.certificate ok", True)(lambda: works(by_certificate(KEY, CERT)))
case("login.certificate with chain ok", True)(lambda: works(by_certificate(KEY, CERT, send_certificate_chain=True)))
case("login.certificate unknown", True)(lambda: refused(by_certificate(OTHER_KEY, OTHER_CERT), 700027))
case("login.certificate foreign key", True)(lambda: refused(by_certificate(OTHER_KEY, CERT), 700027))
case("login.assertion ok", True)(lambda: works(own_assertion()))
case("login.assertion expired", True)(lambda: refused(own_assertion(exp=int(time.time()) - 10), 700024))
case("login.assertion wrong audience", True)(lambda: refused(own_assertion(aud="https://elsewhere.test"), 700023))
case("login.federated ok", True)(lambda: works(by_assertion()))
case("login.federated file ok", True)(lambda: works(by_file(by_assertion()._func())))
case("login.federated wrong subject", True)(lambda: refused(by_assertion(sub="system:serviceaccount:other:robot"), 700213))
case("login.federated wrong issuer", True)(lambda: refused(by_assertion(iss="https://elsewhere.test"), 700211))
case("login.federated wrong audience", True)(lambda: refused(by_assertion(aud="https://kubernetes.default.svc"), 700212))
case("login.federated foreign key", True)(lambda: refused(by_assertion(FOREIGN_KEY), 50013))
case("login.federated expired", True)(lambda: refused(by_assertion(exp=int(time.time()) - 10), 700024))
case("login.federated garbage", True)(lambda: refused(by_file("not a token"), 50027))


@case("login.secret unknown tenant")
def unknown_tenant():
    raises(ClientAuthenticationError, lambda: by_secret("good", ROBOT, NOBODY).get_token(SCOPE), text="tenant")
    answer = requests.post(f"https://login.microsoftonline.com/{NOBODY}/oauth2/v2.0/token", data={"grant_type": "client_credentials"})
    equal((answer.status_code, answer.json()["error"], answer.json()["error_codes"]), (400, "invalid_request", [90002]))


@case("login.wrong scope")
def wrong_scope():
    raises(ClientAuthenticationError, lambda: by_secret(CLIENT_SECRET, CLIENT_ID).get_token("https://nothing.test/.default"), text="AADSTS500011:")


@case("login.once per token life", True)
def once_per_life():
    order("logins", clear=True)
    clients = SecretClient(VAULT_URL, by_secret("good"))
    name = new_name("login")
    clients.set_secret(name, "value")
    for _ in range(20):
        clients.get_secret(name)
    equal(order("logins", clear=False)["logins"], 1, "number of logins")


class environment:
    """Sets variables for as long as it lasts."""

    def __init__(self, **values):
        self.values = values

    def __enter__(self):
        os.environ.update(self.values)

    def __exit__(self, *_):
        for name in self.values:
            del os.environ[name]


def machine():
    return environment(AZURE_POD_IDENTITY_AUTHORITY_HOST=os.environ["JUDGE_METADATA_URL"])


def app_service(header=None):
    given = json.loads(os.environ["JUDGE_APP_SERVICE"])
    return environment(IDENTITY_ENDPOINT=given["endpoint"], IDENTITY_HEADER=header or given["header"])


def managed(where, run, **identity):
    with where:
        run(ManagedIdentityCredential(retry_total=0, **identity))


def appid_is(client_id):
    def look(credential):
        claims = jwt.decode(credential.get_token(SCOPE).token, options={"verify_signature": False})
        equal((claims["appid"], claims["aud"]), (client_id, RESOURCE))
        works(credential)

    return look


def unavailable(credential):
    raises(ClientAuthenticationError, lambda: credential.get_token(SCOPE))


for place, where in (("metadata", machine), ("appService", app_service)):
    add = lambda name, run, where=where, **identity: case(name, True)(lambda: managed(where(), run, **identity))
    add(f"login.{place} system ok", appid_is(OF_SYSTEM))
    add(f"login.{place} client id ok", appid_is(OF_USER), client_id=OF_USER)
    add(f"login.{place} resource id ok", appid_is(OF_USER), identity_config={"resource_id": OF_USER_ID})
    add(f"login.{place} unknown identity", unavailable, client_id=NOBODY)


@case("login.appService wrong header", True)
def wrong_header():
    managed(app_service("guessed"), unavailable)


@case("login.metadata without header", True)
def without_header():
    import urllib.request
    from urllib.error import HTTPError

    url = f"{os.environ['JUDGE_METADATA_URL']}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={RESOURCE}"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    equal(raises(HTTPError, lambda: opener.open(url)).code, 400)
