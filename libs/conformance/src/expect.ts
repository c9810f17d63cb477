import { Code, ConnectError } from '@connectrpc/connect';
import { ErrorSchema, type Error as ErrorDetail } from '@eso/api/stubs';
import { demand, BrokenRule } from './broken-rule.ts';

/** An error of a provider, with its own detail where it has one. */
export interface Refusal {
  readonly status: Code;
  readonly detail: ErrorDetail | undefined;
}

/** Characters of a provider's own words that are shown. */
const MOST_SHOWN = 600;

/** Statuses by which a provider says that a request is not to be: any of them is right where the contract names no single one. */
export const REFUSED = [Code.PermissionDenied, Code.InvalidArgument, Code.FailedPrecondition] as const;

/**
 * The error that a call ends with.
 * @throws BrokenRule where it succeeds, or ends with a status that is not among those
 */
export async function expectRefusal(call: Promise<unknown>, statuses: readonly Code[], what = 'it'): Promise<Refusal> {
  const refusal = await refusalOf(call);
  const wanted = statuses.map((status) => Code[status]).join(' or ');
  if (!refusal) throw new BrokenRule(`${what} was answered with OK, not with ${wanted}`);
  demand(statuses.includes(refusal.status), `${what} was answered with ${said(refusal)}, not with ${wanted}`);
  return refusal;
}

/** The error that a call ends with; undefined where it succeeds. */
export async function refusalOf(call: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await call;
    return undefined;
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    return { status: error.code, detail: error.findDetails(ErrorSchema)[0] };
  }
}

/** A call's answer. @throws BrokenRule where it ends with an error */
export async function expectAnswer<T>(call: Promise<T>, what = 'it'): Promise<T> {
  try {
    return await call;
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    throw new BrokenRule(
      `${what} was answered with ${said({ status: error.code, detail: error.findDetails(ErrorSchema)[0] })}`,
    );
  }
}

/** @throws BrokenRule that names lengths and a position, and no value */
export function expectBytes(seen: Uint8Array, wanted: Uint8Array, what: string): void {
  if (Buffer.compare(seen, wanted) === 0) return;
  const at = wanted.findIndex((byte, index) => byte !== seen[index]);
  const where = at === -1 ? `after byte ${wanted.length}` : `from byte ${at + 1}`;
  throw new BrokenRule(
    `${what} has ${seen.length} bytes that are not the ${wanted.length} expected: they differ ${where}`,
  );
}

/** @throws BrokenRule where keys lack or are too many, or a value is another */
export function expectEntries(
  seen: Readonly<Record<string, Uint8Array>>,
  wanted: Readonly<Record<string, Uint8Array>>,
  what: string,
): void {
  const lacks = Object.keys(wanted).filter((key) => !Object.hasOwn(seen, key));
  const more = Object.keys(seen).filter((key) => !Object.hasOwn(wanted, key));
  demand(lacks.length === 0, `${what} lacks ${lacks.length} of ${Object.keys(wanted).length} keys: ${some(lacks)}`);
  demand(more.length === 0, `${what} has ${more.length} keys that are not expected: ${some(more)}`);
  for (const [key, value] of Object.entries(wanted))
    expectBytes(seen[key] ?? new Uint8Array(), value, `${key} of ${what}`);
}

function some(keys: readonly string[]): string {
  return keys.slice(0, 5).join(', ') + (keys.length > 5 ? ', …' : '');
}

/** As the provider says it, which is made to be shown. */
function said({ status, detail }: Refusal): string {
  if (!detail?.code) return Code[status];
  const { code, message, details } = detail;
  return `${Code[status]} ${code} (${[message, details['next_step']].filter(Boolean).join('; ').slice(0, MOST_SHOWN)})`;
}
