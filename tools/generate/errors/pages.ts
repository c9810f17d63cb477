/** The pages about errors: one for each code, and the index that links them. */
import { attemptsPerDay, type Remedy } from '@eso/sync';
import type { DocumentedError, ErrorGroup } from './catalogue.ts';

const HEADER = '<!-- Written by `npm run generate`. -->\n\n';

const REMEDIES: Readonly<Record<Remedy, string>> = {
  spec: 'a change of the ExternalSecret, of its store or of its namespace',
  content: 'a change of the ExternalSecret or of what the backend holds',
  absent: 'somebody creates what is missing',
  time: 'it may pass by itself',
};

const INTERVALS: readonly (readonly [string, number])[] = [
  ['0', 0],
  ['1m', 60_000],
  ['1h', 3_600_000],
  ['24h', 86_400_000],
];

const READY =
  'condition Ready of the ExternalSecret (reason `SecretSyncedError`), and its Warning event `UpdateFailed`';

interface GroupText {
  /** Who says it. */
  readonly who: string;
  /** Places besides the code itself where it is seen. */
  readonly where: readonly string[];
}

const GROUPS: Readonly<Record<ErrorGroup, GroupText>> = {
  provider: {
    who: 'A provider answers so',
    where: [
      READY,
      'condition Ready of the store, where the provider says it when it is asked whether the store is valid',
      'log of the provider, with what the backend answered in its own code and its request id',
    ],
  },
  transport: {
    who: 'Core says so of its connection to a provider',
    where: [READY, 'condition Ready of the store', 'log of core'],
  },
  externalSecret: { who: 'Core says so of the ExternalSecret, and of what came for it', where: [READY] },
  store: { who: 'Core says so of the store that the ExternalSecret names', where: [READY] },
  storeStatus: {
    who: 'Core says so of a store, or of the class of a provider',
    where: [
      'condition Ready of the store or class, and its Warning event',
      'condition Ready of ExternalSecrets that use it, after their own code',
    ],
  },
  kubernetes: {
    who: 'The Kubernetes API answers so, or not at all',
    where: [
      `${READY}, where the target could not be written`,
      '`/readyz` of the process, where it lasts and the process can do nothing without it',
      'log of the process',
    ],
  },
};

/** Pages by their path below docs/reference. */
export function errorPages(errors: readonly DocumentedError[]): Map<string, string> {
  const byCode = Map.groupBy(errors, ({ code }) => code);
  const pages = [...byCode].map(([code, said]) => [`errors/${code}.md`, page(code, said)] as const);
  return new Map([['errors.md', index(errors)], ...pages]);
}

function page(code: string, said: readonly DocumentedError[]): string {
  const sections = said.map((error) => section(error)).join('\n');
  const several = said.length > 1 ? `\nSeveral say it; the text in front of \`[${code}]\` tells which.\n` : '';
  return `${HEADER}# ${code}\n\n[All errors](../errors.md)\n${several}\n${sections}`;
}

function section({ group, meaning, nextStep, causes, remedy, wire }: DocumentedError): string {
  const { who, where } = GROUPS[group];
  const status = wire ? ` The gRPC status is ${wire.grpc}.` : '';
  return `## ${who}

**What happened:** ${meaning}.${status}

**Typical causes**

${list(causes)}

**What to do:** ${nextStep}.

**Where it shows**

${list(where)}

**Tried again:** ${group === 'storeStatus' ? STORE_TRIED : tried(remedy, wire?.repeated)}
`;
}

const STORE_TRIED =
  'A store or class is looked at again at each change of it, of its class, its Service and its endpoints, and of the labels of its namespace; ' +
  'without one after its interval, or sooner.';

function tried(remedy: Remedy, repeated: boolean | undefined): string {
  const again = repeated ? 'The call is repeated before the pass fails, where that does no harm. ' : '';
  return `${again}${NEXT_PASS[remedy]}`;
}

const minutes = (remedy: Remedy, intervalMs: number): number => (24 * 60) / attemptsPerDay(remedy, intervalMs);

const NEXT_PASS: Readonly<Record<Remedy, string>> = {
  spec: `A failed ExternalSecret is looked at again at ${REMEDIES.spec}, not before.`,
  content:
    'A failed ExternalSecret is looked at again at each change of it, and at each refreshInterval, ' +
    `every ${minutes('content', 1)} minutes at most; with refreshInterval 0 at a change only.`,
  absent: `A failed ExternalSecret is looked at again at each change of it, and after 1 s, doubling to ${minutes('absent', 0)} minutes.`,
  time: `A failed ExternalSecret is looked at again at each change of it, and after 1 s, doubling to ${minutes('time', 0)} minute.`,
};

function index(errors: readonly DocumentedError[]): string {
  const of = (...groups: readonly ErrorGroup[]): DocumentedError[] =>
    errors.filter(({ group }) => groups.includes(group));
  const wire = of('provider', 'transport').map(({ code, group, meaning, nextStep, remedy, wire }) =>
    [link(code), wire?.grpc, group, wire?.repeated ? 'yes' : 'no', remedy, meaning, nextStep].join(' | '),
  );
  const own = (group: ErrorGroup): string[] =>
    of(group).map(({ code, remedy, meaning, nextStep }) => [link(code), remedy, meaning, nextStep].join(' | '));
  const cost = Object.entries(REMEDIES).map(([remedy, text]) =>
    [`\`${remedy}\`: ${text}`, ...INTERVALS.map(([, ms]) => String(attemptsPerDay(remedy as Remedy, ms)))].join(' | '),
  );
  const head = '| Code | Mended by | What happened | What to do |\n| --- | --- | --- | --- |';
  return `${HEADER}# Errors

A condition ends with the code in brackets and the next step. Each code has a page with its typical causes.

## When a failed ExternalSecret is looked at again

At each change of what its outcome depends on: itself, its target, its stores, the labels of its namespace. Without such a change,
by what can mend the failure, which is in the tables below. What a failing object costs a day, in passes that may read the backend
once for each source, by \`refreshInterval\`, once its backoff (1 s, doubling) has grown:

| What mends it | ${INTERVALS.map(([name]) => name).join(' | ')} |
| --- | ${INTERVALS.map(() => '---').join(' | ')} |
${rows(cost)}

Failures that \`spec\` mends are found without reading a backend. An annotation such as \`external-secrets.io/force-sync\` is a change.

## Between core and a provider

*provider*: the provider answered so. *transport*: core got no answer that it could use; where that is not for what was answered
(\`ANSWER_BROKEN\`, \`RESPONSE_TOO_LARGE\`), the Provider itself is in doubt. The circuit breaker counts connections that do not come about
and pings that are not answered, whatever becomes of calls. *Again in the call*: whether the same call is repeated before the pass fails.

| Code | gRPC status | Origin | Again in the call | Mended by | What happened | What to do |
| --- | --- | --- | --- | --- | --- | --- |
${rows(wire)}

## What an ExternalSecret makes of the answers

${head}
${rows(own('externalSecret'))}

## Stores

${head}
${rows(own('store'))}

Of stores and classes themselves, in their own conditions:

| Code | What happened | What to do |
| --- | --- | --- |
${rows(of('storeStatus').map(({ code, meaning, nextStep }) => [link(code), meaning, nextStep].join(' | ')))}

## The Kubernetes API

In a condition where a target could not be written, else in \`/readyz\` and the log of the process. *Mended by* is said of a target.

${head}
${rows(own('kubernetes'))}
`;
}

const link = (code: string): string => `[\`${code}\`](errors/${code}.md)`;
const list = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n');
const rows = (lines: readonly string[]): string => lines.map((line) => `| ${line} |`).join('\n');
