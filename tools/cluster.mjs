// npm run cluster: installs what is missing, then goes on in cluster/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('cluster/main.ts');
