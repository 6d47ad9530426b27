import { environment } from '../../lab/limits/environment.ts';
import { limitsFacts } from '../../lab/limits/limits.ts';
import { Target } from '../../lab/processes/target.ts';
import { ExitStatus } from '../../protocol/exit-status.ts';
import type { Fix } from '../../protocol/fixes/fix.ts';
import type { FixId } from '../../protocol/fixes/fix-ids.ts';
import { fixesFor } from '../../protocol/fixes/fixes-for.ts';
import { setupNames } from '../../protocol/fixes/setup-names.ts';
import { inLanguage } from '../../protocol/in-language.ts';
import type { Language } from '../../protocol/language.ts';
import type { LimitsReport, LockVerdict } from '../../protocol/limits.ts';
import { problem } from '../../protocol/problem.ts';
import { exactBytes, parseSize } from '../../protocol/size.ts';
import type { Text } from '../../protocol/text.ts';
import { wouldLock } from '../../protocol/would-lock.ts';
import { type Finding, findings } from '../doctor-findings.ts';
import { Terminal } from '../terminal.ts';

interface Options {
  readonly json: boolean;
  readonly language: Language;
  /** `64MiB`: whether so much more could be locked. */
  readonly lock?: string | undefined;
  /** Print this fix alone. */
  readonly fix?: FixId | undefined;
  /** Another process, from outside. */
  readonly pid?: number | undefined;
}

/**
 * `pagescope doctor`: what this process may lock, or another one, what this machine lets experiments show, and the
 * fixes. With `--lock`, exits 1 when that much could not be locked.
 */
export function doctor({ json, language, lock, fix, pid }: Options): ExitStatus {
  const bytes = lock === undefined ? undefined : sizeOf(lock);
  using target = pid === undefined ? undefined : new Target(pid);
  const facts = limitsFacts(target?.pid);
  const wanted = bytes === undefined ? undefined : facts.vmLckBytes + bytes;
  const report: LimitsReport = { ...facts, fixes: fixesFor(facts, wanted) };
  const verdict = bytes === undefined ? undefined : wouldLock(facts, bytes);
  const status = verdict?.works === false ? ExitStatus.ClaimFailed : ExitStatus.Held;
  if (json) {
    const whole = {
      environment: environment(),
      limits: fix ? { ...report, fixes: report.fixes.filter(({ id }) => id === fix) } : report,
      findings: findings(report),
      ...(verdict ? { lock: { bytes, ...verdict } } : {}),
    };
    process.stdout.write(`${JSON.stringify(inLanguage(whole, language))}\n`);
    return status;
  }
  const page = new DoctorPage(new Terminal(process.stdout), language);
  if (fix) page.fixes(report.fixes.filter(({ id }) => id === fix));
  else if (verdict && bytes !== undefined) page.verdict(report, bytes, verdict);
  else page.everything(report);
  return status;
}

function sizeOf(text: string): number {
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  throw problem(
    'bad-input',
    `"${text}" is not a size to lock; write it as 64MiB, 100M, 4096K or in bytes.`,
    `“${text}” 不是有效的大小；请写成 64MiB、100M、4096K 或字节数。`,
  );
}

const headings: Readonly<Record<Finding['group'], Text>> = {
  locking: { en: 'Locking', zh: '锁定' },
  memory: { en: 'Memory', zh: '内存' },
  kernel: { en: 'Kernel features', zh: '内核功能' },
};

const unlessFiltered: Text = {
  en: 'Unless its filter of calls (seccomp) refuses mlock: that can’t be told from outside.',
  zh: '除非其调用过滤器（seccomp）拒绝 mlock：从外部无法得知。',
};

/** The doctor's words, on a terminal. */
class DoctorPage {
  readonly #terminal: Terminal;
  readonly #language: Language;

  constructor(terminal: Terminal, language: Language) {
    this.#terminal = terminal;
    this.#language = language;
  }

  everything(report: LimitsReport): void {
    const { kernel, architecture } = environment();
    this.#terminal.line(`Linux ${kernel} ${architecture}, pid ${report.pid}`);
    // What this machine's kernel lets experiments show is no question of another process.
    const own = report.pid === process.pid;
    for (const group of ['locking', 'memory', 'kernel'] as const)
      if (own || group !== 'kernel') this.#group(report, group);
    this.#here(report);
    const others = report.fixes.filter(({ applies }) => applies === 'elsewhere');
    this.#heading({
      en: 'Fixes for other setups: pagescope doctor --fix ID',
      zh: '其他环境的方法：pagescope doctor --fix ID',
    });
    for (const { id, title } of others) this.#terminal.line(`  ${id.padEnd(16)} ${title[this.#language]}`);
  }

  verdict(report: LimitsReport, bytes: number, { works, errno, outOf, why, change, fix }: LockVerdict): void {
    this.#group(report, 'locking');
    this.#group(report, 'memory');
    const size = exactBytes(bytes);
    this.#heading({ en: `Would mlock of ${size} work?`, zh: `能用 mlock 锁定 ${size} 吗？` });
    const mark = works ? this.#terminal.style('green', '✓') : this.#terminal.style('yellow', '!');
    const how = outOf ? { en: 'killed', zh: '会被终止' } : { en: `${errno}`, zh: `${errno}` };
    const answer = works ? { en: 'Yes', zh: '能' } : { en: `No, ${how.en}`, zh: `不能，${how.zh}` };
    this.#terminal.line(`${mark} ${answer[this.#language]}: ${why[this.#language]}`);
    if (works && report.pid !== process.pid && report.callFilter.seccomp !== 0)
      this.#terminal.line(`  ${unlessFiltered[this.#language]}`);
    if (change) this.#terminal.line(`  ${change[this.#language]}`);
    if (fix) this.fixes(report.fixes.filter(({ id }) => id === fix));
  }

  fixes(fixes: readonly Fix[]): void {
    for (const fix of fixes) this.#fix(fix);
  }

  #here({ fixes, surroundings }: LimitsReport): void {
    const setup = setupNames[surroundings.kind];
    this.#heading(
      surroundings.kind === 'plain'
        ? { en: 'To lock more', zh: '如何锁定更多' }
        : { en: `To lock more, in ${setup.en}`, zh: `如何锁定更多（${setup.zh}）` },
    );
    this.fixes(fixes.filter(({ applies }) => applies === 'here'));
  }

  #group(report: LimitsReport, group: Finding['group']): void {
    this.#heading(headings[group]);
    for (const finding of findings(report)) {
      if (finding.group !== group) continue;
      const { title, value, status, note } = finding;
      const mark = status === 'fine' ? this.#terminal.style('green', '✓') : this.#terminal.style('yellow', '!');
      this.#terminal.line(`${mark} ${title[this.#language]}: ${value[this.#language]}`);
      if (note) this.#terminal.line(`    ${note[this.#language]}`);
    }
  }

  #fix({ title, changes, notes, snippets, check }: Fix): void {
    const language = this.#language;
    this.#terminal.line();
    this.#terminal.line(`  ${this.#terminal.style('bold', title[language])}`);
    this.#terminal.line(`  ${changes[language]}`);
    for (const { label, text } of snippets) {
      this.#terminal.line(`    ${label[language]}:`);
      for (const line of text.trimEnd().split('\n')) this.#terminal.line(`      ${this.#terminal.style('cyan', line)}`);
    }
    for (const note of notes) this.#terminal.line(`  - ${note[language]}`);
    this.#terminal.line(`    ${{ en: 'Check', zh: '检查' }[language]}: ${check.how[language]}`);
    this.#terminal.line(`      ${this.#terminal.style('cyan', check.command)}`);
  }

  #heading(text: Text): void {
    this.#terminal.line();
    this.#terminal.line(this.#terminal.style('bold', text[this.#language]));
  }
}
