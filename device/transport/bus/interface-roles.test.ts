import { describe, expect, it } from 'vitest';
import { interfaceRoles } from './interface-roles.ts';

const VENDOR = 'ff/00/00';

function modem(usbId: string, ...classes: readonly string[]) {
  const interfaces = classes.map((code, number) => ({ number, classes: code, driver: null, ttys: [] }));
  return { usbId, interfaces };
}

describe('the roles of interfaces', () => {
  it.each([
    ['EC25', modem('2c7c:0125', 'ff/ff/ff', VENDOR, VENDOR, VENDOR, 'ff/ff/ff'), { diag: 0, at: 2 }],
    [
      'RM520N, which names its DIAG',
      modem('2c7c:0801', 'ff/ff/30', 'ff/00/40', VENDOR, VENDOR),
      { diag: 0, at: 2 },
    ],
    [
      'EM05 behind MBIM',
      modem('2c7c:030a', '02/0e/00', '0a/00/02', VENDOR, VENDOR, VENDOR, VENDOR),
      { diag: 3, at: 5 },
    ],
    [
      'EC25 as RNDIS',
      modem('2c7c:0125', 'ef/04/01', '0a/00/00', 'ff/ff/ff', VENDOR, VENDOR, VENDOR),
      { diag: 2, at: 4 },
    ],
    [
      'a layout of its own that names its DIAG',
      modem('2c7c:0801', '02/0e/00', '0a/00/02', VENDOR, 'ff/ff/30', VENDOR, VENDOR),
      { diag: 3, at: 5 },
    ],
    ['one that lacks what the table says', modem('2c7c:030a', VENDOR, VENDOR), { diag: null, at: null }],
    [
      'one whose AT is not the maker’s own class',
      modem('2c7c:0125', 'ff/ff/ff', VENDOR, '02/02/01'),
      { diag: 0, at: null },
    ],
    ['two that say DIAG', modem('2c7c:0800', 'ff/ff/30', 'ff/ff/30', VENDOR), { diag: 0, at: 2 }],
  ])('of %s', (_name, node, roles) => {
    expect(interfaceRoles(node)).toEqual(roles);
  });
});
