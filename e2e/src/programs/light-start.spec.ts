/**
 * What a program has loaded of Node when it knows its flags: nothing that nobody uses, and next to nothing where it starts itself anew,
 * as in each container whose memory is limited.
 */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundlePath, workspaceRoot } from '@eso/testing';

const MIB = 2 ** 20;
/** Loaded by whoever reads each property of `node:http`: a whole HTTP client, with WebSockets and fetch. */
const HTTP_CLIENT = 'NativeModule internal/deps/undici/undici';
const HTTP2 = 'NativeModule http2';

const apps = readdirSync(join(workspaceRoot, 'apps'));

/** Runs a program in so much memory, for its help. @returns what was loaded when it started anew, and at its end */
async function loaded(app: string, limitBytes: number): Promise<{ anew?: string[]; end: string[] }> {
  // A stand-in for the control group alone: everything else is the program as it is shipped.
  const watch = `
    process.constrainedMemory = () => ${limitBytes};
    const tell = (when) => process.stderr.write(JSON.stringify({ [when]: process.moduleLoadList }) + '\\n');
    const { execve } = process;
    process.execve = (...args) => (tell('anew'), execve.apply(process, args));
    process.on('exit', () => tell('end'));`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(watch)}`, bundlePath(app), '--help'];
  const { stderr } = await promisify(execFile)(process.execPath, args);
  const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
  return Object.assign({ end: [] }, ...lines.map((line) => JSON.parse(line) as object)) as Awaited<
    ReturnType<typeof loaded>
  >;
}

test.each(apps)('%s loads no HTTP client that it does not use', async (app) => {
  const { anew, end } = await loaded(app, 2 ** 63);
  expect(anew).toBeUndefined();
  expect(end).toContain(HTTP2);
  expect(end).not.toContain(HTTP_CLIENT);
});

test.each(apps)('%s starts anew in a limited container before it has loaded its program, and once', async (app) => {
  const { anew, end } = await loaded(app, 256 * MIB);
  expect(anew).toBeDefined();
  expect(anew).not.toContain(HTTP2);
  expect(end).toContain(HTTP2);
});
