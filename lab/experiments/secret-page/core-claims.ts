import type { Text } from '../../../protocol/text.ts';
import { joined } from '../../base/join-texts.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import type { Region } from '../../regions/region.ts';
import type { Found } from '../results/secret-page.ts';
import type { coreClaims } from './claims.ts';
import type { CoreFiles, Way } from './make-core-files.ts';
import { anywhere, type Evidence, elsewhere, type Findings, inPlace } from './search-core-files.ts';

type CoreLab = Lab<keyof typeof coreClaims>;

/** The regions of the experiment. Without `secret` the kernel has no memfd_secret here, and `noSecret` says why. */
export interface Secrets {
  readonly unprotected: Region;
  readonly protected: Region;
  readonly secret?: Region;
  readonly noSecret?: Text;
  /** Why MADV_DONTDUMP was refused: then core files hold what it was to keep out of them. */
  readonly dumped: Text | undefined;
}

/** States what the core files were found to hold: the kernel's, or gcore's where the kernel wrote none. */
export function claimCores(
  lab: CoreLab,
  cores: CoreFiles,
  findings: Findings,
  secrets: Secrets,
): Omit<Found, 'keyStep'> {
  const kernel = evidence('kernel', cores, findings);
  const plain = evidence('gcore', cores, findings);
  const all = evidence('gcore-all', cores, findings);
  const noSecret = secrets.noSecret ?? { en: 'there is no memfd_secret region', zh: '没有 memfd_secret 区域' };
  const [main, why] = subject(kernel, plain);
  const note = why && { en: 'in gcore’s core file', zh: '依据 gcore 的 core 文件' };
  claimFound(lab, 'unprotected', main, secrets.unprotected, why);
  if (secrets.dumped) lab.skip('protected', 0, secrets.dumped);
  else claimAbsent(lab, 'protected', main, secrets.protected, note);
  if (secrets.secret) claimAbsent(lab, 'secret', main, secrets.secret, note);
  else lab.skip('secret', 0, noSecret);
  if (secrets.dumped) lab.skip('listed', 0, secrets.dumped);
  else claimListed(lab, main, secrets.protected);
  if (secrets.dumped) lab.skip('gcore-all', 1, secrets.dumped);
  else claimFound(lab, 'gcore-all', all, secrets.protected);
  if (secrets.secret) claimAbsent(lab, 'gcore-all-secret', all, secrets.secret);
  else lab.skip('gcore-all-secret', 0, noSecret);
  const times = (of: Evidence, region: Region | undefined) =>
    'why' in of || !region ? null : (anywhere(of.found, region.id) ?? null);
  return {
    unprotected: times(main, secrets.unprotected),
    protected: times(main, secrets.protected),
    secret: times(main, secrets.secret),
    gcoreAll: times(all, secrets.protected),
    coreStep: cores.stepOf('found' in kernel ? 'kernel' : 'gcore'),
    gcoreAllStep: cores.stepOf('gcore-all'),
  };
}

function evidence(way: Way, cores: CoreFiles, findings: Findings): Evidence {
  const why = cores.missing(way) ?? { en: 'there is no such core file', zh: '没有这样的 core 文件' };
  return findings.get(way) ?? { why };
}

/** The core file that the claims are about, and why it is not the kernel's where it is not. */
function subject(kernel: Evidence, gcore: Evidence): [Evidence, Text?] {
  if ('found' in kernel) return [kernel];
  if ('found' in gcore) {
    const note = {
      en: `in gcore’s core file, because the kernel’s wasn’t available: ${kernel.why.en}`,
      zh: `依据 gcore 的 core 文件，因为内核未提供：${kernel.why.zh}`,
    };
    return [gcore, note];
  }
  return [{ why: { en: `${kernel.why.en}; ${gcore.why.en}`, zh: `${kernel.why.zh}；${gcore.why.zh}` } }];
}

const notSearched: Text = {
  en: 'this marker was not searched for: it could not be read, or was overwritten before',
  zh: '没有搜索此标记：无法读取，或此前已被覆盖',
};

const cutShort: Text = {
  en: 'the core file ends before its headers say, so it could not be searched to its end',
  zh: '该 core 文件比文件头所述的短，因此无法搜索到末尾',
};

/** That it is found says something also of a file that is cut short; that it is not, does not. */
function claimFound(lab: CoreLab, id: keyof typeof coreClaims, of: Evidence, region: Region, note?: Text): void {
  if ('why' in of) {
    lab.skip(id, 1, of.why);
    return;
  }
  const count = inPlace(of.found, region.id);
  if (anywhere(of.found, region.id) === undefined) lab.skip(id, 1, notSearched);
  else if (count === 0 && of.found.truncated) lab.skip(id, 1, cutShort);
  else lab.claim(id, 1, count, joined(elsewhere(of.found, region.id), note));
}

function claimAbsent(lab: CoreLab, id: keyof typeof coreClaims, of: Evidence, region: Region, note?: Text): void {
  if ('why' in of) {
    lab.skip(id, 0, of.why);
    return;
  }
  const count = anywhere(of.found, region.id);
  if (count === undefined) lab.skip(id, 0, notSearched);
  else if (count === 0 && of.found.truncated) lab.skip(id, 0, cutShort);
  else lab.claim(id, 0, count, joined(elsewhere(of.found, region.id), note));
}

function claimListed(lab: CoreLab, of: Evidence, region: Region): void {
  const own = 'why' in of ? [] : of.found.mappings.filter((mapping) => mapping.region === region.id);
  const unlisted = { en: 'this core file does not list what it leaves out', zh: '该 core 文件不列出被排除的映射' };
  if ('why' in of) lab.skip('listed', 0, of.why);
  else if (own.length === 0) lab.skip('listed', 0, unlisted);
  else
    lab.claim(
      'listed',
      0,
      own.reduce((sum, { fileBytes }) => sum + fileBytes, 0),
    );
}
