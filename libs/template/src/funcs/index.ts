import { builtins } from '../exec/builtins.ts';
import type { FunctionTable, GoFunction } from '../exec/functions.ts';
import { defaultFunctions } from './defaults.ts';
import { dictFunctions } from './dicts.ts';
import { encodingFunctions } from './encoding.ts';
import { listFunctions } from './lists.ts';
import { mathFunctions } from './math.ts';
import { miscFunctions } from './misc.ts';
import { pathFunctions } from './paths.ts';
import { reflectionFunctions } from './reflection.ts';
import { stringFunctions } from './strings.ts';

/** Every function that templates can call, by group. */
const groups: readonly (readonly GoFunction[])[] = [
  builtins,
  defaultFunctions,
  dictFunctions,
  encodingFunctions,
  listFunctions,
  mathFunctions,
  miscFunctions,
  pathFunctions,
  reflectionFunctions,
  stringFunctions,
];

/** The table that templates are compiled against. */
export const functionTable: FunctionTable = new Map(groups.flat().map((fn) => [fn.name, fn]));
