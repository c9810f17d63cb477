/** Resources, rights and certificates are of today already, and so are the providers; core is the last. */
import { previousRelease } from './pairing.ts';
import { testPairing } from './rows.ts';

testPairing({ programs: { core: previousRelease() } });
