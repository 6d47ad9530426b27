/** electron-builder's `beforePack`: makes what is packed and not built. */
import { writeShareFiles } from './share-files.mjs';
import { stageKoffi } from './stage-koffi.mjs';

/** @param {{ arch: number }} context */
export default function beforePack({ arch }) {
  stageKoffi(arch);
  writeShareFiles();
}
