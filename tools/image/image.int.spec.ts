import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root } from '../setup.mjs';
import { advisoryExtract } from './advisories/advisory.ts';
import { type Bill, problemsOf } from './advisories/gate.ts';
import { BASE_PACKAGES, CA_BUNDLE } from './base-layer.ts';
import { PLATFORMS } from './platforms.ts';
import type { TarEntry } from './tar.ts';
import { buildImage, type BuiltImage, readImage, rootOf } from './testing/built-image.ts';
import { neededLibraries } from './testing/elf-needed.ts';

/** The parts of the lower layers come over the network where nobody has built an image on this machine. */
const BUILD_MS = 900_000;
const APP = 'provider-fake';
/** Programs of this machine do not run on the other kind. */
const [own = PLATFORMS[0]] = PLATFORMS.filter(({ nodePackage }) => nodePackage === `node-linux-${process.arch}`);

let archive: Buffer;
let image: BuiltImage;
let folder: string;
beforeAll(async () => {
  archive = await buildImage(APP);
  image = await readImage(archive, own.architecture);
  folder = mkdtempSync(join(tmpdir(), 'image-'));
  chmodSync(folder, 0o755);
  unpack(join(folder, 'root'));
}, BUILD_MS);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As a container runtime does, by a tar that is not ours. */
function unpack(to: string): void {
  mkdirSync(to);
  for (const layer of image.layers) execFileSync('tar', ['-xzpf', '-', '-C', to], { input: layer });
}

/** Runs the image's own program: its user, its variables, its root, read only, with no other file system. */
function run(args: readonly string[], entrypoint: readonly string[] = image.config.Entrypoint) {
  const [command = '', ...rest] = entrypoint;
  const rootFolder = join(folder, 'root');
  const readOnly = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"';
  const enter = ['chroot', `--userspec=${image.config.User}`, rootFolder, command, ...rest, ...args];
  const env = Object.fromEntries(image.config.Env.map((one) => one.split(/=(.*)/s, 2) as [string, string]));
  const container = spawnSync('unshare', ['--mount', 'sh', '-ec', readOnly, 'sh', rootFolder, ...enter], {
    encoding: 'utf8',
    // unshare, mount and chroot are this machine's; the program has the image's own variables beside their path.
    env: { ...env, PATH: '/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin' },
  });
  return { code: container.status, out: container.stdout, err: container.stderr };
}

test('the program starts from its read-only root as a user without rights, and says its flags', () => {
  const { code, out, err } = run(['--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/--listen=HOST:PORT .*\n(?:.*\n)*.*--cert-dir=/);
});

test('it runs as the user that the image names, and can write nowhere', () => {
  const script = `
    const { writeFileSync } = require('node:fs');
    const at = (path) => { try { writeFileSync(path, ''); return 'written'; } catch ({ code }) { return code; } };
    console.log(process.getuid(), process.getgid(), at('/x'), at('/app/x'), at('/tmp/x'));`;
  const { out, err } = run(['-e', script], image.config.Entrypoint.slice(0, 1));
  expect({ out, err }).toEqual({ out: '65532 65532 EROFS EROFS ENOENT\n', err: '' });
});

test('time zones and worker threads are there', () => {
  const script = `
    const { Worker } = require('node:worker_threads');
    process.env.TZ = 'Asia/Kathmandu';
    new Worker('require("node:worker_threads").parentPort.postMessage(1)', { eval: true })
      .on('message', () => console.log(new Date(0).getTimezoneOffset(), require('node:fs').existsSync('/usr/share/zoneinfo/Asia/Kathmandu')));`;
  expect(run(['-e', script], image.config.Entrypoint.slice(0, 1)).out).toBe('-330 true\n');
});

test('no shell, no package manager, no interpreter but Node is in it', async () => {
  const programs = (await rootOf(image)).filter((entry) => entry.kind === 'file' && entry.executable);
  const linkers = /^lib(?:64)?\/.*\/(?:ld-linux|libc\.so)/;
  expect(programs.map(({ path }) => path).filter((path) => !linkers.test(path))).toEqual(['usr/local/bin/node']);
});

test('no file has rights of its owner, and none but root may write', () => {
  const everything = readdirSync(join(folder, 'root'), { recursive: true, encoding: 'utf8' });
  const wrong = everything.filter((name) => {
    const found = lstatSync(join(folder, 'root', name));
    return !found.isSymbolicLink() && ((found.mode & 0o7022) !== 0 || found.uid !== 0 || found.gid !== 0);
  });
  expect(everything.length).toBeGreaterThan(100);
  expect(wrong).toEqual([]);
});

test.each(PLATFORMS.map(({ architecture }) => architecture))(
  'for %s, every library that a file asks for is there, and so is what links point to',
  async (architecture) => {
    const entries = await rootOf(await readImage(archive, architecture));
    const names = new Set(entries.map(({ path }) => basename(path)));
    const needed = entries.flatMap((entry) => (entry.kind === 'file' ? neededLibraries(entry.content) : []));
    expect(new Set(needed).has('libstdc++.so.6')).toBe(true);
    expect([...new Set(needed)].filter((name) => !names.has(name))).toEqual([]);
    const links = entries.filter((entry) => entry.kind === 'symlink');
    expect(links.filter(({ target }) => !names.has(basename(target)) && !isFolder(entries, target))).toEqual([]);
  },
);

test('the program trusts the authorities of the image, and whoever is put in their place', () => {
  const bundle = join(folder, 'root', CA_BUNDLE);
  const [server, key] = ['server.pem', 'key.pem'].map((name) => join(folder, name));
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, '-keyout', key!, '-out', server!],
    {
      stdio: 'ignore',
    },
  );
  const script = `
    const [key, cert] = JSON.parse(process.argv[1]);
    const tls = require('node:tls');
    const server = tls.createServer({ key, cert }).listen(0, '127.0.0.1', () => {
      const client = tls.connect({ port: server.address().port, host: '127.0.0.1', servername: 'localhost' });
      const end = (said) => { console.log(said); process.exit(); };
      client.on('secureConnect', () => end('trusted')).on('error', ({ code }) => end(code));
    });`;
  const pems = JSON.stringify([readFileSync(key!, 'utf8'), readFileSync(server!, 'utf8')]);
  const node = image.config.Entrypoint.slice(0, -1);
  const before = readFileSync(bundle);
  try {
    expect(before.toString().split('BEGIN CERTIFICATE').length).toBeGreaterThan(100);
    expect(run(['-e', script, pems], node).out).toBe('DEPTH_ZERO_SELF_SIGNED_CERT\n');
    writeFileSync(bundle, readFileSync(server!));
    expect(run(['-e', script, pems], node).out).toBe('trusted\n');
  } finally {
    writeFileSync(bundle, before);
  }
});

function isFolder(entries: readonly TarEntry[], target: string): boolean {
  return entries.some(({ path }) => path.includes(`/${target}/`));
}

test('its bill of materials names what runs: Node in its version, the packages of the base and of the bundle', () => {
  const bill = billOfImage();
  const purls = (bill.components ?? []).map(({ purl }) => purl);
  const version = run(['-p', 'process.version'], image.config.Entrypoint.slice(0, 1)).out.trim().slice(1);
  expect(purls).toContain(`pkg:generic/node@${version}`);
  for (const name of BASE_PACKAGES) {
    const found = purls.filter((purl) => purl?.startsWith(`pkg:deb/debian/${name.replaceAll('+', '%2B')}@`));
    expect({ name, found: found.length }).toEqual({ name, found: 1 });
  }
  expect(purls).toContain('pkg:npm/%40eso/api@0.1.0');
  expect(purls.some((purl) => purl?.startsWith('pkg:npm/pino@'))).toBe(true);
});

test('a weakness that becomes known of a package in it keeps it back', () => {
  const affected = [{ package: { ecosystem: 'npm', name: 'pino' }, ranges: [{ events: [{ introduced: '0' }] }] }];
  const planted = { id: 'GHSA-planted', summary: 'Planted', affected };
  const { advisories } = advisoryExtract();
  expect(problemsOf(billOfImage(), advisories, [], '2026-11-29', APP)).toEqual([]);
  expect(problemsOf(billOfImage(), [...advisories, planted], [], '2026-11-29', APP)).toEqual([
    expect.stringMatching(/^provider-fake has pino \S+: GHSA-planted, Planted$/),
  ]);
});

function billOfImage(): Bill {
  const path = join(root, 'apps', APP, 'dist-image', `${APP}.${own.architecture}.cdx.json`);
  return JSON.parse(readFileSync(path, 'utf8')) as Bill;
}
