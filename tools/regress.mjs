// npm run regress: installs what is missing, then goes on in regress/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('regress/main.ts');
