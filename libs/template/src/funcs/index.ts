import { builtins } from '../exec/builtins.ts';
import type { FunctionTable, GoFunction } from '../exec/functions.ts';
import { aesFunctions } from './crypto-aes.ts';
import { certificateFunctions } from './crypto-certificates.ts';
import { privateKeyFunctions } from './crypto-keys.ts';
import { passwordFunctions } from './crypto-passwords.ts';
import { dateFunctions } from './dates.ts';
import { defaultFunctions } from './defaults.ts';
import { dictFunctions } from './dicts.ts';
import { encodingFunctions } from './encoding.ts';
import { jsonFunctions } from './json.ts';
import { listFunctions } from './lists.ts';
import { mathFunctions } from './math.ts';
import { miscFunctions } from './misc.ts';
import { pathFunctions } from './paths.ts';
import { keyFunctions } from './pki/keys.ts';
import { pemFunctions } from './pki/pem-filters.ts';
import { pkcs12Functions } from './pki/pkcs12.ts';
import { randomFunctions } from './random-text.ts';
import { reflectionFunctions } from './reflection.ts';
import { regexFunctions } from './regexes.ts';
import { semverFunctions } from './semver.ts';
import { stringFunctions } from './strings.ts';
import { urlFunctions } from './urls.ts';
import { yamlFunctions } from './yaml.ts';

/** Every function that templates can call, by group. */
const groups: readonly (readonly GoFunction[])[] = [
  aesFunctions,
  builtins,
  certificateFunctions,
  dateFunctions,
  defaultFunctions,
  dictFunctions,
  encodingFunctions,
  jsonFunctions,
  keyFunctions,
  listFunctions,
  mathFunctions,
  miscFunctions,
  passwordFunctions,
  pathFunctions,
  pemFunctions,
  pkcs12Functions,
  privateKeyFunctions,
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
