import type { Area } from './area.ts';
import { combine } from './area.ts';

const long = 'The quick brown fox jumps over the lazy dog and then some more words follow until the line is longer than eighty columns';
const data = {
  json: '{"b":[1,2.5,-0,1e3,1e21,1e-7,true,null,"x<y>&z"],"a":{"c":{}},"é":"\\u00e9\\ud83d\\ude00","e":[],"big":12345678901234567890,"a10":1,"a2":2,"A":3,"1":4,"10":5,"2":6,"nested":{"list":[{"x":1,"y":[1,[2,[3]]]},[],{}],"m":{"k":{"z":"multi\\nline\\n"}}}}',
  long,
  control: { base64: 'YX9i' },
  invalid: { base64: '/2Fi' },
  key: 'k'.repeat(130),
  longkey: 'k'.repeat(1100),
};

const scalars = ['""', '" "', '"a"', '"a b"', '" a"', '"a "', '"1"', '"1.5"', '"0x1F"', '"010"', '"1_000"', '"1e3"', '"true"', '"yes"', '"y"', '"n"', '"on"', '"Off"', '"null"', '"~"', '".nan"', '".inf"', '"-.inf"', '"<<"', '"2020-01-02"', '"2020-01-02T03:04:05Z"', '"2020-1-2 3:4:5"', '"12:30"', '"12:30:45.5"', '"1:2"', '"a: b"', '"a:b"', '"a:"', '": a"', '":a"', '"- a"', '"-a"', '"-"', '"--"', '"---"', '"--- a"', '"..."', '"?"', '"? a"', '"?a"', '"#a"', '"a #b"', '"a#b"', '"[a"', '"a]"', '"{a"', '"a}"', '"a, b"', '",a"', '"&a"', '"*a"', '"!a"', '"|a"', '">a"', '"%a"', '"@a"', '"`a"', "\"'a\"", '"a\'b"', '"\\"a"', '"a\\"b"', '"\\\\"', '"a\\\\b"', '"\\t"', '"a\\tb"', '"\\ta"', '"a\\nb"', '"a\\n"', '"a\\n\\n"', '"\\na"', '"\\n"', '" a\\nb"', '"a \\nb"', '"a\\n b"', '"a\\n  b\\nc"', '"a\\r\\nb"', '"a\\rb"', '"\\u0085"', '"a\\u2028b"', '"\\u2029"', '"é"', '"日本"', '"😀"', '"\\ufeff"', '"\\ufeffab"', '"a\\ufeffb"', '"\\ufffd"', '"\\u00a0"', '"\\x00"', '"\\x1b"', '"\\x07\\x08"', '.control', '.invalid', '.long', '(print "x " .long)', '(print .long "\\n" .long)', '(print "\'" .long)', '(print "\\t" .long)', '(print .long ": x")', '(print .long "  two  spaces  at  the  end  of  it  all")', '"0b11"', '"0o17"', '"-0b1"', '"+1"', '"1."', '".5"', '"."', '"="', '"Null"', '"TRUE"', '"1,2"', '"0"', '"-0"', '"00"', '"08"', '"a\\n\\tb"', '"a\\x7f"', '"9223372036854775808"', '"18446744073709551616"', '"1e400"', '"٣"', '"a\\u0085b"', '"x\\n# y"'];

const others = ['nil', 'true', '1', '1.5', '-0.0', '1e6', '1e20', '1e21', '123456789.123', '1e-7', '0.1', '(float64 "NaN")', '(list)', '(rest (list))', '(dict)', '(list 1 "a" nil)', '(list (list 1 2) (list (list 3)) (dict "a" 1 "b" 2))', '(list (dict) (list))', '(dict "a" (list 1 (dict "b" (list 2))))', '(fromJson .json)', '.', '(until 3)', '(split "," "a,b")', '(semver "1.2.3")', '1i', '(int64 9223372036854775807)', '(semver "18446744073709551615.0.0").Major', '(toDate "2006-01-02" "2020-02-03")', '(dict .key 1)', '(dict .longkey 1)', '(dict "a\\nb" 1)', '(dict "" 1)', '(dict "a: b" 1 "1" 2 "true" 3 "- x" 4 "? y" 5)', '(dict "x" (dict "y" (dict "z" .long)))', '(list .long)', '(dict .key (list 1))', '(dict .key (dict "a" 1))', '(dict "a" "x\\ny\\n" "b" "\\n")', '(list "x\\ny" "\\n\\n")', "'a'", '(dict "k1" 1 "k10" 2 "k2" 3 "K" 4 "_" 5 "é" 6 "k01" 7 "k001" 8 "-" 9)', '(dict "<" ">")', '(dict "a" .control)', '(dict "v1.10" 1 "v1.9" 2 "v1" 3)'];

const documents = ['', ' ', '# c', 'a: 1', 'a: 1\nb: two\nc: 3.5\n', 'a: yes\nb: No\nc: on\nd: OFF\ne: y\nf: n', 'a: null\nb: ~\nc:\n', 'a: 0644\nb: 0x1F\nc: 1_000\nd: 0b11\ne: 0o17\nf: 08', 'a: 1.10\nb: 1e3\nc: .5\nd: .inf', 'a: .nan', 'a: 12345678901234567890\nb: 123456789012345678901234567890', 'a: 2020-01-02\nb: 2020-01-02T03:04:05Z', 'yes: 1\n1: 2\n1.5: 3\ntrue: 4\n0x10: 5', '~: 1', '"a": "b\\tc\\u00e9\\x41"', "'a': 'b''c'", 'a: |\n  x\n  y\nb: >\n  p\n  q\n\n  r\n', 'a: |-\n  x\nb: |+\n  y\n\nc: 1', 'a: |2\n   x', 'a: [1, two, [3], {b: 4}]\nb: {c: 1, d: [e]}', '- 1\n- 2', '[1]', 'text', '1', 'true', 'null', '"q"', '{}', 'a: {}\nb: []', 'a: &x {b: 1}\nc: *x', 'a: &x [1]\nb: *x\nc: *x', 'base: &b {x: 1, y: 2}\nd:\n  <<: *b\n  y: 3', 'a: 1\na: 2', 'a: 1\n---\nb: 2', '---\na: 1\n...\n', '%YAML 1.1\n---\na: 1', 'a: !!str 1\nb: !!int "2"\nc: !!float 3\nd: !!bool yes', 'a: !!binary aGk=', 'a: !custom x', 'a:\n  b:\n    c: 1\n  d: 2', 'a:\n- 1\n- 2\nb:\n  - 3', '- a: 1\n  b: 2', 'a: b: c', 'a: "x', "a: 'x", 'a: [1, 2', 'a: {b: 1', '\ta: 1', 'a: @x', 'a: `x', 'a: *nope', 'a: 1\n b: 2', 'a:\n  - 1\n b: 2', 'key with spaces: v', 'a: x # comment', 'a: x#y', 'a: "multi\n  line"', 'a: multi\n  line', '? a\n: b', '? [1]\n: b', 'a: "\\q"', 'a: 1\n\n\nb: 2\n', 'a: é\n日: 本', 'a: 😀', 'url: http://x:80/p?q=1#f', 'a: - b', 'a: 12:30\nb: 1:2:3', 'a: <<', 'a: =', '{"json": [1, "a", null, true, 1.5]}', 'a: \'\'\nb: ""', 'a: !!null x', 'a: !!int x', 'a: -1\nb: +1\nc: -0\nd: 00', 'a: 1,2', 'a: \u0085x', 'a: {b: c: d}', '{a: 1, a: 2}', '[a, b]: c', 'a: "\\ud83d\\ude00"', 'a:b', 'a: b\r\nc: d\r\n', '- - a\n  - b', 'a: %x', 'a: >-\n  folded\n  text\n', 'a: "x" y', 'a: ]', 'a: }', 'a: ,', 'a: {', ':', ': a', '-', '- ', '?', '!!str', '&a', '*a', '|', '>', '"', "'", 'a: |x', 'a: |\nb: 1', 'a: 1 \nb:\t2', 'a\n: b', 'a: [\n1,\n2\n]', 'a: {\nb: 1\n}', 'a: 1e400', 'a: 0x', 'a: 1__0', 'a: 99999999999999999999', 'a: 1.7976931348623157e+308', 'a: [1,2,]', 'a: [,]', 'a: {b}', 'a: {b, c: 1}', '{a: }', '{: 1}', 'a: --- b', '--- a: 1', '--- |\n x', 'a: ...', '...', '... a', '---', '--- \n---\na: 1'];

function literal(text: string): string {
  return JSON.stringify(text).replace(/\u0085/g, '\\u0085');
}

export const yaml: Area = {
  data,
  templates: [
    ...combine(['{{ toYaml '], scalars, [' }}']),
    ...combine(['{{ toYaml (dict "key" '], scalars, [') }}']),
    ...combine(['{{ toYaml (list '], scalars, [') }}']),
    ...combine(['{{ toYaml (dict '], scalars, [' 1) }}']),
    ...combine(['{{ toYaml '], others, [' }}', ' | fromYaml | toJson }}']),
    ...documents.map((document) => `{{ fromYaml ${literal(document)} | toJson }}`),
    '{{ fromYaml .control }}', '{{ fromYaml .invalid }}', '{{ (fromYaml "a: 1").a }}', '{{ printf "%T" (fromYaml "a: 1").a }}', '{{ fromYaml nil }}', '{{ fromYaml "null" | typeOf }}', '{{ printf "%#v" (fromYaml "") }}',
  ],
};
