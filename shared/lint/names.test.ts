/** What the names of a package say of its version, all of them. */
import { describe, expect, it } from 'vitest';
import { type FirmwareVersion, parseFirmwareVersion } from '../firmware-version.ts';
import type { ModelId } from '../model.ts';
import { judgeVersion, versionInNames } from './names.ts';

const NEW = 'EC25EUGAR08A03M4G_01.200.01.200';
const OLD = 'EC25EUGAR06A05M4G_01.003.01.003';
const SHORT = 'EC25EUGAR08A03M4G';
const OTHER_MODEL = 'EG25GGBR07A08M2G_01.001.01.001';
const ENTRY = { vendor: 'quectel', model: 'quectel/ec25euga-m4g' as ModelId } as const;

function versionOf(text: string): FirmwareVersion {
  const version = parseFirmwareVersion(text);
  if (!version.ok) throw new Error(version.failure.reason);
  return version.value;
}

describe('the names of a package', () => {
  it.each([
    ['both say it', [NEW, NEW], []],
    ['one says it without the custom part', [`${SHORT} (1)`, NEW], []],
    ['a download says nothing of it', ['firmware', NEW], []],
    ['another version lies inside', [NEW, OLD], ['version-contradicts-name']],
    ['another version is written on it', [OLD, NEW], ['version-contradicts-name']],
    [
      'firmware of another model lies inside',
      [NEW, OTHER_MODEL],
      ['version-contradicts-name', 'version-of-another-model'],
    ],
    ['none says anything', ['firmware', 'unpacked'], ['name-shows-no-version']],
  ] as const)('are judged where %s', (_, names, reasons) => {
    const found = (version: FirmwareVersion | null) =>
      judgeVersion(version, names, ENTRY).map(({ reason }) => reason);
    expect(found(versionOf(NEW))).toEqual(reasons);
    expect(found(null)).toEqual(reasons);
  });

  it('give the version in full where one of them does', () => {
    expect(versionInNames([SHORT, NEW])?.text).toBe(NEW);
    expect(versionInNames([`${SHORT}`, 'x'])?.text).toBe(SHORT);
    expect(versionInNames(['x'])).toBeNull();
  });
});
