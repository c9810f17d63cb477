import type { Area } from './area.ts';
import { combine } from './area.ts';

const data = {
  a: 'alpha',
  b: 'beta',
  empty: '',
  n: '42',
  json: '{"i":1,"f":1.5,"s":"str","t":true,"z":null,"l":[1,"two",3.5,null,[4],{"k":"v"}],"m":{"x":{"y":"deep"},"e":{}},"el":[]}',
  lines: 'one\ntwo\n\nthree',
  ünï: 'unicode key',
};

const text = [
  '', ' ', 'plain', 'a{b}c', 'a{ {b} }c', '}}', 'x }} y', '{{/* c */}}', 'a{{/* c */}}b', 'a {{- /* c */ -}} b', '{{- /* c */}}x',
  '{{/* multi\nline */}}|', '{{/* open', '{{/* c */ }}', '{{ /* c */}}', '{{/* a */ .a}}', 'x\n{{- 3}}\n', 'x {{- 3 -}} y', 'x {{-3}} y',
  'x{{3 -}} \n\t y', '{{"x" -}}  {{- "y"}}', '  {{- "x"}}', '{{"x" -}}  ', 'hello {{ "w" }} \u00e9\u4e16', '{{ 3 -}}', '{{- -}}', '{{--}}', '{{- - }}', '{{ -}}', '{{-}}',
  'a\r\n{{- "b" -}}\r\nc', '{{"a\tb"}}', '{{`raw\nstring`}}', '{{"\\x41\\u00e9\\U0001F600\\101\\a\\b\\f\\n\\r\\t\\v\\\\\\""}}', '{{"\\q"}}', '{{"\\x4"}}', '{{"\\uD800"}}', "{{'a'}}", "{{'\\n'}}", "{{'\\''}}", "{{'ab'}}", "{{''}}", "{{'\u4e16'}}", "{{'\\xff'}}", '{{"unterminated', '{{"new\nline"}}', '{{`open', "{{'x", '{{"a" "b"}}',
];

const numbers = [
  '0', '1', '-1', '+1', '1.5', '-1.5', '.5', '1.', '1e3', '1e-3', '1E+3', '1e400', '0x10', '0X1F', '-0x10', '0o17', '0b101', '017', '08', '09.5', '1_000', '1__0', '_1', '1_', '0x_1', '0x1p4', '0x1.8p1', '0x1.8', '1i', '1.5i', '1+2i', '1-2i', '-1.5e2+3i', '1+2', '0i', '1+0i',
  '9223372036854775807', '9223372036854775808', '18446744073709551615', '18446744073709551616', '-9223372036854775808', '-9223372036854775809', '1e18', '1e19', '123456789012345678901234567890', '1.0', '2.0', '100000.0', '1000000.0', '1234567.0', '0.0001', '0.00001', '1e21', '123456789.123', '-0', '-0.0', '3x', '3.x', '0x', '0xg', '1e', '1ee', '++1', '--1', '.', '..', '1..2', '1.2.3', '0b2', '0o8', '1e+', '0x1p', "'a'i",
].flatMap((number) => [`{{ ${number} }}`, `{{ print ${number} }}`, `{{ printf "%T %v" ${number} ${number} }}`, `{{ int64 ${number} }}`, `{{ repeat ${number} "x" | len }}`]);

const parseErrors = [
  '{{', '{{.a', '{{ .a', '{{.a}', '{{ if }}', '{{ if .a }}', '{{ if .a }}x', '{{ end }}', '{{ else }}', '{{ if .a }}{{ else }}{{ else }}{{ end }}', '{{ range }}{{ end }}', '{{ with }}{{ end }}', '{{ .a | }}', '{{ | .a }}', '{{ .a || .b }}', '{{ .a.b. }}', '{{ . a }}', '{{ .a. }}', '{{ $ }}', '{{ $x }}', '{{ $x := }}', '{{ $x = 1 }}', '{{ $x, $y := 1 }}', '{{ range $x, $y, $z := .a }}{{ end }}', '{{ range $x, }}{{ end }}', '{{ range $x, 1 }}{{ end }}', '{{ range $x := }}{{ end }}', '{{ if $x := 1 }}{{ $x }}{{ end }}{{ $x }}', '{{ nofunc }}', '{{ nofunc .a }}', '{{ .a | nofunc }}', '{{ (.a }}', '{{ .a) }}', '{{ ) }}', '{{ () }}', '{{ (1) }}', '{{ (print 1).x }}', '{{ 1 | 2 }}', '{{ 1 | "x" }}', '{{ 1 | . }}', '{{ 1 | true }}', '{{ 1 | nil }}', '{{ nil }}', '{{ nil | print }}', '{{ true.x }}', '{{ "s".x }}', '{{ 1.x }}', '{{ nil.x }}', '{{ .x.y.z }}',
  '{{ break }}', '{{ continue }}', '{{ range .a }}{{ break 1 }}{{ end }}', '{{ range 2 }}{{ else }}{{ break }}{{ end }}', '{{ template }}', '{{ template a }}', '{{ template "a }}', '{{ template "nope" }}', '{{ template "nope" . }}', '{{ template "a" . . }}', '{{ define "a" }}', '{{ define }}{{ end }}', '{{ define a }}{{ end }}', '{{ define "a" . }}{{ end }}', '{{ define "a" }}x{{ end }}{{ define "a" }}y{{ end }}', '{{ define "a" }} {{ end }}{{ define "a" }}y{{ end }}{{ template "a" }}', '{{ define "a" }}x{{ end }}{{ define "a" }} {{ end }}{{ template "a" }}', '{{ if .a }}{{ define "x" }}{{ end }}{{ end }}', '{{ block }}{{ end }}', '{{ block "a" }}{{ end }}', '{{ block "a" . }}', '{{ block "a" . }}x{{ else }}{{ end }}', '{{ define "a" }}x{{ else }}y{{ end }}', '{{ block "a" .a }}[{{ . }}]{{ end }}{{ template "a" .b }}',
  '{{ if .a }}{{ else with .b }}{{ end }}', '{{ with .a }}{{ else if .b }}{{ end }}', '{{ if .a }}1{{ else if .b }}2{{ else }}3{{ end }}', '{{ with .empty }}1{{ else with .b }}2{{ . }}{{ else }}3{{ end }}', '{{ range .empty }}{{ else if .a }}{{ end }}', '{{ end if }}', '{{ else x }}', '{{ if .a }}{{ end x }}', '{{ @ }}', '{{ ^ }}', '{{ .a@ }}', '{{ .a$ }}', '{{ a-b }}', '{{ \u00a7 }}', '{{ \u0001 }}', '{{ .\u00a7 }}', '{{ $\u00a7 }}', '{{ .ünï }}', '{{ $ünï := 1 }}{{ $ünï }}', '{{ x:y }}', '{{ : }}', '{{ := }}', '{{ = }}', '{{ , }}', '{{ .a, .b }}', '{{ print .a,.b }}', '{{ print(.a) }}', '{{ print (.a)(.b) }}', '{{ print .a.b }}', '{{ (.a).b.c }}', '{{ (.).a }}', '{{ $.a }}', '{{ $.a.b }}', '\n\n{{ nofunc }}', 'x\n{{ print\n nofunc }}', '{{ print\n.a\n}}', '{{\n.a\n-}}\n', '{{ if\n.a\n}}\nx', '{{ print "a', 'line\n{{ print "a\n" }}', '{{\n"a\n}}', '{{/* x\n\n', '{{ `a\n\n', '{{\n\n(', '{{ print 1 2 3', '{{define "x"}}{{.a}}{{end}}{{define "y"}}{{template "x" .}}{{end}}{{template "y" .}}',
  '{{ aVeryLongIdentifierThatDoesNotExist }}', '{{ template "this is a long name" aVeryLongIdentifier }}', '{{ template anotherVeryLongIdentifier }}', '{{ "a very long string" .x }}', '{{ if "a very long string" "another" }}{{ end }}', '{{ define "a very long name" "x" }}', '{{ range $i, $j := .a $k }}{{end}}', '{{ $i := 1 | print $i }}',
];

const variables = [
  '{{ $x := 1 }}{{ $x }}', '{{ $x := 1 }}{{ $x = 2 }}{{ $x }}', '{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}', '{{ $x := 1 }}{{ if true }}{{ $x := 2 }}{{ $x }}{{ end }}{{ $x }}', '{{ $x := .a }}{{ with .b }}{{ $x }}{{ . }}{{ $.a }}{{ end }}', '{{ with $x := .a }}{{ $x }}{{ end }}', '{{ if $x := .empty }}1{{ else }}[{{ $x }}]{{ end }}', '{{ range $x := until 3 }}{{ $x }}{{ end }}', '{{ range $i, $x := splitList "," "a,b" }}{{ $i }}{{ $x }}{{ end }}', '{{ $s := 0 }}{{ range until 4 }}{{ $s = add $s . }}{{ end }}{{ $s }}', '{{ $i := 0 }}{{ $e := 0 }}{{ range $i, $e = list 5 6 }}{{ end }}{{ $i }}{{ $e }}', '{{ $e := 0 }}{{ range $e = list 5 6 }}{{ end }}{{ $e }}', '{{ $x := fromJson .json }}{{ $x.m.x.y }}', '{{ $x := fromJson .json }}{{ $x.l.y }}', '{{ $x := fromJson .json }}{{ $x.nope.y }}', '{{ $x := 1 }}{{ define "t" }}{{ $x }}{{ end }}', '{{ define "t" }}{{ $ }}{{ end }}{{ template "t" .a }}', '{{ define "t" }}{{ . }}{{ end }}{{ template "t" }}', '{{ $x := print "a" | upper }}{{ $x }}', '{{ $x := 1 }}{{ $x 2 }}', '{{ $x := 1 }}{{ 2 | $x }}', '{{ $x := 1 }}{{ print $x $x }}', '{{ $ 1 }}', '{{ range $k, $v := fromJson .json }}{{ $k }}={{ $v }};{{ end }}', '{{ range $k, $v := . }}{{ $k }};{{ end }}', '{{ $d := dict "a" 1 }}{{ range $k, $v := $d }}{{ $_ := set $d "b" 2 }}{{ $k }}{{ end }}{{ $d }}',
];

const control = [
  ...combine(['{{ if '], ['.a', '.empty', 'true', 'false', '0', '1', '0.0', '1.5', '""', '"x"', 'nil', '(list)', '(list 1)', '(dict)', '(dict "a" 1)', '(fromJson "null")', '(index . "nope")', '1i', '0i', '(semver "1.2.3")', '.nope', '(not .a)', '(and .a .empty)', '(or .empty .b)', "'a'", '(fromJson .json).z', '(fromJson .json).nope', '(first (list))'], [' }}T{{ else }}F{{ end }}']),
  ...combine(['{{ with '], ['.a', '.empty', '(fromJson .json)', '(fromJson .json).z', '(list 1 2)', '0', 'nil', '.nope'], [' }}[{{ . }}]{{ else }}<{{ .a }}>{{ end }}']),
  ...combine(['{{ range '], ['(list 1 2 3)', '(list)', '(until 3)', '(fromJson .json).l', '(fromJson .json).m', '(fromJson .json).z', '(fromJson .json).nope', '.a', '3', '0', '-1', '(int64 2)', '1.5', 'true', '.', 'nil', '(splitList "," "a,b,c")', '(split "," "a,b")', '(dict)', '(dict "b" 1 "a" 2)', '(first (list))', '(semver "1.2.3")', '1i', '"abc"', "'a'"], [' }}({{ . }}){{ else }}none{{ end }}', ' }}{{ break }}{{ end }}', ' }}{{ continue }}x{{ end }}']),
  ...combine(['{{ range $i, $e := '], ['(list 1 "b" nil)', '(until 3)', '3', '(int64 3)', '.a', '(fromJson .json).l', '.', '(dict "b" 1 "a" 2)', '(list)'], [' }}{{ $i }}:{{ $e }};{{ else }}none{{ end }}']),
  '{{ range until 5 }}{{ if eq . 3 }}{{ break }}{{ end }}{{ . }}{{ end }}', '{{ range until 5 }}{{ if eq . 3 }}{{ continue }}{{ end }}{{ . }}{{ end }}', '{{ range until 3 }}{{ range until 3 }}{{ if eq . 1 }}{{ break }}{{ end }}{{ . }}{{ end }};{{ end }}', '{{ range until 2 }}{{ with . }}{{ continue }}{{ end }}x{{ end }}', '{{ range $i := 3 }}{{ $i }}{{ end }}', '{{ range fromJson .json }}{{ .x }}{{ end }}', '{{ range (fromJson .json).l }}{{ .k }}{{ end }}', '{{ range list 1 }}{{ .k }}{{ end }}', '{{ range list nil }}{{ .k }}{{ end }}', '{{ range until 1 }}{{ .k }}{{ end }}', '{{ range splitList "," "a" }}{{ .k }}{{ end }}', '{{ range list "a" }}{{ len . }}{{ end }}', '{{ range list nil }}{{ len . }}{{ end }}', '{{ range list nil }}{{ trunc . "abc" }}{{ end }}', '{{ range list nil }}{{ index . 1 }}{{ end }}', '{{ range list nil }}{{ . }}{{ print . }}{{ end }}',
  '{{ define "r" }}{{ if gt . 0 }}{{ . }}{{ template "r" (sub . 1 | int) }}{{ end }}{{ end }}{{ template "r" 5 }}', '{{ block "x" (list 1 2) }}{{ range . }}<{{ . }}>{{ end }}{{ end }}',
];

const fields = combine(['{{ '], ['.', '.a', '.nope', '.a.b', '.a.b.c', '(fromJson .json).m.x.y', '(fromJson .json).m.x.y.z', '(fromJson .json).z.y', '(fromJson .json).nope.y', '(fromJson .json).l.x', '(fromJson .json).i.x', '(fromJson .json).t.x', '(fromJson .json).f.x', '(index (fromJson .json).l 5).k', '(index (fromJson .json).l 0).k', '(list 1).x', '(dict "a" 1).a', '(dict "a" 1).b', '(dict "a" (dict "b" 2)).a.b', '(dict).x.y', '(semver "1.2.3").Major', '(semver "1.2.3-rc.1+b5").Prerelease', '(semver "v1.2.3").Original', '(semver "1.2.3").Nope', '(semver "1.2.3").Major.x', '(split "," "a,b")._1', '(split "," "a,b")._2', '(print "x").y', '(fromJson "null").x', '(first (list)).x', '.a 1', '.nope 1', '(dict "a" 1).a 2', '. 1', '(print 1) 2', 'true 1', '"x" 1', '1 2', '(semver "1.2.3").Major 1', '.a | .b', '1 | .a', '"x" | (print)', '1 | (dict "a" 1).a', '$.a', '$.nope', '$.a.b'], [' }}', ' | print }}', ' | printf "%v" }}']);

const comparisons = combine(['{{ '], ['eq', 'ne', 'lt', 'le', 'gt', 'ge'], [' '], ['1 1', '1 2', '2 1', '1 1.0', '1.5 1.5', '1.5 2.5', '"a" "a"', '"a" "b"', '"b" "a"', '1 "1"', 'true true', 'true false', 'true 1', '1i 1i', '1i 2i', '(int64 1) 1', '1 (int64 2)', '(index "a" 0) 97', '97 (index "a" 0)', '-1 (index "a" 0)', '(index "a" 0) -1', '(semver "1.2.3").Major 1', '1 (semver "1.2.3").Major', 'nil nil', '1 nil', 'nil 1', '.a .a', '.a .b', '.a nil', '(list) (list)', '(list) nil', '(rest (list)) nil', '(dict) (dict)', '(dict) 1', '(list) (dict)', '(semver "1.0.0") (semver "1.0.0")', '(fromJson .json).i 1.0', '(fromJson .json).i 1', '(fromJson .json).z nil', '(fromJson .json).nope nil', '(fromJson .json).nope 1', '(fromJson .json).s "str"', "'a' 97", '1', '', '1 2 1', '1 2 3', '1 "x" 1', '1 1 "x"', '"" nil', '(first (list)) (first (list))', '(kindOf 1) "int"', '(index . "nope") ""', '.empty ""', '(fromJson "1e400") 1', '(until 1) (until 1)'], [' }}']);

const logic = [
  ...combine(['{{ '], ['and', 'or'], [' '], ['true', 'false', 'true false', 'false true', '1 2 3', '0 1 2', '1 0 2', '"" "x"', '"x" ""', '.a .nope', '.nope .a', 'false .nope', 'true .nope', '(fail "x") 1', 'false (fail "x")', 'true (fail "x")', '(list) (dict)', 'nil 1', '1 nil', 'nil', '', '(fromJson .json).z 2', '(fromJson .json).l 2', '0.0 0', '$.a $.b'], [' }}', ' | print }}']),
  ...combine(['{{ '], ['1', '0', 'nil', '.a', '.empty', '(list)'], [' | and 1 }}', ' | or 0 }}', ' | and 0 }}', ' | or 1 }}', ' | and }}', ' | not }}']),
  ...combine(['{{ not '], ['true', 'false', '0', '1', '""', '.a', 'nil', '(list)', '(dict "a" 1)', '1 2', ''], [' }}']),
];

const indexing = [
  ...combine(['{{ index '], ['.', '. "a"', '. "nope"', '. "a" 0', '. "a" 5', '. "a" -1', '. "a" "x"', '. "a" nil', '. 1', '. nil', '. "a" 0 0', '(list 1 2 3) 1', '(list 1 2 3) 3', '(list 1 2 3) 4', '(list 1 2 3) -1', '(list 1 2 3) "1"', '(list 1 2 3) 1.0', '(list 1 2 3) 1.5', '(list 1 2 3) nil', '(list 1 2 3) (int64 1)', '(fromJson .json) "m" "x" "y"', '(fromJson .json) "m" "nope" "y"', '(fromJson .json) "nope"', '(fromJson .json) "l" 1', '(fromJson .json) "l" 1 0', '(fromJson .json) "l" 3 0', '(fromJson .json).l 5 "k"', '(fromJson .json) "z" "x"', '(dict "a" 1) "b"', '(split "," "a,b") "_0"', '(split "," "a,b") "_9"', '1 1', 'nil 1', 'true 1', '"abc" 1', '"abc" 3', '"abc" 4', '(until 3) 2', '(semver "1.2.3") 1', '', '(list 1) 9223372036854775807', '(list 1) (index "\\x00" 0)', '(list (list 1 2) (list 3)) 0 1', '(fromJson .json).l "x"'], [' }}', ' | printf "%v|%T" 1 }}']),
  ...combine(['{{ len '], ['.', '.a', '.empty', '.nope', '(list 1 2)', '(list)', '(dict "a" 1)', '(fromJson .json)', '(fromJson .json).z', '(fromJson .json).nope', '1', '1.5', 'nil', 'true', '"\u00e9"', '(semver "1.2.3")', '', '1 2', '(first (list))', '(rest (list))'], [' }}']),
  ...combine(['{{ call '], ['', '1', 'nil', '.a', '.nope', 'print', '(print)', '"x" 1', '(fromJson .json).z', 'hello', '(semver "1.2.3").Major'], [' }}', ' | print }}']),
  '{{ 1 | call }}', '{{ "f" | call }}', '{{ nil | call }}', '{{ slice "abc" 1 2 }}', '{{ slice (list 1 2 3) 1 2 }}',
];

const callsOfFunctions = [
  ...combine(['{{ '], ['upper', 'trunc 2', 'trunc "x"', 'trunc 1.0', 'trunc 1.5', 'trunc 1e0', 'trunc nil', 'trunc (int64 2)', 'trunc .n', 'trunc true', 'trunc \'a\'', 'repeat 2', 'ternary 1 2', 'ternary 1 2 true', 'hasKey . "a"', 'get . "a"', 'keys .', 'pick . "a"', 'merge .', 'dict "a"', 'print', 'println', 'printf', 'printf "%v"', 'html', 'js', 'urlquery', 'now 1', 'hello', 'hello 1', 'round 1.5', 'round 1.55 1', 'round 1.55 1 0', 'round 1.55 1 "x"', 'until', 'seq', 'seq 1 2 3 4', 'seq "x"', 'list', 'default', 'join', 'replace "a"', 'replace "a" "b"', 'default 1', 'fail', 'fail "m"', 'fail 1', 'eq', 'len', 'index', 'not', 'and'], [' }}', ' .a }}', ' "x" "y" "z" "w" }}', ' nil }}', ' 1 }}', ' | print }}']),
  '{{ .a | upper | lower | title }}', '{{ upper .a | printf "%s-%s" "x" }}', '{{ print hello }}', '{{ print hello hello }}', '{{ hello.x }}', '{{ (hello).x }}', '{{ print (print 1 2) }}', '{{ print (list 1 2) (dict) nil 1 2 "a" "b" 3 }}', '{{ printf "%s" nil }}', '{{ printf nil }}', '{{ printf 1 }}', '{{ print nil nil }}', '{{ fail "a\\nb" }}', '{{ fail .a }}', '{{ printf .a 1 }}', '{{ fail "%d %s" }}', '{{ add 1 .nope }}', '{{ .nope | default "x" }}', '{{ index . "nope" | default "x" }}', '{{ (fromJson .json).nope | default "x" }}', '{{ default "x" (fromJson .json).nope }}',
];

const escaping = combine(['{{ '], ['html', 'js', 'urlquery'], [' '], ['"<a href=\\"x\\">\'&\\x00"', '"a b+c/d?e=f&g"', '"\\n\\t\\r\\x7f\\x1b"', '"\u00e9\u4e16\\u200b\\u2028"', '"\\xff\\xfe"', '1', '1.5', '(list 1 "<" nil)', 'nil', '"a" "b"', '1 2', '(fromJson .json)', '"\\\\=\\\\"', '.nope', 'true', "'<'", '(semver "1.2.3")'], [' }}']);

export const language: Area = {
  data,
  templates: [...text, ...parseErrors, ...variables, ...control, ...fields, ...comparisons, ...logic, ...indexing, ...callsOfFunctions, ...escaping],
};

export const numbersInTemplates: Area = { data, templates: numbers };
