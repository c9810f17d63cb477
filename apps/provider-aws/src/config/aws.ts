import { inlineConfig, type Stored, stringMap, z } from '@eso/api/schema';
import { auth, deletion } from './parts.ts';

/** Types, defaults, required fields and enumerations of External Secrets 2.9; what they let through is left to `checkStoreConfig`. */
const spec = z.object({
  service: z.enum(['SecretsManager', 'ParameterStore', 'CertificateManager']),
  region: z.string(),
  auth: auth.optional(),
  role: z.string().optional(),
  additionalRoles: z.array(z.string()).optional(),
  externalID: z.string().optional(),
  sessionTags: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
  transitiveTagKeys: z.array(z.string()).optional(),
  sessionTagsPolicy: z.enum(['None', 'Simple', 'Custom']).default('None'),
  customSessionTags: stringMap().optional(),
  prefix: z.string().optional(),
  secretsManager: deletion.optional(),
});

/** AWS as a store of External Secrets 2.x has it. */
export const awsStore = inlineConfig({ key: 'aws', description: 'AWS, as External Secrets 2.9 describes it.', spec });

/** `spec.provider.aws` of a store. */
export type AwsStoreConfig = Stored<typeof spec>;
