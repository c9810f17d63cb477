/** Conditions as a status holds them. */
import { z } from 'zod';
import { dateTime } from './fields.ts';

/** Condition of any type, with the generation it speaks of. */
export const condition = () =>
  z.object({
    type: z.string().min(1),
    status: z.enum(['True', 'False', 'Unknown']),
    reason: z.string().optional(),
    message: z.string().optional(),
    lastTransitionTime: dateTime().optional().describe('When the status of this condition last changed.'),
    observedGeneration: z.int().optional().describe('Generation of the spec that this condition speaks of.'),
  });
