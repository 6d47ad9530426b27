import { testRows } from './rows.ts';

await testRows('getrlimit', 'prlimit');
