import type { Area } from './area.ts';
import { combine } from './area.ts';

const data = { json: '{"i":1,"f":1.5,"l":[1,"two",null,[true],{"k":"v"}],"z":null,"s":"q\\"x"}', s: 'text', bytes: { base64: 'YWL/w6k=' } };

const verbs = ['v', '+v', '#v', 'T', 't', 'd', '+d', ' d', '5d', '-5d', '05d', '+05d', '.3d', '8.3d', 'b', '#b', 'o', '#o', 'O', 'x', 'X', '#x', '#X', 'c', 'q', '+q', '#q', 'U', '#U', 'e', 'E', '.2e', 'f', 'F', '.0f', '.1f', '.3f', '8.2f', '-8.2f', '08.2f', '+.2f', '+08.2f', ' .2f', '#.0f', 'g', 'G', '#g', '.3g', '.10g', '#.3g', '6.2g', 's', '5s', '-5s', '.2s', '5.1s', '05s', '10q', '-10q', '.2q', 'x', '% x', '% X', '#x', '# x', '.2x', '10x', '-10x', '8x', '10v', '-10v', '010v', '10T', '-10T', '#10v', '#5x', '+x', ' x', 'w', 'z', '!', 'é', '-010d', '0-10d', '+q', '#+q', '20.10v', '.0v', '.0d', '5.0d', 'i'];
const values = ['0', '1', '-1', '42', '-42', '1234567', '-9223372036854775808', '9223372036854775807', "'x'", '128512', '1114112', '0.0', '-0.0', '1.0', '1.5', '-1.5', '0.1', '3.14159265', '1e6', '1e20', '1e21', '1e22', '1e-5', '123456.789', '2.5', '0.5', '1e100', '1e308', '5e-324', '"text"', '""', '"q\\"\\n"', '"\u00e9\u4e16"', '"a`b"', 'true', 'false', 'nil', '.bytes', '(list 1 "a" nil)', '(list)', '(rest (list))', '(list "a" "b")', '(splitList "," "a,b")', '(until 3)', '(fromJson .json)', '(fromJson .json).l', '(dict "b" 1 "a" "x")', '(split "," "x,y")', '(dict)', '(index "A" 0)', '(semver "1.2.3-rc.1")', '(semver "1.2.3").Major', '1i', '1.5+2.5i', '-1-0i', '(float64 "NaN")', '(float64 "+Inf")', '(float64 "-Inf")', '(int64 7)', '(chunk 2 (list 1 2 3))', '(list (dict "a" (list nil)))'];

const formats = ['%', '%%', '%5%', '%-5%', '%d', '%d %d', '%[2]d %[1]d', '%[1]d %[1]d', '%[3]d', '%[0]d', '%[-1]d', '%[x]d', '%[]d', '%[1', '%[1]', '%[2]d %d', '%[1]*d', '%*d', '%*d %d', '%-*d', '%.*d', '%*.*f', '%[1]5d', '%[1].2f', '%5', '%.', '%5.', '%.d', '%.x', '%+', '%#', '% ', '%0', '%-', '%d%', '%!', '%z', '%s %s %s', 'no verbs', '%v', '%[2]*[1]d', '%[2]v %[3]v', '%6.2%', '%.3', '%é', '%\\n', '%1000001d', '%.1000001d', '%99999999999d', '%[99999999999]d', '%-+#0 5.3d', '%+-d', '%v %v %v %v', '%d %s %v|', '%#v %#v', '%T %T', '%x %X', '%T', '%+v', '%w', '%p'].filter((format) => format !== '%p');
const argumentLists = ['', '1', '1 2', '1 2 3', '"a"', '5 1', '-5 1', '3 2.5', '1 "x"', 'nil', '5 2 3.14159', '(list 1)', '"x" 1 nil', '1.5 2', '(int64 5) 1', '1000001 1', 'true false'];

export const printf: Area = {
  data,
  templates: [
    ...combine(['{{ printf "%'], verbs.map((verb) => `${verb}" `), values, [' }}']),
    ...combine(['{{ printf "'], formats.map((format) => `${format}" `), argumentLists, [' }}']),
    ...combine(['{{ print '], values, [' }}', ' "x" }}', ' 1 }}', ' nil 2 }}']),
    ...combine(['{{ println '], values, [' }}', ' "x" 1 }}']),
    ...combine(['{{ '], values, [' }}']),
  ],
};
