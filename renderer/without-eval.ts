import { config } from 'zod';

// zod compiles validators with `new Function` unless told otherwise before the first schema is made. The hosts' policy
// forbids that, and Chromium would print the attempt.
config({ jitless: true });
