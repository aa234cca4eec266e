import { describe, expect, it } from 'vitest';
import { kindOfUsbError } from './usb-error.ts';
import { loadUsb, whyNotLoaded } from './web-usb.ts';

const loaded = await loadUsb();
if (!loaded.ok) process.stderr.write(`\nNOT TESTED: npm usb itself (${loaded.failure.why})\n\n`);

describe.skipIf(!loaded.ok)('npm usb', () => {
  it('lists devices, or says in words that are understood that there is no bus', async () => {
    if (!loaded.ok) return;
    const listed = await loaded.value.getDevices().then(
      (devices) => (Array.isArray(devices) ? 'devices' : 'something else'),
      (error: unknown) => kindOfUsbError(error),
    );
    expect(['devices', 'no-bus']).toContain(listed);
  });
});

describe('a package that cannot be loaded', () => {
  it('is told in one line', () => {
    const error = new Error("Cannot find package 'usb' imported from cistern.mjs\nat somewhere");
    expect(whyNotLoaded(error)).toBe("Cannot find package 'usb' imported from cistern.mjs");
  });
});
