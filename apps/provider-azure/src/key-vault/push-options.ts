import {
  type CallContext,
  type ConfigSchema,
  markedTags,
  ProviderError,
  type Push,
  pushMetadata,
} from '@eso/api/server';

/** What a push says about the object beside its value. */
export interface VaultPushOptions {
  readonly expiresOn: Date | undefined;
  readonly contentType: string | undefined;
  /** With the mark of who manages it. */
  readonly tags: Readonly<Record<string, string>>;
}

/** `metadata.spec` of a push, as upstream has it. */
interface PushSpec {
  readonly expirationDate?: string;
  readonly contentType?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

const text = { type: 'string' } as const;
const schema: ConfigSchema = {
  type: 'object',
  properties: { expirationDate: text, contentType: text, tags: { type: 'object', additionalProperties: text } },
};
const metadata = pushMetadata<PushSpec>(schema);

/** The most tags of an object of Key Vault. */
const MAX_TAGS = 15;
const RFC3339 = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** Reads the metadata of a push. @throws ProviderError INVALID_REQUEST that names the field; LIMIT_EXCEEDED. */
export async function vaultPushOptions(
  push: Pick<Push, 'metadata'>,
  call: Pick<CallContext, 'work'>,
): Promise<VaultPushOptions> {
  const { expirationDate, contentType, tags } = await metadata.read(push, call);
  const marked = markedTags(tags);
  if (marked.size > MAX_TAGS)
    throw new ProviderError(
      'LIMIT_EXCEEDED',
      `${marked.size} tags, that of the provider among them, are more than the ${MAX_TAGS} that Key Vault takes`,
      { field: 'metadata.spec.tags', nextStep: 'give fewer tags' },
    );
  return {
    expiresOn: expirationDate ? instantOf(expirationDate) : undefined,
    contentType: contentType || undefined,
    tags: Object.fromEntries(marked),
  };
}

/** To the second, as a vault keeps it. */
function instantOf(text: string): Date {
  const [, day, time, zone] = RFC3339.exec(text) ?? [];
  const local = new Date(`${day}T${time}Z`);
  // Days that a month does not have roll over instead of being refused.
  const exists = !Number.isNaN(local.getTime()) && local.toISOString().startsWith(`${day}T${time}`);
  const instant = new Date(`${day}T${time}${zone}`);
  if (exists && !Number.isNaN(instant.getTime())) return instant;
  throw new ProviderError('INVALID_REQUEST', 'error parsing expiration date in metadata: it is no RFC 3339 date', {
    field: 'metadata.spec.expirationDate',
    nextStep: 'write it like 2030-12-31T20:00:00Z',
  });
}
