"""What Key Vault insists on beside the table of operations."""
import base64
import datetime
import time

import jwt
import requests
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.identity import AzureAuthorityHosts, ClientSecretCredential
from azure.keyvault.certificates import CertificatePolicy
from azure.keyvault.keys import JsonWebKey
from azure.keyvault.secrets import SecretClient
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12

from material import CA, LEAF, LEAF_KEY, PEM, PEM_POLICY, PFX, cert_pem, certificate, ec_key, key_pem, new_rsa, rsa_key
from table import CLIENT_ID, CLIENT_SECRET, RESOURCE, TENANT, VAULT, VAULT_URL, Shown, case, client, equal, new_name, order, raises

secrets, keys, certificates = (lambda: client("secrets")), (lambda: client("keys")), (lambda: client("certificates"))


def bad(run, text=None):
    raises(HttpResponseError, run, 400, "BadParameter", text=text)


def token(**grant):
    return order("sign", **{"tenantId": TENANT, "clientId": CLIENT_ID, "audience": RESOURCE, **grant})["token"]


def unauthorized(shown):
    raises(HttpResponseError, lambda: client("secrets", Shown(shown)).get_secret("any"), 401, "Unauthorized")


@case("token.other issuer", True)
def other_issuer():
    unauthorized(token(tenantId="99999999-9999-4999-8999-999999999999"))


@case("token.other signature", True)
def other_signature():
    claims = jwt.decode(token(), options={"verify_signature": False})
    unauthorized(jwt.encode(claims, new_rsa(), "RS256", headers={"kid": "key-vault-server"}))


@case("token.garbage", True)
def garbage():
    unauthorized("not-a-token")


@case("token.renewed after a challenge", True)
def renewed():
    """A client that comes without a token learns from the refusal where to get one."""
    name = new_name("challenge")
    clients = SecretClient(VAULT_URL, ClientSecretCredential(TENANT, CLIENT_ID, CLIENT_SECRET), retry_total=0)
    equal(clients.set_secret(name, "value").value, "value")


@case("token.challenge")
def challenge():
    answer = requests.get(f"{VAULT_URL}/secrets/any?api-version=7.6")
    equal(answer.status_code, 401)
    header = answer.headers.get("WWW-Authenticate", "")
    equal((f'resource="{RESOURCE}"' in header, TENANT in header), (True, True), header)


def in_cloud(cloud, authority, suffix):
    """Its own authority, its own audience: a token of the public cloud opens nothing here."""
    if cloud:
        order("vault", name="judged", tenantId=TENANT, clientId=CLIENT_ID, cloud=cloud)
    credential = ClientSecretCredential(
        TENANT, CLIENT_ID, CLIENT_SECRET, authority=authority, disable_instance_discovery=cloud is None
    )
    url = f"https://judged.{suffix}"
    equal(client("secrets", credential, url).set_secret("a", "b").value, "b")
    raises(HttpResponseError, lambda: client("secrets", Shown(token()), url).get_secret("a"), 401, "Unauthorized")


for each in (
    ("usGovernment", AzureAuthorityHosts.AZURE_GOVERNMENT, "vault.usgovcloudapi.net"),
    ("china", AzureAuthorityHosts.AZURE_CHINA, "vault.azure.cn"),
    ("german", "login.microsoftonline.de", "vault.microsoftazure.de"),
    (None, "login.private.test", "vault.private.test"),
):
    case(f"cloud.{each[0] or 'private'}", True)(lambda each=each: in_cloud(*each))


@case("request.without api-version", True)
def without_version():
    answer = requests.get(f"{VAULT_URL}/secrets", headers={"authorization": f"Bearer {token()}"})
    equal((answer.status_code, answer.json()["error"]["code"]), (400, "BadParameter"))


@case("request.unknown api-version", True)
def unknown_version():
    answer = requests.get(f"{VAULT_URL}/secrets?api-version=1.0", headers={"authorization": f"Bearer {token()}"})
    equal((answer.status_code, answer.json()["error"]["code"]), (400, "BadParameter"))


@case("request.id")
def request_id():
    error = raises(ResourceNotFoundError, lambda: secrets().get_secret(new_name("absent")))
    equal(len(error.response.headers["x-ms-request-id"]), 36)


@case("name.underscore")
def underscore():
    bad(lambda: secrets().set_secret("a_b", "value"))


@case("name.too long")
def too_long():
    bad(lambda: secrets().set_secret("a" * 128, "value"))


@case("name.case")
def other_case():
    name = new_name("case")
    secrets().set_secret(name, "value")
    equal(secrets().get_secret(name.upper()).value, "value")


@case("secret.largest value")
def largest():
    value = "v" * 25_600
    equal(secrets().set_secret(new_name("large"), value).value, value)


@case("secret.value too large")
def too_large():
    bad(lambda: secrets().set_secret(new_name("large"), "v" * 25_601))


@case("secret.too many tags")
def too_many_tags():
    bad(lambda: secrets().set_secret(new_name("tags"), "v", tags={str(each): "v" for each in range(16)}))


@case("secret.disabled")
def disabled():
    name = new_name("disabled")
    secrets().set_secret(name, "value", enabled=False)
    raises(HttpResponseError, lambda: secrets().get_secret(name), 403, "Forbidden", "SecretDisabled")
    listed = {each.name: each.enabled for each in secrets().list_properties_of_secrets()}
    equal(listed[name], False, "enabled in the list")


@case("secret.versions")
def versions():
    name = new_name("versions")
    first, second = (secrets().set_secret(name, value).properties.version for value in ("one", "two"))
    equal(secrets().get_secret(name).value, "two")
    equal(secrets().get_secret(name, first).value, "one")
    equal({each.version for each in secrets().list_properties_of_secret_versions(name)}, {first, second}, "versions")
    raises(ResourceNotFoundError, lambda: secrets().get_secret(name, "0" * 32), 404, "SecretNotFound")


@case("secret.attributes")
def attributes():
    end = datetime.datetime(2099, 1, 2, tzinfo=datetime.timezone.utc)
    name = new_name("attributes")
    secrets().set_secret(name, "value", expires_on=end, not_before=end, content_type="c", tags={"a": "b"})
    found = secrets().get_secret(name).properties
    equal((found.expires_on, found.not_before, found.content_type, found.tags), (end, end, "c", {"a": "b"}))
    secrets().update_secret_properties(name, content_type="d")
    found = secrets().get_secret(name).properties
    equal((found.expires_on, found.content_type, found.tags, found.recoverable_days), (end, "d", {"a": "b"}, 90))


@case("secret.recovered")
def recovered():
    name = new_name("recovered")
    secrets().set_secret(name, "value", tags={"a": "b"})
    secrets().begin_delete_secret(name).wait()
    deleted = secrets().get_deleted_secret(name)
    equal((deleted.name, bool(deleted.recovery_id), deleted.scheduled_purge_date > deleted.deleted_date), (name, True, True))
    secrets().begin_recover_deleted_secret(name).wait()
    equal((secrets().get_secret(name).value, secrets().get_secret(name).properties.tags), ("value", {"a": "b"}))
    equal(secrets().set_secret(name, "again").value, "again")


@case("secret.purged")
def purged():
    name = new_name("purged")
    secrets().set_secret(name, "value")
    secrets().begin_delete_secret(name).wait()
    secrets().purge_deleted_secret(name)
    raises(ResourceNotFoundError, lambda: secrets().get_deleted_secret(name), 404)


def within(seconds, run):
    """Runs it until it finds what it looks for."""
    end = time.monotonic() + seconds
    while True:
        try:
            return run()
        except ResourceNotFoundError:
            if time.monotonic() > end:
                raise
        time.sleep(0.1)


@case("secret.being deleted, being recovered", True)
def in_between():
    name = new_name("between")
    secrets().set_secret(name, "value")
    order("delays", vault=VAULT, deletionMs=600, recoveryMs=600)
    try:
        secrets().begin_delete_secret(name)
        raises(ResourceNotFoundError, lambda: secrets().get_deleted_secret(name), 404)
        raises(ResourceExistsError, lambda: secrets().set_secret(name, "again"), 409, "Conflict", "ObjectIsBeingDeleted")
        within(30, lambda: secrets().get_deleted_secret(name))
        secrets().begin_recover_deleted_secret(name)
        raises(ResourceNotFoundError, lambda: secrets().get_secret(name), 404)
        raises(ResourceExistsError, lambda: secrets().set_secret(name, "again"), 409, "Conflict", "ObjectIsBeingRecovered")
        equal(within(30, lambda: secrets().get_secret(name)).value, "value")
    finally:
        order("delays", vault=VAULT, deletionMs=0, recoveryMs=0)


@case("secret.purge protection", True)
def purge_protection():
    order("vault", name="judged-kept", tenantId=TENANT, clientId=CLIENT_ID, purgeProtection=True)
    kept = client("secrets", url=VAULT_URL.replace(VAULT, "judged-kept"))
    equal(kept.set_secret("a", "b").properties.recovery_level, "Recoverable")
    kept.begin_delete_secret("a").wait()
    raises(HttpResponseError, lambda: kept.purge_deleted_secret("a"), 403, "Forbidden")


@case("secret.403 of a vault with roles", True)
def roles():
    order("vault", name="judged-roles", tenantId=TENANT, clientId=CLIENT_ID, grantedBy="roles", access={"secrets": ["list"]})
    with_roles = client("secrets", url=VAULT_URL.replace(VAULT, "judged-roles"))
    equal(list(with_roles.list_properties_of_secrets()), [])
    raises(HttpResponseError, lambda: with_roles.get_secret("a"), 403, "Forbidden", "ForbiddenByRbac")


@case("throttled.comes again", True)
def comes_again():
    name = new_name("throttled")
    secrets().set_secret(name, "value")
    patient = client("secrets", retry_total=3, retry_backoff_factor=60)
    patient.get_secret(name)
    order("throttle", vault=VAULT, calls=1, retryAfter=1)
    began = time.monotonic()
    equal(patient.get_secret(name).value, "value")
    equal(1 <= time.monotonic() - began < 30, True, "whether it waited as long as it was told")


@case("throttled.other vaults are not", True)
def others_are_not():
    order("vault", name="judged-other", tenantId=TENANT, clientId=CLIENT_ID)
    other = client("secrets", url=VAULT_URL.replace(VAULT, "judged-other"))
    order("throttle", vault=VAULT, calls=1, retryAfter=1)
    equal(other.set_secret("a", "b").value, "b")
    raises(HttpResponseError, lambda: secrets().set_secret(new_name("throttled"), "v"), 429)


@case("key.import without private half")
def without_private():
    bad(lambda: keys().import_key(new_name("key"), JsonWebKey(**{k: v for k, v in ec_key().items() if k != "d"})))


@case("key.import with parts that do not fit")
def parts_that_do_not_fit():
    bad(lambda: keys().import_key(new_name("key"), JsonWebKey(**{**ec_key(), "y": bytes(32)})))


@case("key.versions and attributes")
def key_versions():
    name = new_name("key")
    first = keys().import_key(name, JsonWebKey(**rsa_key()), tags={"a": "b"})
    second = keys().create_ec_key(name, curve="P-384", enabled=False)
    found = keys().get_key(name, first.properties.version)
    equal((found.key.e, found.key.d, list(found.key_operations), found.properties.tags), (rsa_key()["e"], None, ["sign", "verify"], {"a": "b"}))
    equal((keys().get_key(name).key.crv, keys().get_key(name).properties.enabled), ("P-384", False))
    equal(keys().get_key(name).id, second.id)


@case("certificate.pfx")
def pfx():
    """The secret and the key behind a certificate have its versions."""
    name = new_name("pfx")
    made = certificates().import_certificate(name, PFX, tags={"a": "b"})
    equal((made.cer, made.properties.tags), (LEAF.public_bytes(Encoding.DER), {"a": "b"}))
    behind = secrets().get_secret(name)
    equal((behind.properties.content_type, behind.properties.managed), ("application/x-pkcs12", True))
    equal(behind.properties.version, made.properties.version, "version of the secret")
    key, leaf, chain = pkcs12.load_key_and_certificates(base64.b64decode(behind.value), None)
    equal((key.private_numbers(), leaf, chain), (LEAF_KEY.private_numbers(), LEAF, [CA]))
    equal(int.from_bytes(keys().get_key(name).key.n, "big"), LEAF_KEY.public_key().public_numbers().n)


@case("certificate.pem")
def pem():
    name = new_name("pem")
    certificates().import_certificate(name, PEM, policy=PEM_POLICY)
    behind = secrets().get_secret(name)
    equal(behind.properties.content_type, "application/x-pem-file")
    equal(x509.load_pem_x509_certificates(behind.value.encode()), [LEAF, CA])
    equal("BEGIN PRIVATE KEY" in behind.value, True)


@case("certificate.pem without the policy")
def pem_without_policy():
    bad(lambda: certificates().import_certificate(new_name("pem"), PEM))


@case("certificate.pfx with the policy for pem")
def pfx_as_pem():
    bad(lambda: certificates().import_certificate(new_name("pfx"), PFX, policy=PEM_POLICY))


@case("certificate.without key")
def without_key():
    bad(lambda: certificates().import_certificate(new_name("pem"), cert_pem(LEAF), policy=PEM_POLICY))


@case("certificate.another's key")
def anothers_key():
    bad(lambda: certificates().import_certificate(new_name("pem"), key_pem(new_rsa()) + cert_pem(LEAF), policy=PEM_POLICY))


@case("certificate.pfx without key")
def pfx_without_key():
    chain = pkcs12.serialize_key_and_certificates(None, None, None, [LEAF, CA], NoEncryption())
    bad(lambda: certificates().import_certificate(new_name("pfx"), chain))


@case("certificate.key in the old form")
def old_form():
    old = key_pem(LEAF_KEY, PrivateFormat.TraditionalOpenSSL) + cert_pem(LEAF)
    bad(lambda: certificates().import_certificate(new_name("pem"), old, policy=PEM_POLICY))


@case("certificate.garbage")
def not_a_certificate():
    bad(lambda: certificates().import_certificate(new_name("pfx"), b"garbage"))


@case("certificate.deleted with what is behind it")
def deleted_together():
    name = new_name("together")
    certificates().import_certificate(name, PFX)
    certificates().begin_delete_certificate(name).wait()
    for get in (certificates().get_certificate, secrets().get_secret, keys().get_key):
        raises(ResourceNotFoundError, lambda: get(name), 404)
    certificates().begin_recover_deleted_certificate(name).wait()
    for get in (certificates().get_certificate, secrets().get_secret, keys().get_key):
        equal(get(name).name, name)


@case("certificate.listed")
def listed():
    name = new_name("listed")
    made = certificates().import_certificate(name, PFX)
    found = next(each for each in certificates().list_properties_of_certificates() if each.name == name)
    equal((found.x509_thumbprint, found.expires_on), (made.properties.x509_thumbprint, LEAF.not_valid_after_utc))
