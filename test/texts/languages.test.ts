import { describe, expect, it } from 'vitest';
import { type Said, saidInSource, saidInWindow } from '../support/said.ts';

/** Words that go together: a text that has the one in English has the other in Chinese. */
const inChinese: readonly (readonly [en: RegExp, zh: RegExp])[] = [
  [/\bunlock/i, /解锁|未锁定|解除锁定/],
  [/\b(?:lock|locks|locked|locking)\b/i, /锁|LOCKED/],
  [/\bread(?:s|ing|able|-only)?\b/i, /读/],
  [/\bwrit(?:e|es|ten|ing|able)\b/i, /写|产生|生成/],
  [/\bsoft\b/i, /软/],
  [/\bhard\b/i, /硬/],
  [/\bprivate\b/i, /私有|PRIVATE/],
  [/\bshared\b/i, /共享|SHARED/],
  [/\bresident\b/i, /驻留/],
  [/\babsent\b/i, /不在|没有/],
  [/\bnot resident\b/i, /不驻留/],
  [/\bminor\b/i, /次缺页/],
  [/\bmajor\b/i, /主缺页/],
  [/\brefuse[sd]?\b|\bdenied\b/i, /拒绝|EPERM/],
  [/\bheld$|^held\b|\bof .* held\b/i, /成立/],
  [/\bfailed$|^failed\b/i, /不成立|失败|未能/],
  [/\bskipped\b/i, /跳/],
  [/\bhuge\b/i, /大页/],
  [/\bswap\b/i, /交换/],
  [/\bevict/i, /逐出/],
  [/\bdrop(?:s|ped)?\b(?!-)/i, /丢弃|逐出|放弃|拖|松开/],
  [/\bbrought in\b|\bbrings? .*\bin\b/i, /调入|读入|驻留|带入/],
  [/\bpaused?\b/i, /暂停/],
  [/\bresumed?\b/i, /继续/],
  [/\bstop(?:s|ped)?\b/i, /停/],
  [/\bchild(?:ren)?\b/i, /子进程/],
  [/\bparent\b/i, /父/],
  [/\bmeasured\b/i, /测/],
  [/\bat least\b/i, /至少/],
  [/\b(?:is|are|be|was) (?:the most|at most)\b/i, /最多|上限|不超过|不要超过/],
  [/\bless than\b|\bbelow\b|\bfewer\b/i, /少|小|低|不足|下/],
  [/\bexceed|\bmore than\b|\babove\b/i, /超|大于|多|高|不止|上/],
  [/\bafter(?: it|wards)?$|^after\b|\bright after\b/i, /后|此刻/],
  [/\bbefore$|^before\b|\bwhat comes before\b/i, /前|原/],
  [/\bfirst\b(?![,}])/i, /首|第一|先|最初|前/],
  [/\blast\b(?![,}])/i, /最后|上次|末|最近/],
  [/\bdark\b/i, /深色/],
  [/\blight (?:theme|one)\b/i, /浅色/],
  [/\bzoom in\b/i, /放大/],
  [/\bzoom out\b/i, /缩小/],
  [/\bdon[’']t dump\b|\bleft out of core\b/i, /不转储|不写入/],
  [
    /\b(?:nothing|never|cannot|can[’']t|without(?! interruption)|missing)\b|\b(?:is|are|was|were|may|does|do|has) not\b/i,
    /不|没|未|无|非|勿|缺/,
  ],
];

/** The same the other way, where Chinese has a word for nothing else. */
const inEnglish: readonly (readonly [zh: RegExp, en: RegExp])[] = [
  [/解锁/, /unlock/i],
  [/未锁定/, /\bunlocked\b|\bnot (?:be )?locked|n[’']t locked|nothing/i],
  [/只读/, /read|alone/i],
  [/软上限/, /\bsoft\b|\bboth\b/i],
  [/硬上限/, /\bhard\b|\bboth\b|Past it/i],
  [/私有/, /private/i],
  [/共享/, /shared?/i],
  [/大页/, /huge|THP/i],
  [/主缺页/, /major/i],
  [/拒绝/, /refus|denied|did not let|forbid/i],
  [/子进程/, /child|fork/i],
  [/父进程/, /parent/i],
  [/交换区/, /swap/i],
  [/不转储/, /dump/i],
  [/至少/, /at least|or more|\b1 or more|least/i],
  [/首次/, /first/i],
  [/暂停/, /pause/i],
  [/放大/, /zoom(?:ed)? in|in,/i],
  [/缩小/, /zoom out|out,/i],
  [/深色/, /dark/i],
  [/浅色/, /light/i],
];

/**
 * Opposites: a text that has both has them in the same order in both languages, so that neither is said of what is true
 * of the other.
 */
const inOrder: readonly (readonly [en: readonly [RegExp, RegExp], zh: readonly [RegExp, RegExp]])[] = [
  [
    [/\bread/i, /\bwrit/i],
    [/读/, /写/],
  ],
  [
    [/\bunlock/i, /\block/i],
    [/解锁|未锁定/, /(?<!未)锁定/],
  ],
  [
    [/\bbefore\b/i, /\bafter\b/i],
    [/前/, /(?<!最)后/],
  ],
  [
    [/\bsoft\b/i, /\bhard\b/i],
    [/软/, /硬/],
  ],
  [
    [/\bprivate\b/i, /\bshared\b/i],
    [/私有/, /共享/],
  ],
  [
    [/\bminor\b/i, /\bmajor\b/i],
    [/次缺页/, /主缺页/],
  ],
  [
    [/\bfirst\b/i, /\blast\b/i],
    [/首|第一|先/, /最后|末/],
  ],
  [
    [/\bparent\b/i, /\bchild\b/i],
    [/父/, /子/],
  ],
  [
    [/\beffective\b/i, /\bpermitted\b/i],
    [/生效|有效/, /许可/],
  ],
  [
    [/\bresident\b/i, /\babsent\b|\bgone\b/i],
    [/驻留/, /不在|消失/],
  ],
];

/** Texts that say it in other words: how they begin in English, or their key. */
const otherwise: readonly string[] = [
  'pages.help',
  '"…" is not a size to lock',
  'Wait until nothing more is read ahead',
  'The parent’s pages are locked as before',
  'smaps “Locked” of B counts',
  'With this region the workbench would have',
  'operated on without an action',
  'memfd_secret is … here.',
  'unlocks ranges that mlock locked',
];

function disagreements(said: readonly Said[]): string[] {
  return said.flatMap(({ where, en, zh }) => {
    if (otherwise.some((text) => where === text || en.startsWith(text))) return [];
    // What stands in braces is a name of ours.
    const plain = (text: string) => text.replaceAll(/{{.*?}}/g, '…').replaceAll('&', '');
    const [english, chinese] = [plain(en), plain(zh)];
    const missing = [
      ...inChinese.filter(([has, wants]) => has.test(english) && !wants.test(chinese)),
      ...inEnglish.filter(([has, wants]) => has.test(chinese) && !wants.test(english)),
    ];
    const turned = inOrder.filter(([own, theirs]) => {
      const [one, other] = own.map((word) => english.search(word));
      const [first, second] = theirs.map((word) => chinese.search(word));
      if (one === undefined || other === undefined || first === undefined || second === undefined) return false;
      return Math.min(one, other, first, second) >= 0 && one < other !== first < second;
    });
    return [
      ...missing.map(([has, hasNot]) => `${where}: ${has} but not ${hasNot}: “${en}”, “${zh}”`),
      ...turned.map(([own, theirs]) => `${where}: ${own} but not ${theirs} in this order: “${en}”, “${zh}”`),
    ];
  });
}

describe('the two languages say the same', () => {
  it('in the window', () => {
    const said = saidInWindow();
    expect(said.length).toBeGreaterThan(500);
    expect(disagreements(said)).toEqual([]);
  });

  it('everywhere else', () => {
    const said = saidInSource();
    expect(said.length).toBeGreaterThan(800);
    expect(disagreements(said)).toEqual([]);
  });
});
