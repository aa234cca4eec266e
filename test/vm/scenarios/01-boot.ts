import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  title:
    "Debian's kernel boots, has the drivers, and runs this project's own Node and Debian's qdl and usbip",
  modem: null,
  inGuest: async ({ must }) => {
    const kernel = await must('uname', ['-rv']);
    assert.match(kernel, /amd64 .*Debian/);
    assert.match(await must('node', ['--version']), /^v24\./);

    await must('modprobe', ['-a', 'vhci-hcd', 'option', 'qcserial', 'qmi_wwan']);
    const drivers = await readdir('/sys/bus/usb-serial/drivers');
    for (const driver of ['option1', 'qcserial'])
      assert.ok(drivers.includes(driver), `${driver} of ${drivers}`);
    assert.ok((await readdir('/sys/bus/usb/drivers')).includes('qmi_wwan'));
    assert.ok((await readdir('/sys/devices/platform/vhci_hcd.0')).includes('attach'));

    assert.match(await must('usbip', ['version']), /usbip-utils 2/);
    await must('sh', ['-c', 'qdl --help 2>&1 | grep -q "usage\\|invalid\\|qdl"']);
  },
};
