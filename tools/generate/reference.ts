import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errorCodes } from '@eso/api/client';
import { Code } from '@connectrpc/connect';
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

function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(([code, { grpc, retryable, origin, meaning, nextStep }]) =>
    [`\`${code}\``, Code[grpc], origin, retryable ? 'yes' : 'no', meaning, nextStep].join(' | '),
  );
  return `${HEADER}# Errors between core and a provider

A condition ends with the code in brackets and the next step. *provider*: the provider answered so. *transport*: core got no
answer; such errors count against the circuit breaker and put the Provider itself in doubt.

| Code | gRPC status | Origin | Tried again by itself | What happened | What to do |
| --- | --- | --- | --- | --- | --- |
${rows.map((row) => `| ${row} |`).join('\n')}
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
