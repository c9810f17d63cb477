// X.509 certificates for the control plane's own connections, with Node's crypto alone: this has to run before any
// package is installed. It issues P-256 certificates and nothing else; tests of certificates use libs/testing's TlsLab.
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/**
 * @typedef {object} KeyPair
 * @property {import('node:crypto').KeyObject} key private key
 * @property {string} keyPem private key, PKCS#8
 *
 * @typedef {KeyPair & { certPem: string, subject: Buffer }} Identity a key with its certificate
 *
 * @typedef {object} CertificateRequest
 * @property {string} commonName
 * @property {readonly string[]} [organizations] groups, as Kubernetes reads them
 * @property {readonly string[]} [names] subject alternative names: DNS names and IPv4 addresses
 * @property {'ca' | 'server' | 'client'} use
 * @property {Identity} [issuer] absent: self-signed
 */

/** Clocks of one machine agree; a minute covers rounding. */
const BACKDATE_MS = 60_000;
const VALIDITY_MS = 30 * 24 * 3_600_000;

const OID = {
  commonName: '550403',
  organization: '55040a',
  ecdsaWithSha256: '2a8648ce3d040302',
  subjectAltName: '551d11',
  keyUsage: '551d0f',
  extendedKeyUsage: '551d25',
  basicConstraints: '551d13',
  subjectKeyIdentifier: '551d0e',
  authorityKeyIdentifier: '551d23',
  serverAuth: '2b06010505070301',
  clientAuth: '2b06010505070302',
};

/**
 * One DER element (X.690 §8.1).
 * @param {number} tag
 * @param {...Buffer} parts
 */
function element(tag, ...parts) {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : [0x82, length >> 8, length & 0xff]; /* certificates stay below 64 KiB */
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

/** @param {...Buffer} parts */
const sequence = (...parts) => element(0x30, ...parts);
/** @param {string} hex */
const oid = (hex) => element(0x06, Buffer.from(hex, 'hex'));
/** @param {Date} date */
const time = (date) => element(0x18, Buffer.from(date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')));

/**
 * @param {string} id
 * @param {boolean} critical
 * @param {Buffer} value
 */
const extension = (id, critical, value) =>
  sequence(oid(id), ...(critical ? [element(0x01, Buffer.from([0xff]))] : []), element(0x04, value));

/**
 * @param {string} commonName
 * @param {readonly string[]} organizations
 */
function distinguishedName(commonName, organizations) {
  /** @param {string} id @param {string} text */
  const attribute = (id, text) => element(0x31, sequence(oid(id), element(0x0c, Buffer.from(text))));
  return sequence(
    ...organizations.map((name) => attribute(OID.organization, name)),
    attribute(OID.commonName, commonName),
  );
}

/**
 * Names a key by the hash of its SubjectPublicKeyInfo (RFC 7093 §2, method 4).
 * @param {import('node:crypto').KeyObject} key
 */
const keyIdentifier = (key) =>
  createHash('sha256')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20);

/**
 * @param {CertificateRequest} request
 * @param {import('node:crypto').KeyObject} key
 */
function extensions({ use, names = [], issuer }, key) {
  const list =
    use === 'ca'
      ? [
          extension(OID.basicConstraints, true, sequence(element(0x01, Buffer.from([0xff])))),
          extension(OID.keyUsage, true, element(0x03, Buffer.from([1, 0x06]))) /* keyCertSign, cRLSign */,
        ]
      : [
          extension(OID.keyUsage, true, element(0x03, Buffer.from([7, 0x80]))) /* digitalSignature */,
          extension(OID.extendedKeyUsage, false, sequence(oid(use === 'server' ? OID.serverAuth : OID.clientAuth))),
        ];
  if (names.length > 0) {
    const entries = names.map((name) =>
      isIPv4(name) ? element(0x87, Buffer.from(name.split('.').map(Number))) : element(0x82, Buffer.from(name)),
    );
    list.push(extension(OID.subjectAltName, false, sequence(...entries)));
  }
  list.push(
    extension(OID.subjectKeyIdentifier, false, element(0x04, keyIdentifier(key))),
    extension(OID.authorityKeyIdentifier, false, sequence(element(0x80, keyIdentifier(issuer?.key ?? key)))),
  );
  return element(0xa3, sequence(...list));
}

/** @param {string} label @param {Buffer} der */
const pem = (label, der) =>
  `-----BEGIN ${label}-----\n${der.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()}\n-----END ${label}-----\n`;

/**
 * A fresh P-256 key pair.
 * @returns {KeyPair}
 */
export function newKey() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { key: privateKey, keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}

/**
 * Issues a certificate for a fresh key, valid for 30 days.
 * @param {CertificateRequest} request
 * @returns {Identity}
 */
export function issue(request) {
  const pair = newKey();
  const subject = distinguishedName(request.commonName, request.organizations ?? []);
  const algorithm = sequence(oid(OID.ecdsaWithSha256));
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and never a leading zero
  const now = Date.now();
  const toBeSigned = sequence(
    element(0xa0, element(0x02, Buffer.from([2]))),
    element(0x02, serial),
    algorithm,
    request.issuer?.subject ?? subject,
    sequence(time(new Date(now - BACKDATE_MS)), time(new Date(now + VALIDITY_MS))),
    subject,
    createPublicKey(pair.key).export({ type: 'spki', format: 'der' }),
    extensions(request, pair.key),
  );
  const signature = sign('sha256', toBeSigned, request.issuer?.key ?? pair.key);
  const certificate = sequence(toBeSigned, algorithm, element(0x03, Buffer.from([0]), signature));
  return { ...pair, subject, certPem: pem('CERTIFICATE', certificate) };
}
