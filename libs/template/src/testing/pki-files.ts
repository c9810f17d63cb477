import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, TemplateError } from '../index.ts';

const folder = join(import.meta.dirname, '../../testdata/pki');

/** A file that testdata/pki/make.sh made. */
export function pkiFile(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, name)));
}

/** The same as text. */
export function pkiText(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

type Data = Readonly<Record<string, string | Uint8Array>>;

/** A machine that does much else takes longer for the same steps; what the limit does has a test of its own. */
const PATIENT = { limits: { time: 60_000 } };

/** What a template gives as text, however long it takes. Throws `TemplateError`. */
export function render(template: string, data: Data = {}): string {
  return Buffer.from(compile('t', template, PATIENT).execute(data)).toString();
}

/** The two texts of the error that a template ends with, without the place in front of them. */
export function templateFailure(template: string, data: Data = {}): { readonly go: string; readonly shown: string } {
  try {
    render(template, data);
  } catch (error) {
    const { code, goMessage, publicMessage } = TemplateError.from(error);
    if (code !== 'EXECUTE') throw error;
    const reason = (text: string) => text.replace(/^.*?: error calling \w+: /, '');
    return { go: reason(goMessage), shown: reason(publicMessage) };
  }
  throw new Error('the template did not fail');
}

/** What openssl prints for arguments that name the given files. */
export function opensslOutput(args: readonly string[], files: Readonly<Record<string, string | Uint8Array>>): string {
  const work = mkdtempSync(join(tmpdir(), 'template-pki-'));
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(work, name), content, { mode: 0o600 });
    return execFileSync('openssl', args, { cwd: work, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } finally {
    rmSync(work, { recursive: true });
  }
}
