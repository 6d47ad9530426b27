import { testRows } from './rows.ts';

await testRows('memfd_secret');
