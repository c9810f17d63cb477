import type { ByteText } from '../../byte-text.ts';
import { quoteJson } from '../../quote.ts';
import { isValidJson } from '../../strict-json.ts';
import type { Budget } from '../budget.ts';
import type { ModifierName } from '../modifier-names.ts';
import type { Lookup } from '../search.ts';
import { parseDocument, valueText } from '../value.ts';
import { dig } from './dig.ts';
import { flatten } from './flatten.ts';
import { group } from './group.ts';
import { join } from './join.ts';
import { pretty } from './pretty.ts';
import { keys, reverse, values } from './members.ts';
import { ugly } from './ugly.ts';

/**
 * Makes a new document out of a document and the modifier's argument, which is empty when there is none; `lookup` is for one
 * whose argument is a path.
 */
export type Modifier = (json: ByteText, argument: ByteText, budget: Budget, lookup: Lookup) => ByteText;

/** Every modifier of gjson 1.18 by its name. */
export const modifiers: Readonly<Record<ModifierName, Modifier>> = {
  this: (json) => json,
  valid: (json) => (isValidJson(json) ? json : ''),
  tostr: (json) => quoteJson(json, true),
  fromstr: (json) => (isValidJson(json) ? valueText(parseDocument(json)) : ''),
  keys,
  values,
  reverse,
  flatten,
  join,
  group,
  dig,
  ugly,
  pretty,
};
