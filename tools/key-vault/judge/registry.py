"""Logins to a container registry."""
import jwt
import requests
from azure.containerregistry import ContainerRegistryClient
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential

from logins import ROBOT
from table import CLIENT_ID, CLIENT_SECRET, TENANT, case, equal, order, raises

HOST = "judged.azurecr.io"
MANAGEMENT = "https://management.azure.com"
ZEROS = "00000000-0000-0000-0000-000000000000"


def client(client_id, secret, **options):
    return ContainerRegistryClient(f"https://{HOST}", ClientSecretCredential(TENANT, client_id, secret), retry_total=0, **options)


def token(**grant):
    return order("sign", **{"tenantId": TENANT, "clientId": CLIENT_ID, "audience": MANAGEMENT, **grant})["token"]


def exchange(access_token):
    form = {"grant_type": "access_token", "service": HOST, "access_token": access_token}
    return requests.post(f"https://{HOST}/oauth2/exchange", form)


def for_scope(refresh_token, scope):
    form = {"grant_type": "refresh_token", "service": HOST, "scope": scope, "refresh_token": refresh_token}
    return requests.post(f"https://{HOST}/oauth2/token", form)


@case("registry.catalog ok", True)
def catalog():
    equal(list(client(CLIENT_ID, CLIENT_SECRET).list_repository_names()), ["a/b", "c"])
    equal(list(client(CLIENT_ID, CLIENT_SECRET, audience=MANAGEMENT).list_repository_names()), ["a/b", "c"])


@case("registry.catalog of who has no right", True)
def without_right():
    raises(ClientAuthenticationError, lambda: list(client(ROBOT, "good").list_repository_names()))


@case("registry.exchange", True)
def exchanged():
    answer = exchange(token())
    equal(answer.status_code, 200)
    refresh = answer.json()["refresh_token"]
    access = for_scope(refresh, "repository:a/b:pull,push").json()["access_token"]
    claims = jwt.decode(access, options={"verify_signature": False})
    equal(claims["access"], [{"type": "repository", "name": "a/b", "actions": ["pull"]}])
    equal(requests.get(f"https://{HOST}/acr/v1/_catalog", auth=(ZEROS, refresh)).status_code, 200)
    equal(requests.get(f"https://{HOST}/acr/v1/_catalog", auth=(ZEROS, "guessed")).status_code, 401)


@case("registry.exchange expired token", True)
def expired():
    equal(exchange(token(lifeSeconds=-1)).status_code, 401)


@case("registry.exchange other tenant", True)
def other_tenant():
    equal(exchange(token(tenantId="99999999-9999-4999-8999-999999999999")).status_code, 401)


@case("registry.exchange wrong audience", True)
def wrong_audience():
    equal(exchange(token(audience="https://vault.azure.net")).status_code, 401)
