import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheRoot } from '@eso/control-plane/cache.mjs';
import type { Mutant } from './operators.ts';

export interface Verdict {
  readonly mutant: Mutant;
  readonly result: 'caught' | 'survived';
  /** The suite that noticed, such as `int apps/core`; `hung` is noticed, too. */
  readonly by?: string;
}

/** Remembers verdicts by the content of everything that could change them: sources, tests, tools, and the fault. */
export class Verdicts {
  readonly #state: string;

  /** @param state hash of the whole working tree */
  constructor(state: string) {
    this.#state = state;
  }

  async get(mutant: Mutant): Promise<Verdict | undefined> {
    const text = await readFile(this.#path(mutant), 'utf8').catch(() => undefined);
    return text === undefined ? undefined : { ...(JSON.parse(text) as Omit<Verdict, 'mutant'>), mutant };
  }

  async put({ mutant, ...rest }: Verdict): Promise<void> {
    const path = this.#path(mutant);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, JSON.stringify(rest));
  }

  #path(mutant: Mutant): string {
    const name = createHash('sha256').update(JSON.stringify(mutant)).digest('hex');
    return join(cacheRoot(), 'mutants', this.#state, `${name}.json`);
  }
}

/** The figures by project, then every fault that nobody noticed. */
export function report(verdicts: readonly Verdict[], projectOf: (file: string) => string): string {
  const projects = [...new Set(verdicts.map(({ mutant }) => projectOf(mutant.file)))].sort();
  const line = (name: string, of: readonly Verdict[]): string => {
    const caught = of.filter(({ result }) => result === 'caught').length;
    const units = of.filter(({ by }) => by?.startsWith('unit') === true).length;
    return `| ${name} | ${of.length} | ${units} | ${caught} | ${percent(caught, of.length)} |`;
  };
  const survivors = verdicts.filter(({ result }) => result === 'survived');
  return [
    '| project | mutants | caught by unit tests | caught | of all |',
    '| --- | --- | --- | --- | --- |',
    ...projects.map((project) =>
      line(
        project,
        verdicts.filter(({ mutant }) => projectOf(mutant.file) === project),
      ),
    ),
    line('all', verdicts),
    '',
    ...survivors.map(({ mutant: { file, line: at, operator, original, replacement } }) => {
      return `survived: ${file}:${at} ${operator}: ${oneLine(original)} → ${oneLine(replacement)}`;
    }),
  ].join('\n');
}

export const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(0)} %`;

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line === '' ? '(nothing)' : line.length > 80 ? `${line.slice(0, 77)}...` : line;
}
