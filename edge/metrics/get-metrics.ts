/** `GET /metrics`, for who has the scope `read`: figures of a fleet are its operator's. */
import { utf8 } from '../../shared/bytes.ts';
import { NEVER } from '../http/answer.ts';
import { collectMetrics, type MetricStores } from './collect.ts';
import { OPEN_METRICS_TYPE, openMetricsText } from './open-metrics.ts';

export async function getMetrics(stores: MetricStores): Promise<Response> {
  const text = utf8(openMetricsText(await collectMetrics(stores)));
  const headers = {
    'content-type': OPEN_METRICS_TYPE,
    'content-length': String(text.length),
    'cache-control': NEVER,
  };
  return new Response(text, { headers });
}
