import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Each test starts a process and keeps it busy for four seconds. */
const TIMEOUT_MS = 60_000;

const index = fileURLToPath(new URL('./index.ts', import.meta.url));

/**
 * What the check says in a process of its own after its loop has been blocked in turns of `blockMs` with `freeMs` between them,
 * for about two windows.
 */
async function verdict(blockMs: number, freeMs: number): Promise<string> {
  const source = `
    import { eventLoopCheck } from ${JSON.stringify(index)};
    const check = eventLoopCheck({ windowMs: 2_000, blockMs: 100 });
    const end = performance.now() + 4_000;
    for (;;) {
      const until = performance.now() + ${String(blockMs)};
      while (performance.now() < until);
      // Right behind a turn: how soon this process gets its next one must not decide what is seen.
      if (performance.now() >= end) break;
      await new Promise((resolve) => setTimeout(resolve, ${String(freeMs)}));
    }
    console.log(check() ?? 'well');`;
  const args = ['--conditions=@eso/source', '--input-type=module', '--eval', source];
  return (await promisify(execFile)(process.execPath, args)).stdout.trim();
}

test(
  'a loop that is blocked nine tenths of the time is noticed',
  async () => {
    expect(await verdict(450, 50)).toMatch(
      /^the event loop was blocked for 1\.\d s of the last 2\.0 s \(limit 1\.5 s\)/,
    );
  },
  TIMEOUT_MS,
);

test(
  'a loop that is blocked for good and turns once in a while is noticed',
  async () => {
    expect(await verdict(5_000, 1)).toMatch(/^the event loop was blocked for 2\.0 s of the last 2\.0 s/);
  },
  TIMEOUT_MS,
);

test(
  'many short turns are work, not a block',
  async () => {
    expect(await verdict(20, 0)).toBe('well');
  },
  TIMEOUT_MS,
);

test(
  'a pause as of a garbage collection now and then is none of its business',
  async () => {
    expect(await verdict(300, 900)).toBe('well');
  },
  TIMEOUT_MS,
);
