import { Code } from '@connectrpc/connect';
import { errorCodes, isErrorCode } from '@eso/api/contract';
import { BrokenRule, demand, NothingToCheck } from '../broken-rule.ts';
import type { Lab } from '../lab.ts';
import type { Heard } from '../wire/overheard.ts';
import type { Check } from './check.ts';

const MOST_BYTES = 512;
/** Statuses of what may succeed by itself a moment later. */
const TRANSIENT: ReadonlySet<number> = new Set([
  Code.Unavailable,
  Code.ResourceExhausted,
  Code.Aborted,
  Code.DeadlineExceeded,
]);
/** Line breaks and what else is not seen: controls, and marks that change the direction of text. */
const UNSEEN = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;

/** What the errors of the whole run say. */
export const wordChecks = {
  'words.1': async (lab) => {
    for (const heard of judged(lab)) {
      const { method, status, details } = heard;
      const [detail] = details;
      demand(detail !== undefined, `${said(heard)} has no provider.v1.Error`);
      demand(
        isErrorCode(detail.code),
        `${said(heard)} has the code ${JSON.stringify(detail.code)}, which is none of the contract`,
      );
      const { grpc } = errorCodes[detail.code];
      demand(
        grpc === status,
        `${method}: the code ${detail.code} goes with ${Code[grpc]}, not with ${statusOf(heard)}`,
      );
    }
    return Promise.resolve();
  },
  'words.2': async (lab) => {
    for (const heard of heardOf(lab.overheard.all))
      for (const text of [heard.message, ...heard.details.map(({ message }) => message)]) {
        demand(Buffer.byteLength(text) <= MOST_BYTES, `${said(heard)} says ${Buffer.byteLength(text)} bytes`);
        demand(!UNSEEN.test(text), `${said(heard)} says more than one line, or what is not seen`);
      }
    return Promise.resolve();
  },
  'words.3': async (lab) => {
    const values = lab.secretValues().flatMap(forms);
    for (const heard of heardOf(lab.overheard.all)) {
      const text = [
        heard.message,
        ...heard.details.flatMap(({ message, code, details }) => [message, code, ...Object.entries(details).flat()]),
      ];
      const all = [...text.map((said) => Buffer.from(said)), ...heard.rest.map((bytes) => Buffer.from(bytes))];
      for (const value of values)
        if (all.some((bytes) => bytes.includes(value))) throw new BrokenRule(`${said(heard)} says a value`);
    }
    return Promise.resolve();
  },
  'words.4': async (lab) => {
    for (const heard of judged(lab)) {
      const [detail] = heard.details;
      demand(!detail || Boolean(detail.details['next_step']), `${said(heard)} has no next_step`);
    }
    return Promise.resolve();
  },
  'words.5': async (lab) => {
    for (const heard of judged(lab)) {
      const retryable = heard.details.some((detail) => detail.retryable);
      demand(!retryable || TRANSIENT.has(heard.status ?? 0), `${said(heard)} is said to be retryable`);
    }
    return Promise.resolve();
  },
} as const satisfies Readonly<Record<string, Check>>;

/** Errors that the provider's own code has made; a library answers Unimplemented without it. */
function judged(lab: Lab): Heard[] {
  return heardOf(lab.overheard.all.filter((heard) => heard.judged && heard.status !== Code.Unimplemented));
}

/** @throws NothingToCheck where there is no error */
function heardOf(errors: Heard[]): Heard[] {
  if (errors.length === 0) throw new NothingToCheck('no error was seen');
  return errors;
}

function said(heard: Heard): string {
  const code = heard.details[0]?.code;
  return `an error of ${heard.method} (${[statusOf(heard), code].filter(Boolean).join(' ')})`;
}

function statusOf({ status }: Heard): string {
  return status === undefined ? '' : (Code[status] ?? String(status));
}

/** A value as it may be quoted: as it is, without the space around it, as text of JSON, in base64. */
function forms(value: Buffer): Buffer[] {
  const text = value.toString();
  const inJson = JSON.stringify(text).slice(1, -1);
  return [value, Buffer.from(text.trim()), Buffer.from(inJson), Buffer.from(value.toString('base64'))].filter(
    ({ length }) => length > 0,
  );
}
