import { expect, it } from 'vitest';
import { pageStates } from '../../protocol/flags.ts';
import { toolEntries, toolOfKey } from '../../renderer/components/tools/tools.ts';
import { en } from '../../renderer/i18n/en.ts';
import type { BenchTool } from '../../renderer/store/store.ts';
import { flat, saidInWindow } from '../support/said.ts';

/** What a text must say in English and in Chinese, and what it must not say in either. */
type Row = readonly [en: RegExp, zh: RegExp, never?: RegExp];

/** By tool, as it is called in the bar or its menus, and the kind of call that it makes. */
const tools: Readonly<Record<string, Row>> = {
  read: [/\bread/i, /读/, /writ|写/i],
  write: [/\bwrite/i, /写/, /read|读/i],
  lock: [/^lock$/i, /^锁定$/, /unlock|解|fault|缺页/i],
  lockOnFault: [/on fault/i, /缺页.*锁定/, /unlock|解/i],
  unlock: [/^unlock/i, /解锁/, /fault|缺页/i],
  drop: [/^drop/i, /丢弃/, /page out|换出|free|释放/i],
  pageOut: [/^page out/i, /换出/, /drop|丢弃/i],
  wipe: [/^wipe/i, /^清零$/],
  dontDump: [/(?:don[’']t|no) dump/i, /不转储/, /again|恢复/i],
  free: [/^free/i, /释放/, /drop|丢弃/i],
  cold: [/^cold/i, /冷/, /hot|热/i],
  willNeed: [/will need/i, /即将使用/, /不/],
  populateRead: [/populate.*read/i, /填充.*读/, /writ|写/i],
  populateWrite: [/populate.*writ/i, /填充.*写/, /read|读/i],
  doDump: [/^dump again/i, /恢复转储/, /don[’']t|不转储/i],
  hugePage: [/^huge pages/i, /使用大页/, /\bno\b|不/i],
  noHugePage: [/^no huge pages/i, /不用大页|不使用大页/],
  collapse: [/^collapse.*huge/i, /合并.*大页/],
  remove: [/^remove.*file or shared/i, /文件或共享内存.*移除/],
  dropLocked: [/^drop, locked/i, /丢弃.*已锁定/, /unlock|解/i],
  wipeOnFork: [/^zeros in a child/i, /子进程中为零/, /contents|保留/i],
  keepOnFork: [/^contents in a child/i, /子进程中保留/, /zero|零/i],
  dontFork: [/^not in a child/i, /子进程中不映射/, /again|恢复/i],
  doFork: [/^in a child again/i, /恢复子进程/, /\bnot\b|不/i],
  guard: [/^guard$/i, /设为保护页/, /remove|移除/i],
  unguard: [/^remove guards/i, /移除保护页/, /设为/],
  protectNone: [/^no rights/i, /无权限/, /\bread|writ|读|写/i],
  protectRead: [/^read$/i, /^只读$/, /writ|写/i],
  protectWrite: [/^write$/i, /^只写$/, /read|读/i],
  protectReadWrite: [/^read and write$/i, /^可读可写$/, /only|只/i],
};

/** By key of the window's texts; where a group is named below, each of its texts has a row. */
const rows: Readonly<Record<string, Row>> = {
  ...Object.fromEntries(Object.entries(tools).map(([id, row]) => [`workbench.tools.${id}`, row])),
  'workbench.short.read': [/^read$/i, /^读/, /writ|写/i],
  'workbench.short.write': [/^write$/i, /^写/, /read|读/i],
  'workbench.short.lock': [/^lock$/i, /^锁定$/],
  'workbench.short.lockOnFault': [/on fault/i, /缺页/],
  'workbench.short.unlock': [/^unlock$/i, /^解锁$/],
  'workbench.short.drop': [/^drop$/i, /^丢弃$/],
  'workbench.short.pageOut': [/^page out$/i, /^换出$/],
  'workbench.short.wipe': [/^wipe$/i, /^清零$/],
  'workbench.short.dontDump': [/^no dump$/i, /^不转储$/],
  'workbench.groups.give': [/give back/i, /归还/, /bring|调入/i],
  'workbench.groups.bring': [/bring in/i, /调入/, /give|归还/i],
  'workbench.groups.dump': [/core files/i, /转储/],
  'workbench.groups.fork': [/fork/, /fork/],
  'workbench.groups.guard': [/guard pages/i, /保护页/],
  'workbench.groups.huge': [/huge pages/i, /大页/],
  'workbench.groups.rights': [/mprotect/, /mprotect/],
  'workbench.process.current': [/is mapped now/i, /目前已映射/, /will|今后/i],
  'workbench.process.future': [/will be mapped/i, /今后映射/, /now|目前/i],
  'workbench.process.onFault': [/first fault/i, /首次缺页/],
  'workbench.process.lock': [/^lock/i, /^锁定/],
  'workbench.process.unlock': [/^unlock/i, /解锁/],
  'workbench.vmas.flag.lo': [/^locked$/i, /^已锁定$/],
  'workbench.vmas.flag.lf': [/locked on fault/i, /缺页时锁定/],
  'workbench.vmas.flag.dd': [/not in core/i, /不进/],
  'workbench.vmas.flag.hg': [/huge pages advised/i, /建议大页/, /\bno\b|不/i],
  'workbench.vmas.flag.nh': [/no huge pages/i, /不用大页|不使用大页/],
  'workbench.vmas.flag.io': [/device/i, /设备/],
  'workbench.region.backings.anonymous': [/anonymous, private/i, /匿名.*私有/, /shared|共享/i],
  'workbench.region.backings.shared': [/anonymous, shared/i, /匿名.*共享/, /private|私有/i],
  'workbench.region.backings.memfd': [/^memfd$/i, /^memfd(?!_)/],
  'workbench.region.backings.secret': [/^memfd_secret/i, /^memfd_secret/],
  'workbench.region.backings.hugetlb': [/^huge pages \(hugetlb\)$/i, /^大页（hugetlb）$/],
  'workbench.region.backings.file': [/^file$/i, /^文件$/],
  'workbench.region.sharings.private': [/private/i, /私有/, /shared|共享/i],
  'workbench.region.sharings.shared': [/shared, read-only/i, /共享.*只读/, /private|私有/i],
  'workbench.region.protections.read-write': [/read and write/i, /可读可写/],
  'workbench.region.protections.read': [/^read$/i, /^只读$/],
  'workbench.region.protections.write': [/^write$/i, /^只写$/],
  'workbench.region.protections.none': [/^none$/i, /^无权限$/],
  'workbench.region.hugePageChoices.never': [/^never$/i, /不使用/],
  'workbench.region.hugePageChoices.always': [/wherever possible/i, /尽量使用/, /不/],
  'workbench.region.hugePageChoices.system': [/system/i, /系统/],
  'workbench.region.populate': [/^populate$/i, /^预先填充$/, /lock|锁/i],
  'workbench.region.locked': [/^lock$/i, /^锁定$/, /populate|填充/i],
  'workbench.region.populateHint': [/^MAP_POPULATE:.*brought in at once/, /^MAP_POPULATE：.*立即调入/, /lock|锁/i],
  'workbench.region.lockedHint': [/^MAP_LOCKED:.*locked at once.*doesn.t say/, /^MAP_LOCKED：.*锁定.*不会报告/],
  'workbench.region.placements.isolated': [/its own process/i, /独立进程/, /main|主/i],
  'workbench.region.placements.inline': [/main process/i, /主进程/, /own|独立/i],
  'workbench.placement.inline': [/main process/i, /主进程/, /own|独立/i],
  'workbench.placement.isolated': [/own process/i, /独立进程/, /main|主/i],
  'workbench.select.all': [/^all$/i, /^全部$/],
  'workbench.select.none': [/^none$/i, /^(?:取消|全不选)$/],
  'workbench.select.invert': [/^invert$/i, /^反选$/],
  'workbench.select.resident': [/^resident$/i, /^驻留$/],
  'workbench.select.absent': [/^not resident$/i, /^不驻留$/],
  'workbench.select.locked': [/^locked$/i, /^已锁定$/],
  'workbench.refusal.some': [
    /{{refused, number}} of {{made, number}} calls were refused.*others are done/,
    /{{made, number}} 次调用中有 {{refused, number}} 次被拒绝.*其余已完成/,
  ],
  'pageState.absent': [/^absent$/i, /^不在内存$/],
  'pageState.resident': [/^resident$/i, /^驻留$/],
  'pageState.zero': [/^zero page$/i, /^零页$/],
  'pageState.locked': [/^locked$/i, /^已锁定$/],
  'pageState.on-fault': [/^locked, not in/i, /^已锁定.*未调入$/],
  'pageState.swapped': [/^swapped$/i, /^已换出$/],
  'pageState.guard': [/^guard$/i, /^保护页$/],
  'pageState.huge': [/^huge/i, /^大页$/],
  'pageState.unmapped': [/^not mapped$/i, /^未映射$/],
  'pageState.unknown': [/^unknown$/i, /^未知$/],
  'pageState.dont-dump': [/^don[’']t dump$/i, /^不转储$/],
  'pages.lazilyFreeMeaning': [/MADV_FREE.*unless it is written.*for the region/, /MADV_FREE.*除非.*写入.*整个区域/],
  'pageStateMeaning.absent': [/^Not in memory: .* fault/, /^不在内存中.*缺页/],
  'pageStateMeaning.resident': [/^In memory/, /^在内存中/, /locked|锁/i],
  'pageStateMeaning.zero': [/shared zero page.*takes no memory itself/, /共享零页.*自身不占内存/],
  'pageStateMeaning.locked': [
    /^In the page table and locked.*(?:cannot|can[’']t) be reclaimed/,
    /^在页表中且已锁定.*不会被回收/,
  ],
  'pageStateMeaning.on-fault': [
    /^In a locked range, not in the page table yet.*an access locks it.*can be reclaimed until then/,
    /^所在范围已锁定，但尚未进入页表.*访问后即锁定.*可被回收/,
  ],
  'pageStateMeaning.swapped': [/^In swap.*major fault/, /^在交换区中.*主缺页/, /minor|次缺页/i],
  'pageStateMeaning.guard': [/guard page.*every access is SIGSEGV/i, /保护页.*任何访问都会引发 SIGSEGV/],
  'pageStateMeaning.huge': [/^In memory.*huge page/, /大页.*在内存中/],
  'pageStateMeaning.unmapped': [
    /^Nothing is mapped here: every access is SIGSEGV/,
    /没有映射.*任何访问都会引发 SIGSEGV/,
  ],
  'pageStateMeaning.unknown': [/kernel didn’t say/, /内核未提供/],
  'pageStateMeaning.dont-dump': [/^Left out of core files/, /^不写入 core 文件/],
  'kind.anonymous': [/^anonymous$/i, /^匿名$/],
  'kind.shared': [/^shared$/i, /^共享$/],
  'kind.memfd': [/^memfd$/i, /^memfd(?!_)/],
  'kind.secret': [/^memfd_secret$/i, /^memfd_secret/],
  'kind.hugetlb': [/^hugetlb$/i, /^hugetlb 大页$/],
  'kind.file': [/^file$/i, /^文件$/],
  'claims.title': [/claims/i, /断言/],
  'claims.none': [/no claims/i, /没有断言/],
  'claims.pending': [/^pending$/i, /待测/],
  'claims.held': [/^held$/i, /^成立$/],
  'claims.failed': [/^failed$/i, /^不成立$/],
  'claims.skipped': [/^skipped$/i, /^已跳过$/],
  'claims.expected': [/^expected$/i, /^预期$/],
  'claims.measured': [/^measured$/i, /^实测$/],
  'claims.summary': [
    /^{{held, number}} of {{total, number}} held$/,
    /^{{total, number}} 项中 {{held, number}} 项成立$/,
  ],
  'claims.go': [/^Settled by step {{index, number}}/, /^由第 {{index, number}} 步得出/],
  'claims.notMeasured': [/before this was measured/i, /测量之前/],
  'run.run': [/^run$/i, /^运行$/],
  'run.pause': [/^pause$/i, /^暂停$/],
  'run.resume': [/^resume$/i, /^继续$/],
  'run.step': [/^step$/i, /^单步$/],
  'run.stop': [/^stop$/i, /^停止$/],
  'run.inline': [/main process/i, /主进程/],
  'run.isolated': [/own process/i, /独立进程/],
  'state.ready': [/^ready$/i, /^就绪$/],
  'state.running': [/^running$/i, /^运行中$/],
  'state.paused': [/^paused$/i, /^已暂停$/],
  'state.open': [/^open$/i, /^已打开$/],
  'state.completed': [/^completed$/i, /^已完成$/],
  'state.unmeasured': [/^completed.*nothing.*measured$/i, /^已完成.*没有测到$/],
  'state.stopped': [/^stopped$/i, /^已停止$/],
  'state.failed': [/^failed$/i, /^失败$/],
  'log.look.title': [/pages shown/i, /显示的页/],
  'log.look.now': [/^now$/i, /^当前$/],
  'log.look.before': [/^before$/i, /^操作?之?前$|操作前/],
  'log.look.after': [/^after$/i, /操作后/],
  'log.look.difference': [/^difference$/i, /^差异$/],
  'log.change.one': [/{{before}} → {{after}}$/, /{{before}} → {{after}}$/],
  'log.entry.callsRefused': [
    /{{made, number}} calls, {{refused, number}} refused/,
    /{{made, number}} 次调用，{{refused, number}} 次被拒绝/,
  ],
  'log.act.repeat': [/^repeat$/i, /^重做$/],
  'log.act.undo': [/^undo/i, /^撤销/],
  'log.undo.do': [/^do it$/i, /^执行$/],
  'log.undo.cancel': [/^leave it$/i, /^保持不变$/],
  'locks.kind.mlock': [/^mlock$/, /^mlock /],
  'locks.kind.on-fault': [/^on fault$/i, /缺页时锁定/],
  'locks.kind.mlockall': [/^mlockall$/, /^mlockall /],
  'locks.lifted': [/lifts the limit/, /解除上限/],
  'locks.liftedHint': [/has the capability.*does not apply/, /拥有.*不受 RLIMIT_MEMLOCK 限制/],
  'locks.droppedHint': [/gave the capability.*up.*applies/, /放弃了.*此后受 RLIMIT_MEMLOCK 限制/, /does not|不受/],
  'limits.memlock.soft': [/^soft limit$/i, /^软上限$/],
  'limits.memlock.hard': [/^hard limit$/i, /^硬上限$/],
  'limits.memlock.bar': [/{{used}} of {{limit}} in use/, /已用 {{used}}，上限 {{limit}}/],
  'limits.memlock.open': [/without a limit/, /没有上限/],
  'limits.capability.counts': [/does not apply to this process/, /不受 RLIMIT_MEMLOCK 限制/],
  'limits.capability.ignored': [
    /the kernel ignores it: RLIMIT_MEMLOCK applies/,
    /内核会忽略它：受 RLIMIT_MEMLOCK 限制/,
  ],
  'limits.capability.permittedOnly': [
    /not effective: RLIMIT_MEMLOCK applies/,
    /未生效.*受 RLIMIT_MEMLOCK 限制/,
    /不受/,
  ],
  'limits.capability.boundingOnly': [/^Not there, but a program may get it/, /^没有，但程序可以获得/],
  'limits.capability.absent': [/^Not there, and no program.*applies/, /^没有.*无法获得：受 RLIMIT_MEMLOCK 限制/],
  'limits.calculator.works': [/it would work/i, /可以锁定/, /refused|拒绝/i],
  'limits.calculator.refused': [/would be refused/i, /会被拒绝/, /work|可以/i],
  'limits.machine.available': [/{{available}} available of {{total}}/, /共 {{total}}，可用 {{available}}/],
  'limits.machine.overcommitModes.always': [/^always.*nothing is refused/, /^总是允许：不拒绝/],
  'limits.machine.overcommitModes.never': [
    /^never.*{{committed}} committed of {{limit}}/,
    /^从不允许.*{{committed}}，上限 {{limit}}/,
  ],
  'limits.machine.overcommitModes.heuristic': [/only what is plainly too much is refused/, /只拒绝明显过大/],
  'limits.machine.overcommitModes.unknown': [/^unknown$/, /^未知$/],
  'limits.machine.featureStates.available': [/^available$/, /^可用$/],
  'limits.machine.featureStates.denied': [/^denied$/, /^被拒绝$/],
  'limits.machine.featureStates.missing': [/^missing$/, /^不存在$/],
  'secrets.nature.unprotected': [/^unprotected$/, /^未保护$/],
  'secrets.nature.locked': [/^locked$/, /^已锁定$/],
  'secrets.nature.dont-dump': [/^don[’']t dump$/, /^不转储$/],
  'secrets.nature.locked-dont-dump': [/^locked, don[’']t dump$/, /^已锁定、不转储$/],
  'secrets.nature.secret': [/^memfd_secret$/, /^memfd_secret/],
  'secrets.verdict.clean': [/^kept out$/i, /^未写入文件$/],
  'secrets.verdict.leaked': [/^in the file$/i, /^文件中有$/],
  'secrets.verdict.unproven': [/proves nothing/i, /不能证明/],
  'secrets.verdict.cut-short': [/cut short/i, /不全/],
  'secrets.verdictMeaning.clean': [
    /found the unprotected.*none of the protected/,
    /找到了未保护的.*受保护的一个也没有找到/,
  ],
  'secrets.verdictMeaning.leaked': [
    /was protected is in this file/,
    /受保护的标记出现在此文件中/,
    /未保护|unprotected/,
  ],
  'secrets.verdictMeaning.unproven': [/Not even the unprotected/, /连未保护的标记也没有找到/],
  'secrets.verdictMeaning.cut-short': [/shorter than its headers say/, /比文件头所述的短/],
  'secrets.key.inFile': [/^bytes in the file/, /^有内容写入文件$/, /\bno\b|没有/],
  'secrets.key.notInFile': [/^no bytes in the file/, /^没有内容写入文件$/],
  'secrets.mapping.all': [/all of it in the file/, /全部写入文件/],
  'secrets.mapping.part': [/{{part}} of {{size}} in the file/, /{{size}} 中有 {{part}} 写入文件/],
  'secrets.mapping.nothing': [/nothing of it in the file/, /没有内容写入文件/],
};

/** Of these groups each text has a row. */
const whole = [
  ...['workbench.tools', 'workbench.short', 'workbench.groups', 'workbench.vmas.flag', 'workbench.placement'],
  ...['workbench.region.backings', 'workbench.region.sharings', 'workbench.region.protections'],
  ...['workbench.region.hugePageChoices', 'workbench.region.placements'],
  ...['pageState', 'pageStateMeaning', 'kind', 'claims', 'state', 'log.look', 'locks.kind'],
  ...['limits.machine.overcommitModes', 'limits.machine.featureStates'],
  ...['secrets.nature', 'secrets.verdict', 'secrets.verdictMeaning'],
];
/** Headings and labels, which stand for nothing that could be swapped. */
const headings = /^workbench\.tools\.(?:title|more|process|keys)$/;

it('says of each tool, state, flag and verdict what it is, and not what its opposite is', () => {
  const said = new Map(saidInWindow().map((each) => [each.where, each]));
  const wrong = Object.entries(rows).flatMap(([key, [english, chinese, never]]) => {
    const { en: text = '', zh = '' } = said.get(key) ?? {};
    const right = english.test(text) && chinese.test(zh) && !never?.test(text) && !never?.test(zh);
    return right ? [] : [`${key}: “${text}”, “${zh}”`];
  });
  expect(wrong).toEqual([]);
});

it('has a row here for each of them', () => {
  const keys = [...flat(en).keys()].filter((key) => whole.some((group) => key.startsWith(`${group}.`)));
  expect(keys.filter((key) => !(key in rows) && !headings.test(key))).toEqual([]);
  expect(pageStates.filter((state) => !(`pageState.${state}` in rows))).toEqual([]);
});

it('calls no two of a group the same', () => {
  for (const group of whole) {
    for (const language of ['en', 'zh'] as const) {
      const texts = saidInWindow()
        .filter(({ where }) => where.startsWith(`${group}.`) && !headings.test(where))
        .map((each) => each[language]);
      // A heading of the menu stands over the two, so that their names may be short.
      expect(new Set(texts).size, `${group} ${language}`).toBe(texts.length);
    }
  }
});

it('has each tool make the call that its name stands for', () => {
  const kinds: Record<string, BenchTool> = {
    read: { kind: 'touch', access: 'read' },
    write: { kind: 'touch', access: 'write' },
    lock: { kind: 'mlock' },
    lockOnFault: { kind: 'mlock2', onFault: true },
    unlock: { kind: 'munlock' },
    wipe: { kind: 'explicit_bzero' },
    drop: { kind: 'madvise', advice: 'MADV_DONTNEED' },
    pageOut: { kind: 'madvise', advice: 'MADV_PAGEOUT' },
    dontDump: { kind: 'madvise', advice: 'MADV_DONTDUMP' },
    free: { kind: 'madvise', advice: 'MADV_FREE' },
    cold: { kind: 'madvise', advice: 'MADV_COLD' },
    willNeed: { kind: 'madvise', advice: 'MADV_WILLNEED' },
    populateRead: { kind: 'madvise', advice: 'MADV_POPULATE_READ' },
    populateWrite: { kind: 'madvise', advice: 'MADV_POPULATE_WRITE' },
    doDump: { kind: 'madvise', advice: 'MADV_DODUMP' },
    hugePage: { kind: 'madvise', advice: 'MADV_HUGEPAGE' },
    noHugePage: { kind: 'madvise', advice: 'MADV_NOHUGEPAGE' },
    collapse: { kind: 'madvise', advice: 'MADV_COLLAPSE' },
    remove: { kind: 'madvise', advice: 'MADV_REMOVE' },
    dropLocked: { kind: 'madvise', advice: 'MADV_DONTNEED_LOCKED' },
    wipeOnFork: { kind: 'madvise', advice: 'MADV_WIPEONFORK' },
    keepOnFork: { kind: 'madvise', advice: 'MADV_KEEPONFORK' },
    dontFork: { kind: 'madvise', advice: 'MADV_DONTFORK' },
    doFork: { kind: 'madvise', advice: 'MADV_DOFORK' },
    guard: { kind: 'madvise', advice: 'MADV_GUARD_INSTALL' },
    unguard: { kind: 'madvise', advice: 'MADV_GUARD_REMOVE' },
    protectNone: { kind: 'mprotect', protection: [] },
    protectRead: { kind: 'mprotect', protection: ['PROT_READ'] },
    protectWrite: { kind: 'mprotect', protection: ['PROT_WRITE'] },
    protectReadWrite: { kind: 'mprotect', protection: ['PROT_READ', 'PROT_WRITE'] },
  };
  expect(Object.fromEntries([...toolEntries].map(([id, { tool }]) => [id, tool]))).toEqual(kinds);
  expect(Object.keys(tools)).toEqual(expect.arrayContaining([...toolEntries.keys()]));
});

it('has keys for the tools of the bar that the help names in both languages: R reads, W writes, L locks, U unlocks', () => {
  const ids = Object.fromEntries([...'RWLFUDPXN'].map((key) => [key, toolOfKey(key.toLowerCase())?.id]));
  expect(ids).toEqual({
    R: 'read',
    W: 'write',
    L: 'lock',
    F: 'lockOnFault',
    U: 'unlock',
    D: 'drop',
    P: 'pageOut',
    X: 'wipe',
    N: 'dontDump',
  });
  const hint = saidInWindow().find(({ where }) => where === 'workbench.emptyHint');
  expect(hint?.en).toMatch(/R reads, W writes, L locks, U unlocks/);
  expect(hint?.zh).toMatch(/R 读取?，W 写入?，L 锁定，U 解锁/);
});
