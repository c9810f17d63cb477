import { type ExternalSecret, type ExternalSecretTarget, externalSecrets } from '@eso/api/resources';
import { type ConfigMap, configMaps, events, namespaces, type Secret, secrets } from '@eso/kube';
import { eventually, intercepting, onlyFirst } from '@eso/testing';
import { CoreProcess } from '../../testing/core-process.ts';

let core: CoreProcess;
let namespace: string;
beforeAll(async () => {
  core = await CoreProcess.start();
});
afterAll(() => core.stop());
beforeEach(async () => {
  core.backend.clear();
  core.backend.set('user', 'admin');
  core.hold = () => Promise.resolve();
  namespace = await core.tenant();
});

type From = 'configMap' | 'secret';

/** A target with the key `out`, rendered from a key `t` of this object. */
const reading = (name: string, from: From = 'configMap'): ExternalSecretTarget => ({
  template: {
    engineVersion: 'v2',
    mergePolicy: 'Replace',
    templateFrom: [{ target: 'Data', [from]: { name, items: [{ key: 't', templateAs: 'KeysAndValues' }] } }],
  },
});
const text = (word: string): string => `out: "${word} {{ .user }}"`;

/** An ExternalSecret `app` that renders a key of an object. */
const create = (target: ExternalSecretTarget, spec: Partial<ExternalSecret['spec']> = {}, name = 'app') =>
  core.create(namespace, name, ['user'], { spec: { target, ...spec } });
const shows = (word: string, name = 'app') => core.holds(namespace, name, { out: `${word} admin` });

function put(from: From, name: string, word: string, where = namespace): Promise<ConfigMap | Secret> {
  const metadata = { namespace: where, name };
  return from === 'configMap'
    ? core.admin.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { t: text(word) } })
    : core.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { t: text(word) } });
}

async function change(from: From, name: string, word: string, where = namespace): Promise<void> {
  const ref = { namespace: where, name };
  if (from === 'configMap') await core.admin.patch(configMaps, ref, { data: { t: text(word) } }, { type: 'merge' });
  else await core.admin.patch(secrets, ref, { stringData: { t: text(word) } }, { type: 'merge' });
}

const remove = (name: string) => core.admin.delete(configMaps, { namespace, name });
const force = (name = 'app') =>
  core.admin.patch(
    externalSecrets,
    { namespace, name },
    { metadata: { annotations: { 'force-sync': String(Math.random()) } } },
    { type: 'merge' },
  );

/** Time as the API server stamps it has whole seconds: what is done after this is of a later one than what was done before. */
async function nextSecond(): Promise<void> {
  const second = Math.floor(Date.now() / 1_000);
  await eventually(() => expect(Math.floor(Date.now() / 1_000)).toBeGreaterThan(second));
}

const watchesHere = (resource: string) =>
  core.proxy.watches.filter((watch) => watch.resource === resource && watch.namespace === namespace);

describe('what a template reads, at an interval of an hour', () => {
  test.each<[From]>([['configMap'], ['secret']])(
    'a change of the %s renders the target again at once [1.15.5] [1.2.50] [1.2.51]',
    async (from) => {
      await put(from, 'source', 'one');
      await create(reading('source', from));
      await shows('one');
      await change(from, 'source', 'two');
      await shows('two');
      await change(from, 'source', 'three');
      await shows('three');
    },
  );

  test('binaryData of a ConfigMap is read, too', async () => {
    const binaryData = { t: Buffer.from(text('bytes')).toString('base64') };
    const metadata = { namespace, name: 'source' };
    await core.admin.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, binaryData });
    await create(reading('source'));
    await shows('bytes');
  });

  test('a change counts as one of the spec does: OnChange follows, what is created once or never refreshed does not', async () => {
    await put('configMap', 'source', 'one');
    const specs: Record<string, Partial<ExternalSecret['spec']>> = {
      changing: { refreshPolicy: 'OnChange' },
      once: { refreshPolicy: 'CreatedOnce' },
      never: { refreshInterval: '0s' },
    };
    for (const [name, spec] of Object.entries(specs)) await create(reading('source'), spec, name);
    for (const name of Object.keys(specs)) await shows('one', name);
    await change('configMap', 'source', 'two');
    await shows('two', 'changing');
    await core.atRest();
    await shows('one', 'once');
    await shows('one', 'never');
  });

  test('a change while the backend is asked is in what is written', async () => {
    await put('configMap', 'source', 'one');
    const held = Promise.withResolvers<undefined>();
    core.hold = (key) => (key === 'slow' ? held.promise : Promise.resolve());
    core.backend.set('slow', 'x');
    const before = core.fetches;
    await core.create(namespace, 'app', ['user', 'slow'], { spec: { target: reading('source') } });
    await eventually(() => expect(core.fetches).toBe(before + 2));
    await change('configMap', 'source', 'two');
    held.resolve(undefined);
    await shows('two');
  });

  test('a change after it was read renders once more', async () => {
    await put('configMap', 'other', 'x');
    await create(reading('other'), {}, 'first');
    await shows('x', 'first');
    await put('configMap', 'source', 'one');
    const undo = core.proxy.intercept(
      onlyFirst(
        intercepting(
          { verb: 'get', resource: 'configmaps', namespace },
          { after: () => change('configMap', 'source', 'two').then(() => undefined) },
        ),
      ),
    );
    await create(reading('source'));
    await shows('two');
    undo();
  });

  test('the target of another ExternalSecret is a source like any other', async () => {
    await put('configMap', 'source', 'one');
    const first: ExternalSecretTarget = {
      template: {
        engineVersion: 'v2',
        mergePolicy: 'Replace',
        templateFrom: [{ target: 'Data', configMap: { name: 'source', items: [{ key: 't', templateAs: 'Values' }] } }],
      },
    };
    await create(first, {}, 'first');
    await create(reading('first', 'secret'), {}, 'second');
    await shows('one', 'second');
    await change('configMap', 'source', 'two');
    await shows('two', 'second');
  });

  test('a status, a restart or an unrelated object is no change: nothing is read or written', async () => {
    await put('configMap', 'source', 'one');
    await nextSecond();
    await create(reading('source'));
    await shows('one');
    await put('configMap', 'unrelated', 'x');
    await core.atRest();
    let reads = 0;
    // Each sync writes at least a status.
    const writes = () => core.proxy.writes.filter((write) => write.namespace === namespace).length;
    const counts = () => ({ writes: writes(), reads });
    const undo = core.proxy.intercept(
      intercepting(
        { verb: 'get', resource: 'configmaps', namespace },
        {
          before: () => {
            reads++;
            return undefined;
          },
        },
      ),
    );
    const before = counts();
    await change('configMap', 'unrelated', 'y');
    await core.atRest();
    await core.restart();
    await eventually(() => expect(watchesHere('configmaps')).toHaveLength(1));
    await core.atRest();
    expect(counts()).toEqual(before);
    undo();
  });

  test('what it reads no more is not watched any more', async () => {
    await put('configMap', 'source', 'one');
    await create(reading('source'));
    await shows('one');
    expect(watchesHere('configmaps')).toHaveLength(1);
    await core.admin.patch(
      externalSecrets,
      { namespace, name: 'app' },
      { spec: { target: { template: { templateFrom: null, data: { out: 'none {{ .user }}' } } } } },
      { type: 'merge' },
    );
    await shows('none');
    await eventually(() => expect(watchesHere('configmaps')).toHaveLength(0), { timeoutMs: 60_000 });
  });

  test('nor is what one read that is deleted', async () => {
    await put('secret', 'source', 'one');
    await create(reading('source', 'secret'));
    await shows('one');
    expect(watchesHere('secrets')).toHaveLength(1);
    await core.admin.delete(externalSecrets, { namespace, name: 'app' });
    await eventually(() => expect(watchesHere('secrets')).toHaveLength(0), { timeoutMs: 60_000 });
  });
});

describe('while core was down', () => {
  test.each<[From]>([['configMap'], ['secret']])('a change of the %s is noticed at the start', async (from) => {
    await put(from, 'source', 'one');
    await create(reading('source', from));
    await shows('one');
    await core.restart({ whileStopped: () => change(from, 'source', 'two') });
    await shows('two');
  });

  test('so is its end, however late it is known what is there', async () => {
    await put('configMap', 'source', 'one');
    await create(reading('source'));
    await shows('one');
    const late = Promise.withResolvers<undefined>();
    const undo = core.proxy.intercept(
      intercepting({ verb: 'watch', resource: 'configmaps', namespace }, { before: () => late.promise }),
    );
    await core.restart({ whileStopped: () => remove('source') });
    await core.atRest();
    await core.ready(namespace, 'app');
    undo();
    late.resolve(undefined);
    expect(await core.ready(namespace, 'app', 'False')).toContain('[TEMPLATE_SOURCE_NOT_FOUND]');
    await shows('one');
  });
});

describe('what is not there', () => {
  test('a ConfigMap that goes fails the ExternalSecret and leaves the target; one that comes mends it [1.13.17]', async () => {
    await put('configMap', 'source', 'one');
    await create(reading('source'));
    await shows('one');
    const before = await core.secret(namespace, 'app');
    await remove('source');
    const message = await core.ready(namespace, 'app', 'False');
    expect(message).toContain(
      `spec.target.template.templateFrom[0].configMap: error in configmap source: it does not exist in namespace ${namespace} [TEMPLATE_SOURCE_NOT_FOUND]. Create the ConfigMap`,
    );
    // A pass for another reason does not take the failure for over.
    const labels = { metadata: { labels: { looked: 'again' } } };
    await core.admin.patch(namespaces, { name: namespace }, labels, { type: 'merge' });
    await core.atRest();
    await core.ready(namespace, 'app', 'False');
    expect(await core.secret(namespace, 'app')).toEqual(before);
    await put('configMap', 'source', 'two');
    await shows('two');
    await core.ready(namespace, 'app');
  });

  test('one that comes after the ExternalSecret is rendered at once', async () => {
    await create(reading('source'));
    await core.ready(namespace, 'app', 'False');
    expect(await core.secret(namespace, 'app')).toBeUndefined();
    await put('configMap', 'source', 'late');
    await shows('late');
    await core.ready(namespace, 'app');
  });

  test.each<[From]>([['configMap'], ['secret']])(
    'a missing key of a %s is named, and mended [1.13.18]',
    async (from) => {
      const metadata = { namespace, name: 'source' };
      const data = { other: '' };
      if (from === 'configMap')
        await core.admin.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
      else await core.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, data });
      await create(reading('source', from));
      expect(await core.ready(namespace, 'app', 'False')).toContain(
        `spec.target.template.templateFrom[0].${from}.items[0].key: error in ${from.toLowerCase()} source: missing key t [TEMPLATE_KEY_NOT_FOUND].`,
      );
      await change(from, 'source', 'now');
      await shows('now');
    },
  );

  test('a Secret of the certificate controller is read for nobody', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'external-secrets-cert-manager' };
    const metadata = { namespace, name: 'client-tls', labels };
    const stringData = { t: text('the key') };
    await core.admin.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata, stringData });
    await create(reading('client-tls', 'secret'));
    expect(await core.ready(namespace, 'app', 'False')).toMatch(
      /templateFrom\[0\]\.secret.*belongs to the certificate controller.*\[FORBIDDEN\]/,
    );
    expect(await core.secret(namespace, 'app')).toBeUndefined();
  });

  test('one of another namespace is never read [1.13.17]', async () => {
    const other = await core.own.cluster.createNamespace('other');
    await put('configMap', 'source', 'theirs', other);
    const seen = new Set<string | undefined>();
    const undo = core.proxy.intercept(
      intercepting({ resource: 'configmaps' }, { before: (request) => void seen.add(request.namespace) }),
    );
    await create(reading('source'));
    expect(await core.ready(namespace, 'app', 'False')).toContain('[TEMPLATE_SOURCE_NOT_FOUND]');
    await change('configMap', 'source', 'changed', other);
    await core.atRest();
    expect(seen).toContain(namespace);
    expect(seen).not.toContain(other);
    expect(seen).not.toContain(undefined);
    undo();
  });

  test('a target that is to go needs no ConfigMap for that [1.12.12]', async () => {
    await put('configMap', 'source', 'one');
    await create({ ...reading('source'), deletionPolicy: 'Delete' });
    await shows('one');
    core.backend.delete('user');
    await remove('source');
    await eventually(async () => expect(await core.secret(namespace, 'app')).toBeUndefined());
    await core.ready(namespace, 'app');
  });

  test('a target that is left to others needs none at all', async () => {
    await create({ ...reading('source'), creationPolicy: 'None' });
    await core.ready(namespace, 'app');
  });
});

describe('rights', () => {
  const ROLE = { name: 'external-secrets-core-tenant' };

  /** Takes core's verbs on ConfigMaps away, but these. Returns what gives them back. */
  async function leave(verbs: string): Promise<() => Promise<void>> {
    const rules = async (verbs: string) => {
      const role = await core.own.cluster.kubectl('get', 'clusterrole', ROLE.name, '--output=json');
      const parsed = JSON.parse(role.stdout) as { rules: { resources: string[]; verbs: string[] }[] };
      for (const rule of parsed.rules) if (rule.resources.includes('configmaps')) rule.verbs = verbs.split(',');
      await core.own.cluster.apply(JSON.stringify(parsed));
    };
    await rules(verbs);
    return () => rules('get,list,watch');
  }

  test('one that is missing is named, and once it is there all is well without a restart', async () => {
    await put('configMap', 'source', 'one');
    const give = await leave('nothing');
    try {
      await create(reading('source'));
      const message = await core.ready(namespace, 'app', 'False');
      expect(message).toContain(`core may not get configmaps in namespace ${namespace} [FORBIDDEN]. Grant`);
    } finally {
      await give();
    }
    await core.holds(namespace, 'app', { out: 'one admin' }, 90_000);
    await core.ready(namespace, 'app');
  });

  test('without the one to watch the target is right, an event says so, and the next right is used', async () => {
    await put('configMap', 'source', 'one');
    const give = await leave('get');
    const said = async () => {
      const { items } = await core.admin.list(events, { namespace });
      return items.filter(({ reason }) => reason === 'TemplateSourcesUnwatched');
    };
    try {
      await create(reading('source'));
      await shows('one');
      await core.ready(namespace, 'app');
      await eventually(async () => expect(await said()).toHaveLength(1), { timeoutMs: 60_000 });
      expect((await said())[0]).toMatchObject({
        type: 'Warning',
        message: expect.stringContaining(`configmaps in namespace ${namespace}, so that a change`) as unknown,
      });
      expect(await core.metrics()).toMatch(
        /^reflector_errors_total\{resource="template-configmaps",code="FORBIDDEN"\}/m,
      );
      await change('configMap', 'source', 'two');
      await force();
      await shows('two');
      const [event] = await said();
      expect(event?.count).toBe(1);
    } finally {
      await give();
    }
    await eventually(() => expect(watchesHere('configmaps')).toHaveLength(1), { timeoutMs: 90_000 });
    await change('configMap', 'source', 'three');
    await shows('three');
  });
});

describe('what harms nobody', () => {
  test('large ConfigMaps of a namespace do not come into memory, nor does a value of a Secret that was read stay there', async () => {
    const marker = `marker-${String(Math.random())}`;
    const large = `${marker}-large`.padEnd(900_000, 'x');
    const metadata = (name: string) => ({ namespace, name });
    for (let i = 0; i < 40; i++)
      await core.admin.create(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: metadata(`large-${i}`),
        data: { large },
      });
    await put('configMap', 'source', 'one');
    await put('secret', 'source', `${marker}-secret`);
    await create(reading('source', 'secret'));
    await create(reading('source'), {}, 'other');
    await shows('one', 'other');
    await shows(`${marker}-secret`);
    await core.atRest();
    const heap = await core.heap();
    expect(heap).toContain('large-39');
    expect(heap).not.toContain(marker);
  });

  test('one that goes round with itself goes slowly, and another one beside it is as quick as ever', async () => {
    const own: ExternalSecretTarget = {
      creationPolicy: 'Owner',
      template: {
        engineVersion: 'v2',
        mergePolicy: 'Replace',
        data: { t: 'out: {{ randAlphaNum 20 }}' },
        templateFrom: [
          { target: 'Data', secret: { name: 'round', items: [{ key: 't', templateAs: 'KeysAndValues' }] } },
        ],
      },
    };
    await put('secret', 'round', 'begin');
    await create(own, {}, 'round');
    await core.ready(namespace, 'round');
    await put('configMap', 'source', 'one');
    await create(reading('source'), {}, 'victim');
    await shows('one', 'victim');
    await change('configMap', 'source', 'two');
    await shows('two', 'victim');
    // Nothing is written for a second: at full speed it would never end.
    await core.atRest();
    await core.admin.delete(externalSecrets, { namespace, name: 'round' });
  });
});
