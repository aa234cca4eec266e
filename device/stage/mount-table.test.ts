import { describe, expect, it } from 'vitest';
import { mountOf, parseMountTable } from './mount-table.ts';

const TEXT = `22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
36 35 98:0 /mnt1 /mnt/a\\040stick ro,noatime master:1 shared:2 - vfat /dev/sda1 rw
40 27 0:45 / /run/cistern rw - tmpfs cistern rw,size=1024k
41 40 0:46 / /run/cistern rw - tmpfs over ro
not a mount
`;

describe('the mount table', () => {
  const table = parseMountTable(TEXT);

  it('reads ids, devices, escaped mount points and both lists of options', () => {
    expect(table).toHaveLength(5);
    expect(table[2]).toEqual({
      id: 36,
      device: '98:0',
      mountPoint: '/mnt/a stick',
      filesystem: 'vfat',
      readOnly: true,
    });
    expect(table[4]).toMatchObject({ filesystem: 'tmpfs', readOnly: true });
  });

  it.each([
    ['/', 27],
    ['/run', 27],
    ['/run/cisternae', 27],
    ['/run/cistern', 41],
    ['/run/cistern/stage-1', 41],
    ['/mnt/a stick/x', 36],
    ['/proc/1', 22],
  ])('%s lies on mount %d', (path, id) => {
    expect(mountOf(path, table)?.id).toBe(id);
  });
});
