import { testRows } from './rows.ts';

await testRows('madvise');
