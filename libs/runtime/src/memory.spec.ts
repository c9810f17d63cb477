import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { heapLimitMib } from './memory.ts';

const MIB = 2 ** 20;
const module = JSON.stringify(join(import.meta.dirname, 'memory.ts'));

interface Answer {
  heapMib: number;
  youngMib: number;
  argv: string[];
}

/** Runs a process that bounds its memory, makes garbage of every age, and tells what became of its heap. */
async function run(
  limitBytes: number,
  env: NodeJS.ProcessEnv = {},
): Promise<Answer & { pid: number; startedAs: number }> {
  const code = `
    import v8 from 'node:v8';
    const { boundMemory } = await import(${module});
    boundMemory(${limitBytes});
    let kept = [];
    for (let i = 0; i < 2_000_000; i++) kept[i % 50_000] = { i };
    const space = v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    console.log(JSON.stringify({
      heapMib: v8.getHeapStatistics().heap_size_limit / 2 ** 20, youngMib: space.space_size / 2 ** 20,
      argv: process.argv.slice(1), pid: process.pid,
    }));`;
  const args = ['--input-type=module', '--eval', code, 'an argument', '--a-flag=of its own'];
  const running = promisify(execFile)(process.execPath, args, { env: { ...env, PATH: process.env['PATH'] } });
  const startedAs = running.child.pid ?? 0;
  const { stdout } = await running;
  return { ...(JSON.parse(stdout) as Answer & { pid: number }), startedAs };
}

test('the young generation stays small, and without a limit the heap is as large as V8 makes it', async () => {
  const { heapMib, youngMib } = await run(2 ** 63);
  expect(youngMib).toBeLessThanOrEqual(4);
  expect(heapMib).toBeGreaterThan(500);
});

test('with a limit the same process starts anew with a heap that fits into it, and the same arguments', async () => {
  const { heapMib, argv, pid, startedAs, youngMib } = await run(256 * MIB);
  expect(heapMib).toBeGreaterThan(160);
  expect(heapMib).toBeLessThan(200);
  expect(youngMib).toBeLessThanOrEqual(4);
  expect(argv).toEqual(['an argument', '--a-flag=of its own']);
  expect(pid).toBe(startedAs);
});

test('a heap that somebody chose is left alone', async () => {
  const { heapMib } = await run(256 * MIB, { NODE_OPTIONS: '--max-old-space-size=400' });
  expect(heapMib).toBeGreaterThanOrEqual(400);
});

test.each<[string, number, number, number | undefined]>([
  ['no limit (cgroup v2)', 0, 8_192 * MIB, undefined],
  ['no limit (cgroup v1)', 2 ** 63, 8_192 * MIB, undefined],
  ['as much as there is', 8_192 * MIB, 8_192 * MIB, undefined],
  ['256 MiB', 256 * MIB, 8_192 * MIB, 166],
  ['1 GiB', 1_024 * MIB, 8_192 * MIB, 665],
  ['too little', 32 * MIB, 8_192 * MIB, 64],
])('of %s', (_what, limit, total, heap) => {
  expect(heapLimitMib(limit, total)).toBe(heap);
});
