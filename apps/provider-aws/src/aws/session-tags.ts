import type { Tag } from '@aws-sdk/client-sts';
import type { ConfigSource } from '@eso/api/server';
import type { LoginConfig } from './login-way.ts';

/** The names of upstream's tags, which a user may not give. */
export const RESERVED_TAGS = ['esoNamespace', 'esoStoreName', 'esoStoreKind'] as const;

/** Who uses the store: what upstream's policies say in tags. */
export interface TaggedUse {
  readonly source: Pick<ConfigSource, 'name' | 'namespace'>;
  /** Namespace that asks; read where a policy needs it alone. */
  readonly requester: () => string;
}

/** The session tags that `role` is assumed with, by the policy of External Secrets 2.9. */
export function sessionTagsOf(config: LoginConfig, { source, requester }: TaggedUse): Tag[] {
  const { sessionTagsPolicy = 'None', customSessionTags = {}, sessionTags = [] } = config;
  if (sessionTagsPolicy === 'None') return sessionTags.map(({ key, value }) => ({ Key: key, Value: value }));
  const custom = sessionTagsPolicy === 'Custom' ? Object.entries(customSessionTags) : [];
  const tags = new Map(custom.filter(([key, value]) => key !== '' && value !== ''));
  const [namespace, name, kind] = RESERVED_TAGS;
  tags.set(namespace, requester());
  tags.set(name, source.name);
  tags.set(kind, source.namespace === '' ? 'ClusterSecretStore' : 'SecretStore');
  return [...tags].map(([Key, Value]) => ({ Key, Value }));
}
