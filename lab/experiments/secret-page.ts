import type { ChildEnd } from '../../native/fork.ts';
import { PR, prctl } from '../../native/prctl.ts';
import { pageSize } from '../../native/sysconf.ts';
import type { Text } from '../../protocol/text.ts';
import { experiment, type Script } from '../experiment.ts';
import { countPages } from '../format.ts';
import type { Lab, TakenStep } from '../lab.ts';
import { lockedInSmaps, refusedByLimit } from '../lock-refusal.ts';
import { integer } from '../parameters.ts';
import type { Region } from '../region.ts';
import { abortUndumpable, CoreFiles, gdbCores, kernelCore } from '../secrets/core-files.ts';
import { searchAll } from '../secrets/findings.ts';
import { readAsDebugger } from '../secrets/foreign-read.ts';
import { markerBytes } from '../secrets/markers.ts';
import { readBack } from '../secrets/read-back.ts';
import { claimCores, coreClaims, type Secrets } from '../secrets/verdict.ts';
import { wholeOf, whyRefused } from '../steps.ts';

const mostPages = 16;

/** What a copy of the process takes for itself, and what the search of a core file holds. */
const copyBytes = 64 * 1024 * 1024;

const claims = {
  locked: { en: 'smaps has the protected pages in a locked mapping', zh: 'smaps 显示受保护的页位于被锁定的映射中' },
  'dont-dump': {
    en: 'Protected pages that core files leave out (dd in smaps)',
    zh: '不写入 core 文件的受保护页（smaps 中的 dd）',
  },
  'vm-lck': { en: 'mlock makes VmLck grow by these pages, in bytes', zh: 'mlock 使 VmLck 恰好增加这些页的字节数' },
  'secret-vm-lck': {
    en: 'memfd_secret is locked from birth: VmLck grows by it, in bytes',
    zh: 'memfd_secret 一经映射就已锁定：VmLck 增加的字节数',
  },
  'others-read': {
    en: 'A lock keeps no debugger from reading: bytes that process_vm_readv gets of the protected page',
    zh: '锁定不阻止调试器读取：process_vm_readv 从受保护的页读到的字节数',
  },
  'others-cannot': {
    en: 'process_vm_readv of memfd_secret answers EFAULT',
    zh: '对 memfd_secret 调用 process_vm_readv 返回 EFAULT',
  },
  ...coreClaims,
  'not-dumpable': {
    en: 'With PR_SET_DUMPABLE 0 an abort leaves no core file: core files',
    zh: 'PR_SET_DUMPABLE 为 0 时中止不产生 core 文件：core 文件数',
  },
  wiped: {
    en: 'After explicit_bzero all three read as zeros: bytes that are not zero',
    zh: 'explicit_bzero 之后三者读出均为零：非零字节数',
  },
  released: {
    en: 'After munlock and munmap VmLck is what it was, in bytes',
    zh: 'munlock 与 munmap 之后 VmLck 恢复原值（字节）',
  },
} as const;

type SecretLab = Lab<keyof typeof claims>;

/** Where the markers are, and what locking them came to. */
interface Placed extends Secrets {
  readonly regions: readonly Region[];
  readonly lock: TakenStep;
  /** The mmap of memfd_secret. */
  readonly made: TakenStep;
}

/**
 * The life of a secret: mapped, locked, left out of core files, written, proved to be absent from a core file, wiped, given back; beside
 * the same in a page that nothing protects and in memfd_secret. The kernel stores random bytes in each page, so that they exist nowhere
 * else; only when every core file has been written does this process learn them, to search for them.
 */
export const secretPage = experiment({
  id: 'secret-page',
  group: 'secrets',
  title: { en: 'A secret page', zh: '存放秘密的页' },
  summary: {
    en: 'Three pages hold a random marker each: unprotected, locked and left out of dumps, and memfd_secret. A copy of the process aborts; its core file is searched.',
    zh: '三个页各存一个随机标记：未保护的、已锁定且不转储的、memfd_secret 的。进程的一个副本中止，然后搜索它的 core 文件。',
  },
  placement: 'isolated',
  parameters: {
    pages: integer({
      title: { en: 'Pages', zh: '页数' },
      description: {
        en: 'How many pages each of the three regions has; the marker is in the first.',
        zh: '三个区域各有多少页；标记位于第一页。',
      },
      minimum: 1,
      maximum: mostPages,
      default: 1,
      unit: { en: 'pages', zh: '页' },
    }),
  },
  claims,
  commitsBytes: ({ pages }) => 3 * pages * pageSize() + copyBytes,
  mapsBytes: ({ pages }) => 3 * pages * pageSize(),

  async *run(lab, { pages }) {
    const before = lab.status().vmLckBytes;
    yield* allowCores(lab);
    const placed = yield* place(lab, pages);
    yield* claimFlags(lab, placed);
    yield* readAsOthersDo(lab, placed);
    const cores = new CoreFiles();
    try {
      yield* kernelCore(lab, cores);
      const undumpable = yield* abortUndumpable(lab, cores);
      yield* gdbCores(lab, cores);
      const findings = yield* searchAll(lab, cores, placed.regions);
      claimCores(lab, cores, findings, placed);
      claimUndumpable(lab, cores, undumpable);
    } finally {
      await cores[Symbol.asyncDispose]();
    }
    yield* wipe(lab, placed);
    yield* giveBack(lab, placed, before);
  },
});

/** Core files may be as large as the hard limit says, and of a process that was started with privileges too. */
async function* allowCores(lab: SecretLab): Script {
  yield* lab.onProcess(
    { en: 'Let core files be as large as the hard limit allows', zh: '把 core 文件的大小放宽到硬限制' },
    { kind: 'raise-core-limit' },
  );
  if (prctl(PR.GET_DUMPABLE).returned === 1) return;
  const title = { en: 'Be dumpable, although started with privileges', zh: '虽以特权启动，仍设为可转储' };
  yield* lab.onProcess(title, { kind: 'set-dumpable', dumpable: true });
}

/** Maps the three regions, protects the second, and has the kernel write a marker into each. */
async function* place(lab: SecretLab, pages: number): Script<Placed> {
  const size = countPages(pages);
  const unprotected = yield* lab.map({ en: `Map A: ${size}, unprotected`, zh: `映射 A：${pages} 页，不加保护` }, pages);
  const guarded = yield* lab.map(
    { en: `Map B: ${size}, to be protected`, zh: `映射 B：${pages} 页，将加以保护` },
    pages,
  );
  const made = yield* lab.tryMap(
    { en: `Map C: ${size} of memfd_secret`, zh: `映射 C：${pages} 页 memfd_secret 内存` },
    { pages, memory: 'secret' },
  );
  const lock = yield* lab.perform({ en: 'Lock B: it will not be swapped', zh: '锁定 B：不会被换出' }, guarded, {
    kind: 'mlock',
    range: wholeOf(guarded),
  });
  yield* lab.perform({ en: 'Leave B out of core files', zh: '让 core 文件不含 B' }, guarded, {
    kind: 'madvise',
    advice: 'MADV_DONTDUMP',
    range: wholeOf(guarded),
  });
  const regions = [unprotected, guarded, ...(made.region ? [made.region] : [])];
  for (const region of regions) {
    const { label } = region;
    const title = { en: `The kernel writes random bytes into ${label}`, zh: `内核向 ${label} 写入随机字节` };
    yield* lab.perform(title, region, { kind: 'getrandom', range: { offset: 0, length: markerBytes } });
  }
  const secret = made.region ? { secret: made.region } : { noSecret: whyRefused(made.step) };
  return { unprotected, protected: guarded, regions, lock, made: made.step, ...secret };
}

async function* claimFlags(lab: SecretLab, { protected: region, secret, regions, lock, made }: Placed): Script {
  for (const each of regions) yield* lab.look({ en: `Look at ${each.label}`, zh: `查看 ${each.label}` }, each);
  const limited = refusedByLimit(lock);
  const locked = await lockedInSmaps(lab, region);
  if (limited) lab.skip('locked', region.pages, limited);
  else if ('en' in locked) lab.skip('locked', region.pages, locked);
  else {
    const pages = locked.reduce((sum, { pageCount }) => sum + pageCount, 0);
    lab.claim('locked', region.pages, pages);
  }
  if (limited) lab.skip('vm-lck', region.length, limited);
  else claimGrowth(lab, 'vm-lck', region, lock);
  if (secret) claimGrowth(lab, 'secret-vm-lck', secret, made);
  else lab.skip('secret-vm-lck', region.length, whyRefused(made));
  const vmas = await lab.smaps(region);
  if ('en' in vmas) lab.skip('dont-dump', region.pages, vmas);
  else {
    const bytes = vmas.filter(({ dontDump }) => dontDump).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    lab.claim('dont-dump', region.pages, bytes / lab.pageSize);
  }
}

function claimGrowth(lab: SecretLab, id: 'vm-lck' | 'secret-vm-lck', region: Region, step: TakenStep): void {
  lab.claim(id, region.length, step.vmLckGrowthBytes);
}

/** Whoever may trace the process reads its memory, locked or not; memfd_secret is out of their reach. */
async function* readAsOthersDo(lab: SecretLab, { protected: region, secret, noSecret }: Placed): Script {
  const read = (target: Region) =>
    lab.call(
      { en: `Read a byte of ${target.label} as a debugger would`, zh: `像调试器那样读取 ${target.label} 的一个字节` },
      (site) => readAsDebugger(target, site),
    );
  lab.claim('others-read', 1, yield* read(region));
  if (secret) lab.claim('others-cannot', 'EFAULT', yield* read(secret));
  else if (noSecret) lab.skip('others-cannot', 'EFAULT', noSecret);
}

/** Without a core file of the copy before, that there is none now would say nothing. */
function claimUndumpable(lab: SecretLab, cores: CoreFiles, ended: ChildEnd | undefined): void {
  const why = cores.missing('kernel');
  if (why) lab.skip('not-dumpable', 0, why);
  else if (!ended) lab.skip('not-dumpable', 0, notWaitedFor);
  else lab.claim('not-dumpable', 0, ended.dumped ? 1 : 0);
}

const notWaitedFor: Text = {
  en: 'no copy could be made to abort, or waited for',
  zh: '无法复制出用来中止的进程，或无法等待它',
};

/** Overwrites all three, the unprotected one too, and reads them back. */
async function* wipe(lab: SecretLab, { regions }: Placed): Script {
  let nonZero = 0;
  for (const region of regions) {
    const title = { en: `Wipe ${region.label}`, zh: `清零 ${region.label}` };
    yield* lab.perform(title, region, { kind: 'explicit_bzero', range: wholeOf(region) });
  }
  for (const region of regions) {
    const title = { en: `Read ${region.label} back`, zh: `读回 ${region.label}` };
    // What cannot be read back is not known to be zero.
    nonZero += (yield* lab.call(title, (site) => readBack(region, site))) ?? region.length;
  }
  lab.claim('wiped', 0, nonZero);
}

async function* giveBack(lab: SecretLab, { protected: region, regions }: Placed, before: number): Script {
  yield* lab.perform({ en: 'Unlock B', zh: '解锁 B' }, region, { kind: 'munlock', range: wholeOf(region) });
  for (const each of regions) {
    const title = { en: `Unmap ${each.label}`, zh: `解除 ${each.label} 的映射` };
    yield* lab.perform(title, each, { kind: 'munmap', range: wholeOf(each) });
  }
  lab.claim('released', before, lab.status().vmLckBytes);
}
