import type { Clock, Logger, Registry } from '@eso/runtime';
import type { KubeConnection } from '../connection/connection.ts';
import type { KubeObject, ObjectRef, ObjectReference } from '../resource/index.ts';

/** How a {@link KubeClient} connects, and what bounds it keeps. */
export interface KubeClientOptions {
  connection: KubeConnection;
  /** Default: none. Writes at level debug only. */
  logger?: Logger;
  /** Where `rest_client_requests_total` is counted. Default: nowhere. */
  registry?: Registry;
  /** Default: the machine's clock. */
  clock?: Clock;
  /** Default `external-secrets`. The API server's audit log and managedFields show it. */
  userAgent?: string;
  /**
   * Time for a request with all its retries, connection and credentials included, and for the head of a watch, in milliseconds.
   * A list that is read as it comes may take longer, as long as it never pauses for this long. Default 30,000.
   */
  requestTimeoutMs?: number;
  /** A larger answer is refused with TOO_LARGE, in bytes; lists that are read as they come have no such bound. Default 32 MiB. */
  maxResponseBytes?: number;
  /**
   * An object of a watch, or of a list that is read as it comes, whose JSON is larger is refused, in bytes. Default 8 MiB: five times
   * what etcd takes by default.
   */
  maxObjectBytes?: number;
  /** TCP and TLS handshake together, in milliseconds. Default 5,000. */
  connectTimeoutMs?: number;
  /** A connection on which nothing came in for this long is probed with a PING, in milliseconds. Default 30,000. */
  pingIntervalMs?: number;
  /** Time to answer it before the connection is given up, in milliseconds. Default 15,000. */
  pingTimeoutMs?: number;
}

/** What every call takes. `signal` gives the call up: it then throws the signal's reason. */
export interface KubeCallOptions {
  signal?: AbortSignal;
}

/** How one object is read. */
export interface GetOptions extends KubeCallOptions {
  /** Ask for metadata alone: the object has nothing else. */
  metadataOnly?: boolean;
}

/** Which objects of a kind are meant. Default: all, in all namespaces. */
export interface SelectOptions extends KubeCallOptions {
  /** Absent: all namespaces. */
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Ask for metadata alone: the objects have nothing else. */
  metadataOnly?: boolean;
}

/** Which page of a list is read, and as of which version. Default: everything, as of now. */
export interface ListOptions extends SelectOptions {
  /** Objects per page at most. Default: all in one. */
  limit?: number;
  /** `continue` of the page before. */
  continue?: string;
  resourceVersion?: string;
  resourceVersionMatch?: 'Exact' | 'NotOlderThan';
}

/** One page of a list. */
export interface ListPage<T> {
  items: T[];
  /** What a watch that goes on from here starts at. */
  resourceVersion: string;
  /** Present when there are more pages. */
  continue?: string;
}

/** How a list is read as it comes. */
export interface ItemsOptions extends SelectOptions {
  /** Objects per page at most. Default 500. */
  limit?: number;
  /** Bytes per page that are aimed at, from the objects seen so far. Default 8 MiB. */
  pageBytes?: number;
}

/** An object of a list, or the end of a page of it. */
export type Listed<T> =
  | { kind: 'object'; object: T }
  | ({ kind: 'oversized' } & OversizedObject)
  | { kind: 'page'; resourceVersion: string; last: boolean };

/** An object whose JSON is larger than `maxObjectBytes`: it was not kept. */
export interface OversizedObject {
  bytes: number;
  /** Where its beginning tells. */
  ref: ObjectRef | undefined;
}

/** From where on and for how long objects are watched. */
export interface WatchOptions extends SelectOptions {
  /** Events after this one. */
  resourceVersion: string;
  /** After how long the API server ends the watch. Default: it chooses, between 30 and 60 minutes. */
  timeoutSeconds?: number;
  /** Ask for BOOKMARK events, about one a minute. */
  allowBookmarks?: boolean;
  /** Ask for the present objects as ADDED events first, then a BOOKMARK with annotation `k8s.io/initial-events-end`. */
  sendInitialEvents?: boolean;
  /** Called when the API server has accepted the watch, before the first event. Must not throw. */
  onOpen?: () => void;
}

/** An event of a watch. An ERROR event is thrown as KubeError instead. */
export type WatchEvent<T> =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: T }
  /** Nothing happened up to `object.metadata.resourceVersion`; the object has nothing else. */
  | { type: 'BOOKMARK'; object: KubeObject }
  /** Something happened to an object that is larger than `maxObjectBytes`. */
  | ({ type: 'OVERSIZED' } & OversizedObject);

/** In whose name an object is written. */
export interface WriteOptions extends KubeCallOptions {
  /** Who owns the written fields in `managedFields`. */
  fieldManager?: string;
}

/** What kind of patch it is, and what part of the object it is about. */
export interface PatchOptions extends WriteOptions {
  /** RFC 7386 merge patch, RFC 6902 JSON patch, or server-side apply (needs `fieldManager`). */
  type: 'merge' | 'json' | 'apply';
  /** Such as `status`. */
  subresource?: string;
  /** With apply: take over fields that others own. */
  force?: boolean;
}

/** In whose name fields are applied (server-side apply, KEP-555). */
export interface ApplyOptions extends KubeCallOptions {
  /** Who owns the applied fields in `managedFields`; what it applied before and does not apply now is taken away. */
  fieldManager: string;
  /** Take over fields that others own. Default: CONFLICT where there are any with another value. */
  force?: boolean;
}

/** Preconditions of a deletion, and what becomes of dependents. Default: none, and as the kind has it. */
export interface DeleteOptions extends KubeCallOptions {
  /** Delete only if the object still is the one meant; CONFLICT otherwise. */
  uid?: string;
  /** Delete only if the object has not changed; CONFLICT otherwise. */
  resourceVersion?: string;
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground';
}

/** The `spec` of a TokenRequest. */
export interface TokenOptions extends KubeCallOptions {
  /** Who the token is for. Default: the API server itself. */
  audiences?: string[];
  /** At least 600; the API server may shorten it. */
  expirationSeconds?: number;
  /** The token ends with this object. */
  boundObjectRef?: ObjectReference;
}

/** The `status` of a TokenRequest. */
export interface IssuedToken {
  token: string;
  /** RFC 3339. */
  expirationTimestamp: string;
}

/** How a request is made that no other method makes. */
export interface RawRequestOptions extends KubeCallOptions {
  query?: QueryParameters;
  /** Sent as JSON. */
  body?: unknown;
  /** Default `application/json`. */
  contentType?: string;
  /** Default `application/json`. */
  accept?: string;
}

/** Parameters that are undefined are left out. */
export type QueryParameters = Readonly<Record<string, string | number | boolean | undefined>>;
