// npm bench: installs what is missing, then goes on in bench/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('bench/main.ts');
