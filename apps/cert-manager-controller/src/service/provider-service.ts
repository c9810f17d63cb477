import {
  ANNOTATION_PROVIDER_TLS_SECRET,
  DEFAULT_PROVIDER_TLS_SECRET,
  LABEL_PROVIDER,
  PROVIDER_TLS_SECRET_PREFIX,
} from '@eso/api/resources';
import type { ObjectMeta, Service } from '@eso/kube';
import { EventReason } from '../events.ts';

/** Services that are providers' are found by this selector; the value is exact. */
export const PROVIDER_SELECTOR = `${LABEL_PROVIDER}=true`;

/** The Secret that a Service claims for its certificate, or why it gets none. */
export type SecretClaim = { kind: 'secret'; name: string } | { kind: 'none'; reason: EventReason; message: string };

/** What is kept of a provider's Service. */
export interface ProviderService {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Pick<ObjectMeta, 'name' | 'uid' | 'resourceVersion' | 'creationTimestamp'> & {
    readonly namespace: string;
  };
  readonly claim: SecretClaim;
}

/** Limit of Kubernetes for the name of an object. */
const MAX_NAME = 253;
const DNS_SUBDOMAIN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** Reads a labelled Service. */
export function providerService({ apiVersion, kind, metadata, spec }: Service): ProviderService {
  const { name, namespace = '', uid = '', resourceVersion = '', creationTimestamp = '' } = metadata;
  const claim: SecretClaim =
    spec?.type === 'ExternalName'
      ? {
          kind: 'none',
          reason: EventReason.serviceUnsupported,
          message: 'A Service of type ExternalName leads out of the cluster: use one that selects pods',
        }
      : claimOf(metadata.annotations?.[ANNOTATION_PROVIDER_TLS_SECRET]);
  return { apiVersion, kind, metadata: { name, namespace, uid, resourceVersion, creationTimestamp }, claim };
}

function claimOf(name: string | undefined): SecretClaim {
  if (name === undefined || name === DEFAULT_PROVIDER_TLS_SECRET)
    return { kind: 'secret', name: DEFAULT_PROVIDER_TLS_SECRET };
  const isName = name.length <= MAX_NAME && DNS_SUBDOMAIN.test(name);
  if (isName && name.startsWith(PROVIDER_TLS_SECRET_PREFIX)) return { kind: 'secret', name };
  return {
    kind: 'none',
    reason: EventReason.secretNameInvalid,
    message:
      `Annotation ${ANNOTATION_PROVIDER_TLS_SECRET} has to be the name of a Secret that starts with ` +
      `${PROVIDER_TLS_SECRET_PREFIX}, or be left out`,
  };
}
