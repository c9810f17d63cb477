// npm run parity: installs what is missing, then goes on in parity/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('parity/main.ts');
