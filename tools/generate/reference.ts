import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { configPages } from './config-pages.ts';
import { errorCatalogue } from './errors/catalogue.ts';
import { errorPages } from './errors/pages.ts';
import type { GeneratedFiles } from './files.ts';

const HEADER = '<!-- Written by `npm run generate`. -->\n\n';

/** Reference pages whose content is in the code: what each program takes, what a config says, and what each error that users see means. */
export async function referenceFiles(root: string): Promise<GeneratedFiles> {
  return {
    folder: 'docs/reference',
    source: 'the code',
    files: new Map([
      ...errorPages(errorCatalogue()),
      ...(await configPages(root)),
      ['flags.md', await flagsPage(root)],
    ]),
  };
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
