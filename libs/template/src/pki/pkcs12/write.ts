import type { KeyObject } from 'node:crypto';
import { createCipheriv, createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import type { RandomSource } from '../../exec/functions.ts';
import { decodeText } from '../../value/utf8.ts';
import type { Certificate } from '../certificate.ts';
import { Der } from '../der-read.ts';
import * as der from '../der-write.ts';
import { oids } from '../oids.ts';
import { subjectText } from '../subject-text.ts';
import { derivePkcs12, purpose } from './key-derivation.ts';
import type { Password } from './password.ts';
import { passwordOf } from './password.ts';

// OpenSSL 3, Java 20 and the reference use the same: AES-256-CBC and HMAC-SHA-256, keys by 2048 rounds.
const rounds = 2048;
const saltSize = 16;

/** What a PKCS#12 file holds. */
export interface KeyStore {
  readonly key: KeyObject;
  /** The certificate of the key first, then those of the authorities. */
  readonly certificates: readonly Certificate[];
}

/** What a container is locked with: a password as a byte string, and where salts come from. */
export interface Lock {
  readonly password: string;
  readonly random: RandomSource;
}

function encrypt(
  data: Uint8Array,
  password: Password,
  random: RandomSource,
): { algorithm: Uint8Array; encrypted: Uint8Array } {
  const salt = random.bytes(saltSize);
  const iv = random.bytes(16);
  const key = pbkdf2Sync(password.bytes, salt, rounds, 32, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const prf = der.algorithm(oids.hmacSha256, der.derNull);
  const parameters = der.sequence(der.octetString(salt), der.integer(rounds), prf);
  const algorithm = der.algorithm(
    oids.pbes2,
    der.sequence(der.algorithm(oids.pbkdf2, parameters), der.algorithm(oids.aes256, der.octetString(iv))),
  );
  return { algorithm, encrypted: Buffer.concat([cipher.update(data), cipher.final()]) };
}

function attribute(identifier: string, value: Uint8Array): Uint8Array {
  return der.sequence(der.oid(identifier), der.setOf(value));
}

function bag(kind: string, value: Uint8Array, attributes: readonly Uint8Array[]): Uint8Array {
  const set = attributes.length === 0 ? [] : [der.setOf(...attributes)];
  return der.sequence(der.oid(kind), der.explicit(0, value), ...set);
}

function certificateBag({ raw }: Certificate, attributes: readonly Uint8Array[]): Uint8Array {
  const value = der.sequence(der.oid(oids.x509Certificate), der.explicit(0, der.octetString(raw)));
  return bag(oids.certBag, value, attributes);
}

function plainContent(content: Uint8Array): Uint8Array {
  return der.sequence(der.oid(oids.data), der.explicit(0, der.octetString(content)));
}

function encryptedContent(content: Uint8Array, password: Password, random: RandomSource): Uint8Array {
  const { algorithm, encrypted } = encrypt(content, password, random);
  const info = der.sequence(der.oid(oids.data), algorithm, der.implicit(0, encrypted));
  return der.sequence(der.oid(oids.encryptedData), der.explicit(0, der.sequence(der.integer(0), info)));
}

function sealed(contents: readonly Uint8Array[], password: Password, random: RandomSource): Uint8Array {
  const safe = der.sequence(...contents);
  const salt = random.bytes(saltSize);
  const key = derivePkcs12({
    hash: 'sha256',
    purpose: purpose.mac,
    password: password.utf16,
    salt,
    iterations: rounds,
    size: 32,
  });
  const mac = createHmac('sha256', key).update(safe).digest();
  const digest = der.sequence(der.algorithm(oids.sha256, der.derNull), der.octetString(mac));
  const macData = der.sequence(digest, der.octetString(salt), der.integer(rounds));
  return der.sequence(der.integer(3), plainContent(safe), macData);
}

/** A container with a private key and its certificates. */
export function writeKeyStore({ key, certificates }: KeyStore, lock: Lock): Uint8Array {
  const { random } = lock;
  const password = passwordOf(lock.password);
  const [own] = certificates;
  const thumbprint = createHash('sha1')
    .update(own?.raw ?? '')
    .digest();
  const link = attribute(oids.localKeyId, der.octetString(thumbprint));
  const bags = certificates.map((certificate) => certificateBag(certificate, certificate === own ? [link] : []));
  const { algorithm, encrypted } = encrypt(key.export({ type: 'pkcs8', format: 'der' }), password, random);
  const keyBag = bag(oids.shroudedKeyBag, der.sequence(algorithm, der.octetString(encrypted)), [link]);
  const contents = [encryptedContent(der.sequence(...bags), password, random), plainContent(der.sequence(keyBag))];
  return sealed(contents, password, random);
}

/** A container of certificates that Java trusts. */
export function writeTrustStore(certificates: readonly Certificate[], lock: Lock): Uint8Array {
  const password = passwordOf(lock.password);
  const trusted = attribute(oids.javaTrustStore, der.oid(oids.anyExtendedKeyUsage));
  const bags = certificates.map((certificate) => {
    const name = decodeText(subjectText(Der.parse(certificate.subject)));
    return certificateBag(certificate, [attribute(oids.friendlyName, der.bmpString(name)), trusted]);
  });
  return sealed([encryptedContent(der.sequence(...bags), password, lock.random)], password, lock.random);
}
