import type { Area } from './area.ts';
import { language, numbersInTemplates } from './language.ts';
import { printf } from './printf.ts';

/** Every area, by the name of its table. */
export const areas: Readonly<Record<string, Area>> = { language, numbers: numbersInTemplates, printf };
