// npm run fuzz: installs what is missing, then goes on in fuzz/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('fuzz/main.ts');
