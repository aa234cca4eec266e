/** Findings as compilers write theirs: place, severity, sentence, reason. */
import type { Finding } from '../../shared/lint/finding.ts';

export function findingLines(findings: readonly Finding[]): string {
  return findings
    .map(({ severity, reason, file, line, sentence }) => {
      const place = `${file ?? 'package'}${line === null ? '' : `:${line}`}`;
      return `${place}: ${severity}: ${sentence} [${reason}]\n`;
    })
    .join('');
}
