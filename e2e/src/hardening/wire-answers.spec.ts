// Whatever a provider answers one tenant, another tenant of the same provider loses no refresh by it. The provider is the peer in Go
// (tools/peers): what it sends is what the libraries of that language send. The one in Python, and more answers, take longer:
// wire-answers.long.spec.ts.
import { testBesideEach } from '../support/each-answer.ts';

testBesideEach(
  ['go'],
  [
    'code:16', // UNAUTHENTICATED: what an author answers to rejected credentials
    'bigmsg:100000',
    'bigdetail:100000',
    'manytrailers:200',
    'size:100000,gzip',
  ],
);
