import type { Area } from './area.ts';
import { collections } from './collections.ts';
import { crypto, pem } from './crypto.ts';
import { dates } from './dates.ts';
import { language, numbersInTemplates } from './language.ts';
import { math } from './math.ts';
import { printf } from './printf.ts';
import { strings } from './strings.ts';
import { json, locations, regexes, versionsArea } from './text-formats.ts';
import { yaml } from './yaml.ts';

/** Every area, by the name of its table. */
export const areas: Readonly<Record<string, Area>> = {
  collections,
  crypto,
  dates,
  json,
  language,
  locations,
  math,
  numbers: numbersInTemplates,
  pem,
  printf,
  regexes,
  strings,
  versions: versionsArea,
  yaml,
};
