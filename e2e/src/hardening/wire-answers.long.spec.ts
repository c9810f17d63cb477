// What wire-answers.spec.ts tests, in each language, with every status and every size that is a border of something.
import { peerLanguages } from '@eso/testing';
import { testBesideEach } from '../support/each-answer.ts';

const statuses = Array.from({ length: 15 }, (_, index) => `code:${index + 1}`);
/** Around the bounds that HTTP/2 libraries have on headers: 8, 16 and 64 KiB; and far above. */
const sizes = [600, 8_000, 9_000, 16_000, 17_000, 64_000, 66_000, 1_000_000];

testBesideEach(peerLanguages, [
  ...statuses,
  'code:99',
  ...sizes.flatMap((size) => [`bigmsg:${size}`, `bigdetail:${size}`]),
  ...[100, 130, 1_000, 4_000].map((count) => `manytrailers:${count}`),
  'bigmsg:100000',
  'bigdetail:100000',
  'manytrailers:200',
  'size:100000,gzip',
  'size:4194000',
  'size:4194304',
  'size:1000000,gzip',
  'size:30000000',
  'size:5000000',
  'sleep:60000',
  'goaway',
  'restart',
  // Stays in force.
  'age:200',
]);
