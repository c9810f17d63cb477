import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import type { FunctionContext } from '../exec/functions.ts';
import { sprint } from '../fmt/print.ts';
import { parseCertificate } from '../pki/certificate.ts';
import { ipBytes } from '../pki/ip-address.ts';
import type { Issuer } from '../pki/issue.ts';
import { belongsTo, issue } from '../pki/issue.ts';
import { encodePem, nextPem } from '../pki/pem.ts';
import { operationNanoseconds, readLabelledKey, traditionalPem } from '../pki/private-key.ts';
import { quote } from '../strconv/quote.ts';
import { GoError, plainError } from '../value/go-error.ts';
import type { PublicText } from '../value/public-text.ts';
import { authored, constant, shown } from '../value/public-text.ts';
import { isAscii } from '../value/utf8.ts';
import type { GoType, Value } from '../value/values.ts';
import { GoObject } from '../value/values.ts';
import { newRsaKey } from './crypto-keys.ts';
import { costing, define, inThread, own, t } from './define.ts';
import { decodeGoBase64 } from './encoding.ts';

const certificateType: GoType = { name: 'sprig.certificate', kind: 'struct' };

/** A certificate and its private key, both as PEM. */
class GoCertificate extends GoObject {
  readonly type = certificateType;
  readonly cert: string;
  readonly key: string;

  constructor(cert: string, key: string) {
    super();
    this.cert = cert;
    this.key = key;
  }

  override fields(): ReadonlyMap<string, Value> {
    return new Map([
      ['Cert', this.cert],
      ['Key', this.key],
    ]);
  }

  override equals(other: GoObject): boolean {
    return other instanceof GoCertificate && other.cert === this.cert && other.key === this.key;
  }
}

const certificate = own<GoCertificate>(certificateType);

/** Runs a step; its error gets Go's words in front, which hold no value. */
function within<T>(words: string, step: () => T): T {
  const prefix = authored(words);
  try {
    return step();
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    const reason = error.publicReason === undefined ? undefined : shown`${prefix}: ${error.publicReason}`;
    throw new GoError(`${prefix}: ${error.goText}`, reason);
  }
}

/** What the functions let a template say about a certificate. */
interface Wish {
  readonly commonName: string;
  readonly ips: readonly Value[] | null;
  readonly dns: readonly Value[] | null;
  readonly days: number;
  readonly isCa?: boolean;
}

function addresses(context: FunctionContext, values: readonly Value[]): string[] {
  return values.map((value) => {
    if (typeof value !== 'string') {
      const text = sprint(context.budget, [value]);
      throw new GoError(
        `error parsing ip: ${text} is not a string`,
        constant('error parsing ip: an element of the list is not a string'),
      );
    }
    if (ipBytes(value) === undefined) {
      throw new GoError(
        `error parsing ip: ${value}`,
        constant('error parsing ip: an element of the list is no IP address'),
      );
    }
    return value;
  });
}

function dnsNames(context: FunctionContext, values: readonly Value[]): string[] {
  return values.map((value) => {
    if (typeof value === 'string') return value;
    const start = constant('error processing alternate dns name:');
    throw new GoError(
      `${start} ${sprint(context.budget, [value])} is not a string`,
      shown`${start} an element is not a string`,
    );
  });
}

const nanosPerSecond = 1_000_000_000n;
const nanosPerDay = 86_400n * nanosPerSecond;

/** Makes the certificate of a key; without an issuer the key signs it itself. */
function make(context: FunctionContext, wish: Wish, key: KeyObject, issuer?: Issuer): GoCertificate {
  const ips = addresses(context, wish.ips ?? []);
  const dns = dnsNames(context, wish.dns ?? []);
  const now = context.now();
  // Go counts durations in 64 bits of nanoseconds: about 292 years.
  const lifetime = BigInt.asIntN(64, nanosPerDay * BigInt(wish.days));
  const signing = operationNanoseconds(issuer?.key ?? key);
  context.budget.announce(signing);
  context.budget.pay(signing);
  const der = within('error creating certificate', () => {
    const foreign = dns.find((name) => !isAscii(name));
    if (foreign !== undefined) {
      throw new GoError(
        `x509: ${quote(foreign)} cannot be encoded as an IA5String`,
        constant('x509: a DNS name cannot be encoded as an IA5String'),
      );
    }
    const request = {
      commonName: wish.commonName,
      ips,
      dns,
      serial: context.random.bytes(16),
      notBefore: now / nanosPerSecond,
      notAfter: (now + lifetime) / nanosPerSecond,
      publicKey: createPublicKey(key),
      isCa: wish.isCa ?? false,
    };
    return issue(request, issuer ?? { ownKey: key });
  });
  return new GoCertificate(encodePem('CERTIFICATE', der), traditionalPem(key));
}

function givenKey(pem: string): KeyObject {
  return within('parsing private key', () => readLabelledKey(pem));
}

/** The authority that `genCA` or `buildCustomCert` gave. */
function issuerOf(authority: GoCertificate): Issuer {
  const found = nextPem(authority.cert);
  if (found.kind === 'none') throw plainError('unable to decode certificate');
  const { bytes } = found.block;
  const parsed = within('error parsing certificate: decodedSignerCert.Bytes', () => parseCertificate(bytes));
  const key = within('error parsing private key', () => readLabelledKey(authority.key));
  if (!belongsTo(key, parsed.publicKey)) {
    throw plainError("error creating certificate: x509: provided PrivateKey doesn't match parent's PublicKey");
  }
  return { key, name: parsed.subject, keyId: parsed.subjectKeyId };
}

function decoded(base64: string, problem: PublicText): string {
  const result = decodeGoBase64(base64);
  if (!result.ok) throw plainError(problem);
  return result.bytes;
}

function customCertificate(context: FunctionContext, base64Cert: string, base64Key: string): GoCertificate {
  context.budget.allocate(4 * (base64Cert.length + base64Key.length));
  const cert = decoded(base64Cert, constant('unable to decode base64 certificate'));
  const key = decoded(base64Key, constant('unable to decode base64 private key'));
  const found = nextPem(cert);
  if (found.kind === 'none') throw plainError('unable to decode certificate');
  const { bytes } = found.block;
  within('error parsing certificate: decodedCert.Bytes', () => parseCertificate(bytes));
  within('error parsing private key', () => readLabelledKey(key));
  return new GoCertificate(cert, key);
}

const rsaBits = 2048;
const wishes = [t.string, t.list, t.list, t.int] as const;

/** Certificates, new at every rendering. Those that make a key run in a worker. */
export const certificateFunctions = [
  inThread(
    define('genCA', [t.string, t.int], certificate, (context, commonName, days) =>
      make(context, { commonName, ips: null, dns: null, days, isCa: true }, newRsaKey(rsaBits)),
    ),
  ),
  define('genCAWithKey', [t.string, t.int, t.string], certificate, (context, commonName, days, key) =>
    make(context, { commonName, ips: null, dns: null, days, isCa: true }, givenKey(key)),
  ),
  inThread(
    define('genSelfSignedCert', wishes, certificate, (context, commonName, ips, dns, days) =>
      make(context, { commonName, ips, dns, days }, newRsaKey(rsaBits)),
    ),
  ),
  define('genSelfSignedCertWithKey', [...wishes, t.string], certificate, (context, commonName, ips, dns, days, key) =>
    make(context, { commonName, ips, dns, days }, givenKey(key)),
  ),
  inThread(
    define('genSignedCert', [...wishes, certificate], certificate, (context, commonName, ips, dns, days, ca) => {
      const issuer = issuerOf(ca);
      return make(context, { commonName, ips, dns, days }, newRsaKey(rsaBits), issuer);
    }),
  ),
  define(
    'genSignedCertWithKey',
    [...wishes, certificate, t.string],
    certificate,
    (context, commonName, ips, dns, days, ca, key) => {
      const subjectKey = givenKey(key);
      return make(context, { commonName, ips, dns, days }, subjectKey, issuerOf(ca));
    },
  ),
  ...costing(500_000, [define('buildCustomCert', [t.string, t.string], certificate, customCertificate)]),
];
