/** What the config kind and the config in a store have in common, with upstream's names, types and bounds. */
import { secretKeySelector, serviceAccountSelector, z } from '@eso/api/schema';

const secretRef = z.object({
  accessKeyIDSecretRef: secretKeySelector().optional().describe('The access key ID.'),
  secretAccessKeySecretRef: secretKeySelector().optional().describe('The secret access key.'),
  sessionTokenSecretRef: secretKeySelector().optional().describe('The session token, for temporary keys.'),
});

const jwt = z.object({
  serviceAccountRef: serviceAccountSelector().optional().describe('ServiceAccount that is annotated with an IAM role.'),
});

/** How to log in. */
export const auth = z.object({
  secretRef: secretRef.optional().describe('Access keys in Secrets.'),
  jwt: jwt
    .optional()
    .describe(
      "A ServiceAccount's token, in exchange for the role that its annotation eks.amazonaws.com/role-arn names.",
    ),
});

/** How secrets are deleted. */
export const deletion = z.object({
  forceDeleteWithoutRecovery: z.boolean().optional().describe('Deletes secrets at once. Default false.'),
  recoveryWindowInDays: z
    .int()
    .optional()
    .describe('Days in which a deleted secret can be restored: 7 to 30, or 0 for the default of AWS.'),
});

/** A region becomes a label of the host name that is called, so it may be nothing but one (`checkRegion` says the same of stores). */
const REGION = /^[a-zA-Z0-9]([-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?$/;

const sessionTag = z.object({
  key: z.string().min(1).max(128),
  value: z.string().max(256),
});

/** Where AWS is called, and as whom: `spec` of every config kind. */
export const access = z.object({
  region: z.string().regex(REGION).describe('AWS region, such as eu-central-1.'),
  auth: auth
    .optional()
    .describe("How to log in. Without it as the provider's own pod, where an administrator lends its identity."),
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
});
