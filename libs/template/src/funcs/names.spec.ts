import { functionTable } from './index.ts';

/** Every function of the reference: text/template's own, External Secrets' own, and the Sprig family by group. */
const reference = {
  builtins: 'and or not eq ne lt le gt ge len index print printf println html js urlquery call',
  own: `pkcs12key pkcs12keyPass pkcs12cert pkcs12certPass pemToPkcs12 pemToPkcs12Pass fullPemToPkcs12 fullPemToPkcs12Pass
    pemTruststoreToPKCS12 pemTruststoreToPKCS12Pass filterPEM filterCertChain certSANs jwkPublicKeyPem jwkPrivateKeyPem
    toYaml fromYaml rsaDecrypt`,
  misc: 'hello fail uuidv4',
  dates: `now date dateInZone date_in_zone htmlDate htmlDateInZone dateModify date_modify mustDateModify must_date_modify
    toDate mustToDate ago duration durationRound unixEpoch`,
  strings: `trim upper lower title untitle substr repeat trimAll trimall trimSuffix trimPrefix nospace initials swapcase
    snakecase camelcase kebabcase wrap wrapWith contains hasPrefix hasSuffix quote squote cat indent nindent replace plural
    trunc abbrev abbrevboth toString shuffle`,
  random: 'randAlphaNum randAlpha randAscii randNumeric randBytes randInt',
  hashes: 'sha1sum sha256sum sha512sum adler32sum',
  splitting: 'split splitn splitList toStrings join sortAlpha',
  integers: 'atoi int int64 toDecimal add add1 sub mul div mod max biggest min seq until untilStep',
  floats: 'float64 addf add1f subf mulf divf maxf minf floor ceil round',
  defaults: 'default empty coalesce all any compact mustCompact ternary deepCopy mustDeepCopy',
  json: 'fromJson mustFromJson toJson mustToJson toPrettyJson mustToPrettyJson toRawJson mustToRawJson',
  reflection: 'typeOf typeIs typeIsLike kindOf kindIs deepEqual',
  paths: 'base dir clean ext isAbs osBase osDir osClean osExt osIsAbs',
  encoding: 'b64enc b64dec b32enc b32dec hexdec',
  lists: `list tuple append push mustAppend mustPush prepend mustPrepend first mustFirst rest mustRest last mustLast initial
    mustInitial reverse mustReverse uniq mustUniq without mustWithout has mustHas slice mustSlice concat chunk mustChunk`,
  dicts: `dict get set unset hasKey pluck keys values pick omit merge mustMerge mergeOverwrite mustMergeOverwrite dig`,
  crypto: 'bcrypt htpasswd genPrivateKey derivePassword encryptAES decryptAES',
  certificates: `genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert genSignedCertWithKey
    buildCustomCert`,
  semver: 'semver semverCompare',
  regex: `regexMatch regexFind regexFindAll regexReplaceAll regexReplaceAllLiteral regexSplit regexQuoteMeta mustRegexMatch
    mustRegexFind mustRegexFindAll mustRegexReplaceAll mustRegexReplaceAllLiteral mustRegexSplit`,
  url: 'urlParse urlJoin',
};

const groups = Object.entries(reference).map(([group, names]) => ({ group, names: names.split(/\s+/) }));

test('the table has the functions of the reference and no others', () => {
  const wanted = groups.flatMap(({ names }) => names);
  expect([...functionTable.keys()].sort()).toEqual(wanted.sort());
});

test('there are 18 builtins, 18 own ones and 209 of the Sprig family', () => {
  const counts = Object.fromEntries(groups.map(({ group, names }) => [group, names.length]));
  expect(counts['builtins']).toBe(18);
  expect(counts['own']).toBe(18);
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  expect(all - 36).toBe(209);
});
