import type { FunctionContext } from '../../exec/functions.ts';
import type { Certificate } from '../../pki/certificate.ts';
import { parseCertificate } from '../../pki/certificate.ts';
import { certificatesOf, intermediatesOf, leafOf, orderChain, rootOf } from '../../pki/chain.ts';
import { allPem, encodePem, nextPem } from '../../pki/pem.ts';
import { GoError, plainError } from '../../value/go-error.ts';
import { constant, shown } from '../../value/public-text.ts';
import { decodeText } from '../../value/utf8.ts';
import { costing, define, t } from '../define.ts';

/** Charges for reading a text of certificates; call it first. */
export function charged(context: FunctionContext, text: string): string {
  context.budget.allocate(8 * text.length);
  return text;
}

function foldCase(text: string): string {
  return decodeText(text).toLowerCase();
}

function filterPem(context: FunctionContext, type: string, input: string): string {
  const start = charged(context, input).indexOf('-----BEGIN');
  const { blocks, rest } = allPem(start > 0 ? input.slice(start) : input);
  const kept = blocks.filter((block) => foldCase(block.type) === foldCase(type));
  // Blank lines at the end are no junk, although the reference says so.
  if (kept.length === 0 && rest.trim() !== '') throw plainError('error filtering pem: found junk');
  return kept.map((block) => encodePem(block.type, block.bytes, block.headers)).join('');
}

/** Certificates as PEM, one behind the other. */
export function certificatesPem(certificates: readonly Certificate[]): string {
  return certificates.map(({ raw }) => encodePem('CERTIFICATE', raw)).join('');
}

/** The certificates from leaf to root. Comparing two is cheap, but there are as many comparisons as pairs. */
export function ordered(context: FunctionContext, certificates: readonly Certificate[]): readonly Certificate[] {
  context.budget.step(certificates.length ** 2 / 10);
  return orderChain(certificates);
}

/** The chain is ordered first, so that a text that is no chain is an error whatever part of it is wanted. */
function filterCertChain(context: FunctionContext, kind: string, input: string): string {
  const chain = ordered(context, certificatesOf(charged(context, input)));
  switch (kind) {
    case 'leaf':
      return certificatesPem(leafOf(chain));
    case 'intermediate':
      return certificatesPem(intermediatesOf(chain));
    case 'root':
      return certificatesPem(rootOf(chain));
    default:
      return '';
  }
}

function certSans(context: FunctionContext, input: string): readonly string[] | null {
  const found = nextPem(charged(context, input));
  if (found.kind === 'none') throw plainError('failed to decode PEM block');
  const { dns, ips, emails, uris } = parsed(found.block.bytes).altNames;
  const names = [...dns, ...ips, ...emails, ...uris];
  return names.length === 0 ? null : names;
}

function parsed(bytes: Uint8Array): Certificate {
  try {
    return parseCertificate(bytes);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    const problem = constant('failed to parse certificate');
    const reason = error.publicReason === undefined ? problem : shown`${problem}: ${error.publicReason}`;
    throw new GoError(`${problem}: ${error.goText}`, reason);
  }
}

/** What picks parts out of PEM texts. */
export const pemFunctions = [
  define('filterPEM', [t.string, t.string], t.string, filterPem),
  ...costing(500_000, [
    define('filterCertChain', [t.string, t.string], t.string, filterCertChain),
    define('certSANs', [t.string], t.strings, certSans),
  ]),
];
