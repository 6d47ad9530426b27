import type { Locator, Page } from '@playwright/test';
import type { ExperimentDescriptor } from '../../protocol/experiment.ts';
import { open, windowOf } from '../support/e2e/window.ts';
import { fakeExperiment } from '../support/fake-window-service.ts';
import { colourOf, hueOf } from '../support/grid-pixels.ts';
import { smallLimit } from '../support/limits-report.ts';
import { expect, type Script, say, test } from '../support/scripted-window.ts';

const experiment: ExperimentDescriptor = {
  ...fakeExperiment,
  claims: ['held', 'failed', 'skipped', 'pending'].map((id) => ({ id, text: say(`The ${id} one`) })),
};
const refused = {
  call: 'mlock',
  returned: -1,
  errno: 'ENOMEM',
  meaning: say('Too much'),
  diagnosis: { text: say('VmLck 1 MiB + 64 MiB > 8 MiB'), fix: 'docker' },
} as const;

const claim = (id: string, status: 'held' | 'failed' | 'skipped') =>
  ({ kind: 'claim', claim: { id, text: say(`The ${id} one`), expected: 4, measured: 3, status } }) as const;

const hueIn = (locator: Locator, property: string) =>
  locator
    .evaluate((element, name) => getComputedStyle(element).getPropertyValue(name), property)
    .then(colourOf)
    .then(hueOf);

test.describe.configure({ timeout: 120_000 });

/** What something says beside its words: the hue of its text and of its sign, and the sign. */
async function toneOf(text: Locator, sign: Locator) {
  const drawn = await sign.evaluate((svg) => /tabler-icon-([a-z-]+)/.exec(svg.getAttribute('class') ?? '')?.[1]);
  return [await hueIn(text, 'color'), await hueIn(sign, 'color'), drawn];
}

async function inBothThemes(page: Page, look: () => Promise<void>): Promise<void> {
  await look();
  await page.getByRole('button', { name: 'Switch to the light theme' }).click();
  await look();
  await page.getByRole('button', { name: 'Switch to the dark theme' }).click();
}

test('held, failed and skipped claims, refused calls and the verdict have the colour and the sign of what they say', async ({
  page,
  script,
}) => {
  script.answers.experiments = async () => [experiment];
  script.answers.limits = async () => smallLimit;
  await page.reload();
  const { run, steps, claims, state, headline } = windowOf(page);
  await run.click();
  await expect(state).toHaveText('Running');
  script.step({ call: 'madvise' });
  script.step(refused);
  script.tell(claim('held', 'held'), claim('failed', 'failed'), claim('skipped', 'skipped'));
  script.tell({ kind: 'state', state: 'completed' });
  await expect(state).toHaveText('Completed');
  await page.getByRole('tab', { name: 'Claims' }).click();
  await inBothThemes(page, async () => {
    for (const [index, status, hue, sign] of [
      [0, 'held', 'grey', 'check'],
      [1, 'failed', 'red', 'alert-triangle'],
      [2, 'skipped', 'grey', 'minus'],
      [3, 'pending', 'grey', 'circle-dashed'],
    ] as const) {
      const row = claims.nth(index);
      await expect(row).toContainText(`The ${status} one`);
      // The word of what failed is seen; that of what did not is for those who listen.
      expect(await toneOf(row.getByText(status, { exact: true }), row.locator('svg')), status).toEqual([
        hue,
        hue,
        sign,
      ]);
    }
    expect(await hueIn(page.getByText('1 of 4', { exact: false }), 'color'), 'one failed').toBe('red');
    await page.getByRole('tab', { name: 'Calls' }).click();
    const [done, failed] = [steps.getByRole('option').nth(0), steps.getByRole('option').nth(1)];
    expect(await hueIn(done.getByText('0', { exact: true }), 'color'), 'a call that was done').toBe('grey');
    // Nobody expected it: the errno of its row, and the caption, which says why.
    expect(await hueIn(failed.getByText('ENOMEM', { exact: true }), 'color')).toBe('red');
    const caption = headline.getByText('VmLck 1 MiB');
    await expect(caption).toBeVisible();
    const sign = headline.locator('svg.tabler-icon-alert-triangle');
    expect(await toneOf(headline.getByText('ENOMEM', { exact: true }), sign)).toEqual(['red', 'red', 'alert-triangle']);
    await page.getByRole('tab', { name: 'Claims' }).click();
  });
  await open(page, '#limits');
  const answer = page.getByRole('region', { name: 'Would it work?' }).getByRole('status');
  await inBothThemes(page, async () => {
    for (const [amount, words, hue, sign] of [
      ['7', 'It would work', 'grey', 'circle-check-filled'],
      ['64', 'It would be refused: ENOMEM', 'red', 'circle-x-filled'],
    ] as const) {
      await page.getByLabel('I want to lock').fill(amount);
      const head = answer.getByText(words);
      expect(await toneOf(head, head.locator('svg')), words).toEqual([hue, hue, sign]);
      expect(await hueIn(head.locator('..'), 'border-top-color'), words).toBe('grey');
    }
    await page.getByLabel('I want to lock').fill('');
    expect(await hueIn(answer.getByText('Enter a size above 0'), 'color')).toBe('red');
  });
});

const controls = (page: Page) => {
  const { run, pause, resume, step, stop, parameter } = windowOf(page);
  return {
    run,
    pause,
    resume,
    step,
    stop,
    export: page.getByRole('button', { name: 'Export' }),
    pages: parameter('Pages'),
    placement: page.getByRole('combobox', { name: 'Placement' }),
  };
};
type Control = keyof ReturnType<typeof controls>;

/** The controls that are there and can be used. */
async function usable(page: Page): Promise<Control[]> {
  const found: Control[] = [];
  for (const [name, locator] of Object.entries(controls(page)) as [Control, Locator][]) {
    if ((await locator.count()) > 0 && (await locator.isEnabled())) found.push(name);
  }
  return found;
}

async function expectAsked(script: Script, act: () => Promise<unknown>, calls: readonly string[]): Promise<void> {
  const before = script.calls.length;
  await act();
  await expect.poll(() => script.calls.slice(before)).toEqual(calls);
}

test('in each state of a run only what can be done can be pressed, and it asks for what it says', async ({
  page,
  script,
}) => {
  const { state } = windowOf(page);
  const { run, pause, resume, step, stop } = controls(page);
  const key = (name: string) => () => page.keyboard.press(name);
  const search = (words: string) => async () => {
    await page.keyboard.press('Control+k');
    await page.getByRole('textbox', { name: 'Search' }).fill(words);
    await page.getByRole('dialog', { name: 'Search' }).getByRole('button', { name: words, exact: true }).click();
    await expect(page.getByRole('textbox', { name: 'Search' })).toBeHidden();
  };
  const turn = async (to: 'running' | 'paused' | 'completed' | 'stopped' | 'failed', shown: string) => {
    script.tell({ kind: 'state', state: to });
    await expect(state).toHaveText(shown);
    await page.locator('#main').focus();
  };
  await expect(state).toHaveText('Ready');
  expect(await usable(page)).toEqual(['run', 'step', 'pages', 'placement']);

  // While it starts.
  const started = Promise.withResolvers<void>();
  script.answers.start = async ({ paused }) => {
    script.calls.push(`start ${paused ? 'paused' : 'running'}`);
    await started.promise;
    script.tell({ kind: 'state', state: paused ? 'paused' : 'running' });
    return { session: script.session, placement: 'inline', pid: 1, parameters: {} };
  };
  await expectAsked(script, () => run.click(), ['start running']);
  await expect(state).toHaveText('Starting…');
  expect(await usable(page)).toEqual([]);
  await expectAsked(script, async () => {
    await page.locator('#main').focus();
    for (const name of ['Space', 's', 'Shift+S']) await page.keyboard.press(name);
  }, []);
  started.resolve();

  await expect(state).toHaveText('Running');
  expect(await usable(page)).toEqual(['pause', 'stop', 'export']);
  await expectAsked(script, () => pause.click(), ['pause 1']);
  await expectAsked(script, () => stop.click(), ['stop 1']);
  await page.locator('#main').focus();
  await expectAsked(script, key('Space'), ['pause 1']);
  await expectAsked(script, key('s'), []);
  await expectAsked(script, key('Shift+S'), ['stop 1']);
  await expectAsked(script, search('Pause'), ['pause 1']);
  await expectAsked(script, search('Stop'), ['stop 1']);
  const pace = page.getByRole('combobox', { name: 'Pace' });
  await expectAsked(script, () => pace.selectOption('0'), ['pace 1 0']);
  await expectAsked(script, () => pace.selectOption('5000'), ['pace 1 5000']);

  await turn('paused', 'Paused');
  expect(await usable(page)).toEqual(['resume', 'step', 'stop', 'export']);
  await expectAsked(script, () => resume.click(), ['resume 1']);
  await expectAsked(script, () => step.click(), ['step 1']);
  await expectAsked(script, () => stop.click(), ['stop 1']);
  await page.locator('#main').focus();
  await expectAsked(script, key('Space'), ['resume 1']);
  await expectAsked(script, key('s'), ['step 1']);
  await expectAsked(script, key('Shift+S'), ['stop 1']);
  await expectAsked(script, search('Resume'), ['resume 1']);
  await expectAsked(script, search('Step'), ['step 1']);
  await expectAsked(script, search('Stop'), ['stop 1']);

  const ends = [
    ['completed', 'Completed', () => run.click(), 'start running', 'Running'],
    ['stopped', 'Stopped', () => step.click(), 'start paused', 'Paused'],
    ['failed', 'Failed', key('Space'), 'start running', 'Running'],
    ['stopped', 'Stopped', key('s'), 'start paused', 'Paused'],
    ['completed', 'Completed', search('Run'), 'start running', 'Running'],
    ['failed', 'Failed', search('Step'), 'start paused', 'Paused'],
  ] as const;
  for (const [end, shown, again, call, then] of ends) {
    await turn(end, shown);
    expect(await usable(page), end).toEqual(['run', 'step', 'export', 'pages', 'placement']);
    await expectAsked(script, key('Shift+S'), []);
    // The session before it is closed first.
    script.session += 1;
    // The first Step does a step, too.
    const first = call === 'start paused' ? [`step ${script.session}`] : [];
    await expectAsked(script, again, [`close ${script.session - 1}`, call, ...first]);
    await expect(state).toHaveText(then);
  }
});
