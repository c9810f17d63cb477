import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../setup.mjs';

test('what tests leave in the temporary directory goes when they end; what jest has transformed stays', () => {
  const temporary = mkdtempSync(join(tmpdir(), 'temporary-files-'));
  // Makes a key and a certificate there, and leaves them.
  const args = ['tools/jest.mjs', 'unit', 'libs/runtime', '--testPathPatterns=http-listener'];
  execFileSync(process.execPath, args, { cwd: root, env: { ...process.env, TMPDIR: temporary }, stdio: 'pipe' });
  expect(readdirSync(temporary)).toEqual(['eso-jest']);
});
