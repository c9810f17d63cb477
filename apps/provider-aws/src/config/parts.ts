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
  jwt: jwt.optional().describe("A ServiceAccount's token in exchange for a role. Not available yet."),
});

/** How secrets are deleted. */
export const deletion = z.object({
  forceDeleteWithoutRecovery: z.boolean().optional().describe('Deletes secrets at once. Default false.'),
  recoveryWindowInDays: z
    .int()
    .optional()
    .describe('Days in which a deleted secret can be restored: 7 to 30, or 0 for the default of AWS.'),
});
