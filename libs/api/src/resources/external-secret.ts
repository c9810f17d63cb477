import { type KubeObject, resourceType } from '@eso/kube';
import type { externalSecretSpec, externalSecretStatus, WrittenManifest } from '../schema/index.ts';

/** Spec as a manifest has it: fields with a default may be absent, although the API server fills them in. */
export type ExternalSecretSpec = WrittenManifest<typeof externalSecretSpec>;
export type ExternalSecretStatus = WrittenManifest<typeof externalSecretStatus>;
export type ExternalSecretCondition = NonNullable<ExternalSecretStatus['conditions']>[number];

/** Says which values of which store are written into which Secret, and when again. */
export interface ExternalSecret extends KubeObject {
  spec: ExternalSecretSpec;
  status?: ExternalSecretStatus;
}

export type ExternalSecretTarget = NonNullable<ExternalSecretSpec['target']>;
export type ExternalSecretData = NonNullable<ExternalSecretSpec['data']>[number];
export type ExternalSecretDataFrom = NonNullable<ExternalSecretSpec['dataFrom']>[number];
export type ExternalSecretRemoteRef = ExternalSecretData['remoteRef'];
export type ExternalSecretFind = NonNullable<ExternalSecretDataFrom['find']>;
export type ExternalSecretRewrite = NonNullable<ExternalSecretDataFrom['rewrite']>[number];
export type ExternalSecretTemplate = NonNullable<ExternalSecretTarget['template']>;

export type ConversionStrategy = NonNullable<ExternalSecretRemoteRef['conversionStrategy']>;
export type DecodingStrategy = NonNullable<ExternalSecretRemoteRef['decodingStrategy']>;
export type NullBytePolicy = NonNullable<ExternalSecretRemoteRef['nullBytePolicy']>;
export type RefreshPolicy = NonNullable<ExternalSecretSpec['refreshPolicy']>;
export type CreationPolicy = NonNullable<ExternalSecretTarget['creationPolicy']>;
export type DeletionPolicy = NonNullable<ExternalSecretTarget['deletionPolicy']>;

/** Reference to a store; an absent kind means SecretStore. */
export type StoreRef = NonNullable<ExternalSecretSpec['secretStoreRef']>;
export type StoreKind = NonNullable<StoreRef['kind']>;
export const DEFAULT_STORE_KIND = 'SecretStore' satisfies StoreKind;

export const externalSecrets = resourceType<ExternalSecret>(
  'external-secrets.io',
  'v1',
  'externalsecrets',
  'ExternalSecret',
  'Namespaced',
);
