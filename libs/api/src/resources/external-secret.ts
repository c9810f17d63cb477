import { type KubeObject, resourceType } from '@eso/kube';
import type { externalSecretSpec, externalSecretStatus, WrittenManifest } from '../schema/index.ts';

/** Spec as a manifest has it: fields with a default may be absent, although the API server fills them in. */
export type ExternalSecretSpec = WrittenManifest<typeof externalSecretSpec>;
/** Status as core writes it. */
export type ExternalSecretStatus = WrittenManifest<typeof externalSecretStatus>;
/** One entry of `status.conditions`. */
export type ExternalSecretCondition = NonNullable<ExternalSecretStatus['conditions']>[number];

/** Says which values of which store are written into which Secret, and when again. */
export interface ExternalSecret extends KubeObject {
  spec: ExternalSecretSpec;
  status?: ExternalSecretStatus;
}

/** `spec.target`: the object that is written. */
export type ExternalSecretTarget = NonNullable<ExternalSecretSpec['target']>;
/** One entry of `spec.data`: one key of the target. */
export type ExternalSecretData = NonNullable<ExternalSecretSpec['data']>[number];
/** One entry of `spec.dataFrom`: many keys of the target. */
export type ExternalSecretDataFrom = NonNullable<ExternalSecretSpec['dataFrom']>[number];
/** Which secret of the backend, and which part of it. */
export type ExternalSecretRemoteRef = ExternalSecretData['remoteRef'];
/** Which secrets of the backend, by name, tags and path. */
export type ExternalSecretFind = NonNullable<ExternalSecretDataFrom['find']>;
/** One step that changes the keys of what was fetched. */
export type ExternalSecretRewrite = NonNullable<ExternalSecretDataFrom['rewrite']>[number];
/** What the target is rendered from. */
export type ExternalSecretTemplate = NonNullable<ExternalSecretTarget['template']>;

/** How characters become ones that a Secret key may have. */
export type ConversionStrategy = NonNullable<ExternalSecretRemoteRef['conversionStrategy']>;
/** How values are decoded before they are written. */
export type DecodingStrategy = NonNullable<ExternalSecretRemoteRef['decodingStrategy']>;
/** What becomes of a value that holds a null byte. */
export type NullBytePolicy = NonNullable<ExternalSecretRemoteRef['nullBytePolicy']>;
/** When the backend is asked again. */
export type RefreshPolicy = NonNullable<ExternalSecretSpec['refreshPolicy']>;
/** Who owns the target, and whether it is created. */
export type CreationPolicy = NonNullable<ExternalSecretTarget['creationPolicy']>;
/** What becomes of the target when its secrets are gone from the backend. */
export type DeletionPolicy = NonNullable<ExternalSecretTarget['deletionPolicy']>;

/** Reference to a store; an absent kind means SecretStore. */
export type StoreRef = NonNullable<ExternalSecretSpec['secretStoreRef']>;
/** The kinds of store that a reference can name. */
export type StoreKind = NonNullable<StoreRef['kind']>;
/** The kind of a reference that names none. */
export const DEFAULT_STORE_KIND = 'SecretStore' satisfies StoreKind;

/** ExternalSecrets at the API server. */
export const externalSecrets = resourceType<ExternalSecret>(
  'external-secrets.io',
  'v1',
  'externalsecrets',
  'ExternalSecret',
  'Namespaced',
);
