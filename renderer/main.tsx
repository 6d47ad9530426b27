import { config } from 'zod';

// zod compiles validators with `new Function` unless told otherwise before the first schema is made. The hosts' policy
// forbids that, and Chromium would print the attempt. So this comes first, and everything with a schema in it after.
config({ jitless: true });

const { start } = await import('./app/start.tsx');
await start(document);
