/** Tools that electron-builder uses where they are installed, and otherwise fetches. */
import { findOnPath } from './electron-binary.mjs';

/**
 * What names them to electron-builder.
 *
 * @returns {NodeJS.ProcessEnv}
 */
export function packagingTools() {
  const sevenZip = process.env.ELECTRON_BUILDER_7ZIP_PATH || findOnPath(['7za', '7zz', '7z']);
  return {
    ...(findOnPath(['fpm']) && { USE_SYSTEM_FPM: 'true' }),
    ...(sevenZip && { ELECTRON_BUILDER_7ZIP_PATH: sevenZip }),
  };
}
