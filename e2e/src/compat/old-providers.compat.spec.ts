/** A new core meets providers that were not moved yet; resources and rights are of today, as while an update goes on. */
import { previousRelease } from './pairing.ts';
import { testPairing } from './rows.ts';

const previous = previousRelease();

testPairing({ programs: { 'provider-fake': previous, 'provider-aws': previous } });
