import { ManualClock } from '@eso/runtime';
import { TlsLab } from '@eso/testing';
import { MemoryObjects } from '../../testing/memory-objects.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';
import { CredentialCache } from './credential-cache.ts';
import type { CertificateAuthoritySource } from './credentials.ts';

const field = 'spec.server';
let lab: TlsLab;
let one: string;
let both: string;
let key: string;

beforeAll(async () => {
  lab = await TlsLab.create();
  one = lab.authority.certificate;
  both = one + lab.otherAuthority.certificate;
  key = (await lab.server())['tls.key'];
});
afterAll(() => lab.remove());

const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function read(
  source: CertificateAuthoritySource,
  { scope = 'ownNamespace', at = field }: { scope?: CredentialScope['kind']; at?: string } = {},
) {
  const objects = new MemoryObjects();
  for (const namespace of ['team-a', 'team-b']) {
    const metadata = { namespace, name: 'ca' };
    const own = namespace === 'team-a' ? one : lab.otherAuthority.certificate;
    objects.apply({ apiVersion: 'v1', kind: 'Secret', metadata, data: { 'ca.crt': base64(own), bad: base64('x') } });
    objects.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': own, bad: 'no certificate' } });
  }
  const cache = new CredentialCache({ kube: objects, clock: new ManualClock() });
  const credentials = cache.reader({ kind: scope, namespace: 'team-a' }, new AbortController().signal);
  try {
    return { pem: await credentials.certificateAuthority(source, at), reads: objects.reads };
  } finally {
    cache.close();
  }
}

test('nothing is nothing', async () => {
  expect(await read({})).toEqual({ pem: undefined, reads: 0 });
  expect(await read({ caBundle: '' })).toEqual({ pem: undefined, reads: 0 });
});

test.each<[string, () => string, () => string]>([
  ['PEM', () => one, () => one],
  ['base64 of PEM', () => base64(one), () => one],
  ['base64 in lines', () => base64(both).replaceAll(/.{76}/g, '$&\n'), () => both],
  ['several, with comments and a key between them', () => `# first\n${one}\n${key}# second\n${both}`, () => one + both],
  ['Windows line ends', () => one.replaceAll('\n', '\r\n'), () => one],
])('caBundle: %s [V1.4.8]', async (_what, text, expected) => {
  const { pem = '' } = await read({ caBundle: text() });
  expect(pem.replaceAll('\r', '')).toBe(expected());
});

test.each<[string, () => string, string]>([
  ['no PEM', () => 'hunter2-marker', 'holds no certificate'],
  ['base64 of something else', () => base64('hunter2-marker'), 'holds no certificate'],
  ['a key alone', () => key, 'holds no certificate'],
  ['a half', () => one.slice(0, 200), 'holds no certificate'],
  ['damage in the second', () => one + one.replace(/\n.{10}/, '\nAAAAAAAAAA'), 'certificate 2 of 2 is no X.509'],
  ['too much of it', () => one.repeat(3_000), 'longer than'],
])('caBundle: %s is refused [V1.4.9]', async (_what, text, problem) => {
  await expect(read({ caBundle: text() })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    field: 'spec.server.caBundle',
    publicMessage: expect.stringContaining(problem) as string,
  });
  await expect(read({ caBundle: text() })).rejects.not.toThrow('hunter2-marker');
});

test('caBundle wins over caProvider [V1.4.8]', async () => {
  const caProvider = { type: 'Secret', name: 'absent', key: 'x' } as const;
  expect(await read({ caBundle: one, caProvider })).toEqual({ pem: one, reads: 0 });
});

describe.each(['Secret', 'ConfigMap'] as const)('caProvider of type %s', (type) => {
  const caProvider = { type, name: 'ca', key: 'ca.crt' };

  test('is read in the own namespace', async () => {
    expect((await read({ caProvider })).pem).toBe(one);
    expect((await read({ caProvider: { ...caProvider, namespace: 'team-a' } })).pem).toBe(one);
  });

  test('of another namespace is refused [V1.4.10]', async () => {
    await expect(read({ caProvider: { ...caProvider, namespace: 'team-b' } })).rejects.toMatchObject({
      code: 'NAMESPACE_NOT_ALLOWED',
      field: 'spec.server.caProvider',
    });
  });

  test('where other namespaces are served has to name one [V1.4.10]', async () => {
    const scope = 'anyNamespace';
    await expect(read({ caProvider }, { scope })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      field: 'spec.server.caProvider',
      nextStep: 'name the namespace',
    });
    const { pem } = await read({ caProvider: { ...caProvider, namespace: 'team-b' } }, { scope });
    expect(pem).toBe(lab.otherAuthority.certificate);
  });

  test('with content that is no certificate is refused [V1.4.11]', async () => {
    await expect(read({ caProvider: { ...caProvider, key: 'bad' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      field: 'spec.server.caProvider',
    });
  });
});

test('a type that is none is refused', async () => {
  const caProvider = { type: 'File' as 'Secret', name: 'ca', key: 'ca.crt' };
  await expect(read({ caProvider })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    field: 'spec.server.caProvider.type',
  });
});

test('fields at the root have no dot before them', async () => {
  await expect(read({ caBundle: 'x' }, { at: '' })).rejects.toMatchObject({ field: 'caBundle' });
});
