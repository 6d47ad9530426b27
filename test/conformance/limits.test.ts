import { testRows } from './rows.ts';

await testRows('getrlimit', 'setrlimit', 'prlimit');
