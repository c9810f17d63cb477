// Whatever a provider answers one tenant, another tenant of the same provider loses no refresh by it. The providers are peers in Go
// and Python (tools/peers): what they send is what the libraries of those languages send.
import { testBesideEach } from '../support/each-answer.ts';

testBesideEach([
  'code:16', // UNAUTHENTICATED: what an author answers to rejected credentials
  'bigmsg:100000',
  'bigdetail:100000',
  'manytrailers:200',
  'size:100000,gzip',
  'size:5000000',
  'goaway',
  'restart',
  'age:200',
]);
