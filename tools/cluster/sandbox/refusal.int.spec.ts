/** A machine that cannot run a cluster: the command itself says why, and fails. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../setup.mjs';

const cache = mkdtempSync(join(tmpdir(), 'no-cluster-'));
afterAll(() => rmSync(cache, { recursive: true }));

test.each(['up', 'test'])(
  '"%s" without the right to make namespaces ends with 1, a reason and nothing made',
  (command) => {
    const program = [process.execPath, '--conditions=@eso/source', 'tools/cluster/main.ts', command];
    // Who is not root has no such right in the first place.
    const [name = '', ...rest] =
      process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-sys_admin', '--', ...program] : program;
    const { status, stderr, stdout } = spawnSync(name, rest, {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: cache },
    });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^no cluster can run on this machine:\n(?: {2}- .*\n)* {2}- this process lacks CAP_SYS_ADMIN: .*--privileged\n/,
    );
    expect(readdirSync(cache)).toEqual([]);
  },
);
