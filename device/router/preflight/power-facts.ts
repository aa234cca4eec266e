/** Supplies and voltage alarms as the kernel shows them (sysfs-class-power, hwmon: in*_lcrit_alarm). */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { POWER_SUPPLIES_MAX } from '../limits.ts';
import type { PowerFacts } from './facts.ts';

export async function powerFacts(sysfs: string): Promise<PowerFacts> {
  const [supplies, undervoltage] = await Promise.all([
    readSupplies(join(sysfs, 'class/power_supply')),
    readAlarms(join(sysfs, 'class/hwmon')),
  ]);
  return { supplies, undervoltage };
}

async function readSupplies(directory: string): Promise<PowerFacts['supplies']> {
  const names = (await readdir(directory).catch(() => [])).sort().slice(0, POWER_SUPPLIES_MAX);
  const found = await Promise.all(
    names.map(async (name) => {
      const read = (attribute: string) => readAttribute(join(directory, name, attribute));
      const type = await read('type');
      // A battery of a mouse or a headset says that it belongs to a device.
      if (type === null || (await read('scope')) === 'Device') return null;
      if (type !== 'Battery' && type !== 'Mains' && type !== 'USB' && type !== 'UPS') return null;
      const [online, status, capacity] = [await read('online'), await read('status'), await read('capacity')];
      const percent = capacity === null || !/^\d{1,3}$/.test(capacity) ? null : Number(capacity);
      return {
        name,
        type: type === 'Battery' || type === 'UPS' ? ('battery' as const) : ('mains' as const),
        online: online === null ? null : online !== '0',
        discharging: status === null || status === 'Unknown' ? null : status === 'Discharging',
        percent,
      };
    }),
  );
  return found.filter((supply) => supply !== null);
}

/** Critical ones alone: limits that nobody has set raise the others on many boards. */
async function readAlarms(directory: string): Promise<readonly string[]> {
  const chips = (await readdir(directory).catch(() => [])).sort().slice(0, POWER_SUPPLIES_MAX);
  const raised = await Promise.all(
    chips.map(async (chip) => {
      const names = await readdir(join(directory, chip)).catch(() => []);
      const alarms = names.filter((name) => /^in\d+_lcrit_alarm$/.test(name));
      const values = await Promise.all(alarms.map((alarm) => readAttribute(join(directory, chip, alarm))));
      return values.includes('1') ? ((await readAttribute(join(directory, chip, 'name'))) ?? chip) : null;
    }),
  );
  return raised.filter((name) => name !== null);
}

async function readAttribute(path: string): Promise<string | null> {
  const text = await readFile(path, 'latin1').catch(() => null);
  return text === null || text.trim() === '' ? null : text.trim();
}
