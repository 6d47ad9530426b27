import type { ChildEnd } from '../../../native/calls/fork.ts';
import { PR, prctl } from '../../../native/calls/prctl.ts';
import { secretCountsWhenTouched } from '../../../native/probes/secret-accounting.ts';
import type { Text } from '../../../protocol/text.ts';
import { countPages } from '../../base/format.ts';
import type { Lab } from '../../experiment-kit/lab.ts';
import { lockedInSmaps, whyNot } from '../../experiment-kit/refusals.ts';
import type { Script } from '../../experiment-kit/script.ts';
import { wholeOf, whyRefused } from '../../experiment-kit/shared-steps.ts';
import type { Counted } from '../../regions/look.ts';
import type { Region } from '../../regions/region.ts';
import type { TakenStep } from '../../session/steps.ts';
import { secretPageResult } from '../results/secret-page.ts';
import type { claims } from './claims.ts';
import { claimCores, type Secrets } from './core-claims.ts';
import { abortUndumpable, CoreFiles, gdbCores, kernelCore } from './make-core-files.ts';
import { markerBytes } from './markers.ts';
import { readAsDebugger } from './read-as-debugger.ts';
import { readBack } from './read-back.ts';
import { searchAll } from './search-core-files.ts';

type SecretLab = Lab<keyof typeof claims>;

/** Where the markers are, and what locking them came to. */
interface Placed extends Secrets {
  readonly regions: readonly Region[];
  readonly lock: TakenStep;
  /** The last step that placed a marker. */
  readonly keyStep: number;
  /** The mmap of memfd_secret. */
  readonly made: TakenStep;
}

/**
 * The steps of the experiment: places the secrets, proves what is in core files of the process and what is not, and
 * ends the secrets.
 *
 * @param pages of each of the three regions
 */
export async function* lifeOfASecret(lab: SecretLab, pages: number): Script {
  const before = lab.vmLck();
  yield* allowCores(lab);
  const placed = yield* place(lab, pages);
  const unlocked = yield* claimFlags(lab, placed);
  yield* readAsOthersDo(lab, placed, unlocked);
  const cores = new CoreFiles();
  try {
    yield* kernelCore(lab, cores);
    const undumpable = yield* abortUndumpable(lab, cores);
    yield* gdbCores(lab, cores);
    const findings = yield* searchAll(lab, cores, placed.regions);
    const found = claimCores(lab, cores, findings, placed);
    lab.result(secretPageResult({ ...found, keyStep: placed.keyStep }));
    claimUndumpable(lab, cores, undumpable);
  } finally {
    await cores[Symbol.asyncDispose]();
  }
  yield* wipe(lab, placed);
  yield* giveBack(lab, placed, before);
}

/** Core files may be as large as the hard limit says, and of a process that was started with privileges too. */
async function* allowCores(lab: SecretLab): Script {
  yield* lab.onProcess(
    { en: 'Let core files be as large as the hard limit allows', zh: '把 core 文件的大小放宽到硬上限' },
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
  const dontDump = yield* lab.perform({ en: 'Leave B out of core files', zh: '让 core 文件不含 B' }, guarded, {
    kind: 'madvise',
    advice: 'MADV_DONTDUMP',
    range: wholeOf(guarded),
  });
  const regions = [unprotected, guarded, ...(made.region ? [made.region] : [])];
  let keyStep = 0;
  for (const region of regions) {
    const { label } = region;
    const title = { en: `The kernel writes random bytes into ${label}`, zh: `内核向 ${label} 写入随机字节` };
    const range = { offset: 0, length: markerBytes };
    keyStep = (yield* lab.perform(title, region, { kind: 'getrandom', range })).index;
  }
  const secret = made.region ? { secret: made.region } : { noSecret: whyRefused(made.step) };
  return {
    unprotected,
    protected: guarded,
    regions,
    lock,
    keyStep,
    made: made.step,
    dumped: whyNot(dontDump),
    ...secret,
  };
}

/** States what the kernel says of the pages. Why B was not seen locked, where it was not. */
async function* claimFlags(
  lab: SecretLab,
  { protected: region, secret, regions, lock, made, dumped }: Placed,
): Script<Text | undefined> {
  for (const each of regions) yield* lab.look({ en: `Look at ${each.label}`, zh: `查看 ${each.label}` }, each);
  const limited = whyNot(lock);
  const ranges = await lockedInSmaps(lab, region);
  const locked = limited ?? ('en' in ranges ? ranges : ranges.reduce((sum, { pageCount }) => sum + pageCount, 0));
  lab.claim('locked', region.pages, locked);
  lab.claim('vm-lck', region.length, limited ?? lock.vmLckGrowthBytes);
  if (secret) claimSecretGrowth(lab, secret, made);
  else lab.skip('secret-vm-lck', region.length, whyRefused(made));
  const vmas = await lab.smaps(region);
  if ('en' in vmas) lab.skip('dont-dump', region.pages, vmas);
  else {
    const bytes = vmas.filter(({ dontDump }) => dontDump).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    lab.claim('dont-dump', region.pages, dumped ?? bytes / lab.pageSize);
  }
  if (typeof locked !== 'number') return locked;
  return locked === region.pages ? undefined : notSeenLocked;
}

const notSeenLocked: Text = { en: 'the pages were not seen locked', zh: '未见这些页被锁定' };

/** Which of the two ways of counting this kernel has was tried on a page of its own. */
function claimSecretGrowth(lab: SecretLab, region: Region, { vmLckGrowthBytes }: TakenStep): void {
  if (secretCountsWhenTouched()) lab.claim('secret-vm-lck', 0, vmLckGrowthBytes, countedWhenTouched);
  else lab.claim('secret-vm-lck', region.length, vmLckGrowthBytes);
}

const countedWhenTouched: Text = {
  en: 'this kernel counts a secret page when it is touched, as was tried on one',
  zh: '试验一页得知：此内核在访问机密页时才计数',
};

/** What a debugger got; why that says nothing, where a filter forbids the call. */
function told(got: number | string): number | string | Text {
  if (got !== 'EPERM' && got !== 'ENOSYS') return got;
  return { en: `process_vm_readv answered ${got}`, zh: `process_vm_readv 返回 ${got}` };
}

/** Whoever may trace the process reads its memory, locked or not; memfd_secret is out of their reach. */
async function* readAsOthersDo(
  lab: SecretLab,
  { protected: region, secret, noSecret }: Placed,
  unlocked: Text | undefined,
): Script {
  const read = (target: Region) =>
    lab.call(
      { en: `Read a byte of ${target.label} as a debugger would`, zh: `像调试器那样读取 ${target.label} 的一个字节` },
      (site) => readAsDebugger(target, site),
    );
  // What is not locked would prove nothing of locks.
  const got = yield* read(region);
  lab.claim('others-read', 1, unlocked ?? told(got));
  if (secret) lab.claim('others-cannot', 'EFAULT', told(yield* read(secret)));
  else if (noSecret) lab.skip('others-cannot', 'EFAULT', noSecret);
}

/** Without a core file of the copy before, the absence of one now would prove nothing. */
function claimUndumpable(lab: SecretLab, cores: CoreFiles, ended: ChildEnd | Text): void {
  const why = cores.missing('kernel');
  if (why) lab.skip('not-dumpable', 0, why);
  else lab.claim('not-dumpable', 0, 'en' in ended ? ended : ended.dumped ? 1 : 0);
}

/** Overwrites all three, the unprotected one too, and reads them back. */
async function* wipe(lab: SecretLab, { regions }: Placed): Script {
  const refused: (Text | undefined)[] = [];
  for (const region of regions) {
    const title = { en: `Wipe ${region.label}`, zh: `清零 ${region.label}` };
    refused.push(whyNot(yield* lab.perform(title, region, { kind: 'explicit_bzero', range: wholeOf(region) })));
  }
  let nonZero = 0;
  let unknown: Text | undefined;
  for (const [at, region] of regions.entries()) {
    const title = { en: `Read ${region.label} back`, zh: `读回 ${region.label}` };
    const found = yield* lab.call(title, (site) => readBack(region, site));
    const counted = refused[at] ?? found;
    if (typeof counted === 'number') nonZero += counted;
    else unknown ??= counted;
  }
  // Bytes that a wipe left are there, whatever nobody could tell of the rest.
  lab.claim('wiped', 0, nonZero > 0 ? nonZero : (unknown ?? 0));
}

async function* giveBack(lab: SecretLab, { protected: region, regions, lock }: Placed, before: Counted): Script {
  yield* lab.perform({ en: 'Unlock B', zh: '解锁 B' }, region, { kind: 'munlock', range: wholeOf(region) });
  for (const each of regions) {
    const title = { en: `Unmap ${each.label}`, zh: `解除 ${each.label} 的映射` };
    yield* lab.perform(title, each, { kind: 'munmap', range: wholeOf(each) });
  }
  if (typeof before === 'number') lab.claim('released', before, whyNot(lock) ?? lab.vmLck());
  else lab.skip('released', 0, before);
}
