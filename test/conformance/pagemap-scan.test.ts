import { testRows } from './rows.ts';

await testRows('PAGEMAP_SCAN');
