// npm run check: installs what is missing, then goes on in check/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('check/main.ts');
