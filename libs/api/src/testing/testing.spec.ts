import { Code, ConnectError } from '@connectrpc/connect';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isKubeError } from '@eso/kube';
import { z } from 'zod';
import { configKind } from '../schema/custom-resource.ts';
import { crd } from '../schema/crd.ts';
import { withRules } from '../schema/fields.ts';
import { defineKind } from '../server/define-kind.ts';
import { connectToProvider, MemoryObjects, startTestProvider, testCertificates, type TestObject } from './index.ts';

const apiVersion = 'provider.external-secrets.io/v2alpha1';
const spec = withRules(
  z.object({
    server: z.string().min(1),
    timeout: z.string().default('10s'),
    list: z.array(z.object({ name: z.string(), mode: z.enum(['a', 'b']).default('a') })).optional(),
    labels: z.record(z.string(), z.string()).optional(),
    free: z.looseObject({}).optional(),
  }),
  { rule: 'self.server.size() > 1', message: 'only the API server evaluates this' },
);
const demo = crd(configKind({ kind: 'Demo', plural: 'demos', description: 'Demo.', spec }));
const object = (content: unknown, kind = 'Demo'): TestObject => ({
  apiVersion,
  kind,
  metadata: { namespace: 'team', name: 'demo' },
  spec: content,
});

describe('objects of a kind whose CRD is known', () => {
  const stored = (content: unknown): unknown =>
    (new MemoryObjects({ crds: [demo] }).apply(object(content)) as TestObject)['spec'];

  test('get defaults and lose unknown fields, as the API server has it', () => {
    const given = {
      server: 's',
      typo: 1,
      list: [{ name: 'n', more: 1 }],
      labels: { a: 'b' },
      free: { any: { thing: 1 } },
    };
    expect(stored(given)).toEqual({
      server: 's',
      timeout: '10s',
      list: [{ name: 'n', mode: 'a' }],
      labels: { a: 'b' },
      free: { any: { thing: 1 } },
    });
  });

  test.each([
    [{}, 'spec.server'],
    [{ server: '' }, 'spec.server'],
    [{ server: 1 }, 'spec.server'],
    [{ server: 's', list: [{ name: 'n' }, { name: 'n', mode: 'c' }] }, 'spec.list[1].mode'],
    [undefined, 'spec'],
  ])('%j is refused, and the field is named', (content, field) => {
    const refused = (): unknown => stored(content);
    expect(refused).toThrow(
      expect.objectContaining({ code: 'INVALID', causes: [expect.objectContaining({ field })] }) as Error,
    );
  });

  test('others are stored as they are', () => {
    const objects = new MemoryObjects({ crds: [demo] });
    expect(objects.apply(object({ any: 1 }, 'Other'))).toMatchObject({ spec: { any: 1 } });
    expect(new MemoryObjects().apply(object({ any: 1 }))).toMatchObject({ spec: { any: 1 } });
  });
});

describe('a provider without anything of its own', () => {
  const kind = defineKind<{ server: string; timeout: string }>({
    apiVersion,
    kind: 'Demo',
    plural: 'demos',
    features: ['get'],
    metricName: 'Demo',
    open: ({ config }) => ({ getSecret: () => Promise.resolve(Buffer.from(`${config.server} ${config.timeout}`)) }),
  });
  const providerRef = { apiVersion, kind: 'Demo', name: 'demo', namespace: 'team' };
  const request = { providerRef, sourceNamespace: 'team', remoteRef: { key: 'k' } };
  const definition = { name: 'demo', kinds: [kind] };

  test('has certificates, and sees its config with defaults', async () => {
    const provider = await startTestProvider({ definition, crds: [demo], objects: [object({ server: 's' })] });
    try {
      const { value } = await provider.client.store.getSecret(request);
      expect(Buffer.from(value).toString()).toBe('s 10s');
    } finally {
      await provider.stop();
    }
  });

  test('is not started with an object that the API server would refuse', async () => {
    const error: unknown = await startTestProvider({ definition, crds: [demo], objects: [object({})] }).catch(
      (thrown: unknown) => thrown,
    );
    expect(isKubeError(error, 'INVALID')).toBe(true);
  });

  test('serves core and no stranger', async () => {
    const certificates = await testCertificates({ service: 'demo', namespace: 'apps' });
    expect(certificates.serverName).toBe('demo.apps.svc');
    const provider = await startTestProvider({
      definition,
      tls: certificates,
      objects: [object({ server: 's', timeout: 't' })],
    });
    const read = (name: string): Promise<string> => readFile(join(certificates.strangerDir, name), 'utf8');
    const [cert, key, ca] = await Promise.all([read('tls.crt'), read('tls.key'), read('ca.crt')]);
    const { host, port } = provider;
    const stranger = connectToProvider({ host, port, serverName: certificates.serverName, ca, cert, key });
    try {
      expect((await provider.client.store.getSecret(request)).value).toHaveLength(3);
      const refused: unknown = await stranger.store.getSecret(request).catch((thrown: unknown) => thrown);
      expect(refused).toBeInstanceOf(ConnectError);
      expect((refused as ConnectError).code).toBe(Code.Unauthenticated);
    } finally {
      stranger.close();
      await provider.stop();
      await certificates.remove();
    }
  });
});

test('a provider that cannot be served is refused, and leaves nothing open that would keep a test from ending', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  await expect(startTestProvider({ definition: { name: 'none', kinds: [] } })).rejects.toThrow('it defines no kind');
  expect(timers()).toBe(before);
});
