import { testRows } from '../support/conformance-rows.ts';

await testRows('getrlimit', 'setrlimit', 'prlimit');
