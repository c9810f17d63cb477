import type { PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { type ConfigSchema, pushMetadata } from '@eso/api/server';
import { MANAGED_BY } from '../aws/managed-tags.ts';
import { tagList, wantedTags } from '../aws/pushed-tags.ts';

/** `metadata.spec` of a push, as upstream has it. */
export interface ParameterPushOptions {
  /** Default `String`. */
  readonly secretType: 'String' | 'StringList' | 'SecureString';
  /** Used for a SecureString only. Default `alias/aws/ssm`. */
  readonly kmsKeyID: string;
  /** What is not `Advanced` is left to the account, as upstream leaves it. */
  readonly tier?: {
    readonly type?: 'Standard' | 'Advanced' | 'Intelligent-Tiering';
    readonly policies?: readonly object[];
  };
  /** Of a push without a key: values as texts instead of in base64. Default false. */
  readonly encodeAsDecoded: boolean;
  readonly tags?: Readonly<Record<string, string>>;
  readonly description?: string;
}

const schema: ConfigSchema = {
  type: 'object',
  properties: {
    secretType: { type: 'string', enum: ['String', 'StringList', 'SecureString'], default: 'String' },
    kmsKeyID: { type: 'string', default: 'alias/aws/ssm' },
    tier: {
      type: 'object',
      properties: {
        type: { type: 'string', enum: ['Standard', 'Advanced', 'Intelligent-Tiering'] },
        policies: { type: 'array', items: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    },
    encodeAsDecoded: { type: 'boolean', default: false },
    tags: { type: 'object', additionalProperties: { type: 'string' } },
    description: { type: 'string' },
  },
};

/** Reads the metadata of a push to Parameter Store. */
export const parameterMetadata = pushMetadata<ParameterPushOptions>(schema);

/** What a parameter is written with, its name and value left out. @param create whether there is none yet: AWS takes tags only then */
export function putSettings(
  options: ParameterPushOptions,
  create: boolean,
): Omit<PutParameterCommandInput, 'Name' | 'Value'> {
  const { secretType, kmsKeyID, tier, description } = options;
  const tags = new Map([...wantedTags(options), [MANAGED_BY.key, MANAGED_BY.value]]);
  return {
    Type: secretType,
    Overwrite: !create,
    ...(create ? { Tags: tagList(tags) } : {}),
    ...(secretType === 'SecureString' ? { KeyId: kmsKeyID } : {}),
    ...(description === undefined ? {} : { Description: description }),
    ...(tier?.type === 'Advanced'
      ? { Tier: 'Advanced' as const, ...(tier.policies?.length ? { Policies: JSON.stringify(tier.policies) } : {}) }
      : {}),
  };
}
