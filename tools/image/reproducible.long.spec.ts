import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { copyWorkspace } from '@eso/testing';
import { root } from '../setup.mjs';

const APP = 'provider-fake';

let base: string;
beforeAll(() => (base = realpathSync(mkdtempSync(join(tmpdir(), 'reproducible-')))));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Where and when an image is built. */
interface Circumstances {
  /** Folder of the clone, below one of this test. */
  readonly clone: string;
  readonly zone: string;
  readonly umask: string;
  /** What Node and the files take for the time is this much ahead. */
  readonly hoursAhead: number;
}

/** What a build yields, and when it believed to be. */
interface Built {
  readonly digest: string;
  readonly archive: Buffer;
  readonly bill: string;
  /** Milliseconds since 1970, as Node said before it began. */
  readonly at: number;
}

const CLOCK = pathToFileURL(join(root, 'tools', 'image', 'testing', 'clock-ahead.ts')).href;
const HOUR_MS = 3_600_000;

/** A clone with packages of its own, nothing in any cache, built with the commands that a developer uses. */
function build({ clone, zone, umask, hoursAhead }: Circumstances): Built {
  const folder = join(base, clone);
  const copy = copyWorkspace();
  mkdirSync(join(folder, '..'), { recursive: true });
  cpSync(copy, folder, { recursive: true, verbatimSymlinks: true });
  rmSync(copy, { recursive: true });
  // Packages belong to the clone: by a link into this workspace, the paths of their files would be the same in both.
  rmSync(join(folder, 'node_modules'), { recursive: true });
  execFileSync('cp', ['-al', join(root, 'node_modules'), join(folder, 'node_modules')]);
  const home = join(base, `home-${umask}`);
  mkdirSync(home);
  const env = {
    ...process.env,
    TZ: zone,
    HOME: home,
    XDG_CACHE_HOME: join(home, 'cache'),
    LC_ALL: 'C',
    NODE_OPTIONS: `--import=${CLOCK}`,
    CLOCK_AHEAD_HOURS: String(hoursAhead),
  };
  const touch = `git ls-files -z | xargs -0 touch --no-create --date='${hoursAhead} hours'`;
  const steps = `node tools/bundle.mjs apps/${APP} >&2 && node --conditions=@eso/source tools/image/build.ts apps/${APP} >&2`;
  const at = execFileSync('sh', ['-ec', `umask ${umask}; ${touch}; node -p 'new Date().getTime()'; ${steps}`], {
    cwd: folder,
    env: { ...env, PATH: `${join(folder, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}` },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const out = join(folder, 'apps', APP, 'dist-image');
  const { digest } = JSON.parse(readFileSync(join(out, 'image.json'), 'utf8')) as { digest: string };
  const bill = readFileSync(join(out, `${APP}.amd64.cdx.json`), 'utf8');
  return { digest, archive: readFileSync(join(out, `${APP}.tar`)), bill, at: Number(at) };
}

test('two clones at other paths, hours apart, with another time zone and umask and empty caches, give one image', () => {
  const one = build({ clone: 'a', zone: 'Pacific/Kiritimati', umask: '000', hoursAhead: 0 });
  const other = build({ clone: 'somewhere/else entirely', zone: 'America/Los_Angeles', umask: '077', hoursAhead: 7 });
  expect(other.at - one.at).toBeGreaterThan(6 * HOUR_MS);
  expect(other.digest).toBe(one.digest);
  expect(other.archive.equals(one.archive)).toBe(true);
  expect(other.bill).toBe(one.bill);
});
