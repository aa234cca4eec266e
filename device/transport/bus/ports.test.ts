import { afterEach, describe, expect, it } from 'vitest';
import { isUsbPath, peerPath, socketKey } from './ports.ts';
import { type TestSysfs, testSysfs } from './test-sysfs.ts';

const opened: TestSysfs[] = [];
afterEach(async () => {
  for (const sysfs of opened.splice(0)) await sysfs.remove();
});

async function machine(layout: Parameters<typeof testSysfs>[0]) {
  const sysfs = await testSysfs(layout);
  opened.push(sysfs);
  return sysfs.root;
}

describe('a socket', () => {
  it.each([
    ['1-1', true],
    ['12-3.4.10', true],
    ['usb1', false],
    ['1-1:1.0', false],
    ['1-', false],
    ['../1-1', false],
    [`1-${'1.'.repeat(40)}1`, false],
  ])('%s is the path of a device: %s', (text, isPath) => {
    expect(isUsbPath(text)).toBe(isPath);
  });

  it('has two paths where the kernel says so, and their ports need not be alike', async () => {
    const root = await machine({
      peers: [
        ['1-5', '2-1'],
        ['1-5.4', '2-1.4'],
      ],
    });
    expect(await peerPath(root, '2-1')).toBe('1-5');
    expect(await peerPath(root, '1-5')).toBe('2-1');
    expect(await peerPath(root, '2-1.4')).toBe('1-5.4');
    expect(await peerPath(root, '1-7')).toBeNull();
  });

  it('has one key, whichever path it is asked by', async () => {
    const root = await machine({ peers: [['1-5', '2-1']] });
    expect(await socketKey(root, '2-1')).toBe('usb-xhci.0-5');
    expect(await socketKey(root, '1-5')).toBe('usb-xhci.0-5');
    expect(await socketKey(root, '1-1')).toBe('usb-xhci.0-1');
  });

  it('is told from the like one of another controller, and keeps its key when buses are numbered anew', async () => {
    const before = await machine({ controllers: { 1: '0000:00:14.0', 3: '0000:03:00.0' } });
    const after = await machine({ controllers: { 1: '0000:03:00.0', 3: '0000:00:14.0' } });
    expect(await socketKey(before, '1-1')).toBe('usb-0000_00_14.0-1');
    expect(await socketKey(before, '3-1')).toBe('usb-0000_03_00.0-1');
    expect(await socketKey(after, '3-1')).toBe('usb-0000_00_14.0-1');
  });

  it('of a bus that is not there is named by the bus', async () => {
    expect(await socketKey(await machine({}), '7-1.2')).toBe('usb-bus7-1.2');
  });
});
