import { createRequire } from 'node:module';

type Koffi = typeof import('koffi');

/**
 * koffi as its machine code alone. Its JavaScript looks for that, adds names of older versions, and takes 340 page
 * faults to load, a tenth of a start of Node. It is asked where the machine code does not lie beside it or is for
 * another C library.
 */
function load(): Koffi {
  const require = createRequire(import.meta.url);
  try {
    return require(`@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`);
  } catch {
    return require('koffi');
  }
}

export const koffi = load();
