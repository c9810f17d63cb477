import { z } from 'zod';
import { dnsName, duration } from '../fields.ts';
import { dataFromItem, dataItem } from './sources.ts';
import { storeRef } from './store-ref.ts';
import { template } from './template.ts';

const SCHEDULE = /^(@(annually|yearly|monthly|weekly|daily|midnight|hourly)|@every [^\s]+.*|[^\s]+( [^\s]+){4})$/;

const syncWindows = () =>
  z.object({
    kind: z.enum(['allow', 'deny']).describe('Whether periodic refreshes happen only inside, or only outside.'),
    windows: z
      .array(
        z.object({
          schedule: z.string().min(1).regex(SCHEDULE).describe('When the window opens, in cron syntax.'),
          duration: duration().describe('How long it stays open.'),
        }),
      )
      .min(1),
  });

const target = () =>
  z.object({
    name: dnsName().optional().describe('Name of the target. Absent means the name of the ExternalSecret.'),
    creationPolicy: z
      .enum(['Owner', 'Orphan', 'Merge', 'None', 'CreateOrMerge'])
      .default('Owner')
      .describe('Who the target belongs to, and whether it is created, replaced or merged into.'),
    deletionPolicy: z
      .enum(['Delete', 'Merge', 'Retain'])
      .default('Retain')
      .describe('What happens to the target when values are absent in the backend.'),
    immutable: z.boolean().optional().describe('Whether the target Secret is made immutable.'),
    manifest: z
      .object({ apiVersion: z.string().min(1), kind: z.string().min(1) })
      .optional()
      .describe('Kind of a target that is no Secret.'),
    template: template().optional().describe('How the target is made out of the fetched data.'),
  });

/** Spec of an ExternalSecret. */
export const externalSecretSpec = z.object({
  secretStoreRef: storeRef().optional().describe('Store of every value that does not name its own.'),
  refreshPolicy: z
    .enum(['CreatedOnce', 'Periodic', 'OnChange'])
    .optional()
    .describe('When values are fetched again. Absent means Periodic.'),
  refreshInterval: duration()
    .default('1h0m0s')
    .describe('How often values are fetched again. Zero means only once, under refreshPolicy Periodic.'),
  syncWindows: syncWindows().optional().describe('Times in which periodic refreshes are allowed or denied.'),
  data: z.array(dataItem()).optional().describe('Single keys.'),
  dataFrom: z.array(dataFromItem()).optional().describe('Many keys at once; data wins over it.'),
  target: target().default({ creationPolicy: 'Owner', deletionPolicy: 'Retain' }).describe('What is written.'),
});
