import { testRows } from './rows.ts';

await testRows('mmap', 'munmap');
