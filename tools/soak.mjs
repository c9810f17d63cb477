// npm run soak: installs what is missing, then goes on in soak/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('soak/main.ts');
