import type { Area } from './area.ts';
import { calls, combine } from './area.ts';

const data = {
  json: '{"i":1,"f":1.5,"l":["b",null,"a",1.5,true],"z":null}',
  bytes: { base64: '/2FiwyggUQ==' },
  long: 'The quick brown fox jumps over the lazy dog and runs away_with_it',
};

const texts = ['""', '"a"', '"Hello World"', '"  padded \\t\\n"', '"FooBar"', '"foo_bar-baz qux"', '"HTTPServer2xx"', '"ünï cödé ß ǆ"', '"日本 語"', '.bytes', '.long', '"a,b,,c"', '"x\\ny\\n"', '"UPPER lower"', '"__lead__"', '"a1B2"'];
const simple = ['trim', 'upper', 'lower', 'title', 'untitle', 'nospace', 'initials', 'swapcase', 'snakecase', 'camelcase', 'kebabcase', 'quote', 'squote', 'toString', 'sha1sum', 'sha256sum', 'sha512sum', 'adler32sum', 'len', 'b64enc', 'b32enc', 'sortAlpha', 'toStrings', 'cat'];
const words = ['"some_words"', '"http_server"', '"no_https"', '"_complex__case_"', '"some words"', '"GOLANG_IS_GREAT"', '"FirstName"', '"NoHTTPS"', '"GO_PATH"', '"GO PATH"', '"GO-PATH"', '"http2xx"', '"HTTP20xOK"', '"Duration2m3s"', '"Bld4Floor3rd"', '"-"', '"_"', '"__"', '"- _"', '"A"', '"aB"', '"AB"', '"ABc"', '"1a"', '"1"', '"12ab34"', '"a.b.c"', '"a..b"', '"A.B"', '"É_é"', '"日本Go語"', '"x1.y2"', '"1.2.3"', '"a_1"', '"A1"', '"AB1C"', '"aBC1d"', '"!@#"', '"a!B"', '" a b "', '"ǅungla"', '"a  b"', '"a-_b"'];
const values = ['1', '1.5', 'true', 'nil', '(list 1 "a" nil)', '(dict "a" 1)', '(fromJson .json)', '(fromJson .json).l', '(until 3)', '(int64 5)', "'x'", '(semver "1.2.3")'];

const cutting = [
  ...calls('trunc', ['0', '1', '3', '100', '-1', '-3', '-100'], texts),
  ...calls('substr', ['0', '1', '-1', '5'], ['0', '2', '-1', '100', '5'], ['""', '"hello"', '"ünï"']),
  ...calls('abbrev', ['0', '3', '4', '5', '10', '100', '-1'], ['""', '"a"', '"hello world"', '.long', '"ünïcödé"']),
  ...calls('abbrevboth', ['0', '1', '4', '5', '6', '20', '-1', '100'], ['3', '4', '6', '7', '10', '20', '100'], ['"hello"', '"1234 5678 9123 4567"', '.long']),
  ...calls('trimAll', ['""', '"$"', '"-x"', '"ü"', '"a-z"', '"\\xff"'], ['"$5.00$"', '"-x-x-"', '"üaü"', '""', '.bytes']),
  ...calls('trimall', ['"$"'], ['"$5.00$"']),
  ...combine(['{{ '], ['trimSuffix', 'trimPrefix', 'contains', 'hasPrefix', 'hasSuffix'], [' '], ['""', '"a"', '"he"', '"lo"', '"hello"', '"hellooo"', '"ü"'], [' '], ['"hello"', '""', '"üa"', '"aa"'], [' }}']),
];

const building = [
  ...calls('repeat', ['0', '1', '3', '-1'], ['""', '"ab"', '"ü"', '.bytes']),
  ...calls('replace', ['""', '"a"', '"aa"', '"x"', '"ü"'], ['""', '"-"', '"aa"'], ['""', '"banana"', '"aaa"', '"üaü"', '.bytes']),
  ...calls('plural', ['"one"'], ['"many"'], ['0', '1', '2', '-1', '(len "a")', '(int64 1)', '1.0', '1.5']),
  ...calls('indent', ['0', '2', '-1'], ['""', '"a"', '"a\\nb"', '"a\\n"', '"\\n\\n"']),
  ...calls('nindent', ['0', '4'], ['""', '"a\\nb"']),
  ...calls('wrap', ['0', '1', '5', '10', '80', '-1'], ['""', '.long', '"a b c"', '"averyveryverylongword x"', '"  x  y  "', '"ünï cödé"']),
  ...calls('wrapWith', ['0', '5', '10', '80'], ['""', '"\\n"', '"\\t"', '"--"'], ['""', '.long', '"averyveryverylongword x"', '"ünïcödéünïcödé"']),
  ...combine(['{{ '], ['quote', 'squote', 'cat', 'toString', 'toStrings', 'print', 'sortAlpha'], [' '], values, [' }}']),
  ...combine(['{{ '], ['quote', 'squote', 'cat'], [' '], ['', '"a" "b"', '1 nil 2', '"a\\"b" 1.5', 'nil nil', '.bytes "x"', '"%d" 1', '"" ""', '" " " "'], [' }}']),
];

const splitting = [
  ...calls('split', ['""', '","', '"x"', '"$"'], ['""', '"a,b,,c"', '"ünï"', '","', '.bytes']),
  ...calls('splitn', ['""', '","'], ['0', '1', '2', '-1', '10'], ['""', '"a,b,,c"', '"ünï"']),
  ...calls('splitList', ['""', '","', '",,"'], ['""', '"a,b,,c"', '"ünï"', '.bytes']),
  ...calls('join', ['""', '","', '"ü"'], ['(list)', '(list 1 "a" nil 2.5)', '"s"', 'nil', '(until 3)', '(splitList "," "a,b")', '(dict "a" 1)', '1', '(fromJson .json).l']),
  ...calls('sortAlpha', ['(list)', '(list "b" "a" "C")', '(list 10 9 1)', '(list nil "a")', '(splitList "," "c,b,a")', 'nil', '"s"', '(until 12)', '(dict "a" 1)']),
  '{{ (split "," "a,b")._0 }}', '{{ (split "$" "foo$bar$baz")._2 }}', '{{ (splitn "$" 2 "foo$bar$baz")._1 }}', '{{ printf "%T" (split "," "a") }}', '{{ printf "%T" (splitList "," "a") }}', '{{ printf "%#v" (splitList "," "") }}', '{{ printf "%#v" (splitn "," 0 "a") }}',
];

const codec = [
  ...calls('b64enc', texts),
  ...calls('b64dec', ['""', '"YQ=="', '"YWI="', '"YWJj"', '"YQ"', '"YQ="', '"YQ==="', '"Y"', '"Y==="', '"===="', '"YW Jj"', '"YW\\nJj"', '"YQ==\\n"', '"YQ=\\n="', '"YQ==YQ=="', '"_-8="', '"/w=="', '"YR=="', '"!"', '"YWI=x"', '"YWJj="', '"\\n\\n"', '"YW\\r\\nI="', '"YWJjZA"', '"YWJjZ$=="']),
  ...calls('b32enc', texts),
  ...calls('b32dec', ['""', '"ME======"', '"MFRA===="', '"MFRGG==="', '"MFRGGZA="', '"MFRGGZDF"', '"me======"', '"ME"', '"ME====="', '"M======="', '"MFR====="', '"ME\\n======"', '"ME======ME"', '"ME======X"', '"8E======"', '"ME==x==="', '"========"', '"MFRGGZDFM"', '"MFRGGZDF========"', '"M"', '"ME===========" ']),
  ...calls('hexdec', ['""', '"6869"', '"68656C"', '"6"', '"6g"', '"g6"', '"686"', '"68g"', '"zz"', '" 68"', '"ff"', '"\\xff0"', '"é"', '"\\x00"', '"\'0"']),
  ...combine(['{{ "'], ['hello', 'ünï', ''], ['" | b64enc | b64dec }}', '" | b32enc | b32dec }}']),
];

export const strings: Area = {
  data,
  templates: [
    ...combine(['{{ '], simple, [' '], texts, [' }}']),
    ...combine(['{{ '], ['snakecase', 'kebabcase', 'camelcase'], [' '], words, [' }}']),
    ...cutting,
    ...building,
    ...splitting,
    ...codec,
  ],
};
