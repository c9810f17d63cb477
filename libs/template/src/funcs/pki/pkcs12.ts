import type { FunctionContext } from '../../exec/functions.ts';
import type { Certificate } from '../../pki/certificate.ts';
import { parseCertificate } from '../../pki/certificate.ts';
import { allPem, nextPem } from '../../pki/pem.ts';
import type { Pkcs12 } from '../../pki/pkcs12/read.ts';
import { readPkcs12 } from '../../pki/pkcs12/read.ts';
import { writeKeyStore, writeTrustStore } from '../../pki/pkcs12/write.ts';
import { pkcs8Pem, readAnyKey } from '../../pki/private-key.ts';
import { GoError, plainError } from '../../value/go-error.ts';
import type { Constant, PublicText } from '../../value/public-text.ts';
import { constant, shown } from '../../value/public-text.ts';
import { toBytes } from '../../value/utf8.ts';
import { costing, define, t } from '../define.ts';
import { certificatesPem, charged, ordered } from './pem-filters.ts';

/** Rounds of PBKDF2 that take about as long as one step of a template. */
const roundsPerStep = 4;

function open(context: FunctionContext, password: string, input: string, problem: PublicText): Pkcs12 {
  try {
    return readPkcs12(toBytes(charged(context, input)), password, (rounds) => {
      context.budget.step(rounds / roundsPerStep);
    });
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    const reason = error.publicReason ?? constant('it cannot be read');
    throw new GoError(`${problem}: ${error.goText}`, shown`${problem}: ${reason}`);
  }
}

function keyOf(context: FunctionContext, password: string, input: string): string {
  return pkcs8Pem(open(context, password, input, constant('unable to decode pkcs12 with password')).key);
}

function certificatesIn(context: FunctionContext, password: string, input: string): string {
  const { certificates } = open(
    context,
    password,
    input,
    constant('unable to decode pkcs12 certificate with password'),
  );
  return certificatesPem(inOrder(context, certificates));
}

/** From leaf to root where they are one chain, as they came otherwise. */
function inOrder(context: FunctionContext, certificates: readonly Certificate[]): readonly Certificate[] {
  try {
    return ordered(context, certificates);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    return certificates;
  }
}

/** Go's words for what the reference runs into without a check; the public text says what is wrong. */
function panic<const T extends string>(problem: Constant<T>): GoError {
  return new GoError('runtime error: invalid memory address or nil pointer dereference', constant<T>(problem));
}

function firstCertificate(pem: string): Certificate {
  const found = nextPem(pem);
  if (found.kind === 'none') throw panic('the certificate is no PEM');
  return parseCertificate(found.block.bytes);
}

/** Every block has to be a certificate. Blank lines behind the last one are fine, although the reference fails on them. */
function everyCertificate(pem: string): readonly Certificate[] {
  const { blocks, rest } = allPem(pem);
  if (blocks.length === 0) throw panic('the certificate is no PEM');
  if (rest.trim() !== '') throw panic('something follows the last certificate that is no PEM');
  return blocks.map(({ bytes }) => parseCertificate(bytes));
}

function keyStore(
  context: FunctionContext,
  certificates: readonly Certificate[],
  keyPem: string,
  password: string,
): string {
  const found = nextPem(keyPem);
  if (found.kind === 'none') throw panic('the private key is no PEM');
  const key = readAnyKey(found.block.bytes);
  if (key === undefined) throw plainError('unable to parse private key type');
  const lock = { password, random: context.random };
  return base64(writeKeyStore({ key, certificates }, lock));
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function single(context: FunctionContext, certificate: string, key: string, password: string): string {
  return keyStore(context, [firstCertificate(charged(context, certificate))], charged(context, key), password);
}

function chain(context: FunctionContext, certificates: string, key: string, password: string): string {
  return keyStore(context, everyCertificate(charged(context, certificates)), charged(context, key), password);
}

function trustStore(context: FunctionContext, certificates: string, password: string): string {
  const lock = { password, random: context.random };
  return base64(writeTrustStore(everyCertificate(charged(context, certificates)), lock));
}

/** PKCS#12 in and out. What goes out is new at every rendering: salts are random. */
export const pkcs12Functions = [
  ...costing(3_000_000, [
    define('pkcs12key', [t.string], t.string, (context, input) => keyOf(context, '', input)),
    define('pkcs12keyPass', [t.string, t.string], t.string, keyOf),
    define('pkcs12cert', [t.string], t.string, (context, input) => certificatesIn(context, '', input)),
    define('pkcs12certPass', [t.string, t.string], t.string, certificatesIn),
  ]),
  ...costing(6_000_000, [
    define('pemToPkcs12', [t.string, t.string], t.string, (context, cert, key) => single(context, cert, key, '')),
    define('pemToPkcs12Pass', [t.string, t.string, t.string], t.string, single),
    define('fullPemToPkcs12', [t.string, t.string], t.string, (context, cert, key) => chain(context, cert, key, '')),
    define('fullPemToPkcs12Pass', [t.string, t.string, t.string], t.string, chain),
    define('pemTruststoreToPKCS12', [t.string], t.string, (context, certs) => trustStore(context, certs, '')),
    define('pemTruststoreToPKCS12Pass', [t.string, t.string], t.string, trustStore),
  ]),
];
