/** A step that nobody forbids and nobody vouches for. */
import { customLine, isEmbargoed, lockedBecause } from './compatibility-match.ts';
import { type StepVerdict, says } from './compatibility-verdict.ts';
import { compareFirmwareVersions, type FirmwareVersion } from './firmware-version.ts';

/** Without a voucher only a newer version of the same baseline, letter variant and customer line fits. */
export function judgeUnlisted(installed: FirmwareVersion, wanted: FirmwareVersion): StepVerdict {
  const hidden = [installed, wanted].find((version) => version.custom === null);
  if (hidden !== undefined) {
    return says(
      'not known',
      'custom-part-missing',
      `${hidden.text} does not show its customer line (AT+QGMR does).`,
    );
  }
  if (installed.baseline !== wanted.baseline) {
    return says(
      'not known',
      'baseline-not-listed',
      `From R${two(installed.baseline)} to R${two(wanted.baseline)} crosses a baseline, and nobody vouches for that step.`,
      'field 2e rule 3',
    );
  }
  if (installed.suffix !== wanted.suffix) {
    return says(
      'not known',
      'line-not-listed',
      `Letter variant ${installed.suffix || 'none'} to ${wanted.suffix || 'none'}: nobody vouches for that step.`,
      'field 2a',
    );
  }
  if (customLine(installed) !== customLine(wanted)) {
    return says(
      'not known',
      'line-not-listed',
      `Customer line ${customLine(installed)} to ${customLine(wanted)}: nobody vouches for that step.`,
      'field 2e rule 5',
    );
  }
  if (!isEmbargoed(installed) && isEmbargoed(wanted)) {
    return says(
      'not known',
      'line-not-listed',
      `${wanted.text} is of the locked line (${lockedBecause(wanted)}), from which there is no way back, and nobody vouches for that step.`,
      'field 2e rule 5',
    );
  }
  if (compareFirmwareVersions(wanted, installed) < 0) {
    return says(
      'not known',
      'downgrade',
      `${wanted.text} is older than ${installed.text}, and nobody vouches for going back: an older image may not read the EFS of a newer board.`,
      'field 2e rule 4',
    );
  }
  return says(
    'fits',
    'same-line-newer',
    `${wanted.text} is newer, of the same baseline and customer line.`,
    'field 2a, 2e',
  );
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
