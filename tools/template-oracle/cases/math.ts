import type { Area } from './area.ts';
import { combine } from './area.ts';

const data = { json: '{"i":1,"f":1.5,"big":12345678901234567890,"neg":-2.5,"z":null}' };
const inputs = ['0', '1', '-1', '7', '1.5', '-1.5', '2.5', '-2.5', '0.1', '1e3', '1e20', '-1e20', '1e-7', '9223372036854775807', '"12"', '"-12"', '"+5"', '"1.9"', '"-1.9"', '".5"', '"-.5"', '"."', '"5."', '"abc"', '""', '" 1"', '"1 "', '"0x1F"', '"0b11"', '"0o17"', '"010"', '"08"', '"007"', '"1_000"', '"1__0"', '"0x_1"', '"_1"', '"1e3"', '"1,000"', '"9223372036854775808"', '"-9223372036854775809"', '"inf"', '"NaN"', '"1.5e3"', '"0x1p4"', '"true"', 'true', 'false', 'nil', "'a'", '(list 1)', '(dict)', '(int64 9)', '(fromJson .json).i', '(fromJson .json).big', '(fromJson .json).neg', '(fromJson .json).z', '(semver "1.2.3").Major', '1i', '(semver "1.2.3")', '(index "A" 0)', '"1.0.0"', '"12abc"', '"٣"'];
const unary = ['int', 'int64', 'float64', 'toDecimal', 'add1', 'add1f', 'floor', 'ceil', 'add', 'addf', 'mul', 'mulf', 'sub', 'subf', 'divf', 'max', 'maxf', 'min', 'minf', 'biggest', 'round', 'atoi', 'until', 'seq', 'printf "%T"'];
const small = ['0', '1', '-3', '7', '2.5', '"4"', '"0.1"', '0.2', 'true', 'nil', '"x"', '1e19', '9223372036854775807', '-9223372036854775808', '1e308', '(float64 "inf")', '(float64 "nan")', '(int64 2)'];
const binary = ['add', 'sub', 'mul', 'div', 'mod', 'addf', 'subf', 'mulf', 'divf', 'max', 'min', 'maxf', 'minf', 'biggest', 'add1'];

export const math: Area = {
  data,
  templates: [
    // Lists of more numbers than fit into memory end our rendering at its limit, and Go's process.
    ...combine(['{{ '], unary, [' '], inputs, [' }}']).filter((template) => !/(?:until|seq) 9223/.test(template)),
    ...combine(['{{ '], binary, [' '], small, [' '], small, [' }}']),
    ...combine(['{{ '], ['add', 'mul', 'addf', 'mulf', 'subf', 'divf', 'max', 'min', 'maxf', 'minf'], [' '], ['1 2 3', '0.1 0.2 0.3', '"1" 2 "3.7"', '10 3 7', '1 3', '2 3', '-1 3', '1 7 9', '100 0.07', '1.1 1.1', '1e16 1', '', '3 1 2', '-0.5 0.5', '4.35 100', '1.005 1000', '1e300 1e300', '5e-324 0.5', '2e-20 3', '1e-20 3e10'], [' }}']),
    ...combine(['{{ round '], ['1.5', '2.5', '-1.2', '-1.5', '-2.5', '1.25', '1.255', '123.555', '0', '1e20', '"1.5"', '0.5', '-0.5', '1.005', '123.456789', '3.14159265', '99999.99999', '1e-10'], [' '], ['0', '1', '2', '5', '-1', '-2', '20', '300', '400', '-400', '15'], ['', ' 0.3', ' 0.9', ' 0'], [' }}']),
    ...combine(['{{ '], ['until', 'untilStep 0 10', 'untilStep 0', 'untilStep 10', 'seq', 'seq 1', 'seq 0 2', 'seq 5 -1', 'seq 1 2 3', 'seq 3 2', 'untilStep 3 9', 'untilStep 9 0'], [' '], ['0', '1', '3', '-3', '5', '10', '-1', '2', '(int64 2)', '"2"', '2.0'], [' }}']),
    ...combine(['{{ '], ['add 1', 'sub 5', 'mul 2', 'div 7', 'mod 7', 'addf 0.1', 'int', 'int64', 'float64', 'floor', 'ceil', 'max 3', 'min 3'], [' 2 | '], ['repeat', 'until', 'trunc', 'int | until', 'printf "%T %v" 1', 'toJson', 'eq 3', 'add 1'], [' }}']),
    '{{ repeat (sub 5 2) "*" }}', '{{ repeat (sub 5 2 | int) "*" }}', '{{ until (fromJson .json).i }}', '{{ ceil -0.2 }}', '{{ round -2.5 0 }}', '{{ add 9223372036854775807 1 }}', '{{ mul 9223372036854775807 2 }}', '{{ div -9223372036854775808 -1 }}', '{{ mod -7 3 }}', '{{ div -7 2 }}', '{{ seq }}', '{{ randInt 5 5 }}', '{{ randInt 5 1 }}', '{{ randAlpha 0 }}', '{{ randNumeric 5 | len }}', '{{ randAlphaNum 7 | len }}', '{{ randAscii 9 | len }}', '{{ uuidv4 | len }}', '{{ randBytes 16 | len }}', '{{ shuffle "aaa" }}', '{{ randInt 3 4 }}', '{{ randBytes 0 }}',
  ],
};
