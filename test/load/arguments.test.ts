import { expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

it('is ten thousand devices and models unless told otherwise', () => {
  expect(readArguments([])).toEqual({
    ok: true,
    value: { devices: 10_000, models: 10_000, seconds: 900, connections: 16 },
  });
});

it.each([
  [['--devices', '0'], '--devices'],
  [['--devices', '1.5'], '--devices'],
  [['--devices', '1000001'], '--devices'],
  [['--models', '10010'], '--models'],
  [['--models', '15'], 'multiple of 10'],
  [['--seconds', 'long'], '--seconds'],
  [['--connections', '257'], '--connections'],
  [['--device', '1'], '--device'],
])('refuses %j', (args, said) => {
  expect(readArguments(args)).toEqual({ ok: false, failure: expect.stringContaining(said) });
});
