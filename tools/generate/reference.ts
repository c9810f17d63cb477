import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Code } from '@connectrpc/connect';
import { errorCodes } from '@eso/api/contract';
import { attemptsPerDay, type Remedy, remedyFor, syncErrorCodes } from '@eso/sync';
import type { GeneratedFiles } from './files.ts';

const HEADER = '<!-- Written by `npm run generate`. -->\n\n';

/** Reference pages whose content is in the code: what each program takes, and what each error of the contract means. */
export async function referenceFiles(root: string): Promise<GeneratedFiles> {
  return {
    folder: 'docs/reference',
    source: 'the code',
    files: new Map([
      ['errors.md', errorsPage()],
      ['flags.md', await flagsPage(root)],
    ]),
  };
}

/** Codes that core makes itself, about stores and about the API server's refusals to write a target. */
const CORE_CODES: Readonly<Record<string, string>> = {
  STORE_NOT_FOUND: 'the store that is named does not exist',
  STORE_NOT_READY: 'the store exists and cannot be used at the moment; its own condition says why',
  STORE_NOT_ALLOWED: "the store's conditions do not admit the namespace",
  STORE_REFUSED: 'the store names something that it may not, or its process cannot be found',
  FORBIDDEN: 'core has no rights on Secrets of the namespace',
  QUOTA_EXCEEDED: 'a ResourceQuota of the namespace is used up',
  ADMISSION_DENIED: 'an admission policy or webhook of the cluster does not allow the Secret',
  NAMESPACE_TERMINATING: 'the namespace is being deleted',
  INVALID: 'the API server does not accept the Secret',
};

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

function errorsPage(): string {
  const wire = Object.entries(errorCodes).map(([code, { grpc, retryable, origin, meaning, nextStep }]) =>
    [`\`${code}\``, Code[grpc], origin, retryable ? 'yes' : 'no', remedyFor(code), meaning, nextStep].join(' | '),
  );
  const sync = Object.entries(syncErrorCodes).map(([code, { meaning, nextStep }]) =>
    [`\`${code}\``, remedyFor(code), meaning, nextStep].join(' | '),
  );
  const core = Object.entries(CORE_CODES).map(([code, meaning]) =>
    [`\`${code}\``, remedyFor(code), meaning].join(' | '),
  );
  const cost = Object.entries(REMEDIES).map(([remedy, text]) =>
    [`\`${remedy}\`: ${text}`, ...INTERVALS.map(([, ms]) => String(attemptsPerDay(remedy as Remedy, ms)))].join(' | '),
  );
  const rows = (lines: readonly string[]): string => lines.map((line) => `| ${line} |`).join('\n');
  return `${HEADER}# Errors

A condition ends with the code in brackets and the next step.

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

| Code | Mended by | What happened | What to do |
| --- | --- | --- | --- |
${rows(sync)}

## Stores and targets

| Code | Mended by | What happened |
| --- | --- | --- |
${rows(core)}
`;
}

async function flagsPage(root: string): Promise<string> {
  const apps = readdirSync(join(root, 'apps')).filter((app) => existsSync(join(root, 'apps', app, 'src', 'main.ts')));
  const sections = await Promise.all(
    apps.sort().map(async (app) => `## ${app}\n\n\`\`\`\n${await help(root, app)}\`\`\`\n`),
  );
  return `${HEADER}# Flags\n\nWhat \`--help\` of each program prints.\n\n${sections.join('\n')}`;
}

async function help(root: string, app: string): Promise<string> {
  const program = join(root, 'apps', app, 'src', 'main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@eso/source', program, '--help'], {
    env: { PATH: process.env['PATH'] },
  });
  return stdout;
}
