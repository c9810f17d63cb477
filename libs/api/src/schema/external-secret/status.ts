import { z } from 'zod';
import { dateTime } from '../fields.ts';

/** Status of an ExternalSecret. */
export const externalSecretStatus = z.object({
  refreshTime: dateTime().nullable().optional().describe('Start of the last sync that succeeded.'),
  syncedResourceVersion: z.string().optional().describe('Generation and metadata that the last sync saw.'),
  conditions: z
    .array(
      z.object({
        type: z.enum(['Ready', 'Deleted']),
        status: z.enum(['True', 'False', 'Unknown']),
        reason: z.string().optional(),
        message: z.string().optional(),
        lastTransitionTime: dateTime().optional(),
      }),
    )
    .optional(),
  binding: z
    .object({ name: z.string().default('').describe('Name of the target Secret.') })
    .meta({ 'x-kubernetes-map-type': 'atomic' })
    .optional()
    .describe('Names the target for consumers that follow the service binding specification.'),
});
