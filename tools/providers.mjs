// npm run providers: installs what is missing, then goes on in providers/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('providers/main.ts');
