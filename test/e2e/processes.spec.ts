import { expectNoViolationsNow, inEachLanguage } from '../support/e2e/accessibility.ts';
import { expect, test } from '../support/e2e/fixtures.ts';
import { open } from '../support/e2e/window.ts';

test('the table of all processes is searched, sorted and grouped, and leads to one of them', async ({ page }) => {
  await page.getByRole('link', { name: 'Processes' }).click();
  const table = page.getByRole('table');
  const search = page.getByRole('textbox', { name: 'Name, pid, user, unit or container' });
  await expect(table.getByRole('row').nth(1)).toBeVisible();
  await expect(table.getByRole('columnheader', { name: 'RSS' })).toHaveAttribute('aria-sort', 'descending');
  // A key leads there, from wherever the keys are.
  await table.getByRole('button', { name: 'PID' }).focus();
  await page.keyboard.press('/');
  await expect(search).toBeFocused();
  await page.keyboard.type(`${process.pid}`);
  await expect(search).toHaveValue(`${process.pid}`);
  const own = table.getByRole('row', { name: new RegExp(` ${process.pid} `) });
  await expect(own).toBeVisible();
  await table.getByRole('button', { name: 'PID' }).click();
  await expect(table.getByRole('columnheader', { name: 'PID' })).toHaveAttribute('aria-sort', 'ascending');
  await page.getByRole('combobox', { name: 'Grouped by' }).click();
  await page.getByRole('option', { name: 'by user' }).click();
  await expect(table.getByRole('rowheader').first()).toContainText(/\d$/);
  await search.fill('no process has such a name');
  await expect(page.getByText('No process matches.')).toBeVisible();
  await search.fill(`${process.pid}`);
  await own.getByRole('rowheader').getByRole('link').click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/^Process /);
});

test('Limits are those of the process that is chosen, and the address keeps it', async ({ page }) => {
  await open(page, `#limits?@pid=${process.pid}`);
  await expect(page.getByText(`What process ${process.pid} may lock`)).toBeVisible();
  await expect(page.getByText(`pid ${process.pid}, measured at`)).toBeVisible();
  await page.getByRole('combobox', { name: 'Whose limits' }).click();
  await page.getByRole('option', { name: /^this process/ }).click();
  await expect(page).toHaveURL(/#limits$/);
  await expect(page.getByText(/^What this process may lock/)).toBeVisible();
  // The pid has been another's since.
  await open(page, `#limits?@pid=${process.pid}&@start=1`);
  await expect(page.getByRole('alert')).toContainText(`${process.pid} is another's by now`);
  // The largest number that a pid can have, and nobody has.
  await open(page, '#limits?@pid=4194303');
  await expect(page.getByRole('alert')).toContainText('4194303');
});

test('axe finds nothing in all processes and in who locks, in both languages and both themes', async ({ page }) => {
  await inEachLanguage(page, async () => {
    for (const view of ['', '/locks']) {
      await open(page, `#/processes${view}`);
      await expect(
        page
          .getByRole('row')
          .nth(1)
          .or(page.getByRole('region', { name: /Sums|合计/ }))
          .first(),
      ).toBeVisible();
      await expectNoViolationsNow(page);
    }
  });
});
