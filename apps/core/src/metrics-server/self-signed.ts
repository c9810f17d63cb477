import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { ServerCertificate } from '@eso/runtime';

/** Tags of ASN.1 (X.690 §8), as far as one certificate needs them. */
const TAG = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
};
/** Object identifiers, encoded: ecdsa-with-SHA256, commonName, subjectAltName. */
const OID = { ecdsaSha256: '2a8648ce3d040302', commonName: '550403', subjectAltName: '551d11' };
const VALIDITY_MS = 365 * 24 * 3_600_000;
const LONGEST_NAME = 64;

/**
 * A certificate for `localhost` and 127.0.0.1 that vouches for itself, with a new key: what a server shows that was given none, as
 * controller-runtime does. It keeps listeners out and proves nothing. Valid for a year from an hour ago; made anew at each start.
 * @param now wall clock, milliseconds since the epoch
 */
export function selfSignedCertificate(now: number): ServerCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(spki).digest('hex').slice(0, 16);
  const name = distinguishedName(`external-secrets-metrics@${id}`);
  const algorithm = der(TAG.sequence, oid(OID.ecdsaSha256));
  const serial = randomBytes(16);
  // Positive and without a leading zero (RFC 5280 §4.1.2.2).
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  const body = der(
    TAG.sequence,
    der(0xa0, der(TAG.integer, Buffer.of(2))),
    der(TAG.integer, serial),
    algorithm,
    name,
    der(TAG.sequence, utcTime(now - 3_600_000), utcTime(now + VALIDITY_MS)),
    name,
    spki,
    der(0xa3, der(TAG.sequence, der(TAG.sequence, oid(OID.subjectAltName), der(TAG.octetString, altNames())))),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = der(TAG.sequence, body, algorithm, der(TAG.bitString, Buffer.of(0), signature));
  return { cert: toPem(certificate), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}

function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

function oid(encoded: string): Buffer {
  return der(TAG.oid, Buffer.from(encoded, 'hex'));
}

function distinguishedName(commonName: string): Buffer {
  const text = Buffer.from(commonName.slice(0, LONGEST_NAME));
  return der(TAG.sequence, der(TAG.set, der(TAG.sequence, oid(OID.commonName), der(TAG.utf8, text))));
}

/** YYMMDDHHMMSSZ: until 2049 (RFC 5280 §4.1.2.5.1). */
function utcTime(at: number): Buffer {
  return der(TAG.utcTime, Buffer.from(new Date(at).toISOString().replaceAll(/\D/g, '').slice(2, 14) + 'Z'));
}

function altNames(): Buffer {
  return der(TAG.sequence, der(0x82, Buffer.from('localhost')), der(0x87, Buffer.of(127, 0, 0, 1)));
}

function toPem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
