// npm run schema:compare: installs what is missing, then goes on in schema-compare/main.ts on the pinned Node.
import { bootstrap } from './setup.mjs';

await bootstrap('schema-compare/main.ts');
