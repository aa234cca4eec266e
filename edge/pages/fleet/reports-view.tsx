/** What the newest reports say: a chart, the steps at which it failed, devices that need a person. */
import type { FleetReport } from '../../store/fleet-reports.ts';
import { ATTENTION_MAX, FLEET_DAYS, FLEET_REPORTS_MAX } from '../limits.ts';
import { Bar } from '../parts/bar.tsx';
import { fleetModelPath } from '../parts/links.ts';
import { dateTimeSaid } from '../parts/numbers-said.ts';
import { Tag } from '../parts/tag.tsx';
import type { Tone } from '../parts/tone.ts';
import { DayChart } from './day-chart.tsx';
import { needAttention, tellDays, tellSteps } from './fleet-view.ts';

type Props = { readonly reports: readonly FleetReport[]; readonly fromMs: number; readonly nowMs: number };

export function ReportsView({ reports, fromMs, nowMs }: Props) {
  const isAll = reports.length < FLEET_REPORTS_MAX;
  const oldest = reports.at(-1)?.receivedAt;
  return (
    <>
      <h2>How it goes</h2>
      <p class="soft small">
        {isAll || oldest === undefined
          ? `All ${reports.length} reports of the last ${FLEET_DAYS} days.`
          : `The newest ${reports.length} reports, since ${dateTimeSaid(oldest)}.`}
      </p>
      <DayChart days={tellDays(reports, { fromMs, toMs: nowMs })} />
      <Steps reports={reports} />
      <Attention reports={reports} />
    </>
  );
}

function Steps({ reports }: { readonly reports: readonly FleetReport[] }) {
  const steps = tellSteps(reports);
  const most = Math.max(1, ...steps.map(({ failures }) => failures));
  return (
    <>
      <h2>Where updates end early</h2>
      {steps.length === 0 ? <p>No attempt of these ended before the modem was updated.</p> : null}
      {steps.length === 0 ? null : (
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col" class="number">
                Attempts
              </th>
              <th scope="col">
                <span class="unseen">Share</span>
              </th>
              <th scope="col">Mostly because</th>
            </tr>
          </thead>
          <tbody>
            {steps.map(({ step, failures, mostly }) => (
              <tr>
                <th scope="row">{step}</th>
                <td class="number" data-is="Attempts:">
                  {failures}
                </td>
                <td class="meter">
                  <Bar parts={[{ share: failures / most, kind: 'failed' }]} />
                </td>
                <td>{mostly === null ? <span class="soft">no reason given</span> : <code>{mostly}</code>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

const MODEM_TONES: Readonly<Record<FleetReport['modemState'], Tone>> = {
  normal: 'good',
  edl: 'bad',
  'programmer-running': 'bad',
  absent: 'bad',
  unknown: 'unsure',
};

function Attention({ reports }: { readonly reports: readonly FleetReport[] }) {
  const devices = needAttention(reports);
  const shown = devices.slice(0, ATTENTION_MAX);
  return (
    <>
      <h2>Devices that need a person</h2>
      {shown.length === 0 ? (
        <p>{`None among the newest ${reports.length} reports: each device's last one leaves its modem as it should be.`}</p>
      ) : (
        <table class="rows">
          <thead>
            <tr>
              <th scope="col">Device</th>
              <th scope="col">Modem</th>
              <th scope="col">Ended</th>
              <th scope="col">Wanted</th>
              <th scope="col">Reported</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(
              ({ deviceId, model, modemState, outcome, lastStep, reason, toVersion, receivedAt }) => (
                <tr>
                  <th scope="row">
                    <code title={deviceId}>{deviceId.slice(0, 12)}</code>
                  </th>
                  <td data-is="Modem:">
                    <Tag tone={MODEM_TONES[modemState]} word={modemState} />
                  </td>
                  <td data-is="Ended:">{`${outcome} at ${lastStep}${reason === null ? '' : `: ${reason}`}`}</td>
                  <td data-is="Wanted:">
                    <a class="version" href={fleetModelPath(model)}>
                      {toVersion}
                    </a>
                  </td>
                  <td data-is="Reported:">{dateTimeSaid(receivedAt)}</td>
                </tr>
              ),
            )}
          </tbody>
        </table>
      )}
      {shown.length < devices.length ? (
        <p class="soft">{`And ${devices.length - shown.length} more; the API lists all reports.`}</p>
      ) : null}
    </>
  );
}
