/**
 * The states a host can find a module in. Only `normal` is decided by what is in flash; the others are what somebody
 * or something left behind, and a power cycle ends them.
 */
export const START_STATES = [
  'normal',
  /** The boot ROM waits for a host, and its HELLO is unread. */
  'edl',
  /** Somebody read HELLO and went. */
  'edl-hello-taken',
  /** Somebody began to hand over a programmer and went; the boot ROM waits for bytes of it. */
  'edl-mid-image',
  /** A programmer runs, its logs were read, and nobody configured it. */
  'programmer',
  /** A programmer was just started: its logs are unread. */
  'programmer-unread',
  /** A programmer runs and waits for raw bytes of an image that nobody sends any more. */
  'programmer-mid-image',
  /** A programmer of somebody else's runs, which does not know the vendor's anti-misburn question. */
  'foreign-programmer',
  /** And it waits for raw bytes of an image. */
  'foreign-programmer-mid-image',
  /** The firmware crashed and offers its memory. */
  'ram-dump',
  /** The boot loader waits for fastboot commands. */
  'fastboot',
] as const;
export type StartState = (typeof START_STATES)[number];
