/** What a new provider is called, in each of the places where it has a name. */

/** What its author says; all but the name has a default. */
export interface ProviderNameOptions {
  /** kebab-case, at most 41 characters: the program becomes `provider-<name>`. */
  readonly name: string;
  /** Kind of its config objects. Default: the name in PascalCase. */
  readonly kind?: string;
  /** Name of the kind in API paths. Default: the kind in lower case with an ending. */
  readonly plural?: string;
  /** Key of its config below `spec.provider`. Default: the name without hyphens. */
  readonly key?: string;
}

/** Every form of the name that stands in a file. */
export interface ProviderNames {
  /** `my-vault` of provider-my-vault. */
  readonly name: string;
  /** `MyVault` */
  readonly kind: string;
  /** `myvaults` */
  readonly plural: string;
  /** `myvault` */
  readonly key: string;
  /** `myVault`, for constants. */
  readonly camel: string;
  /** `my-vault`: the file with the config kind. */
  readonly file: string;
  /** `myvault`: the page of the kind. */
  readonly kindLower: string;
}

/** What stands already: of a name that is here there can be no second. */
export interface TakenNames {
  /** Folders in apps/. */
  readonly apps: readonly string[];
  /** Folders in charts/. */
  readonly charts: readonly string[];
  /** Kinds of config objects. */
  readonly kinds: readonly string[];
  /** Their names in API paths. */
  readonly plurals: readonly string[];
  /** Keys of configs in stores. */
  readonly keys: readonly string[];
}

const NAME = /^[a-z][a-z0-9-]{0,40}$/;
const KIND = /^[A-Z][A-Za-z0-9]{0,62}$/;
const PLURAL = /^[a-z][a-z0-9]{0,62}$/;
const KEY = /^[a-z][A-Za-z0-9]{0,62}$/;

/**
 * All forms of a name.
 * @throws Error with one line for everything that cannot be: what is no name, and what is taken.
 */
export function providerNames(options: ProviderNameOptions, taken: TakenNames): ProviderNames {
  const { name } = options;
  if (!NAME.test(name) || /--|-$/.test(name))
    throw new Error(
      `"${name}" cannot be the name of a provider: use lower-case letters, digits and single hyphens, begin with a letter, end with none ` +
        'but a letter or a digit, and take at most 41 characters, such as my-vault',
    );
  const words = name.split('-');
  const kind = options.kind ?? words.map(capital).join('');
  const plural = options.plural ?? pluralOf(kind.toLowerCase());
  const key = options.key ?? words.join('');
  const problems = [
    ...(KIND.test(kind) ? [] : [`--kind "${kind}" is no kind: a capital letter, then letters and digits`]),
    ...(PLURAL.test(plural) ? [] : [`--plural "${plural}" is no plural: lower-case letters and digits`]),
    ...(KEY.test(key) ? [] : [`--key "${key}" is no key: a lower-case letter, then letters and digits`]),
    ...clash(taken.apps, `provider-${name}`, 'apps', 'choose another name'),
    ...clash(taken.charts, `provider-${name}`, 'charts', 'choose another name, or remove what is left of it'),
    ...clash(taken.kinds, kind, 'the kinds of configs', 'choose another one by --kind'),
    ...clash(taken.plurals, plural, 'the plurals of kinds', 'choose another one by --plural'),
    ...clash(taken.keys, key, 'the keys of configs in stores', 'choose another one by --key'),
  ];
  if (problems.length > 0) throw new Error(`nothing was written:\n${problems.map((each) => `- ${each}`).join('\n')}`);
  const camel = kind.charAt(0).toLowerCase() + kind.slice(1);
  return { name, kind, plural, key, camel, file: name, kindLower: kind.toLowerCase() };
}

function clash(taken: readonly string[], wanted: string, where: string, remedy: string): string[] {
  const found = taken.find((each) => each.toLowerCase() === wanted.toLowerCase());
  return found === undefined ? [] : [`${found} is among ${where} already: ${remedy}`];
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

function pluralOf(word: string): string {
  if (/(?:s|x|z|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}
