import { type CallContext, type ConfigSchema, ProviderError, type Push, pushMetadata } from '@eso/api/server';
import { MANAGED_BY } from '../aws/managed-tags.ts';

/** Where the text of a resource policy stands. */
export interface PolicySource {
  readonly kind: 'ConfigMap' | 'Secret';
  readonly name: string;
  readonly key: string;
}

/** `metadata.spec` of a push, as upstream has it, with its defaults. */
export interface SecretPushOptions {
  /** Tags beside the mark of who manages it. Absent: those that are there stay. */
  readonly tags?: Readonly<Record<string, string>>;
  /** For a new secret only. */
  readonly description: string;
  readonly secretPushFormat: 'binary' | 'string';
  /** For a new secret and its replicas only. */
  readonly kmsKeyID: string;
  /** Absent: the secret shall have none. */
  readonly resourcePolicy?: {
    /** Default: AWS's. */
    readonly blockPublicPolicy?: boolean;
    readonly policySourceRef: PolicySource;
  };
  /** Regions, each once. Absent: replicas are left as they are. */
  readonly replicationLocations?: readonly string[];
}

const DEFAULTS = {
  description: `secret '${MANAGED_BY.key}:${MANAGED_BY.value}'`,
  kmsKeyID: 'alias/aws/secretsmanager',
  secretPushFormat: 'binary',
} as const;

/** A region becomes part of what other accounts see; AWS says no more than that it is invalid. */
const REGION = '^[a-z]{2,}(-[a-z0-9]+)+$';

const text = { type: 'string', minLength: 1 };
const schema: ConfigSchema = {
  type: 'object',
  properties: {
    tags: { type: 'object', additionalProperties: { type: 'string' } },
    description: { type: 'string', maxLength: 2_048 },
    secretPushFormat: { type: 'string' },
    kmsKeyID: { type: 'string', maxLength: 2_048 },
    resourcePolicy: {
      type: 'object',
      required: ['policySourceRef'],
      properties: {
        blockPublicPolicy: { type: 'boolean' },
        policySourceRef: {
          type: 'object',
          required: ['kind', 'name', 'key'],
          properties: { kind: { type: 'string', enum: ['ConfigMap', 'Secret'] }, name: text, key: text },
        },
      },
    },
    replicationLocations: { type: 'array', items: { type: 'string', pattern: REGION } },
  },
};

/** As it is written: an empty text is as good as none, as with upstream. */
type Written = Omit<SecretPushOptions, keyof typeof DEFAULTS> & Partial<Record<keyof typeof DEFAULTS, string>>;

const metadata = pushMetadata<Written>(schema);

/**
 * Reads the metadata of a push to Secrets Manager.
 * @param region of the secret itself
 * @throws ProviderError INVALID_REQUEST that names the field, for metadata that are none and for a replica where the secret is
 */
export async function readPushOptions(push: Push, region: string, call: CallContext): Promise<SecretPushOptions> {
  const { replicationLocations, secretPushFormat, description, kmsKeyID, ...rest } = await metadata.read(push, call);
  if (replicationLocations?.includes(region))
    throw invalid(
      'replicationLocations',
      `names region ${region}, where the secret itself is`,
      'remove it from the list',
    );
  return {
    ...rest,
    description: description || DEFAULTS.description,
    kmsKeyID: kmsKeyID || DEFAULTS.kmsKeyID,
    secretPushFormat: formatOf(secretPushFormat || DEFAULTS.secretPushFormat),
    ...(replicationLocations && { replicationLocations: [...new Set(replicationLocations)] }),
  };
}

function formatOf(format: string): SecretPushOptions['secretPushFormat'] {
  if (format === 'binary' || format === 'string') return format;
  const field = 'metadata.spec.secretPushFormat';
  throw new ProviderError('INVALID_REQUEST', `invalid secret push format: ${format}`, {
    field,
    nextStep: `write binary or string in ${field}`,
  });
}

function invalid(name: string, problem: string, nextStep: string): ProviderError {
  const field = `metadata.spec.${name}`;
  return new ProviderError('INVALID_REQUEST', `${field} ${problem}`, { field, nextStep });
}
