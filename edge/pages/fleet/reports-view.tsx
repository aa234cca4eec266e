/** What the reports of the last days say: a chart, the steps at which it failed, devices that need a person. */
import type { LeftWrong, LeftWrongModems } from '../../store/left-wrong.ts';
import type { StepFailures } from '../../store/report-days.ts';
import { ATTENTION_EXAMINED_MAX, ATTENTION_MAX, FLEET_DAYS } from '../limits.ts';
import { Bar } from '../parts/bar.tsx';
import { fleetModelPath } from '../parts/links.ts';
import { dateTimeSaid } from '../parts/numbers-said.ts';
import { number, TableHead } from '../parts/table-head.tsx';
import { Tag } from '../parts/tag.tsx';
import type { Tone } from '../parts/tone.ts';
import { DayChart } from './day-chart.tsx';
import { attemptsOf } from './fleet-view.ts';
import type { FleetReports } from './read-fleet-reports.ts';

export function ReportsView({ days, steps, leftWrong }: FleetReports) {
  const reports = days.reduce((sum, day) => sum + attemptsOf(day), 0);
  return (
    <>
      <h2>How it goes</h2>
      <p class="soft small">{`Reports of the last ${FLEET_DAYS} days, all of them: ${reports}.`}</p>
      <DayChart days={days} />
      <Steps steps={steps} />
      <Attention {...leftWrong} />
    </>
  );
}

function Steps({ steps }: { readonly steps: readonly StepFailures[] }) {
  const most = Math.max(1, ...steps.map(({ failures }) => failures));
  return (
    <>
      <h2>Where updates end early</h2>
      {steps.length === 0 ? <p>No attempt of these ended before the modem was updated.</p> : null}
      {steps.length === 0 ? null : (
        <table class="rows">
          <TableHead
            columns={['Step', number('Attempts'), { name: 'Share', kind: 'unseen' }, 'Mostly because']}
          />
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

const MODEM_TONES: Readonly<Record<LeftWrong['modemState'], Tone>> = {
  normal: 'good',
  edl: 'bad',
  'programmer-running': 'bad',
  'ram-dump': 'bad',
  absent: 'bad',
  unknown: 'unsure',
};

function Attention({ modems, isAll }: LeftWrongModems) {
  const shown = modems.slice(0, ATTENTION_MAX);
  return (
    <>
      <h2>Devices that need a person</h2>
      {isAll ? null : (
        <p class="soft">
          {`Among the newest ${ATTENTION_EXAMINED_MAX} reports that left a modem not as it should be; there are more.`}
        </p>
      )}
      {shown.length === 0 ? (
        <p>None: the last report of each device leaves its modem as it should be.</p>
      ) : (
        <table class="rows">
          <TableHead columns={['Device', 'Modem', 'Ended', 'Wanted', 'Reported']} />
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
      {shown.length < modems.length ? (
        <p class="soft">{`And ${modems.length - shown.length} more; the API lists all reports.`}</p>
      ) : null}
    </>
  );
}
