/** References that provider configs and stores have in common (field names as on upstream's stores). */
import { z } from 'zod';
import { withKeywords } from './keywords.ts';
import { REFERENCE } from './zod-json.ts';
import { dataKey, dnsName, labelSelector, namespaceName } from './fields.ts';

/** An object that points at another one: the chart's admission policy looks at its namespace wherever it stands in a config. */
const reference = <const Shape extends z.core.$ZodShape>(shape: Shape) =>
  withKeywords(z.object(shape), { [REFERENCE]: true });

/** Points at one key of a Secret. */
export const secretKeySelector = () =>
  reference({
    name: dnsName().optional().describe('Name of the Secret.'),
    namespace: namespaceName()
      .optional()
      .describe('Namespace of the Secret. Only a config in an administrator namespace may name a foreign one.'),
    key: dataKey().optional().describe('Key inside the Secret.'),
  });

/** Points at a ServiceAccount whose token is used to log in to the backend. */
export const serviceAccountSelector = () =>
  reference({
    name: dnsName().describe('Name of the ServiceAccount.'),
    namespace: namespaceName()
      .optional()
      .describe('Namespace of the ServiceAccount. Only a config in an administrator namespace may name a foreign one.'),
    audiences: z.array(z.string()).optional().describe('Audiences of the token, besides those the provider asks for.'),
  });

/** Points at certificates that a backend is verified with. */
export const caProvider = () =>
  reference({
    type: z.enum(['Secret', 'ConfigMap']).describe('Kind of the object that holds the certificates.'),
    name: dnsName().describe('Name of the object.'),
    key: dataKey().optional().describe('Key inside the object.'),
    namespace: namespaceName().optional().describe('Namespace of the object.'),
  });

/** One way for a namespace to be admitted by a cluster-scoped store; one match of any kind is enough. */
export const namespaceCondition = () =>
  z.object({
    namespaceSelector: labelSelector().optional().describe('Admits namespaces whose labels match.'),
    namespaces: z.array(namespaceName()).optional().describe('Admits namespaces by name.'),
    namespaceRegexes: z
      .array(z.string())
      .optional()
      .describe('Admits namespaces whose whole name matches one of these regular expressions (RE2 syntax).'),
  });
