import type { Page } from '@playwright/test';
import { expect } from './fixtures.ts';
import { open } from './window.ts';

/** The workbench by what a person calls its parts. */
export const benchOf = (page: Page) => ({
  heading: page.getByRole('heading', { level: 1, name: 'Workbench' }),
  state: page.locator('header').getByRole('status'),
  form: page.getByRole('form', { name: 'New region' }),
  field: (name: string) => page.getByRole('form', { name: 'New region' }).getByLabel(name, { exact: true }),
  mapIt: page.getByRole('button', { name: 'Map it', exact: true }),
  add: page.getByRole('button', { name: 'Add a region' }),
  region: (name: string) => page.getByRole('article', { name: `Region ${name}` }),
  grid: (name: string) => page.getByRole('article', { name: `Region ${name}` }).getByRole('application'),
  range: page.getByRole('textbox', { name: 'Pages' }),
  selection: page.getByRole('region', { name: 'Selection' }),
  selected: page.getByRole('region', { name: 'Selection' }).getByRole('status'),
  tool: (name: string) => page.getByRole('toolbar', { name: 'Tools' }).getByRole('button', { name, exact: false }),
  log: page.getByRole('region', { name: 'Log', exact: true }),
  entries: page.getByRole('listbox').getByRole('option'),
  line: page.locator('#action-line'),
});

export async function openBench(page: Page): Promise<void> {
  await open(page, '#workbench');
  await expect(benchOf(page).state).toContainText('Open');
}

export async function choose(page: Page, field: string, option: string): Promise<void> {
  await benchOf(page).field(field).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** Maps a region of so many pages as the form stands. */
export async function map(page: Page, size: string): Promise<void> {
  const { field, mapIt } = benchOf(page);
  await field('Size').fill(size);
  await mapIt.click();
}

export async function select(page: Page, range: string): Promise<void> {
  const { range: field } = benchOf(page);
  await field.fill(range);
  await field.press('Enter');
}
