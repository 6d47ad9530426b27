import { expect, it } from 'vitest';
import { PageFlag, pageStates } from '../../../protocol/flags.ts';
import { colourTable, flashTable, type Palette, parseHex, stateTable } from '../../../renderer/canvas/palette.ts';

const palette: Pick<Palette, 'fill' | 'well' | 'changed'> = {
  fill: {
    absent: '#101010',
    resident: '#0000ff',
    zero: '#8888ff',
    locked: '#ff8800',
    'on-fault': '#884400',
    swapped: '#880088',
    huge: '#00ff00',
    guard: '#aa0044',
    unmapped: '#000000',
    unknown: '#777777',
  },
  well: '#000000',
  changed: '#fff',
};

it('reads colours as a minifier may write them', () => {
  expect(parseHex('#3d8ef5')).toEqual([0x3d, 0x8e, 0xf5]);
  expect(parseHex('#fa0')).toEqual([0xff, 0xaa, 0x00]);
});

it('gives each state a colour of its own, where there is no room for shapes', () => {
  const states = stateTable(0);
  const table = colourTable(palette, states, undefined);
  const colours = new Map(states.map((state, byte) => [state, table[byte]]));
  expect(new Set(colours.values()).size).toBe(colours.size);
  expect(table[PageFlag.Resident | PageFlag.Present]).toBe(0xffff0000);
  expect(table[PageFlag.Locked]).not.toBe(table[0]);
});

it('dims every state but the one that is picked out', () => {
  const states = stateTable(0);
  const plain = colourTable(palette, states, undefined);
  const filtered = colourTable(palette, states, 'resident');
  states.forEach((state, byte) => {
    // The bare ground has no colour to lose.
    if (state === 'unmapped') return;
    if (state === 'resident') expect(filtered[byte]).toBe(plain[byte]);
    else expect(filtered[byte]).not.toBe(plain[byte]);
  });
});

it('picks out what core files leave out, whatever its state', () => {
  const states = stateTable(0);
  const plain = colourTable(palette, states, undefined);
  const filtered = colourTable(palette, states, 'dont-dump');
  states.forEach((state, byte) => {
    if (state === 'unmapped') return;
    expect(filtered[byte] === plain[byte], `byte ${byte}`).toBe((byte & PageFlag.DontDump) !== 0);
  });
});

it('has just changed pages nearer to the colour of their rim', () => {
  expect(flashTable(Uint32Array.of(0xff000000), palette)).toEqual(Uint32Array.of(0xff737373));
});

it('calls every page unknown when residency could not be found out', () => {
  expect(new Set(stateTable(PageFlag.Resident))).toEqual(new Set(['unknown', 'unmapped']));
  expect(pageStates).toContain('unknown');
});
