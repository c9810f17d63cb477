import { builtins } from '../exec/builtins.ts';
import type { FunctionTable, GoFunction } from '../exec/functions.ts';
import { dateFunctions } from './dates.ts';
import { defaultFunctions } from './defaults.ts';
import { dictFunctions } from './dicts.ts';
import { encodingFunctions } from './encoding.ts';
import { jsonFunctions } from './json.ts';
import { listFunctions } from './lists.ts';
import { mathFunctions } from './math.ts';
import { miscFunctions } from './misc.ts';
import { pathFunctions } from './paths.ts';
import { randomFunctions } from './random-text.ts';
import { reflectionFunctions } from './reflection.ts';
import { regexFunctions } from './regexes.ts';
import { semverFunctions } from './semver.ts';
import { stringFunctions } from './strings.ts';
import { urlFunctions } from './urls.ts';
import { yamlFunctions } from './yaml.ts';

/** Every function that templates can call, by group. */
const groups: readonly (readonly GoFunction[])[] = [
  builtins,
  dateFunctions,
  defaultFunctions,
  dictFunctions,
  encodingFunctions,
  jsonFunctions,
  listFunctions,
  mathFunctions,
  miscFunctions,
  pathFunctions,
  randomFunctions,
  reflectionFunctions,
  regexFunctions,
  semverFunctions,
  stringFunctions,
  urlFunctions,
  yamlFunctions,
];

/** The table that templates are compiled against. */
export const functionTable: FunctionTable = new Map(groups.flat().map((fn) => [fn.name, fn]));
