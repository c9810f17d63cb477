import type { Feature } from '@eso/api/contract';
import type { FixtureName } from './config/fixtures.ts';
import type { HookName } from './config/hooks.ts';

/** One rule of the contract: what it is called, and what has to be there for it to be checked. */
export interface RuleEntry {
  /** What a provider does, as a sentence. */
  readonly title: string;
  /** What the kind has to claim: all of them. Default nothing. */
  readonly features?: readonly Feature[];
  /** What the config has to say. Default nothing. */
  readonly fixtures?: readonly FixtureName[];
  /** What the harness has to be able to do to the provider. Default nothing. */
  readonly hooks?: readonly HookName[];
}

/**
 * Every rule by its id, in the order in which they are checked. docs/provider-contract.md has a row for each, which says it in full.
 * An id is never given another meaning.
 */
export const RULE_BOOK = {
  'authentication.1': { title: 'a call without a client certificate is refused' },
  'authentication.2': { title: 'a call of another client of the same authority is refused', fixtures: ['stranger'] },
  'authentication.3': { title: 'a certificate of another authority is refused, whatever identity it names' },
  'authentication.4': { title: 'TLS older than 1.3 is refused' },
  'authentication.5': { title: 'health is told to nobody without an accepted certificate' },
  'authentication.6': { title: 'nothing is answered without TLS' },

  'health.1': { title: 'Check of the empty name says SERVING' },
  'health.2': { title: 'Check of each service that is served says SERVING' },
  'health.3': { title: 'Check of an unknown service is NotFound' },
  'health.4': { title: 'Watch tells the status at once and stays open' },
  'health.5': { title: 'Watch of an unknown service says SERVICE_UNKNOWN' },

  'capabilities.1': { title: 'features are named, and the coarse value agrees with them', fixtures: ['store'] },
  'capabilities.2': { title: 'version 1 of the contract is among the versions spoken', fixtures: ['store'] },
  'capabilities.3': { title: 'what is claimed is answered', fixtures: ['store'] },
  'capabilities.4': { title: 'what is not claimed is Unimplemented', fixtures: ['store'] },

  'validate.1': { title: 'a usable store is valid', fixtures: ['store'] },
  'validate.2': { title: 'a store that cannot be used is not valid', fixtures: ['brokenStore'] },
  'validate.3': { title: 'a missing config is FailedPrecondition', fixtures: ['store'] },
  'validate.4': { title: 'a cluster-scoped store is judged while nobody asks', fixtures: ['clusterStore'] },

  'get.1': { title: 'a value arrives byte for byte', features: ['get'], fixtures: ['secrets'] },
  'get.2': { title: 'an absent secret is NotFound', features: ['get'], fixtures: ['absent'] },
  'get.3': { title: 'an absent property is no absent secret', features: ['get'], fixtures: ['absentProperty'] },
  'get.4': { title: 'an absent version is an error', features: ['get'], fixtures: ['absentVersion'] },
  'get.5': {
    title: 'the version that is asked for is the one that is answered',
    features: ['get'],
    fixtures: ['versions'],
  },
  'get.6': {
    title: 'the property that is asked for is the one that is answered',
    features: ['get'],
    fixtures: ['properties'],
  },
  'get.7': {
    title: 'metadataPolicy Fetch answers with metadata',
    features: ['get', 'metadata'],
    fixtures: ['metadata'],
  },
  'get.8': { title: 'a reference without a key is InvalidArgument', features: ['get'], fixtures: ['store'] },
  'get.9': { title: 'a secret that may not be read is PermissionDenied', features: ['get'], fixtures: ['forbidden'] },
  'get.10': { title: 'a missing config is FailedPrecondition', features: ['get'], fixtures: ['store'] },
  'get.11': {
    title: 'a backend that throttles is ResourceExhausted, and retryable',
    features: ['get'],
    fixtures: ['throttled'],
  },
  'get.12': {
    title: 'a backend that is down is Unavailable, and retryable',
    features: ['get'],
    fixtures: ['unavailable'],
  },
  'get.13': {
    title: 'an answer that the backend garbled is an error, and no absence',
    features: ['get'],
    fixtures: ['garbled'],
  },

  'map.1': { title: 'every entry arrives byte for byte, and no other', features: ['map'], fixtures: ['maps'] },
  'map.2': { title: 'an absent secret is NotFound', features: ['map'], fixtures: ['absent'] },
  'map.3': { title: 'what is no object is FailedPrecondition', features: ['map'], fixtures: ['notAnObject'] },
  'map.4': { title: 'a reference without a key is InvalidArgument', features: ['map'], fixtures: ['store'] },
  'map.5': { title: 'a missing config is FailedPrecondition', features: ['map'], fixtures: ['store'] },

  'find.1': { title: 'by name: all that match, and nothing else', features: ['findByName'], fixtures: ['findByName'] },
  'find.2': { title: 'by tags: all that match, and nothing else', features: ['findByTags'], fixtures: ['findByTags'] },
  'find.3': { title: 'by path: all that match, and nothing else', features: ['findByPath'], fixtures: ['findByPath'] },
  'find.4': { title: 'nothing found is an empty answer', features: ['findByName'], fixtures: ['store'] },
  'find.5': { title: 'an expression that is no RE2 is InvalidArgument', features: ['findByName'], fixtures: ['store'] },
  'find.6': { title: 'a criterion that is not offered is refused, and never ignored', fixtures: ['store'] },
  'find.7': { title: 'a request without criteria is InvalidArgument', features: ['findByName'], fixtures: ['store'] },
  'find.8': { title: 'a missing config is FailedPrecondition', features: ['findByName'], fixtures: ['store'] },
  'find.9': {
    title: 'an answer of which the backend gave a part is an error',
    features: ['findByName'],
    fixtures: ['partialFind'],
  },

  'push.1': { title: 'what was pushed is what is read', features: ['get', 'push'], fixtures: ['pushKey'] },
  'push.2': { title: 'a second push replaces the first', features: ['get', 'push'], fixtures: ['pushKey'] },
  'push.3': {
    title: 'what is not managed is AlreadyExists and stays',
    features: ['get', 'push'],
    fixtures: ['unmanaged'],
  },
  'push.4': { title: 'a push to a property leaves the others', features: ['get', 'push'], fixtures: ['pushProperty'] },
  'push.5': { title: 'a whole Secret is pushed as one object', features: ['map', 'push'], fixtures: ['pushWhole'] },
  'push.6': { title: 'a push without a remote key is InvalidArgument', features: ['push'], fixtures: ['store'] },
  'push.7': { title: 'a missing config is FailedPrecondition', features: ['push'], fixtures: ['store'] },

  'exists.1': { title: 'what exists is there', features: ['exists'], fixtures: ['existing'] },
  'exists.2': { title: 'what is absent is no error', features: ['exists'], fixtures: ['absent'] },
  'exists.3': { title: 'what cannot be known is an error', features: ['exists'], fixtures: ['forbidden'] },
  'exists.4': { title: 'a reference without a key is InvalidArgument', features: ['exists'], fixtures: ['store'] },

  'delete.1': {
    title: 'what was pushed and deleted is absent',
    features: ['get', 'push', 'delete'],
    fixtures: ['deleteKey'],
  },
  'delete.2': { title: 'to delete what is absent succeeds', features: ['delete'], fixtures: ['absent'] },
  'delete.3': { title: 'what is not managed stays', features: ['get', 'delete'], fixtures: ['unmanaged'] },
  'delete.4': { title: 'a reference without a key is InvalidArgument', features: ['delete'], fixtures: ['store'] },

  'batch.1': { title: 'one outcome for each reference, in order', features: ['batch'], fixtures: ['secrets'] },
  'batch.2': {
    title: 'a reference that fails costs the others nothing',
    features: ['batch'],
    fixtures: ['secrets', 'absent'],
  },
  'batch.3': { title: 'a batch without references is InvalidArgument', features: ['batch'], fixtures: ['store'] },
  'batch.4': { title: 'more than 1,000 references are refused', features: ['batch'], fixtures: ['store'] },

  'watch.1': { title: 'the first message says that the watch has begun', features: ['watch'], fixtures: ['store'] },
  'watch.2': { title: 'a change is told', features: ['watch', 'push'], fixtures: ['pushKey'] },

  'generate.1': { title: 'values are made, with a state that is JSON of at most 64 KiB', fixtures: ['generator'] },
  'generate.2': { title: 'to clean up twice succeeds', fixtures: ['generator'] },
  'generate.3': { title: 'a missing config is FailedPrecondition', fixtures: ['generator'] },
  'generate.4': { title: 'a generator of another namespace is refused', fixtures: ['generator'] },

  'namespaces.1': { title: 'a namespaced store reaches no config of another namespace', fixtures: ['otherStore'] },
  'namespaces.2': { title: 'a namespaced store needs a source namespace', fixtures: ['store'] },
  'namespaces.3': { title: 'a core that names no kind of store reaches no other namespace', fixtures: ['otherStore'] },
  'namespaces.4': { title: 'an unknown kind of store is refused', fixtures: ['store'] },
  'namespaces.5': { title: 'a namespaced store reaches no credentials of another namespace', fixtures: ['otherStore'] },
  'namespaces.6': { title: 'a request without a reference is InvalidArgument' },
  'namespaces.7': { title: 'a kind that is not served is refused, and is no absence', fixtures: ['store'] },
  'namespaces.8': { title: 'a request that says other than its store is refused', fixtures: ['namedStore'] },

  'limits.1': { title: 'a request over the limit is ResourceExhausted', fixtures: ['store'] },
  'limits.2': { title: 'a request within the limit is read', fixtures: ['store'] },
  'limits.3': { title: 'an answer over the limit is ResourceExhausted, and never a part', fixtures: ['tooLarge'] },
  'limits.4': { title: 'as many calls at once as are announced are taken' },
  'limits.5': { title: 'a body that is no message is an error of its call alone', fixtures: ['store'] },

  'cancellation.1': { title: 'a call ends when its deadline has passed', features: ['get'], fixtures: ['slow'] },
  'cancellation.2': { title: 'calls that were given up make room', features: ['get'], fixtures: ['secrets', 'slow'] },
  'cancellation.3': {
    title: 'a connection that breaks harms no other',
    features: ['get'],
    fixtures: ['secrets', 'slow'],
  },

  'concurrency.1': {
    title: '256 calls at once are all answered, each with its own answer',
    features: ['get'],
    fixtures: ['secrets'],
  },
  'concurrency.2': { title: 'many connections are served at once', features: ['get'], fixtures: ['secrets'] },
  'concurrency.3': { title: 'a slow call holds up no other', features: ['get'], fixtures: ['secrets', 'slow'] },

  'versions.1': {
    title: 'an older core is answered alike, or told what it lacks',
    features: ['get'],
    fixtures: ['secrets'],
  },
  'versions.2': { title: 'fields of a newer core are skipped', features: ['get'], fixtures: ['secrets'] },
  'versions.3': { title: 'methods of a newer core are Unimplemented' },
  'versions.4': { title: 'headers of a newer core are skipped', features: ['get'], fixtures: ['secrets'] },

  'reload.1': { title: 'new connections get the new certificate', hooks: ['replaceCertificates'] },
  'reload.2': {
    title: 'no call fails while certificates are replaced',
    features: ['get'],
    fixtures: ['secrets'],
    hooks: ['replaceCertificates'],
  },

  'shutdown.1': { title: 'health says NOT_SERVING', hooks: ['stop'] },
  'shutdown.2': { title: 'calls under way are answered', features: ['get'], fixtures: ['slow'], hooks: ['stop'] },
  'shutdown.3': { title: 'connections are asked to go', hooks: ['stop'] },
  'shutdown.4': { title: 'new connections are refused in the end', hooks: ['stop'] },

  'words.1': { title: 'an error has a detail whose code goes with its status' },
  'words.2': { title: 'an error is one line of at most 512 bytes' },
  'words.3': { title: 'no value stands in an error' },
  'words.4': { title: 'an error says what to do' },
  'words.5': { title: 'retryable is what may succeed by itself, and nothing else' },
} as const satisfies Readonly<Record<string, RuleEntry>>;

/** Id of a rule: its group and its number there. */
export type RuleId = keyof typeof RULE_BOOK;
