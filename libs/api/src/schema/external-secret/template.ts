import { z } from 'zod';
import { dataKey, dnsName, stringMap } from '../fields.ts';
import { decodingStrategy } from './sources.ts';

const templateRef = () =>
  z.object({
    name: dnsName().describe('Name of the object, in the namespace of the ExternalSecret.'),
    items: z.array(
      z.object({
        key: dataKey().describe('Key that holds the template.'),
        templateAs: z
          .enum(['Values', 'KeysAndValues'])
          .default('Values')
          .describe('Values: the output is the value of this key. KeysAndValues: the output is a YAML map.'),
      }),
    ),
  });

const templateFrom = () =>
  z.object({
    configMap: templateRef().optional().describe('Templates in a ConfigMap.'),
    secret: templateRef().optional().describe('Templates in a Secret.'),
    target: z
      .string()
      .default('Data')
      .describe('What the output becomes part of: Data, Labels or Annotations; on other kinds than Secret a path.'),
    literal: z.string().optional().describe('Template written here; its output is a YAML map.'),
    valuesDecodingStrategy: decodingStrategy(),
  });

/** How the target is made out of the fetched data. */
export const template = () =>
  z.object({
    engineVersion: z.enum(['v2']).default('v2').describe('Version of the template engine.'),
    mergePolicy: z
      .enum(['Replace', 'Merge'])
      .default('Replace')
      .describe('Whether fetched keys stay beside those that templates make.'),
    type: z.string().optional().describe('Type of the target Secret.'),
    metadata: z
      .object({
        labels: stringMap().optional().describe('Labels of the target; values are templates.'),
        annotations: stringMap().optional().describe('Annotations of the target; values are templates.'),
        finalizers: z.array(z.string()).optional().describe('Finalizers added to the target.'),
      })
      .optional(),
    data: stringMap().optional().describe('Keys of the target; values are templates.'),
    templateFrom: z.array(templateFrom()).optional().describe('Further templates, in order.'),
  });
