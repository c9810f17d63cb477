import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Area, Text } from './area.ts';
import { calls, combine } from './area.ts';

const folder = join(import.meta.dirname, '../../../libs/template/testdata/pki');

function text(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

function bytes(file: string): Text {
  return { base64: readFileSync(join(folder, file)).toString('base64') };
}

const keyFiles = ['.leafKey', '.leafKeyPkcs1', '.ecKey', '.ecKeySec1', '.leaf', '.junk', '""'];
const oaep = ['.oaep1', '.oaep256', '.oaep512', '.junk', '""'];

// What AES-256-CBC makes of "secret" with the password "pass" and an IV of zeros, and what is broken about it.
const encrypted = [
  '""',
  '"AAAAAAAAAAAAAAAAAAAAACV1Df7Bq8gxS3GOzsYoPFg="',
  '"AAAAAAAAAAAAAAAAAAAAAA=="',
  '"AAAA"',
  '"AAAAAAAAAAAAAAAAAAAAAAAA"',
  '"A"',
  '"AA==x"',
  '"%"',
  '"AAAAAAAAAAAAAAAAAAAAACV1Df7Bq8gxS3GOzsYoPFkAAAAAAAAAAAAAAAAAAAAA"',
  '"AAAAAAAAAAAAA\\n\\n\\n\\nAAAA="',
  '(repeat 60 "A" | b64enc)',
  '(repeat 64 "B" | b64enc)',
];
const passwords = ['""', '"pass"', '"password that has more than thirty-two bytes"', '"\\xff"', '"é"', '1'];

/** Passwords, keys and certificates, as far as they do not depend on chance. */
export const crypto: Area = {
  data: {
    leaf: text('leaf.pem'),
    root: text('root.pem'),
    leafKey: text('leaf.key'),
    leafKeyPkcs1: text('leaf-pkcs1.key'),
    ecKey: text('ec.key'),
    ecKeySec1: text('ec-sec1.key'),
    junk: 'junk',
    oaep1: bytes('oaep-sha1.bin'),
    oaep256: bytes('oaep-sha256.bin'),
    oaep512: bytes('oaep-sha512.bin'),
  },
  templates: [
    ...calls('decryptAES', passwords, encrypted),
    ...passwords.map((password) => `{{ encryptAES ${password} "some text é" | decryptAES ${password} }}`),
    '{{ encryptAES "a" "" }}',
    '{{ encryptAES }}',
    '{{ decryptAES "a" nil }}',
    ...combine(
      ['{{ derivePassword 1 "'],
      ['maximum', 'long', 'medium', 'short', 'basic', 'pin', 'x', ''],
      ['" "password" "user" "example.com" }}'],
    ),
    '{{ derivePassword 4294967297 "long" "p" "é" "" }}',
    '{{ derivePassword 0 "long" "" "" "" }}',
    '{{ derivePassword -1 "x" "" "" "" }}',
    '{{ derivePassword (int 1) "x" "" "" "" }}',
    '{{ derivePassword "1" "x" "" "" "" }}',
    '{{ derivePassword 1.5 "x" "" "" "" }}',
    '{{ derivePassword 2.0 "x" "" "" "" }}',
    '{{ bcrypt (repeat 73 "a") }}',
    '{{ bcrypt 1 }}',
    '{{ genPrivateKey "x" }}',
    '{{ genPrivateKey 1 }}',
    ...combine(['{{ rsaDecrypt "RSA-OAEP" "'], ['SHA1', 'SHA256', 'SHA512'], ['" '], oaep, [' '], keyFiles, [' }}']),
    '{{ rsaDecrypt "None" "" "x" "" }}',
    '{{ rsaDecrypt "RSA" "" "x" "" }}',
    '{{ rsaDecrypt "" "SHA1" "x" "" }}',
    '{{ rsaDecrypt "RSA-OAEP" "" .oaep256 .leafKey }}',
    '{{ rsaDecrypt "RSA-OAEP" "x" .oaep256 .leafKey }}',
    ...combine(
      ['{{ certSANs '],
      ['.leaf', '.root', '.leafKey', '.junk', '""', '(print .junk "\\n" .leaf)'],
      [' }}', ' | join "," }}', ' | toJson }}', ' | typeOf }}', ' | len }}'],
    ),
    ...calls(
      'buildCustomCert',
      ['(b64enc .leaf)', '"%"', '(b64enc .junk)', '(b64enc .leafKey)'],
      [
        '(b64enc .leafKey)',
        '(b64enc .leafKeyPkcs1)',
        '(b64enc .ecKeySec1)',
        '"%"',
        '(b64enc .junk)',
        '(b64enc .leaf)',
        '(b64enc (.ecKey | replace "PRIVATE" "ODD PRIVATE"))',
      ],
    ).map((template) => template.replace(' }}', ' | typeOf }}')),
    '{{ with buildCustomCert (b64enc .leaf) (b64enc .ecKey) }}{{ .Cert }}{{ .Key }}{{ end }}',
    '{{ buildCustomCert (b64enc .leaf) (b64enc .ecKey) }}',
    '{{ buildCustomCert (b64enc .leaf) (b64enc .ecKey) | toJson }}',
    '{{ (buildCustomCert (b64enc .leaf) (b64enc .ecKey)).cert }}',
    '{{ printf "%v %T" (buildCustomCert (b64enc .leaf) (b64enc .ecKey)) (buildCustomCert (b64enc .leaf) (b64enc .ecKey)) }}',
    '{{ kindOf (buildCustomCert (b64enc .leaf) (b64enc .ecKey)) }}',
    '{{ empty (buildCustomCert (b64enc .leaf) (b64enc .ecKey)) }}',
    '{{ eq (buildCustomCert (b64enc .leaf) (b64enc .ecKey)) (buildCustomCert (b64enc .leaf) (b64enc .ecKey)) }}',
    ...combine(
      ['{{ (genSelfSignedCertWithKey "c" '],
      ['(list "1.2.3")', '(list "10.0.0.1" 1)', '(list "::1%eth0")', '(list "01.2.3.4")', '(list "")', '(list nil)'],
      [' nil 1 .ecKey).Key }}'],
    ),
    ...combine(
      ['{{ (genSelfSignedCertWithKey "c" nil '],
      ['(list 1)', '(list nil)', '(list (list))', '(list "é")', '"x"', '(list "a")', '(list)', 'nil', '(list "\\xff")'],
      [' 1 .ecKey).Key }}'],
    ),
    ...combine(
      ['{{ (genCAWithKey "c" '],
      ['0', '1', '-1', '106752', '-106752', '1000000000'],
      [' '],
      ['.ecKey', '.ecKeySec1', '.leafKey', '.leafKeyPkcs1'],
      [').Key }}'],
    ),
    ...combine(
      ['{{ (genCAWithKey "c" 1 '],
      ['.leaf', '.junk', '""', '(.ecKey | replace "PRIVATE" "ODD PRIVATE")'],
      [').Key }}'],
    ),
    '{{ (genSignedCertWithKey "c" nil nil 1 (genCAWithKey "ca" 1 .ecKey) .leafKey).Key }}',
    '{{ genSignedCertWithKey "c" nil nil 1 nil .leafKey }}',
    '{{ genSignedCertWithKey "c" nil nil 1 "x" .leafKey }}',
    '{{ genSignedCertWithKey "c" nil nil 1 (buildCustomCert (b64enc .leaf) (b64enc .ecKey)) .leafKey }}',
    '{{ genSignedCertWithKey "c" nil nil 1 (buildCustomCert (b64enc .leaf) (b64enc .leafKey)) .junk }}',
    '{{ genSignedCert "c" nil nil 1 (buildCustomCert (b64enc .leaf) (b64enc .ecKey)) }}',
    '{{ certSANs (genSelfSignedCertWithKey "c" (list "10.0.0.1" "2001:DB8:0:0::1" "::ffff:1.2.3.4" "::1.2.3.4") (list "a" "*.b") 1 .ecKey).Cert }}',
    '{{ certSANs (genSelfSignedCertWithKey "" nil (list "a") 1 .ecKey).Cert }}',
  ],
};

const pieces = [
  '.good',
  '.other',
  '.headers',
  '.crlf',
  '.blanks',
  '.empty',
  '.junkLine',
  '.glue',
  '.noEnd',
  '.wrongEnd',
  '.junkEnd',
  '.badBase64',
  '.blankLines',
  '.colonEnd',
];
const good = '-----BEGIN A-----\nAAECAwQ=\n-----END A-----\n';

/** PEM texts with everything that can be wrong with them, in every order. */
export const pem: Area = {
  data: {
    good,
    other: '-----BEGIN B C-----\nAAEC\n-----END B C-----\n',
    headers: `-----BEGIN A-----\nb: x\nProc-Type: 4,ENCRYPTED\na :y:z \n\n${'QUJD'.repeat(20)}\n-----END A-----\n`,
    crlf: '-----BEGIN A-----\r\nAA E\tC\r\n-----END A-----\r\n',
    blanks: '-----BEGIN A----- \t\nAAEC\n-----END A-----  \n',
    empty: '-----BEGIN A-----\n-----END A-----\n',
    junkLine: 'some junk\n',
    glue: 'junk',
    noEnd: '-----BEGIN A-----\nAAEC\n',
    wrongEnd: '-----BEGIN A-----\nAAEC\n-----END B-----\n',
    junkEnd: '-----BEGIN A-----\nAAEC\n-----END A-----x\n',
    badBase64: '-----BEGIN A-----\nAA*C\n-----END A-----\n',
    blankLines: '\n \n',
    colonEnd: '-----BEGIN A-----\na: b\n-----END A-----: c\n',
  },
  templates: [
    ...combine(['{{ filterPEM "a" '], pieces, [' }}']),
    ...combine(['{{ filterPEM "b c" (print '], pieces, [' '], pieces, [') }}']),
    ...combine(['{{ filterPEM "A" (print '], pieces, [' '], pieces, [' '], pieces, [') }}']),
    ...combine(['{{ filterPEM "A" (print '], pieces, [' '], pieces, [' | trim) }}']),
    '{{ filterPEM "" "" }}',
    '{{ filterPEM "" "-----BEGIN -----\\n-----END -----" }}',
    '{{ filterPEM "A" "x-----BEGIN A-----\\nAAEC\\n-----END A-----" }}',
    '{{ filterPEM 1 "" }}',
  ],
};
