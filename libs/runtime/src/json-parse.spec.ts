/** One key each, as it stands in a document: nothing to unescape, one character that is, and more of both. */
const KEYS = [
  'x',
  '',
  '\\\\',
  '\\"',
  '\\n',
  '\\/',
  '\\u005c',
  '\\u00e9',
  'x\\\\',
  'x\\"',
  'x\\n',
  'x\\u0022',
  '\\\\x',
  'é\\\\',
  '\\"\\"',
];
const PLACES: readonly ((key: string) => string)[] = [
  (key) => `{${key}:1}`,
  (key) => `{"q":0,${key}:1}`,
  (key) => `[{"q":0,${key}:1},{"q":0,${key}:1}]`,
];
/** There is no newer build for macOS yet, and this one has the fault. */
const isKnownToFail = process.platform === 'darwin' && process.version === 'v26.10.0';

// In Node 26.10.0 an object got the key `\` where it stood in an object that was parsed before and a key of one escaped character in this
// one: a tenant's document then had keys of another one's. Whatever we read as JSON with JSON.parse relies on this.
(isKnownToFail ? test.skip : test)(
  `JSON.parse gives an object the keys that it has, whatever was parsed before it${
    isKnownToFail ? ' (skipped: Node 26.10.0 does not, and macOS has no newer one)' : ''
  }`,
  () => {
    const wrong = new Set<string>();
    for (const place of PLACES)
      for (const before of KEYS)
        for (const key of KEYS) {
          JSON.parse(place(`"${before}"`));
          const parsed = JSON.parse(place(`"${key}"`)) as object | object[];
          // A text that is no key of anything is read apart from this.
          const expected = JSON.parse(`"${key}"`) as string;
          for (const object of [parsed].flat())
            if (!Object.hasOwn(object, expected)) wrong.add(`"${key}" after "${before}": ${JSON.stringify(object)}`);
        }
    expect([...wrong]).toEqual([]);
  },
);
