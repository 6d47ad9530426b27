import { testRows } from './rows.ts';

await testRows('mincore');
