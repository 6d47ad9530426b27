import { testRows } from '../support/conformance-rows.ts';

await testRows('PAGEMAP_SCAN');
