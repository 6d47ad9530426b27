import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { nodePath } from '../../../scripts/children.mjs';

/**
 * Runs lines of shell as root in a view of this system whose changes are kept in memory, other file systems left out;
 * after them it prints the names of what was added under Pagescope's name. The exit status is 3 where there can be no
 * such view.
 *
 * @param folder seen in there too
 */
export function inThrowAwayRoot(folder: string, lines: string) {
  const allowed = spawnSync('unshare', ['--mount', 'true'], { encoding: 'utf8' });
  if (allowed.status !== 0) return { ...allowed, status: 3 };
  const at = mkdtempSync(join(folder, 'root-'));
  writeFileSync(join(folder, 'lines'), `set -e\n${lines}`);
  const script = `
    mount -t tmpfs none ${at} && mkdir ${at}/upper ${at}/work ${at}/root || exit 3
    mount -t overlay none -o lowerdir=/,upperdir=${at}/upper,workdir=${at}/work ${at}/root || exit 3
    for each in proc dev; do mount --rbind /$each ${at}/root/$each || exit 3; done
    for each in ${folder} ${dirname(nodePath())}; do
      mkdir -p ${at}/root$each && mount --bind $each ${at}/root$each || exit 3
    done
    added() { (cd ${at}/upper && find . -iname '*pagescope*' ! -type c ! -path '.${folder}/*' | sort); }
    added > ${at}/before
    chroot ${at}/root sh ${folder}/lines || exit
    echo left:
    added | comm -13 ${at}/before -`;
  const env = { LC_ALL: 'C', HOME: folder, PATH: `/usr/local/sbin:/usr/sbin:/sbin:${process.env.PATH}` };
  return spawnSync('unshare', ['--mount', 'sh', '-c', script], { encoding: 'utf8', env });
}
