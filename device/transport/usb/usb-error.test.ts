import { describe, expect, it } from 'vitest';
import { kindOfUsbError, messageOf } from './usb-error.ts';

describe('an error of npm usb', () => {
  it.each([
    ['transferIn error: Cancelled', 'cancelled'],
    ['transferOut error: Stall', 'stalled'],
    ['controlTransferIn error: endpoint stalled', 'stalled'],
    ['transferIn error: Fault', 'fault'],
    ['transferOut error: Disconnected', 'disconnected'],
    ['controlTransferOut error: device disconnected', 'disconnected'],
    ['clearHalt error: device disconnected (errno 19)', 'disconnected'],
    ['open error: device not found (errno 2)', 'disconnected'],
    ['open error: Permission denied (errno 13)', 'not-permitted'],
    ['open error: operation not permitted (errno 1)', 'not-permitted'],
    ['claimInterface error: interface is busy (errno 16)', 'busy'],
    ['detachKernelDriver error: no kernel driver attached (errno 61)', 'no-driver'],
    ['getDevices error: /sys/bus/usb/devices/ not found (errno 2)', 'no-bus'],
    ['claimInterface error: interface not found (errno 2)', 'other'],
    ['transferIn error: endpoint not found', 'other'],
    ['transferOut error: Unknown(12)', 'other'],
  ])('that says "%s" means: %s', (message, kind) => {
    expect(kindOfUsbError(new Error(message))).toBe(kind);
  });

  it('is told in one line of bounded length, whatever was thrown', () => {
    expect(messageOf(new Error(`a\n  b${'c'.repeat(1000)}`))).toMatch(/^a bc{1,160}$/);
    expect(messageOf('text')).toBe('text');
  });
});
