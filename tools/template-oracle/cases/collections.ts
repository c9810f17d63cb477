import type { Area } from './area.ts';
import { calls, combine } from './area.ts';

const data = { json: '{"i":1,"f":1.5,"l":[1,"two",null,[true],{"k":"v"}],"m":{"x":{"y":1},"e":{}},"z":null,"n":[3,1,2,3,1]}', d: '{"a":{"b":{"c":1}},"s":"x","n":null,"l":[1]}' };

const lists = ['(list)', '(list 1)', '(list 1 2 3)', '(list 1 "a" nil 1.5 true)', '(list 1 1.0 1 "1")', '(list (list 1) (list 1) (dict))', '(until 4)', '(splitList "," "b,a,,b")', '(fromJson .json).l', '(fromJson .json).n', '(rest (list))', '(list nil nil)', '(list "" 0 false (list) (dict) "x")', '"abc"', 'nil', '1', '(dict "a" 1)', '(fromJson .json).z'];
const unary = ['first', 'last', 'rest', 'initial', 'reverse', 'uniq', 'compact', 'mustFirst', 'mustLast', 'mustRest', 'mustInitial', 'mustReverse', 'mustUniq', 'mustCompact', 'len', 'empty', 'toJson', 'typeOf', 'kindOf', 'concat', 'list', 'deepCopy', 'mustDeepCopy', 'coalesce', 'all', 'any', 'printf "%#v"'];
const items = ['1', '"a"', 'nil', '1.0', '(list 1)', '(int64 1)', 'true'];

const listCases = [
  ...combine(['{{ '], unary, [' '], lists, [' }}']),
  ...combine(['{{ '], ['append', 'push', 'prepend', 'mustAppend', 'mustPush', 'mustPrepend'], [' '], lists, [' '], ['4', 'nil', '"x"'], [' }}']),
  ...combine(['{{ '], ['has', 'mustHas'], [' '], items, [' '], lists, [' }}']),
  ...combine(['{{ '], ['without', 'mustWithout'], [' '], lists, [' '], ['', '1', '1 2', 'nil', '"a" 1.0', '(list 1)'], [' }}']),
  ...combine(['{{ '], ['slice', 'mustSlice'], [' '], ['(list)', '(list 1 2 3)', '(until 4)', '"abc"', 'nil', '(splitList "," "a,b,c")'], [' '], ['', '0', '1', '1 2', '0 3', '2 1', '-1', '0 9', '"1"', '1.5', 'nil', '3', '4', '1 2 3'], [' }}']),
  ...combine(['{{ '], ['chunk', 'mustChunk'], [' '], ['1', '2', '3', '10', '0', '-1'], [' '], ['(list)', '(list 1 2 3)', '(until 4)', '"abc"', 'nil', '(splitList "," "a,b,c")'], [' }}']),
  ...calls('concat', ['', '(list 1)', '(until 2)', 'nil', '"x"'], ['', '(list 2 "a")', '(list)', '(splitList "," "x")']),
  ...calls('list', ['', '1', 'nil', '"a" 1.5 (list)']),
  ...calls('tuple', ['', '1 2']),
  '{{ printf "%T" (slice (until 4) 1) }}', '{{ printf "%T" (chunk 2 (until 3)) }}', '{{ printf "%T %T" (list) (tuple) }}', '{{ range chunk 2 (list 1 2 3) }}[{{ . }}]{{ end }}', '{{ printf "%#v" (slice (list) 1) }}', '{{ printf "%#v" (concat) }}', '{{ printf "%#v" (regexFindAll "z" "a" -1) }}', '{{ first (rest (list 1 2)) }}', '{{ (first (list (dict "a" 1))).a }}',
];

const dicts = ['(dict)', '(dict "a" 1)', '(dict "a" 1 "b" (dict "c" 2))', '(dict "a" nil "b" "" "l" (list 1))', '(fromJson .d)', '(fromJson .json).m', '.', '(split "," "a")', 'nil', '"x"', '1', '(fromJson .json).z', '(list)'];
const keys = ['"a"', '"b"', '"nope"', '""', '1', 'nil'];
const dictCases = [
  ...calls('dict', ['', '"a"', '"a" 1', '"a" 1 "b"', '1 2', 'nil 1', '"a" 1 "a" 2', '1.5 "x" true "y"', '(list 1) 2', '"z" 1 "a" 2 "m" 3']),
  ...combine(['{{ '], ['get', 'hasKey', 'unset'], [' '], dicts, [' '], keys, [' }}']),
  ...combine(['{{ set '], dicts, [' "a" '], ['2', 'nil', '(list)'], [' }}']),
  ...combine(['{{ pluck '], ['"a"', '"b"', '1'], [' '], ['', '(dict "a" 1)', '(dict "a" 1) (dict "b" 2) (dict "a" 3)', '.', 'nil (dict "a" nil)'], [' }}']),
  ...combine(['{{ '], ['keys', 'values', 'toJson', 'len', 'deepCopy', 'empty', 'typeOf', 'kindOf', 'toPrettyJson', 'toRawJson'], [' '], dicts, [' }}']),
  ...combine(['{{ '], ['pick', 'omit'], [' '], dicts, [' '], ['', '"a"', '"a" "b"', '"nope"', '1'], [' }}']),
  ...combine(['{{ dig '], ['"a" "x"', '"a" "b" "x"', '"a" "b" "c" "x"', '"nope" "x"', '"a" "nope" nil', '"s" "b" "x"', '"n" "x"', '"n" "b" "x"', '"l" "x"', '1 "x"', '"a" 1 "x"', 'nil "x"', '"x"', ''], [' '], ['(fromJson .d)', '.', 'nil', '(dict)', '"str"', '1', '(split "," "a")'], [' }}']),
  '{{ $d := dict "a" 1 }}{{ $e := set $d "b" 2 }}{{ $d }}{{ $e }}', '{{ $d := dict "a" 1 }}{{ $_ := unset $d "a" }}{{ $d }}', '{{ $d := dict "a" (dict "b" 1) }}{{ $c := deepCopy $d }}{{ $_ := set $c.a "b" 2 }}{{ $d }}{{ $c }}', '{{ $d := fromJson .d }}{{ $_ := set $d.a "z" 9 }}{{ toJson $d }}', '{{ keys (dict "b" 1 "a" 2) (dict "c" 3) }}', '{{ (dict "a" (list 1 2)).a | join "-" }}', '{{ keys }}', '{{ hasKey nil "a" }}', '{{ get nil "a" }}', '{{ set nil "a" 1 }}', '{{ pick nil "a" }}', '{{ merge nil (dict "a" 1) }}', '{{ merge nil nil }}', '{{ keys nil }}', '{{ deepCopy nil }}', '{{ omit . "a" }}',
];

const sources = ['(dict)', '(dict "a" 1)', '(dict "a" 2 "b" 3)', '(dict "a" "" "b" nil)', '(dict "a" (dict "x" 1))', '(dict "a" (dict "y" 2 "x" 3))', '(dict "a" (dict))', '(dict "a" (list 1))', '(dict "a" (list))', '(dict "a" (list 2 3) "c" true)', '(dict "a" false "b" 0)', '(dict "a" nil)', 'nil', '.'];
const mergeCases = [
  ...combine(['{{ '], ['merge', 'mergeOverwrite', 'mustMerge', 'mustMergeOverwrite'], [' '], sources, [' '], sources, [' }}']),
  ...combine(['{{ '], ['merge', 'mergeOverwrite'], [' '], ['(dict "a" (dict "x" 1 "l" (list 1)) "s" "v")'], [' '], ['(dict "a" (dict "x" 2 "n" 3)) (dict "s" "" "t" 1)', '(dict "s" nil) (dict "s" 1)', '(dict "a" 5) (dict "a" (dict "z" 1))', '(dict "a" (dict "l" (list 2 3)))', ''], [' }}']),
  '{{ $d := dict "a" 1 }}{{ $_ := merge $d (dict "b" 2) }}{{ $d }}', '{{ $a := dict "m" (dict "x" 1) }}{{ $b := dict "m" (dict "y" 2) }}{{ $_ := merge $a $b }}{{ $_ := set $a.m "z" 3 }}{{ $a }}{{ $b }}', '{{ $a := dict }}{{ $b := dict "m" (dict "y" 2) }}{{ $_ := merge $a $b }}{{ $_ := set $a.m "z" 3 }}{{ $a }}{{ $b }}',
];

const truthy = ['nil', '0', '1', '0.0', '1.5', '""', '"x"', 'true', 'false', '(list)', '(list nil)', '(dict)', '(dict "a" 1)', '(semver "1.0.0")', '(int64 0)', '(rest (list))', '(fromJson .json).z', "'a'", '0i', '1i', '(index "a" 0)', '(first (list))'];
const defaultCases = [
  ...combine(['{{ default "d" '], ['', ...truthy], [' }}']),
  ...combine(['{{ '], truthy, [' | default "d" }}', ' | empty }}', ' | ternary "y" "n" }}']),
  ...combine(['{{ '], ['coalesce', 'all', 'any'], [' '], ['', 'nil 0 "x" 1', '0 "" nil', '1 2 3', '1 0', '(list) (dict)', 'nil'], [' }}']),
  ...combine(['{{ ternary 1 2 '], ['true', 'false', '1', '"true"', 'nil', '(eq 1 1)'], [' }}']),
];

const reflection = [
  ...combine(['{{ '], ['typeOf', 'kindOf', 'typeIs "string"', 'typeIs "int"', 'typeIsLike "semver.Version"', 'kindIs "map"', 'kindIs "invalid"', 'kindIs "slice"', 'kindIs "ptr"'], [' '], [...truthy, '.', '(until 2)', '(splitList "," "a")', '(chunk 1 (list 1))', '(split "," "a")', '(fromJson .json)', '(fromJson "1")', '(add 1 2)', '(len "a")', '(dateModify "1h" (toDate "2006" "2020"))'], [' }}']),
  ...combine(['{{ deepEqual '], ['1', '1.0', '(int64 1)', '"a"', 'nil', '(list 1 2)', '(list 1 2.0)', '(dict "a" (list))', '(list)', '(rest (list))', '(fromJson "[1,2]")', '(until 2)'], [' '], ['1', '1.0', '"a"', 'nil', '(list 1 2)', '(dict "a" (list))', '(list)', '(fromJson "[1,2]")', '(until 2)', '(list 0 1)'], [' }}']),
];

export const collections: Area = { data, templates: [...listCases, ...dictCases, ...mergeCases, ...defaultCases, ...reflection] };
