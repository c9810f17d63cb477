import { configKind, type Stored, z } from '@eso/api/schema';
import { auth, deletion } from './parts.ts';

/** A region becomes a label of the host name that is called, so it may be nothing but one (`checkRegion` says the same of stores). */
const REGION = /^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;

const sessionTag = z.object({
  key: z.string().min(1).max(128),
  value: z.string().max(256),
});

const spec = z.object({
  region: z.string().regex(REGION).describe('AWS region, such as eu-central-1.'),
  auth: auth.optional().describe('How to log in. There is no login with an identity of the provider itself.'),
  role: z.string().optional().describe('ARN of a role that is assumed last.'),
  additionalRoles: z
    .array(z.string().min(1))
    .optional()
    .describe('ARNs of roles that are assumed one after the other before `role`.'),
  externalID: z.string().optional().describe('External ID that `role` is assumed with.'),
  sessionTags: z.array(sessionTag).optional().describe('Session tags that `role` is assumed with.'),
  transitiveTagKeys: z
    .array(z.string().min(1).max(128))
    .optional()
    .describe('Keys of session tags that stay when further roles are assumed.'),
  prefix: z.string().optional().describe('Stands before every remote key. It does not restrict find.'),
  secretsManager: deletion.optional().describe('How secrets are deleted.'),
});

/** Access to AWS Secrets Manager in one region. */
export const secretsManagerKind = configKind({
  kind: 'SecretsManager',
  plural: 'secretsmanagers',
  shortNames: ['sm'],
  description: 'AWS Secrets Manager in one region, and how to log in to it.',
  columns: [{ name: 'Region', type: 'string', jsonPath: '.spec.region' }],
  spec,
});

/** `spec` of a SecretsManager. */
export type SecretsManagerConfig = Stored<typeof spec>;
