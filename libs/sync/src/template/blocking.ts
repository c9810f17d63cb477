import { functionTable } from '@eso/template';
import type { ShapeRequest } from '../shape/shape-request.ts';
import { templateSteps } from './template-steps.ts';

const BLOCKING = [...functionTable.values()].filter(({ runs }) => runs === 'thread').map(({ name }) => name);
const NAMES = new RegExp(`\\b(?:${BLOCKING.join('|')})\\b`);

/**
 * Whether a text names a function that blocks its thread for long by its nature: key generation, password hashing. A text that has
 * the word and no call of it counts too.
 */
export function namesBlocking({ answers, template }: ShapeRequest): boolean {
  const transforms = answers.flatMap(({ source }) => ('rewrite' in source ? source.rewrite : []));
  if (transforms.some(({ transform }) => NAMES.test(transform?.template ?? ''))) return true;
  for (const { text } of template ? templateSteps(template) : [])
    if (NAMES.test(typeof text === 'string' ? text : Buffer.from(text).toString('latin1'))) return true;
  return false;
}
