/** Every way in which the updater can fail, as one closed union: the rooms' own unions put together. */
import type { UpdateStep } from '../shared/telemetry.ts';
import type { ModemUpdaterFailure } from './commands/modem-updater-words.ts';
import type { ConfigFailure } from './config.ts';
import type { BundleFailure } from './doctor/bundle-failure.ts';
import type { FetchFailure } from './fetch/fetch-failure.ts';
import type { InterfaceFailure } from './http/local-address.ts';
import type { IdentifyFailure } from './modem/identify.ts';
import type { LocalPackageFailure } from './package/open-local-package.ts';
import type { InputFailure } from './read-input.ts';
import type { RemoteFailure } from './remote/remote-failure.ts';
import type { DeviceKeyFailure } from './report/device-key.ts';
import type { TrustFailure } from './repository/trust-failure.ts';
import type { RouterFailure } from './router/make-ready.ts';
import type { PowerFailure } from './router/power/power-cycle.ts';
import type { ScheduleFailure } from './schedule/schedule-failure.ts';
import type { OutsideWindow } from './schedule/window.ts';
import type { StageFailure } from './stage/stage-failure.ts';
import type { LocalStageFailure } from './stage/stage-local-package.ts';
import type { LocatorFailure } from './transport/locator.ts';
import type { AwaitFailure } from './update/await-modem.ts';
import type { CrashFailure } from './update/await-updatable.ts';
import type { ConfirmFailure } from './update/confirm.ts';
import type { DocumentsFailure } from './update/documents.ts';
import type { EnterEdlFailure } from './update/enter-edl.ts';
import type { FlashLocalFailure } from './update/flash-local.ts';
import type { FlashFailure } from './update/flash-session.ts';
import type { JournalFailure } from './update/journal.ts';
import type { LeaveFailure } from './update/leave-edl.ts';
import type { LockFailure } from './update/lock.ts';
import type { MeteredFailure } from './update/metered.ts';
import type { RescueFailure } from './update/rescue.ts';
import type { ResetFailure } from './update/reset-to-normal.ts';
import type { ResolveFailure } from './update/resolve.ts';
import type { StagedPlanFailure } from './update/staged-plan.ts';

export type UpdateFailure =
  | AwaitFailure
  | BundleFailure
  | ConfigFailure
  | ConfirmFailure
  | CrashFailure
  | DeviceKeyFailure
  | DocumentsFailure
  | EnterEdlFailure
  | FetchFailure
  | FlashFailure
  | FlashLocalFailure
  | IdentifyFailure
  | InputFailure
  | InterfaceFailure
  | JournalFailure
  | LeaveFailure
  | LocalPackageFailure
  | LocalStageFailure
  | LocatorFailure
  | LockFailure
  | ModemUpdaterFailure
  | MeteredFailure
  | PowerFailure
  | RemoteFailure
  | RescueFailure
  | ResetFailure
  | ResolveFailure
  | RouterFailure
  | ScheduleFailure
  | StageFailure
  | StagedPlanFailure
  | OutsideWindow
  | TrustFailure
  /** The snapshot could not be read before anything was changed. */
  | { readonly reason: 'modem-changed-meanwhile'; readonly before: string; readonly after: string }
  /** It went back to normal mode by itself before the first erase: its power was cut, or somebody reset it. */
  | { readonly reason: 'modem-left-edl' }
  | { readonly reason: 'broken-off-before-erase'; readonly step: UpdateStep }
  /** Flashing what is not signed, and rescuing, are asked about; here is nobody to ask. */
  | { readonly reason: 'nobody-to-ask'; readonly command: string }
  | { readonly reason: 'rescue-firmware-half-named'; readonly missing: string }
  /** A modem in EDL that no journal speaks of is never written to. */
  | { readonly reason: 'nothing-to-finish'; readonly where: string }
  | { readonly reason: 'edl-without-journal'; readonly where: string };
