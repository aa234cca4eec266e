/** The text that `catalogue add` begins a model or a family with. */
import type { FirmwareVersion } from '../../shared/firmware-version.ts';
import { TO_FILL_IN } from './catalogue-finding.ts';

/** One entry of `incomplete`. */
export function modelSkeleton({ text, hardware, flash }: FirmwareVersion): string {
  return `  - hardware: ${hardware}
    flash: ${flash}
    name: "${TO_FILL_IN}: the name on its label"
    missing:
      - The partition table, and so the geometry and the place of EFS2.
    edges: []
    knownIssues: []
    seenVersions:
      - version: ${text}
        source: "${TO_FILL_IN}: where this version was seen"
    sources:
      - "${TO_FILL_IN}: the document, thread or measurement that tells of this model"
`;
}

/** A family file of which nothing is known but how its versions begin. */
export function familySkeleton(vendor: string, family: string, version: FirmwareVersion): string {
  return `# yaml-language-server: $schema=../schema.json
format: cistern-family/1
vendor: ${vendor}
family: ${family}

all:
  hardwarePrefixes: [${family}]
  # chip: MDM9607
  flashMethod: not-known
  usb: {}
  # usb:
  #   normal: ["2c7c:0125"]
  #   edl: ["05c6:9008"]
  #   diagInterface: 0
  #   atInterface: 2
  edges: []
  knownIssues: []
  sources:
    - "${TO_FILL_IN}: the document, thread or measurement that tells of this family"

models: []

incomplete:
${modelSkeleton(version)}`;
}
