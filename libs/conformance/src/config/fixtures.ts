import { z } from 'zod';

const name = z.string().min(1);

/** A store, as requests name it: the fields of provider.v1.ProviderReference, and on whose behalf. */
const store = z.strictObject({
  apiVersion: name,
  kind: name,
  name,
  /** Default: none, so that the provider takes `sourceNamespace`. */
  namespace: name.optional(),
  /** Default `Provider`. */
  storeRefKind: z.enum(['Provider', 'ClusterProvider', 'SecretStore', 'ClusterSecretStore']).default('Provider'),
  /** Default: none, as an older core asks. */
  storeName: name.optional(),
  sourceNamespace: name,
});

/** A reference to a secret, through the config's store unless it names another. */
const reference = z.strictObject({
  key: name,
  version: name.optional(),
  property: name.optional(),
  store: store.optional(),
});

/** Bytes: as text, or in base64. */
const bytes = z.union([
  z.string().transform((text) => Buffer.from(text)),
  z.strictObject({ base64: z.base64() }).transform(({ base64 }) => Buffer.from(base64, 'base64')),
]);

const secret = reference.extend({ value: bytes });
const entries = z.record(z.string(), bytes);
const criteria = z.strictObject({
  /** RE2. */
  name: name.optional(),
  tags: z.record(z.string(), z.string()).optional(),
  path: name.optional(),
  store: store.optional(),
});
const found = criteria.extend({ entries });
/** A secret that the suite may push, replace and remove; `metadata` is what a push of it needs. */
const pushed = reference.omit({ version: true }).extend({ metadata: z.record(z.string(), z.unknown()).optional() });

/** What a config may tell about the backend behind a provider. Every value is looked for in every error of the run. */
export const fixtures = z
  .strictObject({
    /** The one that is used where nothing else is said. */
    store,
    /** A store whose config does not exist. Default: `store` with other names. */
    missingStore: store,
    /** One of another namespace, that exists. */
    otherStore: store,
    /** A cluster-scoped one. */
    clusterStore: store,
    /** One that exists and cannot be used: its credentials are wrong, or its config is. */
    brokenStore: store,

    /** At least two secrets of different values, of all sorts that the backend can hold. */
    secrets: z.array(secret).min(2),
    /** One secret in at least two versions of different values. */
    versions: z.array(secret).min(2),
    /** Properties of secrets. */
    properties: z.array(secret).min(1),
    /** Secrets, and a part of their metadata. */
    metadata: z.array(reference.extend({ contains: z.record(z.string(), z.unknown()) })).min(1),
    absent: reference,
    /** A secret that exists, and a property that it does not have. */
    absentProperty: reference.required({ property: true }),
    /** A secret that exists, and a version that it does not have. */
    absentVersion: reference.required({ version: true }),
    /** One that the backend does not let the provider read. */
    forbidden: reference,
    /** One for which the backend limits the rate of requests. */
    throttled: reference,
    /** One for which the backend cannot be reached, or fails. */
    unavailable: reference,
    /** One for which the backend answers what makes no sense, or a part. */
    garbled: reference,
    /** Secrets of several values. */
    maps: z.array(reference.extend({ entries })).min(1),
    /** A secret of one value. */
    notAnObject: reference,
    findByName: z.array(found.required({ name: true })).min(1),
    findByTags: z.array(found.required({ tags: true })).min(1),
    findByPath: z.array(found.required({ path: true })).min(1),
    /** Criteria for which the backend gives a part of what there is. */
    partialFind: criteria,

    /** Each a secret that may be pushed. */
    pushKey: pushed,
    pushProperty: pushed.omit({ property: true }),
    pushWhole: pushed.omit({ property: true }),
    deleteKey: pushed,
    /** A secret that exists and is not managed by External Secrets. */
    unmanaged: pushed.extend({ value: bytes }),
    existing: z.array(reference.omit({ version: true })).min(1),

    /** A generator, as requests name it. */
    generator: z.strictObject({
      apiVersion: name,
      kind: name,
      name,
      namespace: name.optional(),
      sourceNamespace: name,
    }),
    /** What is larger than the limit of answers: references, or criteria. */
    tooLarge: z.array(z.union([reference, criteria])).min(1),
    /** A secret for which the backend takes some seconds: 3 to 10. */
    slow: secret,
  })
  .partial();

/** Fixtures by name, those that the config has. */
export type Fixtures = z.output<typeof fixtures>;
/** As a config says it, before it is read. */
export type FixturesInput = z.input<typeof fixtures>;
/** A store, as requests name it. */
export type StoreFixture = z.output<typeof store>;
/** A secret, and what it holds. */
export type SecretFixture = z.output<typeof secret>;
/** What secrets are found by. */
export type CriteriaFixture = z.output<typeof criteria>;
/** A secret that may be pushed. */
export type PushFixture = z.output<typeof pushed>;

/**
 * What a rule may need of the config. `namedStore`: a `store` with a `storeName`; `stranger`: a certificate beside those of the client.
 */
export type FixtureName = Exclude<keyof Fixtures, 'missingStore'> | 'namedStore' | 'stranger';

/** Every value of the config, each once: what no error may say. */
export function valuesOf(given: Fixtures): Buffer[] {
  const texts = new Map<string, Buffer>();
  const add = (value: Buffer): unknown => texts.set(value.toString('base64'), value);
  for (const { value } of [...(given.secrets ?? []), ...(given.versions ?? []), ...(given.properties ?? [])])
    add(value);
  for (const { value } of [given.unmanaged, given.slow].filter((one) => one !== undefined)) add(value);
  for (const { entries: all } of [
    ...(given.maps ?? []),
    ...(given.findByName ?? []),
    ...(given.findByTags ?? []),
    ...(given.findByPath ?? []),
  ])
    for (const value of Object.values(all)) add(value);
  return [...texts.values()];
}
