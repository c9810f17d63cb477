import type { Area } from './area.ts';
import { calls, combine } from './area.ts';

const data = {
  good: '{"b":[1,2.5,-0,1e3,1e21,1e-7,true,null,"x<y>&z"],"a":{"c":{}},"é":"\\u00e9\\ud83d\\ude00","e":[]}',
  bytes: { base64: 'ImH/YiI=' },
  deep: '[[[[[[[[[[1]]]]]]]]]]',
};

const documents = ['""', '" "', '"null"', '"true"', '"fals"', '"tru"', '"nul1"', '"1"', '"-1.5e+3"', '"01"', '"1."', '"1.x"', '"-"', '"-x"', '"+1"', '".5"', '"1e"', '"1e+"', '"1ex"', '"1e+x"', '"1 2"', '"1e400"', '"[1e400,2]"', '"{\\"a\\":1e999}"', '"\\"a\\""', '"\\"a"', '"\\"\\\\x\\""', '"\\"\\\\u12\\""', '"\\"\\\\u12G4\\""', '"\\"\\\\ud800\\""', '"\\"\\\\ud800\\\\u0041\\""', '"\\"\\\\ud83d\\\\ude00\\""', '"\\"\\\\udc00\\""', '"\\"\\t\\""', '"\\"\\\\t\\\\n\\\\/\\\\\\\\\\\\b\\\\f\\\\r\\\\\\"\\""', '"[]"', '"["', '"[1"', '"[1,"', '"[1,]"', '"[,1]"', '"[1 2]"', '"[1}"', '"{}"', '"{"', '"{,}"', '"{a:1}"', '"{\\"a\\"}"', '"{\\"a\\":}"', '"{\\"a\\":1"', '"{\\"a\\":1,"', '"{\\"a\\":1,}"', '"{\\"a\\" 1}"', '"{\\"a\\":1 \\"b\\":2}"', '"{\\"a\\":1,\\"a\\":2}"', '"{1:2}"', '"{\\"a\\":1]"', '" [ 1 , 2 ] "', '"[1]x"', '"{}{}"', "\"'a'\"", '"nulL"', '"é"', '"\\xff"', '"[1,2]\\n"', '"\\x00"', '"{\\"a\\":{\\"b\\":[{\\"c\\":null}]}}"', '.good', '.bytes', '.deep', '"9007199254740993"', '"123456789012345678901234567890"', '"0.1"', '"-0"', '"0.0000001"', '"100000000000000000000000"', '"1E5"'];

const values = ['nil', 'true', '1', '1.5', '-0.0', '1e6', '1e20', '1e21', '123456789.123', '1e-6', '1e-7', '1.5e-10', '0.1', '(float64 "NaN")', '(float64 "inf")', '""', '"a<b>&c"', '"q\\"\\\\/"', '"\\x00\\x01\\x1f\\x7f\\b\\f\\n\\r\\t"', '"\\u2028\\u2029"', '"é😀"', '"\\xff"', '(list)', '(rest (list))', '(list 1 "a" nil)', '(dict)', '(dict "b" 1 "a" (list 1 (dict "c" nil)))', '.', '(fromJson .good)', '(until 3)', '(splitList "," "a,b")', '(split "," "a,b")', '(semver "1.2.3+b<")', '1i', '(int64 9223372036854775807)', "'a'", '(list (float64 "NaN"))', '(chunk 1 (list 1 2))', '(toDate "2006-01-02" "2020-02-03")', '(dict "<" ">")', '(index "a" 0)', '(dict "é" 1 "z" 2 "A" 3 "1" 4)', '(list (list) (dict))', '(first (list))'];

export const json: Area = {
  data,
  templates: [
    ...combine(['{{ '], ['fromJson', 'mustFromJson'], [' '], documents, [' }}']),
    ...combine(['{{ fromJson '], documents, [' | toJson }}']),
    ...combine(['{{ '], ['toJson', 'mustToJson', 'toPrettyJson', 'mustToPrettyJson', 'toRawJson', 'mustToRawJson'], [' '], values, [' }}']),
    '{{ (fromJson .good).a.c.d }}', '{{ range fromJson .deep }}{{ . }}{{ end }}', '{{ printf "%T" (fromJson "1") }}', '{{ fromJson }}', '{{ fromJson 1 }}', '{{ fromJson nil }}',
  ],
};

const paths = ['""', '"/"', '"//"', '"."', '".."', '"a"', '"a/b"', '"/a/b/"', '"a//b"', '"a/./b"', '"a/../b"', '"../a"', '"/../a"', '"a/b/.."', '"a/../.."', '"a.txt"', '"a/b.tar.gz"', '"a.b/c"', '".hidden"', '"a."', '"é/ü.x"', '"a/b/../../.."', '"/./"', '"...//x"', '"\\\\a\\\\b"', '"C:/x"'];
const urls = ['""', '"http://example.com"', '"https://user:pass@example.com:8080/p/a/t/h?query=string#hash"', '"http://user@h/"', '"//host/path"', '"///path"', '"/path?x=1"', '"path"', '"mailto:a@b.c"', '"http://[::1]:80/x"', '"http://[fe80::1%25en0]/"', '"http://[::1"', '"http://[1.2.3.4]/"', '"http://[zz]/"', '"http://a b/"', '"http://a%20b/"', '"http://h/%zz"', '"http://h/%41%2f"', '"http://h/a b"', '"http://h:x/"', '"http://h:/"', '"http://h:80:90/"', '"db://h1:1,h2:2/x"', '"a:b:c"', '":foo"', '"1a:b"', '"a.b+c-d:e"', '"HTTP://HOST/"', '"http://h?a=b?c"', '"http://h/?"', '"http://h#a%20b"', '"http://h#%zz"', '"http://h/\\n"', '"http://ü.de/ü?ü#ü"', '"http://u:p@ss@h/"', '"http://u%40:p%3a@h/"', '"http://u p@h/"', '"*"', '"a:b/c"', '"./a:b"', '"http://h/;a=b,c"', '"http://h/[x]"', '"http://%41/"', '"http://h/%2525"', '"http://"', '"http:/x"', '"http:x"', '"#f"', '"?q"', '"http://h\\"x/"', '"file:///etc/passwd"', '"http://@h/"', '"http://:@h/"', '"http://:p@h/"'];
const parts = ['(dict)', '(dict "scheme" "http" "host" "h:80" "path" "/p" "query" "q=1" "fragment" "f" "userinfo" "u:p")', '(dict "host" "h" "path" "p")', '(dict "path" "a:b")', '(dict "path" "a b/é?")', '(dict "scheme" "mailto" "opaque" "a@b")', '(dict "scheme" "http" "host" "h" "userinfo" "u@x")', '(dict "scheme" "x")', '(dict "scheme" 1)', '(dict "host" nil)', '(dict "scheme" "http" "path" "/p")', '(dict "userinfo" "a b")', '(dict "host" "a b")', '(dict "fragment" "a b é")', '(dict "path" "*")', '(dict "userinfo" "u" "host" "h")', '(dict "host" "[::1]:80" "scheme" "http")', '(dict "path" "//x")', '(dict "userinfo" "u%zz")', '.'];

export const locations: Area = {
  data,
  templates: [
    ...combine(['{{ '], ['base', 'dir', 'clean', 'ext', 'isAbs', 'osBase', 'osDir', 'osClean', 'osExt', 'osIsAbs'], [' '], paths, [' }}']),
    ...combine(['{{ urlParse '], urls, [' }}', ' | urlJoin }}']),
    ...calls('urlJoin', parts),
  ],
};

const patterns = ['""', '"a"', '"a*"', '"a+"', '"b*"', '"[a-c]+"', '"(a)(b)?"', '"(?P<first>a)(?P<n2>b)"', '"(?i)A"', '"^"', '"$"', '"(?m)^"', '"\\\\b"', '"\\\\d+"', '"\\\\s"', '"."', '"(?s)."', '"é"', '"[^a]"', '"a|b"', '"x*"', '"(|a)"', '"["', '"("', '"a**"', '"a{2,1}"', '"\\\\8"', '"(?=a)"', '"[[:alpha:]]+"', '"\\\\pL+"', '"\\\\p{Greek}"', '"a{0}"', '"a{2}"', '"(a|ab)(c|bcd)"', '"\\\\Qa.b\\\\E"', '"(?U)a+"', '"a+?"', '"\\\\x{e9}"', '"[\\\\d-z]"', '"*"', '"\\\\"', '"\\xff"', '"(?:a)"', '"((a))"', '"a$"', '"^a"', '"\\\\Aa"', '"a\\\\z"', '"\\\\v"', '"\\\\w+@\\\\w+\\\\.com"', '"[a"', '")"', '"a{1001}"', '"\\\\pX"', '"(?P<n"', '"\\\\C"'];
const subjects = ['""', '"a"', '"aaa"', '"banana"', '"abcABC 123"', '"é日本"', '"a.b"', '"x\\ny\\n"', '.bytes', '"me@x.com you@y.com"', '"ab ab"'];
const replacements = ['""', '"-"', '"$1"', '"${1}x"', '"$1x"', '"$first"', '"${n2}"', '"$$"', '"$"', '"$9"', '"${"', '"$0$0"', '"a$"', '"${1"', '"$ü"', '"$1$2"', '"\\\\1"', '"${ü}"', '"$01"', '"$-"'];

export const regexes: Area = {
  data,
  templates: [
    ...combine(['{{ '], ['regexMatch', 'mustRegexMatch', 'regexFind', 'mustRegexFind'], [' '], patterns, [' '], subjects, [' }}']),
    ...combine(['{{ '], ['regexFindAll', 'regexSplit'], [' '], patterns, [' '], subjects, [' '], ['-1', '2'], [' }}']),
    ...combine(['{{ '], ['regexFindAll', 'regexSplit', 'mustRegexFindAll', 'mustRegexSplit'], [' '], ['"a"', '","', '"["', '""'], [' "a,ba" '], ['0', '1', '3'], [' }}']),
    ...combine(['{{ '], ['regexReplaceAll'], [' '], patterns, [' '], ['"banana ab"', '"é日本"', '""', '"aab"'], [' '], ['"<$0>"', '"-"'], [' }}']),
    ...combine(['{{ '], ['regexReplaceAll', 'mustRegexReplaceAll'], [' '], ['"(?P<first>a)(?P<n2>b)?"', '"a(x)?"', '"b"'], [' "abcab" '], replacements, [' }}']),
    ...combine(['{{ '], ['regexReplaceAllLiteral', 'mustRegexReplaceAllLiteral'], [' '], ['"a"', '"a*"', '"["'], [' "banana" '], ['"$1"', '""', '"-"'], [' }}']),
    ...calls('regexQuoteMeta', ['""', '"a.b*c"', '"[](){}^$|?+\\\\"', '"é-/"']),
  ],
};

const versions = ['"1.2.3"', '"v1.2.3"', '"1.2"', '"1"', '"1.2.3-rc.1"', '"1.2.3-rc.1+b5"', '"1.2.3+b5"', '"01.2.3"', '"1.2.3-01"', '"1.2.3-0a"', '"1.2.3-"', '"1.2.3.4"', '"x"', '""', '"1.x"', '" 1.2.3"', '"0.0.0"', '"2.0.0"', '"0.3.1"', '"0.0.3"', '"1.2.4"', '"1.3.0-alpha"', '"99999999999999999999.0.0"', '"1.2.3-alpha.beta"', '"1.2.3+é"', '"v"'];
const constraints = ['"1.2.3"', '"=1.2.3"', '"!=1.2.3"', '">1.2.3"', '">=1.2"', '"<2"', '"<=1.2"', '"~1.2.3"', '"~1"', '"~1.2"', '"^1.2.3"', '"^1"', '"^0.3"', '"^0.0.3"', '"^0"', '"^0.0"', '"1.x"', '"1.2.*"', '"*"', '"x"', '""', '"1.2.3 - 2.0.0"', '">=1.0.0, <2.0.0"', '">=1 <2"', '"1.2.3 || 2.0.0"', '">1 || <0.5"', '"^1.2.3-rc.0"', '">=1.2.3-0"', '"~1.2.3-beta"', '"!=1.2"', '"!=1.2.x"', '"!=1"', '">1"', '">1.2"', '"=>1.2.3"', '"=<1.2.3"', '"~>1.2"', '"> 1.2.3"', '"foo"', '">"', '"1.2.3 foo"', '"<0.0.1"', '"~0.0.0"', '"~0"', '"1.2.3-rc.1"', '"!=1.2.3-rc.1"', '"!=1.2-rc.1"', '"v1.2.3"', '">=v1.2"', '"1.2.3.4"', '">=1.2.3-alpha"', '"1 - 2"', '"||"', '"<=1"', '"<=1.2.3-rc.2"', '"!=*"', '">*"', '"<*"', '"^*"', '"~*"'];

export const versionsArea: Area = {
  data,
  templates: [
    ...combine(['{{ semver '], versions, [' }}']),
    ...combine(['{{ semverCompare '], constraints, [' '], versions, [' }}']),
    ...combine(['{{ $v := semver '], versions, [' }}{{ $v.Major }} {{ $v.Minor }} {{ $v.Patch }} [{{ $v.Prerelease }}] [{{ $v.Metadata }}] {{ $v.Original }} {{ $v.String }} {{ $v.Compare (semver "1.2.3") }} {{ $v.Equal (semver "1.2.3") }} {{ $v.LessThan (semver "1.2.3-rc.2") }} {{ $v.GreaterThan (semver "1") }}']),
    '{{ (semver "1.2.3").Nope }}', '{{ (semver "1.2.3").Compare 1 }}', '{{ (semver "1.2.3").Compare nil }}', '{{ (semver "1.2.3").Major.x }}', '{{ toJson (semver "v1.2") }}', '{{ printf "%d %v" (semver "1.2.3-a") (semver "v2") }}', '{{ empty (semver "1.0.0") }}', '{{ (semver "1.2.3").Compare }}',
  ],
};
