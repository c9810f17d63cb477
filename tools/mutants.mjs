// npm run mutants: installs what is missing, then goes on in mutants/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('mutants/main.ts');
