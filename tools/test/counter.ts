import { stripVTControlCharacters } from 'node:util';

/** Adds up the closing lines of many jest runs ("Tests:  1 failed, 2 skipped, 3 passed, 6 total"), read as they come. */
export class TestCounter {
  passed = 0;
  failed = 0;
  skipped = 0;
  #rest = '';

  /** Takes the next piece of output; a piece may end in the middle of a line. */
  read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const coloured of lines) {
      const line = stripVTControlCharacters(coloured);
      if (!/^\s*Tests:\s+.*\btotal\s*$/.test(line)) continue;
      this.passed += count(line, 'passed');
      this.failed += count(line, 'failed');
      this.skipped += count(line, 'skipped') + count(line, 'todo');
    }
  }
}

function count(line: string, word: string): number {
  return Number(new RegExp(`(\\d+) ${word}`).exec(line)?.[1] ?? 0);
}
