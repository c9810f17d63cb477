import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../setup.mjs';

/** Loaded before: what the time really is. */
const REAL = 'data:text/javascript,globalThis.real = Date.now.bind(Date)';
const PROGRAM = `
  const before = real(), seen = [Date.now(), new Date().getTime()], after = real();
  const given = new Date(0).toISOString();
  console.log(JSON.stringify({ before, seen, after, given: [given, new Date() instanceof Date, Date.parse(given), Date.UTC(1970)] }));`;

interface Printed {
  readonly before: number;
  readonly seen: readonly number[];
  readonly after: number;
  readonly given: readonly unknown[];
}

test.each([0, -3_600_000, 7_200_000])(
  'a program believes that it is %d ms later; a time that is given stays',
  (offset) => {
    const file = join(mkdtempSync(join(tmpdir(), 'soak-')), 'clock-offset');
    writeFileSync(file, String(offset));
    const preload = join(root, 'tools', 'soak', 'system', 'shifted-clock.mjs');
    const output = execFileSync(process.execPath, ['--import', REAL, '--import', preload, '-e', PROGRAM], {
      env: { ...process.env, SOAK_CLOCK_FILE: file },
      encoding: 'utf8',
    });
    const { before, seen, after, given } = JSON.parse(output) as Printed;
    for (const time of seen) {
      expect(time - offset).toBeGreaterThanOrEqual(before);
      expect(time - offset).toBeLessThanOrEqual(after);
    }
    expect(given).toEqual(['1970-01-01T00:00:00.000Z', true, 0, 0]);
  },
);
