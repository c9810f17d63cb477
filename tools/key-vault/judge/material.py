"""Keys and certificates for the cases, made by the `cryptography` package once per run."""
import base64
import datetime
import functools

from azure.keyvault.certificates import CertificateContentType, CertificatePolicy
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import NameOID


def new_rsa():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(subject, key, issuer=None, issuer_key=None, ca=False):
    """A certificate of one day."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer.subject if issuer else name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(minutes=5))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    return builder.sign(issuer_key or key, hashes.SHA256())


def key_pem(key, form=PrivateFormat.PKCS8):
    return key.private_bytes(Encoding.PEM, form, NoEncryption())


def cert_pem(cert):
    return cert.public_bytes(Encoding.PEM)


LEAF_KEY, CA_KEY = new_rsa(), ec.generate_private_key(ec.SECP256R1())
CA = certificate("judge authority", CA_KEY, ca=True)
LEAF = certificate("judge leaf", LEAF_KEY, CA, CA_KEY)
PFX = pkcs12.serialize_key_and_certificates(b"leaf", LEAF_KEY, LEAF, [CA], NoEncryption())
PEM = key_pem(LEAF_KEY) + cert_pem(LEAF) + cert_pem(CA)
PEM_POLICY = CertificatePolicy(issuer_name="Unknown", content_type=CertificateContentType.pem)


def number(value, size=None):
    return value.to_bytes(size or (value.bit_length() + 7) // 8, "big")


@functools.cache
def rsa_key():
    """A private RSA key as a JWK, its parts as bytes."""
    numbers = LEAF_KEY.private_numbers()
    public = numbers.public_numbers
    return {
        "kty": "RSA",
        "key_ops": ["sign", "verify"],
        **{name: number(value) for name, value in {
            "n": public.n, "e": public.e, "d": numbers.d, "p": numbers.p, "q": numbers.q,
            "dp": numbers.dmp1, "dq": numbers.dmq1, "qi": numbers.iqmp,
        }.items()},
    }


@functools.cache
def ec_key():
    """A private key on P-256 as a JWK, its parts as bytes."""
    numbers = CA_KEY.private_numbers()
    public = numbers.public_numbers
    return {"kty": "EC", "crv": "P-256", "x": number(public.x, 32), "y": number(public.y, 32), "d": number(numbers.private_value, 32)}


def base64url(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
