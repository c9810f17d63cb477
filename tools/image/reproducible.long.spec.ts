import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
}

/** A clone with packages of its own, nothing in any cache, built with the commands that a developer uses. */
function build({ clone, zone, umask }: Circumstances): { digest: string; archive: Buffer; bill: string } {
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
  const env = { ...process.env, TZ: zone, HOME: home, XDG_CACHE_HOME: join(home, 'cache'), LC_ALL: 'C' };
  const steps = `node tools/bundle.mjs apps/${APP} && node --conditions=@eso/source tools/image/build.ts apps/${APP}`;
  execFileSync('sh', ['-ec', `umask ${umask}; touch $(git ls-files | head -500); ${steps}`], {
    cwd: folder,
    env: { ...env, PATH: `${join(folder, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}` },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const out = join(folder, 'apps', APP, 'dist-image');
  const { digest } = JSON.parse(readFileSync(join(out, 'image.json'), 'utf8')) as { digest: string };
  const bill = readFileSync(join(out, `${APP}.amd64.cdx.json`), 'utf8');
  return { digest, archive: readFileSync(join(out, `${APP}.tar`)), bill };
}

test('two clones at other paths, with another time zone and umask and empty caches, give one image', () => {
  const one = build({ clone: 'a', zone: 'Pacific/Kiritimati', umask: '000' });
  const other = build({ clone: 'somewhere/else entirely', zone: 'America/Los_Angeles', umask: '077' });
  expect(other.digest).toBe(one.digest);
  expect(other.archive.equals(one.archive)).toBe(true);
  expect(other.bill).toBe(one.bill);
});
