/** Where the values of an ExternalSecret come from: `data` and `dataFrom`. */
import { z } from 'zod';
import { dataKey, exactlyOneOf, stringMap } from '../fields.ts';
import { rewriteSchema } from './rewrite.ts';
import { generatorRef, storeRef } from './store-ref.ts';

// None of these has a default in the schema: what the API server would add, a GitOps tool would report as drift for ever.
const conversionStrategy = () =>
  z
    .enum(['Default', 'Unicode'])
    .optional()
    .describe('How characters that a Secret key may not have are replaced: by "_" (Default) or by their code point.');

/** How values are decoded after they were fetched. */
export const decodingStrategy = () =>
  z
    .enum(['Auto', 'Base64', 'Base64URL', 'None'])
    .optional()
    .describe('How fetched values are decoded. Absent means None. Auto also decodes text that merely looks encoded.');

const nullBytePolicy = () =>
  z
    .enum(['Ignore', 'Fail'])
    .optional()
    .describe('Whether a value that contains a zero byte is accepted (Ignore, also when absent) or an error (Fail).');

const remoteRef = () =>
  z.object({
    key: z.string().describe('Name of the secret in the backend.'),
    property: z.string().optional().describe('Property inside the secret, as a path. Absent means the whole secret.'),
    version: z.string().optional().describe('Version of the secret; its form depends on the backend.'),
    metadataPolicy: z
      .enum(['None', 'Fetch'])
      .optional()
      .describe('Fetch reads the metadata of the secret, such as its tags, instead of its value.'),
    conversionStrategy: conversionStrategy(),
    decodingStrategy: decodingStrategy(),
    nullBytePolicy: nullBytePolicy(),
  });

const find = () =>
  z.object({
    path: z.string().optional().describe('Where in the backend to search.'),
    name: z
      .object({ regexp: z.string().optional().describe('Regular expression (RE2 syntax), not anchored.') })
      .optional()
      .describe('Takes secrets whose name matches.'),
    tags: stringMap().optional().describe('Takes secrets that carry all of these tags.'),
    conversionStrategy: conversionStrategy(),
    decodingStrategy: decodingStrategy(),
    nullBytePolicy: nullBytePolicy(),
  });

const sourceRef = () => exactlyOneOf({ storeRef: storeRef().optional(), generatorRef: generatorRef().optional() });

/** One key of the target, one value of a backend. */
export const dataItem = () =>
  z.object({
    secretKey: dataKey().describe('Key of the target Secret.'),
    remoteRef: remoteRef().describe('Which value of the backend.'),
    sourceRef: sourceRef().optional().describe('Overrides spec.secretStoreRef for this value.'),
  });

/** Many keys of the target at once. */
export const dataFromItem = () =>
  z.object({
    extract: remoteRef().optional().describe('Takes every property of one secret.'),
    find: find().optional().describe('Takes every secret that matches.'),
    rewrite: z.array(rewriteSchema()).optional().describe('Changes the fetched keys, one step after the other.'),
    sourceRef: sourceRef().optional().describe('Overrides spec.secretStoreRef for this entry, or names a generator.'),
  });
