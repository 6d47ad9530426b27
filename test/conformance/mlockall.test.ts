import { testRows } from './rows.ts';

await testRows('mlockall', 'munlockall');
