import { testRows } from './rows.ts';

await testRows('mlock2');
