import { randomBytes } from 'node:crypto';
import type { Feature } from '@eso/api/contract';
import type { ConformanceConfig } from './config/config.ts';
import {
  type CriteriaFixture,
  type FixtureName,
  type Fixtures,
  type StoreFixture,
  valuesOf,
} from './config/fixtures.ts';
import { NothingToCheck } from './broken-rule.ts';
import type { Observations } from './observations.ts';
import { type Address, type Connection, connectTo } from './wire/connection.ts';
import type { ClientCredentials } from './wire/credentials.ts';
import { fields, Overheard } from './wire/overheard.ts';
import { type StreamAnswer, RawSession } from './wire/raw-session.ts';

/** What a lab is made of. */
export interface LabOptions {
  readonly address: Address;
  readonly credentials: Required<ClientCredentials>;
  /** Of a client that is not accepted. Absent: there is none. */
  readonly stranger?: Required<ClientCredentials> | undefined;
  readonly config: ConformanceConfig;
}

/** A provider.v1.ProviderReference, as far as checks say it. */
export interface ReferenceFields {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly storeRefKind?: string;
  storeName?: string;
  authNamespace?: string;
}

/** The two fields that all requests of the store service share. */
export interface StoreFields {
  readonly providerRef: ReferenceFields;
  readonly sourceNamespace: string;
}

/** A request for one secret. */
export interface SecretFields extends StoreFields {
  readonly remoteRef: {
    readonly key: string;
    readonly version?: string;
    readonly property?: string;
    readonly metadataPolicy?: string;
  };
}

/** What a fixture says about one secret. */
export interface AskedSecret {
  readonly key: string;
  readonly version?: string | undefined;
  readonly property?: string | undefined;
  readonly store?: StoreFixture | undefined;
}

/** Values that are shorter stand in texts by chance. */
const SHORTEST_VALUE = 6;

/** What a check has at hand: the config, connections to the provider, and what has been seen of it so far. */
export class Lab {
  readonly address: Address;
  readonly credentials: Required<ClientCredentials>;
  readonly stranger: Required<ClientCredentials> | undefined;
  readonly config: ConformanceConfig;
  readonly overheard = new Overheard();
  /** What the kind can do: what the config says, else what it claims. */
  features: ReadonlySet<Feature> = new Set();
  /** What was seen at things that can be done only once. */
  readonly observations: Observations = {};
  readonly #made: Buffer[] = [];
  readonly #plain = new Map<string, Promise<Uint8Array>>();
  readonly #open = new Set<{ close(): void }>();
  #connection: Connection | undefined;

  constructor({ address, credentials, stranger, config }: LabOptions) {
    this.address = address;
    this.credentials = credentials;
    this.stranger = stranger;
    this.config = config;
  }

  /** The connection that most calls use; its errors are judged by the rules about words. */
  get connection(): Connection {
    return (this.#connection ??= this.connect());
  }

  /** One more connection, which is closed with the lab at the latest. */
  connect(options: { readonly judged?: boolean; readonly compression?: boolean } = {}): Connection {
    const { judged = true, compression = false } = options;
    const connection = connectTo({
      address: this.address,
      credentials: this.credentials,
      compression,
      interceptors: [this.overheard.interceptor({ judged })],
    });
    this.#open.add(connection);
    return connection;
  }

  /** One more connection on which frames are seen. */
  async raw(credentials: ClientCredentials = this.credentials): Promise<RawSession> {
    const session = await RawSession.open(this.address, credentials);
    this.#open.add({ close: () => session.destroy() });
    return session;
  }

  /** The answer of a call by hand, with which no rule about words but one is concerned: no value may stand in it. */
  async rawAnswer(path: string, call: { readonly ended: Promise<StreamAnswer> }): Promise<StreamAnswer> {
    const answer = await call.ended;
    const { status, headers, trailers } = answer;
    if (status !== 0) {
      const all = [...Object.entries(headers), ...Object.entries(trailers)];
      const rest = fields(all.map(([name, value]): [string, string] => [name, String(value)]));
      this.overheard.add({ method: path, status, message: '', details: [], rest, judged: false });
    }
    return answer;
  }

  /** @throws NothingToCheck where the config does not have it; rules say before what they need */
  fixture<K extends keyof Fixtures>(name: K): NonNullable<Fixtures[K]> {
    const fixture = this.config[name];
    if (fixture === undefined) throw new NothingToCheck(`the config has no ${name}`);
    return fixture;
  }

  /** Whether the config, or what came with it, has what a rule needs. */
  has(name: FixtureName): boolean {
    if (name === 'stranger') return this.stranger !== undefined;
    if (name === 'namedStore') return this.config.store?.storeName !== undefined;
    return this.config[name] !== undefined;
  }

  /** What a request through a store says. Default: through the config's `store`. */
  through(store: StoreFixture = this.fixture('store')): StoreFields {
    const { sourceNamespace, ...providerRef } = store;
    return { providerRef: withoutUndefined(providerRef), sourceNamespace };
  }

  /** A request for one secret, through the store that the reference names or the config's. */
  ask({ key, version, property, store }: AskedSecret): SecretFields {
    return { ...this.through(store), remoteRef: withoutUndefined({ key, version, property }) };
  }

  /** A request for all secrets that meet the criteria. */
  search({ store, name, tags = {}, path = '' }: CriteriaFixture) {
    return { ...this.through(store), find: { tags, path, ...(name === undefined ? {} : { name: { regexp: name } }) } };
  }

  /**
   * What one call has been answered for a secret, on a connection where nothing else went on: what other calls are compared with.
   * @throws ConnectError where it was none
   */
  plainAnswer(secret: AskedSecret): Promise<Uint8Array> {
    const id = JSON.stringify([secret.key, secret.version, secret.property, secret.store]);
    const known =
      this.#plain.get(id) ??
      this.connect()
        .store.getSecret(this.ask(secret))
        .then(({ value }) => value);
    this.#plain.set(id, known);
    return known;
  }

  /** A store like the config's whose config does not exist. */
  missingStore(): StoreFixture {
    const { missingStore } = this.config;
    if (missingStore) return missingStore;
    const store = this.fixture('store');
    const absent = (name: string): string => `${name}-conformance-absent`;
    return { ...store, name: absent(store.name), ...(store.storeName && { storeName: absent(store.storeName) }) };
  }

  /** A value of which no error may say anything, unlike every other: text with what is easily lost. */
  makeValue(): Buffer {
    const value = Buffer.from(` conformance ${randomBytes(18).toString('base64')} é\n`);
    this.#made.push(value);
    return value;
  }

  /** A name that nobody has. */
  makeName(): string {
    return `conformance-${randomBytes(8).toString('hex')}`;
  }

  /** What no error may say: every value of the config, and every one that was pushed. */
  secretValues(): Buffer[] {
    return [...valuesOf(this.config), ...this.#made].filter(({ length }) => length >= SHORTEST_VALUE);
  }

  close(): void {
    for (const connection of this.#open) connection.close();
  }
}

function withoutUndefined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;
}

/** With what may be undefined absent instead. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};
